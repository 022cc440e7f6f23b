"""Which limits of an analysis can hide a finding: what was not looked at is not called fixed.

A file's report says in plain words what was left out. Most of that cannot hide a given finding: a
comment of our own that silences nothing, a byte that is no UTF-8, data that was not followed to its
end when the rule follows no data. What is not known here is taken to hide anything. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

import re2

from checks.registry import Check, EventKind

_NOTHING = (
    re2.compile(r"^line [0-9]+: .*, so (the comment|it) silences nothing($|: )"),
    re2.compile(r"^holds .*$"),
    re2.compile(r"^declares the encoding .*, read as UTF-8$"),
    re2.compile(r"^code nested more than [0-9]+ deep was read without its scopes$"),
)
_DATA = (
    re2.compile(r"^data could not be followed: .*$"),
    re2.compile(r"^data was followed in part only: .*$"),
    re2.compile(r"^not all files that it imports (could be|were) read.*$"),
)
_OF_ONE_CHECK = (
    re2.compile(r"^check ([A-Za-z0-9_.-]+) failed on this file$"),
    re2.compile(r"^more than [0-9]+ findings of ([A-Za-z0-9_.-]+), the rest left out$"),
)
_UNPARSED = re2.compile(r"^lines? ([0-9]+)(?:-([0-9]+))? could not be parsed$")
_NEAR = 2
"""Lines around a part that could not be parsed that may belong to the same statement."""


def can_hide(limits: Iterable[str], check: Check | None, rule: str, line: int | None) -> bool:
    """Whether one of a file's limits could be why a finding is not reported any more.

    Args:
        limits: of the file that the finding stood in.
        check: its check, None when the catalogue does not know it.
        rule: its check's id, ``""`` when not even that is known.
        line: where the finding would stand in the head, None when nobody knows.
    """
    return any(_hides(one, check, rule, line) for one in limits)


def _hides(limit: str, check: Check | None, rule: str, line: int | None) -> bool:
    if any(one.match(limit) for one in _NOTHING):
        return False
    if any(one.match(limit) for one in _DATA):
        return check is None or any(heard.kind is EventKind.FLOW for heard in check.on)
    for pattern in _OF_ONE_CHECK:
        if (named := pattern.match(limit)) is not None:
            return not rule or named.group(1) == rule
    if (unparsed := _UNPARSED.match(limit)) is not None and line is not None:
        first = int(unparsed.group(1))
        last = int(unparsed.group(2) or first)
        return first - _NEAR <= line <= last + _NEAR
    return True
