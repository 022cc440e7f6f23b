"""The check ``test-without-assertion`` in JavaScript."""

from __future__ import annotations

from checks.hygiene.javascript.shared.assertions import asserts_somewhere
from checks.hygiene.shared.texts import words
from checks.languages.javascript.blocks import Block
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.syntax.scopes import Bound, sole
from checks.model import Role, Span
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_SAYS_SO = (
    "compile",
    "crash",
    "doesn't",
    "does not",
    "error",
    "fail",
    "no-op",
    "noop",
    "not throw",
    "render",
    "run",
    "smoke",
    "still",
    "throw",
    "type",
    "warn",
    "work",
    "without",
)
"""Words of a title that say that getting through is what is tested."""

_NEAR = frozenset({"__tests__", "e2e", "integration", "spec", "specs", "test", "tests"})
_HELPING = frozenset(
    {
        "common",
        "fixture",
        "fixtures",
        "helper",
        "helpers",
        "setup",
        "shared",
        "support",
        "test",
        "testing",
        "tests",
        "testutils",
        "util",
        "utils",
        "harness",
    }
)
"""Words of the paths of modules that help tests."""

_BROWSERS = ("playwright", "cypress", "puppeteer", "webdriver", "testcafe", "nightwatch")


@also(
    "test-without-assertion",
    languages=JAVASCRIPT,
    on=MODULE,
    roles=frozenset({Role.TEST}),
)
def assertionless_test(event: JsFileEvent, report: Report) -> None:
    """A test that runs code and asserts nothing about it.

    Bad:
        // file: test/cart.test.js
        it('adds a line', () => {
          const cart = makeCart();
          cart.add('tea');
        });
    Good:
        // file: test/cart.test.js
        it('adds a line', () => {
          const cart = makeCart();
          cart.add('tea');
          expect(cart.lines).toEqual(['tea']);
        });
    Good:
        // file: test/cart.test.js
        it('does not throw for an empty cart', () => {
          makeCart().clear();
        });
    """
    file = event.file
    if any(word in module for module in file.imported_modules for word in _BROWSERS):
        return  # each step of a browser waits for what it needs, and fails without it
    if ".test-d." in file.path or ".bench." in file.path:
        return
    for block in file.blocks:
        if not block.is_test or block.is_off or block.body is None or not _is_silent(file, block):
            continue
        report(
            at=Span(*(block.title_node or block.call.target).byte_range),
            message=f"The test `{block.title[:60] or block.call.short}` asserts nothing.",
            why="It passes as long as nothing throws, whatever the code gives.",
            fix="Assert the effect, or say in the title that it must not throw.",
        )


def _is_silent(file: JavaScriptFile, block: Block) -> bool:
    if block.callback is None or block.body is None:
        return False
    title = " ".join(one.title for one in (block, *block.around())).lower()
    if any(word in title for word in _SAYS_SO):
        return False
    if not any(True for _ in block.calls()):
        return False  # nothing is done: a placeholder
    parameters = block.callback.child_by_field_name("parameters")
    if block.callback.child_by_field_name("parameter") is not None or (
        parameters is not None and parameters.named_children
    ):
        return False  # `done`, `t`, a fixture: what it is given may assert
    if not block.marks.isdisjoint(("fails", "failing", "todo", "bench")):
        return False
    if b"@ts-expect-error" in file.source.slice(block.span):
        return False
    if any(not one.is_hook for one in block.children):
        return False
    if asserts_somewhere(file, block.callback) or _is_meant(file, block):
        return False
    if any(_is_helper(file, call) for call in block.calls()):
        return False
    # A hook may look at what the test has left behind.
    return not any(_may_assert(file, hook) for hook in block.hooks() if hook.is_teardown)


def _may_assert(file: JavaScriptFile, hook: Block) -> bool:
    return hook.callback is None or asserts_somewhere(file, hook.callback)


def _is_meant(file: JavaScriptFile, block: Block) -> bool:
    """Whether a comment for the linter above the test says that it is so on purpose."""
    line = file.lines(block.call.node).start
    return line > 1 and b"expect-expect" in file.source.line_text(line - 1)


def _is_helper(file: JavaScriptFile, call: JsCall) -> bool:
    """Whether a call is one of a helper of the tests, which may assert: it is imported nearby."""
    root = call.target
    for _ in range(4):
        if root.type != "member_expression":
            break
        root = root.child_by_field_name("object") or root
    if root.type != "identifier":
        return False
    found = sole(call.names.find(file.text_of(root)))
    if found is None:
        return False
    module = found.path if found.how is Bound.IMPORT else file.resolve(root, call.names) or ""
    if not module.startswith("."):
        return False
    near = module.startswith("./") and not _NEAR.isdisjoint(file.path.lower().split("/")[:-1])
    return near or not _HELPING.isdisjoint(words(module))
