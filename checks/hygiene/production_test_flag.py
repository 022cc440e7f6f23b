"""The check ``test-flag-in-production``: production code that behaves differently under test."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.events import Module, Node, Value, calls_of
from checks.hygiene.shared.blocks import block_of, statements
from checks.hygiene.shared.testflags import flag_in, is_negated
from checks.hygiene.shared.texts import words
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, check, nodes
from checks.report import Report

_SENSITIVE = frozenset(
    {"acl", "admin", "allowed", "auth", "authenticate", "authenticated", "authentication",
     "authorization", "authorize", "authorized", "captcha", "certificate", "charge", "charged",
     "csrf", "hmac", "jwt", "limiter", "login", "mfa", "otp", "password", "pay", "payment",
     "permission", "permissions", "permitted", "ratelimit", "secret", "secure", "signature",
     "signed", "ssl", "throttle", "tls", "token", "verification", "verified", "verify"}
)  # fmt: skip
_HARMLESS = frozenset(
    {"addhandler", "basicconfig", "cache", "caches", "captureWarnings", "debug", "disable",
     "error", "exception", "filterwarnings", "info", "level", "log", "logger", "logging",
     "print", "setlevel", "simplefilter", "verbose", "verbosity", "warn", "warning"}
)  # fmt: skip
_DJANGO = frozenset(
    {"ALLOWED_HOSTS", "DATABASES", "INSTALLED_APPS", "MIDDLEWARE", "ROOT_URLCONF", "SECRET_KEY"}
)
_SETTINGS_MODULE = 2
"""How many of Django's settings make a module one of settings."""

_NAMED = ("keyword_argument", "assignment")
"""Constructs that give a name its value: ``verify=not TESTING``."""

_RUNNERS = ("_pytest.", "pluggy", "nose.plugins", "django.test.runner")


@check(
    id="test-flag-in-production",
    title="Production code behaves differently under test",
    aspect=Aspect.MOCKS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=nodes("if_statement", "elif_clause", "conditional_expression", "return_statement",
             "keyword_argument", "assignment"),
    cwe=(489,),
)  # fmt: skip
def production_test_flag(event: Node, report: Report) -> None:
    """Code that asks whether tests run has a branch that no test proves and anyone may reach.

    Why:
        The tests then exercise the branch that is not shipped. And the flag is one environment
        variable or one import away: set in production, it switches off what it guards.
    Bad:
        # file: app/users.py
        import os

        def current_user(request):
            if os.getenv("TEST_MODE"):
                return User.admin()
            return User.from_token(request.headers["Authorization"])
    Bad:
        # file: app/gateway.py
        import os

        import requests

        def charge(order):
            testing = "PYTEST_CURRENT_TEST" in os.environ
            return requests.post(URL, json=order, verify=not testing, timeout=5)
    Good:
        # file: app/users.py
        def current_user(request, users):
            return users.from_token(request.headers["Authorization"])
    Good:
        # file: app/logs.py
        import logging
        import sys

        if "pytest" in sys.modules:
            logging.getLogger("app").setLevel(logging.WARNING)
    Suppress:
        Where the branch is about the test runner itself.
    """
    module = event.module
    if _is_runner(module):
        return
    condition = _condition(event)
    if condition is None:
        return
    flag = flag_in(event.value(condition), report.index)
    if not flag or _is_inside_reader(event):
        return
    guarded = list(_guarded(event, condition))
    if event.kind in ("if_statement", "elif_clause") and _is_harmless(module, guarded, event):
        return
    sensitive = _sensitive(event, guarded)
    returns = any(_leaves(node) for node in guarded)
    settings = event.function is None and _is_settings(module)
    shown = flag.replace("`", "")
    report(
        at=condition,
        message=f"`{shown}` makes this code behave differently under test"
        + (f", and touches `{sensitive}`." if sensitive else "."),
        why="Set in production, it switches off what it guards."
        if sensitive or returns
        else "The tests do not run the branch that is shipped.",
        fix="Pass the dependency in, and let the test pass another one.",
        severity=Severity.LOW
        if settings
        else Severity.HIGH
        if sensitive or returns or event.kind in _NAMED
        else Severity.MEDIUM,
        surface=Surface.SUMMARY if settings else None,
    )


def _condition(event: Node) -> tree_sitter.Node | None:
    kind = event.kind
    if kind in ("if_statement", "elif_clause"):
        return event.child("condition")
    if kind in _NAMED:
        name = event.child("name") or event.child("left")
        if name is None or not _is_sensitive(event.module.text_of(name)):
            return None
        value = event.child("value") or event.child("right")
        return None if value is None or value.type == "conditional_expression" else value
    parts = event.children()
    if kind == "conditional_expression":
        return parts[1] if len(parts) == 3 else None
    # "return TESTING or check(token)"
    node = parts[0] if parts else None
    return node if node is not None and node.type == "boolean_operator" else None


def _guarded(event: Node, condition: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """The statements or expressions that the flag decides about."""
    if event.kind in _NAMED:
        return
    if event.kind in ("if_statement", "elif_clause"):
        yield from block_of(event.node)
        for one in event.node.named_children:
            if one.type == "else_clause":
                yield from block_of(one)
        return
    for one in event.children():
        if one != condition or event.kind == "return_statement":
            yield one


def _leaves(node: tree_sitter.Node) -> bool:
    return node.type == "return_statement"


def _sensitive(event: Node, guarded: list[tree_sitter.Node]) -> str:
    """The first name in the guarded code that speaks of security or money."""
    module = event.module
    if event.kind in _NAMED:
        name = event.child("name") or event.child("left")
        return "" if name is None else module.text_of(name)
    for node in guarded:
        stack = [node]
        for _ in range(500):
            if not stack:
                break
            one = stack.pop()
            if one.type == "identifier" and _is_sensitive(text := module.text_of(one)):
                return text
            stack.extend(reversed(one.named_children))
    if event.function is not None and _is_sensitive(event.function.name):
        return event.function.name
    return ""


def _is_sensitive(name: str) -> bool:
    return not _SENSITIVE.isdisjoint(words(name))


def _is_harmless(module: Module, guarded: list[tree_sitter.Node], event: Node) -> bool:
    """Whether the branch only raises, does nothing, or sets how much is logged or cached."""
    condition = event.child("condition")
    body = statements(event.child("consequence"))
    plain = [one for one in body if one.type != "pass_statement"]
    if not plain and len(body) == len(guarded):
        return True
    refuses = bool(plain) and all(one.type in ("raise_statement", "assert_statement")
                                  for one in plain)  # fmt: skip
    if refuses and condition is not None and not is_negated(condition):
        return True
    return bool(plain) and all(_is_quiet(module, one, event) for one in guarded)


def _is_quiet(module: Module, node: tree_sitter.Node, event: Node) -> bool:
    if node.type == "pass_statement":
        return True
    if node.type in ("import_statement", "import_from_statement"):
        return "logging" in module.text_of(node) or "warnings" in module.text_of(node)
    if node.type != "expression_statement":
        return False
    inner = node.named_children[0] if node.named_children else node
    if inner.type == "assignment":
        left = inner.child_by_field_name("left")
        names = words("" if left is None else module.text_of(left))
        return not _HARMLESS.isdisjoint(names) and _SENSITIVE.isdisjoint(names)
    if inner.type == "call":
        function = inner.child_by_field_name("function")
        text = "" if function is None else module.text_of(function)
        last = text.rpartition(".")[2].lower()
        return (
            last in _HARMLESS
            or Value(module, inner, event.context).callee_name in ("logging.disable", "print")
            or any(True for one in calls_of(module, node) if (one.name or "") == "logging.disable")
        )
    return inner.type == "string"


def _is_inside_reader(event: Node) -> bool:
    """Whether the construct stands in the function that only answers whether tests run."""
    if event.kind != "return_statement" or event.function is None:
        return False
    body = event.function.body
    return len([one for one in statements(body) if one.type != "expression_statement"]) == 1 and (
        not _SENSITIVE.intersection(words(event.function.name))
        and not any(True for _ in calls_of(event.module, event.node) if _is_other(_))
    )


def _is_other(call: object) -> bool:
    name = getattr(call, "name", None) or ""
    return not name.startswith(("os.", "bool", "sys."))


def _is_settings(module: Module) -> bool:
    """Whether the module is one of Django's settings, by what it sets."""
    return len(_DJANGO & module.scope.bindings.keys()) >= _SETTINGS_MODULE


def _is_runner(module: Module) -> bool:
    """Whether the file is a test runner or a plugin of one."""
    return module.remember(_is_runner, lambda: _runs_tests(module))


def _runs_tests(module: Module) -> bool:
    if any(one.name.startswith("pytest_") for one in module.functions):
        return True
    return any(
        one.qualified.startswith(_RUNNERS) or one.module in ("pytest", "unittest")
        for one in module.imports
    )
