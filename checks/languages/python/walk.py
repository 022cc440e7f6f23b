"""The one walk over a syntax tree.

It records every node that a check could listen to with the place where it stands, opens scopes,
and binds names. It is iterative, so no depth of nesting can exhaust a stack, and it never asks a
node for its parent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import tree_sitter

from checks.languages.python import grammar
from checks.languages.python.context import Context, Place
from checks.languages.python.definitions import Class, Function
from checks.languages.python.imports import bind_imports
from checks.languages.python.names import attribute_read
from checks.languages.python.parse import Expired
from checks.languages.python.scopes import Binding, Bound, Scope

if TYPE_CHECKING:
    from checks.languages.python.module import Module

MAX_NESTING = 200
"""How many constructs (functions, loops, …) may enclose each other; CPython allows 100 blocks."""

_CHECK_EVERY = 2_000
"""Nodes between two looks at the deadline."""

_RECORD, _SKIP, _COMMENT = 0, 1, 2
_ACTIONS = [
    _COMMENT if name == "comment" else _SKIP if name in grammar.LEAVES else _RECORD
    for name in grammar.KINDS
]
_ERROR = grammar.ERROR
_ASSIGNMENT = grammar.kind("assignment")
_WITH_ITEM = grammar.kind("with_item")
_COMPREHENSIONS = (
    "list_comprehension",
    "set_comprehension",
    "dictionary_comprehension",
    "generator_expression",
)
_ENCLOSING = (
    "with_statement",
    "while_statement",
    "try_statement",
    "else_clause",
    "finally_clause",
    "if_statement",
    "elif_clause",
    "case_clause",
)
_PATTERNS = frozenset(
    {
        "pattern_list", "tuple_pattern", "list_pattern", "list_splat_pattern", "tuple", "list",
        "as_pattern_target", "list_splat", "parenthesized_expression", "expression_list",
        "dictionary_splat_pattern", "typed_parameter", "parenthesized_list_splat",
    }
)  # fmt: skip


def walk(module: Module, root: tree_sitter.Node, expired: Callable[[], bool]) -> None:
    """Fill ``module`` from its tree.

    Raises:
        Expired: the time was over before the end.
    """
    walker = _Walker(module)
    handlers, pending = walker.handlers(), walker.pending
    places, comments = module.places, module.comment_nodes
    stack: list[Place] = [(root, min(root.kind_id, _ERROR), None, module.context)]
    countdown = _CHECK_EVERY
    while stack:
        place = stack.pop()
        node, kind, _, context = place
        countdown -= 1
        if not countdown:
            countdown = _CHECK_EVERY
            if expired():
                raise Expired
        places[kind].append(place)
        handler = handlers[kind]
        if handler is not None and (inner := handler(place)) is not None:
            context = inner
        children = node.named_children
        if len(children) > 1:
            children.reverse()
        for child in children:
            number = child.kind_id
            if number > _ERROR:
                number = _ERROR
            elif (action := _ACTIONS[number]) != _RECORD:
                if action == _COMMENT:
                    comments.append((child, context))
                continue
            if pending:
                stack.append((child, number, place, pending.pop(child.id, context)))
            else:
                stack.append((child, number, place, context))
    comments.sort(key=lambda entry: entry[0].start_byte)


class _Walker:
    """Opens scopes and binds names: one method for each kind of node that does.

    A method returns the context for what stands in the node, ``None`` when that does not change.
    """

    def __init__(self, module: Module) -> None:
        self.module = module
        self.pending: dict[int, Context] = {}
        """Contexts of single children, by node id: a body sees other names than a default."""

    def handlers(self) -> list[Callable[[Place], Context | None] | None]:
        """The methods by the number of the kind."""
        table: dict[str, Callable[[Place], Context | None]] = {
            "function_definition": self._function,
            "lambda": self._lambda,
            "class_definition": self._class,
            "for_statement": self._for,
            "for_in_clause": self._for_target,
            "except_clause": self._except,
            "assignment": self._assignment,
            "augmented_assignment": self._augmented,
            "named_expression": self._walrus,
            "as_pattern": self._as,
            "import_statement": self._import,
            "import_from_statement": self._import,
            "future_import_statement": self._import,
            "global_statement": self._global,
            "nonlocal_statement": self._nonlocal,
            "case_pattern": self._capture,
            "splat_pattern": self._capture,
            **dict.fromkeys(_COMPREHENSIONS, self._comprehension),
            **dict.fromkeys(_ENCLOSING, self._enclosing),
        }
        return [table.get(name) for name in grammar.KINDS]

    def _open(
        self,
        place: Place,
        scope: Scope | None = None,
        function: Function | None = None,
        cls: Class | None = None,
    ) -> Context:
        node, kind, _, outer = place
        if outer.depth >= MAX_NESTING:
            self.module.too_deep = True
            return outer
        return Context(
            grammar.KINDS[kind],
            node,
            outer,
            scope or outer.scope,
            function or outer.function,
            cls or outer.cls,
        )

    def _enclosing(self, place: Place) -> Context:
        return self._open(place)

    def _comprehension(self, place: Place) -> Context:
        return self._open(place, Scope("comprehension", place[3].scope))

    def _function(self, place: Place) -> None:
        node, outer = place[0], place[3]
        name_node = node.child_by_field_id(grammar.NAME)
        name = "" if name_node is None else self.module.text_of(name_node)
        function = Function(self.module, place, name)
        function.inner = inner = self._open(place, Scope("function", outer.scope), function)
        self.module.functions.append(function)
        if outer.scope.kind == "class" and outer.cls is not None:
            outer.cls.methods[name] = function
        qualified = f"{self.module.name}:{function.qualified_name}"
        outer.scope.bind(name, Binding(Bound.FUNCTION, node, outer, qualified))
        self._parameters(node, inner, outer)
        body = node.child_by_field_id(grammar.BODY)
        if body is not None:
            self.pending[body.id] = inner

    def _lambda(self, place: Place) -> None:
        node, outer = place[0], place[3]
        inner = self._open(place, Scope("function", outer.scope))
        self._parameters(node, inner, outer)
        body = node.child_by_field_id(grammar.BODY)
        if body is not None:
            self.pending[body.id] = inner

    def _parameters(self, node: tree_sitter.Node, inner: Context, outer: Context) -> None:
        parameters = node.child_by_field_id(grammar.PARAMETERS)
        for child in () if parameters is None else parameters.named_children:
            target = child
            if child.type in ("default_parameter", "typed_default_parameter"):
                target = child.child_by_field_id(grammar.NAME) or child
            elif child.type == "typed_parameter" and child.named_children:
                target = child.named_children[0]
            for name in self._names(target):
                annotation = child.child_by_field_id(grammar.TYPE)
                if annotation is not None:
                    # "*args: T" says nothing of args itself.
                    alone = target.type == "identifier" and annotation.named_children
                    annotation = annotation.named_children[0] if alone else None
                inner.scope.bind(name, Binding(Bound.PARAMETER, annotation, outer))

    def _class(self, place: Place) -> None:
        node, outer = place[0], place[3]
        name_node = node.child_by_field_id(grammar.NAME)
        name = "" if name_node is None else self.module.text_of(name_node)
        cls = Class(self.module, place, name)
        cls.inner = self._open(place, Scope("class", outer.scope), None, cls)
        self.module.classes.append(cls)
        qualified = f"{self.module.name}:{cls.qualified_name}"
        outer.scope.bind(name, Binding(Bound.CLASS, node, outer, qualified))
        body = node.child_by_field_id(grammar.BODY)
        if body is not None:
            self.pending[body.id] = cls.inner

    def _for(self, place: Place) -> Context:
        self._bind_all(place[0].child_by_field_id(grammar.LEFT), place[3])
        return self._open(place)

    def _for_target(self, place: Place) -> None:
        self._bind_all(place[0].child_by_field_id(grammar.LEFT), place[3])

    def _except(self, place: Place) -> Context:
        values = place[0].children_by_field_id(grammar.VALUE)
        if len(values) == 2:  # Python 2: except Error, error
            self._bind_all(values[1], place[3])
        return self._open(place)

    def _assignment(self, place: Place) -> None:
        node, context = place[0], place[3]
        left = node.child_by_field_id(grammar.LEFT)
        value = node.child_by_field_id(grammar.RIGHT)
        while value is not None and value.kind_id == _ASSIGNMENT:
            value = value.child_by_field_id(grammar.RIGHT)
        if left is not None and value is not None:
            self._assign(left, value, context)

    def _assign(self, left: tree_sitter.Node, value: tree_sitter.Node, context: Context) -> None:
        kind = left.type
        if kind == "identifier":
            name = self.module.text_of(left)
            if value.type in ("identifier", "attribute") or attribute_read(self.module, value):
                self.module.renamed.add(name)
            context.scope.bind(name, Binding(Bound.ASSIGNED, value, context))
        elif kind == "attribute":
            self._assign_attribute(left, value, context)
        elif kind in _PATTERNS:
            targets = left.named_children
            values = value.named_children if value.type in ("expression_list", "tuple") else []
            if len(targets) == len(values) and not any(
                one.type in ("comment", "list_splat", "list_splat_pattern")
                for one in (*targets, *values)
            ):
                for target, one in zip(targets, values, strict=True):
                    if target.type == "identifier":
                        self._assign(target, one, context)
                    else:
                        self._bind_all(target, context)
            else:
                self._bind_all(left, context)

    def _assign_attribute(
        self, left: tree_sitter.Node, value: tree_sitter.Node, context: Context
    ) -> None:
        owner = left.child_by_field_id(grammar.OBJECT)
        name = left.child_by_field_id(grammar.ATTRIBUTE)
        if owner is None or name is None or context.cls is None:
            return
        if owner.type == "identifier" and self.module.text_of(owner) in ("self", "cls"):
            if value.type in ("identifier", "attribute"):
                self.module.renamed.add(self.module.text_of(name))
            binding = Binding(Bound.ASSIGNED, value, context)
            context.cls.attributes.setdefault(self.module.text_of(name), []).append(binding)

    def _augmented(self, place: Place) -> None:
        node, context = place[0], place[3]
        left = node.child_by_field_id(grammar.LEFT)
        value = node.child_by_field_id(grammar.RIGHT)
        if left is not None and left.type == "identifier" and value is not None:
            binding = Binding(Bound.AUGMENTED, value, context)
            context.scope.bind(self.module.text_of(left), binding)

    def _walrus(self, place: Place) -> None:
        node, context = place[0], place[3]
        name = node.child_by_field_id(grammar.NAME)
        value = node.child_by_field_id(grammar.VALUE)
        scope = context.scope
        while scope.kind == "comprehension" and scope.parent is not None:  # PEP 572
            scope = scope.parent
        if name is not None and value is not None:
            scope.bind(self.module.text_of(name), Binding(Bound.ASSIGNED, value, context))

    def _as(self, place: Place) -> None:
        node, above, context = place[0], place[2], place[3]
        target = node.child_by_field_id(grammar.ALIAS)
        children = node.named_children
        if target is None:  # "case pattern as name"
            self._bind_all(children[-1] if children else None, context)
            return
        names = list(self._names(target))
        if above is not None and above[1] == _WITH_ITEM and len(names) == 1:
            simple = target.named_children[0].type == "identifier"
            how = Bound.ENTERED if simple else Bound.OTHER
            context.scope.bind(names[0], Binding(how, children[0], context))
            return
        self._bind_all(target, context)

    def _import(self, place: Place) -> None:
        bind_imports(self.module, place[0], place[3])

    def _global(self, place: Place) -> None:
        for name in place[0].named_children:
            place[3].scope.declare_global(self.module.text_of(name))

    def _nonlocal(self, place: Place) -> None:
        for name in place[0].named_children:
            place[3].scope.declare_nonlocal(self.module.text_of(name))

    def _capture(self, place: Place) -> None:
        """``case name:`` and ``*rest``: a dotted name of one part binds it."""
        for child in place[0].named_children:
            parts = child.named_children if child.type == "dotted_name" else [child]
            if len(parts) == 1 and parts[0].type == "identifier":
                self._bind_all(parts[0], place[3])

    def _bind_all(self, target: tree_sitter.Node | None, context: Context) -> None:
        for name in () if target is None else self._names(target):
            context.scope.bind(name, Binding(Bound.OTHER))

    def _names(self, target: tree_sitter.Node) -> Iterator[str]:
        """The names that a pattern binds."""
        stack = [target]
        while stack:
            node = stack.pop()
            if node.type == "identifier":
                yield self.module.text_of(node)
            elif node.type in _PATTERNS:
                stack.extend(reversed(node.named_children))
