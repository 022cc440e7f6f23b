"""The check ``removed-cleanup``: a change drops the cleanup of something that is still created."""

from __future__ import annotations

from collections import Counter

import re2

from checks.events import Change, Function, ModuleEvent, calls_of
from checks.hygiene.shared.comparing import STILL_ALIKE, Comparison
from checks.hygiene.shared.cut_short import cut_short
from checks.hygiene.shared.idle import idle_cleanups
from checks.hygiene.shared.releases import Creation, Holder
from checks.hygiene.shared.silenced import silenced_cleanups
from checks.hygiene.shared.tests import is_fixture
from checks.languages.python.index import Index
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import CHANGE, MODULE, TEST_ROLES, check
from checks.report import Report

_LETTING_GO = ("aclose", "cancel", "clean", "close", "closing", "deactivate", "delete_", "disable",
               "disconnect", "enter", "join", "kill", "release", "remove_", "restore", "rmdir",
               "rmtree", "server_close", "shutdown", "stop", "teardown", "tearDown", "terminate",
               "undo", "uninstall", "unlink", "unregister", "unsubscribe", "wait_",
               "with")  # fmt: skip
"""How the words of cleanups begin that are nothing else."""

_RECORDING = (".ReplayAll()", ".StubOutWithMock(", ".AndReturn(", ".AndRaise(")
"""How mox records calls. Source: https://mox.readthedocs.io"""


@check(
    id="removed-cleanup",
    title="A cleanup is removed, and what it cleaned up is still made",
    aspect=Aspect.CLEANUP,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=(CHANGE, MODULE),
    cwe=(772,),
)
def removed_cleanup(change: Change | ModuleEvent, report: Report) -> None:
    """A change drops a cleanup of a test, while what it cleaned up is still created.

    Found by comparing the test before and after: an `addCleanup`, a `tearDown`, a `finally`, what
    stands after the `yield` of a fixture, or a `with` that is gone, for a server, file, patch or
    other object that the same code still makes. A cleanup that moved, into a base class, a fixture
    or another form, is not gone. A cleanup that stands in a comment is gone as well, whoever put
    it there, and so is one that goes through a list which nothing is ever put into.

    Why:
        The next tests meet a port that is taken, a patched module, or rows that they did not
        write. They fail in another place and another order than the change that caused it.
    Bad:
        # file: tests/test_server.py
        # before
        import unittest

        class Tests(unittest.TestCase):
            def setUp(self):
                self.server = make_server()
                self.addCleanup(self.server.stop)
        # after
        import unittest

        class Tests(unittest.TestCase):
            def setUp(self):
                self.server = make_server()
    Bad:
        # file: tests/conftest.py
        # before
        import pytest

        @pytest.fixture
        def engine():
            engine = create_engine("sqlite://")
            yield engine
            engine.dispose()
        # after
        import pytest

        @pytest.fixture
        def engine():
            engine = create_engine("sqlite://")
            return engine
    Good:
        # file: tests/test_server.py
        # before
        import unittest

        class Tests(unittest.TestCase):
            def setUp(self):
                self.server = make_server()

            def tearDown(self):
                self.server.stop()
        # after
        import unittest

        class Tests(unittest.TestCase):
            def setUp(self):
                self.server = make_server()
                self.addCleanup(self.server.stop)
    Good:
        # file: tests/test_server.py
        # before
        import unittest

        class Tests(unittest.TestCase):
            def setUp(self):
                self.server = make_server()
                self.addCleanup(self.server.stop)
        # after
        import unittest

        class Tests(unittest.TestCase):
            def setUp(self):
                self.server = FakeServer()
    Bad:
        # file: tests/test_stream.py
        async def test_stream(address):
            stream = await connect(address)
            assert await stream.receive() == b"a"
            # await stream.aclose()
    Bad:
        # file: tests/conftest.py
        import pytest

        @pytest.fixture
        def users(database):
            made = []

            def make(name):
                return database.add_user(name)

            yield make
            for user in made:
                database.remove(user)
    Suppress:
        Where the object needs no cleanup any more.
    """
    if isinstance(change, ModuleEvent):
        for one in silenced_cleanups(change.module):
            report(
                at=one.span,
                message=f"`{one.code[:80]}` is a comment, so nothing cleans up.",
                why="What the test leaves behind meets the tests that run after it.",
                fix="Let it run, or mend what stood in its way.",
                surface=Surface.SUMMARY,
                scope=one.function.qualified_name,
            )
        for idle in idle_cleanups(change.module):
            report(
                at=idle.at,
                message=f"`{idle.name}` is always `{idle.always}` here, so this never runs.",
                why="What should be cleaned up or checked here stays as it is, and nobody sees it.",
                fix=f"Bind `{idle.name}` where the object is made, with `nonlocal` in a function."
                if idle.always == "None"
                else f"Put what is made into `{idle.name}`, or take the loop away.",
            )
        for short in cut_short(change.module):
            report(
                at=short.at,
                message=f"After this skip, `{short.partner}` is not run.",
                why=f"What `{short.made.target.short}` has made before stays for the tests after.",
                fix="Skip before anything is made, or register its end with `addCleanup`.",
                surface=Surface.SUMMARY,
            )
        return
    base, head = change.base, change.head
    if base is None or head is None or base.source.data == head.source.data:
        return
    before, after = Holder(base, report.index), Holder(head, report.index)
    for pair in Comparison(base, head).pairs:
        if pair.head is None or pair.head.module is not head or pair.likeness < STILL_ALIKE:
            continue
        if pair.is_untouched and _class_text(pair.base) == _class_text(pair.head):
            continue
        if _has_new_bases(pair.base, pair.head, report.index):
            continue
        if any(word in pair.base.text for word in _RECORDING):
            continue  # what is called there is what is expected of the tested code
        _compare(pair.base, pair.head, before, after, report)


def _compare(old: Function, new: Function, before: Holder, after: Holder, report: Report) -> None:
    """Report what the new function still creates and no longer gives back."""
    was: dict[str, Creation] = {}
    for one in before.creations(old):
        was.setdefault(one.code, one)
    created = list(after.creations(new))
    times = Counter(one.code for one in created)
    told: set[str] = set()
    daemons = {one.name for one in created if "daemon=True" in one.code}
    for one in created:
        if one.name in daemons:
            continue  # it ends with the process
        previous = was.get(one.code)
        if previous is None or one.code in told or times[one.code] > 1:
            continue
        lessened = before.is_ended(previous, old) and not after.is_ended(one, new)
        if not before.is_surely_released(previous, old):
            continue
        if after.is_released(one, new) and not lessened:
            continue
        if one.name and _handed_on(
            after.passes_on(one, new) - before.passes_on(previous, old), new
        ):
            continue
        if _calls_new_function(old, new):
            return  # what is gone from here may stand there
        word = before.cleanup_of(previous, old)
        if _ends_by_variant(one.name, word, new):
            continue
        told.add(one.code)
        report(
            at=one.at,
            message=_message(one, word),
            why="What it leaves behind meets the tests that run after it.",
            fix=_fix(new, word),
            confidence=Confidence.HIGH if _is_certain(word) else Confidence.LOW,
        )


def _ends_by_variant(name: str, word: str, function: Function) -> bool:
    """Whether the object is ended by a method whose name holds the old one: ``hard_delete``."""
    around = function.cls if name.startswith(("self.", "cls.")) else function
    if not (name and word) or around is None:
        return False
    return re2.search(rf"\b{re2.escape(name)}\.\w+_{word}\(", around.text) is not None


def _is_certain(word: str) -> bool:
    """Whether the word says that something is let go of, and not what the test is about.

    A test that deletes, finishes or resets a thing may do so to see what happens then.
    """
    return word.startswith(("add", "use")) or word.lstrip("_").startswith(_LETTING_GO)


def _calls_new_function(old: Function, new: Function) -> bool:
    """Whether the new text calls a function or a method that the change adds to the file."""
    known = {one.name for one in old.module.functions}
    added = {one.name for one in new.module.functions} - known
    return any(call.method in added for call in calls_of(new.module, new.node))


def _handed_on(places: set[str], function: Function) -> bool:
    """Whether someone else may give the thing back; the users of a fixture do not."""
    return any(not (is_fixture(function) and place.startswith("return")) for place in places)


def _message(one: Creation, word: str) -> str:
    if word == "with":
        return (
            f"`{one.at.value().short}` was in a `with` before this change and is released no more."
        )
    what = f"`{one.name}`" if not one.begins else f"`{one.name}.{one.begins}()`"
    if not word:
        return f"The cleanup of {what} is gone, and it is still created."
    return f"The cleanup of {what} (`{word}`) is gone with this change, and it is still created."


def _fix(function: Function, word: str) -> str:
    if word == "with":
        return "Keep the `with`."
    if function.cls is not None and not is_fixture(function):
        ending = "the cleanup" if word.startswith(("add", "use")) or not word else f"`{word}`"
        return f"Register {ending} with `self.addCleanup` right after it is created."
    if is_fixture(function):
        return "Keep the `yield`, and the cleanup after it."
    return "Keep it in a `with`, or in a `try` whose `finally` gives it back."


def _class_text(function: Function | None) -> str:
    return "" if function is None or function.cls is None else function.cls.text


def _has_new_bases(old: Function, new: Function, index: Index) -> bool:
    """Whether the class has other bases than before that are not known: they may clean up."""
    if old.cls is None or new.cls is None:
        return old.cls is not new.cls
    before = {one.text for one in old.cls.bases}
    after = {one.text for one in new.cls.bases}
    return bool(after - before) and not index.complete(new.cls)
