"""Results whose order nobody promises: rows of a query, and files that a helper finds."""

from __future__ import annotations

import re2
import tree_sitter

from checks.events import Function, Value
from checks.languages.python.index import Index

_FETCHING = frozenset({"all", "fetchall", "fetchmany"})
_RUNNING = frozenset({"execute", "exec_driver_sql", "query"})
_SELECTING = re2.compile(r"(?i)\bselect\b")
_ORDERED = re2.compile(r"(?i)order[_ ]by|group[_ ]by|\bunion|\bvalues\b|\bwith\b")
_LISTING = ("os.walk(", "os.listdir(", "os.scandir(", ".iterdir(", ".rglob(", ".glob(",
            "glob.iglob(")  # fmt: skip
_SORTING = ("sorted(", ".sort(")
_MAX_CHAIN = 12
_MAX_BODY = 4_000
"""Bytes of a helper that are looked at."""


def are_rows(value: Value) -> bool:
    """Whether it is all rows of a query that says no order.

    ``table.select().execute().fetchall()``, ``connection.execute(select(table)).all()``
    """
    node = value.node
    names: list[str] = []
    given = ""
    for _ in range(_MAX_CHAIN):
        if node.type != "call":
            break
        called = node.child_by_field_name("function")
        if called is None or called.type != "attribute":
            break
        attribute = called.child_by_field_name("attribute")
        owner = called.child_by_field_name("object")
        if attribute is None or owner is None:
            break
        names.append(value.module.text_of(attribute))
        if names[-1] in _RUNNING:
            given += _statement(value, node)
        node = owner
    if not names or names[0] not in _FETCHING or _RUNNING.isdisjoint(names):
        return False
    text = given + value.text
    return _SELECTING.search(text) is not None and _ORDERED.search(text) is None


def _statement(value: Value, call: tree_sitter.Node) -> str:
    """The text of the statement that a call runs, when a name holds it."""
    arguments = call.child_by_field_name("arguments")
    first = None if arguments is None else next(iter(arguments.named_children), None)
    if first is None or first.type != "identifier":
        return ""
    made = Value(value.module, first, value.context).assignments
    return " ".join(one.text for one in made) if len(made) == 1 else "order by"


def lists_files(value: Value, index: Index) -> bool:
    """Whether it calls a helper of the repository that lists a folder and does not sort."""
    name = value.callee_name
    helper = None if name is None else index.find_function(name)
    return helper is not None and _lists(helper)


def _lists(helper: Function) -> bool:
    text = helper.text[:_MAX_BODY]
    return any(word in text for word in _LISTING) and not any(word in text for word in _SORTING)
