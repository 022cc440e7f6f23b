"""The checks on secrets, asked about one text."""

from __future__ import annotations

from checks import registry
from checks.engine import analyse
from checks.model import ChangedFile, FileReport, Finding, Settings

IN_CODE, IN_TESTS = "hard-coded-secret", "real-secret-in-test-data"
CHECKS = {one: registry.load()[one] for one in (IN_CODE, IN_TESTS)}
DEFAULTS = Settings()


def report(
    text: str | bytes, path: str = "app/settings.py", settings: Settings = DEFAULTS
) -> FileReport:
    """What is said of a new file."""
    data = text if isinstance(text, bytes) else text.encode()
    (one,) = analyse([ChangedFile(path, data)], settings, strict=True, checks=CHECKS, evidence=[])
    return one


def look(
    text: str | bytes, path: str = "app/settings.py", settings: Settings = DEFAULTS
) -> list[Finding]:
    """The findings in a new file."""
    return list(report(text, path, settings).findings)


def said(finding: Finding) -> str:
    """All that people and programs read of a finding."""
    return " ".join(
        (finding.message, finding.why, finding.fix, finding.identity, finding.fingerprint)
    )
