"""The check ``raises-block-too-wide`` in JavaScript: an assertion that is never reached."""

from __future__ import annotations

from checks.hygiene.javascript.shared.places import statements, text
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.expects import Expect
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import FUNCTIONS, bare
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_MATCHERS = frozenset({"throw", "throws", "Throw", "toThrow", "toThrowError"})


@also("raises-block-too-wide", languages=JAVASCRIPT, on=MODULE)
def raises_block_too_wide(event: JsFileEvent, report: Report) -> None:
    """An assertion stands behind the call that must throw.

    Bad:
        // file: test/parser.test.js
        it('wants a name', () => {
          expect(() => {
            const result = parse('name=');
            expect(result).toBeUndefined();
          }).toThrow('the name is empty');
        });
    Good:
        // file: test/parser.test.js
        it('wants a name', () => {
          expect(() => parse('name=')).toThrow('the name is empty');
          expect(errors).toHaveLength(1);
        });
    """
    file = event.file
    for one in file.expects:
        if one.name not in _MATCHERS or one.matcher is None or one.is_negated or one.is_async:
            continue
        dead = _dead(file, one)
        if dead is None:
            continue
        report(
            at=dead.whole,
            message=f"`{text(file, dead.whole.node)}` is not reached when the call before it"
            " throws.",
            why="The test passes whatever it would say, or because it is what throws.",
            fix="Move it behind the assertion that something is thrown.",
        )


def _dead(file: JavaScriptFile, one: Expect) -> Expect | None:
    """The assertion at the end of the function that must throw, behind another call."""
    subject = None if one.subject is None else bare(one.subject)
    body = (
        None
        if subject is None or subject.type not in FUNCTIONS
        else (subject.child_by_field_name("body"))
    )
    if body is None or body.type != "statement_block":
        return None
    inner = statements(body)
    if len(inner) < 2 or inner[-1].type != "expression_statement":
        return None
    before = [node for node in inner[:-1] if any(True for _ in file.calls_in(node))]
    if not before:
        return None
    last = inner[-1]
    for other in file.expects_in(last):
        if other.whole.parent is not None and other.whole.parent.node == last:
            # Where an earlier call is an assertion as well, the last may not be meant.
            earlier = any(
                one.call.node.start_byte < last.start_byte for one in file.expects_in(body)
            )
            return None if earlier or other.matcher is None else other
    return None
