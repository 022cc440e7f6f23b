"""The check ``hardcoded-port``: a test binds a port that is written in the code."""

from __future__ import annotations

from checks.events import Call
from checks.hygiene.shared.ports import (
    FIRST_FREE,
    bound_port,
    fixed_case,
    is_pretended,
    number_of,
)
from checks.hygiene.shared.tests import is_setup, is_test, is_test_class
from checks.model import Aspect, Confidence, Role, Severity, Surface
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_HIGHEST = 65_535


@check(
    id="hardcoded-port",
    title="Fixed port bound by a test",
    aspect=Aspect.TIME,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=calls(),
)
def hardcoded_port(call: Call, report: Report) -> None:
    """A test starts a server on a port that is written in the code.

    Why:
        The port may be taken: by another test that runs at the same time, by a second run on the
        same machine, by the last run whose socket is still closing. The test then fails, or talks
        to the wrong server.
    Bad:
        # file: tests/test_server.py
        import socket

        def test_server():
            with socket.socket() as listener:
                listener.bind(("127.0.0.1", 8765))
                assert connects(8765)
    Bad:
        # file: tests/test_scheduler.py
        import subprocess

        def test_scheduler():
            with subprocess.Popen(["scheduler", "--port", "9373"]) as process:
                assert process.poll() is None
    Good:
        # file: tests/test_server.py
        import socket

        def test_server():
            with socket.socket() as listener:
                listener.bind(("127.0.0.1", 0))
                assert connects(listener.getsockname()[1])
    Suppress:
        Where the port itself is what is tested.
    """
    function = call.function
    if function is None:
        return
    port = bound_port(call)
    if port is None:
        return
    own = function.is_method or report.role is not Role.TEST
    if own and not (
        is_test(function) or is_setup(function) or is_test_class(call.cls, report.index)
    ):
        return
    if number_of(port) is None:
        port = fixed_case(port, function)
    number = None if port is None else number_of(port)
    if port is None or number is None or not FIRST_FREE <= number <= _HIGHEST:
        return
    if is_pretended(call, report.index):
        return
    report(
        at=port,
        message=f"The test binds the fixed port {number}.",
        why="Another test, or another run on the same machine, may hold it.",
        fix="Bind port 0 and ask for the number that was given, with `getsockname()`.",
    )
