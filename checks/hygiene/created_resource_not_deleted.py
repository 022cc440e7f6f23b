"""The check ``created-resource-not-deleted``: what a test makes by an API and leaves there."""

from __future__ import annotations

from checks.events import Call
from checks.hygiene.shared.releases import Creation, Holder
from checks.hygiene.shared.tests import is_test, own_calls, preparations
from checks.hygiene.shared.texts import words
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_FOLDERS = frozenset({"functional", "e2e", "smoke", "smoketests", "integration", "scenario",
                      "tempest", "acceptance", "system", "live"})  # fmt: skip
_MAKING = frozenset({"create", "post", "boot", "provision", "launch", "upload"})
_CLIENTS = frozenset(
    {"api", "client", "admin", "service", "cloud", "conn", "connection", "manager"}
)
_ACTIONS = frozenset({"action", "actions"})
"""What is posted so does something to what is there already."""
_RESETTING = ("Database", "reset", "InMemory", "Fake", "rollback", "transaction", "flush",
              "tmp_path", "testing", "Mock", "mock")  # fmt: skip
_DELETING = ("delete", "destroy", "terminate", "cleanup", "teardown", "purge", "remove")


@check(
    id="created-resource-not-deleted",
    title="Resource created through an API and never deleted",
    aspect=Aspect.CLEANUP,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=calls(),
)
def created_resource_not_deleted(call: Call, report: Report) -> None:
    """A functional test creates something through an API, and nothing deletes it.

    Why:
        On a service that outlives the test, what is left uses up quotas and names, and other tests
        list what they did not create.
    Bad:
        # file: tests/functional/test_servers.py
        class TestServers(Functional):
            def test_create(self):
                self.api.post_server({"server": {"name": "a"}})
                self.assertEqual(1, self.api.count())
    Good:
        # file: tests/functional/test_servers.py
        class TestServers(Functional):
            def test_create(self):
                server = self.api.post_server({"server": {"name": "a"}})
                self.addCleanup(self.api.delete_server, server["id"])
                self.assertEqual(1, self.api.count())
    Suppress:
        Where a fixture resets the service between the tests.
    """
    function = call.function
    if function is None or not is_test(function) or call.receiver is None:
        return
    if _FOLDERS.isdisjoint(report.path.lower().split("/")[:-1]):
        return
    parts = words(call.method)
    owner = words(call.receiver.text.rpartition(".")[2])
    if not _ACTIONS.isdisjoint(parts):
        return
    if len(parts) < 2 or parts[0] not in _MAKING or not owner or owner[-1] not in _CLIENTS:
        return
    if _is_handed_on(call) or _is_reset(call, report) or _expects_failure(call):
        return
    name = call.assigned_to
    if name:
        holder = Holder(call.module, report.index)
        creation = Creation(call, name, call.text)
        if holder.is_released(creation, function) or _is_deleted(call, name):
            return
    elif not call.result_is_ignored or _deletes_anything(call):
        return
    report(
        at=call,
        message=f"`{call.target.short}` creates something that this test never deletes.",
        why="What is left on the service meets the tests that run after it.",
        fix="Register its deletion right after it is created, with `self.addCleanup`."
        if call.cls is not None
        else "Delete it in a fixture, after its `yield`.",
    )


def _is_handed_on(call: Call) -> bool:
    above = call.parent
    return above is not None and above.kind in ("return_statement", "argument_list", "yield")


def _expects_failure(call: Call) -> bool:
    return any("aises" in one.text.partition("(")[0] for one in call.entered())


def _is_reset(call: Call, report: Report) -> bool:
    """Whether a fixture or the base class resets the service, as far as that can be seen."""
    if call.cls is not None and any(
        name.startswith("django.") for name in report.index.base_names(call.cls)
    ):
        return True
    for prepared in preparations(call, report.index):
        if prepared is not call.function and any(word in prepared.text for word in _RESETTING):
            return True
    if call.cls is not None:
        for method in report.index.methods(call.cls).values():
            if method.name in ("tearDown", "tearDownClass", "asyncTearDown"):
                return True
    return False


def _is_deleted(call: Call, name: str) -> bool:
    """Whether a call that deletes is given the thing, or a part of it."""
    function = call.function
    return function is not None and any(
        name in one.text and any(word in one.text.partition("(")[0] for word in _DELETING)
        for one in own_calls(function)
    )


def _deletes_anything(call: Call) -> bool:
    function = call.function
    return function is not None and any(
        any(word in one.method.lower() for word in _DELETING) for one in own_calls(function)
    )
