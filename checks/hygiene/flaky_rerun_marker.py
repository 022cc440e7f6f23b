"""The check ``flaky-rerun-marker``: a test that is run again until it passes."""

from __future__ import annotations

from checks.events import ModuleEvent, Value
from checks.hygiene.shared.tests import is_test, is_test_class
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import MODULE, TEST_ROLES, check
from checks.report import Report

_MARKS = frozenset(
    {"pytest.mark.flaky", "pytest.mark.rerun", "pytest.mark.reruns", "pytest.mark.rerunfailures",
     "flaky.flaky", "pytest_retry.retry", "flaky.flaky_decorator.flaky"}
)  # fmt: skip
_RETRIES = ("tenacity.retry", "retrying.retry", "backoff.on_exception", "retry.retry",
            "test.support.retry", "stamina.retry")  # fmt: skip


@check(
    id="flaky-rerun-marker",
    title="Flaky test is hidden by reruns",
    aspect=Aspect.TIME,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=MODULE,
)
def flaky_rerun_marker(event: ModuleEvent, report: Report) -> None:
    """A mark runs a test again until it passes. Reported where a change adds it.

    Why:
        A defect that shows once in five runs now shows never, in the test and in the product.
        What made the test fail is still there, and the next reader takes the mark for an answer.
    Bad:
        # file: tests/test_queue.py
        import pytest

        @pytest.mark.flaky(reruns=10, reruns_delay=5)
        def test_queue(queue):
            assert queue.empty()
    Good:
        # file: tests/test_queue.py
        def test_queue(queue):
            queue.join()
            assert queue.empty()
    Suppress:
        Where the cause lies in a service that nobody here can mend.
    """
    module = event.module
    values: list[Value] = []
    for binding in module.scope.bindings.get("pytestmark", []):
        if binding.node is not None and binding.context is not None:
            mark = Value(module, binding.node, binding.context)
            values += mark.elements or (mark,)
    for cls in module.classes:
        if is_test_class(cls, report.index):
            values += cls.decorators
    for function in module.functions:
        if is_test(function):
            values += function.decorators
    for value in values:
        name = value.callee_name or value.name or ""
        if name in _MARKS or name in _RETRIES:
            report(
                at=value,
                message=f"`{value.short}` runs the test again until it passes.",
                why="What makes it fail now and then stays, in the test or in the product.",
                fix="Find what the test does not wait for or share, and drop the mark.",
            )
