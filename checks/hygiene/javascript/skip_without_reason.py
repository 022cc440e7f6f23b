"""The check ``skip-without-reason`` in JavaScript: a test that is switched off."""

from __future__ import annotations

from checks.languages.javascript.blocks import Block
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import FUNCTIONS
from checks.model import Role, Span
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_OFF = frozenset({"xcontext", "xdescribe", "xit", "xspecify", "xtest"})
_FAR = 10
"""Lines of comments that are looked at."""

_FOR_TOOLS = ("eslint-", "prettier-", "@ts-", "biome-", "istanbul ", "c8 ", "v8 ", "oxlint-")


@also(
    "skip-without-reason",
    languages=JAVASCRIPT,
    on=MODULE,
    roles=frozenset({Role.TEST}),
)
def skip_without_reason(event: JsFileEvent, report: Report) -> None:
    """A test is skipped, and no comment says why.

    Bad:
        // file: test/payment.test.js
        it.skip('pays', () => {
          expect(pay(3)).toBe(true);
        });
    Bad:
        // file: test/payment.test.js
        xdescribe('payment', () => {
          it('pays', () => {
            expect(pay(3)).toBe(true);
          });
        });
    Good:
        // file: test/payment.test.js
        // The sandbox of the bank is down, see #1204.
        it.skip('pays', () => {
          expect(pay(3)).toBe(true);
        });
    Good:
        // file: test/payment.test.js
        it.skipIf(process.platform === 'win32')('pays', () => {
          expect(pay(3)).toBe(true);
        });
    """
    file = event.file
    for block in file.blocks:
        if block.is_hook or not _is_off(block) or any(one.is_off for one in block.around()):
            continue
        if block.callback is None or _is_explained(file, block):
            continue
        report(
            at=Span(*block.call.target.byte_range),
            message=f"`{block.call.short}` switches the {'suite' if block.is_suite else 'test'}"
            " off and does not say why.",
            why="Nobody can tell when it may run again, so what it tested stays untested.",
            fix="Say why in a comment above it, with the ticket that it waits for.",
        )


def _is_off(block: Block) -> bool:
    if block.word in _OFF:
        return True
    if "skip" not in block.marks:
        return False
    # `test.skip(condition, 'reason')` of Playwright is no test.
    first = block.call.argument(0)
    return first is not None and first.type not in FUNCTIONS


def _is_explained(file: JavaScriptFile, block: Block) -> bool:
    """Whether a comment says why: on the line, above it, or first in the test; or a ticket does."""
    title = block.title
    if "#" in title or "://" in title:
        return True
    first, body = file.lines(block.call.node).start, block.body
    inside = None if body is None else file.lines(body).start + 1
    by_line = file.remember(_comments_by_line, lambda: _comments_by_line(file))
    for line in (first, inside):
        if line is not None and any(_says_why(text) for text in by_line.get(line, ())):
            return True
    line = first - 1
    while line in by_line and line > first - _FAR:
        if any(_says_why(text) for text in by_line[line]):
            return True
        line -= 1
    return False


def _comments_by_line(file: JavaScriptFile) -> dict[int, list[str]]:
    """The comments by each line that they touch."""
    found: dict[int, list[str]] = {}
    for node in file.comment_nodes:
        start, end = file.lines(node)
        for line in range(start, min(end, start + _FAR) + 1):
            found.setdefault(line, []).append(file.text_of(node))
    return found


def _says_why(comment: str) -> bool:
    """Whether a comment is for people: one for a tool is only behind its ``--``."""
    text = comment.strip("/* \t\r\n")
    if text.startswith(_FOR_TOOLS):
        text = text.partition(" -- ")[2].strip()
    return bool(text)
