"""Assertions whose outcome stands in the text: literals among themselves, functions uncalled."""

from __future__ import annotations

from checks.events import UNKNOWN, Call, Function, Value
from checks.hygiene.shared.callables import always_true
from checks.hygiene.shared.equalities import equality_of
from checks.hygiene.shared.tests import own_calls
from checks.languages.python.context import Located
from checks.report import Report

_LITERALS = ("concatenated_string", "false", "float", "integer", "none", "string", "true")
_MADE = ("dictionary", "list", "set", "tuple")
_PAIR = 2
_NONE = frozenset({"assertIsNone", "assertIsNotNone"})
_SAYING = frozenset({"format", "join", "repr", "str", "dumps", "pformat", "getvalue", "read"})
"""Functions that make a text, which may be a message."""


def of_literals(call: Call, report: Report) -> bool:
    """Report an assertion that holds a literal against another one, or against ``None``.

    ``assertEqual(10, 10)``, ``assertIsNone(None, found)``, ``assertIsNotNone("name", found)``.
    """
    receiver = call.receiver
    if receiver is None or receiver.text not in ("self", "cls", "case") or call.has_star:
        return False
    if call.method in _NONE:
        _against_none(call, report)
        return True
    if call.method not in ("assertEqual", "assertEquals", "assertIs"):
        return False
    if len(call.arguments) < 2:
        return True
    first, second = call.arguments[:2]
    if first.node.type in _LITERALS and second.node.type in _LITERALS:
        known, other = first.constant, second.constant
        if known is not UNKNOWN and known == other and type(known) is type(other):
            _tell(call, f"`{first.short}` is compared with itself.", report)
    return True


def _against_none(call: Call, report: Report) -> None:
    if not call.arguments:
        return
    first = call.arguments[0]
    if first.node.type not in (*_LITERALS, *_MADE):
        return
    if (first.node.type == "none") is not (call.method == "assertIsNone"):
        return  # it fails whenever it is reached
    _tell(call, f"`{first.short}` itself is asked, and nothing that the code gives.", report)


def _tell(call: Call, message: str, report: Report) -> None:
    report(
        at=call,
        message=message,
        why="It holds whatever the code does, so the test proves nothing.",
        fix="Compare the value that the code gives.",
    )


def of_own_update(at: Located, report: Report) -> bool:
    """Report that what a test puts into a dictionary is compared with that dictionary.

    ``body.update(extra)``, then ``for key, value in extra.items(): assertEqual(value, body[key])``.
    """
    equality = equality_of(at)
    loop = next(at.enclosing("for_statement"), None)
    function = at.function
    if equality is None or loop is None or function is None:
        return False
    left, right = loop.node.child_by_field_name("left"), loop.node.child_by_field_name("right")
    if left is None or right is None or left.type != "pattern_list":
        return False
    source, dot, method = at.module.text_of(right).rpartition(".")
    names = [at.module.text_of(one) for one in left.named_children]
    if method not in ("items()", "iteritems()") or not dot or len(names) != _PAIR:
        return False
    key, value = names
    for side, other in equality.sides:
        holder = side.text.removesuffix(f".get({key})").removesuffix(f"[{key}]")
        if other.text != value or holder == side.text or not holder.isidentifier():
            continue
        if holder != source and _is_given(function, holder, source, at):
            report(
                at=at,
                message=f"`{holder}` holds these values because the test put them there.",
                why="What the code gives is not looked at, so this can never fail.",
                fix="Compare with what the code gives.",
            )
            return True
    return False


def _is_given(function: Function, holder: str, source: str, at: Located) -> bool:
    """Whether one dictionary is put into the other before, and the other is bound once."""
    if len(function.scope_of_body.bindings.get(holder, [])) != 1:
        return False
    return any(
        one.text == f"{holder}.update({source})"
        and one.node.end_byte < at.node.start_byte
        and one.statement.parent is not None
        and one.statement.parent.node == function.body
        for one in own_calls(function)
    )


def of_callable(at: Located, first: Value, second: Value | None, report: Report) -> bool:
    """Report that a function, method or class is asserted and not called."""
    what = always_true(first, report.index, compared=second is not None and _is_value(second))
    if not what:
        return False
    report(
        at=at,
        message=f"`{first.short}` is {what}, which is always true.",
        why="It is only named and never called, so nothing of it is asked.",
        fix="Call it, and assert what it gives.",
    )
    return True


def _is_value(second: Value) -> bool:
    """Whether it is something to compare or to hand over, and no message."""
    if second.node.type == "call":
        return (second.callee_name or second.text.partition("(")[0]).rpartition(".")[
            2
        ] not in _SAYING
    return second.node.type in ("integer", "float", "list", "dictionary", "true", "none", "false")
