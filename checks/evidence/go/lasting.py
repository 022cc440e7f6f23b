"""Doubles (aspect 1), what is released (aspect 6), waits and clocks (aspect 8) in Go."""

from __future__ import annotations

from checks.evidence.registry import gather
from checks.hygiene.go.shared.places import within_kinds
from checks.languages.go.events import GoCall, GoFileEvent
from checks.languages.syntax.located import Located
from checks.model import Aspect, State
from checks.registry import GO, MODULE, TEST_ROLES
from checks.report import EvidenceSink

_MOCKS = {
    "github.com/stretchr/testify/mock": "testify",
    "github.com/golang/mock/gomock": "gomock",
    "go.uber.org/mock/gomock": "gomock",
    "github.com/DATA-DOG/go-sqlmock": "sqlmock",
    "github.com/jarcoal/httpmock": "httpmock",
    "gopkg.in/h2non/gock": "gock",
    "github.com/h2non/gock": "gock",
}
_SERVERS = ("net/http/httptest.NewServer", "net/http/httptest.NewTLSServer",
            "net/http/httptest.NewUnstartedServer", "net/http/httptest.NewRecorder")  # fmt: skip
_RELEASES = frozenset({"Close", "Stop", "Shutdown", "Cancel", "Release", "Unlock", "RUnlock",
                       "Done", "RemoveAll", "Remove", "cancel"})  # fmt: skip
_UNDONE = frozenset({"testing.T.Setenv", "testing.T.TempDir", "testing.T.Chdir",
                     "testing.B.Setenv", "testing.B.TempDir"})  # fmt: skip
_CLOCK = frozenset({"time.Now", "time.Since", "time.Until"})
_LIMITS = frozenset({"context.WithTimeout", "context.WithDeadline", "time.After",
                     "time.NewTimer", "time.AfterFunc"})  # fmt: skip
_POLLS = ("Eventually", "EventuallyWithT", "Never", "Consistently")


@gather(Aspect.MOCKS, on=MODULE, languages=GO)
def doubles(event: GoFileEvent, evidence: EvidenceSink) -> None:
    """Libraries of mocks, and servers that stand in for others."""
    file = event.file
    for one in file.nodes("import_spec"):
        path_node = one.child("path")
        library = None if path_node is None else _MOCKS.get(file.string(path_node) or "")
        if library:
            evidence.add(one, "library of mocks", "libraries of mocks", f"`{library}`")
    for call in file.calls():
        if call.name in _SERVERS:
            evidence.add(call, "server of the test", "servers of the test")
        elif (call.name or "").endswith("gomock.NewController"):
            evidence.add(call, "mock controller", "mock controllers", "checked when the test ends")


@gather(Aspect.CLEANUP, on=MODULE, languages=GO)
def releases(event: GoFileEvent, evidence: EvidenceSink) -> None:
    """What ``defer`` and ``t.Cleanup`` give back, and what undoes itself."""
    file = event.file
    for one in file.nodes("defer_statement"):
        found = next((call for call in file.calls_in(one.node) if call.method in _RELEASES), None)
        if found is not None:
            evidence.add(one, "release", "releases", "by `defer`")
    for call in file.calls() if evidence.role.is_test_code else ():
        if call.method == "Cleanup" and (call.name or "").startswith("testing."):
            evidence.add(call, "release", "releases", "by `t.Cleanup`")
        elif call.name in _UNDONE:
            evidence.add(call, "change that undoes itself", "changes that undo themselves")


@gather(Aspect.TIME, on=MODULE, languages=GO, roles=TEST_ROLES)
def waits(event: GoFileEvent, evidence: EvidenceSink) -> None:
    """Sleeps, polls, limits of time, and readings of the clock."""
    file = event.file
    for call in file.calls():
        name = call.name or ""
        if name == "time.Sleep":
            _sleep(call, evidence)
        elif name in _CLOCK:
            evidence.add(call, "read of the clock", "reads of the clock")
        elif name in _LIMITS:
            evidence.add(call, "limit of time", "limits of time", _length(call))
        elif call.method in _POLLS:
            evidence.add(call, "wait for a condition", "waits for a condition")


def _sleep(call: GoCall, evidence: EvidenceSink) -> None:
    if _is_in_loop(call):
        evidence.add(call, "sleep in a loop", "sleeps in loops", _length(call), state=State.NOTE)
    else:
        evidence.add(call, "sleep", "sleeps", _length(call))


def _is_in_loop(located: Located) -> bool:
    return any(True for _ in within_kinds(located, "for_statement"))


def _length(call: GoCall) -> str:
    """The duration that a call is given, where it is a constant."""
    for argument in call.arguments:
        value = call.file.constant(argument, call.names)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 1_000:
            return f"of {value / 1e9:g} s"
    return ""
