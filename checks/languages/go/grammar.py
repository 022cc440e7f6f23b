"""The grammar of Go.

Types and literals hold nothing that a check listens to, so the walk passes them by.
"""

from __future__ import annotations

import tree_sitter
import tree_sitter_go

from checks.languages.syntax.grammar import Grammar

_LEAVES = frozenset(
    {
        "array_type", "blank_identifier", "channel_type", "dot", "empty_statement",
        "escape_sequence", "false", "field_declaration_list", "field_identifier", "float_literal",
        "function_type", "generic_type", "identifier", "imaginary_literal",
        "implicit_length_array_type", "int_literal", "interface_type", "interpreted_string_literal",
        "interpreted_string_literal_content", "iota", "label_name", "map_type", "nil",
        "package_clause", "package_identifier", "parenthesized_type", "pointer_type",
        "qualified_type", "raw_string_literal", "raw_string_literal_content", "rune_literal",
        "slice_type", "struct_type", "true", "type_arguments", "type_constraint", "type_identifier",
        "type_parameter_list",
    }
)  # fmt: skip

GO = Grammar(tree_sitter_go.language(), leaves=_LEAVES, comments=("comment",))

FUNCTIONS = frozenset({"func_literal", "function_declaration", "method_declaration"})
"""The kinds that are functions."""

STRINGS = frozenset({"interpreted_string_literal", "raw_string_literal"})

LOOPS = frozenset({"for_statement"})

_MOST_WRAPPERS = 20


def bare(node: tree_sitter.Node) -> tree_sitter.Node:
    """An expression without the parentheses around it, and without ``&``."""
    for _ in range(_MOST_WRAPPERS):
        if node.type == "unary_expression" and node.children and node.children[0].type == "&":
            inner = node.child_by_field_name("operand")
        elif node.type == "parenthesized_expression":
            inner = next((one for one in node.named_children if one.type != "comment"), None)
        else:
            break
        if inner is None:
            break
        node = inner
    return node
