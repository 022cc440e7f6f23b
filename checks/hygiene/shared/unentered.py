"""Context managers that a test makes and never enters: what they are for does not happen."""

from __future__ import annotations

from checks.events import Call
from checks.hygiene.shared.tests import PATCHES
from checks.languages.python.index import Index
from checks.report import Report

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
_OF_QTBOT = frozenset(
    {"assertNotEmitted", "assert_not_emitted", "captureExceptions", "capture_exceptions",
     "waitActive", "waitExposed", "waitSignal", "waitSignals", "wait_signal", "wait_signals"}
)  # fmt: skip
"""Contexts of pytest-qt: https://pytest-qt.readthedocs.io/en/latest/reference.html"""
ASSERTING = (*_OF_SELF, *_TEMPLATES, *_OF_QTBOT)
ASSERTING_FUNCTIONS = ("pytest.raises", "pytest.warns", "pytest.deprecated_call")

CHANGING = (
    *PATCHES,
    # https://docs.python.org/3/library/contextlib.html, warnings.html and decimal.html
    "contextlib.chdir",
    "contextlib.redirect_stderr",
    "contextlib.redirect_stdout",
    "contextlib.suppress",
    "decimal.localcontext",
    "warnings.catch_warnings",
    # https://docs.python.org/3/library/asyncio-task.html and anyio, trio, async_timeout
    "anyio.fail_after",
    "anyio.move_on_after",
    "async_timeout.timeout",
    "asyncio.timeout",
    "trio.fail_after",
    "trio.move_on_after",
    # https://docs.djangoproject.com/en/stable/topics/testing/tools and ref/utils
    "django.test.modify_settings",
    "django.test.override_settings",
    "django.test.utils.modify_settings",
    "django.test.utils.override_settings",
    "django.utils.timezone.override",
    "django.utils.translation.override",
    "freezegun.freeze_time",
    "time_machine.travel",
    # https://numpy.org/doc, https://pandas.pydata.org/docs, https://pytorch.org/docs
    "numpy.errstate",
    "numpy.printoptions",
    "pandas.option_context",
    "torch.inference_mode",
    # https://getmoto.org, https://github.com/getsentry/responses, and the like
    "aioresponses.aioresponses",
    "httpretty.enabled",
    "moto.mock_aws",
    "requests_mock.Mocker",
    "requests_mock.mock",
    "responses.RequestsMock",
    "vcr.use_cassette",
)
"""What changes something until the end of its ``with``, or of what it decorates."""

_CALLABLES = ("callable", "callable_obj", "func", "callableObj")


def is_lost_assertion(call: Call, index: Index) -> bool:
    """Whether the call makes an assertion that only a ``with`` would carry out.

    ``self.assertTemplateUsed("page.html")``, ``pytest.raises(ValueError)`` as statements.
    """
    if not _is_dropped(call):
        return False
    if call.method in _OF_QTBOT:
        return call.receiver is not None and call.receiver.text.endswith("qtbot")
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
    return call.name in CHANGING and _is_dropped(call)


def tell_lost_assertion(call: Call, report: Report) -> None:
    """Report an assertion, or a wait, that is made and not carried out."""
    if is_half_of_with(call):
        report(
            at=call,
            message=f"`{call.value().short}` is not entered: `and` and `or` give one side only.",
            why="Only the other side is entered, so what this one looks for is never looked at.",
            fix="Put a comma between them: `with a, b:`.",
        )
        return
    waits = call.method in _OF_QTBOT
    report(
        at=call,
        message=f"`{call.value().short}` as a statement of its own "
        f"{'waits for' if waits else 'asserts'} nothing.",
        why="It only looks at what runs inside its `with`, and there is none.",
        fix="Pass the response as well, or put the code into a `with` of it."
        if "Template" in call.method
        else "Put the code that it is meant for into a `with` of it.",
    )


def is_half_of_with(call: Call) -> bool:
    """Whether it is the half of ``with a() and b():`` that is not entered.

    ``and`` gives its last operand, ``or`` its first: the other one is made and dropped.
    """
    above = call.parent
    outer = None if above is None else above.parent
    if above is None or above.kind != "boolean_operator" or outer is None:
        return False
    if outer.kind == "as_pattern":
        outer = outer.parent
    operator = above.child("operator")
    if outer is None or outer.kind != "with_item" or operator is None:
        return False
    return above.child("left" if operator.type == "and" else "right") == call.node


def _is_dropped(call: Call) -> bool:
    if call.has_star or call.has_double_star:
        return False
    return call.result_is_ignored or is_half_of_with(call)


def _hands_callable(call: Call) -> bool:
    return any(name in call.keywords for name in _CALLABLES)


def _names_only_template(call: Call) -> bool:
    """Whether no response is given: then the template is looked for in what a ``with`` renders."""
    if call.keywords.keys() - {"template_name", "msg_prefix", "count"}:
        return False
    if not call.arguments:
        return "template_name" in call.keywords
    return len(call.arguments) == 1 and isinstance(call.arguments[0].constant, str)
