"""The check ``duplicate-test-name`` in JavaScript: two tests of one title."""

from __future__ import annotations

from checks.hygiene.javascript.shared.places import statement
from checks.languages.javascript.blocks import Block
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.syntax.located import Located
from checks.model import Role, Severity, Surface
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report


@also(
    "duplicate-test-name",
    languages=JAVASCRIPT,
    on=MODULE,
    roles=frozenset({Role.TEST}),
)
def duplicate_test_name(event: JsFileEvent, report: Report) -> None:
    """Two tests of one suite have the same title. Both run, unlike in Python.

    Bad:
        // file: test/cart.test.js
        describe('cart', () => {
          it('adds a line', () => {
            expect(add([], 'tea')).toEqual(['tea']);
          });
          it('adds a line', () => {
            expect(add(['milk'], 'tea')).toEqual(['milk', 'tea']);
          });
        });
    Good:
        // file: test/cart.test.js
        describe('cart', () => {
          it('adds a line', () => {
            expect(add([], 'tea')).toEqual(['tea']);
          });
          it('adds a line to others', () => {
            expect(add(['milk'], 'tea')).toEqual(['milk', 'tea']);
          });
        });
    """
    file = event.file
    seen: dict[tuple[int, str], Block] = {}
    for block in file.blocks:
        title = block.title
        if not block.is_test or not title or block.callback is None or block.is_off:
            continue
        if not block.marks.isdisjoint(("each", "for", "skipIf", "runIf", "fails", "failing")):
            continue
        key = (_list_of(block.call), title)
        first = seen.setdefault(key, block)
        if first is block:
            continue
        same = _body(file, first) == _body(file, block)
        node = block.title_node
        report(
            at=block.call.node if node is None else node,
            message=f"The test `{title[:60]}` of line {file.lines(first.call.node).start} is here"
            + (" once more, word for word." if same else " again, with another body."),
            why="It tests nothing new; one of the two was meant to be different."
            if same
            else "When one of them fails, the report does not tell which.",
            fix="Delete it, or make it test what was meant." if same else "Give it its own title.",
            severity=Severity.MEDIUM if same else Severity.LOW,
            surface=Surface.INLINE if same else Surface.SUMMARY,
        )


def _list_of(at: Located) -> int:
    """The block of statements in which the test stands: branches and loops have their own."""
    above = statement(at).place[2]
    return 0 if above is None else above[0].id


def _body(file: JavaScriptFile, block: Block) -> list[str]:
    return [] if block.callback is None else file.text_of(block.callback).split()
