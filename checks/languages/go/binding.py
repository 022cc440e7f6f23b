"""How Go binds names: the handlers of the walk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tree_sitter

from checks.languages.go.grammar import FUNCTIONS
from checks.languages.syntax.located import Place
from checks.languages.syntax.scopes import Binding, Bound, Scope
from checks.languages.syntax.walk import Handlers

if TYPE_CHECKING:
    from checks.languages.go.file import GoFile

_BLOCKS = ("block", "if_statement", "for_statement", "expression_switch_statement",
           "type_switch_statement", "select_statement", "expression_case", "type_case",
           "communication_case", "default_case")  # fmt: skip
_MAX_NAMES = 200


class Binder:
    """Opens scopes and binds names in them."""

    def __init__(self, file: GoFile) -> None:
        self._file = file

    def handlers(self) -> Handlers:
        """The handlers by the grammar's kind names."""
        return {
            **dict.fromkeys(FUNCTIONS, self._function),
            **dict.fromkeys(_BLOCKS, self._open),
            "assignment_statement": self._assigned,
            "const_spec": self._declared,
            "dec_statement": self._changed,
            "import_spec": self._imported,
            "inc_statement": self._changed,
            "range_clause": self._ranged,
            "short_var_declaration": self._short,
            "type_spec": self._typed,
            "var_spec": self._declared,
        }

    def _open(self, place: Place) -> Scope:
        return self._file.open_scope(place)

    def _function(self, place: Place) -> Scope:
        node, _, _, outer = place
        scope = self._file.open_scope(place, is_function=True)
        name = node.child_by_field_name("name")
        if name is not None and node.type == "function_declaration":
            outer.bind(self._text(name), Binding(Bound.FUNCTION, node, outer, node))
        for field in ("receiver", "parameters", "result"):
            listed = node.child_by_field_name(field)
            if listed is not None and listed.type == "parameter_list":
                self._parameters(listed, scope)
        return scope

    def _parameters(self, listed: tree_sitter.Node, scope: Scope) -> None:
        for one in listed.named_children[:_MAX_NAMES]:
            kind = one.child_by_field_name("type")
            path = "" if kind is None else self._file.type_name(kind, scope)
            for name in one.children_by_field_name("name"):
                scope.bind(self._text(name), Binding(Bound.PARAMETER, name, scope, None, path))

    def _typed(self, place: Place) -> None:
        node, _, _, scope = place
        name = node.child_by_field_name("name")
        if name is not None:
            scope.bind(self._text(name), Binding(Bound.CLASS, node, scope, node))

    def _declared(self, place: Place) -> None:
        """``var a, b = 1, f()``, ``const a = 1``, ``var a pkg.Type``."""
        node, _, _, scope = place
        kind = node.child_by_field_name("type")
        path = "" if kind is None else self._file.type_name(kind, scope)
        names = node.children_by_field_name("name")[:_MAX_NAMES]
        self._bind_each(names, node.child_by_field_name("value"), scope, Bound.VALUE, path)

    def _short(self, place: Place) -> None:
        """``a, err := f()``: names that the scope has already are given a new value."""
        node, _, _, scope = place
        left = node.child_by_field_name("left")
        if left is not None:
            names = [one for one in left.named_children if one.type == "identifier"]
            right = node.child_by_field_name("right")
            self._bind_each(names[:_MAX_NAMES], right, scope, Bound.VALUE, "", left)

    def _bind_each(
        self,
        names: list[tree_sitter.Node],
        values: tree_sitter.Node | None,
        scope: Scope,
        how: Bound,
        path: str,
        left: tree_sitter.Node | None = None,
    ) -> None:
        given = [] if values is None else list(values.named_children)
        targets = names if left is None else list(left.named_children)
        for index, target in enumerate(targets[:_MAX_NAMES]):
            if target.type != "identifier":
                continue
            value = given[index] if len(given) == len(targets) else None
            if value is None and len(given) == 1 and index == 0:
                value = given[0]  # the first result of a call: the other is most often the error
            bound = how if value is not None or path else Bound.OTHER
            scope.bind(self._text(target), Binding(bound, target, scope, value, path))

    def _ranged(self, place: Place) -> None:
        node, _, _, scope = place
        left = node.child_by_field_name("left")
        for one in () if left is None else left.named_children[:_MAX_NAMES]:
            if one.type == "identifier":
                scope.bind(self._text(one), Binding(Bound.OTHER, one, scope))

    def _assigned(self, place: Place) -> None:
        node, _, _, scope = place
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None:
            return
        given = [] if right is None else list(right.named_children)
        targets = left.named_children[:_MAX_NAMES]
        for index, target in enumerate(targets):
            if target.type != "identifier":
                continue
            owner = scope.owner(self._text(target))
            if owner is not None:
                value = given[index] if len(given) == len(targets) else None
                owner.bind(self._text(target), Binding(Bound.ASSIGNED, target, scope, value))

    def _changed(self, place: Place) -> None:
        node, _, _, scope = place
        for target in node.named_children[:1]:
            owner = scope.owner(self._text(target)) if target.type == "identifier" else None
            if owner is not None:
                owner.bind(self._text(target), Binding(Bound.ASSIGNED, target, scope))

    def _imported(self, place: Place) -> None:
        node, _, _, scope = place
        path_node, name = node.child_by_field_name("path"), node.child_by_field_name("name")
        path = None if path_node is None else self._file.string(path_node)
        if not path:
            return
        self._file.note_import(path)
        if name is not None and name.type in ("dot", "blank_identifier"):
            if name.type == "dot":
                self._file.dotted.append(path)
            return
        local = self._text(name) if name is not None else package_name(path)
        scope.bind(local, Binding(Bound.IMPORT, node, scope, None, path))

    def _text(self, node: tree_sitter.Node) -> str:
        return self._file.text_of(node)


def package_name(path: str) -> str:
    """The name under which a package is used: ``chi`` of ``github.com/go-chi/chi/v5``.

    By convention; what a package calls itself stands in its own files.
    """
    parts = path.rsplit("/", 2)
    last = parts[-1]
    if len(last) > 1 and last[0] == "v" and last[1:].isdigit() and len(parts) > 1:
        last = parts[-2]
    last = last.partition(".v")[0] if ".v" in last else last
    return last.removeprefix("go-").removesuffix("-go").rpartition("-")[2]
