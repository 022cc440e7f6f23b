"""The check ``skip-without-reason``: a test that is switched off, and nobody knows why."""

from __future__ import annotations

from checks.events import UNKNOWN, Call, Class, Function, Value, argument_nodes
from checks.hygiene.shared.blocks import block_of
from checks.hygiene.shared.tests import is_test
from checks.languages.python.context import Located
from checks.model import Aspect, Confidence, Role, Severity
from checks.registry import CLASSES, FUNCTIONS, calls, check
from checks.report import Report

_MARKS = frozenset({"pytest.mark.skip", "unittest.skip", "pytest.mark.xfail"})
_FOR_TOOLS = (b"noqa", b"pragma", b"type:", b"pylint", b"fmt:")
_CALLS = ("unittest.SkipTest", "pytest.skip")


@check(
    id="skip-without-reason",
    title="Test is switched off without a reason",
    aspect=Aspect.ERRORS,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    roles=frozenset({Role.TEST}),
    on=(FUNCTIONS, CLASSES, calls("*.skipTest"), calls(*_CALLS)),
)
def skip_without_reason(event: Function | Class | Call, report: Report) -> None:
    """A test is skipped or expected to fail, and no text says why or until when.

    Why:
        Nobody dares to switch it on again, because nobody knows what it waits for. What it tested
        stays untested.
    Bad:
        # file: tests/test_payment.py
        import pytest

        @pytest.mark.skip
        def test_payment(shop):
            assert shop.pay(3)
    Good:
        # file: tests/test_payment.py
        import pytest

        @pytest.mark.skip(reason="the sandbox of the bank is down, see #1204")
        def test_payment(shop):
            assert shop.pay(3)
    Good:
        # file: tests/test_payment.py
        import sys
        import pytest

        @pytest.mark.skipif(sys.platform == "win32", reason="no sockets of that kind")
        def test_payment(shop):
            assert shop.pay(3)
    Suppress:
        Where a comment right above says why; better move it into the reason.
    """
    if isinstance(event, Call):
        given = event.arguments or event.keywords or event.has_star
        if not given and not _is_commented(event):
            _report(event, report, event.target.short)
        return
    if isinstance(event, Function) and not is_test(event):
        return
    for decorator in event.decorators:
        name = decorator.callee_name or decorator.name
        if name in _MARKS and not _has_reason(decorator) and not _is_explained(event):
            _report(decorator, report, f"@{decorator.short}")


def _report(at: Call | Value, report: Report, written: str) -> None:
    report(
        at=at,
        message=f"`{written}` does not say why.",
        why="Nobody can tell when the test may run again, so what it tested stays untested.",
        fix="Give the reason, and the ticket that it waits for.",
    )


def _has_reason(decorator: Value) -> bool:
    if decorator.node.type != "call":
        return False
    module = decorator.module
    for node in argument_nodes(decorator.node):
        if node.type in ("list_splat", "dictionary_splat"):
            return True
        if node.type == "keyword_argument":
            key = node.child_by_field_name("name")
            value = node.child_by_field_name("value")
            # xfail(raises=…) and xfail(condition) say what is expected to go wrong.
            if key is not None and module.text_of(key) in ("reason", "raises", "condition"):
                known = None if value is None else Value(module, value, decorator.context).constant
                return known is UNKNOWN or bool(known) or known is None
            continue
        known = Value(module, node, decorator.context).constant
        return known is UNKNOWN or not isinstance(known, str) or bool(known.strip())
    return False


def _is_commented(call: Call) -> bool:
    """Whether a comment says why: on its line or above it, or so at an ``if`` that only skips."""
    statement = call.statement
    branch = next((one for one in statement.ancestors() if one.kind.endswith("_statement")), None)
    alone = branch is not None and block_of(branch.node) == [statement.node]
    places = [statement] if branch is None or not alone else [statement, branch]
    for place in places:
        line = call.module.lines(place.node).start
        for number in (line - 1, line):
            code, mark, comment = call.module.source.line_text(max(1, number)).partition(b"#")
            is_remark = not comment.strip().startswith(_FOR_TOOLS)
            if mark and is_remark and (number == line or not code.strip()):
                return True
    return False


def _is_explained(event: Located) -> bool:
    """Whether a comment stands on the decorator's line or right above the definition."""
    source = event.module.source
    above = event.parent
    first = event.module.lines(event.node if above is None else above.node).start
    lines = range(max(1, first - 1), event.module.lines(event.node).start + 1)
    for line in lines:
        text = source.line_text(line)
        if b"#" in text and (text.lstrip().startswith(b"#") or b"@" in text.partition(b"#")[0]):
            return True
    return False
