"""How JavaScript binds names: the handlers of the walk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import tree_sitter

from checks.languages.javascript.grammar import FUNCTIONS, TRANSPARENT
from checks.languages.syntax.located import Place
from checks.languages.syntax.scopes import Binding, Bound, Scope
from checks.languages.syntax.walk import Handlers

if TYPE_CHECKING:
    from checks.languages.javascript.file import JavaScriptFile

MAX_PATTERN = 500
"""Names that are taken out of one pattern."""

_MOST_CALLS = 10

_BLOCKS = ("statement_block", "class_body", "for_statement", "switch_body", "class_static_block")


class Binder:
    """Opens scopes and binds names in them."""

    def __init__(self, file: JavaScriptFile) -> None:
        self._file = file

    def handlers(self) -> Handlers:
        """The handlers by the grammar's kind names."""
        return {
            **dict.fromkeys(FUNCTIONS, self._function),
            **dict.fromkeys(_BLOCKS, self._open),
            "assignment_expression": self._assignment,
            "augmented_assignment_expression": self._changed,
            "update_expression": self._changed,
            "catch_clause": self._catch,
            "class_declaration": self._class,
            "abstract_class_declaration": self._class,
            "enum_declaration": self._class,
            "internal_module": self._class,
            "for_in_statement": self._for_in,
            "import_statement": self._import,
            "variable_declarator": self._declarator,
        }

    def _open(self, place: Place) -> Scope:
        return self._file.open_scope(place)

    def _function(self, place: Place) -> Scope:
        node, _, _, outer = place
        scope = self._file.open_scope(place, is_function=True)
        name = node.child_by_field_name("name")
        if name is not None and node.type.endswith("_declaration"):
            outer.bind(self._text(name), Binding(Bound.FUNCTION, node, outer, node))
        elif name is not None and name.type == "identifier":
            scope.bind(self._text(name), Binding(Bound.FUNCTION, node, scope, node))
        single = node.child_by_field_name("parameter")
        if single is not None:
            self._bind_names(single, Bound.PARAMETER, scope)
        parameters = node.child_by_field_name("parameters")
        for one in () if parameters is None else parameters.named_children:
            self._bind_names(one, Bound.PARAMETER, scope)
        return scope

    def _class(self, place: Place) -> None:
        node, _, _, outer = place
        name = node.child_by_field_name("name")
        if name is not None:
            outer.bind(self._text(name), Binding(Bound.CLASS, node, outer, node))

    def _catch(self, place: Place) -> Scope:
        scope = self._file.open_scope(place)
        parameter = place[0].child_by_field_name("parameter")
        if parameter is not None:
            self._bind_names(parameter, Bound.OTHER, scope)
        return scope

    def _for_in(self, place: Place) -> Scope:
        scope = self._file.open_scope(place)
        left = place[0].child_by_field_name("left")
        if left is not None and place[0].child_by_field_name("kind") is not None:
            self._bind_names(left, Bound.OTHER, scope)
        return scope

    def _declarator(self, place: Place) -> None:
        node, _, above, scope = place
        name = node.child_by_field_name("name")
        if name is None:
            return
        target = scope
        if above is not None and above[0].type == "variable_declaration":
            target = scope.function  # `var` is seen in the whole function
        value = node.child_by_field_name("value")
        if name.type == "identifier":
            how = Bound.OTHER if value is None else Bound.VALUE
            target.bind(self._text(name), Binding(how, name, scope, value))
            if value is not None and self._may_rename(value):
                self._file.renamed.add(self._text(name))
            return
        for one, path in self._parts(name):
            text = self._text(one)
            how = Bound.OTHER if value is None or path is None else Bound.PART
            target.bind(text, Binding(how, one, scope, value, path or ""))
            self._file.renamed.add(text)

    def _may_rename(self, value: tree_sitter.Node) -> bool:
        """Whether what a name is given may be a library's function or module under that name."""
        for _ in range(_MOST_CALLS):
            kind = value.type
            if kind in ("identifier", "member_expression"):
                return True
            if kind in TRANSPARENT or kind == "await_expression":
                inner = value.named_children
                if not inner:
                    return False
                value = inner[0]
            elif kind == "call_expression":
                callee = value.child_by_field_name("function")
                if callee is None or callee.type == "import":
                    return callee is not None
                if callee.type == "identifier":
                    return self._text(callee) == "require"
                name = callee.child_by_field_name("property")
                return name is not None and self._text(name) == "extend"
            else:
                return False
        return False

    def _assignment(self, place: Place) -> None:
        node, _, _, scope = place
        left, value = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None:
            return
        if left.type == "identifier":
            text = self._text(left)
            owner = scope.owner(text)
            if owner is not None:
                owner.bind(text, Binding(Bound.ASSIGNED, left, scope, value))
                if value is not None and self._may_rename(value):
                    self._file.renamed.add(text)
            return
        for one, path in self._parts(left) if left.type.endswith("_pattern") else ():
            text = self._text(one)
            owner = scope.owner(text)
            if owner is not None:
                owner.bind(text, Binding(Bound.ASSIGNED, one, scope, None, path or ""))

    def _changed(self, place: Place) -> None:
        node, _, _, scope = place
        target = node.child_by_field_name("left") or node.child_by_field_name("argument")
        if target is not None and target.type == "identifier":
            text = self._text(target)
            owner = scope.owner(text)
            if owner is not None:
                owner.bind(text, Binding(Bound.ASSIGNED, target, scope))

    def _import(self, place: Place) -> None:
        node, _, _, scope = place
        source = node.child_by_field_name("source")
        for clause in node.named_children:
            if clause.type == "import_clause" and source is not None:
                module = self._file.string(source) or ""
                self._file.note_import(module)
                self._clause(clause, module, scope)
            elif clause.type == "import_require_clause":
                self._require_clause(clause, scope)
            elif clause.type == "string":
                self._file.note_import(self._file.string(clause) or "")

    def _require_clause(self, clause: tree_sitter.Node, scope: Scope) -> None:
        source = clause.child_by_field_name("source")
        name = next((one for one in clause.named_children if one.type == "identifier"), None)
        if source is None or name is None:
            return
        module = self._file.string(source) or ""
        self._file.note_import(module)
        self._bind_import(name, module, "", scope)

    def _clause(self, clause: tree_sitter.Node, module: str, scope: Scope) -> None:
        for one in clause.named_children:
            if one.type == "identifier":
                self._bind_import(one, module, "", scope)
            elif one.type == "namespace_import":
                for name in one.named_children:
                    self._bind_import(name, module, "", scope)
            elif one.type == "named_imports":
                for specifier in one.named_children:
                    self._specifier(specifier, module, scope)

    def _specifier(self, specifier: tree_sitter.Node, module: str, scope: Scope) -> None:
        name = specifier.child_by_field_name("name")
        if specifier.type != "import_specifier" or name is None:
            return
        path = self._file.string(name) if name.type == "string" else self._text(name)
        local = specifier.child_by_field_name("alias") or name
        self._bind_import(local, module, path or "", scope)

    def _bind_import(self, local: tree_sitter.Node, module: str, path: str, scope: Scope) -> None:
        text = self._text(local)
        scope.bind(text, Binding(Bound.IMPORT, local, scope, None, qualified(module, path)))
        self._file.renamed.add(text)

    def _bind_names(self, pattern: tree_sitter.Node, how: Bound, scope: Scope) -> None:
        for one, _ in self._parts(pattern):
            scope.bind(self._text(one), Binding(how, one, scope))

    def _parts(self, pattern: tree_sitter.Node) -> Iterator[tuple[tree_sitter.Node, str | None]]:
        """The names in a pattern, each with its dotted way into the value (``None``: unknown)."""
        stack: list[tuple[tree_sitter.Node, str | None]] = [(pattern, "")]
        for _ in range(MAX_PATTERN):
            if not stack:
                return
            node, path = stack.pop()
            kind = node.type
            if kind == "identifier":
                yield node, path
            elif kind == "shorthand_property_identifier_pattern":
                yield node, _join(path, self._text(node))
            elif kind == "pair_pattern":
                key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
                if value is not None:
                    named = key is not None and key.type == "property_identifier"
                    way = _join(path, self._text(key)) if key is not None and named else None
                    stack.append((value, way))
            elif kind in ("assignment_pattern", "object_assignment_pattern"):
                left = node.child_by_field_name("left")
                if left is not None:
                    stack.append((left, path))
            elif kind in ("required_parameter", "optional_parameter"):
                inner = node.child_by_field_name("pattern")
                if inner is not None:
                    stack.append((inner, path))
            elif kind in ("object_pattern", "array_pattern", "rest_pattern"):
                way = path if kind == "object_pattern" else None
                stack.extend((one, way) for one in reversed(node.named_children))

    def _text(self, node: tree_sitter.Node) -> str:
        return self._file.text_of(node)


def qualified(module: str, path: str) -> str:
    """The qualified name of what is imported; the default export stands for the module."""
    module = module.removeprefix("node:")
    return module if path in ("", "default") else f"{module}.{path}"


def _join(path: str | None, name: str) -> str | None:
    if path is None:
        return None
    return f"{path}.{name}" if path else name
