"""The check ``unbounded-polling-loop`` in JavaScript: a loop that waits without an end."""

from __future__ import annotations

from checks.hygiene.javascript.shared.assertions import asserts
from checks.hygiene.javascript.shared.places import text
from checks.hygiene.javascript.shared.waiting import NOT_A_SLEEP, reads_clock, slept
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.syntax.located import Located
from checks.model import Confidence, Span
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_WITHOUT_LIMIT = ("ava", "node:test", "tape", "tap", "uvu")
"""Runners that give a test all the time there is, unless told otherwise."""


@also("unbounded-polling-loop", languages=JAVASCRIPT, on=MODULE)
def unbounded_polling_loop(event: JsFileEvent, report: Report) -> None:
    """A loop sleeps until something is so, and nothing bounds it.

    Bad:
        // file: test/jobs.test.js
        it('finishes the job', async () => {
          runner.start('job');
          while (!runner.done) {
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
        });
    Good:
        // file: test/jobs.test.js
        it('finishes the job', async () => {
          runner.start('job');
          for (let turn = 0; turn < 100 && !runner.done; turn++) {
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
          expect(runner.done).toBe(true);
        });
    """
    file = event.file
    for loop in file.nodes("while_statement", "do_statement"):
        body, condition = loop.child("body"), loop.child("condition")
        if body is None or condition is None or not _sleeps(file, loop) or _ends(file, loop):
            continue
        unlimited = any(one in _WITHOUT_LIMIT for one in file.imported_modules)
        report(
            at=Span(loop.node.start_byte, condition.end_byte)
            if loop.kind == "while_statement"
            else condition,
            message=f"The loop waits as long as `{text(file, condition).strip('()')}` holds.",
            why="When what it waits for does not come, the run hangs and says nothing."
            if unlimited
            else "When what it waits for does not come, only the runner's time limit ends the test,"
            " and the loop goes on under the next one.",
            fix="Bound it by a number of turns or a deadline, and fail with a message after that.",
            confidence=Confidence.HIGH if unlimited else Confidence.LOW,
        )


def _sleeps(file: JavaScriptFile, loop: Located) -> bool:
    """Whether the loop itself sleeps: not a function in it."""
    inner = loop.names.function
    return any(
        call.names.function is inner and slept(file, call) is not NOT_A_SLEEP
        for call in file.calls_in(loop.node)
    )


def _ends(file: JavaScriptFile, loop: Located) -> bool:
    """Whether something in the loop may end it, or fails."""
    ways = (
        "break_statement",
        "return_statement",
        "throw_statement",
        "update_expression",
        "augmented_assignment_expression",
        "yield_expression",
    )
    if any(True for _ in file.within(loop.node, *ways)):
        return True
    return any(
        reads_clock(call) or asserts(file, call) or call.method in ("race", "shift", "pop", "next")
        for call in file.calls_in(loop.node)
    )
