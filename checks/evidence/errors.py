"""Aspect 4, error handling and assertions."""

from __future__ import annotations

from checks.events import Call, Function, Node, as_call
from checks.evidence.registry import gather
from checks.hygiene.shared.assertions import expects_exception, is_assertion, is_failure
from checks.hygiene.shared.blocks import block_of, statements
from checks.hygiene.shared.tests import is_fixture, is_setup, is_teardown, is_test
from checks.languages.python.context import Located
from checks.model import Aspect, Lines
from checks.registry import FUNCTIONS, TEST_ROLES, calls, nodes
from checks.report import EvidenceSink

_BROAD = frozenset({"Exception", "BaseException"})
_COMPOUND = ("for_statement", "with_statement", "if_statement", "while_statement", "try_statement")
_LOGGING = frozenset({"critical", "debug", "error", "exception", "info", "log", "warn", "warning"})


@gather(Aspect.ERRORS, on=nodes("assert_statement"))
def assert_statements(node: Node, evidence: EvidenceSink) -> None:
    """``assert``: a test's, or one of production code that ``python -O`` drops."""
    if not evidence.role.is_test_code:
        evidence.add(node, "assert statement", "assert statements", "dropped by `python -O`")
    elif not _in_asserting_helper(node):
        evidence.add(node, "assertion", "assertions")


@gather(Aspect.ERRORS, on=calls(), roles=TEST_ROLES)
def assertion_calls(call: Call, evidence: EvidenceSink) -> None:
    """``self.assertEqual``, ``mock.assert_called``, ``pytest.raises``, ``self.fail``."""
    if not is_assertion(call) or call.is_decorator or _in_asserting_helper(call):
        return
    if is_failure(call):
        evidence.add(call, "explicit failure", "explicit failures", _when(call))
    elif expects_exception(call):
        evidence.add(call, "expected exception", "expected exceptions")
    elif call.method.startswith("assert_") and call.method.partition("_")[2].startswith(
        ("called", "not_called", "any_call", "has_calls", "awaited", "not_awaited", "has_awaits")
    ):
        evidence.add(call, "assertion on a mock", "assertions on mocks")
    else:
        evidence.add(call, "assertion", "assertions")


def _when(call: Call) -> str:
    """When an explicit failure is reached, as far as the statement before it tells."""
    statement = call.statement
    above = statement.parent
    if above is None:
        return ""
    before = [one for one in statements(above.node) if one.end_byte <= statement.node.start_byte]
    if before and before[-1].type in ("for_statement", "while_statement"):
        return "when a wait runs out"
    holder = above.parent
    if holder is not None and holder.kind in ("else_clause", "except_clause", "try_statement"):
        return "when an exception is missing or wrong"
    return ""


@gather(Aspect.ERRORS, on=FUNCTIONS, roles=TEST_ROLES)
def asserting_helpers(function: Function, evidence: EvidenceSink) -> None:
    """Helpers that are there to assert: they end with an assertion and return nothing."""
    if _is_asserting_helper(function):
        evidence.add(function, "helper that asserts", "helpers that assert")


def _in_asserting_helper(located: Located) -> bool:
    return located.function is not None and _is_asserting_helper(located.function)


def _is_asserting_helper(function: Function) -> bool:
    if is_test(function) or is_setup(function) or is_teardown(function) or is_fixture(function):
        return False
    if function.context.function is not None or function.is_generator:
        return False
    body = statements(function.body)
    for _ in range(8):
        if not body:
            return False
        last = body[-1]
        if last.type not in _COMPOUND:
            break
        body = block_of(last)
    if last.type == "assert_statement":
        asserts = True
    else:
        inner = last.named_children[0] if last.named_children else last
        inner = inner.named_children[0] if inner.type == "await" and inner.named_children else inner
        asserts = inner.type == "call" and any(
            one.node == inner and (call := as_call(one)) is not None and is_assertion(call)
            and not is_failure(call)
            for one in function.own("call")
        )  # fmt: skip
    return asserts and not any(one.children() for one in function.own("return_statement"))


@gather(Aspect.ERRORS, on=nodes("except_clause"))
def handlers(node: Node, evidence: EvidenceSink) -> None:
    """Exception handlers: for which exceptions, and what they do."""
    value = node.child("value")
    if value is not None and value.type == "as_pattern":
        value = value.named_children[0]
    broad = value is None or node.value(value).name in _BROAD
    body = block_of(node.node)
    if not broad:
        evidence.add(_first_line(node), "handler", "handlers", "for named exceptions")
        return
    if any(
        one.function is node.function for one in node.module.within(node.node, "raise_statement")
    ):
        fate = "broad, the exception goes on"
    elif _logs(node):
        fate = "broad, the exception is logged"
    elif all(one.type in ("pass_statement", "continue_statement") for one in body):
        fate = "broad, the exception is dropped"
    else:
        fate = "broad"
    evidence.add(_first_line(node), "handler", "handlers", fate)


def _logs(node: Located) -> bool:
    return any(
        call is not None and call.method in _LOGGING
        for call in map(as_call, node.module.within(node.node, "call"))
    )


def _first_line(node: Located) -> Lines:
    first = node.module.lines(node.node).start
    return Lines(first, first)


@gather(Aspect.ERRORS, on=nodes("raise_statement"))
def raises(node: Node, evidence: EvidenceSink) -> None:
    """Errors that production code raises itself."""
    if not evidence.role.is_test_code and node.children():
        evidence.add(node, "error raised", "errors raised")
