"""Assertions and handlers (aspect 4), and log calls (aspect 7) in Go."""

from __future__ import annotations

from checks.evidence.registry import gather
from checks.hygiene.go.shared.asserting import fails, is_assertion
from checks.hygiene.shared.texts import names_credential
from checks.languages.go.events import GoCall, GoFileEvent
from checks.languages.go.grammar import STRINGS
from checks.model import Aspect
from checks.registry import GO, MODULE
from checks.report import EvidenceSink

_LOGGERS = ("log.", "log/slog.", "go.uber.org/zap", "github.com/sirupsen/logrus",
            "github.com/rs/zerolog", "k8s.io/klog")  # fmt: skip
_LEVELS = frozenset(
    {"Debug", "Debugf", "Debugw", "Error", "Errorf", "Errorw", "Fatal", "Fatalf", "Info", "Infof",
     "Infow", "Print", "Printf", "Println", "Trace", "Tracef", "Warn", "Warnf", "Warnw",
     "Warning", "Warningf"}
)  # fmt: skip
_SKIPS = frozenset({"Skip", "Skipf", "SkipNow"})


@gather(Aspect.ERRORS, on=MODULE, languages=GO)
def assertions(event: GoFileEvent, evidence: EvidenceSink) -> None:
    """Failures by ``testing.T``, assertions of libraries, ``recover``, errors that are dropped."""
    file = event.file
    for call in file.calls() if evidence.role.is_test_code else ():
        if fails(call):
            evidence.add(call, "explicit failure", "explicit failures")
        elif (call.name or "").startswith("testing.") and call.method in _SKIPS:
            evidence.add(call, "skipped test", "skipped tests")
        elif is_assertion(call):
            evidence.add(call, "assertion", "assertions")
    for call in file.calls_named("recover"):
        if not call.is_method:
            evidence.add(call, "handler", "handlers", "that recovers from a panic")
    for one in file.nodes("assignment_statement", "short_var_declaration"):
        left, right = one.child("left"), one.child("right")
        if left is None or right is None or file.text_of(left).replace(" ", "") not in ("_", "_,_"):
            continue
        if right.named_children and right.named_children[0].type == "call_expression":
            evidence.add(one, "dropped result", "dropped results")


@gather(Aspect.LOGGING, on=MODULE, languages=GO)
def logs(event: GoFileEvent, evidence: EvidenceSink) -> None:
    """What is written to a log."""
    for call in event.file.calls():
        if call.method not in _LEVELS:
            continue
        receiver = call.receiver
        owner = "" if receiver is None else event.file.text_of(receiver).rpartition(".")[2].lower()
        if (call.name or "").startswith(_LOGGERS) or owner in ("log", "logger", "slog", "sugar"):
            evidence.add(call, "log call", "log calls", _logged(call))


def _logged(call: GoCall) -> str:
    """What a call logs."""
    file = call.file
    for argument in call.arguments:
        if argument.type in ("identifier", "selector_expression"):
            written = file.text_of(argument)
            if names_credential(written.rpartition(".")[2]):
                return f"of `{written[:60]}`"
    if call.arguments and all(one.type in STRINGS for one in call.arguments):
        return "of a fixed text"
    return ""
