"""The tests of a file: what is a test, a suite, a hook, and how each is marked.

Jest, Vitest, Mocha, Jasmine, Playwright, Cypress, ``node:test``, AVA, tape and tap say the same
things with a few words; a word counts as theirs when it is a global or imported from one of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import tree_sitter

from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.grammar import FUNCTIONS, bare
from checks.languages.javascript.resolve import RUNNER_WORDS
from checks.languages.syntax.scopes import Bound, Scope, sole
from checks.model import Span

if TYPE_CHECKING:
    from checks.languages.javascript.file import JavaScriptFile

TESTS = frozenset({"fit", "it", "specify", "test", "xit", "xspecify", "xtest"})
SUITES = frozenset(
    {"context", "describe", "fcontext", "fdescribe", "suite", "xcontext", "xdescribe"}
)
SETUPS = frozenset({"before", "beforeAll", "beforeEach", "setup", "suiteSetup"})
TEARDOWNS = frozenset({"after", "afterAll", "afterEach", "suiteTeardown", "teardown"})
HOOKS = SETUPS | TEARDOWNS
_COMMON = frozenset({"after", "before", "context", "setup", "suite", "teardown"})
"""Words that are names of many other things as well."""

_MARKS = frozenset(
    {
        "each",
        "only",
        "skip",
        "todo",
        "after",
        "afterAll",
        "afterEach",
        "before",
        "beforeAll",
        "beforeEach",
    }
)
"""What may stand behind one of them."""

MAX_HOOKS = 50
_MAX_DEPTH = 100


class Block:
    """A test, a suite or a hook."""

    def __init__(
        self, call: JsCall, word: str, marks: frozenset[str], parent: Block | None
    ) -> None:
        self.call = call
        self.word = word
        """What makes it: ``it``, ``describe``, ``beforeEach``."""
        self.marks = marks
        """The members after it: ``only``, ``skip``, ``each``."""
        self.parent = parent
        """The block around it."""
        self.children: list[Block] = []
        self.callback, self.callback_names = _callback(call)
        """The function that is run, and the names that it can see."""

    @property
    def is_test(self) -> bool:
        """Whether it is a test."""
        return self.word in TESTS

    @property
    def is_suite(self) -> bool:
        """Whether it is a suite."""
        return self.word in SUITES

    @property
    def is_hook(self) -> bool:
        """Whether it is run before or after tests."""
        return self.word in HOOKS

    @property
    def is_setup(self) -> bool:
        """Whether it is run before tests."""
        return self.word in SETUPS

    @property
    def is_teardown(self) -> bool:
        """Whether it is run after tests."""
        return self.word in TEARDOWNS

    @property
    def span(self) -> Span:
        """The bytes of the whole call."""
        return self.call.span

    @property
    def title_node(self) -> tree_sitter.Node | None:
        """The first argument of a test or suite."""
        first = self.call.argument(0)
        return None if self.is_hook or first is None or first.type in FUNCTIONS else first

    @property
    def title(self) -> str:
        """The title, when it is a plain text; else ``""``."""
        node = self.title_node
        if node is None:
            return ""
        return self.call.file.string(node) or ""

    @property
    def body(self) -> tree_sitter.Node | None:
        """The body of the function that is run."""
        return None if self.callback is None else self.callback.child_by_field_name("body")

    @property
    def parameters(self) -> list[str]:
        """The names of the function's parameters, those that are taken apart left out."""
        if self.callback is None:
            return []
        file = self.call.file
        single = self.callback.child_by_field_name("parameter")
        if single is not None:
            return [file.text_of(single)]
        node = self.callback.child_by_field_name("parameters")
        found = []
        for one in () if node is None else node.named_children:
            inner = one.child_by_field_name("pattern") or one
            if inner.type == "identifier":
                found.append(file.text_of(inner))
        return found

    @property
    def is_async(self) -> bool:
        """Whether the function is an asynchronous one."""
        first = None if self.callback is None else self.callback.child(0)
        return first is not None and first.type == "async"

    def around(self) -> Iterator[Block]:
        """The blocks around it, innermost first."""
        block = self.parent
        while block is not None:
            yield block
            block = block.parent

    def calls(self) -> Iterator[JsCall]:
        """The calls in the function that is run."""
        if self.callback is not None:
            yield from self.call.file.calls_in(self.callback)

    def hooks(self) -> Iterator[Block]:
        """The hooks that are run around it: those of the suites that hold it, and the file's.

        Bounded: at most :data:`MAX_HOOKS` are given.
        """
        yield from itertools.islice(self._hooks(), MAX_HOOKS)

    def _hooks(self) -> Iterator[Block]:
        for suite in self.around():
            yield from (one for one in suite.children if one.is_hook)
        yield from self.call.file.hooks

    @property
    def is_off(self) -> bool:
        """Whether it, or a suite around it, is skipped."""
        return any(
            one.word.startswith("x") or not one.marks.isdisjoint(("skip", "todo"))
            for one in (self, *self.around())
        )


def find_blocks(file: JavaScriptFile) -> Iterator[Block]:
    """The blocks of a file, in the order of the text."""
    open_blocks: list[Block] = []
    for call in file.calls():
        words = _words(file, call)
        if words is None:
            continue
        word, marks = words
        while open_blocks and open_blocks[-1].span.end <= call.node.start_byte:
            open_blocks.pop()
        if len(open_blocks) >= _MAX_DEPTH:
            continue  # nobody nests so deep: what is there is not looked at as a test
        parent = open_blocks[-1] if open_blocks else None
        block = Block(call, word, marks, parent)
        if not _is_block(block, call):
            continue
        if parent is not None:
            parent.children.append(block)
        open_blocks.append(block)
        yield block


def _words(file: JavaScriptFile, call: JsCall) -> tuple[str, frozenset[str]] | None:
    """What makes the block that a call may be, and its marks."""
    if call.is_new:
        return None
    node = call.target
    for _ in range(_MAX_DEPTH):
        if node.type == "member_expression":
            inner = node.child_by_field_name("object")
        elif node.type == "call_expression":
            inner = node.child_by_field_name("function")
        else:
            break
        if inner is None:
            return None
        node = bare(inner)
    if node.type != "identifier":
        return None
    text = file.text_of(node)
    if text not in RUNNER_WORDS and text not in file.renamed and text not in ("QUnit", "Deno", "t"):
        return None
    above = call.place[2]
    if above is not None and above[0].type == "call_expression":
        callee = above[0].child_by_field_name("function")
        if callee is not None and callee == call.node:
            return None  # `it.each(…)`, which is called again
    name = file.resolve(call.target, call.names)
    if name is None:
        name = _subtest(call, text)
    found = None if name is None else classify(name)
    return _made(call, text) if found is None else found


def _made(call: JsCall, root: str) -> tuple[str, frozenset[str]] | None:
    """What a project's own ``test`` makes: ``const test = makeTest(…)``, given title and function.

    Only where it is called as a test is: what else has that name is something else.
    """
    found = sole(call.names.find(root))
    if root not in TESTS or found is None or found.how is not Bound.VALUE or found.value is None:
        return None
    first, last = call.argument(0), call.arguments[-1] if call.arguments else None
    if first is None or last is None or len(call.arguments) < 2:
        return None
    if first.type not in ("string", "template_string") or bare(last).type not in FUNCTIONS:
        return None
    made = bare(found.value)
    if made.type not in ("call_expression", "await_expression"):
        return None
    return classify("".join(call.file.text_of(call.target).split()))


def _subtest(call: JsCall, root: str) -> str | None:
    """``t.test('…', …)`` in a test of tap, tape or ``node:test``: a test in a test."""
    if root != "t" or call.method != "test":
        return None
    found = sole(call.names.find(root))
    return "test" if found is not None and found.how is Bound.PARAMETER else None


def classify(name: str) -> tuple[str, frozenset[str]] | None:
    """What a qualified name makes, and the marks: ``test.describe.only`` is a suite, ``only``."""
    words = [one.removesuffix("()") for one in name.replace(".()", "()").split(".")]
    words = [word for one in words for word in one.split("()") if word]
    if words and words[0] in ("QUnit", "Deno") and len(words) > 1:
        words = words[1:]
        if words[0] == "module":
            words[0] = "describe"
    if not words or words[0] not in RUNNER_WORDS or words[0] == "expect":
        return None
    kind, marks = words[0], words[1:]
    if kind in _COMMON and not _MARKS.issuperset(marks):
        return None
    for one in marks:
        if one in SUITES or (one in TESTS and kind not in SUITES) or one in HOOKS:
            kind = one
    return kind, frozenset(one for one in marks if one != kind)


def _is_block(block: Block, call: JsCall) -> bool:
    """Whether a call with such a name makes a block: it is given a function, or a title."""
    if not block.marks.isdisjoint(
        ("step", "use", "info", "setTimeout", "extend", "configure", "slow", "mock", "plan")
    ):
        return False
    first = call.argument(0)
    if block.callback is not None:
        return block.is_hook or first is not None
    if block.is_hook or first is None:
        return False
    if first.type in ("string", "template_string"):
        # A title alone: something to be done, or a function that stands elsewhere.
        return len(call.arguments) > 1 or not block.marks.isdisjoint(("todo", "skip"))
    return False


def _callback(call: JsCall) -> tuple[tree_sitter.Node | None, Scope]:
    """The function that a block runs: written there, wrapped, or named."""
    for one in reversed(call.arguments):
        node = bare(one)
        if node.type in FUNCTIONS:
            return node, call.names
        if node.type == "call_expression":
            arguments = node.child_by_field_name("arguments")
            for inner in () if arguments is None else arguments.named_children:
                if inner.type in FUNCTIONS:
                    return inner, call.names
        if node.type == "identifier":
            found = sole(call.names.find(call.file.text_of(node)))
            if found is not None and found.value is not None and found.value.type in FUNCTIONS:
                return found.value, found.scope
    return None, call.names
