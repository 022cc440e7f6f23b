"""Addresses that whoever knows them may post to."""

from __future__ import annotations

from checks.model import Severity
from checks.secrets.provider import UUID, Provider

_SLACK = "https://api.slack.com/apps"

PROVIDERS = (
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
        id="slack-workflow-webhook",
        issuer="Slack",
        what="the address that starts a workflow",
        keywords=("hooks.slack.com/workflows/", "hooks.slack.com/triggers/"),
        pattern=r"https://hooks\.slack\.com/(?:workflows|triggers)/[A-Za-z0-9]{8,14}(?:/"
        r"[A-Za-z0-9]{8,24}){1,2}/[A-Za-z0-9]{23,36}",
        revoke="https://api.slack.com/apps",
        severity=Severity.MEDIUM,
    ),
    Provider(
        id="zapier-webhook",
        issuer="Zapier",
        what="the address of a webhook",
        keywords=("hooks.zapier.com/hooks/catch/",),
        pattern=r"https://hooks\.zapier\.com/hooks/catch/[0-9]{5,12}/[a-z0-9]{6,12}",
        revoke="https://zapier.com/app/zaps",
        severity=Severity.MEDIUM,
    ),
    Provider(
        id="make-webhook",
        issuer="Make",
        what="the address of a webhook",
        keywords=(".make.com/", ".integromat.com/"),
        pattern=r"https://hook\.(?:(?:eu|us)[12]\.)?(?:make|integromat)\.com/[a-z0-9]{32}",
        revoke="https://www.make.com/en/help/tools/webhooks",
        severity=Severity.MEDIUM,
    ),
    Provider(
        id="google-chat-webhook",
        issuer="Google Chat",
        what="the address of a webhook",
        keywords=("chat.googleapis.com/v1/spaces/",),
        pattern=r"https://chat\.googleapis\.com/v1/spaces/[A-Za-z0-9_-]{8,16}/messages\?key="
        r"[A-Za-z0-9_-]{39}(?:&|&amp;)token=[A-Za-z0-9_%-]{43,48}",
        revoke="https://developers.google.com/workspace/chat/quickstart/webhooks",
        joins="-%",
        severity=Severity.MEDIUM,
    ),
    Provider(
        id="tines-webhook",
        issuer="Tines",
        what="the address of a webhook",
        keywords=(".tines.com/webhook/",),
        pattern=r"https://[A-Za-z0-9-]{1,60}\.tines\.com/webhook/[a-z0-9]{32}/[a-z0-9]{32}",
        revoke="https://www.tines.com/docs/actions/types/webhook/",
    ),
    Provider(
        id="teams-connector-webhook",
        issuer="Microsoft Teams",
        what="the address of a webhook",
        keywords=("outlook.office.com/webhook/",),
        pattern=r"https://outlook\.office(?:365)?\.com/webhook/"
        + UUID
        + r"@"
        + UUID
        + r"/IncomingWebhook/[0-9a-f]{32}/"
        + UUID,
        revoke="https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook",
        joins="-",
        severity=Severity.MEDIUM,
    ),
    Provider(
        id="feishu-webhook",
        issuer="Lark",
        what="the address of a bot's webhook",
        keywords=("/open-apis/bot/v2/hook/",),
        pattern=r"https://open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/v2/hook/" + UUID,
        revoke="https://open.larksuite.com/document/client-docs/bot-v3/add-custom-bot",
        joins="-",
        severity=Severity.MEDIUM,
        source="https://open.larksuite.com/document/client-docs/bot-v3/add-custom-bot",
    ),
    Provider(
        id="dingtalk-webhook",
        issuer="DingTalk",
        what="the address of a robot's webhook",
        keywords=("oapi.dingtalk.com/robot/send",),
        pattern=r"https://oapi\.dingtalk\.com/robot/send\?access_token=[0-9a-f]{64}",
        revoke="https://open.dingtalk.com/document/robots/custom-robot-access",
        severity=Severity.MEDIUM,
        source="https://open.dingtalk.com/document/robots/custom-robot-access",
    ),
    Provider(
        id="wecom-webhook",
        issuer="WeCom",
        what="the address of a robot's webhook",
        keywords=("qyapi.weixin.qq.com/cgi-bin/webhook/send",),
        pattern=r"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=" + UUID,
        revoke="https://developer.work.weixin.qq.com/document/path/91770",
        joins="-",
        severity=Severity.MEDIUM,
        source="https://developer.work.weixin.qq.com/document/path/91770",
    ),
    Provider(
        id="ifttt-webhook",
        issuer="IFTTT",
        what="the address of a webhook",
        keywords=("maker.ifttt.com/trigger/",),
        pattern=r"https://maker\.ifttt\.com/trigger/[A-Za-z0-9_-]{1,60}/(?:json/)?with/key/"
        r"[A-Za-z0-9_-]{20,45}",
        revoke="https://ifttt.com/maker_webhooks",
        joins="-",
        severity=Severity.MEDIUM,
    ),
)
