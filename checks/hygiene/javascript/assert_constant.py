"""The check ``assert-constant`` in JavaScript: an assertion that always holds."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.hygiene.javascript.shared.assertions import assertions
from checks.hygiene.javascript.shared.places import text
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import bare
from checks.languages.syntax.located import Located
from checks.model import Confidence
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_SUBJECT = 2
"""Literals of one file that are asserted by mistake; where there are more it is on purpose."""

_LITERALS = frozenset({"number", "string", "true", "false", "null"})
_EQUAL = frozenset({"toBe", "toEqual", "toStrictEqual", "equal", "eql", "eq", "equals"})
_TRUTH = frozenset({"toBeTruthy", "toBeDefined", "ok", "true", "toBeTrue", "exist"})
_ASSERT_EQUAL = frozenset(
    {
        "assert.equal",
        "assert.strictEqual",
        "assert.deepEqual",
        "assert.deepStrictEqual",
        "chai.assert.equal",
        "chai.assert.strictEqual",
        "assert.strict.equal",
    }
)
_ASSERT_TRUE = frozenset(
    {
        "assert",
        "assert.ok",
        "assert.isTrue",
        "chai.assert",
        "chai.assert.ok",
        "chai.assert.isTrue",
        "console.assert",
        "assert.strict",
        "assert.strict.ok",
    }
)


@also("assert-constant", languages=JAVASCRIPT, on=MODULE)
def assert_constant(event: JsFileEvent, report: Report) -> None:
    """An assertion about literals only.

    Bad:
        // file: test/cart.test.js
        it('empties the cart', () => {
          clear(cart);
          expect(true).toBe(true);
        });
    Bad:
        // file: test/cart.test.js
        import assert from 'node:assert';

        it('empties the cart', () => {
          clear(cart);
          assert.ok('the cart is empty', cart.isEmpty());
        });
    Good:
        // file: test/cart.test.js
        it('empties the cart', () => {
          clear(cart);
          expect(cart.isEmpty()).toBe(true);
        });
    """
    file = event.file
    found = [
        (at, value)
        for at, value in _constant_assertions(file)
        if file.block_at(at.node) is not None and not _stands_alone(file, at)
    ]
    if len({file.text_of(value) for _, value in found}) > _SUBJECT:
        return  # matchers themselves are what is tested
    for at, value in found:
        report(
            at=at,
            message=f"`{text(file, at.node)}` holds whatever the code does:"
            f" `{text(file, value, 40)}` is a literal.",
            why="The test passes when what it was written for is broken.",
            fix="Assert the value that the code gives.",
            confidence=Confidence.LOW if _others(file, at) else None,
        )


def _constant_assertions(file: JavaScriptFile) -> Iterator[tuple[Located, tree_sitter.Node]]:
    for one in file.expects:
        subject = one.subject
        if subject is None or one.is_negated or one.is_async or not _is_literal(subject):
            continue
        if len(one.call.arguments) != 1:
            continue
        if one.matcher is not None and one.name in _EQUAL:
            expected = one.matcher.argument(0)
            if expected is not None and _same(file, subject, expected):
                yield one.whole, subject
        elif one.name in _TRUTH and _is_true(file, subject):
            yield one.whole, subject
    for word in ("equal", "strictEqual", "deepEqual", "deepStrictEqual"):
        for call in file.calls_named(word):
            if call.name in _ASSERT_EQUAL:
                first, second = call.argument(0), call.argument(1)
                if first is None or second is None or not _is_literal(first):
                    continue
                if _same(file, first, second):
                    yield call, first
    for word in ("assert", "ok", "isTrue", "strict"):
        for call in file.calls_named(word):
            if call.name in _ASSERT_TRUE and not call.is_new:
                first = call.argument(0)
                if first is not None and _is_literal(first) and _is_true(file, first):
                    yield call, first


def _is_literal(node: tree_sitter.Node) -> bool:
    return bare(node).type in _LITERALS


def _same(file: JavaScriptFile, a: tree_sitter.Node, b: tree_sitter.Node) -> bool:
    a, b = bare(a), bare(b)
    return a.type == b.type and file.text_of(a) == file.text_of(b)


def _is_true(file: JavaScriptFile, node: tree_sitter.Node) -> bool:
    node = bare(node)
    if node.type == "string":
        return bool(file.string(node))
    return node.type in ("true", "number") and file.text_of(node) != "0"


def _stands_alone(file: JavaScriptFile, at: Located) -> bool:
    """Whether it is a mark that a place was reached: in a callback, a branch, or a `catch`."""
    block = file.block_at(at.node)
    if block is None or at.names.function.node != block.callback:
        return True
    for one in at.ancestors():
        if one.node == block.callback:
            return False
        if one.kind in (
            "catch_clause",
            "if_statement",
            "switch_case",
            "switch_default",
            "for_in_statement",
            "for_statement",
            "while_statement",
        ):
            return True
    return False


def _others(file: JavaScriptFile, at: Located) -> bool:
    """Whether something else in the test asserts: this one only marks that it got so far."""
    block = file.block_at(at.node)
    if block is None or block.callback is None:
        return False
    start, end = at.node.byte_range
    return any(not start <= call.node.start_byte < end for call in assertions(file, block.callback))
