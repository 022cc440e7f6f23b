"""The check ``timing-unsafe-comparison``: secrets that are compared byte by byte."""

from __future__ import annotations

from collections.abc import Sequence

import tree_sitter

from checks.events import Function, Node, Value
from checks.languages.python import grammar
from checks.languages.python.index import Index
from checks.languages.python.values import UNKNOWN
from checks.model import Aspect, Confidence, Edit, Severity
from checks.registry import PRODUCTION_ROLES, check, nodes
from checks.report import Report
from checks.secrets.naming import kind_of, words_of

_MACS = (
    "hmac.new().hexdigest", "hmac.new().digest", "hmac.HMAC().hexdigest", "hmac.HMAC().digest",
    "hmac.digest", "Crypto.Hash.HMAC.new().hexdigest", "Crypto.Hash.HMAC.new().digest",
    "Cryptodome.Hash.HMAC.new().hexdigest", "Cryptodome.Hash.HMAC.new().digest",
    "Crypto.Hash.CMAC.new().digest", "Crypto.Hash.CMAC.new().hexdigest",
    "cryptography.hazmat.primitives.hmac.HMAC().finalize",
)  # fmt: skip
_WRAPPERS = frozenset(
    {"base64.b64encode", "base64.urlsafe_b64encode", "binascii.hexlify",
     "base64.standard_b64encode", "base64.encodebytes", "str", "bytes", "base64.b16encode"}
)  # fmt: skip
_MAC_WORDS = frozenset({"signature", "hmac", "mac", "sig"})
_SENT = frozenset(
    {"headers", "header", "args", "cookies", "form", "json", "params", "meta", "GET", "POST",
     "query_params", "body", "payload", "data", "values", "get_json", "get_argument", "get_header",
     "get_data", "META"}
)  # fmt: skip
_KEPT = frozenset({"environ", "getenv", "settings", "config", "conf", "cfg", "env", "Config"})
_MAX_TEXT = 400
_MAX_DEPTH = 3
_MAX_RETURNS = 8


@check(
    id="timing-unsafe-comparison",
    title="Secret compared in variable time",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=nodes("comparison_operator"),
    cwe=(208,),
    security=True,
)
def timing_unsafe_comparison(node: Node, report: Report) -> None:
    """A signature or secret is compared with `==`, which stops at the first difference.

    Meant are message authentication codes that are made here, and secrets of the program that are
    compared with what a request brings. A comparison with a literal, with `None`, or of two things
    that the same person sent (a password and its repetition) is none.

    Why:
        The answer comes a little later for each right byte. By measuring many answers a signature
        can be guessed byte by byte, without the key.
    Bad:
        import hashlib
        import hmac

        def is_genuine(body, key, signature):
            expected = hmac.new(key, body, hashlib.sha256).hexdigest()
            return expected == signature
    Bad:
        import os
        from flask import abort, request

        def guard():
            if request.headers.get("X-Api-Key") != os.environ["API_KEY"]:
                abort(401)
    Good:
        import hashlib
        import hmac

        def is_genuine(body, key, signature):
            expected = hmac.new(key, body, hashlib.sha256).hexdigest()
            return hmac.compare_digest(expected, signature)
    Good:
        def same(password, repeated):
            return password == repeated
    Good:
        def is_open(token):
            return token == "("
    Suppress:
        Where nobody can measure the answer, as in a build script.
    """
    operands = node.children()
    operators = [one.type for one in node.node.children if not one.is_named]
    if len(operands) != 2 or len(operators) != 1 or operators[0] not in ("==", "!=", "<>"):
        return
    if any(one.type in _LITERALS for one in operands):
        return
    left, right = node.value(operands[0]), node.value(operands[1])
    if left.constant is not UNKNOWN or right.constant is not UNKNOWN:
        return
    mac = next((one for one in (left, right) if _is_mac(one, report.index)), None)
    if mac is not None:
        other = right if mac is left else left
        # Two codes that are made here and now: nothing was sent.
        if _is_mac(other, report.index):
            return
        _tell(node, mac, report, _edits(node, mac, other, operators[0]))
        return
    secret = _kept_secret(left, right) or _kept_secret(right, left)
    if secret is not None:
        _tell(node, secret, report, [])


_PURPOSES = frozenset({"reset", "api", "access", "auth", "session", "verification", "confirmation",
                       "activation", "invite", "invitation", "recovery", "webhook",
                       "unsubscribe"})  # fmt: skip
_PROOFS = frozenset({"token", "secret", "code", "key", "signature"})
_LITERALS = frozenset({"string", "integer", "float", "none", "true", "false", "list", "tuple",
                       "dictionary", "concatenated_string", "set"})  # fmt: skip


def _tell(node: Node, value: Value, report: Report, edits: list[Edit]) -> None:
    report(
        at=node,
        message=f"`{value.short}` is compared in a time that depends on its content.",
        why="Whoever measures the answers can guess it byte by byte.",
        fix="Compare with `hmac.compare_digest`, both sides as bytes.",
        edits=edits,
    )


def _is_mac(value: Value, index: Index, depth: int = 0) -> bool:
    """Whether a code, with a text before it perhaps, or what a function returns that makes one."""
    if depth > _MAX_DEPTH:
        return False
    if _mac(value) is not None:
        return True
    origin = value.origin
    if origin.node.type in ("binary_operator", "string"):
        varying = [one for one in _pieces(origin) if not one.fixed]
        return len(varying) == 1 and _is_mac(varying[0], index, depth + 1)
    function = _called(origin, index)
    if function is None:
        return False
    returned = [one for one in function.own("return_statement") if one.children()]
    return bool(returned) and all(
        _is_mac(one.value(one.children()[0]), index, depth + 1) for one in returned[:_MAX_RETURNS]
    )


def _pieces(value: Value) -> Sequence[Value]:
    """What a text is put together from: ``"sha256=" + code``."""
    sides = (
        value.node.child_by_field_id(grammar.LEFT),
        value.node.child_by_field_id(grammar.RIGHT),
    )
    both = [Value(value.module, one, value.context) for one in sides if one is not None]
    return both if len(both) == 2 else value.parts


def _called(value: Value, index: Index) -> Function | None:
    """The function, or the method of the same class, that a call calls."""
    if value.node.type != "call":
        return None
    function = value.node.child_by_field_id(grammar.FUNCTION)
    if function is None:
        return None
    text = value.module.text_of(function)
    owner, _, method = text.rpartition(".")
    if owner in ("self", "cls"):
        cls = value.context.cls
        return None if cls is None else index.methods(cls).get(method)
    if not owner:
        found = value.module.functions_by_name.get(text, [])
        if len(found) == 1:
            return found[0]
    name = value.callee_name
    return None if name is None else index.find_function(name)


def _mac(value: Value, depth: int = 0) -> str | None:
    """The method that makes it, when it is a message authentication code."""
    origin = value.origin
    name = origin.callee_name
    if name is None and origin.node.type in ("identifier", "attribute"):
        return None
    if name in _MACS:
        return name
    if origin.node.type != "call" or depth > 4:
        return None
    function = origin.node.child_by_field_id(grammar.FUNCTION)
    if function is None:
        return None
    inner: tree_sitter.Node | None = None
    if name in _WRAPPERS:
        arguments = origin.node.child_by_field_id(grammar.ARGUMENTS)
        inner = arguments.named_children[0] if arguments and arguments.named_children else None
    elif function.type == "attribute":
        method = function.child_by_field_id(grammar.ATTRIBUTE)
        called = "" if method is None else value.module.text_of(method)
        if called in ("decode", "encode", "lower", "upper", "strip", "rstrip"):
            inner = function.child_by_field_id(grammar.OBJECT)
    if inner is None:
        return None
    found = _mac(Value(value.module, inner, origin.context), depth + 1)
    return None if found is None else f"{found} "


def _kept_secret(kept: Value, sent: Value) -> Value | None:
    """The secret of the program on one side, when the other side is what a request brings."""
    if _is_of_row(kept) and _is_handed(sent):
        return kept
    if not _is_kept(kept) or not _is_sent(sent):
        return None
    return kept if _speaks(kept) or _speaks(sent) else None


def _is_of_row(kept: Value) -> bool:
    """``record.reset_token``: what a row keeps for somebody who has to prove something."""
    if kept.node.type != "attribute" or kept.text.startswith(("self.", "cls.")):
        return False
    words = set(words_of(kept.text.rpartition(".")[2]))
    return bool(words & _PURPOSES and words & _PROOFS)


def _is_handed(sent: Value) -> bool:
    """Whether a value is a parameter of that kind."""
    function = sent.context.function
    if function is None or sent.node.type != "identifier" or sent.assignments:
        return False
    named = any(one.name == sent.text for one in function.parameters)
    return named and bool(set(words_of(sent.text)) & _PROOFS)


def _speaks(value: Value) -> bool:
    for text in (value.text[:_MAX_TEXT], value.origin.text[:_MAX_TEXT]):
        for part in _names(text):
            if kind_of(part) is not None or _MAC_WORDS & set(words_of(part)):
                return True
    return False


def _names(text: str) -> list[str]:
    """The names and texts of which an expression consists."""
    current, found = "", []
    for sign in text:
        if sign.isalnum() or sign in "_-":
            current += sign
        elif current:
            found.append(current)
            current = ""
    return [*found, current] if current else found


def _is_kept(value: Value) -> bool:
    origin = value.origin
    if value.node.type in ("identifier", "attribute"):
        last = value.text.rpartition(".")[2]
        if last.isupper() and kind_of(last) is not None:
            return True
    return bool(_KEPT & set(_names(origin.text[:_MAX_TEXT])[:3]))


def _is_sent(value: Value) -> bool:
    names = _names(value.origin.text[:_MAX_TEXT])
    return bool({"request", "req"} & set(names[:3]) and _SENT & set(names)) or _is_header(value)


def _is_header(value: Value) -> bool:
    """Whether it is a parameter that the framework fills from a header: FastAPI's ``Header()``."""
    function = value.context.function
    if function is None or value.node.type != "identifier":
        return False
    for parameter in function.parameters:
        if parameter.name == value.text:
            default = parameter.default
            made = "" if default is None else default.callee_name or ""
            return made.startswith("fastapi.") or "Header(" in parameter.annotation
    return False


def _edits(node: Node, mac: Value, other: Value, operator: str) -> list[Edit]:
    """The comparison by ``hmac``, when both sides are known to be of a kind that it takes."""
    name = _mac(mac) or ""
    is_bytes = name.endswith("digest") and not name.endswith("hexdigest")
    if not is_bytes or node.module.scope.bindings.get("hmac") is None:
        return []
    if any(one.qualified != "hmac" for one in node.module.scope.bindings["hmac"]):
        return []
    if not _gives_bytes(other):
        return []
    start = "not " if operator != "==" else ""
    operands = node.children()
    left, right = (node.module.text_of(one) for one in operands)
    above = node.parent
    text = f"{start}hmac.compare_digest({left}, {right})"
    if start and above is not None and above.kind not in _STATEMENTS:
        text = f"({text})"
    return [Edit(node.span, text)]


_STATEMENTS = frozenset({"if_statement", "elif_clause", "return_statement", "while_statement",
                         "assert_statement", "assignment"})  # fmt: skip
_BYTES = frozenset({"bytes.fromhex", "binascii.unhexlify", "base64.b64decode", "base64.b32decode",
                    "base64.urlsafe_b64decode", "base64.standard_b64decode",
                    "binascii.a2b_base64", "binascii.a2b_hex"})  # fmt: skip


def _gives_bytes(value: Value) -> bool:
    origin = value.origin
    if origin.callee_name in _BYTES:
        return True
    function = origin.node.child_by_field_id(grammar.FUNCTION)
    if origin.node.type != "call" or function is None or function.type != "attribute":
        return False
    method = function.child_by_field_id(grammar.ATTRIBUTE)
    return method is not None and value.module.text_of(method) == "encode"
