"""The check ``unawaited-async-assertion``: a coroutine that asserts or waits and never runs."""

from __future__ import annotations

import sys

from checks.events import Call, Function
from checks.hygiene.shared.assertions import asserts_within
from checks.hygiene.shared.awaiting import is_awaited_elsewhere, method_of_instance
from checks.hygiene.shared.conditions import asserted
from checks.languages.python.index import Index
from checks.model import Aspect, Confidence, Edit, Severity, Span, Surface
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_COROUTINES = frozenset(
    {"anyio.sleep", "anyio.wait_all_tasks_blocked", "asyncio.sleep", "asyncio.to_thread",
     "asyncio.wait", "asyncio.wait_for", "asyncio.open_connection", "asyncio.start_server",
     "trio.open_tcp_stream", "trio.sleep", "trio.sleep_forever", "trio.sleep_until",
     "trio.testing.wait_all_tasks_blocked", "trio.lowlevel.checkpoint",
     "unittest.mock.AsyncMock()"}
)  # fmt: skip
"""Coroutine functions of libraries that tests wait with."""

_METHODS = {
    "aiohttp.ClientSession()": frozenset({"close"}),
    "aiohttp.TCPConnector()": frozenset({"close"}),
    "aiohttp.UnixConnector()": frozenset({"close"}),
    "aiohttp.test_utils.RawTestServer()": frozenset({"close", "start_server"}),
    "aiohttp.test_utils.TestClient()": frozenset({"close", "start_server"}),
    "aiohttp.test_utils.TestServer()": frozenset({"close", "start_server"}),
    "aiohttp.web.AppRunner()": frozenset({"cleanup", "setup"}),
    "aiohttp.web.TCPSite()": frozenset({"start", "stop"}),
    "anyio.Event()": frozenset({"wait"}),
    "asyncio.Barrier()": frozenset({"wait"}),
    "asyncio.Condition()": frozenset({"acquire", "wait", "wait_for"}),
    "asyncio.Event()": frozenset({"wait"}),
    "asyncio.Lock()": frozenset({"acquire"}),
    "asyncio.Queue()": frozenset({"get", "join", "put"}),
    "asyncio.Semaphore()": frozenset({"acquire"}),
    "httpx.AsyncClient()": frozenset(
        {"aclose", "delete", "get", "head", "options", "patch", "post", "put", "request", "send"}
    ),
    "redis.asyncio.Redis()": frozenset({"aclose", "flushall", "flushdb", "ping"}),
    "playwright.async_api.Page()": frozenset(
        {"check", "click", "close", "fill", "goto", "hover", "press", "reload", "screenshot",
         "select_option", "type", "uncheck", "wait_for_load_state", "wait_for_selector",
         "wait_for_timeout", "wait_for_url"}
    ),
    "trio.Event()": frozenset({"wait"}),
}  # fmt: skip
"""Methods of libraries' objects that are coroutine functions."""

_DEFERRED = frozenset({"disconnect", "stopListening"})
"""Methods of ports and listeners of Twisted that end when their Deferred fires."""

_LISTENING = frozenset({"listenMulticast", "listenSSL", "listenTCP", "listenUDP", "listenUNIX",
                        "listenWith"})  # fmt: skip
_FORMERLY = ("aiohttp.TCPConnector", "aiohttp.UnixConnector")
"""Their ``close`` was a plain method for long, and is one for tests that are not asynchronous."""

_MATCHERS = ("playwright.async_api.expect().", "playwright.async_api.expect().not_.")
_KEPT = frozenset({"staticmethod", "classmethod", "typing.final", "typing.override", "override"})
"""Decorators under which a coroutine function still is one."""

_EXPECTING = frozenset(
    {"assertRaises", "assertRaisesRegex", "assertWarns", "assertWarnsRegex", "catch_warnings",
     "deprecated_call", "raises", "suppress", "warns"}
)  # fmt: skip


@check(
    id="unawaited-async-assertion",
    title="Coroutine is not awaited",
    aspect=Aspect.ERRORS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=calls(),
    cwe=(670,),
)
def unawaited_async_assertion(call: Call, report: Report) -> None:
    """A coroutine that is not awaited never runs, so what it would assert is never asserted.

    Why:
        Calling a coroutine function only makes a coroutine. Without `await` its assertions,
        waits and requests do not happen: the test passes whatever the code does.
    Bad:
        # file: tests/test_api.py
        async def check_paid(client):
            response = await client.get("/order")
            assert response.json()["state"] == "paid"

        async def test_order(client):
            await client.post("/pay")
            check_paid(client)
    Bad:
        # file: tests/test_page.py
        from playwright.async_api import expect

        async def test_paid(page):
            await page.goto("/order")
            expect(page.get_by_text("Paid")).to_be_visible()
    Good:
        # file: tests/test_api.py
        async def check_paid(client):
            response = await client.get("/order")
            assert response.json()["state"] == "paid"

        async def test_order(client):
            await client.post("/pay")
            await check_paid(client)
    Good:
        # file: tests/test_worker.py
        import asyncio

        async def work(queue):
            await queue.get()

        async def test_worker(queue):
            task = asyncio.create_task(work(queue))
            await queue.join()
            task.cancel()
    Bad:
        # file: tests/test_messages.py
        def check_message(message):
            for part in message.parts:
                assert part.size
                yield part.name

        def test_message(message):
            check_message(message)
    Suppress:
        Where a coroutine that never runs is what the test is about.
    """
    if call.is_awaited:
        return
    ignored = call.result_is_ignored
    if not ignored and not _is_asserted(call):
        return
    coroutine = _coroutine(call, report.index)
    if _is_expected_to_fail(call):
        return
    by_habit = coroutine is None and is_awaited_elsewhere(call)
    if coroutine is None and not by_habit:
        if ignored:
            _left_alone(call, report)
        return
    asserts = isinstance(coroutine, Function) and bool(
        coroutine.body is not None and asserts_within(coroutine.module, coroutine.body)
    )
    is_async = call.context.function is not None and call.context.function.is_async
    if isinstance(coroutine, str) and coroutine.startswith(_FORMERLY) and not is_async:
        return
    inside_lambda = any(one.kind == "lambda" for one in call.context.chain())
    report(
        at=call,
        message=f"`{call.target.short}` is awaited in other tests here, and not in this one."
        if by_habit
        else f"`{call.target.short}` is a coroutine function, and its result is not awaited.",
        why="A coroutine object is always true, whatever its body would say."
        if not ignored
        else "Its assertions never run, so the test passes whatever the code does."
        if asserts
        else "Its body never runs, so what the test counts on does not happen.",
        fix="Put `await` before the call."
        if is_async
        else "Make the test asynchronous and put `await` before the call.",
        edits=[Edit(Span(call.span.start, call.span.start), "await ")]
        if is_async and ignored and not inside_lambda
        else [],
        surface=Surface.SUMMARY if by_habit and ignored else None,
    )


def _left_alone(call: Call, report: Report) -> None:
    """Report a generator that nobody iterates, and a Deferred that nobody waits for."""
    function = _called_function(call, call.name, report.index)
    if function is not None and function.is_generator and not function.decorators:
        asserts = function.body is not None and asserts_within(function.module, function.body)
        report(
            at=call,
            message=f"`{call.target.short}` is a generator function, and nobody iterates over it.",
            why="Its assertions never run, so the test passes whatever the code does."
            if asserts
            else "Its body never runs, so what the test counts on does not happen.",
            fix="Iterate over it, with `list(…)` or a loop, or make it a plain function.",
        )
    elif call.method in _DEFERRED and _is_listening(call):
        report(
            at=call,
            message=f"Nobody waits for the Deferred of `{call.target.short}`.",
            why="The port may still be open when the next test begins.",
            fix="Return it from the test, `yield` it, or use `self.addCleanup`.",
            surface=Surface.SUMMARY,
        )


def _is_listening(call: Call) -> bool:
    """Whether it is called on what a reactor of Twisted listens on."""
    if not any(one.startswith("twisted") for one in call.module.imported_modules):
        return False
    if call.receiver is None:
        return False
    made = call.receiver.assignments or (call.receiver,)
    return any(
        one.node.type == "call" and one.text.partition("(")[0].rpartition(".")[2] in _LISTENING
        for one in made
    )


def _is_asserted(call: Call) -> bool:
    """Whether the very result is what an assertion, or a condition, asks to be true."""
    node = call.node
    for above in call.ancestors():
        if above.kind in ("not_operator", "parenthesized_expression", "boolean_operator"):
            node = above.node
            continue
        if above.kind in ("if_statement", "elif_clause", "while_statement"):
            return above.child("condition") == node
        break
    for above in call.ancestors():
        if above.kind in ("block", "module"):
            return False
        wanted = asserted(above)
        if wanted is not None:
            return wanted.node == call.node
    return False


def _coroutine(call: Call, index: Index) -> Function | str | None:
    """The coroutine function that is called, as far as that is certain."""
    name = call.name
    if name is not None:
        owner, _, method = name.rpartition(".")
        if name in _COROUTINES or _is_matcher(name) or method in _METHODS.get(owner, ()):
            return name
    function = _called_function(call, name, index) or method_of_instance(call, index)
    if function is None or not function.is_async or function.is_generator:
        return None
    if any(one not in _KEPT for one in function.decorator_names) or len(function.decorators) != len(
        function.decorator_names
    ):
        return None
    return function


def _is_matcher(name: str) -> bool:
    return name.startswith(_MATCHERS) and name.rpartition(".")[2].startswith(("to_", "not_to_"))


def _called_function(call: Call, name: str | None, index: Index) -> Function | None:
    receiver = call.receiver
    if receiver is not None and receiver.text in ("self", "cls"):
        if call.cls is None or call.method in call.cls.attributes:
            return None
        return index.methods(call.cls).get(call.method)
    if name is None:
        return None
    owner, colon, qualified = name.partition(":")
    if colon and owner == call.module.name:
        last = qualified.rpartition(".")[2]
        found = [
            one
            for one in call.module.functions_by_name.get(last, [])
            if one.qualified_name == qualified
        ]
        # Two definitions of one name, as under "if": which of them runs is not known.
        return found[0] if len(found) == 1 else None
    if name.partition(".")[0] in sys.stdlib_module_names:
        return None  # "socket.getaddrinfo" is no function of a file "socket.py" in the change.
    return index.find_function(name)


def _is_expected_to_fail(call: Call) -> bool:
    """Whether the call stands where an exception or a warning is expected."""
    for value in call.entered():
        callee = value.text.partition("(")[0].rpartition(".")[2]
        if callee in _EXPECTING:
            return True
    function = call.function
    return function is not None and call.module.remember(
        (_is_about_awaiting, function), lambda: _is_about_awaiting(function)
    )


def _is_about_awaiting(function: Function) -> bool:
    """Whether it tests what is not awaited: ``mock.assert_not_awaited()``, "never awaited"."""
    text = function.text.lower()
    return "awaited" in text or "runtimewarning" in text
