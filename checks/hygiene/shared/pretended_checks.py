"""Methods whose names say that they check calls, and that a mock only makes up."""

from __future__ import annotations

from checks.events import Call, Class, Module
from checks.hygiene.shared.doubles import automatic_mock, is_told
from checks.hygiene.shared.texts import words
from checks.languages.python.index import Index

_CHECKING = frozenset({"check", "checks", "ensure", "expect", "expected", "validate", "verify"})
_CALLS = frozenset({"call", "called", "calls", "invoked"})
_MOCKS = ("unittest.mock.Mock", "unittest.mock.MagicMock", "unittest.mock.AsyncMock", "mock.Mock",
          "mock.MagicMock", "unittest.mock.NonCallableMock")  # fmt: skip


def checks_nothing(call: Call, index: Index) -> bool:
    """Whether it is ``mock.check_call("write")``: a statement that asks a mock about its calls.

    The object is a mock that was told nothing, or of a class of the repository that is a mock and
    has no such method.
    """
    parts = words(call.method)
    if _CHECKING.isdisjoint(parts) or _CALLS.isdisjoint(parts) or not call.result_is_ignored:
        return False
    receiver = call.receiver
    if receiver is None or any(True for _ in call.entered()):
        return False
    if _is_put_in(call.module, call.method):
        return False
    root = automatic_mock(call, receiver.node)
    if root:
        return not is_told(call, root, index)
    owner = (receiver.name or "").removesuffix("()")
    cls = index.find_class(owner.replace(":", ".")) if owner != receiver.name else None
    return cls is not None and _is_mock_without(cls, call.method, index)


def _is_put_in(module: Module, method: str) -> bool:
    """Whether the file assigns something to an attribute of that name."""
    written = f"{method} =".encode()
    return module.remember((_is_put_in, method), lambda: written in module.source.data)


def _is_mock_without(cls: Class, method: str, index: Index) -> bool:
    if method in index.methods(cls) or any(method in one.attributes for one in index.chain(cls)):
        return False
    known = set(_MOCKS)
    # A spec, or a base class that is not known, may have the method after all.
    bases = index.base_names(cls)
    return bool(known.intersection(bases)) and all(
        one in known or index.find_class(one) is not None for one in bases
    )
