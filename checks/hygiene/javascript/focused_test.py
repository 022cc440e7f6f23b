"""The check ``focused-test``: one test is singled out, so that no other runs."""

from __future__ import annotations

import tree_sitter

from checks.languages.javascript.blocks import Block
from checks.languages.javascript.events import JsFileEvent
from checks.languages.syntax.constants import UNKNOWN
from checks.model import Aspect, Confidence, Edit, Role, Severity, Span
from checks.registry import JAVASCRIPT, MODULE, check
from checks.report import Report

_FOCUSED = {"fit": "it", "fdescribe": "describe", "fcontext": "context"}


@check(
    id="focused-test",
    title="One test is singled out, the others do not run",
    aspect=Aspect.ERRORS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=frozenset({Role.TEST}),
    languages=JAVASCRIPT,
    on=MODULE,
)
def focused_test(event: JsFileEvent, report: Report) -> None:
    """A test or suite is marked with `.only`, and the runner leaves out all the others of the file.

    Why:
        It is how one works on a single test. Left in, the suite stays green whatever the other
        tests would say, because they do not run any more.
    Bad:
        // file: test/cart.test.js
        it.only('adds a line', () => {
          expect(add([], 'tea')).toEqual(['tea']);
        });
    Bad:
        // file: test/cart.spec.ts
        import { test as check, expect } from 'vitest';

        const focused = check.only;

        focused('adds a line', () => {
          expect(add([], 'tea')).toEqual(['tea']);
        });
    Good:
        // file: test/cart.test.js
        it('adds a line', () => {
          expect(add([], 'tea')).toEqual(['tea']);
        });
    Suppress:
        Where the tests are those of a test runner itself.
    """
    for block in event.file.blocks:
        written = _focus(event, block)
        if written is None:
            continue
        if report.is_full:
            return
        kind = "suite" if block.is_suite else "test"
        report(
            at=written,
            message=f"`{block.call.short}` runs this {kind} and leaves out the others of the file.",
            why="The suite stays green whatever the others would say: they do not run.",
            fix="Take the mark away before the change is merged.",
            edits=_without(event, block),
        )


def _focus(event: JsFileEvent, block: Block) -> Span | None:
    """The callee, where the block is singled out."""
    if block.call.target.type == "call_expression" and "only" not in block.marks:
        return None
    if "only" in block.marks or block.word in _FOCUSED:
        if _is_data(event, block):
            return None
        return Span(*block.call.target.byte_range)
    return _by_option(event, block)


def _is_data(event: JsFileEvent, block: Block) -> bool:
    """Whether the runner is an object of the test itself: ``runner.test.only(…)`` in its tests."""
    name = event.file.resolve(block.call.target, block.call.names)
    return name is None


def _by_option(event: JsFileEvent, block: Block) -> Span | None:
    """``{ only: true }`` among the options of ``node:test``, tape and tap."""
    for argument in block.call.arguments[1:2]:
        if argument.type != "object":
            continue
        for pair in argument.named_children:
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if key is None or value is None or event.file.text_of(key) != "only":
                continue
            known = event.file.constant(value, block.call.names)
            if known is not UNKNOWN and known:
                return Span(*pair.byte_range)
    return None


def _without(event: JsFileEvent, block: Block) -> tuple[Edit, ...]:
    """The edit that takes the mark away, where it stands in the call itself."""
    target = block.call.target
    for _ in range(10):
        if target.type == "call_expression":
            inner = target.child_by_field_name("function")
        elif target.type == "member_expression":
            name, inner = (
                target.child_by_field_name("property"),
                target.child_by_field_name("object"),
            )
            if name is not None and inner is not None and event.file.text_of(name) == "only":
                return (Edit(Span(inner.end_byte, name.end_byte), ""),)
        else:
            return _renamed(event, target)
        if inner is None:
            return ()
        target = inner
    return ()


def _renamed(event: JsFileEvent, target: tree_sitter.Node) -> tuple[Edit, ...]:
    plain = _FOCUSED.get(event.file.text_of(target))
    return () if plain is None else (Edit(Span(*target.byte_range), plain),)
