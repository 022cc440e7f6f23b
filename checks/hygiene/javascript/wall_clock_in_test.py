"""The check ``wall-clock-in-test`` in JavaScript: the time of day is what is expected."""

from __future__ import annotations

import tree_sitter

from checks.hygiene.javascript.shared.places import text
from checks.hygiene.javascript.shared.waiting import fakes_clock, reads_clock
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_EXACT = frozenset({"toBe", "toEqual", "toStrictEqual", "equal", "eql", "equals", "eq"})


@also("wall-clock-in-test", languages=JAVASCRIPT, on=MODULE)
def wall_clock_in_test(event: JsFileEvent, report: Report) -> None:
    """What is expected is read from the clock.

    Bad:
        // file: test/order.test.js
        it('notes the day', () => {
          expect(makeOrder().day).toBe(new Date().toISOString().slice(0, 10));
        });
    Good:
        // file: test/order.test.js
        it('notes the day', () => {
          vi.setSystemTime('2024-02-29T12:00:00Z');
          expect(makeOrder().day).toBe(new Date().toISOString().slice(0, 10));
        });
    Good:
        // file: test/order.test.js
        it('notes when', () => {
          expect(makeOrder().when).toBeLessThanOrEqual(Date.now());
        });
    """
    file = event.file
    for one in file.expects:
        expected = None if one.matcher is None else one.matcher.argument(0)
        if one.name not in _EXACT or expected is None or one.is_negated:
            continue
        if not _reads(file, expected) or (one.subject is not None and _reads(file, one.subject)):
            continue
        block = file.block_at(one.call.node)
        if block is None or fakes_clock(file, block) or _is_stubbed(file):
            continue
        report(
            at=expected,
            message=f"`{text(file, expected)}` is read from the clock when the test runs.",
            why="Around midnight, or a tick later, the two values differ.",
            fix="Set the clock in the test, and write the expected value down.",
        )


def _reads(file: JavaScriptFile, node: tree_sitter.Node) -> bool:
    for number, call in enumerate(file.calls_in(node)):
        if number > 50:
            return False
        if reads_clock(call):
            return True
    return False


def _is_stubbed(file: JavaScriptFile) -> bool:
    """Whether the file replaces the clock by other means."""
    data = file.source.data
    return any(mark in data for mark in (b"Date, 'now'", b'Date, "now"', b"Date.now =", b"Date ="))
