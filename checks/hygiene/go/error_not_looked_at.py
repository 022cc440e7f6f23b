"""The check ``go-error-not-looked-at``: an error of a test's own step that nobody reads."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import tree_sitter

from checks.hygiene.go.shared.asserting import fails
from checks.hygiene.go.shared.places import (
    following,
    holds_word,
    is_statement,
    short,
    statements,
)
from checks.languages.go.calls import GoCall
from checks.languages.go.events import GoFileEvent
from checks.languages.go.file import GoFile
from checks.languages.go.grammar import FUNCTIONS
from checks.languages.syntax.located import Located
from checks.light import dataclass
from checks.model import Aspect, Confidence, Severity
from checks.registry import GO, MODULE, TEST_ROLES, check
from checks.report import Report

_KINDS = ("assignment_statement", "short_var_declaration")
_MOST = 3
"""Steps of one file whose error is thrown away that are told."""
_FAR = 60
_NEAR = 8
"""Statements behind a call that are looked at."""
_STEPS = (
    "encoding/json.Unmarshal",
    "io/ioutil.WriteFile",
    "os.Chdir",
    "os.Mkdir",
    "os.MkdirAll",
    "os.Rename",
    "os.Symlink",
    "os.WriteFile",
)
"""Functions without which the test has not what it works on, and that give nothing but an error."""


@dataclass(frozen=True, slots=True)
class _Given:
    """A call whose results are given names: ``value, err := call``."""

    at: Located
    call: tree_sitter.Node
    value: str
    error: str


@check(
    id="go-error-not-looked-at",
    title="Error that the test does not look at",
    aspect=Aspect.ERRORS,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=MODULE,
    languages=GO,
)
def error_not_looked_at(event: GoFileEvent, report: Report) -> None:
    """The error of a call is written over, used too late, or thrown away.

    Why:
        When the step fails, the test goes on with what is not there: it panics on a nil pointer, or
        fails later with a message that leads nowhere, or passes without having tried anything.
    Bad:
        // file: web/web_test.go
        package web

        import (
            "net/http"
            "testing"
        )

        func TestGet(t *testing.T) {
            request, err := http.NewRequest("GET", "/", nil)
            answer, err := http.DefaultClient.Do(request)
            if err != nil {
                t.Fatal(err)
            }
            answer.Body.Close()
        }
    Bad:
        // file: web/web_test.go
        package web

        import (
            "net/http"
            "testing"
        )

        func TestGet(t *testing.T) {
            answer, err := http.Get(server.URL)
            defer answer.Body.Close()
            if err != nil {
                t.Fatal(err)
            }
        }
    Good:
        // file: web/web_test.go
        package web

        import (
            "net/http"
            "testing"
        )

        func TestGet(t *testing.T) {
            answer, err := http.Get(server.URL)
            if err != nil {
                t.Fatal(err)
            }
            defer answer.Body.Close()
        }
    Suppress:
        Where the step may fail: say so by `_`.
    """
    file = event.file
    noted = False  # a habit of the file: one comment on it is enough
    for given in _given(file):
        late = _used_first(file, given)
        if late is not None:
            report(
                at=given.at,
                message=f"`{short(file, late)}` stands before anything has looked at"
                f" `{given.error}`.",
                why=f"When the call fails `{given.value}` is nil, and the test panics.",
                fix=f"Check `{given.error}` first, and defer after that.",
            )
        elif _is_lost(file, given):
            report(
                at=given.at,
                message=f"Nothing looks at the `{given.error}` that"
                f" `{short(file, given.call.child_by_field_name('function'))}` gives here.",
                why="When it fails the test goes on with what is not there.",
                fix=f"Check `{given.error}` before it gets another value.",
            )
        elif not noted and _goes_on(file, given):
            noted = True
            report(
                at=given.at,
                message=f"The test goes on with `{given.value}` when `{given.error}` is not nil.",
                why=f"`{given.value}` is nil then, and the test panics instead of saying why.",
                fix="Use `t.Fatal` instead of `t.Error`, or return.",
                confidence=Confidence.LOW,
            )
    for call in itertools.islice(_thrown_away(file), _MOST):
        report(
            at=call,
            message=f"The error of `{call.short}` is thrown away.",
            why="When it fails the test goes on without what it needs.",
            fix="Check it: `if err := …; err != nil { t.Fatal(err) }`.",
            confidence=Confidence.LOW,
        )


def _given(file: GoFile) -> Iterator[_Given]:
    """The calls that give an error a name, as statements of a list."""
    for one in file.nodes(*_KINDS):
        above = one.parent
        if above is None or above.kind not in ("block", "statement_list"):
            continue
        left, right = one.child("left"), one.child("right")
        names = [] if left is None else left.named_children
        calls = [] if right is None else right.named_children
        if not names or len(calls) != 1 or calls[0].type != "call_expression":
            continue
        error = file.text_of(names[-1])
        if names[-1].type != "identifier" or not error.startswith("err"):
            continue
        value = file.text_of(names[0]) if len(names) > 1 else ""
        yield _Given(one, calls[0], "" if value == "_" else value, error)


def _used_first(file: GoFile, given: _Given) -> tree_sitter.Node | None:
    """A ``defer`` that uses a part of the value before the error is looked at."""
    for statement in following(given.at)[:_NEAR]:
        if statement.type == "defer_statement":
            call = statement.named_children[0] if statement.named_children else None
            target = None if call is None else call.child_by_field_name("function")
            if target is None or target.type != "selector_expression" or not given.value:
                return None
            operand = target.child_by_field_name("operand")
            # A method of a nil file does no harm; the body of a nil answer does.
            if operand is not None and operand.type == "selector_expression":
                inner = operand.child_by_field_name("operand")
                if inner is not None and file.text_of(inner) == given.value:
                    return call
            return None
        if _names(file, statement, given.error):
            return None
    return None


def _goes_on(file: GoFile, given: _Given) -> bool:
    """Whether an error is only noted, and the next statement uses a part of the value."""
    after = following(given.at)[:2]
    if len(after) < 2 or not given.value or after[0].type != "if_statement":
        return False
    condition, body = (after[0].child_by_field_name(one) for one in ("condition", "consequence"))
    if condition is None or body is None or after[0].child_by_field_name("alternative"):
        return False
    if " ".join(file.text_of(condition).split()) != f"{given.error} != nil":
        return False
    inner = statements(body)
    if len(inner) != 1 or not any(
        fails(one) and one.method in ("Error", "Errorf") for one in file.calls_in(inner[0])
    ):
        return False
    return after[1].type != "if_statement" and f"{given.value}." in file.text_of(after[1])


def _is_lost(file: GoFile, given: _Given) -> bool:
    """Whether the error gets another value, or the function ends, before anything reads it."""
    for statement in following(given.at)[:_FAR]:
        if not _names(file, statement, given.error):
            if statement.type in ("return_statement", "goto_statement", "labeled_statement"):
                return False
            continue
        writes = statement.type in _KINDS and _only_writes(file, statement, given.error)
        return writes and not _is_kept(file, given)
    return (
        len(following(given.at)) <= _FAR and _ends_function(given.at) and not _is_kept(file, given)
    )


def _is_kept(file: GoFile, given: _Given) -> bool:
    """Whether a function in the function, or its result, sees the error otherwise."""
    owner = given.at.names.owner(given.error)
    function = given.at.names.function.node
    if owner is None or owner.function.node != function or function.type not in FUNCTIONS:
        return True
    result = function.child_by_field_name("result")
    if (
        result is not None
        and result.type == "parameter_list"
        and given.error in file.text_of(result)
    ):
        return True
    return any(
        holds_word(written := file.text_of(one.node), given.error)
        and not any(mark in written for mark in _declared(given.error))
        for one in file.within(function, "func_literal")
        if not one.node.start_byte <= given.at.node.start_byte < one.node.end_byte
    )


def _declared(name: str) -> tuple[str, ...]:
    """What is written where a function has a variable of this name of its own."""
    return (f"{name} :=", f"{name} error", f"var {name}", f"{name}, ok :=")


def _names(file: GoFile, statement: tree_sitter.Node, name: str) -> bool:
    return holds_word(file.text_of(statement), name)


def _only_writes(file: GoFile, statement: tree_sitter.Node, name: str) -> bool:
    """Whether a statement gives the name a value and does not read it."""
    left, right = (statement.child_by_field_name(one) for one in ("left", "right"))
    if left is None or right is None or _names(file, right, name):
        return False
    operator = statement.child_by_field_name("operator")
    if operator is not None and file.text_of(operator) not in ("=", ":="):
        return False
    return any(
        one.type == "identifier" and file.text_of(one) == name for one in left.named_children
    )


def _ends_function(at: Located) -> bool:
    """Whether the list in which a statement stands is the body of its function, to the end."""
    for above in at.ancestors():
        if above.kind in ("block", "statement_list"):
            continue
        return above.kind in FUNCTIONS
    return False


def _thrown_away(file: GoFile) -> Iterator[GoCall]:
    """The calls whose only result is an error, as statements of their own."""
    for name in _STEPS:
        for call in file.calls_named(name.rpartition(".")[2]):
            if call.name == name and is_statement(call):
                yield call
