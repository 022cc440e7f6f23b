"""The check ``unseeded-randomness-in-test`` in JavaScript."""

from __future__ import annotations

from collections.abc import Iterator

from checks.hygiene.javascript.shared.places import test_around
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.syntax.located import Located
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
        if _decides(file, call) or _is_subject(file, call):
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


def _is_subject(file: JavaScriptFile, call: JsCall) -> bool:
    """Whether the number itself is what is tried: reckoned with, or an index.

    In a text it only makes a name of its own: ``Math.random().toString(36)``.
    """
    reckons = False
    for above in call.ancestors():
        kind = above.kind
        if kind == "binary_expression":
            operator = above.child("operator")
            reckons = operator is not None and operator.type in ("*", "/", "-", "|")
        elif kind == "variable_declarator":
            return reckons and _is_handed_on(file, call, above)
        elif kind == "subscript_expression":
            return True
        elif kind == "call_expression":
            if not _rounds(file, above):
                return False
        elif kind not in ("arguments", "parenthesized_expression"):
            return False
    return False


def _rounds(file: JavaScriptFile, call: Located) -> bool:
    """Whether a call makes a whole number of it, or is the call that gives it."""
    function = call.child("function")
    return function is not None and file.text_of(function).startswith("Math.")


def _is_handed_on(file: JavaScriptFile, call: JsCall, declared: Located) -> bool:
    """Whether the number is an argument of what the test tries, by its name alone."""
    name, test = declared.child("name"), test_around(file, call.node)
    if name is None or test is None or test.callback is None:
        return False
    text = file.text_of(name)
    return any(
        file.text_of(argument) == text
        for other in file.calls_in(test.callback)
        if not (other.name or "").startswith(("Math.", "console."))
        for argument in other.arguments
        if argument.type == "identifier"
    )
