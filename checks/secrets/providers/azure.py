"""Microsoft: Azure, Entra and their identifiable keys.

Most keys of Azure carry four letters at a fixed place that say what they open; Microsoft publishes
the shapes with its library for finding them.
"""

from __future__ import annotations

from checks.model import Severity
from checks.secrets.provider import Provider

_SHAPES = "https://github.com/microsoft/security-utilities/tree/main/GeneratedRegexPatterns"
_KEYS = "https://learn.microsoft.com/azure/key-vault/secrets/tutorial-rotation-dual"
_IN_33 = r"[A-Za-z0-9+/]{33}"
_IN_76 = r"[A-Za-z0-9+/]{76}"
_TO_44 = r"[A-P][A-Za-z0-9+/]{5}="
_TO_88 = r"[A-Za-z0-9+/]{5}[AQgw]=="


def _short(name: str, what: str, letters: str, revoke: str) -> Provider:
    """A key of 32 bytes: base64 with four letters after the 33rd character."""
    return Provider(
        id=name,
        issuer="Microsoft Azure",
        what=what,
        keywords=(letters.lower(),),
        pattern=_IN_33 + letters.replace("+", r"\+") + _TO_44,
        revoke=revoke,
        joins="+/=-",
        source=_SHAPES,
    )


def _long(
    name: str, what: str, letters: str, revoke: str, severity: Severity = Severity.HIGH
) -> Provider:
    """A key of 64 bytes: base64 with four letters after the 76th character."""
    return Provider(
        id=name,
        issuer="Microsoft Azure",
        what=what,
        keywords=(letters.lower(),),
        pattern=_IN_76 + letters.replace("+", r"\+") + _TO_88,
        revoke=revoke,
        joins="+/=-",
        severity=severity,
        source=_SHAPES,
    )


PROVIDERS = (
    Provider(
        id="azure-storage-key",
        issuer="Microsoft Azure",
        what="a storage account key",
        keywords=("accountkey=",),
        pattern=r"(?i:AccountKey)=([A-Za-z0-9+/]{86}==)",
        revoke="https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage",
        joins="+/=",
        severity=Severity.CRITICAL,
    ),
    Provider(
        id="azure-shared-access-key",
        issuer="Microsoft Azure",
        what="a shared access key",
        keywords=("sharedaccesskey=",),
        pattern=r"(?i:SharedAccessKey)=([A-Za-z0-9+/]{43}=)",
        revoke="https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas",
        joins="+/=",
    ),
    Provider(
        id="azure-client-secret",
        issuer="Microsoft Entra",
        what="a client secret",
        keywords=("8q~", "7q~"),
        pattern=r"[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}",
        revoke="https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps",
        joins="~.-",
        severity=Severity.CRITICAL,
        source=_SHAPES,
    ),
    Provider(
        id="azure-devops-token",
        issuer="Azure DevOps",
        what="a personal access token",
        keywords=("azdo",),
        pattern=r"((?P<drawn>[A-Za-z0-9]{52})JQQJ99[A-Za-z0-9][A-L][A-Za-z0-9]{12}AAAAAZDO"
        r"[A-Za-z0-9]{4})",
        revoke="https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate#revoke-a-pat",
        severity=Severity.CRITICAL,
        source=_SHAPES,
    ),
    Provider(
        id="azure-openai-key",
        issuer="Azure OpenAI",
        what="an API key",
        keywords=("acog",),
        pattern=r"((?P<drawn>[A-Za-z0-9]{52})JQQJ99[A-Za-z0-9][A-L][A-Za-z0-9]{12}AAABACOG"
        r"[A-Za-z0-9]{4})",
        revoke="https://learn.microsoft.com/azure/ai-services/rotate-keys",
        source=_SHAPES,
    ),
    Provider(
        id="azure-annotated-key",
        issuer="Microsoft Azure",
        what="a key",
        keywords=("jqqj99", "jqqj9d", "jqqj9h"),
        pattern=r"[A-Za-z0-9]{52}JQQJ9[9DH][A-Za-z0-9][A-L][A-Za-z0-9]{16}"
        r"[A-Za-z][A-Za-z0-9]{7}(?:[A-Za-z0-9]{2}==)?",
        revoke=_KEYS,
        source=_SHAPES,
    ),
    _long("azure-storage-account-key", "a storage account key", "+ASt",
          "https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage",
          Severity.CRITICAL),
    _long("azure-cosmos-key", "a Cosmos DB key", "ACDb",
          "https://learn.microsoft.com/azure/cosmos-db/how-to-rotate-keys", Severity.CRITICAL),
    _long("azure-batch-key", "a Batch account key", "+ABa",
          "https://learn.microsoft.com/azure/batch/account-key-rotation"),
    _long("azure-machine-learning-key", "a key of a machine learning web service", "+AMC", _KEYS),
    _long("azure-api-management-key", "an API Management key", "APIM",
          "https://learn.microsoft.com/azure/api-management/api-management-subscriptions"),
    _short("azure-service-bus-key", "a Service Bus key", "+ASb",
           "https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas"),
    _short("azure-event-hubs-key", "an Event Hubs key", "+AEh",
           "https://learn.microsoft.com/azure/event-hubs/authenticate-shared-access-signature"),
    _short("azure-relay-key", "a Relay key", "+ARm",
           "https://learn.microsoft.com/azure/azure-relay/relay-authentication-and-authorization"),
    _short("azure-iot-key", "an IoT Hub or device key", "AIoT",
           "https://learn.microsoft.com/azure/iot-hub/authenticate-authorize-sas"),
    _short("azure-redis-key", "an access key of Azure Cache for Redis", "AzCa",
           "https://learn.microsoft.com/azure/azure-cache-for-redis/cache-configure#access-keys"),
    _short("azure-event-grid-key", "an Event Grid key", "AZEG",
           "https://learn.microsoft.com/azure/event-grid/authenticate-with-access-keys-shared-access-signatures"),
    Provider(
        id="azure-function-key",
        issuer="Azure Functions",
        what="an access key",
        keywords=("azfu",),
        pattern=r"[A-Za-z0-9_-]{44}AzFu[A-Za-z0-9_-]{5}[AQgw]==",
        revoke="https://learn.microsoft.com/azure/azure-functions/function-keys-how-to",
        joins="-=",
        source=_SHAPES,
    ),
    Provider(
        id="azure-search-key",
        issuer="Azure AI Search",
        what="an API key",
        keywords=("azse",),
        pattern=r"[A-Za-z0-9]{42}AzSe[A-D][A-Za-z0-9]{5}",
        revoke="https://learn.microsoft.com/azure/search/search-security-api-keys",
        joins="+/=-",
        source=_SHAPES,
    ),
    Provider(
        id="azure-container-registry-password",
        issuer="Azure Container Registry",
        what="a password",
        keywords=("+acr",),
        pattern=r"[A-Za-z0-9+/]{42}\+ACR[A-D][A-Za-z0-9+/]{5}",
        revoke="https://learn.microsoft.com/azure/container-registry/container-registry-authentication",
        joins="+/=-",
        source=_SHAPES,
    ),
    Provider(
        id="azure-app-configuration-secret",
        issuer="Azure App Configuration",
        what="the secret of a connection string",
        keywords=(".azconfig.io;id=",),
        pattern=r"https://[A-Za-z0-9-]{1,60}\.azconfig\.io;Id=[A-Za-z0-9+/=:-]{4,60};"
        r"Secret=([A-Za-z0-9+/]{36,86}={0,2})",
        revoke="https://learn.microsoft.com/azure/azure-app-configuration/howto-disable-access-key-authentication",
        joins="+/=",
        severity=Severity.CRITICAL,
    ),
    Provider(
        id="azure-shared-access-signature",
        issuer="Azure Storage",
        what="the signature of a shared access address",
        keywords=(".core.windows.net/",),
        pattern=r"https://[a-z0-9]{3,24}\.(?:blob|file|queue|table|dfs)\.core\.windows\.net/"
        r"[^\s\"'<>`]{0,400}[?&](?:amp;)?sig=((?:[A-Za-z0-9+/]|%2[BbFf]){43}(?:=|%3[Dd]))",
        revoke="https://learn.microsoft.com/azure/storage/common/storage-sas-overview",
        joins="+/=%",
        source="https://learn.microsoft.com/rest/api/storageservices/create-service-sas",
    ),
    Provider(
        id="azure-logic-apps-address",
        issuer="Azure Logic Apps",
        what="the address that starts a workflow, with its signature",
        keywords=(".logic.azure.com",),
        pattern=r"(https://[a-z0-9.-]{4,60}\.logic\.azure\.com(?::443)?/workflows/[0-9a-f]{32}/"
        r"[^\s\"'<>`]{0,300}[?&](?:amp;)?sig=(?P<drawn>[A-Za-z0-9_-]{43}))",
        revoke="https://learn.microsoft.com/azure/logic-apps/logic-apps-securing-a-logic-app#regenerate-access-keys",
        joins="-",
    ),
)  # fmt: skip
