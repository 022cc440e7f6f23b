"""The check ``vacuous-mock-assert``: an assertion on a mock that holds whatever was called."""

from __future__ import annotations

from checks.events import Call, Function, Value
from checks.hygiene.shared.blocks import mentions
from checks.hygiene.shared.conditions import Asserted, asserted, bare
from checks.hygiene.shared.pretended_checks import checks_nothing
from checks.hygiene.shared.tests import own_calls
from checks.hygiene.shared.texts import words
from checks.languages.python.context import Located
from checks.model import Aspect, Confidence, Edit, Severity, Span
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_ASSERTING = frozenset(
    {"assert_has_calls", "assert_has_awaits", "assert_called_with", "assert_called_once_with",
     "assert_called", "assert_called_once", "assert_any_call"}
)  # fmt: skip
_ONLY_ONCE = 2
"""Where an empty list is mentioned when nothing is put into it: its making and its use."""
_NEVER = frozenset({"never", "no", "not", "without", "doesnt", "didnt", "isnt", "wasnt"})
_CALLED = frozenset({"call", "called", "calls", "invoked", "invoke"})

_WITHOUT = {
    "assert_awaited": "assert_awaited_with",
    "assert_awaited_once": "assert_awaited_once_with",
    "assert_called": "assert_called_with",
    "assert_called_once": "assert_called_once_with",
    "assert_not_awaited": "",
    "assert_not_called": "",
}
"""Assertions that take no arguments, and those that compare them.

https://docs.python.org/3/library/unittest.mock.html#unittest.mock.Mock.assert_called_once
"""


@check(
    id="vacuous-mock-assert",
    title="Assertion on a mock proves nothing",
    aspect=Aspect.ERRORS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=calls(),
    cwe=(670,),
)
def vacuous_mock_assert(call: Call, report: Report) -> None:
    """`assert_has_calls([])` holds whatever was called, and `assert_called_with` returns None.

    Why:
        `assert_has_calls` asks that the given calls are among those that were made: an empty
        list always is. The assertions of a mock raise and return None, so `assert not
        mock.assert_called_with()` passes exactly when the mock *was* called: the opposite of
        what the line says.
    Bad:
        # file: tests/test_firewall.py
        class FirewallTests(unittest.TestCase):
            def test_no_rules(self):
                self.driver.setup([])
                self.firewall.assert_has_calls([])
    Bad:
        # file: tests/test_mail.py
        def test_no_mail(send):
            register("ann", mail=False)
            assert not send.assert_called_with()
    Good:
        # file: tests/test_firewall.py
        class FirewallTests(unittest.TestCase):
            def test_no_rules(self):
                self.driver.setup([])
                self.firewall.assert_not_called()
    Good:
        # file: tests/test_firewall.py
        def test_rules(firewall):
            calls = []
            for port in (80, 443):
                calls.append(mock.call(port))
            firewall.assert_has_calls(calls)
    Bad:
        # file: tests/test_request.py
        from unittest.mock import Mock

        def test_request():
            request = Mock()
            answer(request)
            request.check_call(0, "write", "ok")
    Suppress:
        There is no good reason to keep it.
    """
    receiver = call.receiver
    if receiver is None or receiver.text in ("self", "cls") or receiver.name == "unittest.mock":
        return
    if call.method not in _ASSERTING and call.method not in _WITHOUT:
        if checks_nothing(call, report.index):
            report(
                at=call,
                message=f"`{receiver.short}` is a mock, and `{call.method}` a method that it "
                "makes up.",
                why="It checks nothing, so the test passes whatever was called.",
                fix="Use an assertion of mocks, such as `assert_called_once_with`.",
            )
        return
    if call.method in _WITHOUT and (call.arguments or call.keywords):
        _takes_none(call, receiver, report)
    elif call.method in ("assert_has_calls", "assert_has_awaits"):
        _empty(call, receiver, report)
    elif not _result_is_asserted(call, receiver, report):
        _said_to_be_not_called(call, receiver, report)


def _takes_none(call: Call, receiver: Value, report: Report) -> None:
    """Report ``assert_called_once(1)``: it takes no arguments, and never looks at any."""
    instead = _WITHOUT[call.method]
    name = call.target.node.child_by_field_name("attribute")
    report(
        at=call,
        message=f"`{receiver.short}.{call.method}` takes no arguments.",
        why="Old versions of mock look at none of them, and new ones fail for that alone.",
        fix=f"Use `{receiver.short}.{instead}(…)`, which compares them."
        if instead
        else "Leave them out, or assert the calls that there are.",
        edits=[Edit(Span(name.start_byte, name.end_byte), instead)] if name and instead else [],
    )


def _empty(call: Call, receiver: Value, report: Report) -> None:
    wanted = call.argument(0, "calls")
    if wanted is None or not _is_empty(wanted, call):
        return
    instead = "assert_not_called" if call.method == "assert_has_calls" else "assert_not_awaited"
    report(
        at=call,
        message=f"`{receiver.short}.{call.method}` with no calls can never fail.",
        why="An empty list is among any calls, so the test passes whatever was called.",
        fix=f"Use `{receiver.short}.{instead}()`, or name the calls that are expected.",
        edits=[Edit(Span(receiver.span.end, call.span.end), f".{instead}()")]
        if call.result_is_ignored
        else [],
    )


def _is_empty(value: Value, call: Call) -> bool:
    node = bare(value.node)
    if node.type in ("list", "tuple"):
        return not [one for one in node.named_children if one.type != "comment"]
    if node.type == "call":
        return value.callee_name in ("list", "tuple") and not value.text.partition("(")[2].strip(
            ") \n"
        )
    if node.type != "identifier" or call.function is None:
        return False
    made = value.assignments
    if len(made) != 1 or made[0].context.function is not call.function:
        return False
    origin = value.origin
    if origin.node.type not in ("list", "tuple") or not _is_empty(origin, call):
        return False
    # Whoever else holds the list may put something into it.
    uses = mentions(call.module, call.function.node, value.text)
    return sum(1 for _ in uses) == _ONLY_ONCE


def _result_is_asserted(call: Call, receiver: Value, report: Report) -> bool:
    for above in call.ancestors():
        if above.kind in ("block", "module"):
            return False
        wanted = asserted(above)
        if wanted is None:
            continue
        if wanted.node != call.node or wanted.truth:
            return False
        bare_call = not call.arguments and not call.keywords and not call.has_star
        report(
            at=above,
            message=f"`{receiver.short}.{call.method}` returns None, so this passes when the "
            "mock was called.",
            why="The line says that it was not called, and proves the opposite.",
            fix=f"Use `{receiver.short}.assert_not_called()`.",
            edits=[Edit(above.span, f"{receiver.text}.assert_not_called()")]
            if bare_call and _stands_alone(above, wanted)
            else [],
        )
        return True
    return False


def _stands_alone(statement: Located, wanted: Asserted) -> bool:
    if statement.kind == "assert_statement":
        return len(statement.children()) == 1
    above = statement.parent
    return above is not None and above.kind == "expression_statement" and wanted.truth is False


def _said_to_be_not_called(call: Call, receiver: Value, report: Report) -> None:
    """``assert_called_with()`` in a test whose name says that there is no call."""
    function = call.function
    if call.method not in ("assert_called_with", "assert_called_once_with"):
        return
    if call.arguments or call.keywords or call.has_star or call.has_double_star:
        return
    if function is None or not call.result_is_ignored or not _says_not_called(function):
        return
    if any(True for _ in call.enclosing("with_statement")):
        return  # "with raises(AssertionError): mock.assert_called_with()" is meant.
    if any(one.method.startswith("assert_not_") for one in own_calls(function)):
        return
    text = call.module.text_of(function.node)
    if ".called" in text or "call_count" in text:
        return
    report(
        at=call,
        message=f"`{receiver.short}.{call.method}()` asserts a call without arguments.",
        why=f"`{function.name}` says that there is no call, and this line asks for one.",
        fix=f"Use `{receiver.short}.assert_not_called()`.",
        edits=[Edit(Span(receiver.span.end, call.span.end), ".assert_not_called()")],
    )


def _says_not_called(function: Function) -> bool:
    parts = words(function.name)
    return any(
        one in _NEVER and not _CALLED.isdisjoint(parts[index + 1 : index + 3])
        for index, one in enumerate(parts)
    )
