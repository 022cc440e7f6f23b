"""Values that come from outside a test: the environment, the command line, the network."""

from __future__ import annotations

from checks.events import Value, argument_nodes
from checks.hygiene.shared.tests import own_calls
from checks.languages.python import evaluate, grammar

_NAMES = ("os.environ", "os.environb", "sys.argv", "sys.stdin")
_CALLS = ("os.getenv", "input", "urllib.request.urlopen", "requests.", "httpx.", "urllib3.",
          "os.environ.get", "fileinput.input", "raw_input")  # fmt: skip
_DEPTH = 8


def from_outside(value: Value, depth: int = 0) -> str:
    """What outside the test an expression comes from, as code; ``""`` when it does not.

    Names with one assignment are followed, and the parts of what is put together. A variable that
    the same function sets itself is not outside.
    """
    if depth > _DEPTH or value.fixed:
        return ""
    for one in (value, value.origin):
        name = one.name or ""
        called = one.callee_name or ""
        if name.startswith(_NAMES) or called.startswith((*_NAMES, *_CALLS)):
            return "" if _is_set_here(one) else one.origin.short
    for part in value.parts:
        if found := from_outside(part, depth + 1):
            return found
    origin = value.origin
    node = origin.node
    if node.type in ("subscript", "attribute", "await", "parenthesized_expression"):
        inner = (
            node.child_by_field_id(grammar.VALUE)
            or node.child_by_field_id(grammar.OBJECT)
            or next(iter(evaluate.children(node)), None)
        )
        if inner is not None:
            return from_outside(Value(origin.module, inner, origin.context), depth + 1)
    if node.type == "call":
        function = node.child_by_field_id(grammar.FUNCTION)
        owner = None if function is None else function.child_by_field_id(grammar.OBJECT)
        if owner is not None:
            found = from_outside(Value(origin.module, owner, origin.context), depth + 1)
            if found:
                return found
        if origin.callee_name in ("str", "bytes", "open", "shlex.join", "io.BytesIO"):
            for first in argument_nodes(node)[:1]:
                return from_outside(Value(origin.module, first, origin.context), depth + 1)
    if node.type in ("boolean_operator", "conditional_expression", "binary_operator"):
        for operand in evaluate.children(node):
            if found := from_outside(Value(origin.module, operand, origin.context), depth + 1):
                return found
    return ""


def _is_set_here(value: Value) -> bool:
    """Whether the function sets the variable, or replaces what reads it."""
    function = value.context.function
    if function is None:
        return False
    for call in own_calls(function):
        if call.method in ("setenv", "setattr", "setitem", "dict", "patch", "object"):
            text = call.text
            if any(word in text for word in ("environ", "setenv", "argv", "requests", "urlopen")):
                return True
    text = function.text
    return "os.environ[" in text and "] =" in text
