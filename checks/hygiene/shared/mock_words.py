"""Names that a mock makes up on the spot: questions it cannot answer, settings it does not know.

A mock answers to every name, so what counts is what the words of the name say. The names that it
does know are those of https://docs.python.org/3/library/unittest.mock.html.
"""

from __future__ import annotations

import functools

import re2
import tree_sitter

from checks.events import Call, Node
from checks.hygiene.shared.texts import words

_DONE = frozenset({"called", "awaited"})
_TIMES = frozenset({"call", "calls", "await", "awaits"})
_ASKING = frozenset({"any", "assert", "asserts", "asset", "has", "have"})
_AROUND = frozenset(
    {"args", "be", "been", "check", "ensure", "ever", "exactly", "expect", "expected", "had", "is",
     "just", "never", "not", "once", "only", "should", "times", "to", "twice", "verify", "was",
     "were", "with"}
)  # fmt: skip
_ALL = _DONE | _TIMES | _ASKING | _AROUND
_OWN = frozenset({"await_args", "await_args_list", "call_args", "call_args_list", "call_count",
                  "await_count", "mock_calls", "method_calls"})  # fmt: skip

SETTINGS = ("return_value", "side_effect")
_SHORTEST = 9
"""Letters from which on a setting can be told from another word that is spelled nearly alike."""
_RAISING = frozenset({"error", "exc", "exception", "raise", "raises", "throw", "throws"})
"""What is taken for the name of the setting that lets a mock raise."""
_EXCEPTION = re2.compile(r"(?:Error|Exception|Timeout|Interrupt|NotFound|Conflict|Forbidden)$")


@functools.lru_cache(maxsize=4_096)
def question(name: str) -> str | None:
    """The assertion that a name stands for by its words: ``was_called_with``, ``calledOnce``."""
    if name in _OWN:
        return None
    parts = words(name)
    said = frozenset(parts)
    if len(parts) < 2 or not said <= _ALL:
        return None
    if not said & _DONE and not (said & _TIMES and said & _ASKING):
        return None
    verb = "awaited" if said & {"awaited", "await", "awaits"} else "called"
    many = "awaits" if verb == "awaited" else "calls"
    if said & {"not", "never"}:
        return f"assert_not_{verb}"
    if many in said and not said & _DONE:
        return f"assert_has_{many}"
    if "any" in said:
        return f"assert_any_{verb.removesuffix('ed')}"
    return f"assert_{verb}{'_once' if 'once' in said else ''}{'_with' if 'with' in said else ''}"


def joined(call: Call) -> bool:
    """Whether two expected calls are written as one, ``call(1).call(2)``, for want of a comma."""
    name = call.name or ""
    if name not in ("unittest.mock.call().mock.call", "unittest.mock.call().call"):
        return False
    above = call.parent
    return above is not None and above.kind in ("list", "tuple")


def setting(event: Node, left: tree_sitter.Node, right: tree_sitter.Node) -> str | None:
    """The setting of a mock that was meant by the attribute that is assigned to."""
    named = left.child_by_field_name("attribute")
    name = "" if named is None else event.module.text_of(named)
    meant = None
    if len(name) >= _SHORTEST and name not in SETTINGS:
        parts = words(name)
        for one in SETTINGS:
            same = "".join(parts).removesuffix("s") == one.replace("_", "")
            if same or _swapped(name, one):
                meant = one
    if meant is None and name in _RAISING and _is_exception(event, right):
        meant = "side_effect"
    return meant if meant is not None and _is_never_read(event, name) else None


def _swapped(name: str, right: str) -> bool:
    """Whether two letters next to each other changed places, or one is missing or doubled."""
    if len(name) == len(right):
        differ = [index for index, letter in enumerate(name) if letter != right[index]]
        if len(differ) == 1:
            return True
        return (
            len(differ) == 2
            and differ[1] == differ[0] + 1
            and name[differ[0]] == right[differ[1]]
            and name[differ[1]] == right[differ[0]]
        )
    longer, shorter = sorted((name, right), key=len, reverse=True)
    return len(longer) == len(shorter) + 1 and any(
        longer[:index] + longer[index + 1 :] == shorter for index in range(len(longer))
    )


def _is_exception(event: Node, right: tree_sitter.Node) -> bool:
    value = event.value(right)
    name = (value.callee_name if right.type == "call" else value.name) or ""
    return _EXCEPTION.search(name) is not None


def _is_never_read(event: Node, name: str) -> bool:
    """Whether the file only ever assigns to an attribute of that name."""
    text = event.module.source.data
    return text.count(b"." + name.encode()) == len(_assigned(name).findall(text))


@functools.lru_cache(maxsize=256)
def _assigned(name: str) -> re2._Regexp:
    return re2.compile(rf"\.{re2.escape(name)}\s*=[^=]".encode())
