"""Services for language models and data science."""

from __future__ import annotations

from checks.secrets.provider import Provider

PROVIDERS = (
    Provider(
        id="anthropic-key",
        issuer="Anthropic",
        what="an API key",
        keywords=("sk-ant-",),
        pattern=r"sk-ant-(?:api|admin|oat)[0-9]{2}-[A-Za-z0-9_-]{93}AA",
        revoke="https://console.anthropic.com/settings/keys",
        joins="-",
    ),
    Provider(
        id="openai-key",
        issuer="OpenAI",
        what="an API key",
        keywords=("t3blbkfj",),
        pattern=r"sk-(?:[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}|(?:proj|svcacct|admin)-"
        r"[A-Za-z0-9_-]{20,80}T3BlbkFJ[A-Za-z0-9_-]{20,80})",
        revoke="https://platform.openai.com/api-keys",
        joins="-",
    ),
    Provider(
        id="openrouter-key",
        issuer="OpenRouter",
        what="an API key",
        keywords=("sk-or-v1-",),
        pattern=r"sk-or-v1-[0-9a-f]{64}",
        revoke="https://openrouter.ai/settings/keys",
        joins="-",
    ),
    Provider(
        id="huggingface-token",
        issuer="Hugging Face",
        what="an access token",
        keywords=("hf_",),
        pattern=r"hf_[A-Za-z]{34}",
        revoke="https://huggingface.co/settings/tokens",
    ),
    Provider(
        id="replicate-token",
        issuer="Replicate",
        what="an API token",
        keywords=("r8_",),
        pattern=r"r8_[A-Za-z0-9]{37}",
        revoke="https://replicate.com/account/api-tokens",
    ),
    Provider(
        id="groq-key",
        issuer="Groq",
        what="an API key",
        keywords=("gsk_",),
        pattern=r"gsk_[A-Za-z0-9]{52}",
        revoke="https://console.groq.com/keys",
    ),
    Provider(
        id="xai-key",
        issuer="xAI",
        what="an API key",
        keywords=("xai-",),
        pattern=r"xai-[A-Za-z0-9]{80}",
        revoke="https://console.x.ai/",
        joins="-",
    ),
    Provider(
        id="perplexity-key",
        issuer="Perplexity",
        what="an API key",
        keywords=("pplx-",),
        pattern=r"pplx-[A-Za-z0-9]{48}",
        revoke="https://www.perplexity.ai/settings/api",
        joins="-",
    ),
    Provider(
        id="langsmith-key",
        issuer="LangSmith",
        what="an API key",
        keywords=("lsv2_pt_", "lsv2_sk_"),
        pattern=r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}",
        revoke="https://smith.langchain.com/settings",
    ),
)
