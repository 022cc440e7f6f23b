"""Readings of a clock that a test takes for the same moment, or for two different ones.

A clock has a step (https://docs.python.org/3/library/time.html#time.get_clock_info), a file system
and a database often a whole second (https://docs.python.org/3/library/os.html#os.stat_result):
two readings that follow each other may be the same or not.
"""

from __future__ import annotations

from checks.events import Call, Function, Node, Value, argument_nodes, as_call
from checks.hygiene.shared.equalities import equality_of
from checks.hygiene.shared.moments import READING
from checks.hygiene.shared.tests import own_calls
from checks.hygiene.shared.texts import words
from checks.hygiene.shared.waiting import is_sleep
from checks.languages.python.context import Located

_SORTS = frozenset(
    {"accessed", "changed", "created", "deleted", "ended", "finished", "inserted", "joined",
     "launched", "modified", "started", "terminated", "updated"}
)  # fmt: skip
_MOMENTS = frozenset({"at", "date", "on", "time", "timestamp"})
_CHANGES = frozenset({"ctime", "getctime", "getmtime", "lastmodified", "mtime", "st_ctime",
                      "st_mtime", "st_mtime_ns"})  # fmt: skip
_DIFFERENT = frozenset({"assertGreater", "assertLess", "assertNotEqual", "assertNotEquals"})
_SIGNS = frozenset({"!=", "<", ">"})
_LETTING_PASS = frozenset({"advance", "futimes", "tick", "touch", "utime", "wait"})
_WRITTEN = frozenset({"isotime", "strtime"})
_PAIR = 2
_MOST = 2
"""Words of a name that says when something happened."""


def same_moment(event: Located) -> tuple[Value, Value] | None:
    """Moments of two sorts that must be equal: ``assertEqual(created_at, started_at)``."""
    equality = equality_of(event)
    if equality is None:
        return None
    sorts = [_sort(one) for one in (equality.left, equality.right)]
    if not all(sorts) or sorts[0] == sorts[1]:
        return None
    data = event.module.source.data
    # Moments that a test gives itself are the same because it says so.
    if any(f"{one}{sign}".encode() in data for one in sorts for sign in ("=", '"', "'")):
        return None
    return equality.left, equality.right


def _sort(value: Value) -> str:
    """The name of a moment by what happened then: ``created_at``, else ``""``."""
    if value.node.type not in ("attribute", "identifier"):
        return ""
    if value.origin.node.type not in ("attribute", "call", "identifier", "subscript"):
        return ""
    name = value.text.rpartition(".")[2]
    parts = words(name)
    if len(parts) != _MOST or parts[0] not in _SORTS or parts[1] not in _MOMENTS:
        return ""
    return name


def moved_on(event: Located) -> tuple[Value, Value] | None:
    """Two times of change of a file that must differ, with nothing that lets time pass between."""
    function = event.function
    sides = _different(event)
    if function is None or sides is None or not all(_is_change(one) for one in sides):
        return None
    return None if _lets_pass(function) else sides


def _different(event: Located) -> tuple[Value, Value] | None:
    call = as_call(event)
    if call is not None:
        given = call.arguments[:_PAIR]
        return (given[0], given[1]) if call.method in _DIFFERENT and len(given) == _PAIR else None
    parts = event.children() if event.kind == "assert_statement" else []
    if not parts or parts[0].type != "comparison_operator":
        return None
    sides = [one for one in parts[0].named_children if one.type != "comment"]
    signs = [event.module.text_of(one) for one in parts[0].children if not one.is_named]
    if len(sides) != _PAIR or len(signs) != 1 or signs[0] not in _SIGNS:
        return None
    return event.value(sides[0]), event.value(sides[1])


def _is_change(value: Value) -> bool:
    """Whether it is read from a file: ``os.stat(path).st_mtime``, or a name that holds that."""
    made = value.origin
    name = made.text
    if made.node.type == "call":
        name = (made.callee_name or name).partition("(")[0]
    return name.rpartition(".")[2] in _CHANGES


def _lets_pass(function: Function) -> bool:
    return any(
        is_sleep(one) or "sleep" in one.method or one.method in _LETTING_PASS
        for one in own_calls(function)
    )


def read_at_once(event: Node) -> Call | None:
    """The reading that a list holds several times: ``[isotime() for number in range(3)]``."""
    body = event.child("body")
    for one in event.module.within(event.node, "call"):
        made = as_call(one) if one.node == body else None
        if made is not None and not argument_nodes(made.node):
            return made if made.method in READING or made.method in _WRITTEN else None
    return None
