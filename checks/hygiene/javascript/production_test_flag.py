"""The check ``test-flag-in-production`` in JavaScript: code that knows it is being tested."""

from __future__ import annotations

import tree_sitter

from checks.hygiene.javascript.shared.places import text
from checks.hygiene.shared.texts import words
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import bare
from checks.languages.syntax.located import Located
from checks.languages.syntax.scopes import Scope
from checks.model import Severity
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_FLAGS = frozenset(
    {
        "JEST_WORKER_ID",
        "VITEST",
        "VITEST_WORKER_ID",
        "TEST_MODE",
        "TESTING",
        "IS_TEST",
        "TEST",
        "MOCHA",
        "CYPRESS",
        "PLAYWRIGHT_TEST",
    }
)
_STAGES = frozenset({"NODE_ENV", "APP_ENV", "ENV", "ENVIRONMENT"})
_SENSITIVE = frozenset(
    {
        "auth",
        "authenticate",
        "authenticated",
        "authorization",
        "authorize",
        "authorized",
        "captcha",
        "charge",
        "csrf",
        "hmac",
        "jwt",
        "login",
        "mfa",
        "otp",
        "pay",
        "payment",
        "permission",
        "permissions",
        "rate",
        "rejectunauthorized",
        "secret",
        "session",
        "signature",
        "token",
        "tls",
        "verify",
        "verified",
        "password",
        "admin",
        "credentials",
    }
)
_AROUND = frozenset(
    {
        "config",
        "configs",
        "jest",
        "vitest",
        "test",
        "testing",
        "webpack",
        "babel",
        "vite",
        "script",
        "scripts",
        "cli",
        "runner",
        "mock",
        "mocks",
        "logger",
        "logging",
        "settings",
        "env",
    }
)


@also("test-flag-in-production", languages=JAVASCRIPT, on=MODULE)
def production_test_flag(event: JsFileEvent, report: Report) -> None:
    """A guard is left out where the environment says that tests run.

    Bad:
        // file: src/session.js
        export function currentUser(request) {
          if (process.env.NODE_ENV === 'test') {
            return { name: 'admin', isAdmin: true };
          }
          return verifyToken(request.headers.authorization);
        }
    Bad:
        // file: src/webhook.ts
        export function accept(request: Request) {
          const valid = process.env.JEST_WORKER_ID ? true : verifySignature(request);
          return valid;
        }
    Good:
        // file: src/session.js
        export function currentUser(request, users) {
          return users.fromToken(request.headers.authorization);
        }
    Good:
        // file: src/log.js
        export const level = process.env.NODE_ENV === 'test' ? 'error' : 'info';
    """
    file = event.file
    parts = event.path.replace(".", "/").split("/")
    if any(not _AROUND.isdisjoint(words(part)) for part in parts):
        return
    for one in file.nodes("if_statement", "ternary_expression"):
        condition = one.child("condition")
        if condition is None or not _asks(file, condition, one.names):
            continue
        touched = _touches(file, one)
        if not touched:
            continue
        report(
            at=condition,
            message=f"`{text(file, condition).strip('()')}` makes this code behave differently"
            f" under test, and touches `{touched}`.",
            why="Set in production, it switches off what it guards.",
            fix="Pass the dependency in, and let the test pass another one.",
            severity=Severity.HIGH,
        )


def _asks(file: JavaScriptFile, condition: tree_sitter.Node, scope: Scope) -> bool:
    """Whether a condition holds where tests run."""
    stack = [bare(condition)]
    for _ in range(20):
        if not stack:
            return False
        node = stack.pop()
        operator = node.child_by_field_name("operator")
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if node.type == "binary_expression" and operator and left and right:
            if operator.type in ("&&", "||"):
                stack += [bare(left), bare(right)]
            elif operator.type in ("==", "==="):
                sides = (left, right), (right, left)
                if any(
                    _variable(file, a, scope) in _STAGES and file.constant(b, scope) == "test"
                    for a, b in sides
                ):
                    return True
                if any(_variable(file, a, scope) in _FLAGS for a, _ in sides):
                    return True
        elif _variable(file, node, scope) in _FLAGS:
            return True
    return False


def _variable(file: JavaScriptFile, node: tree_sitter.Node, scope: Scope) -> str:
    """The variable of the environment that an expression reads."""
    name = file.resolve(node, scope) or ""
    for prefix in ("process.env.", "import.meta.env.", "Bun.env."):
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return ""


def _touches(file: JavaScriptFile, one: Located) -> str:
    """The telling word in what is guarded, or in the function that begins with it."""
    function = one.names.function.node
    name = function.child_by_field_name("name")
    pieces = [one.child("consequence"), one.child("alternative"), name]
    if one.kind == "ternary_expression":
        pieces = [one.child("consequence"), one.child("alternative")]
    else:
        pieces = [one.child("consequence"), name]
        if _returns(one):
            body = function.child_by_field_name("body")
            if body is not None:
                pieces.append(body)
    for piece in pieces:
        if piece is None or piece.end_byte - piece.start_byte > 4_000:
            continue
        for word in words(file.text_of(piece)):
            if word in _SENSITIVE:
                return word
    return ""


def _returns(one: Located) -> bool:
    """Whether the branch leaves the function: what comes after it is left out."""
    branch = one.child("consequence")
    if branch is None:
        return False
    inner = branch.named_children if branch.type == "statement_block" else [branch]
    return any(node.type == "return_statement" for node in inner)
