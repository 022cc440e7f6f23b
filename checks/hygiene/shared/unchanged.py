"""Whether a test asks, some time later, that nothing has changed: there is no event to wait for."""

from __future__ import annotations

import tree_sitter

from checks.events import Call, Module, Value, calls_of
from checks.hygiene.shared.assertions import asserts
from checks.hygiene.shared.blocks import following, later_in_function, statements
from checks.hygiene.shared.texts import words
from checks.languages.python.context import Located

_EQUAL = frozenset({"assertEqual", "assertEquals", "assertIs", "assert_equal"})
_MOST = 200
"""Statements before a place that are looked at."""
_SIDES = 2
_OF_TIME = frozenset({"at", "changed", "created", "date", "datetime", "modified", "mtime", "stamp",
                      "time", "timestamp", "updated", "when"})  # fmt: skip


def asks_for_no_change(located: Located) -> bool:
    """Whether the next statement asserts what was asserted, or read, before the place.

    ``assert job.runs == 1; sleep(1); assert job.runs == 1``, or
    ``runs = job.runs; sleep(1); assert job.runs == runs``.
    """
    after = following(located)
    if not after:
        return False
    module, asked = located.module, after[0]
    before = [one for one in _before(located) if one.end_byte <= located.node.start_byte]
    text = module.text_of(asked)
    if _is_asserting(module, asked) and any(module.text_of(one) == text for one in before):
        return True
    sides = _sides(module, asked)
    return len(sides) == _SIDES and any(
        one.type == "identifier" and _was_read(module, before, one, other)
        for one, other in (sides, sides[::-1])
    )


def wants_later_stamp(located: Located) -> bool:
    """Whether a moment was read before, which is asserted to be another one later.

    ``updated = pack.updated; sleep(1); pack.save(); assert pack.updated > updated``: the clock has
    to go on meanwhile, and no event tells that it has.
    """
    module, start = located.module, located.node.start_byte
    read = {
        module.text_of(left)
        for one in _before(located)
        if one.end_byte <= start and (left := _noted(one)) is not None
    }
    moments = {name for name in read if not _OF_TIME.isdisjoint(words(name))}
    if not moments:
        return False
    return any(
        asserts(one) and any(name in one.text for name in moments) and _says_other(one)
        for one in later_in_function(located)
    )


def _noted(statement: tree_sitter.Node) -> tree_sitter.Node | None:
    """The name that a statement binds."""
    noted = statement.named_children[0] if statement.type == "expression_statement" else None
    left = None if noted is None else noted.child_by_field_name("left")
    return left if left is not None and left.type == "identifier" else None


def _says_other(assertion: Located) -> bool:
    text = assertion.text[:_MOST]
    return any(
        sign in text for sign in (">", "<", "!=", "assertNot", "assertGreater", "assertLess")
    )


def _before(located: Located) -> list[tree_sitter.Node]:
    """The statements before a place in its block and in those around it, within the function."""
    function, statement = located.function, located.statement
    found: list[tree_sitter.Node] = []
    above = statement.parent
    while above is not None and function is not None and len(found) < _MOST:
        if above.kind == "block":
            found += statements(above.node)[:_MOST]
        if above.node == function.node:
            break
        above = above.parent
    return found


def _is_asserting(module: Module, statement: tree_sitter.Node) -> bool:
    if statement.type == "assert_statement":
        return True
    return any(asserts(one) for one in calls_of(module, statement))


def _sides(module: Module, statement: tree_sitter.Node) -> tuple[tree_sitter.Node, ...]:
    """The two sides of what the statement asserts to be equal."""
    if statement.type == "assert_statement" and statement.named_children:
        compared = statement.named_children[0]
        operators = [one.type for one in compared.children if one.type in ("==", "is")]
        if compared.type == "comparison_operator" and len(operators) == 1:
            return tuple(compared.named_children[:_SIDES])
        return ()
    call: Call | None = next(
        (one for one in calls_of(module, statement) if one.statement.node == statement), None
    )
    if call is None or call.method not in _EQUAL:
        return ()
    sides: list[Value] = list(call.arguments[:_SIDES])
    return tuple(one.node for one in sides)


def _was_read(
    module: Module,
    before: list[tree_sitter.Node],
    name: tree_sitter.Node,
    other: tree_sitter.Node,
) -> bool:
    """Whether the name holds what the other side was before: ``name = other``."""
    wanted = module.text_of(other)
    for statement in before:
        noted = statement.named_children[0] if statement.type == "expression_statement" else None
        if noted is None or noted.type != "assignment":
            continue
        left, right = noted.child_by_field_name("left"), noted.child_by_field_name("right")
        if left is None or right is None or left.type != "identifier":
            continue
        if module.text_of(left) == module.text_of(name) and module.text_of(right) == wanted:
            return True
    return False
