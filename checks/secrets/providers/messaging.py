"""Chat, mail and telephony."""

from __future__ import annotations

from checks.secrets.provider import Provider

_SLACK = "https://api.slack.com/apps"

PROVIDERS = (
    Provider(
        id="slack-token",
        issuer="Slack",
        what="an API token",
        keywords=("xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxo-"),
        pattern=r"xox[abops]-(?:[0-9]{9,13}-){1,3}[A-Za-z0-9]{20,34}|xoxr-[A-Za-z0-9-]{30,80}"
        r"|xox[ap]-2-(?:[0-9]{9,13}-){2,3}[a-f0-9]{32}",
        revoke=_SLACK,
        joins="-",
        source="https://api.slack.com/authentication/token-types",
    ),
    Provider(
        id="slack-app-token",
        issuer="Slack",
        what="an app-level token",
        keywords=("xapp-",),
        pattern=r"xapp-[0-9]-A[A-Z0-9]{8,12}-[0-9]{10,14}-[a-f0-9]{64}",
        revoke=_SLACK,
        joins="-",
    ),
    Provider(
        id="slack-configuration-token",
        issuer="Slack",
        what="a configuration token",
        keywords=("xoxe.xox", "xoxe-"),
        pattern=r"xoxe(?:\.xox[bp])?-[0-9]-[A-Za-z0-9]{140,180}",
        revoke=_SLACK,
        joins="-",
    ),
    Provider(
        id="slack-webhook",
        issuer="Slack",
        what="the address of a webhook",
        keywords=("hooks.slack.com/services/",),
        pattern=r"https://hooks\.slack\.com/services/T[A-Z0-9]{8,12}/B[A-Z0-9]{8,12}/[A-Za-z0-9]{23,25}",
        revoke="https://api.slack.com/messaging/webhooks",
        joins="/",
    ),
    Provider(
        id="discord-webhook",
        issuer="Discord",
        what="the address of a webhook",
        keywords=("/api/webhooks/", "/api/v"),
        pattern=r"https://(?:ptb\.|canary\.)?discord(?:app)?\.com/api/(?:v[0-9]{1,2}/)?webhooks/"
        r"[0-9]{17,20}/[A-Za-z0-9_-]{68}",
        revoke="https://support.discord.com/hc/en-us/articles/228383668",
        joins="-",
    ),
    Provider(
        id="discord-bot-token",
        issuer="Discord",
        what="a bot token",
        keywords=("discord",),
        pattern=r"[MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}",
        revoke="https://discord.com/developers/applications",
        joins="-.",
        near=True,
    ),
    Provider(
        id="teams-webhook",
        issuer="Microsoft Teams",
        what="the address of a webhook",
        keywords=(".webhook.office.com/webhookb2/",),
        pattern=r"https://[a-z0-9-]{1,60}\.webhook\.office\.com/webhookb2/[0-9a-f-]{36}@[0-9a-f-]{36}"
        r"/IncomingWebhook/[0-9a-f]{32}/[0-9a-f-]{36}",
        revoke="https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/",
        joins="-/",
    ),
    Provider(
        id="telegram-bot-token",
        issuer="Telegram",
        what="a bot token",
        keywords=(":aa",),
        pattern=r"[0-9]{8,10}:AA[A-Za-z0-9_-]{33}",
        revoke="https://core.telegram.org/bots/features#botfather",
        joins="-",
    ),
    Provider(
        id="twilio-api-key",
        issuer="Twilio",
        what="an auth token",
        keywords=(
            "twilio_auth_token",
            "twilio_token",
            "twilio_api_secret",
            "twilioauthtoken",
            "twilio-auth-token",
        ),
        pattern=r"[0-9a-f]{32}",
        revoke="https://console.twilio.com/",
        near=True,
    ),
    Provider(
        id="sendgrid-key",
        issuer="SendGrid",
        what="an API key",
        keywords=("sg.",),
        pattern=r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}",
        revoke="https://app.sendgrid.com/settings/api_keys",
        joins="-.",
    ),
    Provider(
        id="mailgun-key",
        issuer="Mailgun",
        what="an API key",
        keywords=("mailgun",),
        pattern=r"key-[0-9a-f]{32}|[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}",
        revoke="https://app.mailgun.com/settings/api_security",
        joins="-",
        near=True,
    ),
    Provider(
        id="mailchimp-key",
        issuer="Mailchimp",
        what="an API key",
        keywords=("-us",),
        pattern=r"[0-9a-f]{32}-us[0-9]{1,2}",
        revoke="https://us1.admin.mailchimp.com/account/api/",
        joins="-",
    ),
    Provider(
        id="brevo-key",
        issuer="Brevo",
        what="an API key",
        keywords=("xkeysib-",),
        pattern=r"xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}",
        revoke="https://app.brevo.com/settings/keys/api",
        joins="-",
    ),
)
