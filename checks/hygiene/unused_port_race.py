"""The check ``unused-port-race``: a free port is looked up and bound only later."""

from __future__ import annotations

import re2

from checks.events import Call, Function, Module, Value, calls_of
from checks.hygiene.shared.blocks import mentions
from checks.hygiene.shared.ports import bound_port
from checks.hygiene.shared.tests import is_setup, is_test
from checks.hygiene.shared.texts import words
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import FUNCTIONS, TEST_ROLES, check
from checks.report import At, Report

_FREE = frozenset({"unused", "free", "available", "ephemeral", "random", "open"})
_PORT = frozenset({"port", "ports"})
_ANY = re2.compile(
    r"(?i)(?:{0})[\w\x80-\xff]*port|port[\w\x80-\xff]*(?:{0})".format(
        "|".join(sorted(_FREE))
    ).encode()
)


@check(
    id="unused-port-race",
    title="Free port is looked up, then bound later",
    aspect=Aspect.TIME,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=FUNCTIONS,
)
def unused_port_race(function: Function, report: Report) -> None:
    """A test asks for a free port and gives the number to a server that binds it afterwards.

    Why:
        Between the look and the bind another process can take the port; with tests that run side
        by side it does, now and then.
    Bad:
        # file: tests/test_site.py
        from aiohttp import web

        async def test_site(runner):
            port = unused_port()
            site = web.TCPSite(runner, "localhost", port)
            await site.start()
    Good:
        # file: tests/test_site.py
        from aiohttp import web

        async def test_site(runner):
            site = web.TCPSite(runner, "localhost", 0)
            await site.start()
    Good:
        # file: tests/test_client.py
        import pytest

        async def test_refused(client):
            with pytest.raises(OSError):
                await client.connect("localhost", unused_port())
    Suppress:
        Where the server cannot be started on port 0.
    """
    module = function.module
    if not module.remember(_names_any, lambda: _names_any(module)):
        return
    if not (is_test(function) or is_setup(function)):
        return
    found: dict[str, At] = {
        one.name: one.node
        for one in function.parameters
        if _names_free_port(one.name)
    }  # fmt: skip
    for call in calls_of(function.module, function.node):
        if _names_free_port(call.method) and call.assigned_to:
            found[call.assigned_to] = call
    for call in calls_of(function.module, function.node) if found else ():
        port = bound_port(call) or _command_of_server(call)
        if port is None:
            continue
        for name, at in found.items():
            if next(mentions(function.module, port.node, name), None) is not None:
                _tell(call, name, at, report)
                return


def _command_of_server(call: Call) -> Value | None:
    """The command of a process that runs on beside the test: a server, when it gets a port."""
    if call.name not in ("subprocess.Popen", "asyncio.create_subprocess_exec"):
        return None
    command = call.argument(0, "args")
    if command is None or "connect" in command.text or "client" in command.text:
        return None
    return command


def _names_any(module: Module) -> bool:
    """Whether a file may name a free port at all."""
    return _ANY.search(module.source.data) is not None


def _names_free_port(name: str) -> bool:
    parts = set(words(name))
    return not parts.isdisjoint(_FREE) and not parts.isdisjoint(_PORT)


def _tell(call: Call, name: str, at: At, report: Report) -> None:
    report(
        at=at,
        message=f"`{name}` is free when it is looked up, and bound only later by "
        f"`{call.target.short}`.",
        why="Another process can take it in between.",
        fix="Bind port 0 and read the number from the server, or hand over the open socket.",
    )
