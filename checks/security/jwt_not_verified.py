"""The check ``jwt-not-verified``: web tokens whose signature nobody checks."""

from __future__ import annotations

from collections.abc import Iterator

from checks.events import Call, Value, argument_nodes
from checks.languages.python.values import UNKNOWN
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, calls, check
from checks.report import Report
from checks.security import token_parts
from checks.security.purpose import calls_in

_DECODERS = frozenset({"jwt.decode", "jwt.api_jwt.decode", "jwt.PyJWT().decode",
                       "jose.jwt.decode", "jose.jws.verify", "jwt.decode_complete",
                       "jwt.PyJWT().decode_complete", "jwt.api_jwt.decode_complete"})  # fmt: skip
_ENCODERS = frozenset({"jwt.encode", "jwt.PyJWT().encode", "jose.jwt.encode",
                       "jwt.api_jwt.encode"})  # fmt: skip
_UNVERIFIED = frozenset({"jose.jwt.get_unverified_claims", "jose.jws.get_unverified_claims"})
_WHY = "Anybody can write such a token and be whom it names."


@check(
    id="jwt-not-verified",
    title="JSON web token accepted without verification",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=calls(
        *sorted(_DECODERS | _ENCODERS | _UNVERIFIED),
        *token_parts.DECODERS,
        "authlib.jose.JsonWebToken",
    ),
    cwe=(347,),
    security=True,
)
def jwt_not_verified(call: Call, report: Report) -> None:
    """A JSON web token is read without checking its signature, or the algorithm `none` is allowed.

    By a library that is told not to check, or by hand: the part between the dots, decoded.

    A token that is only looked into, to choose the key by its issuer or key id, and then verified
    in the same function is clean.

    Why:
        The claims are mere text. Whoever calls the interface can name any user, any role and any
        time of expiry.
    Bad:
        import jwt

        def user_of(token):
            claims = jwt.decode(token, options={"verify_signature": False})
            return claims["sub"]
    Bad:
        import jwt

        def user_of(token, key):
            return jwt.decode(token, key, algorithms=["HS256", "none"])["sub"]
    Bad:
        from jose import jwt

        def user_of(token):
            return jwt.get_unverified_claims(token)["sub"]
    Good:
        import jwt

        def user_of(token, key):
            return jwt.decode(token, key, algorithms=["RS256"])["sub"]
    Good:
        import jwt

        def user_of(token, keys):
            peek = jwt.decode(token, options={"verify_signature": False})
            return jwt.decode(token, keys[peek["iss"]], algorithms=["RS256"])["sub"]
    Suppress:
        Where another service has verified the token already, as a gateway in front: name it.
    """
    name = call.name or ""
    if name in token_parts.DECODERS:
        _by_hand(call, report)
        return
    if name == "authlib.jose.JsonWebToken" or name in _ENCODERS:
        position = 0 if name not in _ENCODERS else 2
        keyword = "algorithms" if position == 0 else "algorithm"
        chosen = call.argument(position, keyword)
        if chosen is not None and _allows_none(chosen, whole=name in _ENCODERS):
            _tell(call, report, f"`{chosen.short}` makes tokens without a signature.")
        return
    for what in _faults(call, name):
        if _is_verified_beside(call):
            return
        _tell(call, report, what)
        return
    if name in _DECODERS and name.startswith("jwt.") and _names_no_algorithm(call):
        report(
            at=call,
            message="`jwt.decode` is not told which algorithms to accept.",
            why="The token chooses its own: old versions take a public key for a shared secret.",
            fix='Name them: `algorithms=["RS256"]`.',
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
        )


def _by_hand(call: Call, report: Report) -> None:
    if not token_parts.is_believed(call):
        return
    outside = token_parts.is_from_outside(call)
    report(
        at=call,
        message="The claims of a token are decoded, and its signature is not checked.",
        why=_WHY,
        fix='Verify with the key and a fixed list: `jwt.decode(token, key, algorithms=["RS256"])`.',
        confidence=Confidence.MEDIUM,
        surface=Surface.INLINE if outside else Surface.SUMMARY,
    )


def _tell(call: Call, report: Report, message: str) -> None:
    report(
        at=call,
        message=message,
        why=_WHY,
        fix='Verify with the key and a fixed list: `jwt.decode(token, key, algorithms=["RS256"])`.',
        surface=Surface.INLINE,
    )


def _faults(call: Call, name: str) -> Iterator[str]:
    if name in _UNVERIFIED:
        yield f"`{call.target.short}` reads the claims without checking the signature."
        return
    options = call.argument(None, "options")
    said = None if options is None else _entry(options, "verify_signature")
    if options is not None and (later := _entry_set(call, options, "verify_signature")) is not None:
        said = later
    if said is not None and said.constant is False:
        yield "`verify_signature` is off: the claims of this token are not checked."
    if _entry_is_off(call, "verify"):
        yield "`verify=False`: the claims of this token are not checked."
    algorithms = call.argument(2, "algorithms")
    if algorithms is not None and _is_of_token(algorithms):
        yield f"`{algorithms.short}`: the token itself chooses how it is checked."
    if algorithms is not None and _allows_none(algorithms, whole=False):
        yield f"`{algorithms.short}` lets tokens in that have no signature."


def _is_of_token(algorithms: Value) -> bool:
    """Whether the algorithm is read from the token's own header, and tested nowhere."""
    for one in algorithms.elements or (algorithms,):
        origin = one.origin
        node = origin.node
        for _ in range(4):
            if node.type == "call":
                function = node.child_by_field_name("function")
                made = Value(origin.module, node, origin.context)
                if (made.callee_name or "").endswith(".get_unverified_header"):
                    return not _is_tested(one)
                owner = None if function is None else function.child_by_field_name("object")
            else:
                owner = node.child_by_field_name("value") if node.type == "subscript" else None
            if owner is None:
                break
            origin = Value(origin.module, owner, origin.context).origin
            node = origin.node
    return False


def _is_tested(value: Value) -> bool:
    """Whether the function compares the algorithm with something, as with a list of its own."""
    function = value.context.function
    root = value.module.tree.root_node if function is None else function.node
    return any(value.text in one.text for one in value.module.within(root, "comparison_operator"))


def _entry_is_off(call: Call, keyword: str) -> bool:
    value = call.argument(None, keyword)
    if value is None and call.name == "jwt.decode" and len(call.arguments) > 2:
        value = call.arguments[2]  # PyJWT 1: decode(token, key, verify)
    return value is not None and value.constant is False


def _entry(options: Value, key: str) -> Value | None:
    mapping = options.mapping
    if mapping is not None:
        return mapping.get(key)
    origin = options.origin
    if origin.callee_name == "dict":
        for one in argument_nodes(origin.node):
            name, value = one.child_by_field_name("name"), one.child_by_field_name("value")
            if name is not None and value is not None and origin.module.text_of(name) == key:
                return Value(origin.module, value, origin.context)
    return None


def _entry_set(call: Call, options: Value, key: str) -> Value | None:
    """``options["verify_signature"] = False`` before the call, in its function."""
    if options.node.type != "identifier" or call.function is None:
        return None
    found: Value | None = None
    for one in call.module.within(call.function.node, "assignment"):
        target = one.node.child_by_field_name("left")
        value = one.node.child_by_field_name("right")
        if target is None or value is None or one.node.start_byte > call.node.start_byte:
            continue
        owner = target.child_by_field_name("value")
        index = target.child_by_field_name("subscript")
        if target.type != "subscript" or owner is None or index is None:
            continue
        if call.module.text_of(owner) != options.text:
            continue
        if Value(call.module, index, one.context).constant == key:
            found = Value(call.module, value, one.context)
    return found


def _allows_none(value: Value, *, whole: bool) -> bool:
    """Whether the algorithm ``none`` is among those that are named."""
    if whole:
        constant = value.constant
        return constant is None or (isinstance(constant, str) and constant.lower() == "none")
    elements = value.elements
    if elements is None:
        constant = value.constant
        return isinstance(constant, str) and constant.lower() == "none"
    named = (one.constant for one in elements)
    return any(one is None or (isinstance(one, str) and one.lower() == "none") for one in named)


def _names_no_algorithm(call: Call) -> bool:
    if call.has_star or call.has_double_star or call.argument(2, "algorithms") is not None:
        return False
    if call.argument(None, "options") is not None or len(call.arguments) < 2:
        return False
    key = call.argument(1, "key")
    return key is not None and key.constant is UNKNOWN


def _is_verified_beside(call: Call) -> bool:
    """Whether the same function verifies a token as well."""
    if call.function is None:
        return False
    for one in calls_in(call.module, call.function):
        if one.node != call.node and one.name in _DECODERS and not any(_faults(one, one.name)):
            return True
    return False
