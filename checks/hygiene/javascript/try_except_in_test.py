"""The check ``try-except-in-test`` in JavaScript: an assertion that is made only on failure."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.hygiene.javascript.shared.assertions import (
    asserts_somewhere,
    counts_assertions,
    is_failure,
)
from checks.hygiene.javascript.shared.places import following, own_block, statements, text
from checks.languages.javascript.blocks import Block
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.syntax.located import Located
from checks.model import Span
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_NOTHING_TOLD = frozenset({"", "true", "false", "undefined", "null"})
_ALWAYS_TRUE = frozenset(
    {
        "expect(true).toBe(true)",
        "expect(true).toEqual(true)",
        "expect(true).toBeTruthy()",
        "expect(true).to.equal(true)",
        "expect(true).to.eq(true)",
        "expect(true).to.be.equal(true)",
        "assert(true)",
        "assert.ok(true)",
        "assert.equal(true,true)",
        "assert.strictEqual(true,true)",
    }
)
"""What people write where they mean: this is the way it should go."""


@also("try-except-in-test", languages=JAVASCRIPT, on=MODULE)
def try_except_in_test(event: JsFileEvent, report: Report) -> None:
    """The assertions stand in the ``catch``, or the ``catch`` swallows them.

    Bad:
        // file: test/parser.test.js
        it('wants a name', async () => {
          try {
            await parse('name=');
          } catch (error) {
            expect(error.message).toBe('the name is empty');
          }
        });
    Bad:
        // file: test/parser.test.js
        it('reads a name', () => {
          try {
            expect(parse('name=anna')).toBe('anna');
          } catch (error) {
            console.log(error);
          }
        });
    Bad:
        // file: test/parser.test.js
        it('wants a name', async () => {
          try {
            await parse('name=');
            return false;
          } catch {
            return true;
          }
        });
    Good:
        // file: test/parser.test.js
        it('wants a name', async () => {
          await expect(parse('name=')).rejects.toThrow('the name is empty');
        });
    Good:
        // file: test/parser.test.js
        it('wants a name', async () => {
          expect.assertions(1);
          try {
            await parse('name=');
          } catch (error) {
            expect(error.message).toBe('the name is empty');
          }
        });
    """
    file = event.file
    for one in file.nodes("try_statement"):
        block = own_block(file, one)
        if block is None or not block.is_test:
            continue
        body, handler = one.child("body"), one.child("handler")
        inner = None if handler is None else handler.child_by_field_name("body")
        if body is None or handler is None or inner is None or _stands_in_loop(one, block):
            continue
        if _only_on_failure(file, one, body, inner, block):
            report(
                at=Span(handler.start_byte, inner.start_byte),
                message="The assertions in `catch` run only when something is thrown.",
                why="When nothing is thrown any more, the test asserts nothing and passes.",
                fix="Use `expect(…).rejects.toThrow(…)`, or fail at the end of the `try`.",
            )
        elif _answers_a_test(body, inner, block):
            report(
                at=Span(handler.start_byte, inner.start_byte),
                message="The test returns `true` or `false`, and nothing looks at it.",
                why="It passes whether something is thrown or not.",
                fix="Use `expect(…).rejects.toThrow(…)`, or fail at the end of the `try`.",
            )
        elif _swallows(file, body, inner):
            report(
                at=Span(handler.start_byte, inner.start_byte),
                message="An assertion that fails in the `try` is swallowed by `catch`"
                f" ({text(file, inner, 30)}).",
                why="The test passes whatever the assertions say.",
                fix="Take the `try` away, or throw the error again.",
            )


def _only_on_failure(
    file: JavaScriptFile,
    whole: Located,
    body: tree_sitter.Node,
    inner: tree_sitter.Node,
    block: Block,
) -> bool:
    if not _asserts(file, inner) or _asserts(file, body) or _leaves(file, body):
        return False
    if any(is_failure(call) for call in file.calls_in(inner)):
        return False  # whatever is thrown fails the test
    if counts_assertions(block) or not any(True for _ in file.calls_in(body)):
        return False
    finalizer = whole.child("finalizer")
    if finalizer is not None and asserts_somewhere(file, finalizer):
        return False
    # What is noted in `catch` or in `try` and asserted afterwards is fine.
    return not any(asserts_somewhere(file, one) for one in following(whole))


def _asserts(file: JavaScriptFile, node: tree_sitter.Node) -> bool:
    return asserts_somewhere(file, node)


def _leaves(file: JavaScriptFile, body: tree_sitter.Node) -> bool:
    """Whether the ``try`` fails, or is left, when nothing was thrown."""
    kinds = ("throw_statement", "return_statement", "break_statement", "continue_statement")
    if any(True for _ in file.within(body, *kinds)):
        return True
    return any(
        is_failure(call) or call.method in ("done", "reject") for call in file.calls_in(body)
    )


def _answers_a_test(body: tree_sitter.Node, inner: tree_sitter.Node, block: Block) -> bool:
    """Whether an ``async`` test says how it went by a truth value, which no runner looks at."""
    callback = block.callback
    if callback is None:
        return False
    if not any(one.type == "async" for one in callback.children):
        return False  # some runners refuse a value that is no promise
    answers = [statements(one)[-1:] for one in (body, inner)]
    told = [_returned(one) for part in answers for one in part]
    return sorted(one or "" for one in told) == ["false", "true"]


def _returned(node: tree_sitter.Node) -> str | None:
    """The kind of what is returned; empty for a bare ``return``, None for any other statement."""
    if node.type != "return_statement":
        return None
    values = [one for one in node.named_children if one.type != "comment"]
    return values[0].type if values else ""


def _swallows(file: JavaScriptFile, body: tree_sitter.Node, inner: tree_sitter.Node) -> bool:
    """Whether ``catch`` only writes to the console, returns, or asserts what is always true."""
    if not any(True for _ in _own_expects(file, body)):
        return False
    return all(_is_idle(file, one) for one in statements(inner))


def _is_idle(file: JavaScriptFile, statement: tree_sitter.Node) -> bool:
    if _returned(statement) in _NOTHING_TOLD:
        return True
    if statement.type != "expression_statement" or not statement.named_children:
        return False
    call = statement.named_children[0]
    callee = call.child_by_field_name("function") if call.type == "call_expression" else None
    if callee is None:
        return False
    spelling = "".join(file.text_of(call).split())
    return file.text_of(callee).startswith("console.") or spelling in _ALWAYS_TRUE


def _own_expects(file: JavaScriptFile, body: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    for one in file.expects_in(body):
        if one.matcher is not None:
            yield one.whole.node


def _stands_in_loop(one: Located, block: Block) -> bool:
    """Whether it is tried again and again: a poll, which asserts that the last try succeeds."""
    for above in one.ancestors():
        if above.node == block.callback:
            return False
        if above.kind in ("while_statement", "for_statement", "for_in_statement", "do_statement"):
            return True
    return False
