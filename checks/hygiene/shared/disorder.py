"""What has no order: sets that give a test its cases, and the names of a walk over folders."""

from __future__ import annotations

import bisect

import tree_sitter

from checks.events import Function, Value, argument_nodes
from checks.languages.python.index import FIXTURE_DECORATORS

_KEEPING = frozenset({"list", "tuple", "iter"})
_MAKING = frozenset({"set", "frozenset"})
_COMBINING = frozenset({"difference", "intersection", "symmetric_difference", "union"})
_OPERATORS = frozenset({"-", "&", "|", "^"})
_SETS = frozenset({"set", "set_comprehension"})
_DEPTH = 4
_ENOUGH = 2
_WALKS = ("walk(", ".walk()", "os.walk")
_NAMES_OF_WALK = (1, 2)
"""Where a step of a walk has its folders and its files."""


def cases_in_disorder(function: Function) -> Value | None:
    """The set that gives the cases of a parametrised test, or of a fixture, if one does."""
    for decorator in function.decorators:
        if decorator.node.type != "call":
            continue
        cases = _cases(decorator)
        if cases is not None and is_disordered(cases):
            return cases
    return None


def _cases(decorator: Value) -> Value | None:
    name = decorator.callee_name or ""
    parametrises = name.rpartition(".")[2] == "parametrize" or decorator.text.partition("(")[
        0
    ].endswith(".parametrize")
    wanted = "argvalues" if parametrises else "params" if name in FIXTURE_DECORATORS else ""
    if not wanted:
        return None
    given = argument_nodes(decorator.node)
    plain = [one for one in given if one.type not in ("keyword_argument", "list_splat")]
    for one in given:
        keyword = one.child_by_field_name("name") if one.type == "keyword_argument" else None
        value = one.child_by_field_name("value")
        if keyword is None or value is None or decorator.module.text_of(keyword) != wanted:
            continue
        return Value(decorator.module, value, decorator.context)
    if parametrises and len(plain) > 1:
        return Value(decorator.module, plain[1], decorator.context)
    return None


def is_disordered(value: Value, depth: int = 0) -> bool:
    """Whether the elements come from a set whose order is another one in each run.

    Numbers have the same hash in each run, so a display of numbers keeps its order.
    """
    origin = value.origin
    node = origin.node
    if depth > _DEPTH:
        return False
    if node.type in _SETS:
        elements = origin.elements
        if elements is None:
            return node.type == "set_comprehension"
        return len(elements) >= _ENOUGH and not all(_is_steady(one) for one in elements)
    if node.type == "parenthesized_expression" and node.named_children:
        return is_disordered(_inner(origin, node.named_children[0]), depth + 1)
    if node.type == "binary_operator":
        operator = node.child_by_field_name("operator")
        left = node.child_by_field_name("left")
        return (
            operator is not None
            and left is not None
            and origin.module.text_of(operator) in _OPERATORS
            and is_disordered(_inner(origin, left), depth + 1)
        )
    if node.type != "call":
        return False
    arguments = argument_nodes(node)
    if origin.callee_name in _MAKING:
        first = _inner(origin, arguments[0]) if arguments else None
        return first is not None and not _has_order_of_numbers(first)
    if origin.callee_name in _KEEPING and len(arguments) == 1:
        return is_disordered(_inner(origin, arguments[0]), depth + 1)
    called = node.child_by_field_name("function")
    owner = called.child_by_field_name("object") if called is not None else None
    if owner is None or called is None:
        return False
    method = origin.module.text_of(called).rpartition(".")[2]
    return method in _COMBINING and is_disordered(_inner(origin, owner), depth + 1)


def _is_steady(value: Value) -> bool:
    """Whether the hash is the same in each run, as those of numbers, or nearly always."""
    return value.constant in ("", b"", None) or isinstance(value.constant, (int, float))


def _has_order_of_numbers(value: Value) -> bool:
    origin = value.origin
    if origin.callee_name == "range":
        return True
    elements = origin.elements
    return elements is not None and (
        len(elements) < _ENOUGH or all(_is_steady(one) for one in elements)
    )


def _inner(value: Value, node: tree_sitter.Node) -> Value:
    return Value(value.module, node, value.context)


def comes_from_walk(value: Value, function: Function) -> bool:
    """Whether it is the ``dirs`` or ``files`` of ``root, dirs, files = next(folder.walk())``."""
    if value.node.type != "identifier":
        return False
    steps = value.module.remember((comes_from_walk, function), lambda: _steps(function))
    known = steps.get(value.text, [])
    at = bisect.bisect_left(known, (value.node.start_byte,))
    return at > 0 and known[at - 1][1]


def _steps(function: Function) -> dict[str, list[tuple[int, bool]]]:
    """Where a function gives each name a value, and whether that is a part of a walk's step."""
    module = function.module
    found: dict[str, list[tuple[int, bool]]] = {}
    for one in module.within(function.node, "assignment", "for_statement", "for_in_clause"):
        left, right = one.child("left"), one.child("right")
        if left is None or right is None:
            continue
        several = left.type in ("pattern_list", "tuple_pattern")
        parts = left.named_children if several else [left]
        walks = several and _walks(one.value(right))
        for number, part in enumerate(parts):
            entry = (one.node.start_byte, walks and number in _NAMES_OF_WALK)
            found.setdefault(module.text_of(part), []).append(entry)
    for entries in found.values():
        entries.sort()
    return found


def _walks(value: Value) -> bool:
    text = value.text[:200]
    if any(word in text for word in _WALKS):
        return True
    name = _first_name(value.node)
    return name is not None and any(
        any(word in origin.text[:200] for word in _WALKS)
        for origin in _inner(value, name).assignments
    )


def _first_name(node: tree_sitter.Node) -> tree_sitter.Node | None:
    """The name of what a step is taken from: ``steps`` of ``next(steps)``."""
    for _ in range(_DEPTH * 2):
        if node.type == "identifier":
            return node
        if node.type == "call":
            given = argument_nodes(node)
            function = node.child_by_field_name("function")
            inner = given[0] if given else function
            if inner is None:
                return None
            node = inner
        elif node.named_children:
            node = node.named_children[0]
        else:
            return None
    return None
