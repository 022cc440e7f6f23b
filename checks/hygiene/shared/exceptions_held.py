"""What holds an expected exception, where it is used as if it were the exception.

``pytest.raises(…) as held`` gives an ``ExceptionInfo``, ``self.assertRaises(…) as held`` the
context manager; the exception is ``held.value``, and ``held.exception``.

Source: https://docs.pytest.org/en/stable/how-to/assert.html and
https://docs.python.org/3/library/unittest.html#unittest.TestCase.assertRaises
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.events import Call, as_call
from checks.hygiene.shared.blocks import holders
from checks.languages.python.context import Located
from checks.light import dataclass

_TEXTS = frozenset({"repr", "str", "unicode", "six.text_type"})
_OWN = {
    "value": frozenset(
        {"errisinstance", "exconly", "for_later", "fill_unfilled", "from_current",
         "from_exc_info", "getrepr", "group_contains", "match", "tb", "traceback", "type",
         "typename", "value", "_excinfo", "_striptext", "_getreprcrash"}
    ),
    "exception": frozenset(
        {"exception", "expected", "expected_regex", "failureException", "msg", "obj_name",
         "test_case", "warning", "warnings", "filename", "lineno", "records", "output"}
    ),
}  # fmt: skip
"""Attributes that the holder itself has, by where it keeps the exception."""

_OF_EXCEPTIONS = frozenset(
    {"args", "cause", "code", "detail", "details", "errno", "error", "errors", "message",
     "messages", "reason", "response", "returncode", "status", "status_code", "strerror"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mistaken:
    """A use of the holder that was meant for the exception."""

    at: Located
    held: str
    meant: str
    """How the exception is reached."""
    tests_class: bool
    """Whether it asks for the class, which the holder never has."""


def mistaken_holders(call: Call) -> Iterator[Mistaken]:
    """The uses of what an expectation of an exception gives, where the exception was meant."""
    above = call.parent
    function = call.function
    if above is None or above.kind != "as_pattern" or function is None:
        return
    target = above.child("alias")
    held = "" if target is None else call.module.text_of(target)
    key = "value" if call.name == "pytest.raises" else "exception"
    if not held.isidentifier():
        return
    meant = f"{held}.{key}"
    for one, _ in holders(
        call.module, function.node, held, "argument_list", "attribute", after=above.node.end_byte
    ):
        if one.kind == "attribute":
            word = one.text.rpartition(".")[2]
            if word in _OF_EXCEPTIONS and word not in _OWN[key]:
                yield Mistaken(one, held, meant, tests_class=False)
            continue
        parent = one.parent
        outer = None if parent is None else as_call(parent)
        if outer is None or not outer.arguments or outer.arguments[0].text != held:
            continue
        if outer.name == "isinstance" or (outer.method == "assertIsInstance"):
            yield Mistaken(outer, held, meant, tests_class=True)
        elif outer.name in _TEXTS and len(outer.arguments) == 1:
            yield Mistaken(outer, held, meant, tests_class=False)
