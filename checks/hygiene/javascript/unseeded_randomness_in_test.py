"""The check ``unseeded-randomness-in-test`` in JavaScript."""

from __future__ import annotations

from collections.abc import Iterator

from checks.hygiene.javascript.shared.places import test_around
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report


@also("unseeded-randomness-in-test", languages=JAVASCRIPT, on=MODULE)
def unseeded_randomness_in_test(event: JsFileEvent, report: Report) -> None:
    """Chance decides what a test does, or what it expects.

    Bad:
        // file: test/queue.test.js
        it('keeps the order', () => {
          if (Math.random() > 0.5) {
            queue.push('tea');
          }
          expect(queue.take()).toBe('tea');
        });
    Good:
        // file: test/queue.test.js
        it('keeps the order', () => {
          const name = `queue-${Math.random()}`;
          expect(makeQueue(name).size).toBe(0);
        });
    """
    file = event.file
    for call in _deciding(file):
        report(
            at=call,
            message="`Math.random()` decides what the test does or expects.",
            why="A run that fails cannot be repeated: nobody knows the number it had.",
            fix="Write the cases down, or take the numbers from a generator with a fixed seed.",
        )


def _deciding(file: JavaScriptFile) -> Iterator[JsCall]:
    data = file.source.data
    if b"'random'" in data or b'"random"' in data or b"Math.random =" in data or b"seed" in data:
        return
    for call in file.calls_named("random"):
        if call.name != "Math.random" or test_around(file, call.node) is None:
            continue
        if _decides(file, call):
            yield call


def _decides(file: JavaScriptFile, call: JsCall) -> bool:
    previous = call.node
    for above in call.ancestors():
        if above.kind in ("if_statement", "ternary_expression"):
            return above.child("condition") == previous
        if above.kind in (
            "arrow_function",
            "function_expression",
            "statement_block",
            "array",
            "object",
            "template_string",
            "expression_statement",
        ):
            return False
        if above.kind == "arguments":
            matcher = above.parent
            return matcher is not None and any(
                one.matcher is not None and one.matcher.node == matcher.node
                for one in file.expects_in(matcher.node)
            )
        previous = above.node
    return False
