"""The check ``mock-assert-misspelled``: a mock's assertion that asserts nothing."""

from __future__ import annotations

import functools

import tree_sitter

from checks.events import Call, Node, Value, as_call
from checks.hygiene.shared.blocks import holders
from checks.hygiene.shared.mock_words import joined, question, setting
from checks.hygiene.shared.tests import PATCHES
from checks.hygiene.shared.unknown_assertions import meant
from checks.languages.python.context import Located
from checks.model import Aspect, Confidence, Edit, Severity, Span
from checks.registry import TEST_ROLES, calls, check, nodes
from checks.report import Report

REAL = (
    "assert_any_await",
    "assert_any_call",
    "assert_awaited",
    "assert_awaited_once",
    "assert_awaited_once_with",
    "assert_awaited_with",
    "assert_called",
    "assert_called_once",
    "assert_called_once_with",
    "assert_called_with",
    "assert_has_awaits",
    "assert_has_calls",
    "assert_not_awaited",
    "assert_not_called",
)
_KNOWN = {
    "any_call": "assert_any_call",
    "awaited_once": "assert_awaited_once",
    "awaited_once_with": "assert_awaited_once_with",
    "awaited_with": "assert_awaited_with",
    "called_once": "assert_called_once",
    "called_once_with": "assert_called_once_with",
    "called_with": "assert_called_with",
    "has_calls": "assert_has_calls",
    "not_awaited": "assert_not_awaited",
    "not_called": "assert_not_called",
}
_PROPERTIES = frozenset({"not_called", "called_once"})
_BEFORE = "mock_"
"""What is put before the name of an assertion where the mock's own name ended that way."""
_NEAR = 2
_SHORTEST = 6
"""Letters of a keyword from which on another spelling can be told from another word."""

_EXPECTED = frozenset({"list", "list_comprehension", "tuple", "true", "false", "integer"})
_OF_MOCKS = frozenset(
    {"call_args", "call_args_list", "call_count", "called", "method_calls", "mock_calls",
     "return_value", "side_effect", "reset_mock", *REAL}
)  # fmt: skip
"""Attributes that tell that an object is a mock."""
_KEYWORDS = ("autospec", "new_callable", "return_value", "side_effect", "spec_set")
"""Keywords of patchers and mocks that another spelling is taken for."""

_LONGEST = max(map(len, _KEYWORDS)) + _NEAR

_TAKING = frozenset({"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "NonCallableMagicMock",
                     "PropertyMock", "create_autospec", "patch", "object"})  # fmt: skip
_PATCHERS = frozenset({"mocker", "class_mocker", "module_mocker", "session_mocker"})
"""The fixtures of pytest-mock."""

_MOCKS = frozenset({"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "NonCallableMagicMock",
                    "PropertyMock", "create_autospec", "patch", "object"})  # fmt: skip


@check(
    id="mock-assert-misspelled",
    title="Mock assertion that is not an assertion",
    aspect=Aspect.ERRORS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=(nodes("attribute", "assignment", "keyword_argument"), calls("*.call")),
    cwe=(670,),
)
def mock_assert_misspelled(event: Node | Call, report: Report) -> None:
    """A mock is asked something that it has no method for, and it answers yes.

    Why:
        A mock makes every attribute that it is asked for. `mock.called_once_with(1)` is a call of
        such an attribute: it checks nothing, and the test passes whatever was called.
    Bad:
        # file: tests/test_update.py
        def test_update(mock_update, txn):
            run(txn)
            mock_update.called_once_with(txn)
    Bad:
        # file: tests/test_update.py
        from unittest import mock

        def test_update(txn):
            update = mock.Mock()
            run(txn, update)
            update.assert_called_once
    Good:
        # file: tests/test_update.py
        def test_update(mock_update, txn):
            run(txn)
            mock_update.assert_called_once_with(txn)
    Good:
        # file: tests/test_update.py
        def test_update(mock_update, txn):
            run(txn)
            assert mock_update.called
    Bad:
        # file: tests/test_update.py
        from unittest import mock

        def test_updates(update, txn):
            run(txn, update)
            update.assert_has_calls = [mock.call(txn, 1), mock.call(txn, 2)]
    Bad:
        # file: tests/test_update.py
        from unittest import mock

        @mock.patch("app.update", auto_spec=True)
        def test_update(update):
            run("a")
            update.assert_called_once_with("a")
    Bad:
        # file: tests/test_update.py
        from unittest import mock

        @mock.patch("app.update")
        def test_update_fails(update):
            update.side_effects = ValueError
            assert run("a") == "failed"
    Suppress:
        Where the object is no mock and has such a method.
    """
    if isinstance(event, Call):
        if joined(event):
            _joined(event, report)
        return
    if event.kind == "assignment":
        _assigned(event, report)
        return
    if event.kind == "keyword_argument":
        _given(event, report)
        return
    name_node = event.child("attribute")
    owner = event.child("object")
    above = event.parent
    if name_node is None or owner is None or above is None:
        return
    name = event.module.text_of(name_node)
    if not _may_be(name):
        return
    called = above.kind == "call" and above.child("function") == event.node
    if called and _of_test_case(event, owner, name, report):
        return
    statement = above.parent if called else above
    stands_alone = statement is not None and statement.kind in ("expression_statement", "await")
    asserted = statement is not None and statement.kind == "assert_statement"
    right = _meant(name, called=called)
    if right is None or not (stands_alone or asserted) or (not called and name in _KNOWN):
        return
    if not _is_mock(event, event.value(owner)) or _is_defined(event, name):
        return
    written = f"{event.value(owner).short}.{name}"
    if name in REAL:
        edits = [Edit(Span(event.span.end, event.span.end), "()")] if stands_alone else []
        report(
            at=event,
            message=f"`{written}` is not called.",
            why="A method that is only named checks nothing.",
            fix="Put parentheses after it, with the expected arguments.",
            edits=edits if name in ("assert_called", "assert_called_once", "assert_not_called",
                                    "assert_awaited", "assert_awaited_once",
                                    "assert_not_awaited") else [],
        )  # fmt: skip
        return
    report(
        at=event,
        message=f"`{written}` is no assertion of a mock.",
        why="The mock makes up an attribute of that name, so nothing is checked.",
        fix=f"Use `{right}`.",
        edits=[Edit(Span(*name_node.byte_range), right)] if called and stands_alone else [],
    )


def _of_test_case(event: Node, owner: tree_sitter.Node, name: str, report: Report) -> bool:
    """Report ``self.assertFail()``: a test case has no such method."""
    if event.cls is None or event.module.text_of(owner) != "self":
        return False
    right = meant(event, name, event.cls, report.index)
    if right is None:
        return False
    report(
        at=event,
        message=f"`self.{name}` is no method of a test case.",
        why="Where the line is reached, the test ends with an `AttributeError` and not with what "
        "it wants to say; what handles all errors takes that for a pass.",
        fix=f"Use `self.{right}`.",
    )
    return True


def _assigned(event: Node, report: Report) -> None:
    """Report ``mock.assert_has_calls = [...]``: the assertion is overwritten, not called."""
    left, right = event.child("left"), event.child("right")
    if left is None or right is None or left.type != "attribute":
        return
    if _set(event, left, right, report):
        return
    name = event.module.text_of(left).rpartition(".")[2]
    value = event.value(right)
    expected = right.type in _EXPECTED or (value.callee_name or "").startswith("unittest.mock.call")
    if name not in REAL or not expected:
        return
    report(
        at=event,
        message=f"`{event.value(left).short}` is assigned to and not called.",
        why="The assertion is replaced by the expected calls, so nothing is checked.",
        fix="Call it with the expected calls in parentheses.",
    )


def _set(event: Node, left: tree_sitter.Node, right: tree_sitter.Node, report: Report) -> bool:
    """Report ``mock.side_effects = …``: an attribute of that name has no effect."""
    meant = setting(event, left, right)
    owner = left.child_by_field_name("object")
    if meant is None or owner is None or not _is_mock(event, event.value(owner)):
        return False
    report(
        at=event,
        message=f"`{event.value(left).short}` is no setting of a mock, so it has no effect.",
        why="The mock takes any attribute, and goes on to answer as if nothing had been set.",
        fix=f"Set `{meant}`.",
    )
    return True


def _joined(call: Call, report: Report) -> None:
    """Report ``[call(1).call(2)]``, which is one call that is never made, and not two."""
    report(
        at=call,
        message=f"`{call.value().short}` is one call of what a call returns, and not two calls.",
        why="`call(…)` takes any attribute, so a missing comma is no error.",
        fix="Put a comma between the two calls.",
    )


def _is_defined(event: Node, name: str) -> bool:
    """Whether a double of the file has a method of that name."""
    return f"def {name}(".encode() in event.module.source.data


def _given(event: Node, report: Report) -> None:
    """Report ``patch(…, auto_spec=True)``: an attribute of the mock is made, and nothing else."""
    name_node = event.child("name")
    above = event.parent
    outer = None if above is None or above.parent is None else as_call(above.parent)
    if name_node is None or outer is None:
        return
    name = event.module.text_of(name_node)
    right = _keyword_meant(name)
    if right is None or outer.method not in _TAKING:
        return
    owner = "" if outer.receiver is None else outer.receiver.text.partition(".")[0]
    if not ((outer.name or "").startswith("unittest.mock.") or owner in _PATCHERS):
        return
    report(
        at=event,
        message=f"`{name}` is no keyword of `{outer.target.short}`.",
        why="It becomes an attribute of the mock, and has no other effect.",
        fix=f"Write `{right}`.",
        edits=[Edit(Span(*name_node.byte_range), right)],
    )


def _keyword_meant(name: str) -> str | None:
    """The keyword that was meant; ``None`` when the name is a right one or far from all."""
    if name in _KEYWORDS or not _SHORTEST <= len(name) <= _LONGEST:
        return None
    return _near_keyword(name)


@functools.lru_cache(maxsize=4_096)
def _near_keyword(name: str) -> str | None:
    near = [one for one in _KEYWORDS if distance(name, one) <= _NEAR]
    return near[0] if near else None


def _may_be(name: str) -> bool:
    return name in _KNOWN or question(name) is not None or name.startswith(
        ("assert", "asert", "asser", "asset", "assrt", "asssert", "aassert", "assret", "aseert",
         f"{_BEFORE}assert_")
    )  # fmt: skip


def _meant(name: str, *, called: bool) -> str | None:
    """The assertion that was meant; ``None`` when the name is a right one or far from all."""
    if name in REAL:
        return None if called else name
    if name in _KNOWN:
        return _KNOWN[name]
    if name.removeprefix(_BEFORE) in REAL:
        return name.removeprefix(_BEFORE)
    asked = question(name) if called else None
    if "_" not in name.lstrip("_") and not name.startswith("assertCalled"):
        return asked  # unittest's own assertions
    near = sorted((distance(name, one), one) for one in REAL)
    best, right = near[0]
    return right if 0 < best <= _NEAR else asked


def _is_mock(event: Located, owner: Value) -> bool:
    """Whether there is evidence that the object is a mock: how it was made, or its name."""
    made = owner.origin.callee_name or ""
    if made.startswith("unittest.mock.") and made.rpartition(".")[2] in _MOCKS:
        return True
    name = owner.name or ""
    if name.startswith("unittest.mock.") or ("()" in name and "mock" in name.lower()):
        return True
    if owner.node.type not in ("identifier", "attribute") or owner.text in ("self", "cls"):
        return False
    parts = owner.text.lower().replace(".", "_").split("_")
    if any(part.startswith("mock") or part.endswith("mock") for part in parts):
        return True
    return _is_patched(event, owner.text) or _is_used_as_mock(event, owner.text)


def _is_used_as_mock(event: Located, name: str) -> bool:
    """Whether the same function also asks the object what only a mock answers."""
    function = event.function
    return function is not None and any(
        one.text.rpartition(".")[2] in _OF_MOCKS
        for one, _ in holders(event.module, function.node, name, "attribute")
    )


def _is_patched(event: Located, name: str) -> bool:
    """Whether the name is a parameter that a ``patch`` decorator fills, or is entered by one."""
    root = name.partition(".")[0]
    function = event.function
    if function is not None and any(one.name == root for one in function.parameters):
        patched = sum(one.callee_name in PATCHES for one in function.decorators)
        if event.cls is not None:
            patched += sum(one.callee_name in PATCHES for one in event.cls.decorators)
        own = [one.name for one in function.parameters if one.name not in ("self", "cls")]
        return root in own[:patched]
    for entered in event.entered():
        if entered.callee_name in PATCHES:
            text = event.module.source.data[entered.span.end : entered.span.end + 80]
            if text.decode("utf-8", "replace").strip().startswith(f"as {root}"):
                return True
    return False


def distance(one: str, other: str) -> int:
    """How many letters must be changed, put in or taken out, at most 3 (Levenshtein)."""
    if abs(len(one) - len(other)) > _NEAR:
        return _NEAR + 1
    previous = list(range(len(other) + 1))
    for index, letter in enumerate(one, 1):
        current = [index]
        for position, right in enumerate(other, 1):
            current.append(
                min(previous[position] + 1, current[-1] + 1,
                    previous[position - 1] + (letter != right))
            )  # fmt: skip
        previous = current
    return min(previous[-1], _NEAR + 1)
