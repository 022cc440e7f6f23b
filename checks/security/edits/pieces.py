"""A string that is put together, as its constant pieces and the expressions between them.

Exact where it answers at all: ``None`` for a string with escapes, conversions or format
specifications, which could not be written again with certainty.
"""

from __future__ import annotations

from typing import TypeAlias

import tree_sitter

from checks.events import Value
from checks.languages.python import evaluate, grammar
from checks.light import dataclass

MAX_PIECES = 40
_QUOTES = ("'''", '"""', "'", '"')
_OPERANDS = frozenset({"identifier", "attribute", "call", "subscript", "await"})
_LINE = 88


@dataclass(frozen=True, slots=True)
class Hole:
    """An expression whose text goes into the string, as it is written."""

    text: str


Piece: TypeAlias = "str | Hole"


def pieces_of(value: Value) -> list[Piece] | None:
    """The pieces of a string expression, constant ones joined; ``None`` when not certain."""
    found = _read(value, value.node)
    if found is None or len(found) > MAX_PIECES:
        return None
    joined: list[Piece] = []
    for one in found:
        if isinstance(one, str) and joined and isinstance(joined[-1], str):
            joined[-1] += one
        elif one:
            joined.append(one)
    return joined


def literal(text: str) -> str | None:
    """Python source of a string; ``None`` when it cannot be written without escapes."""
    if "\\" in text:
        return None
    if "\n" in text:
        return None if '"""' in text or text.endswith('"') else f'"""{text}"""'
    for quote in ('"', "'"):
        if quote not in text:
            return f"{quote}{text}{quote}" if len(text) <= _LINE else None
    return None


def formatted(pieces: list[Piece]) -> str | None:
    """Python source of a string with expressions in it: a name alone, a literal or an f-string."""
    if len(pieces) == 1 and isinstance(pieces[0], Hole):
        return pieces[0].text
    texts = [one for one in pieces if isinstance(one, str)]
    if len(texts) == len(pieces):
        return literal("".join(texts))
    if any(mark in one for one in texts for mark in ('"', "{", "}", "\n", "\\")):
        return None
    holes = [one.text for one in pieces if isinstance(one, Hole)]
    if any(mark in one for one in holes for mark in ('"', "'", "\n", "\\", "{", "}")):
        return None
    inner = "".join(one if isinstance(one, str) else f"{{{one.text}}}" for one in pieces)
    return f'f"{inner}"'


def _read(value: Value, node: tree_sitter.Node) -> list[Piece] | None:
    kind = node.type
    if kind == "string":
        return _string(value, node)
    if kind in ("concatenated_string", "parenthesized_expression"):
        return _all(value, node.named_children)
    if kind == "binary_operator":
        left = node.child_by_field_id(grammar.LEFT)
        right = node.child_by_field_id(grammar.RIGHT)
        operator = evaluate.operator_of(node)
        if left is None or right is None:
            return None
        if operator == "+":
            return _all(value, [left, right], holes=True)
        return _percent(value, left, right) if operator == "%" else None
    if kind == "call":
        return _format(value, node)
    return None


def _all(value: Value, nodes: list[tree_sitter.Node], *, holes: bool = False) -> list[Piece] | None:
    """The pieces of all nodes one after the other; with ``holes``, other expressions too."""
    found: list[Piece] = []
    for node in nodes:
        inner = _read(value, node)
        if inner is None and holes and node.type in _OPERANDS:
            inner = [Hole(_without_str(value, node))]
        if inner is None:
            return None
        found += inner
    return found


def _without_str(value: Value, node: tree_sitter.Node) -> str:
    """The text of an operand, of ``str(x)`` that of ``x``."""
    if node.type == "call":
        function = node.child_by_field_id(grammar.FUNCTION)
        inner = evaluate.argument_nodes(node)
        if function is not None and value.module.text_of(function) == "str" and len(inner) == 1:
            return value.module.text_of(inner[0])
    return value.module.text_of(node)


def _string(value: Value, node: tree_sitter.Node) -> list[Piece] | None:
    text = value.module.text_of
    if not node.children or text(node.children[0]).lower().lstrip("f") not in _QUOTES:
        return None
    is_format = text(node.children[0])[:1] in "fF"
    found: list[Piece] = []
    for child in node.children[1:-1]:
        if child.type == "string_content":
            content = text(child)
            if "\\" in content or (is_format and ("{" in content or "}" in content)):
                return None
            found.append(content)
        elif child.type == "interpolation":
            if len(child.named_children) != 1 or "=}" in text(child):
                return None
            found.append(Hole(text(child.named_children[0])))
        else:
            return None
    return found


def _percent(value: Value, left: tree_sitter.Node, right: tree_sitter.Node) -> list[Piece] | None:
    template = _plain(value, left)
    if template is None or right.type == "dictionary":
        return None
    operands = right.named_children if right.type == "tuple" else [right]
    if right.type != "tuple" and right.type not in _OPERANDS:
        return None
    parts = template.split("%s")
    if len(parts) != len(operands) + 1 or any("%" in one for one in parts):
        return None
    return _interleave(parts, [value.module.text_of(one) for one in operands])


def _format(value: Value, node: tree_sitter.Node) -> list[Piece] | None:
    function = node.child_by_field_id(grammar.FUNCTION)
    owner = None if function is None else function.child_by_field_id(grammar.OBJECT)
    if function is None or owner is None or not value.module.text_of(function).endswith(".format"):
        return None
    template = _plain(value, owner)
    arguments = evaluate.argument_nodes(node)
    kinds = ("keyword_argument", "list_splat", "dictionary_splat")
    if template is None or any(one.type in kinds for one in arguments):
        return None
    parts = template.split("{}")
    if len(parts) != len(arguments) + 1 or any("{" in one or "}" in one for one in parts):
        return None
    return _interleave(parts, [value.module.text_of(one) for one in arguments])


def _plain(value: Value, node: tree_sitter.Node) -> str | None:
    found = _read(value, node)
    if found is None or any(isinstance(one, Hole) for one in found):
        return None
    return "".join(one for one in found if isinstance(one, str))


def _interleave(parts: list[str], operands: list[str]) -> list[Piece]:
    found: list[Piece] = [parts[0]]
    for operand, part in zip(operands, parts[1:], strict=True):
        found += [Hole(operand), part]
    return found
