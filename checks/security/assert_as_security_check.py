"""The check ``assert-as-security-check``: rights that an optimised interpreter does not check."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import tree_sitter

from checks.events import Node
from checks.languages.python import grammar
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, check, nodes
from checks.report import Report
from checks.secrets.naming import words_of

_RIGHTS = frozenset(
    {"is_admin", "is_staff", "is_superuser", "is_authenticated", "is_owner", "is_moderator",
     "is_logged_in", "has_perm", "has_perms", "has_permission", "has_permissions", "has_role",
     "has_object_permission", "check_permission", "check_permissions", "user_can", "is_allowed",
     "is_authorized", "is_authorised", "has_access", "can_access", "check_password",
     "check_password_hash", "verify_password", "compare_digest", "verify_signature",
     "check_signature", "is_valid_signature", "verify_token", "validate_token", "check_token",
     "check_csrf", "validate_csrf", "allowed_to", "is_permitted", "has_scope", "authorized",
     "authenticated", "valid_signature"}
)  # fmt: skip
_USERS = ("request.user", "current_user", "self.request.user", "g.user", "self.current_user",
          "session.user", "request.identity", "info.context.user")  # fmt: skip
_OWNING = frozenset({"owner", "author", "owner_id", "user_id", "created_by", "user", "author_id",
                     "creator", "tenant", "tenant_id", "account_id"})  # fmt: skip
_ROLES = frozenset({"role", "roles", "permission", "permissions", "scope", "scopes", "groups"})
_CONTEXTS = ("user", "request", "principal", "member", "identity", "session", "token", "claims",
             "caller", "actor")  # fmt: skip
_MAX_TEXT = 2_000
_MAX_NEAR = 200


@check(
    id="assert-as-security-check",
    title="A right is checked by assert",
    aspect=Aspect.ERRORS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=nodes("assert_statement"),
    cwe=(617, 863),
    security=True,
)
def assert_as_security_check(node: Node, report: Report) -> None:
    """An `assert` decides whether somebody may do something.

    Why:
        `python -O` and `PYTHONOPTIMIZE` drop every `assert`: the check is gone, and nothing fails.
        Where it stays, the visitor gets a server error in place of a refusal.
    Bad:
        def delete(request, order):
            assert request.user.is_staff
            order.delete()
    Bad:
        def edit(request, post):
            assert post.author == request.user, "not yours"
            post.save()
    Good:
        def delete(request, order):
            if not request.user.is_staff:
                raise PermissionError
            order.delete()
    Good:
        def total(prices):
            assert prices, "nothing to add"
            return sum(prices)
    Suppress:
        Where the right was checked before, and the assertion only states it.
    """
    children = node.children()
    if not children or node.function is None:
        return
    condition = children[0]
    if condition.end_byte - condition.start_byte > _MAX_TEXT:
        return
    what = next(_rights(node, condition), None)
    if what is None or _is_checked_before(node, what):
        return
    report(
        at=node,
        message=f"`assert` is all that checks `{what[:60]}`.",
        why="`python -O` drops it, and then everybody may.",
        fix="Raise an exception of your own: `if not …: raise PermissionError`.",
    )


def _rights(node: Node, condition: tree_sitter.Node) -> Iterator[str]:
    """The rights that a condition asks for, in the words of the code."""
    stack = [condition]
    module = node.module
    while stack:
        one = stack.pop()
        if one.type == "attribute":
            name = one.child_by_field_id(grammar.ATTRIBUTE)
            if name is not None and module.text_of(name) in _RIGHTS:
                yield module.text_of(one)
        elif one.type == "call":
            function = one.child_by_field_id(grammar.FUNCTION)
            called = "" if function is None else module.text_of(function)
            if called.rpartition(".")[2] in _RIGHTS:
                yield called
            if called in ("isinstance", "issubclass", "callable", "hasattr", "len", "type"):
                continue
        elif one.type == "comparison_operator":
            yield from _comparison(node, one)
        stack += one.named_children


def _comparison(node: Node, one: tree_sitter.Node) -> Iterator[str]:
    """``post.author == request.user``; ``"admin" in user.roles``."""
    operators = [child.type for child in one.children if not child.is_named]
    if len(one.named_children) != 2 or operators not in (["=="], ["in"], ["is"]):
        return
    sides = [node.module.text_of(child) for child in one.named_children]
    constant = any(child.type in ("none", "true", "false") for child in one.named_children)
    if constant:
        return
    last = [side.rpartition(".")[2] for side in sides]
    for mine, other in ((0, 1), (1, 0)):
        if sides[mine].startswith(_USERS) and last[other] in _OWNING and "." in sides[other]:
            yield " ".join(sides[other].split())
    owner = sides[-1].rpartition(".")[0].rpartition(".")[2]
    if last[-1] in _ROLES and operators == ["in"] and set(_CONTEXTS) & set(words_of(owner)):
        yield " ".join(sides[-1].split())
    first_owner = sides[0].rpartition(".")[0].rpartition(".")[2]
    if last[0] == "role" and operators == ["=="] and set(_CONTEXTS) & set(words_of(first_owner)):
        yield sides[0]


def _is_checked_before(node: Node, what: str) -> bool:
    """Whether a condition above in the function asks for the same right."""
    function = node.function
    if function is None:
        return False
    for one in islice(node.module.within(function.node, "if_statement"), _MAX_NEAR):
        condition = one.child("condition")
        above = one.node.start_byte < node.node.start_byte and condition is not None
        if above and condition is not None and what in node.module.text_of(condition):
            return True
    return False
