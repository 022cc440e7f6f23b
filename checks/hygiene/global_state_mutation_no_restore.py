"""The check ``global-state-mutation-no-restore``: what a test leaves behind in its process."""

from __future__ import annotations

import tree_sitter

from checks.events import Call, Function, Node
from checks.hygiene.shared.environments import (
    asks_for_attribute,
    puts_back_copy,
    replaced_for_good,
)
from checks.hygiene.shared.nested_settings import INSIDE, changed_inside, shared_by_loop
from checks.hygiene.shared.putting_back import tell_putting_back
from checks.hygiene.shared.restoring import BY_LUCK, CHANGES, puts_back_kept, undone
from checks.hygiene.shared.shared_objects import (
    OVERRIDING,
    alias_of_module,
    attribute_of_logger,
    member_of_module,
    overrides_options,
    registers_undoing,
    resets_filters,
    settings_of_module,
    table_of_module,
)
from checks.hygiene.shared.switches import SWITCHES, switches
from checks.hygiene.shared.tests import (
    TEARDOWN,
    has_unknown_base,
    is_fixture,
    is_setup,
    is_test,
    preparations,
)
from checks.hygiene.shared.wrapping import (
    forgets,
    late_removal,
    late_reset,
    missed_release,
    skipped_cleanup,
)
from checks.languages.python.context import Located
from checks.languages.python.scopes import Bound
from checks.model import Aspect, Confidence, Role, Severity, Surface
from checks.registry import FUNCTIONS, TEST_ROLES, calls, check, nodes
from checks.report import Report

_ITEMS = frozenset({"os.environ", "sys.modules", "sys.argv"})
_SHOWN = 60
"""Letters of a statement that are shown."""

_OF_PROCESS = ("os.", "sys.", "signal.", "locale.", "socket.")


@check(
    id="global-state-mutation-no-restore",
    title="Process-wide state is changed and never restored",
    aspect=Aspect.CLEANUP,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=(
        calls(*CHANGES, "getattr", "hasattr", "*.addCleanup", *OVERRIDING, *INSIDE),
        nodes("assignment", "augmented_assignment"),
        FUNCTIONS,
    ),
    cwe=(459,),
)
def global_state_mutation_no_restore(event: Call | Node | Function, report: Report) -> None:
    """A test changes the environment, the working folder or a module, and leaves it so.

    Why:
        All tests of the process share this state: those that run later see what this one left,
        and pass or fail by the order in which they run.
    Bad:
        # file: tests/test_debug.py
        import os
        import unittest

        class Debug(unittest.TestCase):
            def test_debug(self):
                os.environ["APP_DEBUG"] = "true"
                self.assertTrue(debugging())
    Bad:
        # file: tests/test_thumbnails.py
        def test_thumbnails(settings):
            settings.IMAGES["create_on_demand"] = False
            assert thumbnails() == []
    Good:
        # file: tests/test_debug.py
        def test_debug(monkeypatch):
            monkeypatch.setenv("APP_DEBUG", "true")
            assert debugging()
    Good:
        # file: tests/test_debug.py
        import os
        import unittest

        class Debug(unittest.TestCase):
            def test_debug(self):
                os.environ["APP_DEBUG"] = "true"
                self.addCleanup(os.environ.pop, "APP_DEBUG", None)
                self.assertTrue(debugging())
    Suppress:
        Where the test runs in a process of its own.
    """
    if isinstance(event, Function):
        _look_at_wrapper(event, report)
        return
    inside = changed_inside(event)
    if not inside and event.kind == "augmented_assignment":
        return
    if not inside and _saves_or_restores_nothing(event, report):
        return
    function = event.function
    if function is None or not (is_test(function) or is_setup(function)):
        return
    if is_fixture(function) and function.is_generator and not forgets(event, function):
        return
    if isinstance(event, Call) and _is_of_library(event, report):
        return
    if isinstance(event, Call) and event.name in SWITCHES:
        _look_at_switch(event, function, report)
        return
    target = inside or _target(event)
    if not target or puts_back_kept(event):
        return
    if registers_undoing(event, function, target, report.index):
        return
    restoration = undone(event, function, target, report.index)
    told = bool(inside) or target.startswith(_OF_PROCESS) or _is_attribute(event)
    if restoration == BY_LUCK and told and _is_first(event, report):
        report(
            at=event,
            message=f"`{target}` is put back only when no assertion before that fails.",
            why="After a failure, the tests that run later see the change and fail as well.",
            fix=_fix(event, target),
            surface=Surface.SUMMARY,
        )
    if restoration:
        return
    unknown = event.cls is not None and has_unknown_base(event.cls, report.index)
    message = f"`{target}` is changed for the whole process and never restored."
    if target.count(".") > 1 and any(found.message == message for found in report.said):
        return  # a member of a class that many tests of the file set is told once
    report(
        at=event,
        message=message,
        why="Tests that run later see the change, and fail or pass by the order they run in.",
        fix=_fix(event, target),
        confidence=Confidence.MEDIUM if unknown else Confidence.HIGH,
    )


def _look_at_switch(call: Call, function: Function, report: Report) -> None:
    """Report what is switched over for the whole process and not taken back for certain."""
    name = call.name or ""
    if not switches(call) or registers_undoing(call, function, name, report.index):
        return
    restoration = undone(call, function, name, report.index)
    if restoration and (restoration != BY_LUCK or not _is_first(call, report)):
        return
    switch = SWITCHES[name]
    report(
        at=call,
        message=f"`{call.value().short}` is taken back only when no assertion before that fails."
        if restoration
        else f"`{call.value().short}` changes the whole process, and nothing takes it back.",
        why="Tests that run later see the change, and fail or pass by the order they run in.",
        fix=f"{switch.remedy} in a `finally`, a fixture after its `yield`, or a cleanup.",
        surface=Surface.SUMMARY if restoration or switch.mild else None,
        confidence=Confidence.MEDIUM
        if call.cls is not None and has_unknown_base(call.cls, report.index)
        else Confidence.HIGH,
    )


def _look_at_wrapper(function: Function, report: Report) -> None:
    """Report what undoes something only when nothing fails: a wrapper, or the end of a test."""
    tell_putting_back(function, report)
    missed = missed_release(function) if is_test(function) else None
    if missed is not None:
        report(
            at=missed,
            message=f"`{missed.value().short}` stands in the `try`, and not in its `finally`.",
            why="An assertion before it that fails leaves it out.",
            fix="Move it into the `finally`.",
            surface=Surface.SUMMARY,
        )
    late = late_reset(function) if is_test(function) else None
    if late is not None and not _resets_elsewhere(late, report):
        report(
            at=late,
            message=f"`{late.value().short}` is left out when an assertion before it fails.",
            why="What it would have reset stays for the tests after, which then fail as well.",
            fix="Register it before: `self.addCleanup(…)`, or a fixture with it after its `yield`.",
            surface=Surface.SUMMARY,
        )
    removal = late_removal(function) if is_test(function) else None
    if removal is not None:
        report(
            at=removal,
            message=f"`{removal.value().short}` is left out when an assertion before it fails.",
            why="What it would have removed lies in the way of the next run.",
            fix="Register it before: `self.addCleanup(…)`, or work in pytest's `tmp_path`.",
            surface=Surface.SUMMARY,
        )
    skipped = skipped_cleanup(function)
    if skipped is None:
        return
    undoing = skipped.undoing if len(skipped.undoing) < _SHOWN else f"{skipped.undoing[:_SHOWN]}…"
    report(
        at=skipped.at,
        message=f"`{undoing}` is left out when "
        f"{'the block of the `with`' if skipped.manager else 'the test'} fails.",
        why="What was set up before stays for the tests after, which then fail as well.",
        fix=f"Put {'the `yield`' if skipped.manager else 'the call'} into a `try`, and what "
        "follows into its `finally`.",
        confidence=Confidence.MEDIUM,
    )


def _resets_elsewhere(call: Call, report: Report) -> bool:
    """Whether a set-up or tear-down around the test does the same."""
    around = preparations(call, report.index)
    methods = {} if call.cls is None else report.index.methods(call.cls)
    around = (*around, *(methods[one] for one in sorted(TEARDOWN) if one in methods))
    name = f"{call.target.text}("
    return any(name in one.text for one in around if one is not call.function)


def _is_attribute(event: Call | Node) -> bool:
    """Whether an attribute of a module is replaced by hand, as a patch would."""
    left = event.child("left") if event.kind == "assignment" else None
    return left is not None and left.type == "attribute"


def _is_of_library(call: Call, report: Report) -> bool:
    """Report what a library keeps for the whole process, when it is not put back as it was."""
    if resets_filters(call):
        report(
            at=call,
            message="`warnings.resetwarnings` drops every warning filter of the run.",
            why="Filters that the runner or another file has set are gone for the tests after.",
            fix="Keep `warnings.filters[:]` and put it back, or use `warnings.catch_warnings()`.",
        )
    elif overrides_options(call, report.index):
        receiver = call.receiver
        report(
            at=call,
            message=f"`{call.target.short}` changes the options of the process for good.",
            why="Tests that run later see the value, and fail or pass by the order they run in.",
            fix="Register `self.addCleanup("
            f"{'CONF' if receiver is None else receiver.text}.reset)`.",
        )
    return call.method in ("addCleanup", "set_default", "set_override")


def _saves_or_restores_nothing(event: Call | Node, report: Report) -> bool:
    """Report what looks as if it saved, or put back, the state of the process and does not."""
    if isinstance(event, Call):
        wanted = asks_for_attribute(event)
        if not wanted:
            return False
        report(
            at=event,
            message=f"`{event.value().short}` asks for an attribute: `{wanted}` is never found.",
            why="Variables are items of `os.environ`, so what is saved here is not the variable.",
            fix="Use `os.environ.get(…)`, or let `mock.patch.dict` or `monkeypatch` restore it.",
        )
        return True
    if puts_back_copy(event):
        report(
            at=event,
            message="`os.environ` becomes a plain dictionary, and the environment stays changed.",
            why="Only the name is bound anew: what the tests set is still there for processes "
            "that are started, and what is set later reaches nobody.",
            fix="Use `mock.patch.dict(os.environ)`, or `os.environ.clear()` and `.update(saved)`.",
        )
        return True
    replaced = replaced_for_good(event) if report.role is Role.TEST else ""
    if replaced:
        report(
            at=event,
            message=f"`{replaced}` is replaced when this file is imported, and never put back.",
            why="All tests of the run see it, also those of other files, from collection on.",
            fix="Replace it in a fixture or `setUpModule`, and put it back after the tests.",
        )
    return bool(replaced)


def _is_first(event: Located, report: Report) -> bool:
    """Whether no other change of the same function is told of: one test is mended once."""
    function = event.function
    return function is not None and not any(
        found.check == "global-state-mutation-no-restore" and found.scope == function.qualified_name
        for found in report.said
    )


def _fix(event: Located, target: str) -> str:
    if target.rpartition(".")[2].isupper() and changed_inside(event):
        return (
            f"Give `{target}` a changed copy, with the `settings` fixture or `override_settings`."
        )
    if event.cls is not None and "self" in event.text + str(event.cls.base_names):
        return "Use `mock.patch.dict` or `mock.patch.object`, or register a cleanup that undoes it."
    if target in ("os.environ", "os.chdir"):
        return "Use pytest's `monkeypatch`, or `mock.patch` in a `with`: they undo it."
    return "Use `monkeypatch` or `mock.patch`, or register a cleanup that undoes it."


def _target(event: Call | Node) -> str:
    """What is changed, ``""`` when it is not the process's."""
    if isinstance(event, Call):
        return _call_target(event)
    left = event.child("left")
    if left is None:
        return ""
    if left.type == "subscript":
        owner = left.child_by_field_name("value")
        name = None if owner is None else event.value(owner).name
        if owner is not None and _is_override(event, owner):
            return event.module.text_of(owner)
        if name in _ITEMS:
            return name
        return "" if owner is None else table_of_module(event, owner)
    if left.type != "attribute":
        return ""
    return (
        _module_attribute(event, left)
        or attribute_of_logger(event, left)
        or alias_of_module(event, left)
        or settings_of_module(event, left)
        or member_of_module(event, left)
        or shared_by_loop(event, left)
    )


def _call_target(call: Call) -> str:
    name = call.name or ""
    if name in ("locale.setlocale", "os.umask") and len(call.arguments) < 2 and not call.keywords:
        return "" if name == "locale.setlocale" else CHANGES[name]
    if name == "os.environ.pop" and not call.result_is_ignored:
        return ""  # kept, to be put back
    if name == "signal.signal" and not call.result_is_ignored:
        return ""
    return CHANGES.get(name, "")


def _module_attribute(event: Located, left: tree_sitter.Node) -> str:
    """``module.name`` of a module that is imported, or of an object that a module shares."""
    owner = left.child_by_field_name("object")
    if owner is None or owner.type not in ("identifier", "attribute"):
        return ""
    name = event.value(owner).name
    whole = {entry.module for entry in event.module.imports if not entry.name}
    right = event.child("right")
    hidden = event.module.text_of(left).rpartition(".")[2].startswith("_")
    if hidden and right is not None and right.type == "dictionary" and _is_reset(right):
        return ""  # a cache of the module, which is emptied
    if name is not None and (name in whole or _is_shared(event, owner, left)):
        return event.module.text_of(left)
    return ""


def _is_override(event: Located, owner: tree_sitter.Node) -> bool:
    """Whether it is ``app.dependency_overrides`` of an application that is imported (FastAPI)."""
    app = owner.child_by_field_name("object") if owner.type == "attribute" else None
    if app is None or not event.module.text_of(owner).endswith(".dependency_overrides"):
        return False
    scope = event.context.scope.find(event.module.text_of(app))
    bound = () if scope is None else scope.bindings[event.module.text_of(app)]
    return bool(bound) and all(one.how is Bound.IMPORT for one in bound)


def _is_shared(event: Located, owner: tree_sitter.Node, left: tree_sitter.Node) -> bool:
    """Whether a setting or a function of what ``from package import name`` gives is replaced.

    Other attributes of such an object may be its state, which the test is free to change.
    """
    module = event.module
    text = module.text_of(owner)
    if owner.type != "identifier" or not any(
        entry.name and entry.alias == text for entry in module.imports
    ):
        return False
    scope = event.context.scope.find(text)
    if scope is None or any(one.how is not Bound.IMPORT for one in scope.bindings[text]):
        return False
    attribute = module.text_of(left).rpartition(".")[2]
    right = event.child("right")
    if right is not None and _is_reset(right):
        return False
    if attribute.isupper() or text == "CONF":
        return True
    if right is None:
        return False
    value = event.value(right)
    return right.type == "lambda" or (value.callee_name or "").startswith("unittest.mock.")


def _is_reset(node: tree_sitter.Node) -> bool:
    """Whether it is ``None`` or empty: a cache that is emptied before a test."""
    if node.type in ("list", "dictionary", "tuple"):
        return not node.named_children
    return node.type == "none"
