"""The check ``unawaited-async-assertion`` in JavaScript: a promise that nobody waits for."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.hygiene.javascript.shared.assertions import assertions, callee, is_asynchronous
from checks.hygiene.javascript.shared.dropped import PROMISED, taken_for_values
from checks.hygiene.javascript.shared.places import runs_in_cypress, stands_in, text
from checks.hygiene.javascript.shared.promises import floating
from checks.hygiene.javascript.shared.waiting import fakes_clock
from checks.languages.javascript.blocks import Block
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.expects import Expect
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import FUNCTIONS
from checks.languages.syntax.located import Located
from checks.model import Edit, Span
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_WEB_FIRST = frozenset(
    {
        "toBeAttached",
        "toBeChecked",
        "toBeDisabled",
        "toBeEditable",
        "toBeEmpty",
        "toBeEnabled",
        "toBeFocused",
        "toBeHidden",
        "toBeInViewport",
        "toBeOK",
        "toBeVisible",
        "toContainClass",
        "toContainText",
        "toHaveAccessibleDescription",
        "toHaveAccessibleName",
        "toHaveAttribute",
        "toHaveCSS",
        "toHaveClass",
        "toHaveCount",
        "toHaveId",
        "toHaveJSProperty",
        "toHaveRole",
        "toHaveScreenshot",
        "toHaveText",
        "toHaveTitle",
        "toHaveURL",
        "toHaveValue",
        "toHaveValues",
        "toMatchAriaSnapshot",
        "toPass",
    }
)
"""Assertions of Playwright that try again until they hold: they give a promise.

Source: https://playwright.dev/docs/test-assertions
"""
_WHY = "The test ends before the assertion is made, and passes whatever it would say."
_TIMERS = ("setTimeout", "setImmediate", "nextTick", "queueMicrotask")
_DEFERRED = ("then", "catch", "finally")


@also("unawaited-async-assertion", languages=JAVASCRIPT, on=MODULE)
def unawaited_async_assertion(event: JsFileEvent, report: Report) -> None:
    """An assertion on a promise that is neither awaited nor returned.

    Bad:
        // file: test/user.test.js
        it('loads the user', () => {
          expect(load('anna')).resolves.toEqual({ name: 'Anna' });
        });
    Bad:
        // file: e2e/cart.spec.ts
        import { test, expect } from '@playwright/test';

        test('pays', async ({ page }) => {
          await page.goto('/cart');
          expect(page.getByText('Paid')).toBeVisible();
        });
    Bad:
        // file: test/user.test.js
        it('loads the user', () => {
          load('anna').then((user) => {
            expect(user.name).toBe('Anna');
          });
        });
    Bad:
        // file: test/queue.test.js
        import { sleep } from './utils';

        it('takes its time', async () => {
          queue.add(async () => {
            sleep(50);
            return 'tea';
          });
          await sleep(10);
          expect(queue.size).toBe(1);
        });
    Good:
        // file: test/user.test.js
        it('loads the user', async () => {
          await expect(load('anna')).resolves.toEqual({ name: 'Anna' });
        });
    Good:
        // file: test/user.test.js
        it('loads the user', () => load('anna').then((user) => {
          expect(user.name).toBe('Anna');
        }));
    """
    file = event.file
    for one in file.expects:
        if _is_dropped(one.whole) and _gives_promise(file, one):
            report(
                at=one.whole,
                message=f"`{text(file, one.whole.node)}` gives a promise that nobody waits for.",
                why=_WHY,
                fix="Put `await` before it, or return it.",
                edits=_await(file, one.whole),
            )
    told = set()
    for call in _helpers(file):
        told.add(call.node.id)
        report(
            at=call,
            message=f"`{call.short}` asserts later than the test: it is not awaited.",
            why=_WHY,
            fix="Put `await` before the call.",
            edits=_await(file, call),
        )
    for call, fix in _later(file):
        report(
            at=Span(call.node.start_byte, call.target.end_byte),
            message=f"The assertion in the function of `{call.short}` runs after the test has"
            " ended.",
            why=_WHY,
            fix=fix,
        )
    for call in _callbacks(file):
        report(
            at=Span(call.node.start_byte, call.target.end_byte),
            message=f"The assertion in the function of `{call.method}` runs after the test has"
            " ended.",
            why=_WHY,
            fix="Return the promise, or await it.",
        )
    for left in floating(file):
        if left.call.node.id not in told:
            report(
                at=left.call,
                message=f"`{left.call.short}` gives a promise that nobody waits for.",
                why=left.why,
                fix="Put `await` before the call.",
                edits=_await(file, left.call),
                confidence=left.confidence,
            )
    for call, name, confidence in taken_for_values(file):
        report(
            at=call,
            message=f"`{name}` is the promise of `{call.short}`, and is used as its value.",
            why="A promise has none of the members that are asserted on, or is never equal.",
            fix="Put `await` before the call.",
            edits=_await(file, call),
            confidence=confidence,
        )


def _later(file: JavaScriptFile) -> Iterator[tuple[JsCall, str]]:
    """Calls that run an asserting function later than the test, and how to mend each."""
    for word in _TIMERS:
        for call in file.calls_named(word):
            if call.name in (word, f"process.{word}") and _runs_too_late(file, call):
                yield call, "Await a promise that the timer resolves, or use fake timers."
    for word in ("forEach", "map"):
        for call in file.calls_named(word):
            function = call.callback
            if call.receiver is None or function is None or not is_asynchronous(function):
                continue
            waits = any(
                one.names.function.node == function
                for one in file.within(function, "await_expression")
            )
            if waits and _runs_too_late(file, call):
                yield call, "Use `for … of` with `await`, or await `Promise.all` of a `map`."


def _runs_too_late(file: JavaScriptFile, call: JsCall) -> bool:
    """Whether a call is a statement of a test that waits for nothing, and its function asserts."""
    block = file.block_at(call.node)
    if not _is_dropped(call) or block is None or not block.is_test or not stands_in(call, block):
        return False
    if _is_handed(block) or _awaits_after(file, call, block) or fakes_clock(file, block):
        return False
    function = call.callback
    return function is not None and any(True for _ in file.expects_in(function))


def _is_dropped(whole: Located) -> bool:
    """Whether it is a statement of its own."""
    above = whole.parent
    return above is not None and above.kind == "expression_statement"


def _gives_promise(file: JavaScriptFile, one: Expect) -> bool:
    if PROMISED.intersection(one.words) and file.block_at(one.call.node) is not None:
        return "notify" not in one.words
    if one.matcher is None:
        return False
    if one.is_async:
        return not (one.call.name or "").startswith("chai.")
    if one.call.method == "poll" and (one.call.name or "") == "expect.poll":
        return True
    if one.name not in _WEB_FIRST:
        return False
    return _is_web_first(file, one)


def _is_web_first(file: JavaScriptFile, one: Expect) -> bool:
    """Whether the assertion is Playwright's: it is imported from there, and not given a value."""
    if not any("playwright" in module for module in file.imported_modules):
        return False
    subject = one.subject
    if subject is None or subject.type in ("await_expression", "string", "number", "array"):
        return False
    if file.block_at(one.call.node) is not None:
        return True
    function = one.call.names.function.node
    return function.type in FUNCTIONS and is_asynchronous(function)


def _await(file: JavaScriptFile, at: Located) -> tuple[Edit, ...]:
    """The edit that awaits it, where the function around it is asynchronous."""
    function = at.names.function.node
    if function.type not in FUNCTIONS or not is_asynchronous(function):
        return ()
    line = file.lines(at.node).start
    start = file.source.line_span(line).start
    if file.source.data[start : at.node.start_byte].strip():
        return ()
    return (Edit(Span(at.node.start_byte, at.node.start_byte), "await "),)


def _helpers(file: JavaScriptFile) -> Iterator[JsCall]:
    """Calls of asynchronous functions of this file that assert, left alone by a test."""
    for call in file.calls():
        if call.target.type != "identifier" or not _is_dropped(call):
            continue
        function = callee(file, call)
        if function is None or not is_asynchronous(function):
            continue
        block = file.block_at(call.node)
        body = function.child_by_field_name("body")
        if block is None or not block.is_test or not stands_in(call, block) or body is None:
            continue
        if not any(one.method != "expect" or one.receiver is None for one in _expects(file, body)):
            continue
        if not _awaits_after(file, call, block):
            yield call


def _expects(file: JavaScriptFile, body: tree_sitter.Node) -> Iterator[JsCall]:
    for one in file.expects_in(body):
        yield one.call


def _callbacks(file: JavaScriptFile) -> Iterator[JsCall]:
    """The calls of ``then`` whose function asserts, in a test that does not wait for them."""
    for word in _DEFERRED:
        for call in file.calls_named(word):
            if call.receiver is None or not _ends_as_statement(call):
                continue
            block = file.block_at(call.node)
            if block is None or not block.is_test or fakes_clock(file, block):
                continue
            if stands_in(call, block):
                if block.parameters or _awaits_after(file, call, block) or _is_handed(block):
                    continue
            elif block.parameters or not _ends_link(file, call):
                continue
            functions = [one for one in call.arguments if one.type in FUNCTIONS]
            if any(
                any(True for _ in assertions(file, function)) for function in functions
            ) and _is_outermost(call):
                if runs_in_cypress(file):
                    return
                yield call


def _ends_link(file: JavaScriptFile, call: JsCall) -> bool:
    """Whether it stands in the function of a ``then`` that gives, and waits for, nothing more."""
    function = call.names.function
    if function.node.type not in FUNCTIONS:
        return False
    link = next((one for one in call.ancestors() if one.kind == "arguments"), None)
    outer = None if link is None else link.parent
    callee = None if outer is None else outer.child("function")
    name = None if callee is None else callee.child_by_field_name("property")
    if name is None or file.text_of(name) not in _DEFERRED:
        return False
    if link is None or not any(one == function.node for one in link.node.named_children):
        return False
    kinds = ("await_expression", "return_statement", "yield_expression")
    return not any(
        one.names.function is function
        for one in file.within(function.node, *kinds, after=call.node.end_byte)
    )


def _is_handed(block: Block) -> bool:
    """Whether the runner hands something to the test by which it may say that it is done."""
    if block.callback is None:
        return True
    parameters = block.callback.child_by_field_name("parameters")
    return parameters is not None and bool(parameters.named_children)


def _is_outermost(call: JsCall) -> bool:
    """Whether no later call of the chain holds the assertion as well."""
    above = call.parent
    return above is None or above.kind != "member_expression"


def _ends_as_statement(call: JsCall) -> bool:
    """Whether the chain of calls that it is part of is a statement, and nothing more."""
    current: Located | None = call
    for _ in range(20):
        above = current.parent if current is not None else None
        if above is None:
            return False
        if above.kind == "expression_statement":
            return True
        if above.kind not in ("member_expression", "call_expression"):
            return False
        current = above
    return False


def _awaits_after(file: JavaScriptFile, call: JsCall, block: Block) -> bool:
    """Whether the test waits for anything behind the call, or gives a promise."""
    if block.callback is None:
        return True
    kinds = ("await_expression", "return_statement", "yield_expression")
    for one in file.within(block.callback, *kinds, after=call.node.end_byte):
        if stands_in(one, block):
            return True
    return False
