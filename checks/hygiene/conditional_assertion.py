"""The check ``conditional-assertion``: the only assertions of a test may never run."""

from __future__ import annotations

import bisect
import itertools

import tree_sitter

from checks.events import Call, Function, Value, as_call, calls_of
from checks.hygiene.shared.assertions import asserts, is_failure
from checks.hygiene.shared.blocks import block_of, following, mentions, statements
from checks.hygiene.shared.conditions import bare
from checks.hygiene.shared.equalities import used_in
from checks.hygiene.shared.proving import proofs
from checks.hygiene.shared.tests import MAX_CALLS, is_given_many, is_test
from checks.hygiene.shared.texts import words
from checks.languages.python.context import Located
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import FUNCTIONS, TEST_ROLES, check
from checks.report import Report

_PAIR = 2
_MOST_LOOPS = 30
"""Loops of one function that are looked at."""
_NEAR = 10
"""Statements after a loop in which its variable is looked for."""
_EXPECTED = frozenset({"expect", "expected", "expects", "expecting", "wanted"})
_WRAPPERS = frozenset({"enumerate", "list", "reversed", "set", "sorted", "tuple"})
_SURE = frozenset(
    {"attr.fields", "attrs.fields", "dataclasses.fields",
     "range", "itertools.product", "itertools.permutations", "itertools.combinations",
     "itertools.count", "itertools.repeat", "itertools.cycle", "itertools.chain", "zip", "iter",
     "dir", "vars", "inspect.getmembers", "pkgutil.iter_modules", "pkgutil.walk_packages"}
)  # fmt: skip
_REQUESTS = frozenset({"get", "post", "put", "patch", "options", "request", "open"})
_CLIENTS = ("client", "session", "requests", "api")
_FIXED = ("platform", "version", "sys.", "os.name", "HAS_", "HAVE_", "has_", "hasattr", "importlib",
          "implementation", "PYPY", "pypy", "WINDOWS", "IS_", "__debug__")  # fmt: skip
"""What a condition on the machine speaks of: there the assertion does run, elsewhere."""


@check(
    id="conditional-assertion",
    title="Assertion that may never run",
    aspect=Aspect.ERRORS,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=FUNCTIONS,
    cwe=(670,),
)
def conditional_assertion(function: Function, report: Report) -> None:
    """All assertions of a test stand in a loop, or under an `if`, that may not be entered.

    Why:
        When the list comes back empty, or the condition is false, the test passes without having
        proved anything.
    Bad:
        # file: tests/test_jobs.py
        def test_jobs(client):
            for job in client.list():
                assert job.ok
    Good:
        # file: tests/test_jobs.py
        def test_jobs(client):
            jobs = client.list()
            assert jobs
            for job in jobs:
                assert job.ok
    Good:
        # file: tests/test_jobs.py
        def test_states(client):
            for state in ("new", "done"):
                assert client.count(state) == 1
    Suppress:
        Where the collection cannot be empty.
    """
    if function.body is None:
        return
    _after_loops(function, report)
    _one_way(function, report)
    if not is_test(function):
        return
    if not _may_hold(statements(function.body)):
        return
    found = [one for one in proofs(function, report.index) if one.function is function]
    if not found or any(True for one in function.own("yield")):
        return
    holder = _holder(function, found)
    if holder is None:
        return
    if is_given_many(function):
        return  # Some of the values are not empty, and meet the condition.
    if holder.type == "for_statement":
        _loop(function, holder, report)
    elif holder.type == "if_statement" and not all(_is_failure(one) for one in found):
        _branch(function, holder, report)


def _after_loops(function: Function, report: Report) -> None:
    """Report an assertion after a loop that asks for the loop's variable: for the last one only.

    The loop must have asserted the same kind of thing of each, and leave nothing to search for.
    """
    for loop in itertools.islice(function.own("for_statement"), _MOST_LOOPS):
        left, body = loop.child("left"), loop.child("body")
        if left is None or body is None or left.type != "identifier":
            continue
        name = function.module.text_of(left)
        if "break" in loop.text or "return" in loop.text:
            continue
        asked = {one.method for one in calls_of(function.module, body) if _asks(one, name)}
        if not asked or len(function.scope_of_body.bindings.get(name, [])) != 1:
            continue
        for statement in following(loop)[:_NEAR]:
            later = next(
                (one for one in calls_of(function.module, statement)
                 if one.method in asked and _asks(one, name)),
                None,
            )  # fmt: skip
            if later is not None and not any(True for _ in later.enclosing("for_statement")):
                report(
                    at=later,
                    message=f"After its loop `{name}` is only the last one, or none at all.",
                    why="The others are never asked this, and an empty result is an error here.",
                    fix="Move it into the loop, or pick the one that is meant.",
                )
                return


def _asks(call: Call, name: str) -> bool:
    """Whether an assertion is given just what a name holds."""
    return asserts(call) and any(one.text == name for one in call.arguments)


def _one_way(function: Function, report: Report) -> None:
    """Report a loop over a result that only asks whether each of it is among the expected.

    ``for one in found: assertIn(one, expected)`` holds for an empty result as well, and for one
    that lacks most of what is expected.
    """
    for loop in itertools.islice(function.own("for_statement"), _MOST_LOOPS):
        left, right, body = loop.child("left"), loop.child("right"), loop.child("body")
        if left is None or right is None or body is None or right.type != "identifier":
            continue
        inside = statements(body)
        asked = next(iter(calls_of(function.module, inside[0])), None) if inside else None
        if asked is None or len(inside) > 1 or asked.statement.node != inside[0]:
            continue
        if asked.method != "assertIn" or len(asked.arguments) < _PAIR:
            continue
        one, among = asked.arguments[:_PAIR]
        result = function.module.text_of(right)
        if one.text != function.module.text_of(left) or not among.text.isidentifier():
            continue
        if _EXPECTED.isdisjoint(words(among.text)) or not _EXPECTED.isdisjoint(words(result)):
            continue
        others = function.own("call", "assert_statement")
        looked_at = any(
            asserts(other) and used_in(function, other, result)
            for other in itertools.islice(others, MAX_CALLS)
            if other.node != asked.node
        )
        if looked_at or function.scope_of_body.bindings.get(result) is None:
            continue
        report(
            at=loop.value(right),
            message=f"Nothing of `{among.short}` need be in `{result[:60]}`, which may be empty.",
            why="The test passes when all that is expected is missing.",
            fix="Compare the two, in any order: `assertCountEqual`, or as sets.",
        )
        return


def _may_hold(body: list[tree_sitter.Node]) -> bool:
    """Whether one statement, in plain blocks or not, could hold all that the test proves."""
    blocks = list(body)
    for one in blocks:
        if one.type in ("for_statement", "if_statement"):
            return True
        if one.type == "with_statement":
            blocks += block_of(one)
    return False


def _holder(function: Function, found: list[Located]) -> tree_sitter.Node | None:
    """The one statement of the test's body, within plain blocks, that holds all its proofs."""
    body = statements(function.body)
    while True:
        starts = [one.start_byte for one in body]
        numbers = set[int]()
        for proof in found:
            number = bisect.bisect_right(starts, proof.node.start_byte) - 1
            if number >= 0 and proof.node.end_byte <= body[number].end_byte:
                numbers.add(number)
        if len(numbers) != 1:
            return None
        holder = body[numbers.pop()]
        if holder.type != "with_statement":
            return holder
        inner = block_of(holder)
        start = inner[0].start_byte if inner else holder.end_byte
        if any(proof.node.start_byte < start for proof in found):
            return None  # "with raises(...)" is a proof itself.
        body = inner


def _is_failure(proof: Located) -> bool:
    """Whether it always fails: then the condition above it is what is asserted."""
    call = as_call(proof)
    if proof.kind == "raise_statement" or (call is not None and is_failure(call)):
        return True
    above = proof.parent  # "raise AssertionError(...)"
    return above is not None and above.kind == "raise_statement"


def _loop(function: Function, loop: tree_sitter.Node, report: Report) -> None:
    right = loop.child_by_field_name("right")
    if right is None or loop.child_by_field_name("alternative") is not None:
        return
    context = next(
        (one.context for one in function.own("for_statement") if one.node == loop), function.inner
    )
    values = Value(function.module, right, context)
    if loop.children[0].type == "async" or not _may_be_empty(values, function):
        return
    report(
        at=right,
        message=f"All assertions stand in a loop over `{values.short}`, which may be empty.",
        why="When it is, the test passes without having proved anything.",
        fix="Assert first that it is not empty, or how many there are.",
    )


def _may_be_empty(value: Value, function: Function) -> bool:
    """Whether what is looped over is the result of a call that nothing is known about."""
    node = bare(value.origin.node)
    here = value.origin
    for _ in range(4):
        if node.type in ("subscript", "attribute"):
            answer = _answer(here)
            return answer is not None and _is_answer(answer)
        if node.type != "call":
            return False
        name = (here.callee_name or "").removeprefix("six.moves.")
        arguments = node.child_by_field_name("arguments")
        operands = [] if arguments is None else arguments.named_children
        if name in _WRAPPERS and operands:
            here = Value(here.module, operands[0], here.context).origin
            node = bare(here.node)
            continue
        if name in _SURE or name.startswith("itertools."):
            return False
        answer = _answer(here)
        if answer is not None and answer.node != here.node:
            return _is_answer(answer)
        text = here.text
        called = text.partition("(")[0]
        if called.rpartition(".")[2] in ("items", "keys", "values", "split", "splitlines"):
            owner = node.child_by_field_name("function")
            inner = None if owner is None else owner.child_by_field_name("object")
            if inner is None:
                return False
            here = Value(here.module, inner, here.context).origin
            node = bare(here.node)
            continue
        return _is_result(here, function)
    return False


def _lists_files(value: Value) -> bool:
    """Whether it is ``Path("data").glob("*.txt")``: nothing may match."""
    called = value.node.child_by_field_name("function")
    text = "" if called is None else value.module.text_of(called)
    return value.callee_name == "glob.glob" or text.endswith((".glob", ".rglob"))


def _answer(value: Value) -> Value | None:
    """What a part of an answer is taken from: ``get("/a")`` of ``get("/a").json()["rows"]``."""
    here = value
    for _ in range(6):
        node = bare(here.node)
        if node.type == "call":
            called = node.child_by_field_name("function")
            if called is None or called.type != "attribute":
                return here
            if here.module.text_of(called).rpartition(".")[2] not in ("json", "get_json"):
                return here
            inner = called.child_by_field_name("object")
        else:
            inner = node.child_by_field_name("object") or node.child_by_field_name("value")
        if inner is None:
            return None
        here = Value(here.module, inner, here.context).origin
    return None


def _is_answer(value: Value) -> bool:
    """Whether it is a request of a client: its path is a literal, and its answer may be empty."""
    called = value.node.child_by_field_name("function")
    text = "" if called is None else value.module.text_of(called)
    owner, _, method = text.rpartition(".")
    return method in _REQUESTS and owner.rpartition(".")[2].endswith(_CLIENTS)


def _is_result(value: Value, function: Function) -> bool:
    """Whether the call is made in the test itself, on something that may hold nothing."""
    if _lists_files(value):
        return True
    start, end = function.span
    called = value.node.child_by_field_name("function")
    text = "" if called is None else function.module.text_of(called)
    own = text.startswith(("self.", "cls.")) and text.count(".") == 1
    makers = {one.name for one in function.parameters} | function.module.functions_by_name.keys()
    if own or not text or text in makers:
        return False  # A helper or a fixture that makes the cases.
    if not start <= value.span.start < end:
        return False
    arguments = value.node.child_by_field_name("arguments")
    given = [] if arguments is None else arguments.named_children
    # What is made from literals, as "parse('a, b')", holds what they hold.
    return not any(
        one.type in ("string", "list", "tuple", "dictionary", "integer", "concatenated_string",
                     "generator_expression", "list_comprehension")
        for one in given
    )  # fmt: skip


def _branch(function: Function, branch: tree_sitter.Node, report: Report) -> None:
    condition = branch.child_by_field_name("condition")
    if condition is None or any(
        one.type in ("else_clause", "elif_clause") for one in branch.named_children
    ):
        return
    text = function.module.text_of(condition)
    if any(word in text for word in _FIXED) or _asks_for_case(function, condition):
        return
    shown = Value(function.module, condition, function.inner).short
    report(
        at=condition,
        message=f"All assertions stand under `if {shown}`.",
        why="When the condition is false, the test passes without having proved anything.",
        fix="Assert the condition itself, or make two tests of it.",
    )


def _asks_for_case(function: Function, condition: tree_sitter.Node) -> bool:
    """Whether the condition is on a parameter, or on a constant of the module."""
    module = function.module
    names = [one.name for one in function.parameters if one.name not in ("self", "cls")]
    if any(any(True for _ in mentions(module, condition, name)) for name in names):
        return True
    stack = [condition]
    while stack:
        node = stack.pop()
        if node.type == "identifier":
            scope = function.inner.scope.find(module.text_of(node))
            if scope is not None and scope.kind == "function":
                return False
        stack.extend(node.named_children)
    return True
