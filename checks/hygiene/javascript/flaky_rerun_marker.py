"""The check ``flaky-rerun-marker`` in JavaScript: a test that is run again until it passes."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.hygiene.javascript.hardcoded_port import member
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.syntax.located import Located
from checks.languages.syntax.scopes import Scope
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report


@also("flaky-rerun-marker", languages=JAVASCRIPT, on=MODULE)
def flaky_rerun_marker(event: JsFileEvent, report: Report) -> None:
    """A test is run again when it fails.

    Bad:
        // file: test/queue.test.js
        jest.retryTimes(3);

        it('empties the queue', () => {
          expect(queue.size).toBe(0);
        });
    Bad:
        // file: e2e/cart.spec.ts
        import { test } from '@playwright/test';

        test.describe.configure({ retries: 2 });
    Bad:
        // file: test/queue.test.js
        it('empties the queue', { retry: 3 }, () => {
          expect(queue.size).toBe(0);
        });
    Good:
        // file: test/queue.test.js
        it('empties the queue', { retry: 0 }, () => {
          expect(queue.size).toBe(0);
        });
    """
    file = event.file
    for at, times in _reruns(file):
        if not isinstance(times, int) or isinstance(times, bool) or times < 1:
            continue
        report(
            at=at,
            message=f"The tests here are run up to {times} more times until they pass.",
            why="A defect that shows now and then is hidden, in the tests or in the product.",
            fix="Find what varies; wait for the event, or set the clock and the random seed.",
        )


def _reruns(file: JavaScriptFile) -> Iterator[tuple[Located, object]]:
    for call in file.calls_named("retryTimes"):
        if call.name == "jest.retryTimes":
            yield call, _value(file, call.argument(0), call.names)
    for call in file.calls_named("configure"):
        if (call.name or "").startswith("test.describe"):
            yield call, _option(file, call.argument(0), "retries", call.names)
    for call in file.calls_named("retries"):
        if call.receiver is not None and file.text_of(call.receiver) == "this":
            yield call, _value(file, call.argument(0), call.names)
    for block in file.blocks:
        for argument in block.call.arguments[1:]:
            for name in ("retry", "retries"):
                times = _option(file, argument, name, block.call.names)
                if times is not None:
                    yield block.call, times


def _option(file: JavaScriptFile, node: tree_sitter.Node | None, name: str, scope: Scope) -> object:
    value = member(file, node, name) if node is not None and node.type == "object" else None
    return None if value is None else _value(file, value, scope)


def _value(file: JavaScriptFile, node: tree_sitter.Node | None, scope: Scope) -> object:
    return None if node is None else file.constant(node, scope)
