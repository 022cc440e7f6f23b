"""The check ``suboptimal-assert``: an assertion that hides the values when it fails."""

from __future__ import annotations

from typing import NamedTuple

import tree_sitter

from checks.events import UNKNOWN, Call
from checks.hygiene.shared.conditions import Comparison, bare, comparison, is_test_object
from checks.hygiene.shared.texts import words
from checks.model import Aspect, Confidence, Edit, Severity, Span, Surface
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_TRUE = {
    "==": "assertEqual",
    "!=": "assertNotEqual",
    "in": "assertIn",
    "not in": "assertNotIn",
    "is": "assertIs",
    "is not": "assertIsNot",
    "<": "assertLess",
    "<=": "assertLessEqual",
    ">": "assertGreater",
    ">=": "assertGreaterEqual",
}
_FALSE = {
    "==": "assertNotEqual",
    "!=": "assertEqual",
    "in": "assertNotIn",
    "not in": "assertIn",
    "is": "assertIsNot",
    "is not": "assertIs",
}
"""No orders here: `not a < b` is not `a >= b` for sets and NaN."""
_OPERATIONS = frozenset(
    {"cmp", "comparable", "comparing", "comparison", "comparisons", "compare", "compares",
     "contains", "contain", "containment", "eq", "equal", "equality", "equals", "equivalence",
     "ge", "gt", "hash", "hashable", "identity", "identical", "inequality", "instance",
     "instancecheck", "isinstance", "le", "lt", "membership", "ne", "not", "operator",
     "operators", "order", "ordering", "richcmp", "richcompare", "same", "singleton",
     "subclass", "sort", "sorting"}
)  # fmt: skip
"""Words of a test that is about an operator: there the operator is what is to be run."""


class _Better(NamedTuple):
    method: str
    operands: tuple[tree_sitter.Node, ...]


@check(
    id="suboptimal-assert",
    title="Assertion that hides the values",
    aspect=Aspect.ERRORS,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    surface=Surface.SUMMARY,
    once_a_file=True,
    roles=TEST_ROLES,
    on=calls(
        "*.{assertTrue,assertFalse,assert_,failUnless,failIf,assertEqual,assertEquals,"
        "assertNotEqual}"
    ),
)
def suboptimal_assert(call: Call, report: Report) -> None:
    """`assertTrue(a == b)` says "False is not true" where `assertEqual(a, b)` shows both values.

    Why:
        When the test fails on a machine that nobody can log in to, the message is all there is.
    Bad:
        # file: tests/test_routers.py
        class RouterTests(unittest.TestCase):
            def test_list(self):
                self.assertTrue("router" in self.client.list())
    Bad:
        # file: tests/test_routers.py
        class RouterTests(unittest.TestCase):
            def test_gone(self):
                self.assertEqual(self.client.find("r1"), None)
    Good:
        # file: tests/test_routers.py
        class RouterTests(unittest.TestCase):
            def test_list(self):
                self.assertIn("router", self.client.list())
    Good:
        # file: tests/test_versions.py
        class VersionTests(unittest.TestCase):
            def test_equality(self):
                self.assertTrue(Version("1.0") == Version("1.0.0"))
    Suppress:
        Where the operator itself is what the test is about.
    """
    if not is_test_object(call.receiver) or call.has_star or not call.arguments:
        return
    better = _better(call)
    if better is None or _is_about_operators(call) or _defines(call, report):
        return
    report(
        at=call,
        message=f"`{call.method}({call.arguments[0].short}…)` hides the values."
        if len(call.arguments) > 1
        else f"`{call.method}({call.arguments[0].short})` hides the values.",
        why="When it fails, the message does not show what was compared.",
        fix=f"Use `{better.method}`.",
        edits=_edits(call, better),
    )


def _better(call: Call) -> _Better | None:
    node = bare(call.arguments[0].node)
    if call.method in ("assertEqual", "assertEquals", "assertNotEqual"):
        return _better_equal(call)
    truth = call.method in ("assertTrue", "assert_", "failUnless")
    while node.type == "not_operator":
        inner = node.child_by_field_name("argument")
        if inner is None:
            return None
        node, truth = bare(inner), not truth
    if node.type == "call":
        return _better_instance(call, node, truth=truth)
    pair = comparison(node)
    if pair is None:
        return None
    return _better_comparison(pair, truth=truth)


def _better_comparison(pair: Comparison, *, truth: bool) -> _Better | None:
    method = (_TRUE if truth else _FALSE).get(pair.operator)
    if method is None:
        return None
    if pair.right.type == "none" and method in ("assertIs", "assertIsNot"):
        return _Better("assertIsNone" if method == "assertIs" else "assertIsNotNone", (pair.left,))
    return _Better(method, (pair.left, pair.right))


def _better_instance(call: Call, node: tree_sitter.Node, *, truth: bool) -> _Better | None:
    value = call.value(node)
    if value.callee_name != "isinstance":
        return None
    arguments = node.child_by_field_name("arguments")
    operands = () if arguments is None else tuple(arguments.named_children)
    if len(operands) != 2 or any(
        one.type in ("comment", "list_splat", "keyword_argument") for one in operands
    ):
        return None
    return _Better("assertIsInstance" if truth else "assertNotIsInstance", operands)


def _better_equal(call: Call) -> _Better | None:
    if len(call.arguments) < 2:
        return None
    left, right = (bare(one.node) for one in call.arguments[:2])
    for one, other in ((left, right), (right, left)):
        if other.type == "none" and one.type != "none":
            equal = call.method != "assertNotEqual"
            return _Better("assertIsNone" if equal else "assertIsNotNone", (one,))
        if other.type not in ("true", "false"):
            continue
        truth = (other.type == "true") == (call.method != "assertNotEqual")
        if one.type == "call":
            return _better_instance(call, one, truth=truth)
        pair = comparison(one)
        if pair is not None and pair.operator in ("in", "not in"):
            return _better_comparison(pair, truth=truth)
    return None


def _is_about_operators(call: Call) -> bool:
    function = call.function
    if function is None:
        return False
    names = [function.name, "" if call.cls is None else call.cls.name]
    if any(not _OPERATIONS.isdisjoint(words(one)) for one in names):
        return True
    condition = bare(call.arguments[0].node)
    pair = comparison(condition)
    if pair is None or pair.operator not in ("==", "!="):
        return False
    if any(call.value(one).constant is not UNKNOWN for one in (pair.left, pair.right)):
        return False
    # The same operands under == and under != : the test is about both operators.
    module = call.module
    mine = {module.text_of(pair.left), module.text_of(pair.right)}
    return any(
        (other := comparison(one.node)) is not None
        and other.operator in ("==", "!=", "is", "is not")
        and other.operator != pair.operator
        and {module.text_of(other.left), module.text_of(other.right)} == mine
        for one in module.within(function.node, "comparison_operator")
    )


def _defines(call: Call, report: Report) -> bool:
    """Whether the class has an assertion of that name of its own."""
    return call.cls is not None and call.method in report.index.methods(call.cls)


def _edits(call: Call, better: _Better) -> list[Edit]:
    method = call.target.node.child_by_field_name("attribute")
    if method is None:
        return []
    replaced = 1 if call.method.startswith(("assertTrue", "assertFalse", "assert_", "fail")) else 2
    span = Span(call.arguments[0].span.start, call.arguments[replaced - 1].span.end)
    # A comment between the operands would be lost, or would comment out what follows it.
    if any(span.start <= comment.start_byte < span.end for comment, _ in call.module.comment_nodes):
        return []
    text = ", ".join(call.module.text_of(one) for one in better.operands)
    return [Edit(Span(*method.byte_range), better.method), Edit(span, text)]
