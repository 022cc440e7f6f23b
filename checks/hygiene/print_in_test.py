"""The check ``print-in-test``: output of a debugging session that stayed."""

from __future__ import annotations

from checks.events import Function
from checks.hygiene.shared.tests import is_test, own_calls
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import FUNCTIONS, TEST_ROLES, check
from checks.report import Report

_PRINTS = ("print", "pprint.pprint", "pprint.pp", "rich.print")
_CAPTURING = frozenset({"capsys", "capfd", "capsysbinary", "capfdbinary", "pytester", "testdir"})
_WORDS = ("redirect_stdout", "stdout", "captured", "CliRunner", "isolation(", "capture")


@check(
    id="print-in-test",
    title="print in a test",
    aspect=Aspect.LOGGING,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=FUNCTIONS,
    words=("print",),
)
def print_in_test(function: Function, report: Report) -> None:
    """A test prints to the console. Nobody reads it, and it may show what should not be seen.

    Why:
        What a passing test prints is thrown away; in a failing one it hides the message that
        matters. Printed answers and settings end up in build logs that many can read.
    Bad:
        # file: tests/test_api.py
        def test_api(client):
            response = client.get("/")
            print(response.text)
            assert response.ok
    Good:
        # file: tests/test_api.py
        def test_api(client):
            response = client.get("/")
            assert response.ok, response.text
    Good:
        # file: tests/test_output.py
        def test_output(capsys):
            print("hello")
            assert capsys.readouterr().out == "hello\\n"
    Suppress:
        Where the output is wanted in every run.
    """
    if not is_test(function):
        return
    printed = [
        call
        for call in own_calls(function)
        if call.name in _PRINTS and call.result_is_ignored and "file" not in call.keywords
    ]
    # Fixed words tell nobody's data and mark a place on purpose.
    if all(one.arguments and all(value.fixed for value in one.arguments) for one in printed):
        return
    if _is_subject(function):
        return
    count = f" and {len(printed) - 1} more" if len(printed) > 1 else ""
    report(
        at=printed[0],
        message=f"`{printed[0].value().short}`{count} in `{function.name}` prints to the console.",
        why="Nobody reads it while the test passes, and build logs keep what it shows.",
        fix="Delete it, or put the value into the message of the assertion.",
    )


def _is_subject(function: Function) -> bool:
    """Whether the test looks at what is printed."""
    if any(one.name in _CAPTURING for one in function.parameters):
        return True
    text = function.text
    if function.decorators:
        text += "".join(value.text for value in function.decorators)
    return any(word in text for word in _WORDS)
