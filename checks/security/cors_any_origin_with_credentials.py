"""The check ``cors-any-origin-with-credentials``: every site may read what a visitor may read."""

from __future__ import annotations

from itertools import islice

from checks.events import Call, Module, Node, Value
from checks.languages.python.values import UNKNOWN
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, calls, check, nodes
from checks.report import Report
from checks.security.cookies import is_development

_MIDDLEWARE = frozenset(
    {"starlette.middleware.cors.CORSMiddleware", "fastapi.middleware.cors.CORSMiddleware"}
)
_MAX_NEAR = 200
"""Statements of one function that are looked through for what belongs together."""
_HEADER = "access-control-allow-origin"
_CREDENTIALS = "access-control-allow-credentials"


@check(
    id="cors-any-origin-with-credentials",
    title="Every site may make requests with credentials",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=(
        calls(
            "flask_cors.{CORS,cross_origin}",
            "flask_cors.extension.CORS",
            "*.add_middleware",
            "starlette.middleware.Middleware",
            "fastapi.middleware.Middleware",
            "starlette.middleware.cors.CORSMiddleware",
            "fastapi.middleware.cors.CORSMiddleware",
            "aiohttp_cors.ResourceOptions",
            "*.init_app",
            "*.update",
        ),
        nodes("assignment"),
    ),
    cwe=(942, 346),
    security=True,
    words=("cors", "access-control", "access_control"),
)
def cors_any_origin_with_credentials(event: Call | Node, report: Report) -> None:
    """The server allows every origin, and credentials with it.

    For flask-cors, the middleware of Starlette and FastAPI, django-cors-headers, aiohttp-cors, and
    headers set by hand that give the request's own `Origin` back. Any origin *without* credentials
    is clean, and so is an origin that is looked up in a list before.

    Why:
        A page anywhere can then ask the server in the visitor's name and read the answer: mail,
        keys, account data.
    Bad:
        from fastapi import FastAPI
        from fastapi.middleware.cors import CORSMiddleware

        app = FastAPI()
        app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
    Bad:
        from flask import Flask
        from flask_cors import CORS

        app = Flask(__name__)
        CORS(app, supports_credentials=True)
    Good:
        from fastapi import FastAPI
        from fastapi.middleware.cors import CORSMiddleware

        app = FastAPI()
        app.add_middleware(CORSMiddleware, allow_origins=["*"])
    Good:
        from flask import Flask
        from flask_cors import CORS

        app = Flask(__name__)
        CORS(app, origins=["https://shop.example.com"], supports_credentials=True)
    Suppress:
        Where no request is authenticated by a cookie: then take the credentials away instead.
    """
    what = _by_call(event) if isinstance(event, Call) else _by_assignment(event)
    if what is None:
        return
    report(
        at=event,
        message=f"{what} lets every site make requests with the visitor's cookies.",
        why="Any page can read what its visitor may read here.",
        fix="List the origins that may, or allow no credentials.",
    )


def _by_call(call: Call) -> str | None:
    name = call.name or ""
    if name.startswith("flask_cors.") or name.endswith("CORS().init_app"):
        if not _is_true(call.argument(None, "supports_credentials")) or call.has_double_star:
            return None
        if call.argument(None, "resources") is not None:
            return _flask_resources(call)
        origins = call.argument(None, "origins")
        return "`supports_credentials`" if origins is None or _is_any(origins) else None
    if name == "aiohttp_cors.ResourceOptions":
        return _aiohttp(call) if _is_true(call.argument(None, "allow_credentials")) else None
    if call.method == "update":
        return _updated(call)
    if name not in _MIDDLEWARE:
        first = call.argument(0, "middleware_class") or call.argument(0, "cls")
        if first is None or first.name not in _MIDDLEWARE:
            return None
    if not _is_true(call.argument(None, "allow_credentials")):
        return None
    origins, pattern = (
        call.argument(None, "allow_origins"),
        call.argument(None, "allow_origin_regex"),
    )
    if origins is not None and _is_any(origins):
        return "`allow_origins`"
    text = None if pattern is None else pattern.constant
    if isinstance(text, str) and text.strip("^$()") in (
        ".*",
        ".+",
        "https?://.*",
        "http.*",
        r"[\s\S]*",
    ):
        return "`allow_origin_regex`"
    return None


def _flask_resources(call: Call) -> str | None:
    resources = call.argument(None, "resources")
    entries = None if resources is None else resources.mapping
    for options in (entries or {}).values():
        said = (options.mapping or {}).get("origins")
        if said is not None and _is_any(said):
            return "`resources`"
    return None


def _aiohttp(call: Call) -> str | None:
    """Whether the options stand under the origin ``"*"``."""
    above = call.parent
    key = above.child("key") if above is not None and above.kind == "pair" else None
    return '`"*"`' if key is not None and call.value(key).constant == "*" else None


def _by_assignment(event: Node) -> str | None:
    left, right = event.child("left"), event.child("right")
    if left is None or right is None:
        return None
    if left.type == "identifier" and event.function is None:
        name = event.module.text_of(left)
        if name not in ("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL"):
            return None
        if event.value(right).constant is not True or is_development(event.module.path):
            return None
        return f"`{name}`" if _setting(event.module, "CORS_ALLOW_CREDENTIALS") is True else None
    if left.type != "subscript":
        return None
    return _reflected(event, event.value(right))


def _updated(call: Call) -> str | None:
    """``headers.update({"Access-Control-Allow-Origin": request.headers["Origin"], …})``."""
    receiver = "" if call.receiver is None else call.receiver.text
    given = call.arguments[0].mapping if call.arguments else None
    if not receiver.endswith("headers") or given is None:
        return None
    entries = {str(key).lower(): value for key, value in given.items()}
    origin, said = entries.get(_HEADER), entries.get(_CREDENTIALS)
    if origin is None or said is None or not _is_yes(said.constant):
        return None
    event = Node(call.module, call.place)
    return f"`{origin.short}`" if _is_reflected(event, origin) else None


def _is_reflected(event: Node, value: Value) -> bool:
    """Whether a value is the request's own origin, of which nothing is asked."""
    origin = value.origin.text[:200].lower()
    if "request" not in origin or "origin" not in origin:
        return False
    return value.node.type != "identifier" or not _is_looked_up(event, value.text)


def _is_yes(said: object) -> bool:
    return said is True or (isinstance(said, str) and said.lower() == "true")


def _reflected(event: Node, value: Value) -> str | None:
    """``headers["Access-Control-Allow-Origin"] = request.headers["Origin"]``, credentials too."""
    if _key(event) != _HEADER or event.function is None:
        return None
    if not _is_reflected(event, value):
        return None
    for other in islice(event.module.within(event.function.node, "assignment"), _MAX_NEAR):
        right = other.child("right")
        allows = right is not None and _is_yes(other.value(right).constant)
        if allows and _key(Node(event.module, other.place)) == _CREDENTIALS:
            return f"`{value.short}`"
    return None


def _is_looked_up(event: Node, name: str) -> bool:
    """Whether a condition around or above asks something about the origin."""
    function = event.function
    if function is None:
        return False
    for one in (
        *islice(event.module.within(function.node, "comparison_operator"), _MAX_NEAR),
        *islice(event.module.within(function.node, "call"), _MAX_NEAR),
    ):
        if one.node.start_byte >= event.node.start_byte:
            continue
        text = one.text[:200]
        if one.kind == "comparison_operator" and name in text and " in " in text:
            return True
        target = one.child("function")
        called = "" if target is None else event.module.text_of(target)[-40:].lower()
        allowing = ("allow", "valid", "match", "check", "trusted", "endswith")
        if one.kind == "call" and name in text and any(word in called for word in allowing):
            return True
    return False


def _key(event: Node) -> str:
    left = event.child("left")
    key = (
        None if left is None or left.type != "subscript" else left.child_by_field_name("subscript")
    )
    constant = None if key is None else event.value(key).constant
    return constant.lower() if isinstance(constant, str) else ""


def _setting(module: Module, name: str) -> object:
    for binding in module.scope.bindings.get(name, [])[-1:]:
        if binding.node is not None and binding.context is not None:
            return Value(module, binding.node, binding.context).constant
    return UNKNOWN


def _is_true(value: Value | None) -> bool:
    return value is not None and value.constant is True


def _is_any(value: Value) -> bool:
    constant = value.constant
    if isinstance(constant, str):
        return constant in ("*", ".*")
    return isinstance(constant, (list, tuple, frozenset)) and bool({"*", ".*"} & set(constant))
