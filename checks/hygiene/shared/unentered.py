"""Context managers that a test makes and never enters: what they are for does not happen."""

from __future__ import annotations

from checks.events import Call
from checks.hygiene.shared.tests import PATCHES
from checks.languages.python.index import Index

_OF_SELF = {
    "assertLogs": 2,
    "assertNoLogs": 2,
    "assertNumQueries": 1,
    "assertRaises": 1,
    "assertRaisesMessage": 2,
    "assertRaisesRegex": 2,
    "assertRaisesRegexp": 2,
    "assertWarns": 1,
    "assertWarnsMessage": 2,
    "assertWarnsRegex": 2,
}
"""Assertions of unittest and Django, with the most arguments at which they give a context."""

_TEMPLATES = frozenset({"assertTemplateUsed", "assertTemplateNotUsed"})
ASSERTING = (*_OF_SELF, *_TEMPLATES)
ASSERTING_FUNCTIONS = ("pytest.raises", "pytest.warns", "pytest.deprecated_call")

CHANGING = (
    *PATCHES,
    "django.test.modify_settings",
    "django.test.override_settings",
    "django.test.utils.modify_settings",
    "django.test.utils.override_settings",
    "freezegun.freeze_time",
    "time_machine.travel",
)
"""What changes something until the end of its ``with``, or of what it decorates."""

_CALLABLES = ("callable", "callable_obj", "func", "callableObj")


def is_lost_assertion(call: Call, index: Index) -> bool:
    """Whether the call makes an assertion that only a ``with`` would carry out.

    ``self.assertTemplateUsed("page.html")``, ``pytest.raises(ValueError)`` as statements.
    """
    if not _is_statement(call):
        return False
    if call.name in ASSERTING_FUNCTIONS:
        # With a callable it is carried out at once.
        return len(call.arguments) <= 1 and not _hands_callable(call)
    receiver = call.receiver
    if receiver is None or receiver.text not in ("self", "cls"):
        return False
    if call.cls is not None and call.method in index.methods(call.cls):
        return False
    if call.method in _TEMPLATES:
        return _names_only_template(call)
    most = _OF_SELF.get(call.method)
    if most is None or len(call.arguments) > most or _hands_callable(call):
        return False
    return bool(call.arguments) or call.method.endswith("Logs")


def is_lost_change(call: Call) -> bool:
    """Whether the call makes a patch, or other settings or another clock, and drops it."""
    return call.name in CHANGING and _is_statement(call)


def _is_statement(call: Call) -> bool:
    return call.result_is_ignored and not (call.has_star or call.has_double_star)


def _hands_callable(call: Call) -> bool:
    return any(name in call.keywords for name in _CALLABLES)


def _names_only_template(call: Call) -> bool:
    """Whether no response is given: then the template is looked for in what a ``with`` renders."""
    if call.keywords.keys() - {"template_name", "msg_prefix", "count"}:
        return False
    if not call.arguments:
        return "template_name" in call.keywords
    return len(call.arguments) == 1 and isinstance(call.arguments[0].constant, str)
