"""The check ``test-without-assertion``: a test that cannot fail but by an exception."""

from __future__ import annotations

import tree_sitter

from checks.events import Function
from checks.hygiene.shared.assertions import asserts
from checks.hygiene.shared.blocks import mentions, statements
from checks.hygiene.shared.proving import proofs
from checks.hygiene.shared.tests import has_unknown_base, is_test, own_calls
from checks.hygiene.shared.texts import words
from checks.languages.python.scopes import Bound
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import FUNCTIONS, TEST_ROLES, check
from checks.report import Report

_SAYS = frozenset(
    {"accept", "accepted", "accepts", "allow", "allowed", "allows", "bench", "benchmark",
     "can", "clean", "compat", "compatible", "concurrent", "crash", "crashes", "deadlock",
     "deadlocks", "doesnt", "harmless", "hang", "hangs", "hashable", "idempotent", "ignore",
     "ignored", "ignores", "import", "importable", "imports", "leak", "leaks", "legal",
     "never", "no", "noop", "not", "nothing", "ok", "okay", "optional", "perf",
     "performance", "picklable", "pickle", "quiet", "raise", "raises", "regression", "run",
     "runs", "safe", "silent", "skip", "smoke", "speed", "stress", "succeed", "succeeds",
     "success", "supported", "supports", "tolerant", "tolerates", "twice", "typecheck",
     "typed", "types", "typing", "valid", "warn", "warning", "warnings", "without", "work",
     "working", "works"}
)  # fmt: skip
"""Words of tests whose point is that nothing happens."""

_SPOKEN = (
    "benchmark", "blew", "bpo", "bug", "crash", "deadlock", "does not fail", "error",
    "exception", "hang", "issue", "leak", "must not", "mypy", "no-op", "noop",
    "raise", "regression", "should not", "shouldn't", "smoke", "typing", "warning",
    "without fail", "works",
)  # fmt: skip
"""What comments and docstrings of such tests say."""

_MARKS = ("mark.bench", "mark.filterwarnings", "mark.perf", "mark.skip", "mark.slow", "mark.xfail",
          "fixture", "skip", "expectedFailure")  # fmt: skip
_RUNNING = frozenset({"benchmark", "capsys", "caplog", "recwarn", "snapshot", "subtests", "testdir",
                      "pytester", "regtest", "data_regression", "file_regression",
                      "image_regression", "mocker", "monkeypatch"})  # fmt: skip
_BOUND_AND_GIVEN = 2
"""Mentions of a name that is made and handed over once."""


@check(
    id="test-without-assertion",
    title="Test that checks nothing",
    aspect=Aspect.ERRORS,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=FUNCTIONS,
)
def assertionless_test(function: Function, report: Report) -> None:
    """A test that asserts nothing fails only when the code raises.

    Why:
        It counts as coverage and looks like proof, and a wrong result passes unseen.
    Bad:
        # file: tests/test_hardware.py
        def test_total(orders):
            result = total(orders)
    Good:
        # file: tests/test_hardware.py
        def test_total(orders):
            assert total(orders) == 3
    Good:
        # file: tests/test_hardware.py
        def test_close_does_not_raise(orders):
            orders.close()
    Suppress:
        Where that it runs is the point: say so in the test's name or its docstring.
    """
    if not is_test(function) or function.is_generator:
        return
    if _says_so(function) and not _collects_last(function):
        return
    if any("fixture" in one.text or ("mark." in one.text and "parametrize" not in one.text)
           for one in function.decorators):  # fmt: skip
        return
    cls = function.cls
    if cls is not None and has_unknown_base(cls, report.index) and function.is_method:
        # An unknown base may assert in its tear-down.
        return
    if _collects_last(function):
        if not _asserts(function):
            _tell(function, report)
        return
    body = [one for one in statements(function.body) if not _is_string(one)]
    if _is_deliberately_empty(body) or not _computes(function, body):
        return
    if not any(True for _ in own_calls(function)):
        return  # Only syntax, constants or attributes: that they are there is the point.
    if any(one.name in _RUNNING for one in function.parameters) or proofs(function, report.index):
        return
    if any(True for _ in function.own("try_statement", "with_statement", "while_statement")):
        return
    _tell(function, report)


def _tell(function: Function, report: Report) -> None:
    report(
        at=function.name_span,
        message=f"`{function.name[:60]}` asserts nothing.",
        why="It fails only when the code raises; a wrong result passes unseen.",
        fix="Assert the result or the effect, or say in its name that it must not raise.",
    )


def _says_so(function: Function) -> bool:
    names = [*words(function.name), *([] if function.cls is None else words(function.cls.name))]
    if not _SAYS.isdisjoint(names):
        return True
    text = function.module.text_of(function.node).lower()
    comments = [
        function.module.text_of(node).lower().lstrip("# ")
        for node, context in function.module.comment_nodes
        if function.span.start <= node.start_byte < function.span.end
    ]
    if function.docstring is not None:
        start = function.docstring.start - function.span.start
        comments.append(text[start : start + 2_000])
    return any(word in one for one in comments for word in _SPOKEN)


def _is_string(node: tree_sitter.Node) -> bool:
    return (
        node.type == "expression_statement"
        and bool(node.named_children)
        and node.named_children[0].type in ("string", "concatenated_string", "ellipsis")
    )


def _is_deliberately_empty(body: list[tree_sitter.Node]) -> bool:
    """A body of ``pass`` overrides a test of the base class."""
    return all(one.type == "pass_statement" for one in body)


def _computes(function: Function, body: list[tree_sitter.Node]) -> bool:
    """Whether the test makes a result and drops it: the last statement assigns, or makes a thing.

    A last statement that acts (``client.close()``) is as often there to show that it does not
    raise.
    """
    last = body[-1]
    if last.type != "expression_statement" or not last.named_children:
        return False
    inner = last.named_children[0]
    module = function.module
    if inner.type == "assignment":
        left = inner.child_by_field_name("left")
        return left is not None and left.type == "identifier"
    if inner.type == "await":
        inner = inner.named_children[0] if inner.named_children else inner
    if inner.type != "call":
        return inner.type in ("identifier", "attribute", "subscript", "comparison_operator")
    called = inner.child_by_field_name("function")
    name = "" if called is None else module.text_of(called).rpartition(".")[2]
    first = (words(name) or [""])[0]
    return name[:1].isupper() or first in (
        "build", "calculate", "compute", "count", "create", "decode", "encode", "fetch", "find",
        "format", "get", "list", "load", "make", "parse", "read", "render", "str", "total", "repr",
    )  # fmt: skip


def _asserts(function: Function) -> bool:
    return any(asserts(one) for one in function.own("assert_statement", "call", "raise_statement"))


def _collects_last(function: Function) -> bool:
    """Whether the last statement of a test collects output that nobody looks at."""
    body = statements(function.body)
    last = body[-1] if body else None
    if last is None or last.type != "expression_statement" or not last.named_children:
        return False
    inner = last.named_children[0]
    return inner.type == "call" and _collects(function, inner)


def _collects(function: Function, call: tree_sitter.Node) -> bool:
    """Whether the call is given an empty buffer of the test, which is never looked at again."""
    arguments = call.child_by_field_name("arguments")
    module, scope = function.module, function.scope_of_body
    for one in () if arguments is None else arguments.named_children:
        value = one.child_by_field_name("value") if one.type == "keyword_argument" else one
        if value is None or value.type != "identifier":
            continue
        name = module.text_of(value)
        bindings = scope.bindings.get(name, [])
        if len(bindings) != 1 or bindings[0].how is not Bound.ASSIGNED:
            continue
        made = bindings[0].node
        if made is None or made.type != "call":
            continue
        buffer = module.text_of(made).rpartition(".")[2]
        if buffer not in ("StringIO()", "BytesIO()", "NativeStringIO()"):
            continue
        if sum(1 for _ in mentions(module, function.node, name)) <= _BOUND_AND_GIVEN:
            return True
    return False
