"""Which framework calls a function, and how it feeds the parameters."""

from __future__ import annotations

from checks import ir
from checks.flow import library, lookup
from checks.flow.machine import Frame, Machine
from checks.flow.values import (
    LocalFunction,
)

REQUEST_NAMES = frozenset({"request", "req"})
_ANSWERS = (["resp"], ["res"], ["response"], ["ws"])
"""What the second parameter of a responder of Falcon is called."""
_PLAIN = frozenset({"abc.ABC", "object", "typing.Generic", "typing.Protocol"})
"""Bases of which a class gets nothing that a framework could call."""
_TASKS = (".task", ".shared_task")

ROUTES = frozenset({"route", "get", "post", "put", "patch", "delete", "head", "options",
                     "websocket", "api_route", "trace"})  # fmt: skip


def feeding(machine: Machine, function: LocalFunction) -> tuple[str, str]:
    """How a function's parameters are fed (``""``: by nobody known), and its route's template."""
    facts = machine.facts
    definition = function.definition
    if isinstance(definition, ir.Lambda):
        return "", ""
    for path, node in zip(function.decorators, definition.decorators, strict=False):
        template = route_template(machine, function.frame, node)
        feeds = facts.decorators.get(library.canonical(facts, path.removesuffix("()")))
        if feeds is not None:
            return feeds, template or ""
        if template is not None:
            return _guess(function), template
        if path.removesuffix("()").endswith(_TASKS) and "celery" in path.lower():
            return "task", ""
    if function.cls is not None:
        for base in lookup.library_bases(machine, function.cls):
            if base.endswith("Servicer") and not function.name.startswith("_"):
                return "rpc", ""
            handler = facts.handlers.get(library.canonical(facts, base))
            if handler is not None and _is_among(function.name, handler.methods):
                return handler.feeds, ""
        bases = set(lookup.library_bases(machine, function.cls))
        if bases <= _PLAIN and function.name.startswith("on_"):
            names = [one.name for one in definition.parameters[1:3]]
            if names[:1] in (["req"], ["request"]) and names[1:] in _ANSWERS:
                return "falcon", ""
    if function.cls is None and _is_of_cloud(function):
        return "event", ""
    return _by_signature(function), ""


def _is_of_cloud(function: LocalFunction) -> bool:
    """Whether a function is what AWS Lambda calls: ``(event, context)``, and an answer like its."""
    names = [one.name for one in function.definition.parameters]
    if len(names) != 2 or names[0] != "event" or names[1].strip("_") not in ("context", "ctx", ""):
        return False
    data = function.frame.module.module.source.data
    return function.name.endswith("handler") or b"statusCode" in data


def _by_signature(function: LocalFunction) -> str:
    """What the names of the parameters say, where a protocol or a library lays them down."""
    names = [one.name for one in function.definition.parameters if not one.kind]
    if function.cls is not None and function.kind != "static":
        names = names[1:]
    if names[-2:] == ["environ", "start_response"]:
        return "wsgi"
    if names == ["scope", "receive", "send"]:
        return "asgi"
    roots = {one.partition(".")[0] for one in function.frame.module.module.imported_modules}
    if len(names) >= 4 and names[-1] == "body" and "pika" in roots:
        return "queue"
    if names == ["body", "message"] and roots & {"kombu", "celery"}:
        return "queue"
    if names[:1] in (["websocket"], ["ws"]) and "websockets" in roots and len(names) < 3:
        return "socket"
    return ""


def _is_among(name: str, methods: frozenset[str]) -> bool:
    return name in methods or any(
        one.endswith("*") and name.startswith(one[:-1]) for one in methods
    )


def route_template(machine: Machine, frame: Frame, node: ir.Expression) -> str | None:
    """The path in ``@router.get("/users/{name}")``; ``None`` when it is no such decorator."""
    if not isinstance(node, ir.Call) or not isinstance(node.function, ir.Attribute):
        return None
    if node.function.name not in ROUTES or not node.arguments:
        return None
    value = machine.evaluate(frame, node.arguments[0])
    template = value.template
    # "@mock.patch('app.x')" is none: a route begins with a slash.
    return template if template is not None and template[:1] in ("/", "") else None


def _guess(function: LocalFunction) -> str:
    """How an unknown router feeds: as the frameworks imported in the file do."""
    names = function.frame.module.module.imported_modules
    roots = {name.partition(".")[0] for name in names}
    if roots & {"fastapi", "starlette", "litestar"}:
        return "params"
    if roots & {"aiohttp", "sanic"}:
        return "request"
    if roots & {"flask", "quart", "bottle", "flask_restful", "flask_restx"}:
        return "route"
    parameters = function.definition.parameters
    return "request" if parameters and parameters[0].name in REQUEST_NAMES else "params"
