"""The check ``useless-comparison``: a comparison whose result nobody looks at."""

from __future__ import annotations

import re2
import tree_sitter

from checks.events import Call, Function, Node, as_call
from checks.hygiene.shared.blocks import block_of, mentions, nested, statements
from checks.hygiene.shared.tests import is_test, is_test_class
from checks.model import Aspect, Confidence, Edit, Severity, Span
from checks.registry import TEST_ROLES, check, nodes
from checks.report import Report

_EXPECTING = ("raise", "warn", "deprecat", "suppress", "error", "benchmark", "assert", "expect",
              "patch", "mock", "fail")  # fmt: skip
_BENCHMARKS = frozenset({"benchmark", "bench", "timer"})
_OF_TEXTS = frozenset(
    {"casefold", "expandtabs", "ljust", "lower", "lstrip", "removeprefix", "removesuffix",
     "replace", "rjust", "rstrip", "strip", "upper", "zfill"}
)  # fmt: skip
"""Methods of texts that give a new text and change nothing."""

_DUNDER = "__"
_FEW = 5
"""Nodes in a loop that holds one statement: it and its comments."""
_OPERATOR = re2.compile(r"__(?:eq|ne|lt|le|gt|ge|contains|iter|getitem|cmp|bool)__")
_QUERIES = frozenset({"peewee", "pony", "sqlalchemy", "sqlmodel"})
"""Libraries whose operators build expressions of queries."""


@check(
    id="useless-comparison",
    title="Comparison whose result is thrown away",
    aspect=Aspect.ERRORS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    once=True,
    on=nodes("expression_statement"),
    cwe=(670,),
)
def useless_comparison(event: Node, report: Report) -> None:
    """A comparison stands alone as a statement of a test: ``assert`` is missing in front of it.

    Why:
        The comparison is made and its result dropped, so the test passes whatever it gives.
    Bad:
        # file: tests/test_api.py
        def test_status(response):
            response.status == 200
    Bad:
        # file: tests/test_api.py
        async def test_body(response, payload):
            await response.read() == payload
    Good:
        # file: tests/test_api.py
        def test_status(response):
            assert response.status == 200
    Good:
        # file: tests/test_order.py
        import pytest

        def test_no_order(left, right):
            with pytest.raises(TypeError):
                left < right
    Suppress:
        Where the comparison itself is what must not raise; better still, assert its result.
    """
    parts = event.children()
    if len(parts) == 1 and parts[0].type == "call":
        _text_left_alone(event, report)
        return
    if len(parts) == 1 and parts[0].type == "assignment":
        _set_at_the_end(event, parts[0], report)
        return
    if not parts or len(parts) > 2 or parts[0].type != "comparison_operator":
        return
    function = event.function
    if function is None or not _is_checked(function, report):
        return
    if _is_exercise(event) or _is_repeated(event) or _is_act(event, parts[0]):
        return
    text = event.value(parts[0]).short
    report(
        at=event,
        message=f"The result of `{text}` is thrown away.",
        why="The test passes whatever the comparison gives.",
        fix="Put `assert` in front of it.",
        confidence=Confidence.LOW if _builds(event, parts[0]) else Confidence.HIGH,
        edits=[Edit(Span(event.span.start, event.span.start), "assert ")],
    )


def _set_at_the_end(event: Node, assignment: tree_sitter.Node, report: Report) -> None:
    """Report ``term.text = expected[i]`` as the last step of a test: ``==`` was meant."""
    function = event.function
    left, right = (assignment.child_by_field_name(one) for one in ("left", "right"))
    if function is None or left is None or right is None or left.type != "attribute":
        return
    owner = left.child_by_field_name("object")
    if owner is None or owner.type != "identifier" or not is_test(function):
        return
    if not _is_last(event, function) or _is_exercise(event) or not _is_expected(right, function):
        return
    holder = event.module.text_of(owner)
    if holder in ("self", "cls") or not _is_own(holder, function):
        return
    report(
        at=event,
        message=f"`{event.value(assignment).short}` sets what it was to compare.",
        why="Nothing looks at it afterwards: the test passes whatever the code gave.",
        fix="Write `assert … == …`.",
        edits=[
            Edit(
                event.span,
                f"assert {event.module.text_of(left)} == {event.module.text_of(right)}",
            )
        ],
    )


def _is_last(event: Node, function: Function) -> bool:
    """Whether it is the last statement of the test, or of a loop or ``with``."""
    body = statements(function.body)
    for _ in range(_FEW):
        if not body:
            return False
        if body[-1] == event.node:
            return True
        if body[-1].type not in ("for_statement", "with_statement"):
            return False
        body = block_of(body[-1])
    return False


def _is_own(name: str, function: Function) -> bool:
    """Whether the test binds the name itself: in a loop, or to what a call gave."""
    scope = function.scope_of_body
    return name in scope.bindings and not any(one.name == name for one in function.parameters)


def _is_expected(right: tree_sitter.Node, function: Function) -> bool:
    """Whether what is expected stands there: by its name, or as a case of the test."""
    node = right
    for _ in range(_FEW):
        inner = node.child_by_field_name("value") or node.child_by_field_name("object")
        if node.type not in ("subscript", "attribute") or inner is None:
            break
        node = inner
    if node.type != "identifier":
        return False
    name = function.module.text_of(node)
    if name.startswith(("expected", "want", "should_be")):
        return True
    return any(one.name == name for one in function.parameters) and any(
        "parametrize" in one.text.partition("(")[0]
        and name in one.text.partition("[")[0].replace(",", " ").replace('"', " ").split()
        for one in function.decorators
    )


def _text_left_alone(event: Node, report: Report) -> None:
    """Report ``name.replace("a", "b")`` as a statement: the text that it gives is dropped."""
    call = next(
        (
            made
            for one in event.module.within(event.node, "call")
            if one.node == event.children()[0] and (made := as_call(one)) is not None
        ),
        None,
    )
    if call is None or call.receiver is None or call.function is None:
        return
    name = call.receiver
    if name.node.type != "identifier" or not _makes_text(call) or _is_exercise(event):
        return
    # Only where the text is looked at afterwards was it meant to have changed.
    if _last_mention(call.function, name.text) <= event.node.end_byte:
        return
    report(
        at=event,
        message=f"The text that `{call.value().short}` gives is thrown away.",
        why=f"Texts never change: `{name.short}` is what it was before.",
        fix=f"Write `{name.short} = …`.",
        edits=[Edit(Span(event.span.start, event.span.start), f"{name.text} = ")],
    )


def _last_mention(function: Function, name: str) -> int:
    """Where the function names something for the last time."""
    found = mentions(function.module, function.node, name)
    return function.module.remember(
        (_last_mention, function, name), lambda: max((one.start_byte for one in found), default=0)
    )


def _makes_text(call: Call) -> bool:
    """Whether it is a method of texts, called as only those are."""
    if call.method not in _OF_TEXTS or call.keywords or call.has_star:
        return False
    texts = [isinstance(one.constant, (str, bytes)) for one in call.arguments]
    if call.method == "replace":
        return len(texts) in (2, 3) and any(texts[:2])
    if call.method in ("removeprefix", "removesuffix"):
        return texts == [True]
    if call.method in ("lower", "upper", "casefold", "expandtabs"):
        return not texts and _is_text(call)
    return all(texts) and _is_text(call)


def _is_text(call: Call) -> bool:
    """Whether what the name holds is seen to be a text."""
    receiver = call.receiver
    made = () if receiver is None else receiver.assignments
    return bool(made) and all(isinstance(one.constant, str) or one.built for one in made)


def _is_checked(function: Function, report: Report) -> bool:
    """Whether the function is a test or a helper of tests, which no one hands to ``raises``."""
    if nested(function) or function.name.startswith(_DUNDER):
        return False
    if any(one.name in _BENCHMARKS for one in function.parameters):
        return False
    if function.name.startswith("bench"):
        return False
    if is_test(function):
        return True
    return function.is_method and is_test_class(function.cls, report.index)


def _is_exercise(event: Node) -> bool:
    """Whether the comparison is made to see what it does: raise, warn, or call something."""
    for value in event.entered():
        if any(word in value.text[:200].lower() for word in _EXPECTING):
            return True
    for block in event.enclosing("with_statement"):
        if len(block_of(block.node)) == 1:
            return True
    for block in event.enclosing("try_statement"):
        if any(one.type.startswith("except") for one in block.node.named_children):
            return True
    return False


def _builds(event: Node, comparison: tree_sitter.Node) -> bool:
    """Whether it may build an expression of a query, which a test can do for what else it does."""
    side = comparison.named_children[0]
    value = event.value(side)
    names = [value.name or "", value.origin.callee_name or ""]
    owner = side.child_by_field_name("object") if side.type == "attribute" else None
    while owner is not None and owner.type == "attribute":
        owner = owner.child_by_field_name("object")
    if owner is not None and owner.type == "identifier":
        root = event.value(owner)
        if root.text[:1].isupper() and not root.text.isupper():
            return _of_queries(event)
        names += [root.name or "", root.origin.callee_name or ""]
    made = value.origin.callee_name or ""
    for cls in event.module.classes_by_name.get(made.rpartition(".")[2].rpartition(":")[2], []):
        names += [base.name or "" for base in cls.bases]
    return any(name.partition(".")[0] in _QUERIES for name in names)


def _of_queries(event: Node) -> bool:
    return any(one.partition(".")[0] in _QUERIES for one in event.module.imported_modules)


def _is_repeated(event: Node) -> bool:
    """Whether a loop does nothing else, and always the same: the comparison's speed is measured."""
    for loop in event.enclosing("for_statement", "while_statement"):
        target = loop.node.child_by_field_name("left")
        body = loop.node.child_by_field_name("body")
        if loop.kind != "for_statement" or target is None or body is None:
            return False
        if body.named_child_count > _FEW:
            return False
        name = event.module.text_of(target)
        alone = block_of(loop.node) == [event.node]
        return alone and not any(True for _ in mentions(event.module, event.node, name))
    return False


def _is_act(event: Node, comparison: tree_sitter.Node) -> bool:
    """Whether the comparison is an act and not a question: its operators are what is tested.

    Both sides are the same, the test defines a class with such an operator, or the next statement
    asserts which calls were made: ``left == right; assert left.calls == ["__eq__"]``.
    """
    module, function = event.module, event.function
    operands = [one for one in comparison.named_children if one.type != "comment"]
    texts = [module.text_of(one) for one in operands]
    if len(texts) > 1 and len(set(texts)) == 1:
        return True
    inner = [] if function is None else module.within(function.node, "class_definition")
    if any(_OPERATOR.search(one.text) for one in inner):
        return True
    above = event.parent
    rest = [] if above is None else statements(above.node)
    later = [one for one in rest if one.start_byte >= event.node.end_byte]
    if not later:
        return False
    following = module.text_of(later[0])
    if "assert" not in following:
        return False
    names = [text for text, one in zip(texts, operands, strict=True) if one.type == "identifier"]
    return any(f"{one}." in following for one in names) or "call" in following.lower()
