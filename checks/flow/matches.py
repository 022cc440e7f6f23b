"""What a regular expression matched: a group holds what its part of the pattern lets through."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Final

from checks.flow import patterns
from checks.flow.heap import Object
from checks.flow.machine import Frame, Machine
from checks.flow.site import Site
from checks.flow.values import NOTHING, VAGUE, Api, Value, cleaned, content

PATH: Final = "re.match()"
"""A match, of whichever function."""
FULL_PATH: Final = "re.fullmatch()"
"""A match of all of a text."""
PATHS: Final = (PATH, FULL_PATH)


def matched(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``re.match(pattern, text)``: a match knows its pattern."""
    compiled = site.callee.startswith("re.compile()")
    pattern = site.receiver if compiled else site.get(0, "pattern")
    text = site.get(0 if compiled else 1, "string")
    if text is None or pattern is None:
        return VAGUE
    value = content(machine.heap.flat(text))
    known = None if pattern.taints else pattern.template
    path = FULL_PATH if site.callee.endswith("fullmatch") else PATH
    match = Value(value.taints, value.vague, NOTHING, (Api(path),), known)
    if not site.callee.endswith("finditer"):
        return match
    return Value(references=(machine.heap.new(Object("list", {}, match)),))


def group(machine: Machine, _frame: Frame, target: Value, site: Site) -> Value:
    """``match.group(key)``; several keys and ``groups`` give any of the groups."""
    match = target if site.receiver is None else site.receiver
    if len(site.arguments) == 1:
        return item(match, site.arguments[0])
    if not site.arguments and site.callee.endswith(".group"):
        return item(match, Value(constant=0))
    part = content(Value(match.taints, match.vague))
    kind = "dict" if site.callee.endswith("groupdict") else "list"
    return Value(references=(machine.heap.new(Object(kind, {}, part)),))


def whole(match: Value) -> Value:
    """``match.string``: all of the text; of what ``fullmatch`` found, what it matched."""
    full = any(isinstance(one, Api) and one.path == FULL_PATH for one in match.references)
    return item(match, Value(constant=0)) if full else Value(match.taints, match.vague)


def item(match: Value, key: Value) -> Value:
    """``match[key]``."""
    plain = Value(match.taints, match.vague)
    known = key.constant
    if match.text is None or not isinstance(known, (int, str)):
        return plain
    return cleaned(plain, group_passes(match.text, known))


@functools.lru_cache(maxsize=512)
def group_passes(pattern: str, key: int | str) -> int:
    """The kinds to which what a group of a pattern matched is harmless."""
    if key == 0:
        return patterns.passed_by(pattern, "fullmatch")
    inner = _group(pattern, key)
    return 0 if inner is None else patterns.passed_by(inner, "fullmatch")


def _group(pattern: str, key: int | str) -> str | None:
    """The part of a pattern that a group is."""
    opened: list[tuple[int, int | str | None, int | str | None]] = []
    number = 0
    index, length = 0, len(pattern)
    while index < length:
        one = pattern[index]
        if one == "\\":
            index += 2
            continue
        if one == "[":
            end = pattern.find(
                "]", index + 2 if pattern[index + 1 : index + 2] != "^" else index + 3
            )
            if end < 0:
                return None
            index = end + 1
            continue
        if one == "(":
            begins = index + 1
            name: str | None = None
            own: int | None = None
            if pattern.startswith("(?P<", index):
                close = pattern.find(">", index)
                name, begins = pattern[index + 4 : close], close + 1
            if name is not None or not pattern.startswith("(?", index):
                number += 1
                own = number
            opened.append((begins, own, name))
        elif one == ")" and opened:
            begins, own_key, name_key = opened.pop()
            if key in (own_key, name_key):
                return pattern[begins:index]
        index += 1
    return None


TABLE: Final[dict[str, Callable[[Machine, Frame, Value, Site], Value]]] = {
    **dict.fromkeys(
        [f"{owner}.{name}" for owner in ("re", "re.compile()")
         for name in ("match", "search", "fullmatch", "finditer")], matched,
    ),
    **dict.fromkeys([f"{path}.{name}" for path in PATHS
                    for name in ("group", "groups", "groupdict")], group),
}  # fmt: skip
"""By the path of what is called."""
