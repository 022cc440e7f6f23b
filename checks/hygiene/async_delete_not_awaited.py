"""The check ``async-delete-not-awaited``: a thing is used again before its deletion has ended."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.events import Call, Function, calls_of
from checks.hygiene.shared.assertions import is_assertion
from checks.hygiene.shared.blocks import following, mentions
from checks.hygiene.shared.tests import is_setup, is_teardown, is_test, own_calls
from checks.hygiene.shared.texts import words
from checks.hygiene.shared.waiting import is_sleep
from checks.model import Aspect, Confidence, Edit, Severity, Span
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_DELETING = frozenset({"delete", "destroy", "remove", "terminate", "deprovision"})
_CREATING = frozenset(
    {"allocate", "boot", "build", "create", "deploy", "launch", "make", "post", "provision",
     "spawn", "start"}
)  # fmt: skip
_WAITING = frozenset({"await", "eventually", "poll", "until", "wait"})
_GONE = frozenset({"delete", "deleted", "deletion", "gone", "removed", "terminated"})
_NEAR = 2
"""Statements after the deletion in which the thing would be used again."""


@check(
    id="async-delete-not-awaited",
    title="Deletion is not awaited before what it frees is used again",
    aspect=Aspect.CLEANUP,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    roles=TEST_ROLES,
    on=calls(),
    cwe=(362,),
)
def async_delete_not_awaited(call: Call, report: Report) -> None:
    """A deletion that only begins is followed at once by a creation that needs its place.

    Why:
        A service that works in the background answers a deletion before it is done. What the
        next step needs (a slot, a name, a quota) may still be taken: the test passes on a fast
        machine and fails on a slow one.
    Bad:
        # file: tests/test_servers.py
        class Tests(Base):
            def test_reuse(self):
                first = self._create_server("host1")
                self._wait_for_state(first, "ACTIVE")
                self._delete_server(first)
                second = self._create_server("host1")
                self._wait_for_state(second, "ACTIVE")
    Good:
        # file: tests/test_servers.py
        class Tests(Base):
            def test_reuse(self):
                first = self._create_server("host1")
                self._wait_for_state(first, "ACTIVE")
                self._delete_server(first)
                self._wait_until_deleted(first)
                second = self._create_server("host1")
                self._wait_for_state(second, "ACTIVE")
    Good:
        # file: tests/test_users.py
        def test_recreate(session):
            user = create_user(session, "ann")
            session.delete(user)
            again = create_user(session, "ann")
            assert again.name == "ann"
    Suppress:
        Where the service is known to delete before it answers.
    """
    verb = _verb(call.method, _DELETING)
    function = call.function
    if not verb or function is None or not call.result_is_ignored or not call.arguments:
        return
    if is_teardown(function) or not (is_test(function) or is_setup(function)):
        return
    thing = _plain_name(call.arguments[0].node, call)
    if not thing or _waits_itself(call, report):
        return
    # A helper of the class that waits for a deletion tells as much as a wait in the test.
    if not _is_waited_for(function, thing, call) and not _helper(call, report):
        return
    again = _used_again(call, thing)
    if again is None:
        return
    helper = _helper(call, report)
    report(
        at=call.statement,
        message=f"`{call.target.short}` of `{thing}` is not awaited before "
        f"`{again.target.short}` needs what it frees.",
        why="The deletion may still be running then, so the test can fail on a slow machine.",
        fix=f"Call `{helper}({thing})` right after the deletion."
        if helper
        else "Wait until it is gone before the next step.",
        edits=[_wait(call, helper, thing)] if helper else [],
    )


def _verb(name: str, verbs: frozenset[str]) -> str:
    first = words(name)[:1]
    return first[0] if first and first[0] in verbs else ""


def _plain_name(node: tree_sitter.Node, call: Call) -> str:
    """The name of the thing in ``job``, ``job.id``, ``job["id"]``."""
    for _ in range(4):
        if node.type == "identifier":
            name = call.module.text_of(node)
            return "" if name in ("self", "cls") else name
        inner = node.child_by_field_name("object") or node.child_by_field_name("value")
        if inner is None:
            return ""
        node = inner
    return ""


def _is_wait(call: Call) -> bool:
    return not _WAITING.isdisjoint(words(call.method))


def _is_waited_for(function: Function, thing: str, call: Call) -> bool:
    """Whether the test waits for the thing itself, or a wait helper is for its kind.

    That is what tells a service that works in the background from a plain library.
    """
    noun = _noun(call.method)
    makers = {made.target.text for made in own_calls(function) if made.assigned_to == thing}
    siblings = {
        made.assigned_to
        for made in own_calls(function)
        if made.assigned_to and made.target.text in makers
    }
    for one in own_calls(function):
        if not _is_wait(one):
            continue
        if noun and noun in words(one.method):
            return True
        arguments = [*one.arguments, *one.keywords.values()]
        if any(_plain_name(value.node, call) in {thing, *siblings} for value in arguments):
            return True
    return False


def _noun(method: str) -> str:
    """What is deleted, by the name: ``server`` of ``_delete_server``."""
    rest = [one for one in words(method) if one not in _DELETING]
    return rest[0] if len(rest) == 1 else ""


def _waits_itself(call: Call, report: Report) -> bool:
    """Whether the deleting helper waits, as far as the change holds its code."""
    helper = _helper_function(call, report)
    if helper is None:
        return any(not _WAITING.isdisjoint(words(name)) for name in call.keywords)
    return any(_is_wait(one) or is_sleep(one) for one in calls_of(helper.module, helper.node)) or (
        any(True for _ in helper.own("while_statement"))
    )


def _helper_function(call: Call, report: Report) -> Function | None:
    if call.receiver is not None and call.receiver.text in ("self", "cls"):
        return None if call.cls is None else report.index.methods(call.cls).get(call.method)
    if call.receiver is None and call.name is not None:
        return report.index.find_function(call.name)
    return None


def _used_again(call: Call, thing: str) -> Call | None:
    """The creation within the next statements, when nothing looks at the thing before it."""
    module = call.module
    makers = [
        one.target.text
        for one in own_calls(call.function) if one.assigned_to == thing
    ] if call.function is not None else []  # fmt: skip
    noun = _noun(call.method)
    for node in following(call)[:_NEAR]:
        found = [one for one in _calls_in(call, node) if one.function is call.function]
        if any(_is_wait(one) or is_sleep(one) for one in found):
            return None
        if any(is_assertion(one) for one in found) and _speaks_of(call, node, thing):
            return None
        if node.type in ("for_statement", "while_statement", "try_statement", "assert_statement"):
            return None
        for one in found:
            if one.target.text in makers:
                return one
            if _verb(one.method, _CREATING) and noun and noun in words(one.method):
                return one
        if module.text_of(node).startswith("return"):
            return None
    return None


def _calls_in(call: Call, node: tree_sitter.Node) -> Iterator[Call]:
    return calls_of(call.module, node)


def _speaks_of(call: Call, node: tree_sitter.Node, thing: str) -> bool:
    return next(mentions(call.module, node, thing), None) is not None


def _helper(call: Call, report: Report) -> str:
    """The helper of the class chain that waits for a deletion and takes just the thing."""
    if call.cls is None:
        return ""
    for name, method in report.index.methods(call.cls).items():
        parts = set(words(name))
        if _WAITING.isdisjoint(parts) or parts.isdisjoint(
            {"deleted", "delete", "gone", "deletion"}
        ):
            continue
        needed = [one for one in method.parameters if one.default is None and not one.kind]
        if len(needed) == 2 and not method.is_async:
            return f"self.{name}"
    return ""


def _wait(call: Call, helper: str, thing: str) -> Edit:
    end = call.statement.node.end_byte
    column = call.statement.node.start_point.column
    return Edit(Span(end, end), "\n" + " " * column + f"{helper}({thing})")
