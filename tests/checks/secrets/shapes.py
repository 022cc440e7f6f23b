"""The published shapes of secrets, written down a second time, as generators for the tests.

A secret is built from parts, a literal or an alphabet and a length, so that none stands in this
repository in one piece. The tables of the checks are not read here: the two must agree.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import random
import string
import zlib
from collections.abc import Callable, Sequence

from tests.checks.secrets.templates import TEMPLATES, fill

DIGITS = string.digits
LOWER = string.ascii_lowercase
UPPER = string.ascii_uppercase
HEX = "0123456789abcdef"
ALNUM = string.ascii_letters + string.digits
URLSAFE = ALNUM + "-_"
BASE64 = ALNUM + "+/"
BASE32 = UPPER + "234567"

Part = str | tuple[str, int]
Build = Callable[[random.Random], str]
UUID: tuple[Part, ...] = ((HEX, 8), "-", (HEX, 4), "-", (HEX, 4), "-", (HEX, 4), "-", (HEX, 12))


def draw(chance: random.Random, alphabet: str, length: int) -> str:
    return "".join(chance.choices(alphabet, k=length))


def build(parts: Sequence[Part]) -> Build:
    def make(chance: random.Random) -> str:
        return "".join(
            part if isinstance(part, str) else draw(chance, part[0], part[1]) for part in parts
        )

    return make


def base62(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = (DIGITS + UPPER + LOWER)[rest] + digits
    return digits.rjust(6, "0")


def checked(prefix: str) -> Build:
    """A token whose last six characters are its checksum."""

    def make(chance: random.Random) -> str:
        body = draw(chance, ALNUM, 30)
        return prefix + body + base62(zlib.crc32(body.encode()))

    return make


def grafana(chance: random.Random) -> str:
    body = draw(chance, ALNUM, 32)
    return f"glsa_{body}_{zlib.crc32(body.encode()):08x}"


def macaroon(host: str) -> Build:
    def make(chance: random.Random) -> str:
        name = host.encode()
        data = b"\x02\x01" + bytes([len(name)]) + name + b"\x02" + chance.randbytes(100)
        return "pypi-" + base64.urlsafe_b64encode(data).decode().rstrip("=")

    return make


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def web_token(chance: random.Random, claims: dict[str, object], algorithm: str = "RS256") -> str:
    signature = base64.urlsafe_b64encode(chance.randbytes(64)).decode().rstrip("=")
    return f"{encoded({'alg': algorithm, 'typ': 'JWT'})}.{encoded(claims)}.{signature}"


def installation(chance: random.Random) -> str:
    return f"ghs_{chance.randint(1000, 9999999)}_" + web_token(chance, {"iss": "123", "exp": 1})


def bech32(prefix: str, chance: random.Random) -> str:
    """Thirty-two drawn bytes in Bech32 with its checksum, as BIP 173 computes it."""

    def polymod(values: Sequence[int]) -> int:
        state = 1
        for value in values:
            top = state >> 25
            state = (state & 0x1FFFFFF) << 5 ^ value
            for bit in range(5):
                state ^= (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)[bit] * (
                    top >> bit & 1
                )
        return state

    number = int.from_bytes(chance.randbytes(32), "big") << 4
    data = [number >> 5 * place & 31 for place in reversed(range(52))]
    expanded = [ord(one) >> 5 for one in prefix] + [0] + [ord(one) & 31 for one in prefix]
    rest = polymod([*expanded, *data, 0, 0, 0, 0, 0, 0]) ^ 1
    data += [rest >> 5 * place & 31 for place in reversed(range(6))]
    return prefix + "1" + "".join("qpzry9x8gf2tvdw0s3jn54khce6mua7l"[one] for one in data)


def extended_key(chance: random.Random) -> str:
    """A drawn private key of a wallet in Base58Check, as BIP 32 serialises it."""
    body = b"\x04\x88\xad\xe4" + chance.randbytes(41) + b"\0" + chance.randbytes(32)
    data = body + hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4]
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[digit] + text
    return text


SHAPES: dict[str, tuple[Build, ...]] = {
    "github-token": tuple(checked(f"gh{kind}_") for kind in "pousr"),
    "github-refresh-token": (build(("ghr_", (ALNUM, 76))),),
    "github-fine-grained-token": (build(("github_pat_", (ALNUM, 22), "_", (ALNUM, 59))),),
    "github-installation-token": (installation,),
    "gitlab-token": (build(("glpat-", (URLSAFE, 19), (ALNUM, 1))),),
    "gitlab-routable-token": (
        build(("glpat-", (URLSAFE, 27), ".", (DIGITS + LOWER, 2), ".", (DIGITS + LOWER, 7))),
        build(("glpat-", (URLSAFE, 50), ".", (DIGITS + LOWER, 9))),
    ),
    "gitlab-deploy-token": (
        build(("gldt-", (ALNUM, 20))),
        build(("glrt-", (ALNUM, 20))),
    ),
    "gitlab-trigger-token": (build(("glptt-", (HEX, 40))),),
    "bitbucket-app-password": (build(("ATBB", (ALNUM, 32))),),
    "atlassian-token": (build(("ATATT3", (URLSAFE, 185), (ALNUM, 1))),),
    "npm-token": (checked("npm_"),),
    "pypi-token": (macaroon("pypi.org"),),
    "testpypi-token": (macaroon("test.pypi.org"),),
    "rubygems-token": (build(("rubygems_", (HEX, 48))),),
    "crates-token": (build(("cio", (ALNUM, 32))),),
    "nuget-key": (build(("oy2", (LOWER + DIGITS, 43))),),
    "docker-hub-token": (build(("dckr_pat_", (URLSAFE, 26), (ALNUM, 1))),),
    "docker-organization-token": (build(("dckr_oat_", (URLSAFE, 31), (ALNUM, 1))),),
    "circleci-token": (build(("CCIPAT_", (ALNUM, 22), "_", (HEX, 40))),),
    "sonar-token": (build(("squ_", (HEX, 40))), build(("sqp_", (HEX, 40)))),
    "google-api-key": (build(("AIza", (URLSAFE, 34), (ALNUM, 1))),),
    "google-oauth-secret": (build(("GOCSPX-", (URLSAFE, 27), (ALNUM, 1))),),
    "google-access-token": (build(("ya29.", (URLSAFE, 179), (ALNUM, 1))),),
    "azure-storage-key": (build(("AccountKey=", (BASE64, 86), "==")),),
    "azure-shared-access-key": (build(("SharedAccessKey=", (BASE64, 43), "=")),),
    "azure-client-secret": (build(((ALNUM, 3), "8Q~", (ALNUM, 34))),),
    "digitalocean-token": tuple(build((f"do{kind}_v1_", (HEX, 64))) for kind in "opr"),
    "heroku-token": (build(("HRKU-AA", (URLSAFE, 57), (ALNUM, 1))),),
    "heroku-api-key": (build(("HEROKU_API_KEY=", *UUID)),),
    "databricks-token": (build(("dapi", (HEX, 32))), build(("dapi", (HEX, 32), "-2"))),
    "vault-token": (build(("hvs.", (URLSAFE, 94), (ALNUM, 1))),),
    "vault-batch-token": (build(("hvb.", (URLSAFE, 149), (ALNUM, 1))),),
    "terraform-cloud-token": (build(((ALNUM, 14), ".atlasv1.", (URLSAFE, 66), (ALNUM, 1))),),
    "pulumi-token": (build(("pul-", (HEX, 40))),),
    "doppler-token": (build(("dp.pt.", (ALNUM, 43))),),
    "cloudflare-origin-key": (build(("v1.0-", (HEX, 24), "-", (HEX, 146))),),
    "fly-token": (build(("fm2_", (BASE64, 200))),),
    "netlify-token": (build(("nfp_", (ALNUM, 36))),),
    "supabase-token": (build(("sbp_", (HEX, 40))),),
    "planetscale-token": (build(("pscale_tkn_", (ALNUM, 43))), build(("pscale_pw_", (ALNUM, 43)))),
    "alibaba-access-key-id": (build(("LTAI", (ALNUM, 20))),),
    "anthropic-key": (build(("sk-ant-api03-", (URLSAFE, 93), "AA")),),
    "openai-key": (
        build(("sk-", (ALNUM, 20), "T3BlbkFJ", (ALNUM, 20))),
        build(("sk-proj-", (URLSAFE, 74), "T3BlbkFJ", (ALNUM, 74))),
    ),
    "openrouter-key": (build(("sk-or-v1-", (HEX, 64))),),
    "huggingface-token": (build(("hf_", (string.ascii_letters, 34))),),
    "replicate-token": (build(("r8_", (ALNUM, 37))),),
    "groq-key": (build(("gsk_", (ALNUM, 52))),),
    "xai-key": (build(("xai-", (ALNUM, 80))),),
    "perplexity-key": (build(("pplx-", (ALNUM, 48))),),
    "langsmith-key": (build(("lsv2_pt_", (HEX, 32), "_", (HEX, 10))),),
    "slack-token": (
        build(("xoxb-", (DIGITS, 12), "-", (DIGITS, 13), "-", (ALNUM, 24))),
        build(("xoxp-", (DIGITS, 11), "-", (DIGITS, 11), "-", (DIGITS, 12), "-", (HEX, 32))),
    ),
    "slack-app-token": (
        build(("xapp-1-A", (UPPER + DIGITS, 10), "-", (DIGITS, 13), "-", (HEX, 64))),
    ),
    "slack-configuration-token": (build(("xoxe.xoxp-1-", (ALNUM, 163))),),
    "slack-webhook": (
        build(
            (
                "https://hooks.slack",
                ".com/services/T",
                (UPPER + DIGITS, 10),
                "/B",
                (UPPER + DIGITS, 10),
                "/",
                (ALNUM, 24),
            )
        ),
    ),
    "discord-webhook": (
        build(
            ("https://discord", ".com/api/webhooks/", (DIGITS, 19), "/", (URLSAFE, 67), (ALNUM, 1))
        ),
    ),
    "discord-bot-token": (
        build(("discord = 'M", (ALNUM, 23), ".", (URLSAFE, 6), ".", (URLSAFE, 26), (ALNUM, 1))),
    ),
    "teams-webhook": (
        build(
            (
                "https://acme.webhook.office",
                ".com/webhookb2/",
                *UUID,
                "@",
                *UUID,
                "/IncomingWebhook/",
                (HEX, 32),
                "/",
                *UUID,
            )
        ),
    ),
    "telegram-bot-token": (build(((DIGITS, 10), ":AA", (URLSAFE, 32), (ALNUM, 1))),),
    "twilio-api-key": (build(("TWILIO_AUTH_TOKEN=", (HEX, 32))),),
    "sendgrid-key": (build(("SG.", (URLSAFE, 22), ".", (URLSAFE, 42), (ALNUM, 1))),),
    "mailgun-key": (
        build(("mailgun = 'key-", (HEX, 32))),
        build(("mailgun = '", (HEX, 32), "-", (HEX, 8), "-", (HEX, 8))),
    ),
    "mailchimp-key": (build(((HEX, 32), "-us12")),),
    "brevo-key": (build(("xkeysib-", (HEX, 64), "-", (ALNUM, 16))),),
    "stripe-key": (build(("sk_live", "_", (ALNUM, 24))), build(("rk_live", "_", (ALNUM, 42)))),
    "stripe-webhook-secret": (build(("whsec", "_", (ALNUM, 32))),),
    "square-token": (build(("sq0atp-", (URLSAFE, 21), (ALNUM, 1))),),
    "square-secret": (build(("sq0csp-", (URLSAFE, 42), (ALNUM, 1))),),
    "shopify-token": tuple(build((f"shp{kind}_", (HEX, 32))) for kind in ("at", "ca", "pa", "ss")),
    "braintree-token": (build(("access_token$production$", (LOWER + DIGITS, 16), "$", (HEX, 32))),),
    "flutterwave-key": (build(("FLWSECK-", (HEX, 32), "-X")),),
    "plaid-token": (build(("access-production-", *UUID)),),
    "new-relic-key": (build(("NRAK-", (UPPER + DIGITS, 27))),),
    "sentry-token": (build(("sntryu_", (HEX, 64))),),
    "sentry-organization-token": (build(("sntrys_eyJ", (ALNUM, 120), "_", (BASE64, 43))),),
    "grafana-service-account-token": (grafana,),
    "dynatrace-token": (build(("dt0c01.", (BASE32, 24), ".", (BASE32, 64))),),
    "airtable-token": (build(("airtable = 'pat", (ALNUM, 14), ".", (HEX, 64))),),
    "notion-token": (build(("ntn_", (DIGITS, 11), (ALNUM, 35))),),
    "linear-key": (build(("lin_api_", (ALNUM, 40))),),
    "figma-token": (build(("figd_", (URLSAFE, 39), (ALNUM, 1))),),
    "postman-key": (build(("PMAK-", (HEX, 24), "-", (HEX, 34))),),
    "hubspot-token": (build(("pat-na1-", *UUID)),),
    "age-secret-key": (lambda chance: bech32("age-secret-key-", chance).upper(),),
    "nostr-secret-key": (lambda chance: bech32("nsec", chance),),
    "bitcoin-extended-key": (extended_key,),
    **{
        name: tuple(functools.partial(fill, template) for template in templates)
        for name, templates in TEMPLATES.items()
    },
}
"""By the id of the provider: what makes such secrets. AWS is apart: it takes two."""
