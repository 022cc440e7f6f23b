"""The check ``assert-two-args``: ``assertTrue`` with an expected value, which it never compares."""

from __future__ import annotations

from checks.events import UNKNOWN, Call, Value
from checks.hygiene.shared.tests import last_part
from checks.hygiene.shared.texts import words
from checks.model import Aspect, Confidence, Edit, Severity
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_MESSAGES = frozenset(
    {"comment", "description", "detail", "details", "err", "error", "explanation", "failure",
     "hint", "info", "label", "log", "message", "msg", "name", "note", "out", "output", "reason",
     "repr", "result", "stderr", "stdout", "text", "title", "why", "doc", "desc", "context",
     "content", "body", "line", "source", "path", "data"}
)  # fmt: skip
"""Names under which people keep what they want to see when an assertion fails."""

_QUESTIONS = ("comparison_operator", "not_operator", "boolean_operator", "true", "false", "none")
_ASKING = ("is_", "has_", "isinstance", "issubclass", "hasattr", "callable", "all", "any", "bool",
           "exists", "isfile", "isdir", "startswith", "endswith", "match", "search", "issubset",
           "is", "has", "can_", "should_", "contains", "in_", "allclose", "array_equal",
           "equal", "equals", "wait")  # fmt: skip

_GETTING = ("build_", "format", "generate_", "get_", "make_", "render", "to_")
_OF_TEXTS = frozenset(
    {"code", "email", "host", "href", "id", "key", "location", "slug", "uri", "url", "username",
     "version"}
)  # fmt: skip
"""Words in the names of what holds a text, and no truth value."""

_LONG = 40
"""Letters from which a text without a space is no value that people write out."""


@check(
    id="assert-two-args",
    title="assertTrue(value, expected) compares nothing",
    aspect=Aspect.ERRORS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=calls("*.{assertTrue,assertFalse,assert_,failUnless,failIf}"),
    cwe=(670,),
)
def assert_two_args(call: Call, report: Report) -> None:
    """The second argument of ``assertTrue`` is a message; an expected value there is not compared.

    Why:
        `assertTrue(len(tokens), 1)` passes for every list that is not empty: what looks like an
        expectation is only printed when the first argument is false.
    Bad:
        # file: tests/test_tokens.py
        import unittest

        class Tokens(unittest.TestCase):
            def test_stored(self):
                self.assertTrue(len(self.stored), 1)
    Good:
        # file: tests/test_tokens.py
        import unittest

        class Tokens(unittest.TestCase):
            def test_stored(self):
                self.assertEqual(1, len(self.stored))
                self.assertTrue(self.stored, "tokens were stored")
    Suppress:
        There is no good reason to keep it.
    """
    receiver = call.receiver
    if receiver is None or receiver.text not in ("self", "cls", "case", "testcase"):
        return
    if len(call.arguments) != 2 or call.has_star or call.keywords:
        return
    value, expected = call.arguments
    if not _is_value(value) or not _is_expected(value, expected):
        return
    positive = call.method in ("assertTrue", "assert_", "failUnless")
    right = "assertEqual" if positive else "assertNotEqual"
    swap = _is_text(value)
    if swap and positive and _is_text(value) and expected.node.type in ("identifier", "attribute"):
        right = "assertIn"
    first, second = (value, expected) if swap else (expected, value)
    report(
        at=call,
        message=f"`{expected.short}` is taken as the message and never compared.",
        why=f"The assertion only asks whether `{value.short}` is "
        f"{'true' if positive else 'false'}.",
        fix=f"Use `{right}`.",
        edits=[Edit(call.span, f"{receiver.text}.{right}({first.text}, {second.text})")]
        if positive
        else [],
    )


def _is_text(value: Value) -> bool:
    return value.node.type in ("string", "concatenated_string")


def _is_value(value: Value) -> bool:
    """Whether the first argument is something to compare, and not a question of its own."""
    if value.node.type in _QUESTIONS:
        return False
    if value.node.type == "call":
        function = value.node.child_by_field_name("function")
        name = "" if function is None else value.module.text_of(function).rpartition(".")[2]
        return name == "len" or not name.lstrip("_").startswith(_ASKING)
    return True


def _is_expected(value: Value, expected: Value) -> bool:
    """Whether the second argument is evidently no message."""
    node = expected.node
    if expected.text == value.text:
        return False  # assertFalse(lost, lost) shows what there is
    if node.type in ("integer", "float", "true", "false", "none", "unary_operator"):
        return True
    if node.type in ("list", "dictionary", "tuple", "set"):
        return value.node.type in ("call", "subscript", "attribute", "identifier")
    if node.type == "call":
        return expected.callee_name == "len"
    known = expected.constant
    if node.type in ("string", "concatenated_string") and isinstance(known, str):
        short = bool(known) and not any(one.isspace() for one in known) and "%" not in known
        if not short or len(known) >= _LONG:
            return False
        return value.node.type in ("subscript", "attribute") or _is_data(value, known)
    if node.type in ("string", "concatenated_string"):
        return known is not UNKNOWN  # bytes are no message
    if node.type in ("identifier", "attribute"):
        if known is not UNKNOWN and not isinstance(known, str):
            return True
        last = expected.text.rpartition(".")[2]
        parts = words(last)
        speaks = not _MESSAGES.isdisjoint(part.removesuffix("s") for part in parts) or (
            not _MESSAGES.isdisjoint(parts)
        )
        if not speaks and last == _key(value) and expected.text != value.text:
            return True
        if value.callee_name == "type" and last[:1].isupper() and not last.isupper():
            return True  # assertTrue(type(error), ValueError)
        return not speaks and bool(parts) and parts[0] in ("expected", "want", "wanted")
    return False


def _is_data(value: Value, known: str) -> bool:
    """Whether a text is what a getter gives, and no reason: ``"test-page-1"``, ``"/en/page/"``.

    A reason is made of words; these have a digit, a slash or an at sign in them.
    """
    if known == value.text or not any(one.isdigit() or one in "/@" for one in known):
        return False
    if value.node.type == "identifier":
        if not _OF_TEXTS.isdisjoint(words(value.text)):
            return True
        value = value.origin
    return value.node.type == "call" and last_part(value).lstrip("_").startswith(_GETTING)


def _key(value: Value) -> str:
    """The name by which a value is looked up: ``info["status"]``, ``info.get("status")``.

    A name that stands beside it and is spelled the same holds what is expected there.
    """
    node = value.node
    if node.type == "attribute":
        return value.text.rpartition(".")[2]
    keys = []
    if node.type == "subscript":
        keys = node.children_by_field_name("subscript")
    elif node.type == "call" and value.text.partition("(")[0].endswith(".get"):
        arguments = node.child_by_field_name("arguments")
        keys = [] if arguments is None else arguments.named_children[:1]
    if len(keys) != 1 or keys[0].type != "string":
        return ""
    known = Value(value.module, keys[0], value.context).constant
    return known if isinstance(known, str) else ""
