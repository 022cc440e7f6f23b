"""Handlers of a failed check of rights after which the program goes on as if it had succeeded.

Reads, judges nothing: what the check on access that is granted on failure asks of one ``except``.
"""

from __future__ import annotations

import itertools

import tree_sitter

from checks.events import Function, Node, calls_of
from checks.languages.python import evaluate
from checks.secrets.naming import words_of

_GRANTED = frozenset({"allowed", "authorized", "authorised", "permitted", "granted",
                      "authenticated", "trusted"})  # fmt: skip
_GRANTED_PAIRS = frozenset({("is", "admin"), ("has", "access"), ("has", "permission"),
                            ("is", "valid"), ("can", "access")})  # fmt: skip
_OWNERS = frozenset({"owner", "owners", "author", "creator", "created_by", "tenant", "owner_id",
                     "members", "organization", "organisation"})  # fmt: skip
_VERIFYING = frozenset({"verify", "verify_signature", "check_signature", "verify_token",
                        "check_password", "authenticate", "check_permissions",
                        "check_permission"})  # fmt: skip
_REFUSED = ("InvalidSignature", "BadSignature", "SignatureExpired", "InvalidTokenError",
            "ExpiredSignatureError", "DecodeError", "PyJWTError", "JWTError", "InvalidToken",
            "PermissionDenied", "AuthenticationFailed", "NotAuthenticated", "VerificationError",
            "VerifyMismatchError", "CertificateError")  # fmt: skip
"""Ends of the names of exceptions that say no."""
_ENFORCING = frozenset({"check", "require", "required", "verify", "ensure", "enforce", "protect",
                        "guard", "authenticate", "authorize", "authorise"})  # fmt: skip
_BEFORE = (".before_request", ".before_app_request", ".before_websocket")
"""What registers a function that is run before every answer."""
_MAX_NODES = 400


def grants_by_name(clause: Node) -> str | None:
    """The name that a handler sets to yes: ``allowed = True``; ``None`` where there is none."""
    block = _block(clause)
    for statement in [] if block is None else evaluate.children(block):
        inner = evaluate.children(statement)[:1] if _is_expression(statement) else []
        for one in inner:
            left, right = one.child_by_field_name("left"), one.child_by_field_name("right")
            if one.type != "assignment" or left is None or right is None or right.type != "true":
                continue
            name = clause.module.text_of(left)[:60]
            words = words_of(name.rpartition(".")[2])
            said = _GRANTED & set(words) or _GRANTED_PAIRS & set(itertools.pairwise(words))
            if said and not {"not", "no", "un"} & set(words):
                return name.replace("`", "'")
    return None


def goes_on_to_yes(clause: Node) -> bool:
    """Whether a handler does nothing, and ``return True`` follows what it guards.

    The attempt is a check by itself, whose answer is that it raises: ``key.verify(signature, …)``.
    """
    if not is_silent(clause) or not _is_check(clause):
        return False
    after = _attempt_of(clause)
    after = None if after is None else after.next_named_sibling
    if after is None or after.type != "return_statement":
        return False
    return [one.type for one in evaluate.children(after)] == ["true"]


def is_ignored(clause: Node, caught: list[str]) -> bool:
    """Whether a check that says no by an exception is asked, and its no has no effect at all.

    Where the attempt sets something that has a value without it, a visitor who is not known is
    meant to go on.
    """
    if not caught or not all(one.endswith(_REFUSED) for one in caught) or not is_silent(clause):
        return False
    attempt = _attempt_of(clause)
    body = None if attempt is None else attempt.child_by_field_name("body")
    statements = [] if body is None else evaluate.children(body)
    if len(statements) != 1 or not _is_expression(statements[0]):
        return False
    inner = evaluate.children(statements[0])[0]
    if inner.type == "await" and inner.named_children:
        inner = inner.named_children[0]
    if inner.type == "call":
        return True
    left = inner.child_by_field_name("left") if inner.type == "assignment" else None
    function = clause.function
    if left is None or left.type not in ("attribute", "identifier", "subscript"):
        return False
    if function is None or (_tail(attempt) == 0 and not _is_gate(function)):
        return False
    target = clause.module.text_of(left)
    others = [
        one
        for one in clause.module.within(function.node, "assignment")
        if (other := one.child("left")) is not None
        and other != left
        and clause.module.text_of(other) == target
    ]
    asked = clause.module.source.data.count(target.rpartition(".")[2].encode())
    return not others and asked == 1


def _is_gate(function: Function) -> bool:
    """Whether a function is asked before every answer: where it ends, the request goes on."""
    if not _ENFORCING & set(words_of(function.name)):
        return False
    if any(name.endswith(_BEFORE) for name in function.decorator_names):
        return True
    data = function.module.source.data
    return any(f"{one}({function.name})".encode() in data for one in _BEFORE)


def is_without_owner(clause: Node) -> bool:
    """Whether the attempt reads who owns something: what has no owner is everybody's then."""
    attempt = _attempt_of(clause)
    body = None if attempt is None else attempt.child_by_field_name("body")
    if body is None:
        return False
    for count, one in enumerate(clause.module.within(body, "attribute")):
        if count > _MAX_NODES:
            return False
        name, owner = one.child("attribute"), one.child("object")
        if name is None or owner is None or clause.module.text_of(name) not in _OWNERS:
            continue
        if clause.module.text_of(owner).partition(".")[0] not in ("request", "self", "view"):
            return True
    return False


def is_silent(clause: Node) -> bool:
    """Whether a handler does nothing but to write down that it was there."""
    block = _block(clause)
    statements = [] if block is None else evaluate.children(block)
    return bool(statements) and all(_says_nothing(clause, one) for one in statements)


def _says_nothing(clause: Node, statement: tree_sitter.Node) -> bool:
    if statement.type == "pass_statement":
        return True
    inner = evaluate.children(statement)[:1] if _is_expression(statement) else []
    if not inner or inner[0].type not in ("call", "string", "ellipsis"):
        return False
    text = clause.module.text_of(inner[0])[:40].lower()
    return inner[0].type != "call" or text.startswith(("log", "print(", "_log", "self.log"))


def _is_check(clause: Node) -> bool:
    attempt = _attempt_of(clause)
    body = None if attempt is None else attempt.child_by_field_name("body")
    statements = [] if body is None else evaluate.children(body)
    return bool(statements) and any(
        one.method in _VERIFYING and one.result_is_ignored
        for one in calls_of(clause.module, statements[-1])
    )


def _tail(attempt: tree_sitter.Node | None) -> int:
    """How many statements follow the attempt."""
    count = 0
    one = None if attempt is None else attempt.next_named_sibling
    while one is not None:
        count += one.type != "comment"
        one = one.next_named_sibling
    return count


def _block(clause: Node) -> tree_sitter.Node | None:
    blocks = [one for one in clause.children() if one.type == "block"]
    return blocks[-1] if blocks else None


def _attempt_of(clause: Node) -> tree_sitter.Node | None:
    """The ``try`` of a handler; ``None`` where it has an ``else``, which tells yes from no."""
    above = clause.parent
    if above is None or above.kind != "try_statement":
        return None
    if any(one.type == "else_clause" for one in above.node.named_children):
        return None
    return above.node


def _is_expression(statement: tree_sitter.Node) -> bool:
    return statement.type == "expression_statement" and bool(statement.named_children)
