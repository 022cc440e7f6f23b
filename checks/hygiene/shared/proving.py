"""Whether a test proves anything: assertions of its own, and those of the helpers it calls."""

from __future__ import annotations

from checks.events import Call, Class, Function, as_call
from checks.hygiene.shared.assertions import looks_like_checking
from checks.hygiene.shared.texts import words
from checks.languages.python.context import Located
from checks.languages.python.index import Index

_MAX_DEPTH = 3
_CHECKING = frozenset(
    {"approve", "approx", "assert", "asserts", "attempt", "check", "checks", "compare", "confirm",
     "diff", "ensure", "eventually", "expect", "expects", "fail", "fails", "inspect", "match",
     "matches", "must", "poll", "raises", "require", "rule", "run", "should", "snapshot", "test",
     "testdir", "tests", "until", "validate", "verify", "wait", "warns"}
)  # fmt: skip
"""Words in the names of functions that make a test fail; ``run`` and ``test`` run one."""

_EXPECTING = frozenset({"assert", "check", "error", "errors", "expect", "expected", "expects",
                        "fails", "status", "statuses", "raise", "raises"})  # fmt: skip
"""Words of parameters that make the callee assert: ``check_status=[410]``."""


def proves(located: Located, index: Index, depth: int = 0) -> bool:
    """Whether an ``assert``, a ``raise`` or a call may make the test fail."""
    if located.kind in ("assert_statement", "raise_statement"):
        return True
    call = as_call(located)
    return call is not None and _call_proves(call, index, depth)


def proofs(function: Function, index: Index) -> list[Located]:
    """What in a test, or in a function inside it, may make it fail."""
    return [
        one
        for one in function.module.within(
            function.node, "assert_statement", "raise_statement", "call"
        )
        if proves(one, index)
    ]


def _call_proves(call: Call, index: Index, depth: int) -> bool:
    if looks_like_checking(call) or not _CHECKING.isdisjoint(words(call.method)):
        return True
    if any(not _EXPECTING.isdisjoint(words(name)) for name in call.keywords):
        return True
    if depth >= _MAX_DEPTH:
        return False
    helper = _helper(call, index)
    return helper is not None and any(
        proves(one, index, depth + 1)
        for one in helper.module.within(helper.node, "assert_statement", "raise_statement", "call")
    )


def _helper(call: Call, index: Index) -> Function | None:
    receiver = call.receiver
    if receiver is None:
        found = call.module.functions_by_name.get(call.method, [])
        if found:
            return found[-1]
        return None if call.name is None else index.find_function(call.name)
    if receiver.text in ("self", "cls", "super()") and call.cls is not None:
        return _inherited(call.cls, call.method, index)
    return None if call.name is None else index.find_function(call.name)


def _inherited(cls: Class, name: str, index: Index) -> Function | None:
    return index.methods(cls).get(name)
