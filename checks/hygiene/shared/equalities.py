"""Assertions that two values are equal, and where a value goes before it is compared."""

from __future__ import annotations

from collections.abc import Iterator

from checks.events import Call, Function, Value, as_call
from checks.hygiene.shared.assertions import is_assertion
from checks.hygiene.shared.blocks import mentions
from checks.hygiene.shared.conditions import bare
from checks.languages.python.context import Located
from checks.light import dataclass

_EQUAL = frozenset(
    {"assertEqual", "assertEquals", "assertListEqual", "assertSequenceEqual", "assertTupleEqual",
     "assert_equal", "assert_equals", "assertDictEqual", "failUnlessEqual", "eq_"}
)  # fmt: skip
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Equality:
    """``assert left == right``, in any form."""

    at: Located
    left: Value
    right: Value

    @property
    def sides(self) -> tuple[tuple[Value, Value], tuple[Value, Value]]:
        """Each side with the other one."""
        return (self.left, self.right), (self.right, self.left)


def equalities(function: Function) -> tuple[Equality, ...]:
    """The assertions of a function that two values are equal."""
    return function.module.remember((equalities, function), lambda: tuple(_equalities(function)))


def _equalities(function: Function) -> Iterator[Equality]:
    for one in function.own("assert_statement", "call"):
        found = equality_of(one)
        if found is not None:
            yield found


def equality_of(located: Located) -> Equality | None:
    """The assertion of equality that a node is, if it is one."""
    call = as_call(located)
    if call is not None:
        if call.method in _EQUAL and len(call.arguments) >= _PAIR:
            return Equality(call, call.arguments[0], call.arguments[1])
        return None
    children = located.children() if located.kind == "assert_statement" else []
    comparison = bare(children[0]) if children else None
    if comparison is None or comparison.type != "comparison_operator":
        return None
    sides = [one for one in comparison.named_children if one.type != "comment"]
    signs = [located.module.text_of(one) for one in comparison.children if not one.is_named]
    if len(sides) == _PAIR and signs == ["=="]:
        return Equality(located, located.value(sides[0]), located.value(sides[1]))
    return None


def statement_assertion(located: Located) -> Located | None:
    """The assertion that a node stands in, if its statement is one."""
    for above in located.ancestors():
        if above.kind == "assert_statement":
            return above
        call = as_call(above)
        if call is not None and is_assertion(call):
            return above
        if above.kind in ("block", "module"):
            return None
    return None


def is_given_away(call: Call, name: str) -> bool:
    """Whether the value that a name holds goes into a call or a container: then it is input.

    Assertions and what they are made of are not meant.
    """
    function = call.function
    if function is None:
        return False
    module = function.module
    places = {
        node.start_byte
        for node in mentions(module, function.node, name)
        if node.start_byte > call.node.end_byte
    }
    for one in module.within(
        function.node, "argument_list", "keyword_argument", "dictionary", "pair", "list", "tuple",
        "return_statement", "yield",
    ):  # fmt: skip
        if statement_assertion(one) is not None:
            continue
        start, end = one.node.byte_range
        if any(start <= place < end for place in places):
            above = one.parent
            asserting = None if above is None else as_call(above)
            if asserting is not None and is_assertion(asserting):
                continue
            return True
    return False


def used_in(function: Function, located: Located, name: str) -> bool:
    """Whether a name stands in a node."""
    return next(mentions(function.module, located.node, name), None) is not None
