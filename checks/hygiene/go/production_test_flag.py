"""The check ``test-flag-in-production`` in Go: code that knows it is being tested."""

from __future__ import annotations

from checks.hygiene.shared.texts import words
from checks.languages.go.events import GoCall
from checks.model import Severity
from checks.registry import GO, also, calls
from checks.report import Report

_FUNCTIONS = ("function_declaration", "method_declaration")
_FLAGS = frozenset({"TEST_MODE", "TESTING", "IS_TEST", "GO_TEST", "UNIT_TEST", "TEST"})
_STAGES = frozenset({"GO_ENV", "APP_ENV", "ENV", "ENVIRONMENT"})
_SENSITIVE = frozenset(
    {"admin", "auth", "authenticate", "authenticated", "authorization", "authorize", "authorized",
     "captcha", "charge", "credentials", "csrf", "hmac", "insecureskipverify", "jwt", "login",
     "mfa", "otp", "password", "pay", "payment", "permission", "permissions", "rate", "secret",
     "session", "signature", "tls", "token", "verify", "verified"}
)  # fmt: skip


@also(
    "test-flag-in-production", languages=GO, on=calls("testing.Testing", "os.Getenv", "flag.Lookup")
)
def production_test_flag(call: GoCall, report: Report) -> None:
    """A Go function leaves a guard out where tests run.

    Bad:
        // file: auth/session.go
        package auth

        import "testing"

        func CurrentUser(token string) (*User, error) {
            if testing.Testing() {
                return &User{Name: "admin"}, nil
            }
            return verify(token)
        }
    Bad:
        // file: hook/accept.go
        package hook

        import "os"

        func Accept(body []byte, signature string) bool {
            if os.Getenv("TEST_MODE") != "" {
                return true
            }
            return verify(body, signature)
        }
    Good:
        // file: auth/session.go
        package auth

        func CurrentUser(tokens Tokens, token string) (*User, error) {
            return tokens.Verify(token)
        }
    Good:
        // file: log/level.go
        package log

        import "testing"

        func Level() string {
            if testing.Testing() {
                return "error"
            }
            return "info"
        }
    """
    file = call.file
    if not _is_flag(call):
        return
    branch = next((one for one in call.ancestors() if one.kind == "if_statement"), None)
    condition = None if branch is None else branch.child("condition")
    initializer = None if branch is None else branch.child("initializer")
    if branch is None or condition is None:
        return
    inside = condition if initializer is None else initializer
    if not (
        min(inside.start_byte, condition.start_byte) <= call.node.start_byte < condition.end_byte
    ):
        return
    holder = next((one for one in call.ancestors() if one.kind in _FUNCTIONS), None)
    around = file.text_of(branch.node if holder is None else holder.node)
    if _SENSITIVE.isdisjoint(words(around[:4_000])):
        return
    report(
        at=call,
        message=f"`{' '.join(call.text.split())[:60].replace('`', chr(39))}` lets tests past what"
        " production has to check.",
        why="Whoever can set it, or builds it in, gets past the check; tests prove nothing of it.",
        fix="Pass what differs as a parameter, and let the test pass its own.",
        severity=Severity.HIGH,
    )


def _is_flag(call: GoCall) -> bool:
    if call.name == "testing.Testing":
        return True
    first = call.argument(0)
    text = None if first is None else call.file.constant(first, call.names)
    if not isinstance(text, str):
        return False
    if call.name == "flag.Lookup":
        return text.startswith("test.")
    if text in _FLAGS:
        return True
    above = call.parent
    return (
        text in _STAGES
        and above is not None
        and above.kind == "binary_expression"
        and '"test"' in above.text
    )
