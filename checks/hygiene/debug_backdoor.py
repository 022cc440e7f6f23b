"""The check ``debug-backdoor``: test credentials and ways around the log-in in production code."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.events import Call, Function, Node, Value
from checks.hygiene.shared.blocks import block_of, following
from checks.hygiene.shared.conditions import bare, comparison
from checks.hygiene.shared.texts import names_credential, words
from checks.languages.python.context import Located
from checks.model import Aspect, Confidence, Severity, Span
from checks.registry import FUNCTIONS, PRODUCTION_ROLES, calls, check, nodes
from checks.report import Report

_CODES = frozenset({"2fa", "mfa", "otp", "passcode", "pin", "totp"})
_USERS = frozenset({"login", "user", "username"})
_AUTHENTICATION = frozenset(
    {"access", "allowed", "auth", "authenticate", "authenticated", "authentication",
     "authorization", "authorize", "authorized", "credential", "credentials", "login", "otp",
     "passcode", "password", "permission", "signin", "token", "validate", "verify", "verification"}
)  # fmt: skip
_TESTERS = frozenset(
    {"backdoor", "debug", "debugger", "demo", "dev", "developer", "qa", "test", "tester",
     "testing", "testuser"}
)  # fmt: skip
_PLACEHOLDERS = frozenset(
    {"****", "anonymous", "basic", "bearer", "null", "none", "unused", "undefined"}
)
_ROUTE_VERBS = frozenset(
    {"add_get", "add_post", "add_route", "add_url_rule", "api_route", "delete", "get", "path",
     "post", "put", "re_path", "route", "url", "websocket"}
)  # fmt: skip
_TEST_WORDS = frozenset({"backdoor", "debug", "dev", "e2e", "fake", "mock", "test", "testing"})
_POWERS = frozenset(
    {"admin", "auth", "authenticate", "impersonate", "login", "reset", "seed", "session", "signin",
     "sudo", "token", "truncate", "wipe"}
)  # fmt: skip
_GUARDS = frozenset(
    {"abort", "admin", "allow", "allowed", "auth", "authenticated", "debug", "depends",
     "dependencies", "env", "environment", "guard", "internal", "limit", "login", "middleware",
     "permission", "permissions", "protected", "require", "required", "requires", "secure",
     "security", "settings", "staff", "superuser", "testing", "token"}
)  # fmt: skip
_REQUEST = frozenset(
    {"args", "body", "cookies", "data", "environ", "form", "forms", "header", "headers", "json",
     "meta", "params", "payload", "post", "query", "request", "values"}
)  # fmt: skip
_SHORTEST = 4
_ELSEWHERE = frozenset(
    {"assert_statement", "assignment", "block", "call", "conditional_expression", "lambda",
     "module"}
)  # fmt: skip
"""Constructs in which a comparison decides about something else than who is let in."""


@check(
    id="debug-backdoor",
    title="Test credential or bypass in production code",
    aspect=Aspect.MOCKS,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=(
        nodes("comparison_operator"),
        calls("*.{create_superuser,create_admin}", "hmac.compare_digest", "secrets.compare_digest"),
        FUNCTIONS,
    ),
    cwe=(798,),
    security=True,
)
def debug_backdoor(event: Node | Call | Function, report: Report) -> None:
    """A fixed password, code or route that lets its holder in, left from development.

    Why:
        Whoever reads the code, or guesses `000000`, is logged in. It works on every
        installation, and nobody can change it.
    Bad:
        # file: app/login.py
        def verify_code(user, otp):
            if otp == "000000":
                return True
            return otp == user.current_code()
    Bad:
        # file: app/views.py
        @app.route("/test-login")
        def test_login():
            session["user"] = User.first().id
            return redirect("/")
    Good:
        # file: app/login.py
        import hmac

        def verify_code(user, otp):
            return hmac.compare_digest(otp, user.current_code())
    Good:
        # file: app/forms.py
        def check_password(password):
            if password == "password":
                raise ValueError("too easy to guess")
    Suppress:
        Where the value is no secret and admits nobody, say why.
    """
    if isinstance(event, Function):
        _route(event, report)
    elif isinstance(event, Call):
        if event.method == "compare_digest":
            if len(event.arguments) > 1 and event.function is not None:
                left, right = (one.node for one in event.arguments[:2])
                _judge(event, left, right, report, equal=True)
        else:
            _default_account(event, report)
    else:
        _comparison(event, report)


def _comparison(event: Node, report: Report) -> None:
    pair = comparison(event.node)
    if pair is None or event.function is None:
        return
    if pair.operator in ("in", "not in") and isinstance(event.value(pair.left).constant, str):
        return  # whether a mapping has a key says nothing about its value
    if pair.operator in ("==", "!=", "in", "not in"):
        _judge(event, pair.left, pair.right, report, equal=pair.operator in ("==", "in"))


def _judge(
    event: Located, left: tree_sitter.Node, right: tree_sitter.Node, report: Report, *, equal: bool
) -> None:
    """Report a comparison with a literal, or with a few of them, that lets somebody in."""
    function = event.function
    if function is None:
        return
    for one, other in ((left, right), (right, left)):
        name, is_key = _compared_name(event, one)
        constant = event.value(other).constant
        options = constant if isinstance(constant, (tuple, list, frozenset)) else (constant,)
        literal = next((each for each in options if isinstance(each, str)), None)
        if not name or literal is None or not all(_could_be_secret(each) for each in options):
            continue
        certain = _is_secret_name(name, function, literal, is_key=is_key)
        if not certain and not _is_test_user(name, function, literal):
            return
        if not _admits(event, equal=equal):
            return
        report(
            at=event,
            message=f"`{name[:40].replace('`', '')}` is compared with a fixed value that lets its "
            "holder in.",
            why="Whoever reads the code or guesses it is let in, on every installation.",
            fix="Remove it; in tests, make a user with a credential of its own.",
        )
        return


def _compared_name(event: Located, node: tree_sitter.Node) -> tuple[str, bool]:
    """The last word of a name, an attribute or a key, and whether it is a key of a request.

    ``password`` of ``request.form["password"]`` and ``request.json.get("password")``.
    """
    node = bare(node)
    module = event.module
    if node.type == "identifier":
        origin = event.value(node).origin.node  # code = request.POST["otp"]
        if origin.type in ("subscript", "call"):
            name, is_key = _compared_name(event, origin)
            if is_key:
                return name, True
        return module.text_of(node), False
    if node.type == "attribute":
        attribute = node.child_by_field_name("attribute")
        return "" if attribute is None else module.text_of(attribute), False
    key = holder = None
    if node.type == "subscript":
        key, holder = node.child_by_field_name("subscript"), node.child_by_field_name("value")
    elif node.type == "call":
        holder = node.child_by_field_name("function")
        arguments = node.child_by_field_name("arguments")
        called = "" if holder is None else module.text_of(holder).rpartition(".")[2]
        if called in ("get", "getlist", "pop", "getenv") and arguments is not None:
            key = next(iter(arguments.named_children), None)
    text = None if key is None else event.value(key).constant
    if not isinstance(text, str) or holder is None:
        return "", False
    return text, not _REQUEST.isdisjoint(words(module.text_of(holder)))


def _could_be_secret(literal: object) -> bool:
    return (
        isinstance(literal, str)
        and len(literal) >= _SHORTEST
        and literal.lower() not in _PLACEHOLDERS
        and any(one.isalnum() for one in literal)
        and " " not in literal
        and not literal.startswith(("<", "{", "$", "-", "%"))
    )


def _is_secret_name(name: str, function: Function, literal: str, *, is_key: bool) -> bool:
    parts = words(name)
    if not parts:
        return False
    if parts[-1] in ("password", "passwd", "passphrase", "pwd") or not _CODES.isdisjoint(parts):
        return not literal.startswith("_")
    if parts[-1] == "code" and not {"auth", "verification", "sms", "login"}.isdisjoint(parts):
        return True
    # "token" is a word of parsers, too: there the function says what it is about.
    return (
        names_credential(name)
        and (is_key or _is_authentication(function))
        and literal[-1:].isalnum()
    )


def _is_test_user(name: str, function: Function, literal: str) -> bool:
    parts = words(name)
    return (
        bool(parts)
        and parts[-1] in (*_USERS, "email")
        and not _TESTERS.isdisjoint(words(literal.partition("@")[0]))
        and _is_authentication(function)
    )


def _is_authentication(function: Function) -> bool:
    parts = set(words(function.name))
    return not _AUTHENTICATION.isdisjoint(parts) and parts.isdisjoint(
        {"lex", "lexer", "next", "parse", "parser", "read", "skip", "scan", "tokenize", "generate",
         "peek", "expect", "emit"}
    )  # fmt: skip


def _admits(event: Located, *, equal: bool) -> bool:
    """Whether the comparison decides that somebody is let in."""
    for above in event.ancestors():
        kind = above.kind
        if kind == "not_operator":
            equal = not equal
        elif kind == "return_statement":
            return equal
        elif kind in ("if_statement", "elif_clause"):
            condition = above.child("condition")
            if condition is None or not _inside(event, condition):
                return False
            return _branch_admits(above, event) if equal else _branch_denies(above, event)
        elif kind == "conditional_expression" or kind in (
            "block",
            "module",
            "assert_statement",
            "lambda",
            "call",
            "assignment",
        ):
            return False
    return False


def _inside(event: Located, node: tree_sitter.Node) -> bool:
    return node.start_byte <= event.node.start_byte and event.node.end_byte <= node.end_byte


_WELCOMES = frozenset({"logged", "granted", "welcome", "authenticated", "authorized", "unlocked"})
"""What a program says to somebody whom it lets in."""


def _branch_admits(branch: Located, event: Located) -> bool:
    module = event.module
    for node in block_of(branch.node):
        if node.type == "return_statement":
            return _is_yes(event, node)
        if node.type == "raise_statement":
            return False
        text = module.text_of(node)
        if node.type == "expression_statement" and text.endswith("= True"):
            return True
        if text.startswith("print(") and not _WELCOMES.isdisjoint(words(text)):
            return True
        found = set(words(text.partition("(")[0].partition("=")[0]))
        if node.type == "expression_statement" and not found.isdisjoint(
            {"authenticated", "authorized", "login", "admin", "session", "user", "verified"}
        ):
            denied = text.rstrip().endswith(("False", "None"))
            return not denied and "log" not in found
    return False


def _branch_denies(branch: Located, event: Located) -> bool:
    """``if password != "letmein": return False`` and then nothing but success."""
    body = block_of(branch.node)
    if not body:
        return False
    last = body[-1]
    denies = last.type == "raise_statement" or (
        last.type == "return_statement" and not _is_yes(event, last)
    )
    texts = event.module.text_of(last)
    aborts = last.type == "expression_statement" and texts.startswith(("abort(", "self.abort("))
    if not denies and not aborts:
        return False
    rest = following(branch)
    return any(node.type == "return_statement" and _is_yes(event, node) for node in rest)


def _is_yes(event: Located, node: tree_sitter.Node) -> bool:
    """Whether a ``return`` gives back something that stands for success."""
    inner = [one for one in node.named_children if one.type != "comment"]
    if not inner:
        return False
    value = inner[0]
    text = event.module.text_of(value).lower()
    if value.type in ("false", "none", "string", "integer", "list", "dictionary"):
        return False
    if value.type == "true":
        return True
    denied = ("error", "invalid", "fail", "denied", "forbidden", "unauthorized", "40", "wrong",
              "weak", "reject", "render", "flash")  # fmt: skip
    if any(word in text for word in denied):
        return False
    found = set(words(text))
    return not found.isdisjoint(
        {
            "account",
            "admin",
            "authenticated",
            "authorized",
            "login",
            "ok",
            "principal",
            "redirect",
            "session",
            "success",
            "superuser",
            "token",
            "true",
            "user",
        }
    )


def _default_account(call: Call, report: Report) -> None:
    """``create_superuser("admin", "a@b.c", "admin")``: the same password everywhere."""
    password = call.argument(2, "password")
    user = call.argument(0, "username")
    if password is None or call.receiver is None:
        return
    literal = password.constant
    name = None if user is None else user.constant
    if not isinstance(literal, str) or not literal or not isinstance(name, str):
        return
    report(
        at=password,
        message=f"`{call.method}` gives `{name[:40].replace('`', '')}` a password that stands in "
        "the code.",
        why="Every installation has this administrator, and everyone can read the password.",
        fix="Take the password from the operator, or make a random one and show it once.",
    )


def _route(function: Function, report: Report) -> None:
    routes = [one for one in function.decorators if _path_of(one, function)]
    if not routes or len(routes) != len(function.decorators) or _is_guarded(function):
        return
    path = _path_of(routes[0], function)
    report(
        at=Span(*routes[0].node.byte_range),
        message=f"The route `{path[:60].replace('`', '')}` is open to everybody.",
        why="It gives power that is meant for tests to whoever knows the address.",
        fix="Remove it, or register it in the tests only.",
        severity=Severity.HIGH,
    )


def _path_of(decorator: Value, function: Function) -> str:
    """The path of a route that speaks of tests and of power: ``/test-login``, ``/__reset``."""
    node = decorator.node
    if node.type != "call":
        return ""
    called, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if called is None or arguments is None or called.type != "attribute":
        return ""
    if function.module.text_of(called).rpartition(".")[2] not in _ROUTE_VERBS:
        return ""
    operands = arguments.named_children
    text = Value(function.module, operands[0], function.context).constant if operands else None
    if not isinstance(text, str) or not text.startswith("/"):
        return ""
    if any(
        word in function.module.text_of(node).lower() for word in ("depends", "auth=", "permis")
    ):
        return ""
    parts = {part for piece in text.split("/") for part in words(piece)}
    hidden = any(piece.startswith(("__", "_debug", "_test")) for piece in text.split("/"))
    speaks = hidden or not _TEST_WORDS.isdisjoint(parts)
    return text if speaks and not _POWERS.isdisjoint(parts) else ""


def _is_guarded(function: Function) -> bool:
    """Whether something asks who calls, or in which environment."""
    for parameter in function.parameters:
        default = "" if parameter.default is None else parameter.default.text
        said = set(words(f"{default} {parameter.annotation} {parameter.name}"))
        if not said.isdisjoint({"depends", "security", "user", "auth", "admin"}):
            return True
    for context in function.context.chain(across_functions=True):
        if context.kind in ("if_statement", "elif_clause"):
            return True
    return any(
        not _GUARDS.isdisjoint(words(function.module.text_of(node)))
        for node in _conditions(function)
    )


def _conditions(function: Function) -> Iterator[tree_sitter.Node]:
    for one in function.own("if_statement", "assert_statement"):
        condition = one.child("condition") or (one.children() or [one.node])[0]
        yield condition
