"""The check ``untrusted-input-executed-in-test`` in JavaScript."""

from __future__ import annotations

import tree_sitter

from checks.hygiene.javascript.shared.places import text
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import bare
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_RUNNERS = frozenset(
    {
        "child_process.exec",
        "child_process.execSync",
        "eval",
        "Function",
        "vm.runInThisContext",
        "vm.runInNewContext",
    }
)
_OUTSIDE = ("process.env.", "process.argv")


@also("untrusted-input-executed-in-test", languages=JAVASCRIPT, on=MODULE)
def untrusted_input_executed_in_test(event: JsFileEvent, report: Report) -> None:
    """A test runs a text that comes from its environment.

    Bad:
        // file: test/build.test.js
        const { execSync } = require('child_process');

        it('builds', () => {
          expect(execSync(process.env.BUILD_COMMAND).toString()).toContain('done');
        });
    Good:
        // file: test/build.test.js
        const { execFileSync } = require('child_process');

        it('builds', () => {
          expect(execFileSync('npm', ['run', 'build']).toString()).toContain('done');
        });
    """
    file = event.file
    for name in sorted(_RUNNERS):
        for call in file.calls_named(name.rpartition(".")[2]):
            first = call.argument(0)
            if call.name != name or first is None or not _comes_from_outside(file, call, first):
                continue
            report(
                at=call,
                message=f"`{call.short}` runs `{text(file, first, 40)}`, which comes from outside.",
                why="The tests run where secrets are: who sets the text can read them.",
                fix="Run a fixed command, with what varies as an argument of its own.",
            )


def _comes_from_outside(file: JavaScriptFile, call: JsCall, node: tree_sitter.Node) -> bool:
    node = bare(node)
    pieces = [node]
    if node.type == "template_string":
        parts = [one for one in node.named_children if one.type == "template_substitution"]
        head = file.text_of(node).lstrip("`")
        # Only what decides the command: a value within it is quoted or not, a matter of its own.
        pieces = [one.named_children[0] for one in parts[:1] if one.named_children]
        if not head.startswith("${"):
            return False
    for piece in pieces:
        name = file.resolve(piece, call.names) or ""
        if name.startswith(_OUTSIDE):
            return True
    return False
