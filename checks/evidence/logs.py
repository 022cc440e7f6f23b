"""Aspect 7, logging: what is logged, and how."""

from __future__ import annotations

from checks.events import Call, Value
from checks.evidence.registry import gather
from checks.hygiene.shared.logs import is_log_call, message_of
from checks.hygiene.shared.texts import names_credential
from checks.model import Aspect
from checks.registry import TEST_ROLES, calls
from checks.report import EvidenceSink

_METHODS = ("debug", "info", "warning", "warn", "error", "exception", "critical", "log", "fatal")


@gather(Aspect.LOGGING, on=(calls(*(f"*.{name}" for name in _METHODS)),
                            calls(*(f"logging.{name}" for name in _METHODS))))  # fmt: skip
def log_calls(call: Call, evidence: EvidenceSink) -> None:
    """Calls of a logger, by what they log."""
    if is_log_call(call):
        evidence.add(call, "log call", "log calls", _fate(call))


def _fate(call: Call) -> str:
    values = [*call.arguments, *(call.keywords.get(one) for one in ("extra", "msg"))]
    named = next((one for one in values if one is not None and _is_credential(one)), None)
    if named is not None:
        return f"of `{named.short}`"
    message = message_of(call)
    rest = call.arguments[1:] if call.method != "log" else call.arguments[2:]
    if message is None:
        return ""
    if message.node.type in ("string", "concatenated_string") and not message.parts:
        if not rest and not call.has_star:
            return "of a fixed text"
        return "with values formatted lazily"
    return "with values formatted at the call" if message.built else "of a value"


def _is_credential(value: Value) -> bool:
    if value.node.type not in ("identifier", "attribute"):
        return False
    return names_credential(value.text.rpartition(".")[2])


@gather(Aspect.LOGGING, on=calls("print", "pprint.pprint"))
def prints(call: Call, evidence: EvidenceSink) -> None:
    """Prints."""
    evidence.add(call, "print", "prints")


@gather(Aspect.LOGGING, on=calls("*.{assertLogs,assertNoLogs}"), roles=TEST_ROLES)
def log_assertions(call: Call, evidence: EvidenceSink) -> None:
    """Assertions about what is logged."""
    evidence.add(call, "assertion about the log", "assertions about the log")
