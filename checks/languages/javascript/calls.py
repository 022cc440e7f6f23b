"""Calls in JavaScript, and the values of expressions as far as they are constants."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import tree_sitter

from checks.languages.javascript.grammar import FUNCTIONS, bare
from checks.languages.syntax.constants import UNKNOWN, arithmetic, is_number, number
from checks.languages.syntax.scopes import Bound, Scope, sole
from checks.languages.syntax.source_file import Call

if TYPE_CHECKING:
    from checks.languages.javascript.file import JavaScriptFile
    from checks.languages.syntax.located import Place

_MAX_STEPS = 50
_LONGEST = 1_000_000_000_000_000


class JsCall(Call):
    """``f(…)`` or ``new F(…)``."""

    file: JavaScriptFile

    def __init__(self, file: JavaScriptFile, place: Place) -> None:
        super().__init__(file, place)

    @property
    def is_new(self) -> bool:
        """Whether it makes an object with ``new``."""
        return self.node.type == "new_expression"

    @functools.cached_property
    def target(self) -> tree_sitter.Node:
        """What is called."""
        node = self.node.child_by_field_name("constructor" if self.is_new else "function")
        return self.node if node is None else bare(node)

    @functools.cached_property
    def name(self) -> str | None:
        """The qualified name of what is called: ``jest.fn``, ``fs.writeFileSync``, ``:helper``."""
        return self.file.resolve(self.target, self.names)

    @functools.cached_property
    def method(self) -> str:
        """The last part of the callee as it is written."""
        target = self.target
        if target.type == "member_expression":
            name = target.child_by_field_name("property")
            return "" if name is None else self.file.text_of(name)
        return self.file.text_of(target) if target.type == "identifier" else ""

    @property
    def receiver(self) -> tree_sitter.Node | None:
        """What stands before the last dot of the callee."""
        target = self.target
        return target.child_by_field_name("object") if target.type == "member_expression" else None

    @property
    def is_method(self) -> bool:
        """Whether it may be a method of an object whose type is not known."""
        return self.target.type == "member_expression"

    @functools.cached_property
    def arguments(self) -> list[tree_sitter.Node]:
        """The arguments; none for a tagged template."""
        node = self.node.child_by_field_name("arguments")
        if node is None or node.type != "arguments":
            return []
        return [one for one in node.named_children if one.type != "comment"]

    def argument(self, position: int) -> tree_sitter.Node | None:
        """The argument at a position; ``None`` when there is none or a spread stands before it."""
        given = self.arguments[: position + 1]
        if len(given) <= position or any(one.type == "spread_element" for one in given):
            return None
        return given[position]

    @property
    def short(self) -> str:
        """The callee as it is written, cut where it is long."""
        text = " ".join(self.file.text_of(self.target).split())
        return text if len(text) <= 60 else f"{text[:57]}…"

    @property
    def callback(self) -> tree_sitter.Node | None:
        """The first argument that is a function."""
        return next((one for one in self.arguments if one.type in FUNCTIONS), None)


def constant(file: JavaScriptFile, node: tree_sitter.Node, scope: Scope) -> object:
    """The value of an expression: a number, a string, a truth value, ``None`` for null.

    Follows names with one value, and multiplies, adds and subtracts numbers.
    """
    return _constant(file, node, scope, [_MAX_STEPS])


def _constant(
    file: JavaScriptFile, node: tree_sitter.Node, scope: Scope, left: list[int]
) -> object:
    left[0] -= 1
    if left[0] < 0:
        return UNKNOWN
    node = bare(node)
    kind = node.type
    if kind == "number":
        return number_of(file.text_of(node))
    if kind in ("string", "template_string"):
        text = file.string(node)
        return UNKNOWN if text is None else text
    if kind in ("true", "false"):
        return kind == "true"
    if kind in ("null", "undefined"):
        return None
    if kind == "identifier":
        one = sole(scope.find(file.text_of(node)))
        if one is None or one.how is not Bound.VALUE or one.value is None:
            return UNKNOWN
        return _constant(file, one.value, one.scope, left)
    if kind == "unary_expression":
        operand = node.child_by_field_name("argument")
        value = UNKNOWN if operand is None else _constant(file, operand, scope, left)
        if file.text_of(node).startswith("-") and is_number(value):
            return -value  # type: ignore[operator]
        return UNKNOWN
    if kind == "binary_expression":
        return arithmetic(
            node,
            lambda side: _constant(file, side, scope, left),
            largest=_LONGEST,
            whole_division=False,
        )
    return UNKNOWN


def number_of(text: str) -> object:
    """The value of a number as it is written."""
    return number(text.replace("_", "").removesuffix("n"))
