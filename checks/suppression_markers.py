"""The markers with which people silence other tools, and which of our checks mean the same defect.

Who has told Bandit, Ruff, gosec, Semgrep, ESLint, zizmor, gitleaks, detect-secrets or TruffleHog
that a line is as it should be need not tell Assay again. A marker silences what its tool would have
said, and nothing else: a bare ``# noqa`` is mostly about style and silences nothing here, ``# type:
ignore`` and ``# pragma: no cover`` say nothing about defects. Rule numbers are the tools' own:
https://bandit.readthedocs.io/en/latest/plugins/, https://docs.astral.sh/ruff/rules/,
https://github.com/securego/gosec#available-rules, https://docs.zizmor.sh/audits/.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping

import re2

from checks.light import dataclass

SECRETS = frozenset({"hard-coded-secret", "real-secret-in-test-data"})

_XML = ("xml-external-entity", "xml-entity-expansion")
_TLS = ("tls-verification-off", "tls-verify-disabled-in-test")
_SQL = ("sql-injection", "injection-shape-in-test")
_COMMAND = ("command-injection", "injection-shape-in-test")

BANDIT: Mapping[str, tuple[str, ...]] = {
    "101": ("assert-as-security-check",),
    "102": ("code-injection", "untrusted-input-executed-in-test"),
    "103": ("permissive-file-mode",),
    "104": ("bind-all-interfaces",),
    "105": tuple(sorted(SECRETS)),
    "106": tuple(sorted(SECRETS)),
    "107": tuple(sorted(SECRETS)),
    "108": ("insecure-temporary-file", "shared-file-path"),
    "110": ("swallowed-exception", "try-except-in-test"),
    "112": ("swallowed-exception", "try-except-in-test"),
    "113": ("missing-timeout",),
    "201": ("debug-mode-on",),
    "202": ("archive-extraction-unsafe",),
    "301": ("unsafe-deserialization", "untrusted-input-executed-in-test"),
    "302": ("unsafe-deserialization",),
    "303": ("weak-hash",),
    "304": ("weak-cipher",),
    "305": ("weak-cipher",),
    "306": ("insecure-temporary-file",),
    "307": ("code-injection", "untrusted-input-executed-in-test"),
    "308": ("cross-site-scripting",),
    "310": ("server-side-request-forgery",),
    "311": ("insecure-randomness", "unseeded-randomness-in-test"),
    "312": ("cleartext-credentials",),
    **{str(number): _XML for number in range(313, 321)},
    "321": ("cleartext-credentials",),
    "323": _TLS,
    "324": ("weak-hash", "password-hash-without-work-factor"),
    "501": _TLS,
    "502": ("tls-old-protocol",),
    "503": ("tls-old-protocol",),
    "504": ("tls-old-protocol",),
    "505": ("weak-key-size",),
    "506": ("unsafe-yaml-load",),
    "507": ("ssh-host-key-ignored",),
    "508": ("snmp-without-encryption",),
    "509": ("snmp-without-encryption",),
    **{str(number): _COMMAND for number in range(601, 607)},
    "608": _SQL,
    "609": ("wildcard-in-shell-command",),
    "610": _SQL,
    "611": _SQL,
    "612": ("logging-configuration-listener",),
    "613": ("bidirectional-text",),
    "614": ("unsafe-deserialization",),
    "615": ("remote-model-code",),
    "701": ("template-autoescape-off", "cross-site-scripting"),
    "702": ("template-autoescape-off", "cross-site-scripting"),
    "703": ("cross-site-scripting",),
    "704": ("cross-site-scripting",),
}
"""By the number of a rule of Bandit (``B602``), which is Ruff's as well (``S602``)."""

RUFF: Mapping[str, tuple[str, ...]] = {
    "ASYNC251": ("sleep-in-test",),
    "B011": ("assert-constant",),
    "B015": ("useless-comparison",),
    "B017": ("broad-raises",),
    "BLE001": ("swallowed-exception", "try-except-in-test"),
    "DTZ005": ("naive-local-time-in-test",),
    "E722": ("swallowed-exception", "try-except-in-test"),
    "F631": ("assert-on-tuple",),
    "F811": ("duplicate-test-name",),
    "H202": ("broad-raises",),
    "PT011": ("broad-raises",),
    "PT012": ("raises-block-too-wide",),
    "PT015": ("assert-constant",),
    "PT017": ("try-except-in-test",),
    "PT031": ("raises-block-too-wide",),
    "SIM115": ("unclosed-resource-in-test",),
    "T100": ("leftover-debugger",),
    "T201": ("print-in-test",),
}
"""By a rule of Ruff, or of a plug-in of flake8 (`H`: hacking), that is none of Bandit's."""

GOSEC: Mapping[str, tuple[str, ...]] = {
    "G101": tuple(sorted(SECRETS)),
    "G102": ("bind-all-interfaces",),
    "G107": ("server-side-request-forgery",),
    "G110": ("decompression-bomb",),
    "G201": _SQL,
    "G202": _SQL,
    "G203": ("cross-site-scripting",),
    "G204": _COMMAND,
    "G301": ("permissive-file-mode",),
    "G302": ("permissive-file-mode",),
    "G303": ("insecure-temporary-file",),
    "G304": ("path-traversal",),
    "G305": ("archive-extraction-unsafe",),
    "G306": ("permissive-file-mode",),
    "G401": ("weak-hash",),
    "G402": (*_TLS, "tls-old-protocol"),
    "G403": ("weak-key-size",),
    "G404": ("insecure-randomness",),
    "G405": ("weak-cipher",),
    "G501": ("weak-hash",),
    "G502": ("weak-cipher",),
    "G503": ("weak-cipher",),
    "G505": ("weak-hash",),
}

ESLINT: Mapping[str, tuple[str, ...]] = {
    "jest/no-focused-tests": ("focused-test",),
    "mocha/no-exclusive-tests": ("focused-test",),
    "no-console": ("print-in-test",),
    "no-debugger": ("leftover-debugger",),
    "no-eval": ("code-injection",),
    "no-implied-eval": ("code-injection",),
    "no-new-func": ("code-injection",),
    "no-only-tests/no-only-tests": ("focused-test",),
    "no-unsanitized/method": ("cross-site-scripting",),
    "no-unsanitized/property": ("cross-site-scripting",),
    "react/no-danger": ("cross-site-scripting",),
    "security/detect-bidi-characters": ("bidirectional-text",),
    "security/detect-child-process": _COMMAND,
    "security/detect-eval-with-expression": ("code-injection",),
    "security/detect-non-literal-fs-filename": ("path-traversal",),
    "security/detect-non-literal-regexp": ("regular-expression-injection",),
    "security/detect-non-literal-require": ("unsafe-import",),
    "security/detect-possible-timing-attacks": ("timing-unsafe-comparison",),
    "security/detect-pseudoRandomBytes": ("insecure-randomness",),
    "security/detect-unsafe-regex": ("slow-regular-expression",),
    "vitest/no-focused-tests": ("focused-test",),
}

ZIZMOR: Mapping[str, tuple[str, ...]] = {
    "artipacked": ("workflow-credentials-persisted",),
    "bot-conditions": ("workflow-spoofable-actor",),
    "cache-poisoning": ("workflow-cache-poisoning",),
    "dangerous-triggers": ("workflow-untrusted-checkout",),
    "excessive-permissions": ("workflow-permissions-broad", "workflow-permissions-widened"),
    "github-env": ("workflow-environment-file",),
    "hardcoded-container-credentials": ("workflow-container-password",),
    "insecure-commands": ("workflow-insecure-commands",),
    "overprovisioned-secrets": ("workflow-secret-for-all",),
    "secrets-inherit": ("workflow-secrets-inherited",),
    "self-hosted-runner": ("workflow-self-hosted-runner",),
    "template-injection": ("workflow-template-injection",),
    "unpinned-uses": ("workflow-action-unpinned", "workflow-pin-removed"),
    "unredacted-secrets": ("workflow-secret-printed",),
    "unsound-condition": ("workflow-condition-always-true",),
    "unsound-contains": ("workflow-condition-contains",),
}

SEMGREP: Mapping[str, tuple[str, ...]] = {
    "command": _COMMAND,
    "cookie": ("cookie-without-httponly", "cookie-without-samesite", "cookie-without-secure"),
    "cors": ("cors-any-origin-with-credentials",),
    "csrf": ("csrf-protection-off",),
    "deserialization": ("unsafe-deserialization",),
    "eval": ("code-injection",),
    "exec": ("code-injection", *_COMMAND),
    "jwt": ("jwt-not-verified", *sorted(SECRETS)),
    "ldap": ("ldap-injection",),
    "md5": ("weak-hash",),
    "password": tuple(sorted(SECRETS)),
    "pickle": ("unsafe-deserialization",),
    "random": ("insecure-randomness",),
    "redirect": ("open-redirect",),
    "secret": tuple(sorted(SECRETS)),
    "secrets": tuple(sorted(SECRETS)),
    "sha1": ("weak-hash",),
    "shell": _COMMAND,
    "sql": _SQL,
    "sqli": _SQL,
    "sqlalchemy": _SQL,
    "ssl": (*_TLS, "tls-old-protocol"),
    "ssrf": ("server-side-request-forgery",),
    "ssti": ("template-injection",),
    "subprocess": _COMMAND,
    "tls": (*_TLS, "tls-old-protocol"),
    "traversal": ("path-traversal",),
    "xpath": ("xpath-injection",),
    "xss": ("cross-site-scripting",),
    "xxe": _XML,
    "yaml": ("unsafe-yaml-load",),
}
"""By a word of the last part of a rule's name (``…lang.security.audit.sqli.raw-query``)."""

_ALL = frozenset(
    check for table in (BANDIT, GOSEC, SEMGREP) for those in table.values() for check in those
)
_ALL_OF_ESLINT = frozenset(check for those in ESLINT.values() for check in those)
_ALL_OF_BANDIT = frozenset(check for those in BANDIT.values() for check in those)


class Reach(enum.Enum):
    """Of which findings a marker speaks."""

    LINE = "line"
    """Of those on its own line."""
    LINE_OR_BELOW = "line or below"
    """Of those on its line, and where nothing else stands on it, of those on the next one."""
    BELOW = "below"
    """Of those on the next line."""
    FROM_HERE = "from here"
    """Of those from its line on, to a marker with the other reach or the end of the file."""
    TO_HERE = "to here"
    """Of none: what was silenced from further up is silenced no more."""


@dataclass(frozen=True, slots=True)
class Marker:
    """One marker in a comment."""

    tool: str
    """As people write it: ``nosec``, ``noqa``, …"""
    checks: frozenset[str]
    """Ids of our checks that it silences."""
    reach: Reach


_IDS = r"[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*"
_NOSEC = re2.compile(r"(?:^|[#/\s])nosec\b[:\s]*(" + _IDS + r"|\w+_\w+)?")
_NOQA = re2.compile(r"(?i)(?:^|[#\s])noqa\s*:\s*(" + _IDS + ")")
_NOSEMGREP = re2.compile(r"(?:^|[#/*\s])nosem(?:grep)?\b(?::\s*([\w./-]+(?:\s*,\s*[\w./-]+)*))?")
_ESLINT = re2.compile(r"\beslint-disable-(next-)?line\s+([\w@/-]+(?:\s*,\s*[\w@/-]+)*)")
_ESLINT_BLOCK = re2.compile(
    r"(?s)^/\*+\s*eslint-(disable|enable)(?:\s+([\w@/-]+(?:\s*,\s*[\w@/-]+)*))?\s*(?:\s--.*)?\*/$"
)
_ZIZMOR = re2.compile(r"\bzizmor:\s*ignore\[([^\]]*)\]")
_SECRET = re2.compile(
    r"(gitleaks:allow|trufflehog:ignore|pragma:\s*(?:allow|white)list(\s+nextline)?\s+secret)"
)


def markers(comment: str) -> Iterator[Marker]:
    """The markers of other tools in the text of one comment. Linear in it."""
    if match := _NOSEC.search(comment):
        yield Marker("nosec", _nosec(match.group(1) or ""), Reach.LINE)
    if match := _NOQA.search(comment):
        found = (_ruff(code) for code in _codes(match.group(1).upper()))
        yield Marker("noqa", frozenset().union(*found), Reach.LINE)
    if match := _NOSEMGREP.search(comment):
        yield Marker("nosemgrep", _semgrep(match.group(1) or ""), Reach.LINE_OR_BELOW)
    for match in _ESLINT.finditer(comment):
        reach = Reach.BELOW if match.group(1) else Reach.LINE
        yield Marker("eslint-disable", _eslint(match.group(2)), reach)
    if match := _ESLINT_BLOCK.search(comment.strip()):
        reach = Reach.FROM_HERE if match.group(1) == "disable" else Reach.TO_HERE
        yield Marker("eslint-disable", _eslint(match.group(2) or ""), reach)
    if match := _ZIZMOR.search(comment):
        found = (frozenset(ZIZMOR.get(one.strip(), ())) for one in match.group(1).split(","))
        yield Marker("zizmor: ignore", frozenset().union(*found), Reach.LINE)
    if match := _SECRET.search(comment):
        tool = match.group(1).split(":")[0]
        reach = Reach.BELOW if match.group(2) else Reach.LINE
        yield Marker("allowlist secret" if tool == "pragma" else tool, SECRETS, reach)


def _codes(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _nosec(named: str) -> frozenset[str]:
    if not named:
        return _ALL_OF_BANDIT
    found: set[str] = set()
    for one in _codes(named):
        found.update(BANDIT.get(one[1:], ()) if one[0] == "B" else GOSEC.get(one, ()))
    return frozenset(found)


def _eslint(named: str) -> frozenset[str]:
    """The checks for the names of rules; for none those for all rules, as ESLint takes it."""
    if not named:
        return _ALL_OF_ESLINT
    found = (frozenset(ESLINT.get(one.strip(), ())) for one in named.split(","))
    return frozenset().union(*found)


def _ruff(code: str) -> frozenset[str]:
    if code[0] == "S" and code[1:].isdigit():
        return frozenset(BANDIT.get(code[1:], ()))
    return frozenset(RUFF.get(code, ()))


def _semgrep(named: str) -> frozenset[str]:
    if not named:
        return _ALL
    found: set[str] = set()
    for rule in named.split(","):
        last = ".".join(rule.strip().split(".")[-2:]).lower()
        for word in last.replace("-", " ").replace(".", " ").replace("_", " ").split():
            found.update(SEMGREP.get(word, ()))
    return frozenset(found)
