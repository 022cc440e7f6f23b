"""What counts as an assertion: statements and calls that make a test fail."""

from __future__ import annotations

import tree_sitter

from checks.events import Call, Function, Module, as_call
from checks.languages.python.context import Located

FAILURES = frozenset({"fail", "xfail"})
_RAISING = frozenset({"raises", "warns", "deprecated_call", "raises_regex"})
_CHECKING = ("assert", "check", "ensure", "expect", "should", "verify")


def is_assertion(call: Call) -> bool:
    """Whether the call asserts: ``self.assertEqual``, ``mock.assert_called``, ``pytest.raises``."""
    name = call.method
    if name.lstrip("_").startswith("assert"):
        return True
    return name in _RAISING or is_failure(call)


def is_failure(call: Call) -> bool:
    """Whether the call makes the test fail: ``self.fail()``, ``pytest.fail()``."""
    if call.method not in FAILURES and not call.method.startswith("fail"):
        return False
    if call.name in ("pytest.fail", "pytest.xfail"):
        return True
    receiver = call.receiver
    return receiver is not None and receiver.text in ("self", "cls", "case", "test", "t", "pytest")


def expects_exception(call: Call) -> bool:
    """Whether the call expects an exception: ``pytest.raises``, ``self.assertRaises``."""
    return call.method in ("raises", "assertRaises", "assertRaisesRegex", "assertRaisesRegexp")


def looks_like_checking(call: Call) -> bool:
    """Whether the call asserts, or a helper's name says that it does: ``self._check_slots()``."""
    return is_assertion(call) or call.method.lstrip("_").lower().startswith(_CHECKING)


def asserts(located: Located) -> bool:
    """Whether a node is an assertion or a failure."""
    if located.kind in ("assert_statement", "raise_statement"):
        return True
    call = as_call(located)
    return call is not None and looks_like_checking(call)


def asserts_within(module: Module, node: tree_sitter.Node, *, own: Function | None = None) -> bool:
    """Whether an assertion stands inside a node; with ``own``, in that very function only."""
    return any(
        asserts(one) and (own is None or one.function is own)
        for one in module.within(node, "assert_statement", "call")
    )
