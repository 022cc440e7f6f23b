"""Rows that an ORM gives in any order: Django's query sets and SQLAlchemy's queries.

https://docs.djangoproject.com/en/stable/ref/models/querysets/#order-by: without ``order_by`` and
without ``Meta.ordering`` the order is not defined, and may differ from one call to the next.
"""

from __future__ import annotations

import re2
import tree_sitter

from checks.events import Function, Module, Value, argument_nodes
from checks.hygiene.shared.equalities import statement_assertion
from checks.languages.python.context import Located
from checks.languages.python.index import Index

_NARROWING = frozenset(
    {"all", "annotate", "defer", "exclude", "filter", "filter_by", "only", "options",
     "prefetch_related", "select_related", "using", "values", "values_list", "where"}
)  # fmt: skip
"""Methods that keep the rows in the order in which they are, which is none."""

_MANAGERS = frozenset({"objects", "_default_manager", "_base_manager", "query"})
_MAX_CHAIN = 12
_ENOUGH = 2
_ORDERING = "ordering"
_AT = re2.compile(r"^\d+$")


def rows_in_no_order(value: Value, index: Index) -> bool:
    """Whether it is all rows of a query that asks for no order, as a list or as they come."""
    origin = value.origin
    given = argument_nodes(origin.node) if origin.node.type == "call" else []
    if origin.callee_name in ("list", "tuple") and len(given) == 1:
        origin = Value(origin.module, given[0], origin.context).origin
    return _is_query(origin, index)


def _is_query(value: Value, index: Index) -> bool:
    node, methods = value.node, list[str]()
    for _ in range(_MAX_CHAIN):
        called = node.child_by_field_name("function") if node.type == "call" else None
        owner = None if called is None else called.child_by_field_name("object")
        attribute = None if called is None else called.child_by_field_name("attribute")
        if owner is None or attribute is None:
            break
        methods.append(value.module.text_of(attribute))
        node = owner
    if not methods or any(one not in _NARROWING for one in methods):
        return False
    if any("pk=" in one or "id=" in one for one in _given(value)):
        return False  # one row at most
    last = node.child_by_field_name("attribute") if node.type == "attribute" else None
    if last is None:
        return False
    name = value.module.text_of(last)
    if name not in _MANAGERS:
        return methods[-1] == "all" and name.endswith(("s", "_set")) and _uses_django(value.module)
    model = node.child_by_field_name("object")
    return model is not None and not _keeps_order(Value(value.module, model, value.context), index)


def _uses_django(module: Module) -> bool:
    """Whether the file imports Django, whose managers are asked like ``post.tags.all()``."""
    return any(one.partition(".")[0] == "django" for one in module.imported_modules)


def _given(value: Value) -> list[str]:
    return [
        "".join(value.module.text_of(one).split())
        for one in argument_nodes(value.node)
        if one.type == "keyword_argument"
    ]


def _keeps_order(model: Value, index: Index) -> bool:
    """Whether the class of the rows says an order for all queries."""
    name = model.name
    cls = None if name is None else index.find_class(name)
    return cls is not None and any(_ORDERING in one.text for one in index.chain(cls))


def several(value: Value) -> bool:
    """Whether a list of at least two values, in one order, is seen to stand there."""
    origin = value.origin
    elements = origin.elements
    if elements is not None:
        return origin.node.type != "set" and len(elements) >= _ENOUGH
    return origin.node.type == "list_comprehension" and "range(" in origin.text


def asserted_by_place(function: Function, index: Index) -> Located | None:
    """Where a second row of such a query is looked at by its place: ``rows[1].name``.

    Assertions of the first two rows each by its number say which comes first.
    """
    return function.module.remember(
        (asserted_by_place, function, index), lambda: _by_place(function, index)
    )


def _by_place(function: Function, index: Index) -> Located | None:
    seen: dict[str, set[str]] = {}
    for one in function.own("subscript"):
        owner, key = one.child("value"), one.child("subscript")
        if owner is None or key is None or owner.type != "identifier":
            continue
        place = one.module.text_of(key)
        name = one.module.text_of(owner)
        if _AT.match(place) is None or statement_assertion(one) is None:
            continue
        if not _is_bound_once(one, owner) or not rows_in_no_order(one.value(owner), index):
            continue
        seen.setdefault(name, set()).add(place)
        if len(seen[name]) >= _ENOUGH:
            return one
    return None


def _is_bound_once(one: Located, owner: tree_sitter.Node) -> bool:
    return len(one.value(owner).assignments) == 1
