"""What an expression names in Go: through imports, types and assignments.

``time.Sleep``, ``net/http.Get``, ``testing.T.Fatal`` for ``t.Fatal`` of a ``t *testing.T``,
``os.Create().Close`` for a method of what a call returns, ``:helper`` for what the file declares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import tree_sitter

from checks.languages.go.grammar import FUNCTIONS, bare
from checks.languages.syntax.scopes import Binding, Bound, Scope, sole

if TYPE_CHECKING:
    from checks.languages.go.file import GoFile

MAX_STEPS = 40
"""Names and members that are followed for one answer."""


def resolve(file: GoFile, node: tree_sitter.Node, scope: Scope) -> str | None:
    """The qualified name of an expression, ``None`` when it is not known."""
    suffix: list[str] = []
    for _ in range(MAX_STEPS):
        node = bare(node)
        kind = node.type
        if kind in ("identifier", "package_identifier", "type_identifier"):
            step = _identifier(file, node, scope)
            if step is None or isinstance(step, str):
                return None if step is None else _named(step, suffix)
            if step.path:
                return _named(step.path, suffix)
            if step.value is None:
                return None
            node, scope = step.value, step.scope
        elif kind == "selector_expression":
            name, owner = node.child_by_field_name("field"), node.child_by_field_name("operand")
            if name is None or owner is None:
                return None
            suffix.append(file.text_of(name))
            node = owner
        elif kind == "qualified_type":
            package, name = node.child_by_field_name("package"), node.child_by_field_name("name")
            if package is None or name is None:
                return None
            suffix.append(file.text_of(name))
            node = package
        elif kind == "call_expression":
            callee = node.child_by_field_name("function")
            if callee is None:
                return None
            suffix.append("()")
            node = callee
        elif kind == "composite_literal":
            made = node.child_by_field_name("type")
            name_text = "" if made is None else file.type_name(made, scope)
            return _named(name_text, suffix) if name_text else None
        else:
            return None
    return None


def _identifier(file: GoFile, node: tree_sitter.Node, scope: Scope) -> str | Binding | None:
    """A name, or the binding whose type or value is to be followed."""
    text = file.text_of(node)
    found = scope.find(text)
    if not found:
        return f"{file.dotted[0]}.{text}" if len(file.dotted) == 1 and text[:1].isupper() else text
    one = sole(found)
    if one is None:
        typed = {each.path for each in found if each.path}
        return typed.pop() if len(typed) == 1 else None
    if one.how is Bound.IMPORT:
        return one.path
    if one.how in (Bound.FUNCTION, Bound.CLASS):
        return f":{text}"
    if one.value is not None and one.value.type in FUNCTIONS:
        return f":{text}"
    return one


def _named(base: str, suffix: list[str]) -> str:
    text = base
    for part in reversed(suffix):
        text += part if part == "()" else f".{part}"
    return text
