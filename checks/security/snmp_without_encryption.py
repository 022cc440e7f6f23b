"""The check ``snmp-without-encryption``: management traffic that anyone can read or forge."""

from __future__ import annotations

from checks.events import Call
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, calls, check
from checks.report import Report

_HOMES = (
    "",
    "auth.",
    "asyncio.",
    "asyncore.",
    "twisted.",
    "asyncore.sync.",
    "v1arch.",
    "v1arch.auth.",
    "v1arch.asyncio.",
    "v1arch.asyncio.auth.",
    "v1arch.asyncore.",
    "v3arch.",
    "v3arch.auth.",
    "v3arch.asyncio.",
    "v3arch.asyncio.auth.",
    "v3arch.asyncore.",
)
"""The packages under which the releases of pysnmp have offered the same two classes."""


@check(
    id="snmp-without-encryption",
    title="SNMP without authentication or encryption",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=calls(*(f"pysnmp.hlapi.{home}{{CommunityData,UsmUserData}}" for home in _HOMES)),
    cwe=(319, 306),
    security=True,
)
def snmp_without_encryption(call: Call, report: Report) -> None:
    """A device is managed over SNMP v1 or v2c, or over v3 without a key for each half.

    Why:
        Versions 1 and 2c send the community name, which is the password, in clear text with every
        packet (RFC 3410, section 8). Version 3 without keys proves and hides nothing either.
    Bad:
        from pysnmp.hlapi import CommunityData

        def credentials(community):
            return CommunityData(community, mpModel=1)
    Bad:
        from pysnmp.hlapi import UsmUserData

        def credentials(user, key):
            return UsmUserData(user, authKey=key)
    Good:
        from pysnmp.hlapi import UsmUserData, usmAesCfb128Protocol

        def credentials(user, key, privacy):
            return UsmUserData(user, key, privacy, privProtocol=usmAesCfb128Protocol)
    Suppress:
        Where a device speaks nothing newer, and stands in a network of its own.
    """
    if (call.name or "").endswith("CommunityData"):
        report(
            at=call,
            message=f"`{call.target.short}` is SNMP v1 or v2c, which sends everything in clear.",
            why="Whoever reads one packet has the community name, and can use it.",
            fix="Use SNMP v3: `UsmUserData` with a key to authenticate and one to encrypt.",
        )
        return
    if call.has_star or call.has_double_star:
        return
    missing = [
        what
        for position, keyword, what in ((1, "authKey", "authenticates"), (2, "privKey", "encrypts"))
        if (value := call.argument(position, keyword)) is None or value.constant is None
    ]
    if missing:
        report(
            at=call,
            message=f"This SNMP v3 user has no key that {' and none that '.join(missing)}.",
            why="Someone on the way can read the answers, or send commands in its name.",
            fix="Give `authKey` and `privKey`, both from the configuration.",
        )
