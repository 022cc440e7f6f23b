"""The Python grammar: its language object, and its kinds and fields as numbers.

Comparing numbers and looking children up by field number is what keeps a walk cheap; names are
for people. Nothing here looks at a text.
"""

from __future__ import annotations

import tree_sitter
import tree_sitter_python

LANGUAGE = tree_sitter.Language(tree_sitter_python.language())

ERROR = LANGUAGE.node_kind_count
"""The number given here to nodes that could not be parsed; tree-sitter's own is 65,535."""

KINDS = (*(LANGUAGE.node_kind_for_id(number) or "" for number in range(ERROR)), "ERROR")
"""The grammar's kind names by number."""

LEAVES = frozenset(
    {
        "identifier", "integer", "float", "true", "false", "none", "ellipsis", "escape_sequence",
        "escape_interpolation", "string_start", "string_content", "string_end", "type_conversion",
        "line_continuation", "comment", "import_prefix", "wildcard_import", "positional_separator",
        "keyword_separator",
    }
)  # fmt: skip
"""Kinds that hold nothing a check could listen to; the walk does not record them."""


def kind(name: str) -> int:
    """The number of a named kind.

    Raises:
        ValueError: the grammar has no such kind.
    """
    number = LANGUAGE.id_for_node_kind(name, True)
    if number is None:
        raise ValueError(f"the Python grammar has no kind {name!r}")
    return number


def _field(name: str) -> int:
    number = LANGUAGE.field_id_for_name(name)
    if number is None:
        raise ValueError(f"the Python grammar has no field {name!r}")
    return number


ALIAS = _field("alias")
ALTERNATIVE = _field("alternative")
ARGUMENT = _field("argument")
ARGUMENTS = _field("arguments")
ATTRIBUTE = _field("attribute")
BODY = _field("body")
CONSEQUENCE = _field("consequence")
DEFINITION = _field("definition")
EXPRESSION = _field("expression")
FUNCTION = _field("function")
KEY = _field("key")
LEFT = _field("left")
MODULE_NAME = _field("module_name")
NAME = _field("name")
OBJECT = _field("object")
OPERATOR = _field("operator")
PARAMETERS = _field("parameters")
RIGHT = _field("right")
SUBSCRIPT = _field("subscript")
SUPERCLASSES = _field("superclasses")
TYPE = _field("type")
VALUE = _field("value")
