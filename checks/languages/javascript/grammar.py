"""The grammars of JavaScript, TypeScript and TSX.

Types say nothing about what a test does, so the walk passes them by.
"""

from __future__ import annotations

import tree_sitter
import tree_sitter_javascript
import tree_sitter_typescript

from checks.languages.syntax.grammar import Grammar

_LEAVES = frozenset(
    {
        "identifier", "property_identifier", "private_property_identifier", "statement_identifier",
        "shorthand_property_identifier", "shorthand_property_identifier_pattern", "number",
        "string", "string_fragment", "escape_sequence", "regex", "regex_pattern", "regex_flags",
        "true", "false", "null", "undefined", "this", "super", "import", "meta_property",
        "jsx_text", "html_character_reference", "hash_bang_line", "optional_chain",
        "empty_statement", "jsx_namespace_name", "jsx_closing_element",
        # types
        "accessibility_modifier", "adding_type_annotation", "ambient_declaration", "array_type",
        "asserts_annotation", "call_signature", "conditional_type", "constraint",
        "construct_signature", "constructor_type", "default_type", "existential_type",
        "extends_type_clause", "flow_maybe_type", "function_signature", "function_type",
        "generic_type", "implements_clause", "index_signature", "index_type_query", "infer_type",
        "interface_declaration", "intersection_type", "literal_type", "lookup_type",
        "mapped_type_clause", "method_signature", "nested_type_identifier", "object_type",
        "omitting_type_annotation", "opting_type_annotation", "optional_type", "override_modifier",
        "parenthesized_type", "predefined_type", "property_signature", "readonly_type",
        "rest_type", "template_literal_type", "this_type", "tuple_type", "type_alias_declaration",
        "type_annotation", "type_arguments", "type_identifier", "type_parameter",
        "type_parameters", "type_predicate", "type_predicate_annotation", "type_query",
        "union_type",
    }
)  # fmt: skip
_COMMENTS = ("comment", "html_comment")

JAVASCRIPT = Grammar(tree_sitter_javascript.language(), leaves=_LEAVES, comments=_COMMENTS)
TYPESCRIPT = Grammar(
    tree_sitter_typescript.language_typescript(), leaves=_LEAVES, comments=_COMMENTS
)
TSX = Grammar(tree_sitter_typescript.language_tsx(), leaves=_LEAVES, comments=_COMMENTS)

GRAMMARS = {"javascript": JAVASCRIPT, "typescript": TYPESCRIPT, "tsx": TSX}
"""By the language's name."""

FUNCTIONS = frozenset(
    {
        "arrow_function",
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "method_definition",
    }
)
"""The kinds that are functions, in all three grammars."""

TRANSPARENT = frozenset(
    {
        "as_expression",
        "instantiation_expression",
        "non_null_expression",
        "parenthesized_expression",
        "satisfies_expression",
    }
)
"""The kinds around an expression that do not change its value."""

_MOST_WRAPPERS = 20

LOOPS = frozenset({"do_statement", "for_in_statement", "for_statement", "while_statement"})


def bare(node: tree_sitter.Node) -> tree_sitter.Node:
    """An expression without the parentheses and types around it."""
    for _ in range(_MOST_WRAPPERS):
        if node.type not in TRANSPARENT:
            break
        inner = next((one for one in node.named_children if one.type != "comment"), None)
        if inner is None:
            break
        node = inner
    return node
