"""The check ``broad-raises`` in JavaScript: any exception will do."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.hygiene.javascript.shared.places import text
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import FUNCTIONS, bare
from checks.languages.syntax.located import Located
from checks.model import Confidence, Surface
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_MATCHERS = frozenset({"throw", "throws", "Throw", "toThrow", "toThrowError"})
_MANY = 2
_ASSERTS = frozenset({"assert", "assert.strict", "assert/strict", "uvu/assert", "power-assert"})
"""Modules whose ``throws(fn, text)`` takes the text for what to say when nothing is thrown.

Sources: https://nodejs.org/api/assert.html#assertthrowsfn-error-message,
https://github.com/lukeed/uvu/blob/master/docs/api.assert.md
"""
_HANDED = ("tape", "tap", "qunit", "QUnit")
"""What hands an object with such a method to a test: https://github.com/ljharb/tape."""


@also("broad-raises", languages=JAVASCRIPT, on=MODULE)
def broad_raises(event: JsFileEvent, report: Report) -> None:
    """Several things are done in the function that has to throw, and any exception will do.

    Bad:
        // file: test/parser.test.js
        it('wants a name', () => {
          expect(() => {
            const parser = makeParser(options);
            parser.parse('name=');
          }).toThrow();
        });
    Bad:
        // file: test/parser.test.js
        import assert from 'node:assert';

        it('wants a name', () => {
          assert.throws(() => parse('name='), 'the name is empty');
        });
    Good:
        // file: test/parser.test.js
        import assert from 'node:assert';

        it('wants a name', () => {
          assert.throws(() => parse('name='), /the name is empty/);
        });
    Good:
        // file: test/parser.test.js
        it('wants a name', () => {
          expect(() => {
            const parser = makeParser(options);
            parser.parse('name=');
          }).toThrow('the name is empty');
        });
    Good:
        // file: test/parser.test.js
        it('wants a name', () => {
          expect(() => parse('name=')).toThrow();
        });
    """
    file = event.file
    for whole, written in _broad(file):
        report(
            at=whole,
            message=f"`{written}` is content with any exception, from any of the calls in it.",
            why="A misspelled name throws as well, and the test still passes.",
            fix="Name the error or a part of its message.",
            surface=Surface.SUMMARY,
        )
    for call, shown in _said(file):
        report(
            at=call,
            message=f"`{call.short}` takes {shown} for what to say, not for what to expect.",
            why="Any error passes: a misspelled name, or a step that never came so far.",
            fix="Give a regular expression, or an object: `{ message: '…' }`.",
            confidence=Confidence.HIGH,
        )


def _said(file: JavaScriptFile) -> Iterator[tuple[JsCall, str]]:
    """The calls of ``throws`` that are given a text where an error would be compared."""
    for word in ("throws", "rejects"):
        for call in file.calls_named(word):
            second = call.argument(1)
            if second is None or len(call.arguments) != _MANY:
                continue
            if second.type not in ("string", "template_string"):
                continue
            owner = (call.name or "").rpartition(".")[0]
            known = (owner in _ASSERTS and _is_module(file)) or _is_handed(file, call)
            if known and _says_error(file, second):
                yield call, text(file, second, 40)


def _says_error(file: JavaScriptFile, node: tree_sitter.Node) -> bool:
    """Whether the text is what an error would say, and not what the test wants: `it throws …`."""
    written = file.text_of(node).strip("'\"`").lower()
    wishes = ("should", "throw", "must", "expect", "reject", "fail", "it ", "when ")
    return not any(word in written for word in wishes)


def _is_module(file: JavaScriptFile) -> bool:
    """Whether ``assert`` is imported: the global of that name is another library's."""
    return any(one.removeprefix("node:") in _ASSERTS for one in file.imported_modules)


def _is_handed(file: JavaScriptFile, call: JsCall) -> bool:
    """Whether it is a method of what tape, tap or QUnit hands to the test."""
    receiver = call.receiver
    block = file.block_at(call.node)
    if receiver is None or block is None or not block.parameters or call.method != "throws":
        return False
    if file.text_of(bare(receiver)) != block.parameters[0]:
        return False
    return any(one in _HANDED for one in file.imported_modules) or (
        block.call.name or ""
    ).startswith("QUnit.")


def _broad(file: JavaScriptFile) -> Iterator[tuple[Located, str]]:
    for one in file.expects:
        if one.matcher is None or one.name not in _MATCHERS or one.is_negated or one.is_async:
            continue
        subject = None if one.subject is None else bare(one.subject)
        if one.matcher.arguments or subject is None or subject.type not in FUNCTIONS:
            continue
        body = subject.child_by_field_name("body")
        if body is None or body.type != "statement_block":
            continue
        inner = [node for node in body.named_children if node.type != "comment"]
        if len(inner) >= _MANY and sum(1 for _ in file.calls_in(body)) >= _MANY:
            yield one.whole, text(file, one.matcher.target.child_by_field_name("property")) + "()"
