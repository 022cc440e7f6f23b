"""Literals and names of Python, lowered to the tree of the flow analysis (:mod:`checks.ir`)."""

from __future__ import annotations

import abc

import tree_sitter

from checks import ir
from checks.languages.python import grammar, literals

_EXTRA = frozenset({grammar.kind("comment"), grammar.kind("line_continuation")})
_CONTENT = grammar.kind("string_content")
_START = grammar.kind("string_start")
_INTERPOLATION = grammar.kind("interpolation")


def children(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    """The named children without comments."""
    return [one for one in node.named_children if one.kind_id not in _EXTRA]


class LiteralLowering(abc.ABC):
    """Lowers what has no expression in it, and texts with expressions in them."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def text(self, node: tree_sitter.Node) -> str:
        """A node's text."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    @abc.abstractmethod
    def expression(self, node: tree_sitter.Node | None) -> ir.Expression:
        """Lower an expression."""

    def _name(self, node: tree_sitter.Node) -> ir.Expression:
        return ir.Name(node.start_byte, node.end_byte, self.text(node))

    def _dotted(self, node: tree_sitter.Node) -> ir.Expression:
        parts = children(node)
        found: ir.Expression = self._name(parts[0]) if parts else ir.Opaque(0, 0)
        for part in parts[1:]:
            found = ir.Attribute(node.start_byte, part.end_byte, found, self.text(part))
        return found

    def _integer(self, node: tree_sitter.Node) -> ir.Expression:
        return self._number(node, literals.integer(self.text(node)))

    def _float(self, node: tree_sitter.Node) -> ir.Expression:
        return self._number(node, literals.real(self.text(node)))

    def _number(self, node: tree_sitter.Node, value: object) -> ir.Expression:
        # A number too long to be read is still a number.
        value = 0.5 if value is None else value
        return ir.Constant(node.start_byte, node.end_byte, value)

    def _true(self, node: tree_sitter.Node) -> ir.Expression:
        return ir.Constant(node.start_byte, node.end_byte, value=True)

    def _false(self, node: tree_sitter.Node) -> ir.Expression:
        return ir.Constant(node.start_byte, node.end_byte, value=False)

    def _none(self, node: tree_sitter.Node) -> ir.Expression:
        return ir.Constant(node.start_byte, node.end_byte, None)

    def _ellipsis(self, node: tree_sitter.Node) -> ir.Expression:
        return ir.Constant(node.start_byte, node.end_byte, ...)

    def _string(self, node: tree_sitter.Node) -> ir.Expression:
        prefix = ""
        parts: list[ir.Expression] = []
        for child in node.named_children:
            kind = child.kind_id
            if kind == _START:
                prefix = self.text(child).rstrip("'\"").lower()
            elif kind == _CONTENT:
                parts.append(self._content(child, prefix))
            elif kind == _INTERPOLATION:
                parts.append(self._interpolation(child))
        start, end = node.start_byte, node.end_byte
        if not parts:
            return ir.Constant(start, end, b"" if "b" in prefix else "")
        if len(parts) == 1 and isinstance(parts[0], ir.Constant):
            parts[0].start, parts[0].end = start, end
            return parts[0]
        return ir.Format(start, end, tuple(parts))

    def _content(self, node: tree_sitter.Node, prefix: str) -> ir.Expression:
        text = self.text(node)
        if "r" not in prefix:
            text = literals.unescape(text, is_bytes="b" in prefix)
        if "f" in prefix or "t" in prefix:
            text = text.replace("{{", "{").replace("}}", "}")
        value: str | bytes = text
        if "b" in prefix:
            value = text.encode("latin-1", "replace")
        return ir.Constant(node.start_byte, node.end_byte, value)

    def _interpolation(self, node: tree_sitter.Node) -> ir.Expression:
        value = self.expression(node.child_by_field_id(grammar.EXPRESSION))
        conversion = node.child_by_field_name("type_conversion")
        form = node.child_by_field_name("format_specifier")
        start, end = node.start_byte, node.end_byte
        if form is not None:
            spec = self.text(form).lstrip(":")
            if spec[-1:] in ("d", "x", "X", "b", "o", "f", "e", "g", "n", "%"):
                # Formats as a number, or raises.
                name = ir.Name(start, end, "float")
                return ir.Call(start, end, name, (value,))
        if conversion is not None and self.text(conversion) in ("!r", "!a"):
            return ir.Call(start, end, ir.Name(start, end, "repr"), (value,))
        return value

    def _concatenated(self, node: tree_sitter.Node) -> ir.Expression:
        parts: list[ir.Expression] = []
        for child in children(node):
            part = self.expression(child)
            parts.extend(part.parts if isinstance(part, ir.Format) else [part])
        start, end = node.start_byte, node.end_byte
        if parts and all(
            isinstance(one, ir.Constant) and isinstance(one.value, str) for one in parts
        ):
            whole = "".join(str(one.value) for one in parts if isinstance(one, ir.Constant))
            return ir.Constant(start, end, whole)
        return ir.Format(start, end, tuple(parts))
