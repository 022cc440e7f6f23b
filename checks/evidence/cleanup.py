"""Aspect 6, resource cleanup: what is taken, and where it is given back."""

from __future__ import annotations

from checks.events import Call, Function
from checks.evidence.registry import gather
from checks.hygiene.shared.resources import HANDLES, PLURALS, holding
from checks.hygiene.shared.tests import is_fixture, is_teardown
from checks.model import Aspect, Lines
from checks.registry import FUNCTIONS, TEST_ROLES, calls
from checks.report import EvidenceSink

_REGISTERS = ("addCleanup", "addClassCleanup", "addModuleCleanup", "addAsyncCleanup",
              "addfinalizer")  # fmt: skip
_FIXTURES = ("tmp_path", "tmpdir", "tmp_path_factory", "tmpdir_factory")


@gather(Aspect.CLEANUP, on=calls(*HANDLES))
def handles(call: Call, evidence: EvidenceSink) -> None:
    """Files, sockets, processes and other handles."""
    noun = HANDLES[call.name or ""]
    held = holding(call, evidence.index).held
    evidence.add(call, noun, PLURALS.get(noun, noun + "s"), held.value)


@gather(Aspect.CLEANUP, on=calls(*(f"*.{name}" for name in _REGISTERS)), roles=TEST_ROLES)
def cleanups(call: Call, evidence: EvidenceSink) -> None:
    """Cleanups that are registered where the thing is made."""
    if call.arguments and call.arguments[0].text.endswith("patch.stopall"):
        return
    evidence.add(call, "cleanup", "cleanups", f"registered by `{call.method}`")


@gather(Aspect.CLEANUP, on=FUNCTIONS, roles=TEST_ROLES)
def teardowns(function: Function, evidence: EvidenceSink) -> None:
    """Tear-down methods, fixtures with a second half, and folders that pytest removes."""
    first = function.module.lines(function.node).start
    if is_teardown(function):
        evidence.add(function, "tear-down method", "tear-down methods")
    elif is_fixture(function) and function.is_generator:
        evidence.add(Lines(first, first), "fixture that cleans up after its `yield`",
                     "fixtures that clean up after their `yield`")  # fmt: skip
    if any(one.name in _FIXTURES for one in function.parameters):
        evidence.add(Lines(first, first), "temporary folder", "temporary folders",
                     "removed by pytest")  # fmt: skip
