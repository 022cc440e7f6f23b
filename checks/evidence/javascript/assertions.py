"""Assertions and handlers (aspect 4), and log calls (aspect 7) in JavaScript."""

from __future__ import annotations

from checks.evidence.registry import gather
from checks.hygiene.javascript.shared.assertions import is_failure
from checks.hygiene.shared.texts import names_credential
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.events import JsFileEvent
from checks.model import Aspect
from checks.registry import JAVASCRIPT, MODULE
from checks.report import EvidenceSink

_LEVELS = ("debug", "error", "info", "log", "trace", "warn")
_LOGGERS = ("log", "logger", "winston", "pino", "console")
_MOCK = ("toHaveBeen", "toBeCalled", "toHaveReturned", "toHaveLastReturned", "toBeCalledWith")


@gather(Aspect.ERRORS, on=MODULE, languages=JAVASCRIPT)
def assertions(event: JsFileEvent, evidence: EvidenceSink) -> None:
    """``expect(…)``, ``assert.…``, explicit failures, and ``catch``."""
    file = event.file
    for one in file.expects if evidence.role.is_test_code else ():
        if one.matcher is None and not one.words:
            continue
        if one.name.startswith(_MOCK):
            evidence.add(one.whole, "assertion on a mock", "assertions on mocks")
        elif one.name.lower() in ("throw", "tothrow", "tothrowerror", "throws"):
            evidence.add(one.whole, "expected exception", "expected exceptions")
        else:
            evidence.add(one.whole, "assertion", "assertions")
    for call in file.calls() if evidence.role.is_test_code else ():
        name = call.name or ""
        if is_failure(call) and call.method == "fail":
            evidence.add(call, "explicit failure", "explicit failures")
        elif name.startswith(("assert.", "chai.assert.", "cy.")) and name != "cy.log":
            thrown = name.endswith((".throws", ".rejects"))
            evidence.add(
                call,
                "expected exception" if thrown else "assertion",
                "expected exceptions" if thrown else "assertions",
            )
    for clause in file.nodes("catch_clause"):
        body = clause.child("body")
        empty = body is not None and not body.named_children
        evidence.add(clause, "handler", "handlers", "that is empty" if empty else "")
    for block in file.blocks:
        if block.is_test and block.is_off:
            evidence.add(block.call, "skipped test", "skipped tests")


@gather(Aspect.LOGGING, on=MODULE, languages=JAVASCRIPT)
def logs(event: JsFileEvent, evidence: EvidenceSink) -> None:
    """What is written to the console or a logger."""
    file = event.file
    for word in _LEVELS:
        for call in file.calls_named(word):
            receiver = call.receiver
            owner = "" if receiver is None else file.text_of(receiver).rpartition(".")[2].lower()
            if owner in _LOGGERS:
                noun = "console call" if owner == "console" else "log call"
                evidence.add(call, noun, f"{noun}s", _logged(call))


def _logged(call: JsCall) -> str:
    """What a call logs."""
    file = call.file
    for argument in call.arguments:
        if argument.type in ("identifier", "member_expression"):
            written = file.text_of(argument)
            if names_credential(written.rpartition(".")[2]):
                return f"of `{written[:60]}`"
    if call.arguments and all(file.string(one) is not None for one in call.arguments):
        return "of a fixed text"
    return ""
