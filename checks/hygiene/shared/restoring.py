"""How a test puts back what it changed of its process: by itself, by a cleanup, by a tear-down."""

from __future__ import annotations

import bisect
from collections.abc import Iterator

from checks.events import Call, Function, Module, argument_nodes, as_call
from checks.hygiene.shared.environments import may_fail_between
from checks.hygiene.shared.switches import SWITCHES
from checks.hygiene.shared.tests import (
    TEARDOWN,
    decorators,
    has_unknown_base,
    is_autouse,
    is_fixture,
    is_replaced,
    preparations,
)
from checks.hygiene.shared.texts import words as split_words
from checks.languages.python.context import Located
from checks.languages.python.index import Index

CHANGES = {
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
    **{name: name for name in SWITCHES},
}
"""Calls that change what all of a process shares, and what that is."""

_MAX_AROUND = 150
"""Statements on either side of a change in which its undoing is looked for."""
_UNSETTING = frozenset({"os.environ.clear", "os.environ.pop", "os.environ.__delitem__",
                        "os.unsetenv"})  # fmt: skip
_MONKEY = ("setenv", "delenv", "chdir", "setattr", "syspath_prepend", "setitem")
_RESTORING = (
    "chdir", "context", "cwd", "env", "fresh", "import_", "isolat", "locale", "modified",
    "override", "patch", "path", "preserve", "redirect", "restore", "saved", "swap", "temp",
    "uncache",
)  # fmt: skip
"""Words of context managers that put something back."""
_WORDS = {
    "logging.addHandler": ("removeHandler", ".handlers"),
    "os.chdir": ("chdir", "cwd"),
    "os.environ": ("nviron", "ENVIRON", "setenv", "delenv", "_env", "env_", "envvar", "EnvVar"),
    **{name: one.words for name, one in SWITCHES.items()},
}
_ON_DISK = ("tempfile.", "pathlib.", "open")
"""Contexts that only make or remove files."""

_KEPT = frozenset({"backup", "before", "old", "orig", "original", "prev", "previous", "real",
                   "saved", "stored"})  # fmt: skip
"""Words of names that hold what was there before."""
_LEAVING = frozenset({"__exit__", "__aexit__"})
_CURRENT = frozenset({"os.getcwd", "os.getcwdb", "pathlib.Path.cwd"})
BY_LUCK = "when nothing fails"
"""A later statement undoes it, which an assertion before it can prevent from running."""


def undone(event: Located, function: Function, target: str, index: Index) -> str:
    """How a change is undone: for certain, :data:`BY_LUCK`, or ``""`` when it is not."""
    words = _WORDS.get(target, (target.rpartition(".")[2],))
    if _is_restored(event, function, target, words, index):
        return "for certain"
    subject = _subject(event)
    undoing = next(
        (
            one
            for one in _around(event, function)[1]
            if _undoes(one, subject, target, words)
            or (isinstance(one, Call) and _registers(one) and _registers_within(one, words, index))
        ),
        None,
    )
    if undoing is None:
        return ""
    certain = (
        (isinstance(undoing, Call) and _registers(undoing))
        or any(one.kind in ("finally_clause", "except_clause") for one in undoing.context.chain())
        or any(True for _ in event.enclosing("try_statement", "with_statement"))
        or not may_fail_between(event, undoing)
    )
    return "for certain" if certain else BY_LUCK


def _is_restored(
    event: Located, function: Function, target: str, words: tuple[str, ...], index: Index
) -> bool:
    if _in_restoring_with(event, words, index):
        return True
    if any(_speaks(one.text, words) for one in decorators(event)):
        return True
    if any(_speaks(one.text, words) for one in _given_tear_downs(event)):
        return True
    if any(context.kind == "finally_clause" for context in event.context.chain()):
        return True
    subject = _subject(event)
    if _is_restoration(event, function, subject):
        return True
    start = event.node.start_byte
    before, _ = _around(event, function)
    # What was registered or noted before the change restores it as well.
    if any(
        isinstance(one, Call)
        and (one.node.start_byte == start or one.node.end_byte <= start)
        and ((_registers(one) and _speaks(one.text, words)) or _registers_within(one, words, index))
        for one in before
    ):
        return True
    if any(one.name == "monkeypatch" for one in function.parameters):
        return any(f"monkeypatch.{verb}" in function.text for verb in _MONKEY)
    if is_replaced(event, index, "environ", "chdir", target.rpartition(".")[2]):
        return True
    return _restored_elsewhere(event, function, words, index)


def puts_back_kept(event: Located) -> bool:
    """Whether an assignment puts back what was kept, or tells a mock what to do.

    ``requests.get = original_get``, ``api.post.side_effect = error``.
    """
    left = event.child("left") if event.kind == "assignment" else None
    right = event.child("right") if event.kind == "assignment" else None
    if left is None or right is None:
        return False
    if event.module.text_of(left).rpartition(".")[2] in ("return_value", "side_effect"):
        return True
    return right.type in ("identifier", "attribute") and not _KEPT.isdisjoint(
        split_words(event.module.text_of(right).rpartition(".")[2])
    )


def _registers_within(call: Call, words: tuple[str, ...], index: Index) -> bool:
    """Whether it is a method of the test's class that registers the undoing."""
    if call.cls is not None and _registers(call):
        named = [one.text.removeprefix("self.") for one in call.arguments[:1]]
        methods = index.methods(call.cls)
        return any(one in methods and _speaks(methods[one].text, words) for one in named)
    own = call.receiver is not None and call.receiver.text == "self" and call.cls is not None
    helper = index.methods(call.cls).get(call.method) if own and call.cls is not None else None
    return helper is not None and any(
        (inner := as_call(one)) is not None and _registers(inner) and _speaks(one.text, words)
        for one in helper.module.within(helper.node, "call")
    )


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
    if target in SWITCHES and _speaks(f"{call.target.text}()", words):
        return True
    if call.receiver is not None and call.receiver.text == target:
        return call.method in ("clear", "pop", "remove")
    if _is_taken_back_otherwise(name):
        return False
    return CHANGES.get(name) == target or name in (f"{target}.remove", f"{target}.pop")


def _is_taken_back_otherwise(name: str) -> bool:
    """Whether the same call again takes nothing back: ``signal.connect`` is no ``disconnect``."""
    switch = SWITCHES.get(name)
    return switch is not None and name.rpartition(".")[2] not in switch.words


def _is_restoration(event: Located, function: Function, subject: str) -> bool:
    """Whether the same thing was changed before in the function: then this puts it back."""
    own = as_call(event)
    folder = own.argument(0) if own is not None and own.name == "os.chdir" else None
    if folder is not None and folder.origin.callee_name in _CURRENT:
        return True  # the tested code changed it
    for one in _around(event, function)[0]:
        if one.node.start_byte >= event.node.start_byte or one.kind == "delete_statement":
            continue
        if own is not None and isinstance(one, Call):
            if _is_taken_back_otherwise(own.name or ""):
                continue
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


def _in_restoring_with(event: Located, words: tuple[str, ...], index: Index) -> bool:
    """Whether a context manager around it restores: by its name, or by what it does."""
    for value in event.entered():
        name = value.callee_name
        if (name or "").startswith(_ON_DISK):
            continue
        if any(word in value.text[:200].lower() for word in _RESTORING):
            return True
        if name is None:
            continue
        cls = index.find_class(name)
        function = index.find_function(name)
        if cls is not None and _speaks(cls.text, words) and _LEAVING & index.methods(cls).keys():
            return True
        if function is not None and function.is_generator and _speaks(function.text, words):
            return True
    return False


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
    # What a tear-down of another class undoes is not what a test of this one changes.
    apart = event.cls is not None and not has_unknown_base(event.cls, index)
    if any(
        one.name in TEARDOWN
        and _speaks(one.text, words)
        and not (apart and _is_of_another(one, event, index))
        for one in event.module.functions
    ):
        return True
    around = (*_asked_for(others, index), *_always_run(event.module, index))
    return any(_speaks(one.text, words) for one in around)


def _asked_for(fixtures: list[Function], index: Index) -> Iterator[Function]:
    """The fixtures that fixtures of a test ask for in their turn."""
    for one in fixtures:
        for parameter in one.parameters:
            fixture = index.fixture(parameter.name, one.module)
            if fixture is not None:
                yield fixture


def _always_run(module: Module, index: Index) -> Iterator[Function]:
    """What the conftest files above a file run around every test: ``autouse`` fixtures, hooks."""
    for conftest in index.conftests:
        if not module.path.startswith(conftest.path.rpartition("conftest")[0]):
            continue
        for one in conftest.functions:
            if one.context.kind != "module":
                continue
            if one.name.startswith("pytest_runtest") or (
                is_fixture(one) and is_autouse(one) and not _is_of_session(one)
            ):
                yield one


def _is_of_session(fixture: Function) -> bool:
    """Whether the fixture ends with the run, after all tests."""
    texts = (one.text.replace(" ", "").replace("'", '"') for one in fixture.decorators)
    return any('scope="session"' in text for text in texts)


def _is_of_another(method: Function, event: Located, index: Index) -> bool:
    """Whether a method belongs to a class that has nothing to do with the one around a place."""
    if not method.is_method or method.cls is None or event.cls is None:
        return False
    return all(one.node != event.cls.node for one in index.chain(method.cls))


def _given_tear_downs(event: Located) -> Iterator[Function]:
    """What a decorator of nose runs after the test: ``@with_setup(prepare, clean)``."""
    for decorator in decorators(event):
        made = decorator.origin
        if made.node.type != "call" or not made.text.partition("(")[0].endswith("with_setup"):
            continue
        names = {made.module.text_of(one).rpartition("=")[2] for one in argument_nodes(made.node)}
        yield from (
            one
            for one in made.module.functions
            if one.name in names and one.context.kind == "module"
        )
