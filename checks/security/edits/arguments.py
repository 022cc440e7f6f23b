"""Keyword arguments are added, replaced and taken away."""

from __future__ import annotations

import tree_sitter

from checks.events import Call
from checks.languages.python import grammar
from checks.model import Edit, Span


def with_keyword(call: Call, keyword: str, value: str) -> list[Edit]:
    """The call with ``keyword=value``: replaced where it is given, else added at the end.

    In the style of the call: on a line of its own where every argument has one.
    """
    given = call.keywords.get(keyword)
    if given is not None:
        node = call.node.child_by_field_id(grammar.ARGUMENTS)
        inside = node is not None and node.start_byte < given.span.start < node.end_byte
        return [Edit(given.span, value)] if inside else []
    arguments = call.node.child_by_field_id(grammar.ARGUMENTS)
    if arguments is None or arguments.type != "argument_list":
        return []
    added = f"{keyword}={value}"
    children = [one for one in arguments.named_children if one.type != "comment"]
    if not children:
        return [Edit(Span(arguments.start_byte + 1, arguments.start_byte + 1), added)]
    if arguments.named_children[-1].type == "comment":
        return []
    last = children[-1]
    if last.type == "generator_expression" and len(children) == 1:
        return []
    tail = call.module.source.data[last.end_byte : arguments.end_byte - 1]
    own_line = last.start_point.row > arguments.start_point.row and b"\n" in tail
    if not own_line:
        comma = tail.strip() == b","
        return [Edit(Span(last.end_byte, last.end_byte + len(tail) * comma), f", {added}")]
    line = call.module.source.line_text(last.start_point.row + 1)
    indent = line[: len(line) - len(line.lstrip())].decode("ascii", "replace")
    comma_at = tail.find(b",")
    at = last.end_byte + comma_at + 1 if comma_at >= 0 else last.end_byte
    before, after = ("", ",") if comma_at >= 0 else (",", "")
    return [Edit(Span(at, at), f"{before}\n{indent}{added}{after}")]


def without(call: Call, keyword: str) -> list[Edit]:
    """The call without an argument, its comma and its line."""
    arguments = call.node.child_by_field_id(grammar.ARGUMENTS)
    if arguments is None:
        return []
    children = arguments.named_children
    for index, one in enumerate(children):
        name = one.child_by_field_id(grammar.NAME) if one.type == "keyword_argument" else None
        if name is None or call.module.text_of(name) != keyword:
            continue
        if (line := _own_line(call, one)) is not None:
            return [Edit(line, "")]
        if index:
            return [Edit(Span(children[index - 1].end_byte, one.end_byte), "")]
        if len(children) > 1:
            return [Edit(Span(one.start_byte, children[1].start_byte), "")]
        return [Edit(Span(one.start_byte, one.end_byte), "")]
    return []


def _own_line(call: Call, node: tree_sitter.Node) -> Span | None:
    """The whole line of an argument that stands there alone, with its comma."""
    if node.start_point.row != node.end_point.row:
        return None
    source = call.module.source
    span = source.line_span(node.start_point.row + 1)
    end = source.data.find(b"\n", node.end_byte)
    alone = not source.data[span.start : node.start_byte].strip()
    if not alone or end < 0 or source.data[node.end_byte : end].strip() != b",":
        return None
    return Span(span.start, end + 1)
