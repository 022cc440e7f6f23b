"""The check ``broad-raises``: an expected exception that any mistake satisfies."""

from __future__ import annotations

from checks.events import Call, Value, calls_of
from checks.hygiene.shared.blocks import following, mentions
from checks.hygiene.shared.exceptions_held import mistaken_holders
from checks.hygiene.shared.patterns_of_messages import is_torn, says_nothing
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_BROAD = frozenset({"Exception", "BaseException"})
_OF_PYTEST = ("pytest.raises", "pytest.warns")
_ASSERTS_CALLS = ("assert_called", "assert_not_called", "assert_any_call", "assert_has_calls",
                  "assert_awaited", "assert_not_awaited")  # fmt: skip

_BY_PATTERN = ("assertRaisesRegex", "assertRaisesRegexp", "assertWarnsRegex")
"""Expectations of unittest that have a pattern as their second argument."""


@check(
    id="broad-raises",
    title="Expected exception that any mistake satisfies",
    aspect=Aspect.ERRORS,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    once=True,
    roles=TEST_ROLES,
    on=(
        calls("pytest.raises", "pytest.warns"),
        calls("*.{assertRaises,failUnlessRaises}", f"*.{{{','.join(_BY_PATTERN)}}}"),
    ),
    cwe=(396,),
)
def broad_raises(call: Call, report: Report) -> None:
    """A test expects ``Exception`` itself, and looks no closer at what was raised.

    Why:
        A misspelled name or a wrong argument raises an exception, too: the test passes though
        the code under test was never reached.
    Bad:
        # file: tests/test_pool.py
        import pytest

        def test_closed(pool):
            with pytest.raises(Exception):
                pool.request("GET", "/")
    Good:
        # file: tests/test_pool.py
        import pytest

        def test_closed(pool):
            with pytest.raises(ClosedPoolError):
                pool.request("GET", "/")
    Good:
        # file: tests/test_pool.py
        import pytest

        def test_closed(pool):
            with pytest.raises(Exception, match="is closed"):
                pool.request("GET", "/")
    Bad:
        # file: tests/test_types.py
        import pytest

        def test_wrong_type(convert):
            with pytest.raises(TypeError, match="int | None"):
                convert("a")
    Bad:
        # file: tests/test_cli.py
        import pytest

        def test_exit(run):
            with pytest.raises((SystemExit, OSError)) as caught:
                run("--bad")
            if isinstance(caught, SystemExit):
                assert caught.value.code == 2
    Suppress:
        Where the code raises a bare ``Exception`` on purpose.
    """
    if call.name not in _OF_PYTEST and (call.receiver is None or call.receiver.text != "self"):
        return
    for mistaken in mistaken_holders(call):
        report(
            at=mistaken.at,
            message=f"`{mistaken.held}` holds the exception and is none itself.",
            why="It is never of that class, so what depends on it never happens."
            if mistaken.tests_class
            else "Its text also names the class and the place, and is cut short when it is long.",
            fix=f"Ask `{mistaken.meant}`, which is the exception.",
            surface=None if mistaken.tests_class else Surface.SUMMARY,
        )
    pattern = call.argument(1 if call.method in _BY_PATTERN else None, "match")
    if pattern is not None and isinstance(pattern.constant, str):
        _look_at_pattern(pattern, pattern.constant, report)
    if call.name == "pytest.warns" or call.method in _BY_PATTERN:
        return
    expected = call.argument(0, "expected_exception")
    if expected is None or not _is_broad(expected):
        return
    if call.keywords.keys() & {"match", "check"} or _is_examined(call) or _raises_it_itself(call):
        return
    meant = _effect_is_asserted(call)
    confidence = Confidence.LOW if meant else Confidence.HIGH
    report(
        at=call,
        message=f"Any mistake raises `{expected.text}`, not only the one that is expected.",
        why="The test passes even when the code that it is about was never reached.",
        fix="Name the class that is expected, or look at the message with `match`."
        if call.method == "raises"
        else "Name the class that is expected, or use `assertRaisesRegex`.",
        confidence=confidence,
    )


def _look_at_pattern(at: Value, pattern: str, report: Report) -> None:
    """Report a pattern for the text of an exception that is found in nearly every text."""
    if says_nothing(pattern):
        report(
            at=at,
            message=f"The pattern `{at.short}` is found in every text.",
            why="Whatever the exception says, the test passes.",
            fix="Name a part of the text that is expected.",
        )
    elif is_torn(pattern):
        report(
            at=at,
            message=f"`|` makes two patterns of `{at.short}`, and one is enough.",
            why="The test passes when only the half on one side of it stands in the text.",
            fix="Write `\\|` in a raw string, or use `re.escape(…)`.",
        )


def _is_broad(expected: Value) -> bool:
    """Whether it is such a class, or a tuple in which one makes the others needless."""
    if expected.name in _BROAD:
        return True
    elements = expected.elements if expected.node.type == "tuple" else None
    return any(one.name in _BROAD for one in elements or ())


def _is_examined(call: Call) -> bool:
    """Whether the exception is kept and looked at afterwards."""
    name = call.assigned_to
    above = call.parent
    if above is not None and above.kind == "as_pattern":
        target = above.child("alias")
        name = "" if target is None else call.module.text_of(target)
    if not name or call.function is None or above is None:
        return False
    return any(
        node.start_byte >= above.node.end_byte
        for node in mentions(call.module, call.function.node, name)
    ) or name.startswith("self.")


def _effect_is_asserted(call: Call) -> bool:
    """Whether what a mock was told is asserted right after: that shows how far the code came."""
    later = following(call)
    return bool(later) and any(
        one.method.startswith(_ASSERTS_CALLS) for one in calls_of(call.module, later[0])
    )


def _raises_it_itself(call: Call) -> bool:
    """Whether the test raises a bare exception inside the block, to see what becomes of it."""
    function = call.function
    if function is None:
        return False
    for one in call.module.within(function.node, "raise_statement"):
        parts = one.children()
        if parts and one.value(parts[0]).name in _BROAD:
            return True
        if parts and one.value(parts[0]).callee_name in _BROAD:
            return True
    return any("Exception" in one[:60] for one in function.text.split("side_effect")[1:])
