"""The check ``global-state-mutation-no-restore`` in Go."""

from __future__ import annotations

import itertools

import tree_sitter

from checks.hygiene.go.shared.places import outermost, own_helper, own_test, short
from checks.hygiene.go.shared.sidebyside import set_side_by_side
from checks.languages.go.blocks import Block, Kind
from checks.languages.go.events import GoCall, GoFileEvent
from checks.languages.go.file import GoFile
from checks.languages.syntax.located import Located
from checks.languages.syntax.scopes import Bound
from checks.model import Confidence, Role, Span
from checks.registry import GO, MODULE, also
from checks.report import Report

_DEEPEST = 10
_CALLS = {
    "os.Setenv": "`t.Setenv` puts it back by itself.",
    "os.Unsetenv": "Set it with `t.Setenv` first: that puts it back by itself.",
    "os.Clearenv": "Set single variables with `t.Setenv`, which puts them back by itself.",
    "os.Chdir": "`t.Chdir` (Go 1.24) puts it back by itself.",
    "flag.Set": "Put the old value back in `t.Cleanup`.",
    "log.SetOutput": "Put the old writer back in `t.Cleanup`.",
    "log/slog.SetDefault": "Put the old logger back in `t.Cleanup`.",
}


@also(
    "global-state-mutation-no-restore",
    languages=GO,
    on=MODULE,
    roles=frozenset({Role.TEST}),
)
def global_state_mutation_no_restore(event: GoFileEvent, report: Report) -> None:
    """A Go test changes the environment, or a variable of a package.

    Bad:
        // file: settings/settings_test.go
        package settings

        import (
            "os"
            "testing"
        )

        func TestLevel(t *testing.T) {
            os.Setenv("LEVEL", "debug")
            if Read().Level != "debug" {
                t.Fatal("not read")
            }
        }
    Bad:
        // file: client/client_test.go
        package client

        import (
            "net/http"
            "testing"
        )

        func TestGet(t *testing.T) {
            http.DefaultTransport = fake{}
            if _, err := Get("a"); err != nil {
                t.Fatal(err)
            }
        }
    Good:
        // file: settings/settings_test.go
        package settings

        import "testing"

        func TestLevel(t *testing.T) {
            t.Setenv("LEVEL", "debug")
            if Read().Level != "debug" {
                t.Fatal("not read")
            }
        }
    Good:
        // file: client/client_test.go
        package client

        import (
            "net/http"
            "testing"
        )

        func TestGet(t *testing.T) {
            before := http.DefaultTransport
            http.DefaultTransport = fake{}
            defer func() { http.DefaultTransport = before }()
            if _, err := Get("a"); err != nil {
                t.Fatal(err)
            }
        }
    """
    file = event.file
    told: set[tuple[int, str]] = set()
    for call in file.calls():
        name = call.name or ""
        if name not in _CALLS or _is_later(call):
            continue
        block = own_test(file, call)
        helper = own_helper(file, call) if block is None else None
        if not (_is_for_good(file, helper, call) if block is None else block.is_test):
            continue
        if _is_restored(file, call):
            continue
        change = (outermost(call).start_byte, "env" if name.endswith("etenv") else name)
        if change in told:
            continue  # one comment a test says it for all the variables that it sets
        told.add(change)
        report(
            at=call,
            message=f"`{call.short}` changes what all tests of the package share.",
            why="The tests that run after it see the change, and fail or pass for it.",
            fix=_CALLS[name],
        )
    for one in file.nodes("assignment_statement"):
        _assigned(file, one, report)
    for call, where in itertools.islice(set_side_by_side(file), 3):
        report(
            at=where,
            message=f"`{call.short}` sets what all tests share, in tests that run side by side.",
            why="Each of them may get what another has set: it is a race.",
            fix="Leave `t.Parallel()` out, or hand the test its own.",
            confidence=Confidence.MEDIUM,
        )


def _alike(call: GoCall) -> set[str]:
    """The methods by which such a change is taken back."""
    return {call.method, "Unsetenv", "Setenv", "Chdir"} if call.method != "Set" else {"Set"}


def _is_for_good(file: GoFile, helper: Block | None, call: GoCall) -> bool:
    """Whether a helper makes the change and gives the test no function that takes it back."""
    return helper is not None and not any(
        any(one.method in _alike(call) for one in file.calls_in(literal.node))
        for literal in file.within(helper.body, "func_literal")
    )


def _is_restored(file: GoFile, call: GoCall) -> bool:
    """Whether the test, or its package, calls the like of it again when it ends."""
    alike = _alike(call)
    for one in file.calls_in(outermost(call)):
        if one.node == call.node or one.method not in alike:
            continue
        if _is_later(one) or _restores_itself(one, call):
            return True
    # A helper that is told of the test may put it back.
    hooks = any(each.kind in (Kind.MAIN, Kind.HOOK) for each in file.blocks)
    return hooks and any(
        each.kind in (Kind.MAIN, Kind.HOOK) and any(c.method in alike for c in each.calls())
        for each in file.blocks
    )


def _restores_itself(before: GoCall, call: GoCall) -> bool:
    """Whether ``t.Setenv`` of the same variable, before the change, puts it back in the end."""
    file = call.file
    if before.method != "Setenv" or (before.name or "") in _CALLS:
        return False
    if before.node.end_byte > call.node.start_byte or not (before.arguments and call.arguments):
        return False
    return file.text_of(before.arguments[0]) == file.text_of(call.arguments[0])


def _is_later(located: Located) -> bool:
    """Whether it runs when the test ends: under ``defer`` or in ``t.Cleanup``."""
    for above in located.ancestors():
        if above.kind == "defer_statement":
            return True
        if above.kind == "call_expression" and isinstance(above.file, GoFile):
            function = above.child("function")
            if function is not None and above.file.text_of(function).endswith(".Cleanup"):
                return True
    return False


def _assigned(file: GoFile, one: Located, report: Report) -> None:
    """``pkg.Variable = …`` in a test."""
    left = one.child("left")
    target = None if left is None else next(iter(left.named_children), None)
    if target is None or target.type != "selector_expression":
        return
    owner = _package(target)
    found = [] if owner is None else one.names.find(file.text_of(owner))
    if len(found) != 1 or found[0].how is not Bound.IMPORT:
        return
    block = own_test(file, one)
    if _is_later(one):
        return
    if not (_is_kept_by_helper(file, one) if block is None else block.is_test):
        return
    text = file.text_of(target)
    whole = outermost(one)
    again = (
        each.node
        for each in file.within(whole, "assignment_statement")
        if file.text_of(each.node).startswith(text)
    )
    if any(each != one.node for each in again) or _is_kept_value(file, one, text):
        return
    if any(text in file.text_of(call.node) and _is_later(call) for call in file.calls_in(whole)):
        return
    report(
        at=Span(*target.byte_range),
        message=f"`{short(file, target)}` of another package is changed and not put back.",
        why="The tests that run after it see the change, and fail or pass for it.",
        fix="Keep the old value, and put it back in `t.Cleanup`.",
    )


def _package(target: tree_sitter.Node) -> tree_sitter.Node | None:
    """What a chain of fields begins with: ``http`` of ``http.DefaultTransport.(*T).Proxy``."""
    node: tree_sitter.Node | None = target
    for _ in range(_DEEPEST):
        if node is None or node.type == "identifier":
            return node
        if node.type not in ("selector_expression", "type_assertion_expression", "index_expression",
                             "parenthesized_expression"):  # fmt: skip
            return None
        node = node.child_by_field_name("operand") or next(iter(node.named_children), None)
    return None


def _is_kept_by_helper(file: GoFile, one: Located) -> bool:
    """Whether a helper of a test file changes it, which gives nothing that takes it back."""
    function = one.names.function.node
    if function.type != "function_declaration" or not file.path.endswith("_test.go"):
        return False
    name = function.child_by_field_name("name")
    word = "" if name is None else file.text_of(name)
    if file.block_at(one.node) is not None or word in ("init", "main") or not word:
        return False
    if any(True for _ in file.within(function, "func_literal")):
        return False
    calls = file.calls_named(word)
    return any((block := file.block_at(call.node)) is not None and block.is_test for call in calls)


def _is_kept_value(file: GoFile, one: Located, text: str) -> bool:
    """Whether what is assigned was read from the same variable before: it is put back."""
    right = one.child("right")
    value = None if right is None else next(iter(right.named_children), None)
    if value is None or value.type != "identifier":
        return False
    found = one.names.find(file.text_of(value))
    return any(each.value is not None and file.text_of(each.value) == text for each in found)
