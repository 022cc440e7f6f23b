"""The check ``useless-comparison`` in JavaScript: a comparison or ``expect`` that does nothing."""

from __future__ import annotations

from collections.abc import Iterator

from checks.hygiene.javascript.shared.assertions import asserts
from checks.hygiene.javascript.shared.places import following, is_statement, text
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.expects import Expect
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import bare
from checks.languages.syntax.located import Located
from checks.model import Confidence, Span
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_OPERATORS = frozenset({"!=", "!==", "<", "<=", "==", "===", ">", ">="})
_NAMES = frozenset({"chai.expect", "expect", "expect.soft"})
"""Of these ``expect`` alone asserts nothing, whichever library it is from."""
_PARTS = frozenset({"not", "rejects", "resolves"})


@also("useless-comparison", languages=JAVASCRIPT, on=MODULE)
def useless_comparison(event: JsFileEvent, report: Report) -> None:
    """A comparison, or an ``expect`` without a matcher, whose result nobody looks at.

    Bad:
        // file: test/cart.test.js
        it('adds a line', () => {
          add(cart, 'tea');
          cart.lines === 1;
        });
    Bad:
        // file: test/cart.test.js
        it('adds a line', () => {
          add(cart, 'tea');
          expect(cart.isEmpty());
        });
    Bad:
        // file: test/cart.test.js
        it('is a cart', () => {
          expect(make('cart')).toBeTruthy;
        });
    Good:
        // file: test/cart.test.js
        it('adds a line', () => {
          add(cart, 'tea');
          expect(cart.lines).toBe(1);
        });
    """
    file = event.file
    for one in _dropped(file):
        report(
            at=one,
            message=f"`{text(file, one.node)}` compares two values, and nothing looks at the"
            " result.",
            why="The test passes whatever they are.",
            fix="Assert it with `expect`.",
        )
    for expect in file.expects:
        if _is_unfinished(file, expect):
            report(
                at=Span(*expect.whole.node.byte_range),
                message=f"`{text(file, expect.whole.node)}` "
                + (
                    f"does not call `{expect.name}`."
                    if expect.words
                    else "has no matcher: it asserts nothing."
                ),
                why="The test passes whatever the value is.",
                fix="Call the matcher: `()` is missing."
                if expect.words
                else "Say what is expected: `.toBe(…)`.",
                confidence=Confidence.LOW if _asserts_itself(file, expect) else None,
            )


def _dropped(file: JavaScriptFile) -> Iterator[Located]:
    for one in file.nodes("binary_expression"):
        operator = one.child("operator")
        if operator is None or operator.type not in _OPERATORS or not is_statement(one):
            continue
        block = file.block_at(one.node)
        if block is None or not block.is_test:
            continue
        if one.names.function.node != block.callback and not _ends_the_test(file, one):
            continue
        if any(above.kind == "try_statement" for above in one.ancestors()):
            continue
        yield one


def _ends_the_test(file: JavaScriptFile, one: Located) -> bool:
    """Whether a function in the test says after it that the test is over, or well: ``done()``."""
    for statement in following(one)[:2]:
        inner = bare(statement.named_children[0]) if statement.named_children else None
        if statement.type != "expression_statement" or inner is None:
            continue
        for call in file.calls_in(statement):
            if call.node == inner and asserts(file, call) and not call.arguments:
                return True
    return False


def _is_unfinished(file: JavaScriptFile, one: Expect) -> bool:
    """Whether nothing is asserted: jest's and vitest's matchers are all called."""
    name = one.call.name or ""
    if not is_statement(one.whole) or one.matcher is not None:
        return False
    if len(one.call.arguments) != 1 or one.call.argument(0) is None:
        return False
    if file.block_at(one.call.node) is None:
        return False
    if not one.words:
        return name in _NAMES
    if name not in ("expect", "expect.soft") or _is_other(file):
        return False
    if set(one.words) <= _PARTS:
        return True
    last = one.words[-1]
    return last.startswith("to") and last[2:3].isupper() and set(one.words[:-1]) <= _PARTS


def _is_other(file: JavaScriptFile) -> bool:
    """Whether ``expect`` may be another library's, which asserts by a property."""
    return any(
        word in module for module in file.imported_modules for word in ("chai", "should", "expect")
    )


def _asserts_itself(file: JavaScriptFile, one: Expect) -> bool:
    """Whether what is handed to ``expect`` asserts already: ``expect(assertLines(cart))``."""
    subject = one.subject
    return subject is not None and any(asserts(file, call) for call in file.calls_in(subject))
