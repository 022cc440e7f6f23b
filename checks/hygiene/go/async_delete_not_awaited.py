"""The check ``async-delete-not-awaited`` in Go: a deletion that may not be done yet."""

from __future__ import annotations

import tree_sitter

from checks.hygiene.go.shared.places import following, own_test, short, statement
from checks.languages.go.events import GoCall, GoFileEvent
from checks.languages.go.file import GoFile
from checks.model import Role
from checks.registry import GO, MODULE, also
from checks.report import Report

_DELETES = ("delete", "destroy", "terminate", "remove")
_CREATES = ("create", "launch", "boot", "start", "provision")
_GONE = ("delet", "gone", "terminat", "destroy", "remov")
_LIBRARIES = ("os.", "sync.", "strings.", "net/url.", "container/", "maps.", "slices.")
_NEAR = 3
"""Statements after the deletion that are looked at, checks of its error among them."""


@also(
    "async-delete-not-awaited",
    languages=GO,
    on=MODULE,
    roles=frozenset({Role.TEST}),
)
def async_delete_not_awaited(event: GoFileEvent, report: Report) -> None:
    """A Go test deletes something that takes its time, and goes on as if it were gone.

    Bad:
        // file: servers/servers_test.go
        package servers

        import "testing"

        func TestAgain(t *testing.T) {
            client.DeleteServer(first)
            second := client.CreateServer("b")
            waitUntilDeleted(t, second)
        }
    Good:
        // file: servers/servers_test.go
        package servers

        import "testing"

        func TestAgain(t *testing.T) {
            client.DeleteServer(first)
            waitUntilDeleted(t, first)
            second := client.CreateServer("b")
            use(second)
        }
    """
    file = event.file
    helper = next((one.method for one in file.calls() if _waits_for_end(one)), "")
    if not helper:
        return  # what is deleted here is gone at once
    for call in file.calls():
        if not _begins(call, _DELETES) or not call.is_method or own_test(file, call) is None:
            continue
        if any(True for one in call.ancestors() if one.kind in ("defer_statement", "go_statement")):
            continue
        thing = _thing(file, call)
        made = _made_after(file, call, thing)
        if made is None:
            continue
        report(
            at=call,
            message=f"`{call.short}` only begins the deletion, and `{made.short}` comes at once.",
            why="What is still there takes a name, an address or a quota: the test fails now and"
            " then.",
            fix=f"Wait for the end first: `{helper[:60]}`.",
        )


def _begins(call: GoCall, words: tuple[str, ...]) -> bool:
    return call.method.lower().startswith(words) and not (call.name or "").startswith(_LIBRARIES)


def _waits_for_end(call: GoCall) -> bool:
    """Whether the call waits until something is gone, by its name."""
    name = call.method.lower()
    return "wait" in name and any(word in name for word in _GONE)


def _thing(file: GoFile, call: GoCall) -> str:
    """What is deleted, as it is written: the last argument."""
    return short(file, call.arguments[-1]) if call.arguments else ""


def _made_after(file: GoFile, call: GoCall, thing: str) -> GoCall | None:
    """What is made before anything has waited for the deletion, or looked at it."""
    for node in _next(file, call):
        calls = list(file.calls_in(node))
        if any("wait" in one.method.lower() or "eventually" in one.method.lower() for one in calls):
            return None
        made = next((one for one in calls if _begins(one, _CREATES) and one.is_method), None)
        if made is not None:
            return made
        if thing and thing in file.text_of(node):
            return None
    return None


def _next(file: GoFile, call: GoCall) -> list[tree_sitter.Node]:
    whole = statement(call)
    if whole.kind == "if_statement" and file.lines(whole.node).start != file.lines(call.node).start:
        return []
    return following(whole)[:_NEAR]
