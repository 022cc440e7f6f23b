"""Objects that a test creates, and what it takes for granted of their order and their numbers."""

from __future__ import annotations

import re2

from checks.events import Function, Module, Value, argument_nodes
from checks.hygiene.shared.texts import words

_CREATING = frozenset({"create", "make", "add", "new", "register", "insert"})
_RANKED = frozenset(
    {"at", "created", "date", "day", "index", "number", "order", "ordering", "position", "priority",
     "rank", "score", "sequence", "slug", "sort", "time", "timestamp", "weight", "year"}
)  # fmt: skip
"""Words of arguments by which rows are put in order as a rule."""

_ORDER = frozenset(
    {"asc", "desc", "earliest", "first", "last", "latest", "newest", "next", "oldest",
     "order", "ordered", "ordering", "page", "paginated", "previous", "queue", "recent",
     "reversed", "sort", "sorted", "sorting", "top", "tree", "ancestors", "descendants", "path",
     "history"}
)  # fmt: skip
_LISTING = frozenset(
    {"all", "applications", "find", "get", "list", "query", "rows", "search", "select", "fetch"}
)  # fmt: skip
_GIVEN = re2.compile(rb"(?:\b(?:id|pk)\s*=\s*\d|[\"'](?:id|pk)[\"']\s*:\s*\d|\bfixtures\s*=)")
_BUILTINS = frozenset({"list", "tuple", "next", "iter", "reversed", "filter", "map"})
_FEWEST = 2
_DEPTH = 3


def created_in_order(side: Value, other: Value, function: Function) -> bool:
    """Whether what a call lists is held against objects in the order of their creation.

    ``first = create_tag(); second = create_tag(); assert list_tags() == [first, second]``
    """
    elements = other.origin.elements
    if elements is None or other.origin.node.type != "list" or len(elements) < _FEWEST:
        return False
    names = [one.text for one in elements]
    if len(set(names)) < len(names) or not all(_is_created(one) for one in elements):
        return False
    listing = side.origin
    if listing.node.type != "call" or listing.callee_name in _BUILTINS or not _lists(listing):
        return False
    if any(name in listing.text for name in names):
        return False
    return _ORDER.isdisjoint(words(function.name))


def _is_created(value: Value) -> bool:
    """Whether the name holds what a factory made, told nothing that gives it a place."""
    made = value.assignments
    if value.node.type != "identifier" or len(made) != 1 or made[0].node.type != "call":
        return False
    called = made[0].text.partition("(")[0]
    owner, _, last = called.rpartition(".")
    parts = words(last)
    factory = last.endswith("Factory") or "factor" in owner.lower()
    if not factory and not (parts and parts[0] in _CREATING):
        return False
    return not any(
        one.type == "keyword_argument"
        and not _RANKED.isdisjoint(words(made[0].module.text_of(one).partition("=")[0]))
        for one in argument_nodes(made[0].node)
    )


def _lists(listing: Value) -> bool:
    """Whether the call asks for several rows, by its name, and for no order."""
    text = listing.text[:400]
    if not _ORDER.isdisjoint(words(text)):
        return False
    parts = words(text.partition("(")[0])
    if "call" in parts and "action" in parts:  # CKAN: call_action("tag_list")
        return "list" in words(text)
    return not _LISTING.isdisjoint(parts)


def _gives_ids(module: Module) -> bool:
    """Whether the file gives rows their ids itself, or loads them from a fixture."""
    return module.remember(_gives_ids, lambda: _GIVEN.search(module.source.data) is not None)


def literal_ids(side: Value, other: Value) -> bool:
    """Whether the ids of rows are held against numbers: ``ids == [3, 2, 1]``."""
    known = other.constant
    if not isinstance(known, (list, tuple)) or len(known) < _FEWEST or _gives_ids(side.module):
        return False
    if not all(isinstance(one, int) and not isinstance(one, bool) for one in known):
        return False
    before = [one for one in side.assignments if one.node.end_byte <= side.node.start_byte]
    origin = before[-1] if before else side
    for _ in range(_DEPTH):
        given = argument_nodes(origin.node) if origin.node.type == "call" else []
        if origin.callee_name in ("list", "tuple", "sorted") and given:
            origin = Value(origin.module, given[0], origin.context).origin
            continue
        break
    if origin.node.type == "call":
        asked = origin.text.rpartition("values_list(")
        return bool(asked[1]) and asked[2].startswith(('"id"', "'id'", '"pk"', "'pk'"))
    if origin.node.type == "list_comprehension":
        body = origin.node.child_by_field_name("body")
        text = "" if body is None else origin.module.text_of(body)
        return text.endswith((".id", ".pk")) and text.count(".") == 1
    return False
