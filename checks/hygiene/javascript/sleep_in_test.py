"""The check ``sleep-in-test`` in JavaScript: a fixed sleep that is used as synchronisation."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from checks.hygiene.javascript.shared.assertions import asserts, is_asynchronous
from checks.hygiene.javascript.shared.places import (
    following,
    is_statement,
    own_block,
    siblings,
    test_around,
    text,
    within_kinds,
)
from checks.hygiene.javascript.shared.waiting import (
    NOT_A_SLEEP,
    fakes_clock,
    measures,
    slept,
)
from checks.languages.javascript.blocks import Block
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import FUNCTIONS, LOOPS
from checks.languages.syntax.scopes import Bound
from checks.model import Confidence, Span
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_YIELD = 1
"""Milliseconds up to which a sleep only lets other work run: timers have no finer step."""

_EQUAL = frozenset({"eq", "equal", "toBe", "toEqual", "toStrictEqual"})
_MOST_TIMERS = 1
"""Timers of one file that are told: it is a habit of a file."""

_NEAR = 3
"""Statements behind a sleep that are looked at."""

_SUBJECTS = (
    "abort",
    "cache",
    "cancel",
    "concurren",
    "debounce",
    "delay",
    "elapsed",
    "expir",
    "idle",
    "interval",
    "keepalive",
    "keep-alive",
    "poll",
    "rate",
    "retry",
    "schedul",
    "sleep",
    "slow",
    "stale",
    "throttle",
    "timeout",
    "time out",
    "timer",
    "times out",
    "ttl",
    "wait",
)
"""Words of a title that say that time is what is tested."""


@also("sleep-in-test", languages=JAVASCRIPT, on=MODULE, once_a_file=True)
def sleep_in_test(event: JsFileEvent, report: Report) -> None:
    """A fixed sleep in JavaScript and TypeScript tests.

    Bad:
        // file: test/jobs.test.js
        it('finishes the job', async () => {
          runner.start('job');
          await new Promise((resolve) => setTimeout(resolve, 500));
          expect(runner.state('job')).toBe('done');
        });
    Bad:
        // file: e2e/cart.spec.ts
        import { test, expect } from '@playwright/test';

        test('adds a line', async ({ page }) => {
          await page.getByText('Add').click();
          await page.waitForTimeout(2000);
          expect(await page.locator('li').count()).toBe(1);
        });
    Good:
        // file: test/jobs.test.js
        it('finishes the job', async () => {
          runner.start('job');
          await vi.waitFor(() => expect(runner.state('job')).toBe('done'));
        });
    Good:
        // file: test/jobs.test.js
        it('finishes the job', async () => {
          jest.useFakeTimers();
          runner.start('job');
          await sleep(500);
          expect(runner.state('job')).toBe('done');
        });
    """
    file = event.file
    for call in file.calls():
        if not _may_sleep(call):
            continue
        block = own_block(file, call)
        if block is None:
            block = _goes_on_in(file, call)
        if block is None or not (block.is_test or block.is_setup) or not is_statement(call):
            continue
        duration = slept(file, call)
        if duration is NOT_A_SLEEP or not isinstance(duration, float) or duration <= _YIELD:
            continue
        if any(True for _ in within_kinds(call, *LOOPS)) or fakes_clock(file, block):
            continue
        if measures(file, block):
            continue
        if report.is_full:
            return
        _report(file, call, block, duration, report)
    for call, seconds in itertools.islice(_timers(file), _MOST_TIMERS):
        report(
            at=Span(call.node.start_byte, call.target.end_byte),
            message=f"`{call.short}` lets {seconds:g} s go by, and then asserts.",
            why="On a loaded machine it comes later than that, and the test fails now and then.",
            fix="Assert when the event comes, with `waitFor` or a promise, or use fake timers.",
            confidence=Confidence.LOW,
        )


def _timers(file: JavaScriptFile) -> Iterator[tuple[JsCall, float]]:
    """Timers of tests whose function asserts: the time between is a sleep."""
    for call in file.calls_named("setTimeout"):
        function, delay = call.callback, call.argument(1)
        block = test_around(file, call.node)
        if function is None or delay is None or block is None or not is_statement(call):
            continue
        known = file.constant(delay, call.names)
        if isinstance(known, bool) or not isinstance(known, (int, float)) or known <= _YIELD:
            continue
        if fakes_clock(file, block) or measures(file, block) or _is_subject(block):
            continue
        body = function.child_by_field_name("body")
        if body is None or not any(True for _ in file.expects_in(body)):
            continue
        if any(_says_end(one) for one in file.calls_in(body)):
            yield call, known / 1000


def _says_end(call: JsCall) -> bool:
    """Whether it says that the test is over: it calls what the runner, or a promise, handed in."""
    if call.target.type != "identifier":
        return False
    found = call.names.find(call.method)
    return bool(found) and found[0].how is Bound.PARAMETER


def _goes_on_in(file: JavaScriptFile, call: JsCall) -> Block | None:
    """The test or hook that goes on in a function in it: behind the sleep it asserts, or ends.

    A function that plays a slow server does neither.
    """
    function = call.names.function.node
    block = file.block_at(call.node)
    if block is None or function.type not in FUNCTIONS or not is_asynchronous(function):
        return None
    for statement in following(call)[:_NEAR]:
        for one in file.calls_in(statement):
            if one.names.function.node == function and asserts(file, one) and not _answers(one):
                return block
    return None


def _answers(call: JsCall) -> bool:
    """Whether it may be the end of an answer: ``response.end('…')``."""
    return call.receiver is not None and call.method in ("end", "error")


def _may_sleep(call: JsCall) -> bool:
    return call.is_new or bool(call.method)


def _report(
    file: JavaScriptFile, call: JsCall, block: Block, duration: float, report: Report
) -> None:
    ending = block.is_test and not following(call)
    seconds = f"{duration / 1000:g} s"
    report(
        at=call,
        message=f"`{text(file, call.node)}` waits {seconds} for something that the test does not"
        " look at.",
        why="Nothing stands after it that could see a difference: every run just takes longer."
        if ending
        else "On a loaded machine it comes later than that, and the test fails now and then.",
        fix="Wait for the event itself, with `waitFor` or a promise, or use fake timers.",
        confidence=Confidence.LOW
        if ending
        or _is_subject(block)
        or _awaits_nothing(file, call)
        or _asks_for_no_change(file, call)
        else Confidence.HIGH,
    )


def _is_subject(block: Block) -> bool:
    """Whether a title says that the test is about time: there need be no event to wait for."""
    titles = (one.title.lower() for one in (block, *block.around()))
    return any(word in title for title in titles for word in _SUBJECTS)


def _awaits_nothing(file: JavaScriptFile, call: JsCall) -> bool:
    """Whether the next assertion is that nothing has happened: there is no event to wait for."""
    for statement in following(call)[:2]:
        for one in file.expects_in(statement):
            zero = one.matcher is not None and [
                file.text_of(argument) for argument in one.matcher.arguments
            ] in (["0"], ["false"], ["null"], ["undefined"], ["[]"])
            return one.is_negated or zero or one.name in ("toBeUndefined", "toBeNull", "toBeFalsy")
    return False


def _asks_for_no_change(file: JavaScriptFile, call: JsCall) -> bool:
    """Whether the next statement asserts what was asserted, or read, before the sleep.

    ``expect(calls).toBe(1); await sleep(50); expect(calls).toBe(1)``, or
    ``const before = calls; await sleep(50); expect(calls).toBe(before)``.
    """
    after = following(call)
    if not after or not any(asserts(file, one) for one in file.calls_in(after[0])):
        return False
    asked = file.text_of(after[0]).rstrip(";")
    before = [
        file.text_of(one).rstrip(";")
        for one in siblings(call)
        if one.end_byte <= call.node.start_byte
    ]
    if asked in before:
        return True
    for one in file.expects_in(after[0]):
        subject, matcher = one.subject, one.matcher
        if subject is None or matcher is None or one.is_negated or len(matcher.arguments) != 1:
            continue
        name, read = file.text_of(matcher.arguments[0]), file.text_of(subject)
        if one.name in _EQUAL and any(text.endswith(f" {name} = {read}") for text in before):
            return True
    return False
