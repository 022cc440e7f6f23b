"""The check ``leftover-debugger`` in JavaScript."""

from __future__ import annotations

from checks.hygiene.javascript.shared.places import is_statement, own_block, statement, text
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.syntax.located import Located
from checks.model import Edit, Span
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_CALLS = {
    "pause": ("page.pause", "cy.pause"),
    "debug": (
        "cy.debug",
        "screen.debug",
        "@testing-library/react.screen.debug",
        "@testing-library/dom.screen.debug",
        "@testing-library/vue.screen.debug",
        "@testing-library/svelte.screen.debug",
        "browser.debug",
    ),
}


@also("leftover-debugger", languages=JAVASCRIPT, on=MODULE)
def leftover_debugger(event: JsFileEvent, report: Report) -> None:
    """A stop for the debugger.

    Bad:
        // file: e2e/cart.spec.ts
        import { test } from '@playwright/test';

        test('pays', async ({ page }) => {
          await page.goto('/cart');
          await page.pause();
        });
    Bad:
        // file: test/cart.test.js
        it('adds a line', () => {
          debugger;
          expect(add([], 'tea')).toEqual(['tea']);
        });
    Good:
        // file: e2e/cart.spec.ts
        import { test } from '@playwright/test';

        test('pays', async ({ page }) => {
          await page.goto('/cart');
          await player.pause();
        });
    """
    file = event.file
    for one in file.nodes("debugger_statement"):
        if report.role.is_test_code and _runs_elsewhere(file, one):
            continue
        _report(file, one, "debugger", report)
    if not report.role.is_test_code:
        return
    for word, names in _CALLS.items():
        for call in file.calls_named(word):
            stands = is_statement(call) and own_block(file, call) is not None
            if stands and (call.name in names or _is_page(file, call, word)):
                _report(file, call, call.short, report)


def _is_page(file: JavaScriptFile, call: Located, word: str) -> bool:
    """Whether it is ``page.pause()`` on the page that Playwright hands to a test."""
    if word != "pause" or not any("playwright" in one for one in file.imported_modules):
        return False
    receiver = getattr(call, "receiver", None)
    return receiver is not None and file.text_of(receiver) == "page"


def _report(file: JavaScriptFile, at: Located, written: str, report: Report) -> None:
    whole = statement(at)
    report(
        at=at,
        message=f"`{written}` stops the program for a debugger.",
        why="In a pipeline nobody is there to go on, or it is a trace of work that is over.",
        fix="Delete the line.",
        edits=_deletion(file, whole),
    )


def _deletion(file: JavaScriptFile, whole: Located) -> tuple[Edit, ...]:
    """The edit that deletes the statement's line, when nothing else stands on it."""
    source, (first, last) = file.source, file.lines(whole.node)
    start, end = source.line_span(first).start, source.line_span(last).end
    if text(file, whole.node, 10_000) != " ".join(
        source.data[start:end].decode("utf-8", "replace").split()
    ):
        return ()
    above = whole.parent
    if above is None or above.kind not in ("program", "statement_block"):
        return ()
    stop = source.data.find(b"\n", end)
    return (Edit(Span(start, len(source.data) if stop < 0 else stop + 1), ""),)


def _runs_elsewhere(file: JavaScriptFile, one: Located) -> bool:
    """Whether it stands in a function that is sent to a browser: a debugger is then the subject."""
    for above in one.ancestors():
        if above.kind == "call_expression":
            callee = above.child("function")
            if callee is not None and "evaluate" in file.text_of(callee)[-40:]:
                return True
    return False
