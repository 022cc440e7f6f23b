"""Whether what a test opens is closed again."""

from __future__ import annotations

import functools

import tree_sitter

from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import bare
from checks.languages.syntax.located import Located, Place

RELEASES = frozenset(
    {
        "abort",
        "cleanup",
        "close",
        "closeAll",
        "closeAllConnections",
        "closeAsync",
        "closeSync",
        "destroy",
        "disconnect",
        "dispose",
        "down",
        "end",
        "exit",
        "kill",
        "quit",
        "release",
        "shutdown",
        "stop",
        "terminate",
        "teardown",
        "unref",
    }
)


_LONGEST = 500


def is_released(file: JavaScriptFile, call: JsCall, receiver: tree_sitter.Node | None) -> bool:
    """Whether what a call starts is closed somewhere, or handed on to what may close it.

    Args:
        file: the file.
        call: the call that opens or starts it.
        receiver: the object that is started; ``None`` when it is what the call gives.
    """
    names = {name for name in (_assigned(file, call), _name(file, receiver)) if name}
    if receiver is not None and not names:
        inner = bare(receiver)
        if inner.type != "call_expression":
            return True
    if not names:
        return not _is_dropped(call)
    for name in names:
        key = (is_released, name)
        if file.remember(key, functools.partial(_is_used_up, file, name, call)):
            return True
    return False


def _name(file: JavaScriptFile, node: tree_sitter.Node | None) -> str:
    node = None if node is None else bare(node)
    return "" if node is None or node.type != "identifier" else file.text_of(node)


def _assigned(file: JavaScriptFile, call: JsCall) -> str:
    """The name that the result is given."""
    place: Place | None = call.place[2]
    for _ in range(4):
        if place is None:
            return ""
        node = place[0]
        if node.type == "variable_declarator":
            return _name(file, node.child_by_field_name("name"))
        if node.type == "assignment_expression":
            return _name(file, node.child_by_field_name("left"))
        if node.type not in ("await_expression", "parenthesized_expression", "as_expression"):
            return ""
        place = place[2]
    return ""


def _is_dropped(call: JsCall) -> bool:
    above: Located | None = call.parent
    if above is not None and above.kind == "await_expression":
        above = above.parent
    return above is not None and above.kind == "expression_statement"


def _is_used_up(file: JavaScriptFile, name: str, call: JsCall) -> bool:
    """Whether the name is closed, returned, or handed to something else."""
    for other in file.calls():
        if other.node == call.node:
            continue
        receiver = other.receiver
        if receiver is not None and other.method in RELEASES and name in _words(file, receiver):
            return True
        if other.method in RELEASES and receiver is None:
            return True
        if any(
            name in _words(file, argument)
            for argument in other.arguments
            if argument.type in ("identifier", "member_expression", "object", "array")
        ):
            return True
    for one in file.nodes("return_statement", "pair", "shorthand_property_identifier"):
        if any(_name(file, child) == name for child in one.node.named_children):
            return True
    # `const close = promisify(server.close.bind(server))`, `using server = …`
    return (
        any(f"{name}.{word}".encode() in file.source.data for word in RELEASES)
        or b"using " in file.source.data
    )


def _words(file: JavaScriptFile, node: tree_sitter.Node) -> set[str]:
    text = file.text_of(node)
    if len(text) > _LONGEST or (node.type == "member_expression" and "(" in text):
        return set()
    for mark in ".,{}[]():?!":
        text = text.replace(mark, " ")
    return set(text.split())
