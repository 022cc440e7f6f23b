"""The check ``access-granted-on-failure``: who may not be asked is let in."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.events import Function, Node
from checks.languages.python import evaluate
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import FUNCTIONS, PRODUCTION_ROLES, check, nodes
from checks.report import Report
from checks.secrets.naming import words_of
from checks.security import letting_in

_ASKING = frozenset({"has", "is", "can", "check", "may", "verify", "validate", "authorize",
                     "authorise", "user", "test", "ensure", "allow", "authenticate", "valid",
                     "should"})  # fmt: skip
_RIGHTS = frozenset({"permission", "permissions", "perm", "perms", "access", "authorized",
                     "authorised", "allowed", "admin", "owner", "staff", "superuser", "role",
                     "roles", "signature", "token", "auth", "authenticated", "authorization",
                     "privilege", "privileges", "credentials", "password", "trusted", "moderator",
                     "member", "jwt", "scope", "scopes", "apikey", "hmac"})  # fmt: skip
_VERBS = frozenset({"edit", "view", "delete", "access", "update", "create", "manage", "change",
                    "see", "modify", "approve", "publish", "download", "comment", "administer",
                    "moderate", "invite", "impersonate"})  # fmt: skip
_ALONE = frozenset({"test_func", "authorize", "authorise", "authenticate", "permits", "is_allowed",
                    "is_permitted", "authorized", "authorised", "permitted",
                    "authenticated"})  # fmt: skip
_REFUSING = frozenset({"blocked", "banned", "denied", "forbidden", "revoked", "blacklisted",
                       "blocklisted", "locked"})  # fmt: skip
_OTHER = frozenset({"file", "filename", "extension", "size", "url", "path", "format", "type",
                    "required", "needed", "expired", "name", "needs", "field", "count", "syntax",
                    "parse", "lexer", "next", "parser", "grammar", "whitespace"})  # fmt: skip
"""Words that say that a name asks for something else than a right."""
_BROAD = frozenset({"Exception", "BaseException", "exceptions.Exception"})
_ABSENT = ("KeyError", "IndexError", "LookupError", "AttributeError", "DoesNotExist", "NotFound",
           "ImportError", "ModuleNotFoundError", "NoResultFound")  # fmt: skip
"""Exceptions that may mean that nothing is asked for: no rule, no list, no backend."""
_DEFAULTS = frozenset({"get", "getattr"})
_MIN_CASES = 2


@check(
    id="access-granted-on-failure",
    title="A right is granted where it could not be checked",
    aspect=Aspect.ERRORS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=(FUNCTIONS, nodes("except_clause")),
    cwe=(636, 285),
    security=True,
)
def access_granted_on_failure(event: Function | Node, report: Report) -> None:
    """A function that decides about a right answers yes when the check fails, or by default.

    Functions are known by their names: `has_permission`, `can_edit`, `is_admin`,
    `verify_signature`, and for lists of those who may not, `is_blocked`. Everywhere else a handler
    that sets a name like `allowed` to true is meant, and one after which a signature that did not
    hold counts as one that did.

    Why:
        An outage of the service that knows the rights, a malformed token or a role that nobody
        thought of opens what was closed. Attackers cause such failures on purpose.
    Bad:
        from rest_framework.permissions import BasePermission

        class IsOwner(BasePermission):
            def has_permission(self, request, view):
                try:
                    return view.get_object().owner == request.user
                except Exception:
                    return True
    Bad:
        RULES = {"delete": False}

        def is_allowed(user, action):
            return RULES.get(action, True)
    Good:
        from rest_framework.permissions import BasePermission

        class IsOwner(BasePermission):
            def has_permission(self, request, view):
                try:
                    return view.get_object().owner == request.user
                except Exception:
                    return False
    Good:
        RULES = {"read": True}

        def is_allowed(user, action):
            return RULES.get(action, False)
    Suppress:
        Where an outage must not close the door, and somebody decided so: name who did.
    """
    if isinstance(event, Node):
        _look_at_handler(event, report)
        return
    asks, refuses = _asks(event.name), _refuses(event.name)
    if not asks and not refuses:
        return
    for clause in event.module.within(event.node, "except_clause"):
        if clause.context.function is event and _answers(clause.children(), granted=asks):
            handler = Node(clause.module, clause.place)
            caught = _caught(handler)
            if caught is None and asks and letting_in.is_without_owner(handler):
                _tell_ownerless(report, event, clause.node)
            if caught is not None:
                _tell_failure(report, event, clause.node, caught)
    if asks:
        for at, what in _defaults(event):
            report(
                at=at,
                message=f"`{event.name}` answers yes by default: {what}.",
                why="What nobody thought of is allowed.",
                fix="Answer no by default, and name what is allowed.",
                severity=Severity.MEDIUM,
                confidence=Confidence.MEDIUM,
            )


def _tell_failure(
    report: Report, event: Function, clause: tree_sitter.Node, caught: tuple[str, bool]
) -> None:
    text, broad = caught
    report(
        at=clause,
        message=f"`{event.name}` lets in whoever makes the check fail with `{text}`.",
        why="An outage or a malformed request opens what was closed.",
        fix="Refuse in the handler, or let the exception through.",
        severity=Severity.HIGH if broad else Severity.MEDIUM,
        confidence=Confidence.HIGH if broad else Confidence.MEDIUM,
        surface=Surface.INLINE,
    )


def _tell_ownerless(report: Report, event: Function, clause: tree_sitter.Node) -> None:
    report(
        at=clause,
        message=f"`{event.name}` lets everybody in where there is no owner.",
        why="What lost its owner, or never had one, is open to all.",
        fix="Answer no where the owner is not known.",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
    )


def _look_at_handler(clause: Node, report: Report) -> None:
    """A handler in a function of any name."""
    caught = _caught(clause)
    if caught is None:
        return
    text, broad = caught
    name = letting_in.grants_by_name(clause)
    if name is not None:
        message = f"`{name}` is true where the check fails with `{text}`."
        fix = "Say no in the handler, or let the exception through."
    elif letting_in.goes_on_to_yes(clause):
        message = f"What fails with `{text}` counts as checked: the answer is yes all the same."
        fix = "Answer no in the handler."
    elif letting_in.is_ignored(clause, _names(clause)):
        message = f"`{text}` says no, and the function goes on as if it had said yes."
        fix = "Refuse in the handler, or let the exception through."
    else:
        return
    report(
        at=clause,
        message=message,
        why="A forged or malformed request opens what was closed.",
        fix=fix,
        severity=Severity.HIGH if broad or name is None else Severity.MEDIUM,
        confidence=Confidence.HIGH if broad else Confidence.MEDIUM,
        surface=Surface.INLINE,
    )


def _asks(name: str) -> bool:
    words = words_of(name)
    found = set(words)
    if found & _OTHER:
        return False
    if name.strip("_") in _ALONE:
        return True
    if not words or not found & _ASKING or found & {"not", "no", *_REFUSING}:
        return False
    return bool(found & _RIGHTS) or (words[0] in ("can", "may") and bool(found & _VERBS))


def _refuses(name: str) -> bool:
    words = set(words_of(name))
    return bool(words & _REFUSING) and bool(words & {"is", "has"}) and not words & _OTHER


def _answers(children: list[tree_sitter.Node], *, granted: bool) -> bool:
    """Whether a handler does nothing else of weight than to answer so."""
    blocks = [one for one in children if one.type == "block"]
    statements = evaluate.children(blocks[-1]) if blocks else []
    if not statements or statements[-1].type != "return_statement":
        return False
    value = evaluate.children(statements[-1])
    if len(value) != 1 or value[0].type != ("true" if granted else "false"):
        return False
    return all(one.type in ("expression_statement", "pass_statement") for one in statements[:-1])


def _caught(clause: Node) -> tuple[str, bool] | None:
    """What a clause catches, and whether that is everything; ``None`` when it may be no failure."""
    parts = [one for one in clause.children() if one.type not in ("block", "comment")]
    if not parts:
        return "except:", True
    first = parts[0]
    if first.type == "as_pattern" and first.named_children:
        first = first.named_children[0]
    names = _names(clause)
    if any(one in _BROAD for one in names):
        return clause.value(first).short, True
    if any(one.endswith(_ABSENT) for one in names):
        return None
    return clause.value(first).short, False


def _names(clause: Node) -> list[str]:
    """The names of what a clause catches."""
    parts = [one for one in clause.children() if one.type not in ("block", "comment")]
    if not parts:
        return []
    first = parts[0]
    if first.type == "as_pattern" and first.named_children:
        first = first.named_children[0]
    types = evaluate.children(first) if first.type == "tuple" else [first]
    return [clause.value(one).name or clause.module.text_of(one) for one in types]


def _defaults(event: Function) -> Iterator[tuple[tree_sitter.Node, str]]:
    """The places where what is not named is allowed."""
    for one in event.module.within(event.node, "return_statement"):
        if one.context.function is not event:
            continue
        value = one.children()[0] if one.children() else None
        if value is not None and value.type == "call" and _grants(event, value):
            yield value, "a name that is not in the table is allowed"
    yield from _chain(event)
    yield from _cases(event)


def _grants(event: Function, node: tree_sitter.Node) -> bool:
    """``RULES.get(action, True)`` with a table whose entries are answers."""
    function = node.child_by_field_name("function")
    arguments = node.child_by_field_name("arguments")
    given = [] if arguments is None else evaluate.children(arguments)
    if function is None or function.type != "attribute" or len(given) != 2:
        return False
    method = function.child_by_field_name("attribute")
    return (
        method is not None
        and event.module.text_of(method) in _DEFAULTS
        and given[0].type != "string"
        and given[1].type == "true"
    )


def _chain(event: Function) -> Iterator[tuple[tree_sitter.Node, str]]:
    """``if role == "a": return …`` for some values of one name, and yes for all others."""
    body = event.body
    statements = [] if body is None else evaluate.children(body)
    if len(statements) < 2 or statements[-1].type != "return_statement":
        return
    last = evaluate.children(statements[-1])
    if len(last) != 1 or last[0].type != "true":
        return
    subjects: list[str] = []
    denied = False
    for one in reversed(statements[:-1]):
        if one.type != "if_statement":
            break
        tests = [one, *(c for c in one.named_children if c.type == "elif_clause")]
        if any(child.type == "else_clause" for child in one.named_children):
            break
        for test in tests:
            condition = test.child_by_field_name("condition")
            block = test.child_by_field_name("consequence")
            if condition is None or block is None or not _returns(block):
                return
            subject = _subject(event, condition)
            if subject is None:
                return
            subjects.append(subject)
            denied = denied or not _returns_true(block)
    if len(subjects) >= _MIN_CASES and len(set(subjects)) == 1 and denied:
        yield statements[-1], f"a value of `{subjects[0]}` that is not named is allowed"


def _cases(event: Function) -> Iterator[tuple[tree_sitter.Node, str]]:
    """``case _: return True`` below cases of which one says no."""
    for match in event.module.within(event.node, "match_statement"):
        body = match.child("body")
        if match.context.function is not event or body is None:
            continue
        cases = [one for one in evaluate.children(body) if one.type == "case_clause"]
        blocks = [one.child_by_field_name("consequence") for one in cases]
        if len(cases) < _MIN_CASES or not all(one is not None and _returns(one) for one in blocks):
            continue
        pattern = cases[-1].named_children[0]
        subject = match.child("subject")
        if event.module.text_of(pattern) != "_" or subject is None:
            continue
        last, others = blocks[-1], blocks[:-1]
        denied = any(one is not None and not _returns_true(one) for one in others)
        if last is not None and _returns_true(last) and denied:
            name = event.module.text_of(subject)[:60].replace("`", "'")
            yield cases[-1], f"a value of `{name}` that is not named is allowed"


def _returns(block: tree_sitter.Node) -> bool:
    statements = evaluate.children(block)
    return bool(statements) and statements[-1].type == "return_statement"


def _returns_true(block: tree_sitter.Node) -> bool:
    value = evaluate.children(evaluate.children(block)[-1])
    return len(value) == 1 and value[0].type == "true"


def _subject(event: Function, condition: tree_sitter.Node) -> str | None:
    """What a condition compares with a constant for equality."""
    if condition.type != "comparison_operator" or len(condition.named_children) != 2:
        return None
    left, right = condition.named_children
    if b"==" not in (condition.text or b"") or left.type not in ("identifier", "attribute"):
        return None
    if right.type not in ("string", "integer", "identifier", "attribute"):
        return None
    return event.module.text_of(left)[:60].replace("`", "'")
