"""The check ``try-except-in-test``: an exception handler that lets a test pass in silence."""

from __future__ import annotations

from collections.abc import Sequence

import tree_sitter

from checks.events import Call, Function, Node, as_call, calls_of
from checks.hygiene.shared.assertions import asserts, asserts_within, is_assertion, is_failure
from checks.hygiene.shared.blocks import block_of, following, later_in_function
from checks.hygiene.shared.raising import always_raises
from checks.hygiene.shared.tests import is_given_many, is_test, is_test_class
from checks.languages.python.context import Located
from checks.model import Aspect, Confidence, Severity, Span
from checks.registry import TEST_ROLES, check, nodes
from checks.report import Report

_EMPTY = ("pass_statement", "continue_statement")
_TELLING = frozenset(
    {"print", "traceback.print_exc", "traceback.print_exception", "logging.exception",
     "logging.error", "logging.warning"}
)  # fmt: skip
"""What only tells of an exception."""
_CLEANING = ("cleanup", "clean_up", "close", "cancel", "delete", "destroy", "disconnect", "kill",
             "join", "logout", "purge", "remove", "rmdir", "rmtree", "shutdown", "stop",
             "teardown", "tear_down", "terminate", "unlink", "unregister", "wait_closed",
             "aclose", "drop")  # fmt: skip
_OUTCOMES = ("ImportError", "ModuleNotFoundError", "CancelledError", "Cancelled", "StopIteration",
             "StopAsyncIteration", "KeyboardInterrupt", "NotImplementedError")  # fmt: skip
"""Exceptions that say something else than that the code under test failed."""

_OF_SYSTEM = ("OSError", "FileNotFound", "Permission", "AttributeError", "socket.error", "IOError")


@check(
    id="try-except-in-test",
    title="Exception handling that lets a test pass in silence",
    aspect=Aspect.ERRORS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=nodes("try_statement"),
    cwe=(390,),
)
def try_except_in_test(event: Node, report: Report) -> None:
    """A test handles an exception in such a way that it passes whether or not it was raised.

    Why:
        When the code stops raising, the assertions in the handler are never reached; when it
        raises what it should not, ``pass`` hides it. Either way the test stays green.
    Bad:
        # file: tests/test_convert.py
        def test_error(converter):
            try:
                converter.structure({"c": 1})
            except Exception as error:
                assert str(error) == "no field c"
    Bad:
        # file: tests/test_convert.py
        def test_error(converter):
            try:
                converter.structure({"c": 1})
            except ValueError:
                pass
    Good:
        # file: tests/test_convert.py
        import pytest

        def test_error(converter):
            with pytest.raises(ValueError, match="no field c"):
                converter.structure({"c": 1})
    Good:
        # file: tests/test_convert.py
        import unittest

        class Convert(unittest.TestCase):
            def test_error(self):
                try:
                    self.converter.structure({"c": 1})
                    self.fail("no error")
                except ValueError:
                    pass
    Suppress:
        Where the exception may or may not come on different systems and both are right.
    """
    function = event.function
    if function is None or _in_finally(event):
        return
    body = event.child("body")
    handlers = [one for one in event.node.named_children if one.type == "except_clause"]
    if body is not None and is_test_class(event.cls, report.index):
        for handler in handlers:
            if _loses_failure(event, body, handler):
                _tell_lost(event, report, handler)
                return
    if not is_test(function):
        return
    if body is None or not handlers or _fails_without(event, body, handlers):
        return
    if always_raises(event, body) or is_given_many(function):
        return
    for handler in handlers:
        if _is_silent(event, body, handler):
            _report(event, report, handler, asserting=False)
            return
        if len(handlers) == 1 and _asserts_only_here(event, body, handler):
            _report(event, report, handler, asserting=True)
            return


def _loses_failure(event: Node, body: tree_sitter.Node, handler: tree_sitter.Node) -> bool:
    """Whether a failed assertion is caught, and asserted again under a condition only.

    A handler that returns, or goes on with a loop, tells its caller or tries again.
    """
    caught = _caught(event, handler).rpartition(".")[2]
    inside = block_of(handler)
    if caught not in ("AssertionError", "failureException") or not inside:
        return False
    function = event.function
    if not asserts_within(event.module, body, own=function):
        return False
    if not asserts_within(event.module, handler, own=function):
        return False
    if any(one.type != "if_statement" for one in inside) or _polls(event):
        return False
    leaving = ("raise_statement", "return_statement", "continue_statement", "break_statement")
    if any(True for _ in event.module.within(handler, *leaving)):
        return False
    if any(is_failure(one) for one in calls_of(event.module, handler)):
        return False
    return all(one.child_by_field_name("alternative") is None for one in inside)


def _polls(event: Node) -> bool:
    """Whether it stands in a loop that tries until something holds."""
    return any(
        any("sleep" in one.method or "wait" in one.method
            for one in calls_of(event.module, loop.node))
        for loop in event.enclosing("while_statement", "for_statement")
    )  # fmt: skip


def _tell_lost(event: Node, report: Report, handler: tree_sitter.Node) -> None:
    end = event.module.source.line_span(event.module.lines(handler).start).end
    report(
        at=Span(handler.start_byte, end),
        message="A failed assertion is caught here, and looked at under a condition only.",
        why="When the condition does not hold, the failure is lost and the test passes.",
        fix="Raise it again where the condition does not hold.",
    )


def _report(event: Node, report: Report, handler: tree_sitter.Node, *, asserting: bool) -> None:
    caught = _caught(event, handler)
    start = handler.start_byte
    end = event.module.source.line_span(event.module.lines(handler).start).end
    if asserting:
        message = "The assertions of this handler are never reached when nothing is raised."
    elif caught:
        message = f"The test passes whether or not `{caught}` is raised."
    else:
        message = "The test passes whatever is raised here."
    expected = caught or "the exception"
    report(
        at=Span(start, end),
        message=message,
        why="When the code stops behaving as expected, the test stays green.",
        fix=f"Say what must happen: `with pytest.raises({expected})`, or no handler at all."
        if _is_pytest(event)
        else f"Say what must happen: `with self.assertRaises({expected})`, or no handler at all.",
        confidence=Confidence.LOW
        if _is_proved_around(event) or (asserting and _is_one_of_many(event))
        else _confidence(event, caught),
    )


def _confidence(event: Node, caught: str) -> Confidence:
    """Less where the system decides about the exception and the test asserts other things."""
    of_system = any(word in caught for word in _OF_SYSTEM)
    function = event.function
    if not of_system or function is None:
        return Confidence.HIGH
    before = any(
        asserts(one) and one.node.end_byte <= event.node.start_byte
        for one in event.module.within(function.node, "assert_statement", "call")
    )
    return Confidence.LOW if before else Confidence.HIGH


def _is_proved_around(event: Node) -> bool:
    """Whether a block around it proves something by itself: ``with pytest.warns(...)``."""
    for block in event.enclosing("with_statement"):
        body = block.node.child_by_field_name("body")
        end = block.node.end_byte if body is None else body.start_byte
        for call in calls_of(event.module, block.node):
            if call.node.end_byte <= end and is_assertion(call):
                return True
    return False


def _is_one_of_many(event: Node) -> bool:
    """Whether a loop tries what some call gave, item by item: some of them may well do."""
    for loop in event.enclosing("for_statement"):
        given = loop.node.child_by_field_name("right")
        return given is not None and event.value(given).origin.node.type == "call"
    return False


def _is_pytest(event: Node) -> bool:
    return event.cls is None or "pytest" in event.module.imported_modules


def _caught(event: Node, handler: tree_sitter.Node) -> str:
    value = handler.child_by_field_name("value")
    if value is not None and value.type == "as_pattern" and value.named_children:
        value = value.named_children[0]
    return "" if value is None else event.value(value).short


def _in_finally(event: Node) -> bool:
    return any(one.kind in ("finally_clause", "except_clause") for one in event.context.chain())


def _fails_without(
    event: Node, body: tree_sitter.Node, handlers: Sequence[tree_sitter.Node]
) -> bool:
    """Whether the test fails when no exception comes: by ``else``, in the body, or after it."""
    if any(one.type == "else_clause" for one in event.node.named_children):
        return True
    function = event.function
    for one in event.module.within(body, "raise_statement", "call", "assert_statement"):
        if one.function is not function:
            continue
        if one.kind == "raise_statement":
            return True
        if one.kind == "call" and (
            is_failure(call := Call(one.module, one.place)) or _asserts_false(call)
        ):
            return True
        if one.kind == "assert_statement" and _is_false(event, one.node):
            return True
    leaves = all(
        block_of(one) and block_of(one)[-1].type in ("return_statement", "continue_statement",
                                                     "break_statement")
        for one in handlers
    )  # fmt: skip
    later = following(event)
    return (
        leaves
        and bool(later)
        and any(
            later[0].type == "raise_statement"
            or any(is_failure(call) for call in calls_of(event.module, node))
            for node in later
        )
    )


def _asserts_false(call: Call) -> bool:
    """Whether it is ``assertTrue(False)``, which fails like ``fail()``."""
    wanted = {"assertTrue": False, "assert_": False, "assertFalse": True}.get(call.method)
    first = call.argument(0, "expr")
    return wanted is not None and first is not None and first.constant is wanted


def _is_false(event: Node, node: tree_sitter.Node) -> bool:
    first = node.named_children[0] if node.named_children else None
    return first is not None and event.value(first).constant in (False, 0)


def _is_silent(event: Node, body: tree_sitter.Node, handler: tree_sitter.Node) -> bool:
    """Whether the handler does nothing, and nothing after it looks at the outcome."""
    inside = block_of(handler)
    empty = all(
        one.type in _EMPTY or event.module.text_of(one) == "..." or _only_tells(event, one)
        for one in inside
    )
    if not empty or _is_outcome(event, handler):
        return False
    if asserts_within(event.module, body, own=event.function):
        return True
    if _only_cleans(event, body):
        return False
    looked_at = any(asserts(one) or _skips(one) for one in later_in_function(event))
    return not looked_at and not _in_asserting_loop(event)


def _only_tells(event: Node, node: tree_sitter.Node) -> bool:
    """Whether a statement only prints: ``print(error)``, ``traceback.print_exc()``."""
    if node.type != "expression_statement":
        return False
    found = list(calls_of(event.module, node))
    return bool(found) and found[0].statement.node == node and found[0].name in _TELLING


def _skips(located: Located) -> bool:
    call = as_call(located)
    return call is not None and call.method in ("skip", "skipTest")


def _in_asserting_loop(event: Node) -> bool:
    """Whether what stands around it, a loop or a with block, asserts after it."""
    return any(
        any(asserts(one) for one in event.module.within(context.node, "assert_statement", "call")
            if one.node.start_byte > event.node.end_byte)
        for context in event.enclosing("for_statement", "while_statement", "with_statement")
    )  # fmt: skip


def _is_outcome(event: Node, handler: tree_sitter.Node) -> bool:
    caught = _caught(event, handler)
    return any(word in caught for word in _OUTCOMES)


def _only_cleans(event: Node, body: tree_sitter.Node) -> bool:
    """Whether all that is tried is to close, stop or remove something."""
    found = [one for one in calls_of(event.module, body) if one.function is event.function]
    return bool(found) and all(
        one.method.lstrip("_").startswith(_CLEANING)
        or (one.callee.startswith("os.") and one.method in ("unlink", "remove"))
        for one in found
        if one.result_is_ignored
    )


def _asserts_only_here(event: Node, body: tree_sitter.Node, handler: tree_sitter.Node) -> bool:
    """Whether the handler asserts something about the exception, and nothing else must hold."""
    caught = _caught(event, handler)
    if "AssertionError" in caught or _is_outcome(event, handler):
        return False
    function: Function | None = event.function
    if not asserts_within(event.module, handler, own=function):
        return False
    if any(is_failure(one) for one in calls_of(event.module, handler)):
        return False
    failing = event.module.within(handler, "assert_statement")
    if any(_is_false(event, one.node) for one in failing):
        return False  # nothing is to be raised at all
    if block_of(handler)[-1].type == "break_statement":
        return False  # the exception is what ends the loop
    if asserts_within(event.module, body, own=function):
        return False
    return not any(asserts(one) for one in later_in_function(event))
