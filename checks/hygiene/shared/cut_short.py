"""Set-ups that skip their tests after they have made something: their tear-down is not run then.

unittest calls ``tearDown`` only when ``setUp`` has gone through, and pytest its own likewise.

Source: https://docs.python.org/3/library/unittest.html#unittest.TestCase.tearDown
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.events import Call, Function, Module, as_call
from checks.hygiene.shared.tests import own_calls
from checks.languages.python.context import Located
from checks.light import dataclass

_PARTNERS = {
    "asyncSetUp": "asyncTearDown",
    "setUp": "tearDown",
    "setUpClass": "tearDownClass",
    "setUpModule": "tearDownModule",
    "setup": "teardown",
    "setup_class": "teardown_class",
    "setup_function": "teardown_function",
    "setup_method": "teardown_method",
    "setup_module": "teardown_module",
}
_MAKING = frozenset(
    {"Popen", "copyfile", "copytree", "create_all", "enable", "install", "listen", "makedirs",
     "mkdir", "mkdtemp", "start", "start_server", "symlink"}
)  # fmt: skip
_ENDING = ("cleanup", "close", "delete", "disable", "drop", "kill", "remove", "rmdir", "rmtree",
           "shutdown", "stop", "terminate", "uninstall", "unlink")  # fmt: skip
_REGISTERING = ("addCleanup", "addClassCleanup", "addModuleCleanup", "addfinalizer",
                "enterContext", "useFixture")  # fmt: skip


@dataclass(frozen=True, slots=True)
class CutShort:
    """A skip that leaves behind what its set-up has made."""

    at: Located
    made: Call
    partner: str
    """The tear-down that is not run."""


def cut_short(module: Module) -> Iterator[CutShort]:
    """The first such skip of each set-up of a file."""
    for function in module.functions:
        partner = _partner(function)
        if partner is None or any(f"{one}(" in function.text for one in _REGISTERING):
            continue
        if not any(word in partner.text for word in _ENDING):
            continue
        for skip in _skips(function):
            made = _made_before(function, skip)
            if made is not None and not _ends_before(function, skip, partner.name):
                yield CutShort(skip, made, partner.name)
                break


def _partner(function: Function) -> Function | None:
    """The tear-down that belongs to a set-up of the same class or file."""
    name = _PARTNERS.get(function.name)
    if name is None or function.context.function is not None:
        return None
    if function.cls is not None:
        return function.cls.methods.get(name)
    found = (one for one in function.module.functions if one.context.kind == "module")
    return next((one for one in found if one.name == name), None)


def _skips(function: Function) -> Iterator[Located]:
    for one in function.own("raise_statement", "call"):
        call = as_call(one)
        if call is None:
            if "SkipTest" in one.text.partition("(")[0]:
                yield one
        elif call.name == "pytest.skip" or call.target.text in ("self.skipTest", "cls.skipTest"):
            yield one


def _made_before(function: Function, skip: Located) -> Call | None:
    """What the set-up has made for certain before it skips, and holds on to."""
    block = next((one.node for one in skip.enclosing("except_clause")), None)
    for one in own_calls(function):
        if one.method not in _MAKING or one.node.end_byte > skip.node.start_byte:
            continue
        if one.is_with_item or any(True for _ in one.enclosing("with_statement")):
            continue
        tried = None if block is None else block.parent
        if tried is not None and tried.start_byte <= one.node.start_byte < tried.end_byte:
            continue  # what has failed is not there
        return one
    return None


def _ends_before(function: Function, skip: Located, partner: str) -> bool:
    """Whether the code that skips ends by itself what was made."""
    start = next(
        (
            context.node.start_byte
            for context in skip.context.chain()
            if context.kind in ("if_statement", "except_clause", "else_clause", "elif_clause")
        ),
        skip.node.start_byte,
    )
    before = function.text[: max(0, skip.node.start_byte - function.node.start_byte)]
    near = before[max(0, start - function.node.start_byte) :]
    return partner in near or any(f"{word}(" in near for word in _ENDING)
