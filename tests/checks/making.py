"""Small makers for the tests of the analysis."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

from checks.engine import analyse
from checks.events import Call, Module, calls_of
from checks.languages.python.module import read
from checks.model import (
    Aspect,
    ChangedFile,
    Confidence,
    FileReport,
    Lines,
    Role,
    Settings,
    Severity,
    Surface,
)
from checks.registry import ALL_ROLES, Check, Events, calls
from checks.report import Report
from checks.text import SourceText

SETTINGS = Settings()
EVAL = calls("eval")


def module(text: str | bytes, path: str = "app/service.py") -> Module:
    """A module from indented source."""
    data = text if isinstance(text, bytes) else textwrap.dedent(text).encode()
    return read(SourceText(data), path)


def callees(text: str, path: str = "app/service.py") -> list[str]:
    """What every call of a text calls, in order."""
    return [call.callee for call in calls_of(module(text, path))]


def call_of(text: str, name: str) -> Call:
    """The only call in a text whose callee is written ``name``."""
    (found,) = [call for call in calls_of(module(text)) if call.target.text == name]
    return found


def flag(call: Call, report: Report) -> None:
    """The body of a check that reports every call it hears."""
    report(at=call, message=f"`{call.text}` is called.", why="It matters.", fix="Do not.")


def make_check(
    run: Callable[[Any, Any], None] = flag,
    *,
    on: Events | tuple[Events, ...] = EVAL,
    name: str = "a-check",
    severity: Severity = Severity.MEDIUM,
    confidence: Confidence = Confidence.HIGH,
    surface: Surface = Surface.INLINE,
    roles: frozenset[Role] = ALL_ROLES,
    languages: frozenset[str] = frozenset({"python"}),
) -> dict[str, Check]:
    """A catalogue of one check."""
    check = Check(
        id=name,
        title=name,
        aspect=Aspect.INPUT,
        severity=severity,
        confidence=confidence,
        surface=surface,
        cwe=(),
        languages=languages,
        roles=roles,
        on=on if isinstance(on, tuple) else (on,),
        run=run,
        security=False,
    )
    return {name: check}


def look(
    head: str | bytes,
    base: str | bytes | None = None,
    *,
    path: str = "app/service.py",
    old_path: str | None = None,
    added: tuple[Lines, ...] | None = None,
    checks: dict[str, Check] | None = None,
    settings: Settings = SETTINGS,
    strict: bool = True,
    generated: bool = False,
) -> FileReport:
    """The report on one file, by one check that flags every call of ``eval``."""

    def data(text: str | bytes) -> bytes:
        return text if isinstance(text, bytes) else textwrap.dedent(text).encode()

    file = ChangedFile(
        path, data(head), None if base is None else data(base), old_path, added, generated
    )
    catalogue = make_check() if checks is None else checks
    (report,) = analyse([file], settings, strict=strict, checks=catalogue, evidence=[])
    return report
