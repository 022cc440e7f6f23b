"""Where the varying parts of a built text come from, and which of them can do no harm.

Shared by the checks on texts that a program hands to an interpreter: commands and SQL. Local on
purpose: single assignments, loops over constants and guards in the same function are followed,
calls are not. Bounded; what is not understood is neither harmless nor hostile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import re2
import tree_sitter

from checks.events import Call, Value, argument_nodes
from checks.languages.python import evaluate, grammar
from checks.languages.python.assembly import SUBSTITUTING, template_of
from checks.languages.python.scopes import Bound

MAX_DEPTH = 8
"""Expressions that are followed one inside the other."""

MAX_TEXT = 4_000
"""Characters of constant text that are put together."""

NUMBERS = frozenset(
    {"int", "float", "len", "round", "abs", "hash", "id", "bool", "os.getpid", "os.getuid",
     "time.time", "time.monotonic", "uuid.uuid4", "uuid.uuid1"}
)  # fmt: skip
"""Calls whose result is a number, or written with letters, digits and hyphens only."""

OWN_PATHS = frozenset({"sys.executable", "sys.prefix", "os.sep", "os.linesep", "os.pathsep",
                       "os.curdir", "sys.platform", "os.name", "sys.byteorder"})  # fmt: skip
"""Values that the interpreter sets itself."""

_REQUESTS = (
    "flask.request", "bottle.request", "quart.request", "sanic.request", "cherrypy.request",
)  # fmt: skip
_REQUEST_PARTS = frozenset(
    {"GET", "POST", "args", "form", "values", "query_params", "query", "match_info", "COOKIES",
     "cookies", "headers", "json", "data", "params", "body", "path_params", "query_string"}
)  # fmt: skip
_CONTAINERS = ("list", "tuple", "set")
_COMPREHENSIONS = ("generator_expression", "list_comprehension", "set_comprehension")
_PERCENT = re2.compile(r"%(?:\([^)]*\))?[-+ #0-9.*]*[a-zA-Z]")
_BRACES = re2.compile(r"\{[^{}]*\}")
_DOLLARS = re2.compile(r"\$(?:\{\w+\}|\w+)")
_LEAVING = ("raise_statement", "return_statement", "continue_statement", "break_statement")
IsSafe = Callable[[Value], bool]
"""Whether a call makes its result safe for the interpreter in question."""


def harmless(value: Value, is_safe: IsSafe, depth: int = 0) -> bool:
    """Whether an expression cannot carry anything that the interpreter would act on."""
    if depth > MAX_DEPTH:
        return False
    if value.fixed or value.name in OWN_PATHS:
        return True
    origin = value.origin
    node = origin.node
    kind = node.type
    again = [_of(origin, one) for one in _inner(node)]
    if kind == "call":
        return _harmless_call(origin, is_safe, depth)
    if kind == "conditional_expression":
        return all(harmless(one, is_safe, depth + 1) for one in again[:1] + again[2:])
    if kind == "boolean_operator":
        return all(harmless(one, is_safe, depth + 1) for one in again)
    if kind in ("parenthesized_expression", *_CONTAINERS, "unary_operator"):
        return all(harmless(one, is_safe, depth + 1) for one in again)
    if kind == "binary_operator":
        if evaluate.operator_of(node) == "%":
            parts = origin.parts
            return bool(parts) and all(harmless(one, is_safe, depth + 1) for one in parts)
        return all(harmless(one, is_safe, depth + 1) for one in again)
    if kind in ("string", "concatenated_string"):
        return all(harmless(one, is_safe, depth + 1) for one in origin.parts)
    if kind in _COMPREHENSIONS:
        return _harmless_comprehension(origin, is_safe, depth)
    if kind == "subscript":
        table = node.child_by_field_id(grammar.VALUE)
        return table is not None and _of(origin, table).fixed
    if kind in ("identifier", "attribute"):
        return _harmless_name(origin, is_safe, depth)
    return False


def _harmless_call(call: Value, is_safe: IsSafe, depth: int) -> bool:
    name = call.callee_name or ""
    if name in NUMBERS or is_safe(call):
        return True
    arguments = [_of(call, one) for one in argument_nodes(call.node)]
    if name in ("str", "repr", "list", "tuple", "sorted", "set", "reversed", "os.path.join",
                "os.path.abspath", "os.path.dirname", "os.path.realpath"):  # fmt: skip
        return all(_own_path(one) or harmless(one, is_safe, depth + 1) for one in arguments)
    if name == "map" and arguments:
        function = arguments[0]
        return function.name in NUMBERS or is_safe(function)
    function_node = call.node.child_by_field_id(grammar.FUNCTION)
    if function_node is None or function_node.type != "attribute":
        return False
    owner = function_node.child_by_field_id(grammar.OBJECT)
    method = method_of(call)
    if owner is None:
        return False
    if method == "get":
        return _of(call, owner).fixed and all(one.fixed for one in arguments[1:2])
    if method in (*evaluate.THROUGH, "format"):
        return all(harmless(one, is_safe, depth + 1) for one in (_of(call, owner), *arguments))
    if method == "join":
        return all(harmless(one, is_safe, depth + 1) for one in arguments)
    return method in ("fileno", "isoformat", "total_seconds", "hexdigest")


def _harmless_comprehension(value: Value, is_safe: IsSafe, depth: int) -> bool:
    body = value.node.child_by_field_id(grammar.BODY)
    if body is None:
        return False
    bound: list[tuple[str, Value]] = []
    for clause in value.node.named_children:
        if clause.type == "for_in_clause":
            left = clause.child_by_field_id(grammar.LEFT)
            right = clause.child_by_field_id(grammar.RIGHT)
            if left is not None and right is not None:
                bound.append((value.module.text_of(left), _of(value, right)))
    inner = _of(value, body)
    names = {name for name, source in bound if harmless(source, is_safe, depth + 1)}
    if inner.text in names:
        return True
    parts = inner.parts or ((inner,) if not inner.fixed else ())
    return all(one.text in names or harmless(one, is_safe, depth + 1) for one in parts)


def _harmless_name(value: Value, is_safe: IsSafe, depth: int) -> bool:
    if _loops_over_constants(value) or is_guarded(value):
        return True
    bindings = evaluate.bindings_of(value.module, value.node, value.context)
    if not bindings or len(bindings) > MAX_DEPTH:
        return False
    for one in bindings:
        if one.how not in (Bound.ASSIGNED, Bound.AUGMENTED):
            return False
        if one.node is None or one.context is None or one.node == value.node:
            return False
        if not harmless(Value(value.module, one.node, one.context), is_safe, depth + 2):
            return False
    return all(harmless(one, is_safe, depth + 2) for one in _added_to(value))


def _added_to(value: Value) -> Iterator[Value]:
    """What the function that holds a list adds to it: ``conditions.append("a = ?")``."""
    function = value.context.function
    within = value.module.tree.root_node if function is None else function.node
    name = value.text
    for call in value.module.within(within, "call"):
        target = call.child("function")
        if target is None or target.type != "attribute":
            continue
        owner = target.child_by_field_id(grammar.OBJECT)
        method = target.child_by_field_id(grammar.ATTRIBUTE)
        if owner is None or method is None or call.module.text_of(owner) != name:
            continue
        if call.module.text_of(method) in ("append", "extend", "insert", "add"):
            for one in argument_nodes(call.node)[-1:]:
                yield call.value(one)


def _loops_over_constants(value: Value) -> bool:
    """Whether the name is that of a loop over constants around it."""
    for context in value.context.chain():
        if context.kind != "for_statement":
            continue
        left = context.node.child_by_field_id(grammar.LEFT)
        right = context.node.child_by_field_id(grammar.RIGHT)
        if left is None or right is None:
            continue
        targets = [left, *left.named_children]
        if any(value.module.text_of(one) == value.text for one in targets):
            source = Value(value.module, right, context)
            called = source.callee_name in ("range", "enumerate", "sorted", "zip", "reversed")
            arguments = [_of(source, one) for one in argument_nodes(right)] if called else []
            if source.callee_name == "range":
                return True
            return source.fixed or (bool(arguments) and all(one.fixed for one in arguments))
    return False


def is_guarded(value: Value) -> bool:
    """Whether the function tests the name against a list or an alphabet before it is used."""
    name, module = value.text, value.module
    for context in value.context.chain():
        if context.kind in ("if_statement", "elif_clause"):
            condition = context.node.child_by_field_name("condition")
            if condition is not None and _tests(module.text_of(condition), name, negated=False):
                body = context.body()
                if body is not None and body.start <= value.span.start < body.end:
                    return True
    function = value.context.function
    if function is None:
        return False
    for one in module.within(function.node, "if_statement"):
        if one.span.start >= value.span.start:
            break
        condition = one.child("condition")
        block = one.child("consequence")
        if condition is None or block is None or not block.named_children:
            continue
        leaves = block.named_children[-1].type in _LEAVING
        if leaves and _tests(module.text_of(condition), name, negated=True):
            return True
    return any(
        _tests(one.text, name, negated=False)
        for one in module.within(function.node, "assert_statement")
        if one.span.start < value.span.start
    )


def _tests(condition: str, name: str, *, negated: bool) -> bool:
    """Whether a condition admits only known values, or names them when it is true (negated)."""
    if name not in condition or len(condition) > MAX_TEXT:
        return False
    quoted = re2.escape(name)
    found = re2.search(rf"(not\s+)?(?:^|[^\w.]){quoted}(?:\.\w+\(\))*\s+(not\s+)?in\s", condition)
    if found is not None:
        return (bool(found.group(1)) != bool(found.group(2))) == negated
    found = re2.search(
        rf"{quoted}\.is(?:identifier|digit|alnum|decimal|numeric)\(\)"
        rf"|match\((?:[^()]*,\s*)?{quoted}\)",
        condition,
    )
    if found is None:
        return False
    return (condition.lstrip("( ").startswith("not ") or "is None" in condition) == negated


def is_parameter(value: Value) -> bool:
    """Whether the name is a parameter of the function around it."""
    if value.node.type != "identifier":
        return False
    bindings = evaluate.bindings_of(value.module, value.node, value.context)
    return any(one.how is Bound.PARAMETER for one in bindings)


def is_open_function(call: Call) -> bool:
    """Whether a call stands in a function that anybody may call with anything.

    Not a method, nor what is named as internal: who hands them their arguments is the program.
    """
    function = call.function
    return function is not None and not function.is_method and not function.name.startswith("_")


def is_request(value: Value) -> bool:
    """Whether an expression reads a web request: ``request.args["q"]``."""
    origin = value.origin
    name = origin.name or ""
    if name.startswith(_REQUESTS):
        return True
    node: tree_sitter.Node | None = origin.node
    steps: list[str] = []
    for _ in range(MAX_DEPTH * 2):
        if node is None:
            return False
        if node.type == "identifier":
            root = origin.module.text_of(node)
            return root in ("request", "req") and bool(_REQUEST_PARTS.intersection(steps))
        if node.type == "attribute":
            attribute = node.child_by_field_id(grammar.ATTRIBUTE)
            if attribute is not None:
                steps.append(origin.module.text_of(attribute))
            node = node.child_by_field_id(grammar.OBJECT)
            if node is not None and origin.module.text_of(node) == "self.request":
                return bool(_REQUEST_PARTS.intersection(steps))
        elif node.type == "call":
            node = node.child_by_field_id(grammar.FUNCTION)
        elif node.type == "subscript":
            node = node.child_by_field_id(grammar.VALUE)
        elif node.type in ("await", "parenthesized_expression"):
            node = node.named_children[0] if node.named_children else None
        else:
            return False
    return False


def constant_text(value: Value) -> str:
    """The constant pieces of a built text in order, a NUL where something varies between them."""
    pieces: list[str] = []
    _pieces(value, pieces, 0)
    text = "".join(pieces)[:MAX_TEXT]
    return text.encode("utf-8", "replace").decode()  # a lone surrogate is no text for RE2


def _pieces(value: Value, pieces: list[str], depth: int) -> None:
    if depth > MAX_DEPTH or len(pieces) > MAX_DEPTH * 50:
        return
    node = value.node
    kind = node.type
    constant = value.constant
    if isinstance(constant, (str, bytes)):
        pieces.append(constant if isinstance(constant, str) else constant.decode("latin-1"))
    elif kind == "string":
        for piece in node.named_children:
            if piece.type == "string_content":
                pieces.append(value.module.text_of(piece))
            elif piece.type == "interpolation":
                pieces.append(_interpolated(value, piece))
    elif kind in ("concatenated_string", "parenthesized_expression", "conditional_expression"):
        for one in _inner(node):
            _pieces(_of(value, one), pieces, depth + (kind != "concatenated_string"))
    elif kind == "binary_operator":
        operands = evaluate.operands_of(node) or []
        if evaluate.operator_of(node) == "%":
            left = node.child_by_field_id(grammar.LEFT)
            _pieces_of_template(value, left, _PERCENT, pieces, depth)
            operands = []
        for one in operands:
            _pieces(_of(value, one), pieces, depth + 1)
    elif kind == "call":
        function = node.child_by_field_id(grammar.FUNCTION)
        owner = None if function is None else function.child_by_field_id(grammar.OBJECT)
        if owner is not None and method_of(value) == "format":
            _pieces_of_template(value, owner, _BRACES, pieces, depth)
        elif owner is not None and method_of(value) in SUBSTITUTING:
            _pieces_of_substitution(value, owner, pieces, depth)
        elif owner is not None and method_of(value) == "replace":
            _pieces_of_replacement(value, owner, pieces, depth)
        elif owner is not None and method_of(value) in (*evaluate.THROUGH, "join"):
            _pieces(_of(value, owner), pieces, depth + 1)
        elif value.callee_name in evaluate.TRANSPARENT:
            for one in argument_nodes(node)[:1]:
                _pieces(_of(value, one), pieces, depth + 1)
        else:
            pieces.append("\0")
    elif kind in ("identifier", "attribute") and value.assignments:
        for assigned in value.assignments[:MAX_DEPTH]:
            _pieces(assigned, pieces, depth + 2)
    else:
        pieces.append("\0")


def _interpolated(value: Value, node: tree_sitter.Node) -> str:
    """The text of an f-string's ``{…}`` where it is a constant one, else a NUL."""
    inner = node.named_children
    found = _of(value, inner[0]).constant if len(inner) == 1 else None
    return found if isinstance(found, str) else "\0"


def _pieces_of_template(
    value: Value, template: tree_sitter.Node | None, holes: Any, pieces: list[str], depth: int
) -> None:
    """The pieces of a template for ``%`` or ``format``, its fields as NULs."""
    found: list[str] = []
    if template is not None:
        _pieces(_of(value, template), found, depth + 1)
    template_text = "".join(found).encode("utf-8", "replace").decode()
    pieces.append(str(holes.sub("\0", template_text)))


def _pieces_of_substitution(
    value: Value, owner: tree_sitter.Node, pieces: list[str], depth: int
) -> None:
    """The pieces of a ``string.Template``, its names as NULs."""
    found = template_of(value.module, owner, value.context)
    if found is None:
        pieces.append("\0")
        return
    inner = Value(value.module, *found)
    _pieces_of_template(inner, inner.node, _DOLLARS, pieces, depth)


def _pieces_of_replacement(
    value: Value, owner: tree_sitter.Node, pieces: list[str], depth: int
) -> None:
    """The pieces of a text in which a mark is replaced: a NUL, or the constant, in its place."""
    found: list[str] = []
    _pieces(_of(value, owner), found, depth + 1)
    text = "".join(found)
    constants = [_of(value, one).constant for one in argument_nodes(value.node)[:2]]
    if len(constants) == 2 and isinstance(constants[0], str) and constants[0]:
        text = text.replace(constants[0], constants[1] if isinstance(constants[1], str) else "\0")
    pieces.append(text)


def method_of(call: Value) -> str:
    """The last part of what a call calls: ``execute`` of ``cursor.execute()``."""
    function = call.node.child_by_field_id(grammar.FUNCTION)
    if function is None:
        return ""
    attribute = function.child_by_field_id(grammar.ATTRIBUTE)
    return call.module.text_of(function if attribute is None else attribute)


def _own_path(value: Value) -> bool:
    return value.text == "__file__"


def _inner(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    return evaluate.children(node)


def _of(value: Value, node: tree_sitter.Node) -> Value:
    return Value(value.module, node, value.context)
