"""Constant folding: the values of expressions that cannot vary.

Bounded everywhere: depth, size of results, number of evaluations in a file. Past a bound the
answer is "unknown", never an exception.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import tree_sitter

from checks.languages.python import grammar, literals, mappings
from checks.languages.python.scopes import Binding, Bound
from checks.languages.python.unknown import UNKNOWN

if TYPE_CHECKING:
    from checks.languages.python.context import Context
    from checks.languages.python.module import Module

MAX_DEPTH = 24
MAX_OPERANDS = 400
MAX_ELEMENTS = 1_000
MAX_TEXT = 20_000
MAX_BITS = 512
MAX_EVALUATIONS = 200_000
"""Expressions that are evaluated in one file."""

_EXTRAS = ("comment", "line_continuation")
THROUGH = frozenset({"strip", "lstrip", "rstrip", "lower", "upper", "encode", "replace", "title"})
"""String methods whose result is built from the same parts."""

TRANSPARENT = frozenset({"textwrap.dedent", "inspect.cleandoc"})
"""Functions that do the same."""

Part: TypeAlias = "tuple[tree_sitter.Node, Context]"


def children(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    """The named children, without the comments that may stand between them."""
    return [child for child in node.named_children if child.type not in _EXTRAS]


def bindings_of(module: Module, node: tree_sitter.Node, context: Context) -> list[Binding]:
    """All that binds the name or ``self`` attribute that an expression is; else nothing."""
    if node.type == "identifier":
        name = module.text_of(node)
        scope = context.scope.find(name)
        return [] if scope is None else scope.bindings[name]
    if node.type == "attribute":
        return _attribute_bindings(module, node, context)
    return []


def binding_of(module: Module, node: tree_sitter.Node, context: Context) -> Binding | None:
    """The only assignment to the name or ``self`` attribute that an expression is."""
    bindings = bindings_of(module, node, context)
    if len(bindings) == 1 and bindings[0].how is Bound.ASSIGNED:
        return bindings[0]
    return None


def _attribute_bindings(module: Module, node: tree_sitter.Node, context: Context) -> list[Binding]:
    """Assignments to ``self.<name>`` in the methods, or to ``<name>`` in the class body."""
    owner = node.child_by_field_id(grammar.OBJECT)
    attribute = node.child_by_field_id(grammar.ATTRIBUTE)
    cls = context.cls
    if owner is None or attribute is None or cls is None:
        return []
    if module.text_of(owner) not in ("self", "cls", cls.name) or owner.type != "identifier":
        return []
    name = module.text_of(attribute)
    in_body = cls.inner.scope.bindings.get(name, []) if cls.inner.scope.kind == "class" else []
    return [*in_body, *cls.attributes.get(name, [])]


def origin(module: Module, node: tree_sitter.Node, context: Context, *, items: bool = True) -> Part:
    """What a name with a single assignment stands for, parentheses taken off.

    Also an entry of a constant table, unless ``items`` says no.
    """
    for _ in range(MAX_DEPTH):
        if items and node.type == "subscript":
            entry = mappings.item(module, node, context)
            if entry is None:
                break
            node, context = entry
            continue
        if node.type == "parenthesized_expression" and (inner := children(node)):
            node = inner[0]
            continue
        binding = binding_of(module, node, context)
        if binding is None or binding.node is None or binding.context is None:
            break
        node, context = binding.node, binding.context
    return node, context


def constant(module: Module, node: tree_sitter.Node, context: Context, depth: int = 0) -> object:
    """The folded value of an expression, or ``UNKNOWN``."""
    known = module.constants
    key = node.id
    if key in known:
        return known[key]
    if depth > MAX_DEPTH or module.evaluations >= MAX_EVALUATIONS:
        return UNKNOWN
    module.evaluations += 1
    folder = _FOLDERS.get(node.type)
    if folder is None:
        return UNKNOWN
    known[key] = UNKNOWN  # what a name that is bound to itself evaluates to
    value = folder(module, node, context, depth)
    if depth < MAX_DEPTH // 2 or value is not UNKNOWN:
        known[key] = value
    else:
        del known[key]  # not for want of depth: asked again from nearer, it may be known
    return value


def is_fixed(module: Module, node: tree_sitter.Node, context: Context, depth: int = 0) -> bool:
    """Whether nothing in an expression can vary."""
    if constant(module, node, context, depth) is not UNKNOWN:
        return True
    known = module.fixed
    key = node.id
    if key in known:
        return known[key]
    if depth > MAX_DEPTH or module.evaluations >= MAX_EVALUATIONS:
        return False
    module.evaluations += 1
    known[key] = False  # what a name that is bound to itself is
    known[key] = _parts_are_fixed(module, node, context, depth)
    return known[key]


def _parts_are_fixed(module: Module, node: tree_sitter.Node, context: Context, depth: int) -> bool:
    kind = node.type
    if kind in ("identifier", "attribute"):
        start, where = origin(module, node, context)
        return start != node and is_fixed(module, start, where, depth + 1)
    if kind == "call":
        function = node.child_by_field_id(grammar.FUNCTION)
        if function is None:
            return False
        if module.resolve(function, context) in TRANSPARENT:
            return all(is_fixed(module, one, context, depth + 1) for one in argument_nodes(node))
        if function.type != "attribute":
            return False
        owner = function.child_by_field_id(grammar.OBJECT)
        name = function.child_by_field_id(grammar.ATTRIBUTE)
        method = "" if name is None else module.text_of(name)
        if owner is None or method not in (*THROUGH, "format", "join"):
            return False
        inner = [owner, *argument_nodes(node)]
    elif kind in ("string", "interpolation", "concatenated_string", "parenthesized_expression",
                  "binary_operator", "unary_operator", "conditional_expression", "tuple", "list",
                  "set", "dictionary", "pair", "expression_list"):  # fmt: skip
        inner = [one for one in children(node) if one.type not in _STRING_PIECES]
    else:
        return False
    return len(inner) <= MAX_ELEMENTS and all(
        is_fixed(module, one, context, depth + 1) for one in inner
    )


_STRING_PIECES = frozenset(
    {"string_start", "string_content", "string_end", "format_specifier", "type_conversion"}
)


def operands_of(node: tree_sitter.Node) -> list[tree_sitter.Node] | None:
    """The operands of a chain of ``+``, left to right; ``None`` when there are too many."""
    operands: list[tree_sitter.Node] = []
    current: tree_sitter.Node | None = node
    while current is not None and current.type == "binary_operator" and operator_of(current) == "+":
        right = current.child_by_field_id(grammar.RIGHT)
        if right is not None:
            operands.append(right)
        current = current.child_by_field_id(grammar.LEFT)
        if len(operands) > MAX_OPERANDS:
            return None
    if current is not None:
        operands.append(current)
    operands.reverse()
    return operands


def argument_nodes(call: tree_sitter.Node) -> list[tree_sitter.Node]:
    """The arguments of a call node, in order; a lone generator is one argument."""
    node = call.child_by_field_id(grammar.ARGUMENTS)
    if node is None:
        return []
    return [node] if node.type == "generator_expression" else children(node)


def operator_of(node: tree_sitter.Node) -> str:
    """The operator of a unary or binary operation."""
    operator = node.child_by_field_id(grammar.OPERATOR)
    return "" if operator is None else operator.type


def _fold_string(module: Module, node: tree_sitter.Node, context: Context, depth: int) -> object:
    pieces = node.named_children
    if not pieces or node.end_byte - node.start_byte > MAX_TEXT:
        return UNKNOWN
    prefix = module.text_of(pieces[0]).rstrip("'\"").lower()
    if "t" in prefix or "`" in prefix:
        return UNKNOWN
    text = ""
    for piece in pieces:
        if piece.type == "string_content":
            content = module.text_of(piece)
            if "f" in prefix:
                content = content.replace("{{", "{").replace("}}", "}")
            text += content if "r" in prefix else literals.unescape(content, is_bytes="b" in prefix)
        elif piece.type == "interpolation":
            value = _fold_interpolation(module, piece, context, depth)
            if value is None:
                return UNKNOWN
            text += value
    if "b" in prefix:
        try:
            return text.encode("latin-1")
        except UnicodeEncodeError:
            return UNKNOWN
    return text if len(text) <= MAX_TEXT else UNKNOWN


def _fold_interpolation(
    module: Module, piece: tree_sitter.Node, context: Context, depth: int
) -> str | None:
    inner = children(piece)
    if len(inner) != 1 or "=" in module.text_of(piece):
        return None
    value = constant(module, inner[0], context, depth + 1)
    return str(value) if isinstance(value, (str, int)) else None


def _fold_concatenation(
    module: Module, node: tree_sitter.Node, context: Context, depth: int
) -> object:
    return _sum(module, children(node), context, depth)


def _sum(
    module: Module, nodes: list[tree_sitter.Node] | None, context: Context, depth: int
) -> object:
    if not nodes or len(nodes) > MAX_OPERANDS:
        return UNKNOWN
    total: Any = constant(module, nodes[0], context, depth + 1)
    for one in nodes[1:]:
        value: Any = constant(module, one, context, depth + 1)
        total = _add(total, value)
        if total is UNKNOWN:
            return UNKNOWN
    return total


def _add(left: Any, right: Any) -> object:
    if isinstance(left, (str, bytes, list, tuple)) and type(left) is type(right):
        return UNKNOWN if len(left) + len(right) > MAX_TEXT else _concatenated(left, right)
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return _arithmetic("+", left, right)
    return UNKNOWN


def _concatenated(left: Any, right: Any) -> object:
    return left + right


def _fold_binary(module: Module, node: tree_sitter.Node, context: Context, depth: int) -> object:
    operator = operator_of(node)
    if operator == "+":
        return _sum(module, operands_of(node), context, depth)
    left_node = node.child_by_field_id(grammar.LEFT)
    right_node = node.child_by_field_id(grammar.RIGHT)
    if left_node is None or right_node is None:
        return UNKNOWN
    left = constant(module, left_node, context, depth + 1)
    right = constant(module, right_node, context, depth + 1)
    if isinstance(left, (str, bytes)) and isinstance(right, int) and operator == "*":
        return left * right if len(left) * max(right, 0) <= MAX_TEXT else UNKNOWN
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return _arithmetic(operator, left, right)
    return UNKNOWN


def _arithmetic(operator: str, left: Any, right: Any) -> object:
    function = _OPERATORS.get(operator)
    if function is None:
        return UNKNOWN
    try:
        value = function(left, right)
    except (ArithmeticError, ValueError, TypeError):
        return UNKNOWN
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        return UNKNOWN
    return value


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "//": lambda left, right: left // right,
    "%": lambda left, right: left % right,
    "|": lambda left, right: left | right,
    "&": lambda left, right: left & right,
    "<<": lambda left, right: left << right if 0 <= right < MAX_BITS else UNKNOWN,
    ">>": lambda left, right: left >> right,
    "**": lambda left, right: left**right if abs(left) < 1 << 64 and abs(right) < 64 else UNKNOWN,
}


def _fold_unary(module: Module, node: tree_sitter.Node, context: Context, depth: int) -> object:
    argument = node.child_by_field_id(grammar.ARGUMENT)
    if argument is None:
        return UNKNOWN
    value = constant(module, argument, context, depth + 1)
    if node.type == "not_operator":
        return UNKNOWN if value is UNKNOWN else not value
    if isinstance(value, (int, float)):
        operator = operator_of(node)
        if operator == "-":
            return -value
        if operator == "~" and isinstance(value, int):
            return ~value
        return value
    return UNKNOWN


def _fold_name(module: Module, node: tree_sitter.Node, context: Context, depth: int) -> object:
    binding = binding_of(module, node, context)
    if binding is None or binding.node is None or binding.context is None:
        return UNKNOWN
    return constant(module, binding.node, binding.context, depth + 1)


def _fold_item(module: Module, node: tree_sitter.Node, context: Context, depth: int) -> object:
    found = mappings.item(module, node, context)
    return UNKNOWN if found is None else constant(module, found[0], found[1], depth + 1)


def _fold_inner(module: Module, node: tree_sitter.Node, context: Context, depth: int) -> object:
    inner = children(node)
    return constant(module, inner[-1], context, depth + 1) if inner else UNKNOWN


def _fold_display(module: Module, node: tree_sitter.Node, context: Context, depth: int) -> object:
    inner = children(node)
    if len(inner) > MAX_ELEMENTS:
        return UNKNOWN
    values = [constant(module, one, context, depth + 1) for one in inner]
    if any(value is UNKNOWN for value in values):
        return UNKNOWN
    if node.type == "list":
        return values
    if node.type == "set":
        return UNKNOWN if any(_unhashable(value) for value in values) else frozenset(values)
    return tuple(values)


def _fold_dictionary(
    module: Module, node: tree_sitter.Node, context: Context, depth: int
) -> object:
    result: dict[object, object] = {}
    pairs = children(node)
    if len(pairs) > MAX_ELEMENTS:
        return UNKNOWN
    for pair in pairs:
        key_node = pair.child_by_field_id(grammar.KEY)
        value_node = pair.child_by_field_id(grammar.VALUE)
        if key_node is None or value_node is None:
            return UNKNOWN
        key = constant(module, key_node, context, depth + 1)
        value = constant(module, value_node, context, depth + 1)
        if key is UNKNOWN or value is UNKNOWN or _unhashable(key):
            return UNKNOWN
        result[key] = value
    return result


def _unhashable(value: object) -> bool:
    if isinstance(value, tuple):
        return any(_unhashable(one) for one in value)
    return isinstance(value, (list, dict))


_FOLDERS: dict[str, Callable[[Module, tree_sitter.Node, Context, int], object]] = {
    "string": _fold_string,
    "concatenated_string": _fold_concatenation,
    "binary_operator": _fold_binary,
    "unary_operator": _fold_unary,
    "not_operator": _fold_unary,
    "identifier": _fold_name,
    "attribute": _fold_name,
    "parenthesized_expression": _fold_inner,
    "named_expression": _fold_inner,
    "tuple": _fold_display,
    "list": _fold_display,
    "set": _fold_display,
    "expression_list": _fold_display,
    "dictionary": _fold_dictionary,
    "subscript": _fold_item,
    "integer": lambda module, node, *_: _known(literals.integer(module.text_of(node))),
    "float": lambda module, node, *_: _known(literals.real(module.text_of(node))),
    "true": lambda *_: True,
    "false": lambda *_: False,
    "none": lambda *_: None,
    "ellipsis": lambda *_: ...,
}


def _known(value: object) -> object:
    return UNKNOWN if value is None else value
