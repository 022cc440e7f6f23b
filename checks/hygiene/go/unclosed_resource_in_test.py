"""The check ``unclosed-resource-in-test`` in Go: servers, files and answers that stay open."""

from __future__ import annotations

import tree_sitter

from checks.hygiene.go.shared.places import own_test, short
from checks.languages.go.blocks import Block
from checks.languages.go.events import GoCall
from checks.model import Confidence
from checks.registry import GO, also, calls
from checks.report import Report

_MAKERS = {
    "net/http/httptest.NewServer": "Close",
    "net/http/httptest.NewTLSServer": "Close",
    "net/http/httptest.NewUnstartedServer": "Close",
    "net.Listen": "Close",
    "net.Dial": "Close",
    "net.DialTimeout": "Close",
    "os.Open": "Close",
    "os.Create": "Close",
    "os.CreateTemp": "Close",
    "os.OpenFile": "Close",
    "database/sql.Open": "Close",
    "net/http.Get": "Body.Close",
    "net/http.Post": "Body.Close",
    "net/http.Head": "Body.Close",
    "net/http.PostForm": "Body.Close",
    "time.NewTicker": "Stop",
}
"""What has to be given back, and by which method."""


@also(
    "unclosed-resource-in-test",
    languages=GO,
    on=calls(*_MAKERS),
    once_a_file=True,
)
def unclosed_resource_in_test(call: GoCall, report: Report) -> None:
    """A Go test opens something and nothing in it closes it.

    Bad:
        // file: api/client_test.go
        package api

        import (
            "net/http/httptest"
            "testing"
        )

        func TestGet(t *testing.T) {
            server := httptest.NewServer(handler())
            if _, err := New(server.URL).Get("a"); err != nil {
                t.Fatal(err)
            }
        }
    Good:
        // file: api/client_test.go
        package api

        import (
            "net/http/httptest"
            "testing"
        )

        func TestGet(t *testing.T) {
            server := httptest.NewServer(handler())
            defer server.Close()
            if _, err := New(server.URL).Get("a"); err != nil {
                t.Fatal(err)
            }
        }
    Good:
        // file: api/client_test.go
        package api

        import (
            "net/http/httptest"
            "testing"
        )

        func TestGet(t *testing.T) {
            server := httptest.NewServer(handler())
            t.Cleanup(server.Close)
            if _, err := New(server.URL).Get("a"); err != nil {
                t.Fatal(err)
            }
        }
    """
    file = call.file
    block = own_test(file, call)
    method = _MAKERS[call.name or ""]
    name = _assigned_to(call)
    if block is None or not block.is_test or not name:
        return
    if _is_released(call, block, name, method):
        return
    report(
        at=call,
        message=f"`{name}` from `{call.short}` is never closed in this test.",
        why="It stays open until all tests of the package are done, and takes a port or a file.",
        fix=f"Write `defer {name}.{method}()` after it, or `t.Cleanup`.",
        confidence=Confidence.MEDIUM,
    )


def _assigned_to(call: GoCall) -> str:
    """The name that the result gets: the first one of ``file, err := os.Open(…)``."""
    above = call.parent
    holder = None if above is None else above.parent
    if above is None or holder is None or above.kind != "expression_list":
        return ""
    if holder.kind not in ("short_var_declaration", "assignment_statement"):
        return ""
    left = holder.child("left")
    first = None if left is None else next(iter(left.named_children), None)
    if first is None or first.type != "identifier":
        return ""
    text = call.file.text_of(first)
    return "" if text == "_" else text


def _is_released(call: GoCall, block: Block, name: str, method: str) -> bool:
    """Whether the test closes it, or hands it on to something that may."""
    file = call.file
    wanted = f"{name}.{method}"
    # A name of an outer scope may be closed outside the test.
    owner = call.names.owner(name)
    if owner is None or not _is_inside(owner.node, block):
        return True
    for one in file.within(block.body, "selector_expression", after=call.span.end):
        if one.text == wanted:
            return True
    return any(_passes(file.text_of(argument), name, argument) for one in block.calls()
               if one.node.start_byte >= call.span.end for argument in one.arguments) or any(
        _names(short(file, one.node, 10_000), name)
        for one in file.within(block.body, "return_statement", "send_statement",
                               after=call.span.end)
    ) or _is_stored(call, block, name)  # fmt: skip


def _is_inside(node: tree_sitter.Node, block: Block) -> bool:
    return block.span.start <= node.start_byte and node.end_byte <= block.span.end


def _passes(text: str, name: str, node: tree_sitter.Node) -> bool:
    """Whether an argument is the thing itself, or a literal that holds it: it has a new owner."""
    if node.type == "func_literal":
        return False
    return text in (name, f"&{name}") or (
        node.type in ("composite_literal", "unary_expression") and _names(text, name)
    )


def _names(text: str, name: str) -> bool:
    """Whether a text holds a name as a word that no dot follows."""
    start = 0
    while (at := text.find(name, start)) >= 0:
        before, after = text[at - 1 : at], text[at + len(name) : at + len(name) + 1]
        if not (before.isalnum() or before in ("_", ".")) and not (
            after.isalnum() or after in ("_", ".")
        ):
            return True
        start = at + len(name)
    return False


def _is_stored(call: GoCall, block: Block, name: str) -> bool:
    """Whether it is put into something else: a field, a list, a literal."""
    file = call.file
    for one in file.within(block.body, "assignment_statement", "short_var_declaration",
                           after=call.span.end):  # fmt: skip
        right = one.child("right")
        if right is not None and _names(file.text_of(right), name):
            return True
    return False
