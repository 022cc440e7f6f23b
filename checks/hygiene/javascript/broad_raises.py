"""The check ``broad-raises`` in JavaScript: any exception will do."""

from __future__ import annotations

from collections.abc import Iterator

from checks.hygiene.javascript.shared.places import text
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import FUNCTIONS, bare
from checks.languages.syntax.located import Located
from checks.model import Surface
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_MATCHERS = frozenset({"throw", "throws", "Throw", "toThrow", "toThrowError"})
_MANY = 2


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
