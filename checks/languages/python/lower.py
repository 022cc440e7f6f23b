"""Python expressions, lowered to the tree of the flow analysis (:mod:`checks.ir`).

Never raises for what stands in a text: what is too deep or not Python becomes
:class:`~checks.ir.Opaque`. Chains that programs write long (sums, ``and``, ``elif``) are read
without recursion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import tree_sitter

from checks import ir
from checks.languages.python import grammar
from checks.languages.python.lower_literals import LiteralLowering, children

MAX_DEPTH = 90
"""Expressions, or blocks, one inside the other; deeper ones are opaque."""

_EXTRA = frozenset({grammar.kind("comment"), grammar.kind("line_continuation")})
_BINARY = grammar.kind("binary_operator")
_BOOLEAN = grammar.kind("boolean_operator")
_KEYWORD = grammar.kind("keyword_argument")
_LIST_SPLAT = grammar.kind("list_splat")
_DICT_SPLAT = grammar.kind("dictionary_splat")
_PAIR = grammar.kind("pair")
_FOR_IN = grammar.kind("for_in_clause")
_IF_CLAUSE = grammar.kind("if_clause")
_GENERATOR = grammar.kind("generator_expression")
_SLICE = grammar.kind("slice")


_TABLES: dict[tuple[type, str], list[Any]] = {}


def unbound(
    cls: type, name: str, table: Callable[[], Mapping[str, Callable[..., Any]]]
) -> list[Any]:
    """The methods of a class by the number of the kind of node, to be called with ``self``.

    Made once for a class: a lowering is made for every function that is run.
    """
    found = _TABLES.get((cls, name))
    if found is None:
        methods = table()
        found = [getattr(methods.get(kind), "__func__", None) for kind in grammar.KINDS]
        _TABLES[cls, name] = found
    return found


class Lowering(LiteralLowering):
    """Lowers the expressions of one text."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.depth = 0
        self.too_deep = False
        self.yields = False
        self._handlers = unbound(type(self), "expressions", self._table)
        self._last = len(self._handlers) - 1

    def expression(self, node: tree_sitter.Node | None) -> ir.Expression:
        """Lower an expression."""
        if node is None:
            return ir.Opaque(0, 0)
        number = node.kind_id
        handler = self._handlers[min(number, self._last)]
        if handler is None:
            return self._opaque(node)
        if self.depth >= MAX_DEPTH:
            self.too_deep = True
            return ir.Opaque(node.start_byte, node.end_byte)
        self.depth += 1
        try:
            lowered: ir.Expression = handler(self, node)
            return lowered
        finally:
            self.depth -= 1

    def _opaque(self, node: tree_sitter.Node) -> ir.Expression:
        inner: tuple[ir.Expression, ...] = ()
        if self.depth < MAX_DEPTH:
            self.depth += 1
            inner = tuple(self.expression(one) for one in children(node))
            self.depth -= 1
        else:
            self.too_deep = True
        return ir.Opaque(node.start_byte, node.end_byte, inner)

    def _table(self) -> dict[str, Callable[[tree_sitter.Node], ir.Expression]]:
        return {
            "identifier": self._name,
            "string": self._string,
            "concatenated_string": self._concatenated,
            "integer": self._integer,
            "float": self._float,
            "true": self._true,
            "false": self._false,
            "none": self._none,
            "ellipsis": self._ellipsis,
            "attribute": self._attribute,
            "subscript": self._subscript,
            "call": self._call,
            "binary_operator": self._operation,
            "boolean_operator": self._logic,
            "not_operator": self._not,
            "unary_operator": self._unary,
            "comparison_operator": self._compare,
            "conditional_expression": self._choice,
            "parenthesized_expression": self._inner,
            "await": self._inner,
            "type": self._inner,
            "expression_statement": self._inner,
            "as_pattern_target": self._inner,
            "tuple": self._tuple,
            "expression_list": self._tuple,
            "pattern_list": self._tuple,
            "tuple_pattern": self._tuple,
            "list": self._list,
            "list_pattern": self._list,
            "set": self._set,
            "dictionary": self._dictionary,
            "list_splat": self._star,
            "list_splat_pattern": self._star,
            "parenthesized_list_splat": self._star,
            "list_comprehension": self._comprehension,
            "set_comprehension": self._comprehension,
            "generator_expression": self._comprehension,
            "dictionary_comprehension": self._comprehension,
            "lambda": self._lambda,
            "named_expression": self._walrus,
            "yield": self._yield,
            "dotted_name": self._dotted,
            "generic_type": self._generic,
            "union_type": self._union,
        }

    def _attribute(self, node: tree_sitter.Node) -> ir.Expression:
        name = node.child_by_field_id(grammar.ATTRIBUTE)
        value = self.expression(node.child_by_field_id(grammar.OBJECT))
        return ir.Attribute(
            node.start_byte, node.end_byte, value, "" if name is None else self.text(name)
        )

    def _subscript(self, node: tree_sitter.Node) -> ir.Expression:
        value = self.expression(node.child_by_field_id(grammar.VALUE))
        keys = node.children_by_field_id(grammar.SUBSCRIPT)
        start, end = node.start_byte, node.end_byte
        if len(keys) == 1:
            key = self._slice(keys[0]) if keys[0].kind_id == _SLICE else self.expression(keys[0])
        else:
            inner = tuple(self.expression(one) for one in keys)
            key = ir.Sequence(start, end, "tuple", inner)
        return ir.Subscript(start, end, value, key)

    def _slice(self, node: tree_sitter.Node) -> ir.Expression:
        parts: list[ir.Expression | None] = [None]
        for child in node.children:
            if not child.is_named:
                parts.append(None)
            elif child.kind_id not in _EXTRA:
                parts[-1] = self.expression(child)
        parts += [None, None]
        return ir.Slice(node.start_byte, node.end_byte, parts[0], parts[1], parts[2])

    def _call(self, node: tree_sitter.Node) -> ir.Expression:
        function = self.expression(node.child_by_field_id(grammar.FUNCTION))
        arguments: list[ir.Expression] = []
        keywords: list[tuple[str | None, ir.Expression]] = []
        given = node.child_by_field_id(grammar.ARGUMENTS)
        if given is not None and given.kind_id == _GENERATOR:
            arguments.append(self.expression(given))
        elif given is not None:
            self.arguments(given, arguments, keywords)
        return ir.Call(node.start_byte, node.end_byte, function, tuple(arguments), tuple(keywords))

    def arguments(
        self,
        node: tree_sitter.Node,
        arguments: list[ir.Expression],
        keywords: list[tuple[str | None, ir.Expression]],
    ) -> None:
        """Lower an argument list into the two lists."""
        for child in node.named_children:
            kind = child.kind_id
            if kind in _EXTRA:
                continue
            if kind == _KEYWORD:
                name = child.child_by_field_id(grammar.NAME)
                value = self.expression(child.child_by_field_id(grammar.VALUE))
                keywords.append(("" if name is None else self.text(name), value))
            elif kind == _DICT_SPLAT:
                keywords.append((None, self._inner(child)))
            else:
                arguments.append(self.expression(child))

    def _operation(self, node: tree_sitter.Node) -> ir.Expression:
        spine = []
        one: tree_sitter.Node | None = node
        while one is not None and one.kind_id == _BINARY:
            spine.append(one)
            one = one.child_by_field_id(grammar.LEFT)
        value = self.expression(one)
        for outer in reversed(spine):
            operator = outer.child_by_field_id(grammar.OPERATOR)
            value = ir.Operation(
                outer.start_byte,
                outer.end_byte,
                "" if operator is None else operator.type,
                value,
                self.expression(outer.child_by_field_id(grammar.RIGHT)),
            )
        return value

    def _logic(self, node: tree_sitter.Node) -> ir.Expression:
        first = node.child_by_field_id(grammar.OPERATOR)
        operator = "and" if first is None else first.type
        operands = []
        one: tree_sitter.Node | None = node
        while one is not None and one.kind_id == _BOOLEAN:
            own = one.child_by_field_id(grammar.OPERATOR)
            if own is None or own.type != operator:
                break
            operands.append(self.expression(one.child_by_field_id(grammar.RIGHT)))
            one = one.child_by_field_id(grammar.LEFT)
        operands.append(self.expression(one))
        operands.reverse()
        return ir.Logic(node.start_byte, node.end_byte, operator, tuple(operands))

    def _not(self, node: tree_sitter.Node) -> ir.Expression:
        operand = self.expression(node.child_by_field_id(grammar.ARGUMENT))
        return ir.Unary(node.start_byte, node.end_byte, "not", operand)

    def _unary(self, node: tree_sitter.Node) -> ir.Expression:
        operand = self.expression(node.child_by_field_id(grammar.ARGUMENT))
        operator = node.children[0].type if node.children else ""
        return ir.Unary(node.start_byte, node.end_byte, operator, operand)

    def _compare(self, node: tree_sitter.Node) -> ir.Expression:
        operands: list[ir.Expression] = []
        operators: list[str] = []
        for child in node.children:
            if child.is_named:
                if child.kind_id not in _EXTRA:
                    operands.append(self.expression(child))
            elif operators and len(operators) == len(operands):
                operators[-1] += f" {child.type}"  # "not in" as two tokens
            else:
                operators.append(child.type)
        rights = tuple(operands[1:])
        first = operands[0] if operands else ir.Opaque(node.start_byte, node.end_byte)
        return ir.Compare(
            node.start_byte, node.end_byte, first, tuple(operators[: len(rights)]), rights
        )

    def _choice(self, node: tree_sitter.Node) -> ir.Expression:
        parts = children(node)
        if len(parts) != 3:
            return self._opaque(node)
        first, test, second = (self.expression(one) for one in parts)
        return ir.Choice(node.start_byte, node.end_byte, test, first, second)

    def _inner(self, node: tree_sitter.Node) -> ir.Expression:
        parts = children(node)
        if len(parts) != 1:
            return self._opaque(node)
        return self.expression(parts[0])

    def _items(self, node: tree_sitter.Node) -> tuple[ir.Expression, ...]:
        return tuple(self.expression(one) for one in children(node))

    def _tuple(self, node: tree_sitter.Node) -> ir.Expression:
        return ir.Sequence(node.start_byte, node.end_byte, "tuple", self._items(node))

    def _list(self, node: tree_sitter.Node) -> ir.Expression:
        return ir.Sequence(node.start_byte, node.end_byte, "list", self._items(node))

    def _set(self, node: tree_sitter.Node) -> ir.Expression:
        return ir.Sequence(node.start_byte, node.end_byte, "set", self._items(node))

    def _star(self, node: tree_sitter.Node) -> ir.Expression:
        return ir.Star(node.start_byte, node.end_byte, self._inner(node))

    def _dictionary(self, node: tree_sitter.Node) -> ir.Expression:
        items: list[tuple[ir.Expression | None, ir.Expression]] = []
        for child in children(node):
            if child.kind_id == _PAIR:
                key = self.expression(child.child_by_field_id(grammar.KEY))
                items.append((key, self.expression(child.child_by_field_id(grammar.VALUE))))
            else:
                items.append((None, self._inner(child)))
        return ir.Mapping(node.start_byte, node.end_byte, tuple(items))

    def _comprehension(self, node: tree_sitter.Node) -> ir.Expression:
        body = node.child_by_field_id(grammar.BODY)
        clauses: list[ir.Clause] = []
        for child in node.named_children:
            if child.kind_id == _FOR_IN:
                left = self.expression(child.child_by_field_id(grammar.LEFT))
                right = self.expression(child.child_by_field_id(grammar.RIGHT))
                clauses.append(ir.Clause(child.start_byte, child.end_byte, left, right))
            elif child.kind_id == _IF_CLAUSE and clauses:
                clauses[-1].conditions.append(self._inner(child))
        key: ir.Expression | None = None
        if body is not None and body.kind_id == _PAIR:
            key = self.expression(body.child_by_field_id(grammar.KEY))
            value = self.expression(body.child_by_field_id(grammar.VALUE))
        else:
            value = self.expression(body)
        kind = grammar.KINDS[node.kind_id].partition("_")[0]
        kind = "dict" if kind == "dictionary" else kind
        return ir.Comprehension(node.start_byte, node.end_byte, kind, key, value, tuple(clauses))

    def _lambda(self, node: tree_sitter.Node) -> ir.Expression:
        body = node.child_by_field_id(grammar.BODY)
        data = self.data

        def lower() -> ir.Lowered:
            inner = Lowering(data)
            value = inner.expression(body)
            block = (ir.Return(value.start, value.end, value),)
            return ir.Lowered(block, frozenset(), {}, yields=False)

        given = node.child_by_field_id(grammar.PARAMETERS)
        return ir.Lambda(node.start_byte, node.end_byte, self.parameters(given), ir.Body(lower))

    def parameters(self, node: tree_sitter.Node | None) -> tuple[ir.Parameter, ...]:
        """Lower a parameter list."""
        found: list[ir.Parameter] = []
        keyword_only = False
        for child in () if node is None else children(node):
            if child.is_error:
                continue
            kind = grammar.KINDS[child.kind_id]
            if kind == "keyword_separator":
                keyword_only = True
                continue
            target: tree_sitter.Node | None = child
            default = annotation = None
            if kind in ("default_parameter", "typed_default_parameter"):
                target = child.child_by_field_id(grammar.NAME)
                default = self.expression(child.child_by_field_id(grammar.VALUE))
            elif kind == "typed_parameter":
                target = children(child)[0] if child.named_children else None
            written = child.child_by_field_id(grammar.TYPE)
            if written is not None:
                annotation = self.expression(written)
            star = ""
            if target is not None:
                inner = grammar.KINDS[target.kind_id]
                if inner in ("list_splat_pattern", "dictionary_splat_pattern"):
                    star = "*" if inner == "list_splat_pattern" else "**"
                    target = children(target)[0] if target.named_children else None
            if target is None or grammar.KINDS[target.kind_id] != "identifier":
                continue
            found.append(
                ir.Parameter(
                    child.start_byte, child.end_byte, self.text(target), star, default,
                    annotation, keyword_only,
                )
            )  # fmt: skip
            keyword_only = keyword_only or star == "*"
        return tuple(found)

    def _walrus(self, node: tree_sitter.Node) -> ir.Expression:
        name = node.child_by_field_id(grammar.NAME)
        value = self.expression(node.child_by_field_id(grammar.VALUE))
        return ir.Walrus(
            node.start_byte, node.end_byte, "" if name is None else self.text(name), value
        )

    def _yield(self, node: tree_sitter.Node) -> ir.Expression:
        self.yields = True
        parts = children(node)
        delegates = any(one.type == "from" for one in node.children[:2])
        value = self.expression(parts[0]) if parts else None
        return ir.Yield(node.start_byte, node.end_byte, value, delegates)

    def _generic(self, node: tree_sitter.Node) -> ir.Expression:
        """``Optional[int]`` in an annotation, where the grammar calls it a type."""
        parts = children(node)
        if not parts:
            return self._opaque(node)
        value = self.expression(parts[0])
        inner = tuple(self.expression(one) for group in parts[1:] for one in children(group))
        key = (
            inner[0]
            if len(inner) == 1
            else ir.Sequence(node.start_byte, node.end_byte, "tuple", inner)
        )
        return ir.Subscript(node.start_byte, node.end_byte, value, key)

    def _union(self, node: tree_sitter.Node) -> ir.Expression:
        parts = [self.expression(one) for one in children(node)]
        value = parts[0] if parts else ir.Opaque(node.start_byte, node.end_byte)
        for one in parts[1:]:
            value = ir.Operation(node.start_byte, node.end_byte, "|", value, one)
        return value
