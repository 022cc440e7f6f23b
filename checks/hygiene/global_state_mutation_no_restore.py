"""The check ``global-state-mutation-no-restore``: what a test leaves behind in its process."""

from __future__ import annotations

import bisect

import tree_sitter

from checks.events import Call, Function, Node, as_call
from checks.hygiene.shared.tests import (
    TEARDOWN,
    decorators,
    has_unknown_base,
    is_fixture,
    is_replaced,
    is_setup,
    is_test,
    preparations,
)
from checks.languages.python.context import Located
from checks.languages.python.index import Index
from checks.languages.python.scopes import Bound
from checks.model import Aspect, Confidence, Severity
from checks.registry import TEST_ROLES, calls, check, nodes
from checks.report import Report

_MAX_AROUND = 150
"""Statements on either side of a change in which its undoing is looked for."""

_CALLS = {
    "os.environ.update": "os.environ",
    "os.environ.pop": "os.environ",
    "os.environ.setdefault": "os.environ",
    "os.environ.clear": "os.environ",
    "os.putenv": "os.environ",
    "os.unsetenv": "os.environ",
    "os.chdir": "os.chdir",
    "os.umask": "os.umask",
    "sys.path.insert": "sys.path",
    "sys.path.append": "sys.path",
    "sys.path.extend": "sys.path",
    "locale.setlocale": "locale.setlocale",
    "signal.signal": "signal.signal",
    "socket.setdefaulttimeout": "socket.setdefaulttimeout",
    "logging.disable": "logging.disable",
    "logging.getLogger().addHandler": "logging.addHandler",
}
_UNSETTING = frozenset({"os.environ.clear", "os.environ.pop", "os.environ.__delitem__",
                        "os.unsetenv"})  # fmt: skip
_MONKEY = ("setenv", "delenv", "chdir", "setattr", "syspath_prepend", "setitem")
_ITEMS = frozenset({"os.environ", "sys.modules", "sys.argv"})
_RESTORING = (
    "chdir", "context", "cwd", "env", "fresh", "import_", "isolat", "locale", "modified",
    "override", "patch", "path", "preserve", "redirect", "restore", "saved", "swap", "temp",
    "uncache",
)  # fmt: skip
"""Words of context managers that put something back."""

_WORDS = {
    "logging.addHandler": ("removeHandler", ".handlers"),
    "os.chdir": ("chdir", "cwd"),
    "os.environ": ("environ", "setenv", "env"),
}


@check(
    id="global-state-mutation-no-restore",
    title="Process-wide state is changed and never restored",
    aspect=Aspect.CLEANUP,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=(calls(*_CALLS), nodes("assignment")),
    cwe=(459,),
)
def global_state_mutation_no_restore(event: Call | Node, report: Report) -> None:
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
    function = event.function
    if function is None or not (is_test(function) or is_setup(function)):
        return
    if is_fixture(function) and function.is_generator:
        return
    target = _target(event)
    if not target or _is_restored(event, function, target, report.index):
        return
    unknown = event.cls is not None and has_unknown_base(event.cls, report.index)
    report(
        at=event,
        message=f"`{target}` is changed for the whole process and never restored.",
        why="Tests that run later see the change, and fail or pass by the order they run in.",
        fix=_fix(event, target),
        confidence=Confidence.MEDIUM if unknown else Confidence.HIGH,
    )


def _fix(event: Located, target: str) -> str:
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
        return name if name in _ITEMS else ""
    return _module_attribute(event, left) if left.type == "attribute" else ""


def _call_target(call: Call) -> str:
    name = call.name or ""
    if name in ("locale.setlocale", "os.umask") and len(call.arguments) < 2 and not call.keywords:
        return "" if name == "locale.setlocale" else _CALLS[name]
    if name == "os.environ.pop" and not call.result_is_ignored:
        return ""  # kept, to be put back
    if name == "signal.signal" and not call.result_is_ignored:
        return ""
    return _CALLS.get(name, "")


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


def _is_restored(event: Located, function: Function, target: str, index: Index) -> bool:
    words = _WORDS.get(target, (target.rpartition(".")[2],))
    if _in_restoring_with(event) or any(_speaks(one.text, words) for one in decorators(event)):
        return True
    if any(context.kind == "finally_clause" for context in event.context.chain()):
        return True
    subject = _subject(event)
    if _is_restoration(event, function, subject):
        return True
    start = event.node.start_byte
    before, after = _around(event, function)
    # What was registered or noted before the change restores it as well.
    if any(
        isinstance(one, Call)
        and (one.node.start_byte == start or one.node.end_byte <= start)
        and _registers(one)
        and _speaks(one.text, words)
        for one in before
    ):
        return True
    if any(_undoes(one, subject, target, words) for one in after):
        return True
    if any(one.name == "monkeypatch" for one in function.parameters):
        return any(f"monkeypatch.{verb}" in function.text for verb in _MONKEY)
    if is_replaced(event, index, "environ", "chdir", target.rpartition(".")[2]):
        return True
    return _restored_elsewhere(event, function, words, index)


def _registers(call: Call) -> bool:
    return call.method in ("addCleanup", "addClassCleanup", "addfinalizer", "callback",
                           "addModuleCleanup", "enter_context", "enterContext", "useFixture",
                           "save", "push")  # fmt: skip


def _subject(event: Located) -> str:
    """What exactly is changed, as it is written: ``os.environ["A"]``, ``app.clock``."""
    left = event.child("left") if event.kind == "assignment" else None
    return "" if left is None else event.module.text_of(left)


def _undoes(one: Located, subject: str, target: str, words: tuple[str, ...]) -> bool:
    """Whether a later statement changes the same thing again, or registers that it is undone."""
    text = one.text[:400]
    call = one if isinstance(one, Call) else None
    if call is not None and _registers(call):
        return _speaks(text, words)
    if one.kind == "assignment":
        return bool(subject) and _subject(one) in (subject, target)
    if one.kind == "delete_statement":
        return (subject or target) in text
    if call is None:
        return False
    name = call.name or ""
    if name in ("delattr", "setattr") and subject and call.arguments:
        return subject.startswith(f"{call.arguments[0].text}.")
    if target == "os.environ":
        return name in _UNSETTING
    if target == "logging.addHandler":
        return call.method == "removeHandler"
    if call.receiver is not None and call.receiver.text == target:
        return call.method in ("clear", "pop", "remove")
    return _CALLS.get(name) == target or name in (f"{target}.remove", f"{target}.pop")


def _is_restoration(event: Located, function: Function, subject: str) -> bool:
    """Whether the same thing was changed before in the function: then this puts it back."""
    own = as_call(event)
    for one in _around(event, function)[0]:
        if one.node.start_byte >= event.node.start_byte or one.kind == "delete_statement":
            continue
        if own is not None and isinstance(one, Call):
            if own.name == one.name and own.name not in ("os.putenv", "os.environ.setdefault"):
                return True
        elif own is None and not isinstance(one, Call) and _subject(one) == subject:
            return True
    return False


def _around(event: Located, function: Function) -> tuple[list[Located], list[Located]]:
    """The nearest calls, assignments and deletions up to a place of the function, and after it."""
    found = function.module.remember((_around, function), lambda: _in_order(function))
    middle = bisect.bisect_right(found, event.node.start_byte, key=_start)
    return found[max(middle - _MAX_AROUND, 0) : middle], found[middle : middle + _MAX_AROUND]


def _in_order(function: Function) -> list[Located]:
    found = function.module.within(function.node, "call", "assignment", "delete_statement")
    return sorted((as_call(one) or one for one in found), key=_start)


def _start(located: Located) -> int:
    return located.node.start_byte


def _in_restoring_with(event: Located) -> bool:
    return any(
        any(word in value.text[:200].lower() for word in _RESTORING) for value in event.entered()
    )


def _speaks(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


def _restored_elsewhere(
    event: Located, function: Function, words: tuple[str, ...], index: Index
) -> bool:
    """Whether a tear-down of the class, a fixture or a conftest names what is changed."""
    others: list[Function] = [
        one for one in preparations(event, index) if one is not function and is_fixture(one)
    ]
    if event.cls is not None:
        methods = index.methods(event.cls)
        others += [methods[name] for name in sorted(TEARDOWN) if name in methods]
        others += [one for one in methods.values() if one.name in ("setUp", "setUpClass")
                   and one is not function and "leanup" in one.text]  # fmt: skip
    if any(_speaks(one.text, words) for one in others):
        return True
    if any(one.name in TEARDOWN and _speaks(one.text, words) for one in event.module.functions):
        return True
    return any(
        _speaks(one.source.data.decode("utf-8", "replace"), words) for one in index.conftests
    )
