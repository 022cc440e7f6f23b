"""Aspect 1, mocks and fakes: where they come in, where they are made, and how each is undone."""

from __future__ import annotations

from collections.abc import Iterator

from checks.events import Call, Class, Function, ModuleEvent, Value, as_call
from checks.evidence.registry import gather
from checks.hygiene.shared.blocks import following, statements
from checks.hygiene.shared.patchers import Fate, patcher_fate
from checks.hygiene.shared.tests import PATCHES
from checks.languages.python.context import Located
from checks.model import Aspect, Lines, State
from checks.registry import CLASSES, MODULE, TEST_ROLES, calls
from checks.report import EvidenceSink

MOCK_LIBRARIES = frozenset(
    {"aioresponses", "fakeredis", "flexmock", "freezegun", "httpretty", "mongomock", "moto",
     "pretend", "pyfakefs", "pytest_httpserver", "pytest_mock", "requests_mock", "respx",
     "responses", "time_machine", "vcr"}
)  # fmt: skip
_FAKE_WORDS = frozenset({"fake", "fakes", "stub", "stubs", "mock", "mocks", "dummy", "double",
                         "doubles", "mocked", "stubbed"})  # fmt: skip
_MAKERS = ("fake_", "make_fake", "stub_")
_FAKES_ONLY = frozenset({"fake", "fakes", "mock", "mocks"})
_DOUBLES = ("Mock", "MagicMock", "AsyncMock", "NonCallableMock", "NonCallableMagicMock",
            "PropertyMock", "create_autospec", "mock_open")  # fmt: skip
_MONKEY = ("setattr", "delattr", "setitem", "delitem", "setenv", "delenv", "chdir",
           "syspath_prepend")  # fmt: skip


def words_of(name: str) -> set[str]:
    """The words of a name in any of Python's spellings: ``FakeClock`` and ``fake_clock``."""
    words: list[str] = [""]
    for index, letter in enumerate(name):
        if letter in "_.:":
            words.append("")
        elif letter.isupper() and (not name[index - 1].isupper() or not index):
            words.append(letter.lower())
        else:
            words[-1] += letter.lower()
    return {one for one in words if one}


def speaks_of_fakes(name: str) -> bool:
    """Whether a dotted name has a part that says what it holds is a double."""
    return not _FAKE_WORDS.isdisjoint(words_of(name))


@gather(Aspect.MOCKS, on=MODULE)
def imports(event: ModuleEvent, evidence: EvidenceSink) -> None:
    """Imports of mock libraries and of modules that hold fakes, once a statement."""
    seen: set[int] = set()
    for entry in event.module.imports:
        name = entry.qualified
        if entry.span.start in seen:
            continue
        top = name.partition(".")[0]
        if name.startswith("unittest.mock") or top == "mock" or top in MOCK_LIBRARIES:
            seen.add(entry.span.start)
            evidence.add(entry.span, "import of a mock library", "imports of mock libraries")
        elif _imports_fakes(entry.module, entry.name, in_tests=evidence.role.is_test_code):
            seen.add(entry.span.start)
            evidence.add(entry.span, "import of fakes", "imports of fakes")


def _imports_fakes(module: str, name: str, *, in_tests: bool) -> bool:
    """Whether a module of fakes, or a class that is one by its name, is imported.

    Production code has dummies and stubs of its own kind: there only fakes and mocks count.
    """
    words = words_of(f"{module}.{name}")
    return not words.isdisjoint(_FAKE_WORDS if in_tests else _FAKES_ONLY)


@gather(Aspect.MOCKS, on=calls(*PATCHES))
def patchers(call: Call, evidence: EvidenceSink) -> None:
    """Patchers of :mod:`unittest.mock`, each with what undoes it; a note where nothing is seen to.

    Whether that is a defect the check ``patcher-not-stopped`` says.
    """
    fate = patcher_fate(call, evidence.index)
    at: Call | Lines = call
    if fate in (Fate.ADD_CLEANUP, Fate.STOPPED, Fate.NOT_STOPPED):
        at = _with_start_and_stop(call)
    state = State.NOTE if fate is Fate.NOT_STOPPED else State.CLEAN
    evidence.add(at, "patcher", "patchers", fate.value, state=state)


def _with_start_and_stop(call: Call) -> Lines:
    """The lines of the assignment and of the statements right after it that use the patcher."""
    first, last = call.module.lines(call.statement.node)
    name = call.assigned_to
    for node in following(call) if name else ():
        text = call.module.text_of(node)
        if f"{name}.start" not in text and f"{name}.stop" not in text:
            break
        last = call.module.lines(node).end
    return Lines(first, last)


@gather(Aspect.MOCKS, on=calls(*(f"*.{name}" for name in _MONKEY)))
def monkeypatches(call: Call, evidence: EvidenceSink) -> None:
    """What pytest's ``monkeypatch`` changes."""
    if call.receiver is not None and call.receiver.text == "monkeypatch":
        evidence.add(call, "change by `monkeypatch`", "changes by `monkeypatch`",
                     "undone by the fixture")  # fmt: skip


@gather(Aspect.MOCKS, on=calls("*.{patch,object,dict,multiple,spy,stub}"))
def mocker_patches(call: Call, evidence: EvidenceSink) -> None:
    """What pytest-mock's ``mocker`` patches."""
    receiver = "" if call.receiver is None else call.receiver.text
    if receiver in ("mocker", "mocker.patch", "class_mocker", "module_mocker", "session_mocker"):
        evidence.add(call, "patch by `mocker`", "patches by `mocker`", "undone by the fixture")


@gather(Aspect.MOCKS, on=calls(f"unittest.mock.{{{','.join(_DOUBLES)}}}"))
def doubles(call: Call, evidence: EvidenceSink) -> None:
    """Mock objects; one that is made for another double or a patcher is part of that one."""
    if not any(_makes_double(one) for one in _calls_around(call)):
        spec = call.name == "unittest.mock.create_autospec" or any(
            word in call.keywords for word in ("spec", "spec_set", "wraps")
        )
        evidence.add(call, "mock object", "mock objects", "with a spec" if spec else "")


def _calls_around(call: Call) -> Iterator[Call]:
    """The calls of the same statement that this one is an argument of."""
    for one in call.ancestors():
        if one.kind in ("block", "module", "decorator"):
            return
        around = as_call(one)
        if around is not None:
            yield around


def _makes_double(call: Call) -> bool:
    name = call.name or ""
    return name.startswith("unittest.mock.") or _is_fake(call.target)


@gather(Aspect.MOCKS, on=calls())
def fakes(call: Call, evidence: EvidenceSink) -> None:
    """Fakes that are made, and the helpers that make them.

    A fake that is handed to the making of another one, or to a helper that makes one, is a part
    of that one.
    """
    method = call.method
    named = method[:1].isupper() or method.startswith(_MAKERS)
    if not (named or call.may_be(())) or not _is_fake(call.target):
        return
    for around in _calls_around(call):
        if _makes_double(around) or _calls_maker(around):
            return
    function = call.function
    if function is not None and _only_makes(function, call):
        evidence.add(function, "helper that makes a fake", "helpers that make fakes")
    else:
        evidence.add(call, "fake made", "fakes made")


def _is_fake(target: Value) -> bool:
    """Whether a class that is a double by its name, or one of a module of fakes, is called."""
    name = target.name
    if name is None or name.startswith("unittest.mock") or "()" in name or "[]" in name:
        return False
    last = name.replace(":", ".").rpartition(".")[2]
    if not last[:1].isupper() and not last.startswith(_MAKERS):
        return False
    # What the file's own path says is said of everything in it.
    return speaks_of_fakes(name.rpartition(":")[2] if ":" in name else name)


def _only_makes(function: Function, call: Call) -> bool:
    body = statements(function.body)
    if function.docstring is not None:
        body = body[1:]
    if len(body) != 1 or body[0].type != "return_statement" or not body[0].named_children:
        return False
    return body[0].named_children[0] == call.node


def _calls_maker(call: Call) -> bool:
    """Whether a helper of the same class or file is called that only makes a fake."""
    name, receiver = call.method, call.receiver
    if receiver is None:
        candidates = call.module.functions_by_name.get(name, [])
        candidates = [one for one in candidates if one.context.kind == "module"]
    elif receiver.text in ("self", "cls") and call.cls is not None:
        method = call.cls.methods.get(name)
        candidates = [] if method is None else [method]
    else:
        return False
    return any(_returns_fake(one) for one in candidates[:5])


def _returns_fake(function: Function) -> bool:
    body = statements(function.body)
    if not body or body[-1].type != "return_statement" or not body[-1].named_children:
        return False
    value = body[-1].named_children[0]
    target = value.child_by_field_name("function") if value.type == "call" else None
    return target is not None and _is_fake(Value(function.module, target, function.inner))


@gather(Aspect.MOCKS, on=CLASSES, roles=TEST_ROLES)
def fake_classes(cls: Class, evidence: EvidenceSink) -> None:
    """Classes that stand in for real ones."""
    if speaks_of_fakes(cls.name) and not cls.name.startswith("Test"):
        evidence.add(_heading(cls), "fake class", "fake classes", "defined here")


def _heading(cls: Located) -> Lines:
    first = cls.module.lines(cls.node).start
    return Lines(first, first)
