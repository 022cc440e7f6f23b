"""Calls in Go, and the values of expressions as far as they are constants."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import tree_sitter

from checks.languages.go.grammar import STRINGS, bare
from checks.languages.syntax.constants import UNKNOWN, arithmetic, number
from checks.languages.syntax.scopes import Bound, Scope, sole
from checks.languages.syntax.source_file import Call

if TYPE_CHECKING:
    from checks.languages.go.file import GoFile
    from checks.languages.syntax.located import Place

_MAX_STEPS = 50
_LONGEST = 10**18
UNITS = {
    "time.Nanosecond": 1,
    "time.Microsecond": 1_000,
    "time.Millisecond": 1_000_000,
    "time.Second": 1_000_000_000,
    "time.Minute": 60_000_000_000,
    "time.Hour": 3_600_000_000_000,
}
"""The constants of package time, in nanoseconds."""


class GoCall(Call):
    """``f(…)``, a conversion included: the grammar cannot tell them apart."""

    file: GoFile

    def __init__(self, file: GoFile, place: Place) -> None:
        super().__init__(file, place)

    @functools.cached_property
    def target(self) -> tree_sitter.Node:
        """What is called."""
        node = self.node.child_by_field_name("function")
        if node is not None and node.type in ("index_expression", "type_instantiation_expression"):
            node = node.child_by_field_name("operand") or next(iter(node.named_children), None)
        return self.node if node is None else bare(node)

    @functools.cached_property
    def name(self) -> str | None:
        """The qualified name of what is called: ``time.Sleep``, ``testing.T.Run``, ``:helper``."""
        return self.file.resolve(self.target, self.names)

    @functools.cached_property
    def method(self) -> str:
        """The last part of the callee as it is written."""
        target = self.target
        if target.type == "selector_expression":
            name = target.child_by_field_name("field")
            return "" if name is None else self.file.text_of(name)
        return self.file.text_of(target) if target.type == "identifier" else ""

    @property
    def receiver(self) -> tree_sitter.Node | None:
        """What stands before the last dot of the callee."""
        target = self.target
        return target.child_by_field_name("operand") if self.is_method else None

    @property
    def is_method(self) -> bool:
        """Whether it may be a method of an object whose type is not known."""
        return self.target.type == "selector_expression"

    @functools.cached_property
    def arguments(self) -> list[tree_sitter.Node]:
        """The arguments, a type (``make(chan int)``) included."""
        node = self.node.child_by_field_name("arguments")
        if node is None:
            return []
        return [one for one in node.named_children if one.type != "comment"]

    def argument(self, position: int) -> tree_sitter.Node | None:
        """The argument at a position; ``None`` when there is none."""
        return self.arguments[position] if position < len(self.arguments) else None

    @property
    def short(self) -> str:
        """The callee as it is written, cut where it is long."""
        text = " ".join(self.file.text_of(self.target).split()).replace("`", "'")
        return text if len(text) <= 60 else f"{text[:57]}…"

    @property
    def callback(self) -> tree_sitter.Node | None:
        """The last argument that is a function literal."""
        return next((one for one in reversed(self.arguments) if one.type == "func_literal"), None)


def constant(file: GoFile, node: tree_sitter.Node, scope: Scope) -> object:
    """The value of an expression, or ``UNKNOWN``.

    A number (a duration in nanoseconds), a string, a truth value, ``None`` for nil.
    """
    return _constant(file, node, scope, [_MAX_STEPS])


def _constant(file: GoFile, node: tree_sitter.Node, scope: Scope, left: list[int]) -> object:
    left[0] -= 1
    if left[0] < 0:
        return UNKNOWN
    node = bare(node)
    kind = node.type
    if kind in ("int_literal", "float_literal"):
        return _number(file.text_of(node))
    if kind in STRINGS:
        text = file.string(node)
        return UNKNOWN if text is None else text
    if kind in ("true", "false"):
        return kind == "true"
    if kind == "nil":
        return None
    if kind == "selector_expression":
        return UNITS.get(file.resolve(node, scope) or "", UNKNOWN)
    if kind == "identifier":
        text = file.text_of(node)
        if text in ("true", "false", "nil") and not scope.find(text):
            return None if text == "nil" else text == "true"
        one = sole(scope.find(text))
        if one is None or one.how is not Bound.VALUE or one.value is None:
            return UNKNOWN
        return _constant(file, one.value, one.scope, left)
    if kind == "call_expression":
        return _converted(file, node, scope, left)
    if kind == "unary_expression":
        operand = node.child_by_field_name("operand")
        value = UNKNOWN if operand is None else _constant(file, operand, scope, left)
        negated = node.children[0].type == "-" and isinstance(value, (int, float))
        return -value if negated else UNKNOWN  # type: ignore[operator]
    if kind != "binary_expression":
        return UNKNOWN
    return arithmetic(
        node,
        lambda side: _constant(file, side, scope, left),
        largest=_LONGEST,
        whole_division=True,
    )


def _converted(file: GoFile, node: tree_sitter.Node, scope: Scope, left: list[int]) -> object:
    """``time.Duration(3)``, ``int64(3)``: the value inside."""
    function, arguments = (node.child_by_field_name(one) for one in ("function", "arguments"))
    if function is None or arguments is None or len(arguments.named_children) != 1:
        return UNKNOWN
    if file.resolve(function, scope) not in ("time.Duration", "int", "int64", "float64", "string"):
        return UNKNOWN
    return _constant(file, arguments.named_children[0], scope, left)


def _number(text: str) -> object:
    plain = text.replace("_", "")
    if len(plain) > 1 and plain[0] == "0" and plain[1:].isdigit():
        plain = f"0o{plain[1:]}"
    return number(plain)
