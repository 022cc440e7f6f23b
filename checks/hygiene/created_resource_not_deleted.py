"""The check ``created-resource-not-deleted``: what a test makes by an API and leaves there."""

from __future__ import annotations

from checks.events import Call, Class, Function
from checks.hygiene.shared.endings import ends_by_luck, first_asked, is_told, unended
from checks.hygiene.shared.environments import may_fail_between
from checks.hygiene.shared.habits import forgotten, unmatched
from checks.hygiene.shared.releases import Creation, Holder
from checks.hygiene.shared.tests import SETUP, is_teardown, is_test, own_calls, preparations
from checks.hygiene.shared.texts import words
from checks.languages.python.index import Index
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_FOLDERS = frozenset({"functional", "e2e", "smoke", "smoketests", "integration", "scenario",
                      "tempest", "acceptance", "system", "live"})  # fmt: skip
_MAKING = frozenset({"create", "post", "boot", "provision", "launch", "upload"})
_CLIENTS = frozenset(
    {"api", "client", "admin", "service", "cloud", "conn", "connection", "manager"}
)
_ACTIONS = frozenset({"action", "actions", "graphql", "query", "search"})
"""What is posted so does something to what is there already."""
_RESETTING = ("Database", "reset", "InMemory", "Fake", "rollback", "transaction", "flush",
              "tmp_path", "testing", "Mock", "mock")  # fmt: skip
_OF_ONE_KIND = ("clear_", "delete_", "remove_", "stop_", "super", "getlogger", "debug", "info")
"""What a call of a tear-down that names what it takes away begins with, and calls of no matter."""
_OF_ALL = ("all", "data", "db", "every", "object", "resource", "stack", "state")
_REGISTERING = frozenset({"addCleanup", "addClassCleanup", "addClassResourceCleanup",
                          "addfinalizer"})  # fmt: skip
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
    if function is None or _tell_ending(call, report) or call.receiver is None:
        return
    if call.method in _REGISTERING and _makes_again(call, function):
        _tell_again(call, report)
        return
    if not is_test(function):
        return
    if _was_forgotten(call, report) or _FOLDERS.isdisjoint(report.path.lower().split("/")[:-1]):
        return
    parts = words(call.method)
    owner = words(call.receiver.text.rpartition(".")[2])
    if not _ACTIONS.isdisjoint(parts):
        return
    if len(parts) < 2 or parts[0] not in _MAKING or not owner:
        return
    if owner[-1] not in _CLIENTS and not _is_bare_helper(call, report):
        return
    if _is_handed_on(call) or _expects_failure(call):
        return
    if _is_registered_late(call, function):
        report(
            at=call,
            message=f"What `{call.target.short}` creates is registered for deletion too late.",
            why="When something before that fails, it stays on the service.",
            fix="Register its deletion right after it is created.",
        )
        return
    if _is_reset(call, report):
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


def _tell_ending(call: Call, report: Report) -> bool:
    """Report what only this test of the file does not end, or ends only when all goes well."""
    by = unended(call)
    if by in ("join", "wait"):
        report(
            at=first_asked(call),
            message=f"What `{call.target.short}` began may still run here: nothing waits for it.",
            why=f"The other tests of the file call `{by}` first; this one asks for a result that "
            "may not be there yet.",
            fix=f"Call `{call.assigned_to}.{by}()` before.",
        )
    elif by:
        report(
            at=call,
            message=f"`{call.assigned_to}` is never ended with `{by}`, as the other tests do.",
            why="What it holds stays with the process while the tests that follow run.",
            fix=f"Register its end right away: `self.addCleanup({call.assigned_to}.{by})`."
            if call.cls is not None
            else f"Call `{call.assigned_to}.{by}()` in a `finally`, or in a fixture.",
        )
    elif ends_by_luck(call) and is_told(call):
        report(
            at=call,
            message=f"`{call.value().short}` is left out when an assertion before it fails.",
            why="What it would have ended lives on, and disturbs the tests that follow.",
            fix="Register it where the object is made, or use a `with` or a `finally`.",
        )
    else:
        return False
    return True


def _is_registered_late(call: Call, function: Function) -> bool:
    """Whether the deletion is registered after the loop that creates, or after an assertion."""
    thing = words(call.method)[-1].removesuffix("s")
    cleanups = [
        one
        for one in own_calls(function)
        if one.method in _REGISTERING
        and one.node.start_byte > call.node.end_byte
        and one.arguments
        and any(word in one.text for word in _DELETING)
        and thing in one.arguments[0].text
    ]
    if len(cleanups) != 1 or any(
        one.method in _REGISTERING and thing in one.text for one in own_calls(function)
        if one.node.start_byte < call.node.start_byte
    ):  # fmt: skip
        return False
    loops = [one.node for one in call.enclosing("for_statement")]
    around = [one.node for one in cleanups[0].enclosing("for_statement")]
    if any(loop not in around for loop in loops):
        return True
    name = call.assigned_to
    mentioned = bool(name) and name in cleanups[0].text
    return mentioned and not around and may_fail_between(call, cleanups[0])


def _makes_again(call: Call, function: Function) -> bool:
    """Whether a cleanup is registered that makes what the function has just made."""
    first = call.argument(0)
    if first is None or first.node.type != "attribute":
        return False
    made = first.text.rpartition(".")[2]
    parts = words(made)
    if len(parts) < 2 or parts[0] not in _MAKING:
        return False
    return any(
        one.target.text == first.text and one.node.end_byte <= call.node.start_byte
        for one in own_calls(function)
    )


def _tell_again(call: Call, report: Report) -> None:
    first = call.arguments[0]
    report(
        at=call,
        message=f"The cleanup calls `{first.short}`, which creates once more.",
        why="What the test made stays, and a second one is made when it is over.",
        fix="Register the function that deletes it.",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        surface=Surface.INLINE,
    )


def _is_bare_helper(call: Call, report: Report) -> bool:
    """Whether a helper of the class makes it by a client, gives it back and sees to nothing.

    Others of the class delete what the helper made: then each caller has to.
    """
    cls = call.cls
    if cls is None or call.receiver is None or call.receiver.text not in ("self", "cls"):
        return False
    return cls.module.remember(
        (_is_bare_helper, cls, call.method, report.index),
        lambda: _is_bare(cls, call.method, report.index),
    )


def _is_bare(cls: Class, name: str, index: Index) -> bool:
    helper = index.methods(cls).get(name)
    if helper is None or (helper.decorators and not _is_of_class(helper)):
        return False
    text = helper.text
    if "leanup" in text or "append" in text or not _makes_by_client(helper):
        return False
    thing = words(name)[-1]
    callers = [
        one for one in cls.methods.values() if any(made.method == name for made in own_calls(one))
    ]
    return any(
        "leanup" in one.method and f"delete_{thing}" in one.text
        for caller in callers
        for one in own_calls(caller)
    )


def _is_of_class(helper: Function) -> bool:
    return all(one.text in ("classmethod", "staticmethod") for one in helper.decorators)


def _makes_by_client(helper: Function) -> bool:
    for one in own_calls(helper):
        parts = words(one.method)
        owner = words("" if one.receiver is None else one.receiver.text.rpartition(".")[2])
        if len(parts) > 1 and parts[0] in _MAKING and owner and owner[-1] in _CLIENTS:
            return True
    return False


def _was_forgotten(call: Call, report: Report) -> bool:
    """Report what the other tests of the class clean up, and this one does not."""
    where = forgotten(call)
    name = "" if where else unmatched(call)
    if not (where or name) or _expects_failure(call):
        return False
    report(
        at=call,
        message=f"What `{call.target.short}` makes here is not put into `{where}`."
        if where
        else f"`{call.target.short}` makes `{name[:40]}`, which no cleanup of the test removes.",
        why="The other tests of the class do so, that it is ended with the test; this one stays."
        if where
        else "It stays behind and meets the tests that follow; the others that are made here go.",
        fix=f"Append it to `{where}`, or end it in this test."
        if where
        else "Register its removal with `self.addCleanup` right after it is made.",
    )
    return True


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
    chain = () if call.cls is None else report.index.chain(call.cls)
    inherited = [one for cls in chain for name, one in cls.methods.items() if name in SETUP]
    for prepared in (*preparations(call, report.index), *inherited):
        if prepared is not call.function and _prepares_afresh(prepared):
            return True
    teardowns = [
        one for one in report.index.methods(call.cls).values() if is_teardown(one)
    ] if call.cls is not None else []  # fmt: skip
    if not teardowns or _is_bare_helper(call, report):
        return False
    own = [one for one in teardowns if one.cls is call.cls]
    noun = words(call.method)[-1].removesuffix("s")
    # That of a base class alone may clear up anything; so may what a thing belongs to.
    return not own or _is_part(call) or any(_speaks_of(one, noun) for one in own)


def _is_part(call: Call) -> bool:
    """Whether it is made in another thing, ``create_member(image["id"], …)``, and goes with it."""
    values = (*call.arguments, *call.keywords.values())
    return any(
        one.node.type == "subscript" or words(one.text.rpartition(".")[2])[-1:] == ["id"]
        for one in values
    )


def _prepares_afresh(prepared: Function) -> bool:
    """Whether a set-up or fixture makes what it prepares anew: a database, a double, a folder."""
    texts = [one.target.text for one in own_calls(prepared)]
    texts += [one.name for one in prepared.parameters]
    texts += [one.text for one in prepared.decorators]
    # What is reset of the class itself, ``cls._reset_class()``, is not the service.
    texts = [one for one in texts if not one.endswith("_class")]
    return any(word in text for text in texts for word in _RESETTING)


def _speaks_of(teardown: Function, noun: str) -> bool:
    """Whether a tear-down deletes things of this kind, or of any kind, as far as it tells."""
    called = [one.method.lower() for one in own_calls(teardown) if one.method != teardown.name]
    return noun in teardown.text.lower() or any(
        any(word in name for word in _OF_ALL) or not any(word in name for word in _OF_ONE_KIND)
        for name in called
    )


def _is_deleted(call: Call, name: str) -> bool:
    """Whether a call that deletes is given the thing, or a part of it, or is named after it."""
    function = call.function
    thing = words(call.method)[-1].removesuffix("s")
    for one in () if function is None else own_calls(function):
        if name in one.text and any(word in one.text.partition("(")[0] for word in _DELETING):
            return True
        later = one.node.start_byte > call.node.start_byte
        if later and any(f"{word}_{thing}" in one.text for word in _DELETING):
            return True
    return False


def _deletes_anything(call: Call) -> bool:
    function = call.function
    return function is not None and any(
        any(word in one.method.lower() for word in _DELETING) for one in own_calls(function)
    )
