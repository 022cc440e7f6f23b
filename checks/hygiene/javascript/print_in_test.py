"""The check ``print-in-test`` in JavaScript: output that is left over from debugging."""

from __future__ import annotations

from checks.hygiene.javascript.shared.places import is_statement, own_block, within_kinds
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_WORDS = ("log", "debug", "dir", "table")


@also("print-in-test", languages=JAVASCRIPT, on=MODULE)
def print_in_test(event: JsFileEvent, report: Report) -> None:
    """A test writes to the console.

    Bad:
        // file: test/cart.test.js
        it('adds a line', () => {
          const cart = add([], 'tea');
          console.log(cart);
          expect(cart).toEqual(['tea']);
        });
    Good:
        // file: test/cart.test.js
        it('logs the line', () => {
          const log = jest.spyOn(console, 'log').mockImplementation(() => {});
          console.log('tea');
          expect(log).toHaveBeenCalledWith('tea');
        });
    """
    file = event.file
    calls = [
        call
        for word in _WORDS
        for call in file.calls_named(word)
        if call.name == f"console.{word}" and is_statement(call)
    ]
    if not calls or _looks_at_console(file):
        return
    for call in calls:
        block = own_block(file, call)
        if block is None or not block.is_test:
            continue
        if any(True for _ in within_kinds(call, "catch_clause", "if_statement")):
            continue
        report(
            at=call,
            message=f"`{call.short}` writes to the console from a test.",
            why="The output of a run grows, and what matters in it is overlooked.",
            fix="Delete it, or assert what it shows.",
        )


def _looks_at_console(file: JavaScriptFile) -> bool:
    """Whether the console, or what the process writes, is what the file tests."""
    data = file.source.data
    return any(
        mark in data
        for mark in (
            b"spyOn(console",
            b"stub(console",
            b"mock(console",
            b"console.log =",
            b"console, 'log'",
            b'console, "log"',
            b"toHaveBeenCalled(console",
            b"stdout",
            b"mock.method(console",
        )
    )
