"""The check ``swallowed-exception``: a failure that nobody hears of."""

from __future__ import annotations

import tree_sitter

from checks.events import Node, calls_of
from checks.languages.python import evaluate
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, check, nodes
from checks.report import Report
from checks.secrets.naming import words_of

_BROAD = frozenset({"Exception", "BaseException", "exceptions.Exception"})
_SILENT = frozenset({"pass_statement", "continue_statement", "break_statement"})
_GUARDING = frozenset(
    {"verify", "verified", "verifies", "authenticate", "authenticated", "authorize", "authorized",
     "authorise", "permission", "permissions", "signature", "token", "login", "auth", "decrypt",
     "certificate", "acl", "csrf", "hmac", "password"}
)  # fmt: skip
"""Words of a name that say that a decision about security is made there."""
_ASKING = frozenset({"check", "is", "has", "can", "verify", "validate", "authenticate", "authorize",
                     "allowed", "require", "verified", "decode", "valid", "login"})  # fmt: skip
_CLEANING = frozenset(
    {"close", "aclose", "shutdown", "stop", "terminate", "kill", "cleanup", "disconnect", "unlink",
     "remove", "rmtree", "rmdir", "release", "cancel", "quit", "abort", "flush", "join", "wait",
     "rollback", "teardown", "dispose", "destroy", "detach", "unregister", "logout", "clear",
     "delete", "exit", "free", "reset", "finalize", "discard", "send_signal", "wait_closed", "pop"}
)  # fmt: skip
_CLEANING_FUNCTIONS = frozenset(
    {"__del__", "__exit__", "__aexit__", "close", "aclose", "cleanup", "teardown", "tearDown",
     "shutdown", "stop", "terminate", "__repr__", "__str__", "atexit", "dispose", "disconnect",
     "quit", "finalize", "release"}
)  # fmt: skip
_OPTIONAL = ("import_statement", "import_from_statement", "future_import_statement")
_SMALL = 3
"""Statements of a ``try`` that is looked at as an attempt at one thing."""


@check(
    id="swallowed-exception",
    title="Every failure is swallowed",
    aspect=Aspect.ERRORS,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    surface=Surface.SUMMARY,
    roles=PRODUCTION_ROLES,
    on=nodes("except_clause"),
    cwe=(390,),
)
def swallowed_exception(event: Node, report: Report) -> None:
    """A handler catches every exception and does nothing with it.

    Handlers for exceptions that are named, handlers that log, raise, record or answer, clean-ups,
    destructors and optional imports are clean. Where the code decides about security, the finding
    is graver.

    Why:
        A misspelt name, a full disk and an attack look the same: as if nothing had happened.
        The defect is found much later, far from its cause.
    Bad:
        def tell(client, reader):
            try:
                client.post("/letters", json={"to": reader})
            except Exception:
                pass
    Bad:
        def check_signature(key, body, signature):
            try:
                key.verify(signature, body)
            except:
                return None
            return body
    Good:
        def due(loan):
            try:
                return loan["due"]
            except KeyError:
                return None
    Good:
        import logging

        def tell(client, reader):
            try:
                client.post("/letters", json={"to": reader})
            except Exception:
                logging.exception("the letter to %s was not sent", reader)
    Good:
        class Connection:
            def __del__(self):
                try:
                    self.socket.close()
                except Exception:
                    pass
    Suppress:
        Where the failure is of no consequence and cannot be named: say why in the reason.
    """
    caught = _caught(event)
    if caught is None:
        return
    outcome = _outcome(event)
    if outcome is None:
        return
    attempt = event.parent
    if attempt is None or attempt.kind != "try_statement":
        return
    body = attempt.child("body")
    if body is None or _is_excused(event, body):
        return
    guarding = _guards(event, body)
    permissive = outcome == "pass"
    report(
        at=event,
        message=f"`{caught}` swallows every failure of the lines above it.",
        why="A failed check of a right looks here like one that was not needed."
        if guarding and permissive
        else "A misspelt name and an outage look as if nothing had happened.",
        fix="Name the exceptions that can be borne, and log the rest or let them through.",
        severity=Severity.MEDIUM if guarding else Severity.LOW,
        surface=Surface.INLINE if guarding else Surface.SUMMARY,
    )


def _caught(event: Node) -> str | None:
    """The clause as written when it catches everything, else ``None``."""
    parts = [one for one in event.children() if one.type != "block"]
    if not parts:
        return "except:"
    first = parts[0]
    if first.type == "as_pattern" and first.named_children:
        first = first.named_children[0]
    types = evaluate.children(first) if first.type == "tuple" else [first]
    if any(event.value(one).name in _BROAD for one in types):
        return f"except {event.value(first).short}:"
    return None


def _outcome(event: Node) -> str | None:
    """What a handler that does nothing leads to: ``pass``, ``return``; else ``None``."""
    blocks = [one for one in event.children() if one.type == "block"]
    statements = evaluate.children(blocks[-1]) if blocks else []
    if len(statements) != 1:
        return None
    only = statements[0]
    if only.type in _SILENT:
        return "pass"
    if only.type == "expression_statement":
        inner = only.named_children[0] if only.named_children else None
        return "pass" if inner is not None and inner.type in ("ellipsis", "string") else None
    if only.type == "return_statement":
        given = evaluate.children(only)
        if not given or given[0].type == "none":
            return "return"
    return None


def _is_excused(event: Node, body: tree_sitter.Node) -> bool:
    """Whether nobody needs to hear of the failure: clean-ups and optional imports."""
    function = event.function
    if function is not None and function.name.strip("_") in {
        one.strip("_") for one in _CLEANING_FUNCTIONS
    }:
        return True
    if event.context.kind == "finally_clause" or any(
        one.kind in ("finally_clause", "except_clause")
        for one in event.context.chain()
        if one.node != event.node
    ):
        return True
    statements = evaluate.children(body)
    if any(one.type in _OPTIONAL for one in statements):
        return True
    found = [call.method for call in calls_of(event.module, body)]
    if (
        len(statements) <= _SMALL
        and found
        and any(
            name.strip("_") in _CLEANING or words_of(name)[:1] in (["close"], ["stop"], ["cleanup"])
            for name in found
        )
    ):
        return True
    return not found and all(
        one.type in ("pass_statement", "return_statement") for one in statements
    )


def _guards(event: Node, body: tree_sitter.Node) -> bool:
    """Whether the attempt decides about security, by its name or by what it calls."""
    function = event.function
    names = [] if function is None else [function.name]
    for call in calls_of(event.module, body):
        names.append(call.method)
        if call.name in ("jwt.decode", "hmac.compare_digest"):
            return True
    for name in names:
        words = set(words_of(name))
        if words & _GUARDING and words & _ASKING:
            return True
        if {"permission", "permissions", "authorize", "authenticate"} & words:
            return True
    return False
