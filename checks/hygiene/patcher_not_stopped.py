"""The check ``patcher-not-stopped``: a patch that outlives its test."""

from __future__ import annotations

from checks.events import Call, Value
from checks.hygiene.shared.blocks import holders
from checks.hygiene.shared.environments import may_fail_between
from checks.hygiene.shared.patchers import (
    Fate,
    fate_of_name,
    is_patcher,
    methods_with,
    started_by,
    stops_all,
)
from checks.hygiene.shared.tests import (
    calls_of_value,
    has_unknown_base,
    is_test,
    is_test_class,
    own_calls,
)
from checks.hygiene.shared.unentered import CHANGING, is_lost_change
from checks.languages.python.context import Located
from checks.model import Aspect, Confidence, Edit, Role, Severity, Span, Surface
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_STOPS_OF_A_TEST = 3
"""Mentions of ``stop`` in a test: with more, it is not plain which of them stops what."""
_MAKING = ("build", "construct", "create", "make", "new")
"""How the names of functions begin that make an object for whoever calls them."""


@check(
    id="patcher-not-stopped",
    title="Patcher is started and never stopped",
    aspect=Aspect.CLEANUP,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=calls("*.start", *CHANGING),
    cwe=(459,),
)
def patcher_not_stopped(call: Call, report: Report) -> None:
    """A patcher is started by hand and nothing stops it, or it is made and never started.

    Why:
        The patch stays for all tests that run later in the same process: they pass or fail by
        what another test left behind, and by the order in which they run. One that is only made
        replaces nothing: the test runs against the real thing.
    Bad:
        # file: tests/test_pay.py
        import unittest
        from unittest import mock

        class Pay(unittest.TestCase):
            def setUp(self):
                self.post = mock.patch("app.pay.post").start()
    Bad:
        # file: tests/test_pay.py
        import unittest
        from unittest import mock

        class Pay(unittest.TestCase):
            def setUp(self):
                patcher = mock.patch("app.pay.post")
                self.post = patcher.start()
    Bad:
        # file: tests/test_pay.py
        import unittest
        from unittest import mock

        class Pay(unittest.TestCase):
            def setUp(self):
                mock.patch("app.pay.LIMIT", 10)
    Good:
        # file: tests/test_pay.py
        import unittest
        from unittest import mock

        class Pay(unittest.TestCase):
            def setUp(self):
                patcher = mock.patch("app.pay.post")
                self.post = patcher.start()
                self.addCleanup(patcher.stop)
    Good:
        # file: tests/test_pay.py
        import unittest
        from unittest import mock

        class Pay(unittest.TestCase):
            def setUp(self):
                self.post = mock.patch("app.pay.post").start()
                self.addCleanup(mock.patch.stopall)
    Suppress:
        Where a base class that the change does not hold stops all patches.
    """
    if call.method != "start":
        if is_lost_change(call):
            _tell_lost(call, report)
        return
    patcher = started_by(call)
    if patcher is None and (listed := _listed(call)) is not None:
        _tell_listed(call, listed, report)
        return
    if patcher is None:
        return
    if call.function is None:
        _at_import(call, report)
        return
    chained = call.receiver is not None and is_patcher(call.receiver)
    stops_mock = chained and _stops_the_mock(call, report)
    if chained:
        if stops_all(call, report.index) or (not stops_mock and _is_handed_on(call)):
            return
    elif not _is_left(call, patcher, report):
        return
    unknown = call.cls is not None and has_unknown_base(call.cls, report.index)
    report(
        at=call.statement,
        message=_message(call, patcher, stops_mock=stops_mock),
        why="The patch stays in place for all tests that run after this one.",
        fix="Keep the patcher and register `self.addCleanup(patcher.stop)`."
        if call.cls is not None
        else "Use `with` or the decorator, or stop the patcher in a `finally`.",
        confidence=Confidence.LOW
        if (unknown and not stops_mock) or _is_of_own_object(call, patcher)
        else Confidence.HIGH,
        edits=_edits(call, report, chained=chained and not stops_mock),
    )


def _is_of_own_object(call: Call, patcher: Value) -> bool:
    """Whether what is patched is an object that the same test has made: it goes with the test."""
    function = call.function
    made = next((one for one in calls_of_value(patcher) if one.node == patcher.node), None)
    target = None if made is None or made.method != "object" else made.argument(0, "target")
    if function is None or target is None or target.node.type != "identifier":
        return False
    if target.text not in function.scope_of_body.bindings:
        return False
    maker = (target.origin.callee_name or target.origin.text.partition("(")[0]).rpartition(".")[2]
    return target.origin.node.type == "call" and (
        maker[:1].isupper() or maker.lstrip("_").startswith(_MAKING)
    )


def _at_import(call: Call, report: Report) -> None:
    """Report a patch that starts when the file of tests is imported, and holds for all others."""
    receiver = call.receiver
    if receiver is None or report.role is not Role.TEST or call.cls is not None:
        return
    data = call.module.source.data
    name = "" if is_patcher(receiver) else receiver.text
    if b".stopall" in data or (name and f"{name}.stop".encode() in data):
        return
    if any(True for _ in call.enclosing("if_statement")) or not _has_tests(call):
        return
    report(
        at=call.statement,
        message=f"The patcher `{receiver.short}` is started when this file is imported.",
        why="Nothing stops it: the tests of all other files of the run get the patch as well.",
        fix="Start it in `setUpModule` or a fixture and stop it there, or right after the import "
        "that needs it.",
    )


def _has_tests(call: Call) -> bool:
    return any(is_test(one) for one in call.module.functions)


def _tell_lost(call: Call, report: Report) -> None:
    """Report a patch that is made and dropped."""
    report(
        at=call,
        message=f"`{call.value().short}` is made and never started: it changes nothing.",
        why="The test runs without it: against the real thing, the real clock, or no limit.",
        fix="Enter it with `with`, use it as a decorator, or start it and stop it in a cleanup.",
    )


def _listed(call: Call) -> Value | None:
    """The patchers that a loop starts one by one: ``[one.start() for one in self.patchers]``."""
    receiver = call.receiver
    if receiver is None or receiver.node.type != "identifier":
        return None
    clauses = [one.node for one in call.enclosing("for_statement")]
    for above in call.ancestors():
        if above.kind in ("list_comprehension", "generator_expression"):
            clauses += [one for one in above.node.named_children if one.type == "for_in_clause"]
        if above.kind == "block":
            break
    for clause in clauses:
        left, right = clause.child_by_field_name("left"), clause.child_by_field_name("right")
        if left is None or right is None or call.module.text_of(left) != receiver.text:
            continue
        many = call.value(right)
        elements = many.origin.elements
        if elements and all(is_patcher(one) for one in elements):
            return many
        if _makes_patchers(many.origin):
            return many
    return None


def _makes_patchers(many: Value) -> bool:
    """Whether it is a comprehension of patchers: ``[mock.patch.object(app, n) for n in names]``."""
    if many.node.type != "list_comprehension":
        return False
    body = many.node.child_by_field_name("body")
    return body is not None and is_patcher(Value(many.module, body, many.context))


def _stopped_late(call: Call, around: Located) -> bool:
    """Whether the same test stops them, but after an assertion and not for certain."""
    function = call.function
    if function is None or not is_test(function) or around.text.count(".stop") > _STOPS_OF_A_TEST:
        return False
    stops = [one for one in own_calls(function) if one.method == "stop"]
    return bool(stops) and all(
        one.node.start_byte > call.node.end_byte
        and not any(
            above.kind in ("finally_clause", "with_statement", "except_clause")
            for above in one.context.chain()
        )
        and may_fail_between(call, one)
        for one in stops
    )


def _tell_listed(call: Call, many: Value, report: Report) -> None:
    """Report the patchers of a list, when no code around stops any."""
    around = call.function if call.cls is None else call.cls
    if around is None or stops_all(call, report.index):
        return
    if call.function is not None and _stopped_late(call, call.function):
        report(
            at=call.statement,
            message=f"The patchers of `{many.short}` are stopped only when no assertion fails.",
            why="After a failure the patches stay, and the tests that run later fail as well.",
            fix="Register `self.addCleanup(one.stop)` for each of them."
            if call.cls is not None
            else "Use an `ExitStack`, which undoes them.",
            surface=Surface.SUMMARY,
        )
        return
    if ".stop" in around.text:
        return
    unknown = call.cls is not None and has_unknown_base(call.cls, report.index)
    report(
        at=call.statement,
        message=f"The patchers of `{many.short}` are started and never stopped.",
        why="The patches stay in place for all tests that run after this one.",
        fix="Register `self.addCleanup(one.stop)` for each of them."
        if call.cls is not None
        else "Use an `ExitStack`, which undoes them.",
        confidence=Confidence.LOW if unknown else Confidence.HIGH,
    )


def _message(call: Call, patcher: Value, *, stops_mock: bool) -> str:
    if stops_mock:
        return f"`{call.assigned_to}.stop` belongs to the mock: the patcher is never stopped."
    receiver = call.receiver
    what = patcher if receiver is None else receiver
    return f"The patcher `{what.short}` is started and never stopped."


def _is_left(call: Call, patcher: Value, report: Report) -> bool:
    """Whether nothing stops the patcher that a name holds."""
    receiver = call.receiver
    if receiver is None:
        return False
    made = next(
        (one for one in calls_of_value(patcher) if one.node == patcher.node),
        None,
    )
    if made is None or made.function is None or made.is_with_item:
        return False
    return fate_of_name(made, receiver.text, report.index) is Fate.NOT_STOPPED


def _is_handed_on(call: Call) -> bool:
    """Whether someone keeps the result of a started patch under whose name it is stopped."""
    return not (call.result_is_ignored or call.assigned_to or _is_used(call))


def _is_used(call: Call) -> bool:
    above = call.parent
    return above is not None and above.kind in ("return_statement", "attribute", "argument_list",
                                                "pattern_list", "expression_list")  # fmt: skip


def _stops_the_mock(call: Call, report: Report) -> bool:
    """Whether ``stop`` is registered on the mock that ``start`` gave: it does nothing."""
    name = call.assigned_to
    if not name or call.function is None:
        return False
    functions = [call.function]
    if call.cls is not None and name.startswith("self."):
        functions = methods_with(call.cls, name, report.index)
    return any(
        one.text == f"{name}.stop"
        for function in functions
        for one, _ in holders(function.module, function.node, name, "attribute")
    )


def _edits(call: Call, report: Report, *, chained: bool) -> list[Edit]:
    """The line that registers the stop, where the test case is unittest's and it fits."""
    function, cls = call.function, call.cls
    if cls is None or function is None or not function.is_method or not function.parameters:
        return []
    if not is_test_class(cls, report.index) or function.decorators:
        return []
    owner = function.parameters[0].name
    if owner != "self" or call.statement.kind != "expression_statement":
        return []
    statement = call.statement.node
    indent = " " * statement.start_point.column
    receiver = call.receiver
    if receiver is None or "\t" in _line_start(call):
        return []
    if not chained:
        end = statement.end_byte
        return [Edit(Span(end, end), f"\n{indent}self.addCleanup({receiver.text}.stop)")]
    if call.context.scope.find("patcher") is not None:
        return []
    made = receiver.text
    span = receiver.span
    return [
        Edit(Span(statement.start_byte, statement.start_byte), f"patcher = {made}\n{indent}"),
        Edit(span, "patcher"),
        Edit(
            Span(statement.end_byte, statement.end_byte),
            f"\n{indent}self.addCleanup(patcher.stop)",
        ),
    ]


def _line_start(call: Call) -> str:
    line = call.module.source.line_of(call.statement.node.start_byte)
    text = call.module.source.line_text(line).decode("utf-8", "replace")
    return text[: len(text) - len(text.lstrip())]
