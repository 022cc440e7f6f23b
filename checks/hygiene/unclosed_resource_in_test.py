"""The check ``unclosed-resource-in-test``: a handle that a test takes and never gives back."""

from __future__ import annotations

from checks.events import Call, Function
from checks.hygiene.shared.assertions import expects_exception
from checks.hygiene.shared.blocks import holders, statements
from checks.hygiene.shared.borrowed import borrowed_file
from checks.hygiene.shared.clients import CLIENTS, client_of
from checks.hygiene.shared.leaks import DESCRIPTORS, LOOPS, SOCKETS, Leak, leak_of, probe_of
from checks.hygiene.shared.resources import (
    HANDLES,
    PATHS,
    RELEASES,
    Held,
    Holding,
    holding,
    is_kept_aside,
    only_returned,
)
from checks.hygiene.shared.tests import (
    has_unknown_base,
    is_fixture,
    is_replaced,
    is_setup,
    is_test,
    is_test_class,
)
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_READING = frozenset({"read", "readline", "readlines", "write", "writelines"})
_WHOLE = {"write": "write_text", "writelines": "write_text"}
_OF_FILES = ("child(", "dir", "file", "folder", "path", "tmp", "sibling(")
"""What the object whose ``open`` gives a file is called, or made by."""
_EXPECTING = ("raises", "assertRaises", "warns", "suppress", "assertWarns")


@check(
    id="unclosed-resource-in-test",
    title="Handle is opened in a test and never released",
    aspect=Aspect.CLEANUP,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=calls(*HANDLES, *DESCRIPTORS, *LOOPS, *SOCKETS, *CLIENTS, "*.{accept,open,popen,socket}"),
    cwe=(772,),
)
def unclosed_resource_in_test(call: Call, report: Report) -> None:
    """A test opens a file, a socket, a process or a temporary file and nothing closes it.

    Why:
        The handle lives until the collector finds it: later tests meet files that are still
        open (on Windows they cannot be removed), ports in use and processes that run on, and a
        suite with warnings as errors fails in a test that is not to blame.
    Bad:
        # file: tests/test_config.py
        import json

        def test_config(path):
            config = json.load(open(path))
            assert config["name"] == "a"
    Bad:
        # file: tests/test_image.py
        import tempfile

        def test_image(Image):
            file = tempfile.NamedTemporaryFile()
            assert Image(file.name).size == 0
    Good:
        # file: tests/test_config.py
        import json

        def test_config(path):
            with open(path) as file:
                config = json.load(file)
            assert config["name"] == "a"
    Good:
        # file: tests/test_image.py
        import tempfile
        import unittest

        class Images(unittest.TestCase):
            def test_image(self):
                file = tempfile.NamedTemporaryFile()
                self.addCleanup(file.close)
                self.assertEqual(0, self.image(file.name).size)
    Suppress:
        Where the process ends with the test.
    """
    function = call.function
    if function is None:
        probe = probe_of(call)
        if probe is not None:
            _tell_leak(call, probe, report)
        return
    leak = leak_of(call, report.index)
    if leak is not None and not _must_fail(call):
        _tell_leak(call, leak, report)
        return
    client = client_of(call, report.index) or borrowed_file(call)
    if client is not None:
        if not _must_fail(call) and not is_replaced(call, report.index, call.method, _last(call)):
            _tell_leak(call, client, report)
        return
    if call.name not in HANDLES:
        _dropped(call, report)
        return
    if call.name in PATHS and is_kept_aside(call):
        _tell(call, Holding(Held.LEFT), report)
        return
    if function.context.function is not None:
        return
    held = holding(call, report.index)
    if not (is_test(function) or is_setup(function) or is_test_class(call.cls, report.index)):
        if held.held is not Held.LEFT or call.name in PATHS:
            return  # a helper may leave it to its callers
        if held.name and (function.cls is not None or "." in held.name or function.name == "main"):
            return
    if held.held is not Held.LEFT and not _is_left_to_tests(call, function, held):
        return
    if _must_fail(call) or is_replaced(call, report.index, call.method, _last(call)):
        return
    _tell(call, held, report)


def _tell_leak(call: Call, leak: Leak, report: Report) -> None:
    held = f" `{leak.name}`" if leak.name else ""
    report(
        at=call,
        message=f"The {leak.noun}{held} is never closed.",
        why="It stays until the collector finds it, and can disturb the tests that follow.",
        fix=leak.remedy,
        surface=Surface.SUMMARY,
    )


def _dropped(call: Call, report: Report) -> None:
    """Report ``path.open().read()``: nothing holds the file, so nothing closes it."""
    above = call.parent
    outer = None if above is None or above.kind != "attribute" else above.parent
    if above is None or outer is None or outer.kind != "call" or call.receiver is None:
        return
    word = call.module.text_of(above.node).rpartition(".")[2]
    if word not in _READING or not any(
        one in (call.name or call.receiver.text).lower() for one in _OF_FILES
    ):
        return
    if _must_fail(call) or is_replaced(call, report.index, "open"):
        return
    report(
        at=call,
        message=f"The file of `{call.value().short}` is never released.",
        why="It stays until the collector finds it, and can disturb the tests that follow.",
        fix=f"Open it in a `with`, or use `{_WHOLE.get(word, 'read_text')}` where it is a path.",
    )


def _tell(call: Call, held: Holding, report: Report) -> None:
    unknown = held.name.startswith(("self.", "cls.")) and (
        call.cls is not None and has_unknown_base(call.cls, report.index)
    )
    noun = HANDLES[call.name or ""]
    report(
        at=call,
        message=_message(call, noun, held.name),
        why="It stays until the collector finds it, and can disturb the tests that follow.",
        fix=_fix(call, held.name),
        confidence=Confidence.LOW if unknown else Confidence.HIGH,
        # Nobody is harmed at once by what a helper drops: the collector mostly closes it.
        surface=None if held.name or _is_of_tests(call) else Surface.SUMMARY,
    )


def _is_of_tests(call: Call) -> bool:
    return is_test(call.function) or is_setup(call.function)


def _is_left_to_tests(call: Call, function: Function, held: Holding) -> bool:
    """Whether a fixture returns the handle, and no code in its file gives it back.

    What a fixture returns belongs to the runner, which closes nothing.
    """
    if held.held is not Held.HANDED_ON or not is_fixture(function):
        return False
    if function.is_generator or call.name in PATHS or not only_returned(call, held.name):
        return False
    users = [
        one
        for one in call.module.functions
        if any(parameter.name == function.name for parameter in one.parameters)
    ]
    # A test that hands it on, or ends it, may be the owner. In a conftest the tests are not seen.
    return bool(users) and not any(_takes_over(one, function.name) for one in users)


def _takes_over(function: Function, name: str) -> bool:
    return any(
        one.kind != "attribute" or one.text.rpartition(".")[2] in RELEASES
        for one, _ in holders(
            function.module, function.node, name,
            "attribute", "with_item", "return_statement", "yield", "assignment", "argument_list",
            "keyword_argument",
        )
    )  # fmt: skip


def _last(call: Call) -> str:
    return (call.name or "").rpartition(".")[2]


def _message(call: Call, noun: str, name: str) -> str:
    verb = "removed" if call.name in PATHS or noun == "temporary folder" else "released"
    if name:
        return f"The {noun} `{name}` is never {verb}."
    return f"The {noun} of `{call.value().short}` is never {verb}."


def _fix(call: Call, name: str) -> str:
    if call.name in PATHS:
        return "Use pytest's `tmp_path`, or `tempfile.TemporaryDirectory` in a `with`."
    if call.cls is not None and name:
        return f"Open it in a `with`, or register `self.addCleanup({name}.close)`."
    return "Open it in a `with` statement."


def _must_fail(call: Call) -> bool:
    """Whether the test expects that the call itself fails, so that nothing is opened."""
    for value in call.entered():
        text = value.text.partition("(")[0]
        if text.rpartition(".")[2].startswith(_EXPECTING):
            return True
    tried = call.enclosing("try_statement") if is_test(call.function) else ()
    for block in tried:  # a helper tries what as a rule succeeds
        handled = any(one.type.startswith("except") for one in block.node.named_children)
        if handled and len(statements(block.node.child_by_field_name("body"))) == 1:
            return True
    function = call.function
    if function is not None and "ResourceWarning" in function.text:
        return True  # that nothing closes it is what is tested
    for above in call.ancestors():
        if above.kind == "block":
            return False
        if above.kind == "call" and expects_exception(Call(above.module, above.place)):
            return True
    return False
