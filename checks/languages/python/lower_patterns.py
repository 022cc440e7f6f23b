"""The patterns of ``match``, lowered to the tree of the flow analysis (:mod:`checks.ir`)."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks import ir
from checks.languages.python import grammar
from checks.languages.python.lower import MAX_DEPTH, Lowering
from checks.languages.python.lower_literals import children


class PatternLowering(Lowering):
    """Lowers patterns; the base of what lowers statements."""

    def pattern(self, node: tree_sitter.Node) -> ir.Pattern:
        """Lower one pattern."""
        start, end = node.start_byte, node.end_byte
        if self.depth >= MAX_DEPTH:
            self.too_deep = True
            return ir.Pattern(start, end, "capture")
        self.depth += 1
        try:
            return self._pattern(node, start, end)
        finally:
            self.depth -= 1

    def _pattern(self, node: tree_sitter.Node, start: int, end: int) -> ir.Pattern:
        kind = node.type
        parts = children(node)
        if kind == "case_pattern":
            if len(parts) != 1:  # "_" has no node of its own; "-1" keeps its sign as a token
                value = ir.Opaque(start, end) if self.text(node) != "_" else None
                return ir.Pattern(start, end, "capture" if value is None else "value", value)
            if node.child_count > 1:
                return ir.Pattern(start, end, "value", ir.Opaque(start, end))
            return self.pattern(parts[0])
        if kind in ("dotted_name", "identifier"):
            name = self.text(node)
            if "." in name:
                return ir.Pattern(start, end, "value", self.expression(node))
            return ir.Pattern(start, end, "capture", name="" if name == "_" else name)
        if kind in ("list_pattern", "tuple_pattern"):
            return ir.Pattern(start, end, "sequence", parts=self._parts(parts))
        if kind == "splat_pattern":
            names = [self.text(one) for one in parts if one.type == "identifier"]
            return ir.Pattern(start, end, "star", name=names[0] if names else "")
        if kind == "union_pattern":
            return ir.Pattern(start, end, "or", parts=self._parts(parts))
        if kind == "as_pattern":
            name = self.text(parts[-1]) if parts else ""
            return ir.Pattern(start, end, "as", name=name, parts=self._parts(parts[:-1]))
        if kind == "dict_pattern":
            return self._mapping(node, start, end)
        if kind == "class_pattern":
            return self._class_pattern(parts, start, end)
        return ir.Pattern(start, end, "value", self.expression(node))

    def _parts(self, nodes: list[tree_sitter.Node]) -> tuple[ir.Pattern, ...]:
        return tuple(self.pattern(one) for one in nodes)

    def _mapping(self, node: tree_sitter.Node, start: int, end: int) -> ir.Pattern:
        keys: list[object] = []
        for one in node.children_by_field_id(grammar.KEY):
            key = self.expression(one)
            keys.append(key.value if isinstance(key, ir.Constant) else None)
        values = node.children_by_field_id(grammar.VALUE)
        rest = [one for one in children(node) if one.type == "splat_pattern"]
        parts = self._parts([*values, *rest])
        return ir.Pattern(start, end, "mapping", parts=parts, keys=tuple(keys))

    def _class_pattern(self, parts: list[tree_sitter.Node], start: int, end: int) -> ir.Pattern:
        keys: list[object] = []
        inner: list[ir.Pattern] = []
        for one in parts[1:]:
            found = children(one)
            if found and found[0].type == "keyword_pattern":
                pair = children(found[0])
                keys.append(self.text(pair[0]) if pair else None)
                inner.append(self.pattern(pair[-1]) if len(pair) > 1 else self.pattern(one))
            else:
                keys.append(None)
                inner.append(self.pattern(one))
        value = self.expression(parts[0]) if parts else None
        return ir.Pattern(start, end, "class", value, parts=tuple(inner), keys=tuple(keys))

    def captured(self, pattern: ir.Pattern) -> Iterator[str]:
        """The names that a pattern binds."""
        stack = [pattern]
        while stack:
            one = stack.pop()
            if one.name:
                yield one.name
            stack.extend(one.parts)
