"""The check ``nested-test-never-runs`` in JavaScript: a test inside a test."""

from __future__ import annotations

from checks.languages.javascript.blocks import Block
from checks.languages.javascript.events import JsFileEvent
from checks.model import Role, Span
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_NESTING = (
    "node:test",
    "test",
    "tap",
    "tape",
    "ava",
    "bun:test",
    "uvu",
    "zora",
    "brittle",
    "@std/testing",
    "qunit",
)
"""Runners in which a test may make more of them, or whose words mean something else."""


@also(
    "nested-test-never-runs",
    languages=JAVASCRIPT,
    on=MODULE,
    roles=frozenset({Role.TEST}),
)
def nested_test_never_runs(event: JsFileEvent, report: Report) -> None:
    """A test that stands in the function of another test.

    Bad:
        // file: test/cart.test.js
        it('adds a line', () => {
          expect(add([], 'tea')).toEqual(['tea']);
          it('keeps the others', () => {
            expect(add(['milk'], 'tea')).toEqual(['milk', 'tea']);
          });
        });
    Good:
        // file: test/cart.test.js
        describe('adding a line', () => {
          it('keeps the others', () => {
            expect(add(['milk'], 'tea')).toEqual(['milk', 'tea']);
          });
        });
    """
    file = event.file
    if any(one.split("/")[0] in _NESTING or one in _NESTING for one in file.imported_modules):
        return
    for block in file.blocks:
        outer = block.parent
        if not block.is_test or outer is None or not outer.is_test or block.callback is None:
            continue
        if block.call.method == "test" and block.call.receiver is not None:
            continue  # a test of an object that the outer test is given
        if _is_own(block):
            continue
        report(
            at=Span(*block.call.target.byte_range),
            message=f"`{block.call.short}` stands in the test `{outer.title[:60]}`.",
            why="Runners collect tests before they run one: this one is an error, or never runs.",
            fix="Put it beside the other test, both in a `describe`.",
        )


def _is_own(block: Block) -> bool:
    """Whether the word is a name of the file itself, and not what a runner exports."""
    found = block.call.names.find(block.call.file.text_of(block.call.target))
    return bool(found) and not any(one.path for one in found)
