"""Clean-ups that never run: what they ask for, or go through, is never anything in its scope.

``made = []`` at the top of a fixture whose last lines go through ``made``, and nothing in between
puts anything in; ``server = None`` that only a nested function binds, as a name of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import tree_sitter

from checks.events import Function, Module
from checks.hygiene.shared.blocks import mentions
from checks.hygiene.shared.tests import is_fixture, is_setup, is_teardown, is_test
from checks.languages.python.context import Located
from checks.languages.python.scopes import Bound
from checks.light import dataclass

_EMPTY = frozenset({"[]", "{}", "()", "list()", "dict()", "set()"})
_MAX_FOUND = 100
"""Loops and branches of one file that are looked at."""


@dataclass(frozen=True, slots=True)
class Idle:
    """A loop or a branch that is never entered."""

    at: Located
    name: str
    always: str
    """What the name always is, as it is written."""


def idle_cleanups(module: Module) -> Iterator[Idle]:
    """The loops and branches of tests and their set-up whose body can never run."""
    for one in itertools.islice(module.nodes("for_statement", "if_statement"), _MAX_FOUND):
        function = one.function
        if function is None or not _is_of_tests(function) or _is_to_raise(one):
            continue
        subject = one.child("right") if one.kind == "for_statement" else _asked(one)
        if subject is None or subject.type != "identifier" or not _holds_call(one):
            continue
        name = module.text_of(subject)
        always = _always(function, name)
        asked = always == "None" and one.kind == "if_statement"
        if asked or (always in _EMPTY and _is_untouched(function, name)):
            yield Idle(one, name, always)


def _is_of_tests(function: Function) -> bool:
    return is_fixture(function) or is_test(function) or is_setup(function) or is_teardown(function)


def _is_to_raise(one: Located) -> bool:
    """Whether the block is expected to raise: what never runs in it may be what is tested."""
    return any(
        above.kind == "with_statement" and "aises" in above.text.partition("\n")[0]
        for above in one.ancestors()
    )


def _holds_call(one: Located) -> bool:
    body = one.child("body") or one.child("consequence")
    return body is not None and next(iter(one.module.within(body, "call")), None) is not None


def _asked(branch: Located) -> tree_sitter.Node | None:
    """The name that has to be something for a branch: ``if x``, ``if x is not None``."""
    condition = branch.child("condition")
    if condition is None or branch.child("alternative") is not None:
        return None
    if condition.type == "identifier":
        return condition
    if condition.type != "comparison_operator":
        return None
    sides = [one for one in condition.named_children if one.type != "comment"]
    signs = [one.type for one in condition.children if not one.is_named]
    if len(sides) != 2 or sides[1].type != "none" or " ".join(signs) not in ("is not", "!="):
        return None
    return sides[0]


def _always(function: Function, name: str) -> str:
    """The only value that a name of a function is ever bound to, ``""`` when there are more."""
    bound = function.scope_of_body.bindings.get(name, [])
    if len(bound) != 1 or name in function.scope_of_body.elsewhere:
        return ""
    one = bound[0]
    if one.how is not Bound.ASSIGNED or one.node is None:
        return ""
    return "".join(function.module.text_of(one.node).split())


def _is_untouched(function: Function, name: str) -> bool:
    """Whether a container is only bound, gone through and asked whether it holds anything."""
    return all(
        _only_looks(function, node) for node in mentions(function.module, function.node, name)
    )


def _only_looks(function: Function, node: tree_sitter.Node) -> bool:
    above = node.parent
    if above is None:
        return False
    if above.type == "assignment":
        return above.child_by_field_name("left") == node
    if above.type in ("for_statement", "for_in_clause"):
        return above.child_by_field_name("right") == node
    if above.type in ("if_statement", "while_statement", "not_operator"):
        return True
    if above.type != "argument_list" or above.parent is None:
        return False
    called = above.parent.child_by_field_name("function")
    return called is not None and function.module.text_of(called) in ("len", "reversed", "sorted")
