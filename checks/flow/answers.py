"""What a handler returns, where the framework takes it for the page, or for where to go next."""

from __future__ import annotations

import functools

from checks import ir
from checks.flow import library, lookup
from checks.flow.kinds import BY_NAME
from checks.flow.machine import Frame, Machine
from checks.flow.results import Reach
from checks.flow.site import Site
from checks.flow.values import Api, Cell, LocalFunction, Value
from checks.models.conditions import target_is_open
from checks.models.facts import Sink

_HTML_FEEDS = frozenset({"route"})
_HTML = Sink("html", ((0, ""),), None, "https://owasp.org/www-community/attacks/xss/", "response")
_REDIRECT = Sink(
    "redirect",
    ((0, ""),),
    target_is_open,
    "https://docs.djangoproject.com/en/stable/ref/class-based-views/base/#redirectview",
    "response",
)
_TARGETS = frozenset({"get_redirect_url", "get_success_url", "get_default_redirect_url"})
"""Methods of Django's views that return an address to which the view redirects."""
_VIEWS = ("django.views.generic.", "django.contrib.auth.views.")


def watch(machine: Machine, function: LocalFunction, feeds: str) -> None:
    """Look at what a function returns while it is run as its framework would run it."""
    html = feeds in _HTML_FEEDS or (feeds == "params" and _is_html_route(machine, function))
    if html or (feeds == "wsgi" and _says_html(function)):
        machine.on_return = functools.partial(_page, machine, feeds)
    elif feeds == "event" and _says_html(function):
        machine.on_return = functools.partial(_answer, machine)
    elif _is_target(machine, function):
        machine.on_return = functools.partial(_target, machine)


def _is_target(machine: Machine, function: LocalFunction) -> bool:
    """Whether the view redirects to what a method returns; not where its own code does so."""
    cls = function.cls
    if cls is None or function.name not in _TARGETS:
        return False
    data = function.frame.module.module.source.data
    used = f"self.{function.name}(".encode() in data[cls.definition.start : cls.definition.end]
    return not used and any(one.startswith(_VIEWS) for one in lookup.library_bases(machine, cls))


def _says_html(function: LocalFunction) -> bool:
    """Whether a function calls what it answers with HTML."""
    definition = function.definition
    data = function.frame.module.module.source.data
    return b"text/html" in data[definition.start : definition.end]


def _is_html_route(machine: Machine, function: LocalFunction) -> bool:
    definition = function.definition
    if isinstance(definition, ir.Lambda):
        return False
    return any(
        name == "response_class"
        and library.path_of(machine, function.frame, value).endswith("HTMLResponse")
        for one in definition.decorators
        if isinstance(one, ir.Call)
        for name, value in one.keywords
    )


def _page(machine: Machine, feeds: str, frame: Frame, node: ir.Return, value: Value) -> None:
    body = value
    items = None
    for one in value.references:
        if isinstance(one, Cell):
            made = machine.heap.get(one)
            if feeds == "wsgi":
                body = made.any_item()
                continue
            if made.type != "tuple" or not made.size:
                return
            items = [made.fields[index] for index in range(made.size)]
            body = items[0]
    if any(isinstance(one, Cell) for one in body.references) or _has_other_type(machine, items):
        return
    if any(
        isinstance(one, Api) and not one.path.startswith(("@request", "@upload"))
        for one in body.references
    ):
        return
    _tell(machine, frame, _HTML, node, body)


def _answer(machine: Machine, frame: Frame, node: ir.Return, value: Value) -> None:
    """``{"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": page}``."""
    for one in value.references:
        made = machine.heap.get(one) if isinstance(one, Cell) else None
        body = None if made is None else made.fields.get("body")
        if made is None or body is None or "statusCode" not in made.fields:
            continue
        headers = made.fields.get("headers")
        for cell in () if headers is None else headers.references:
            if isinstance(cell, Cell) and any(
                isinstance(key, str) and key.lower() == "content-type"
                and "html" in (given.template or "")
                for key, given in machine.heap.get(cell).fields.items()
            ):  # fmt: skip
                _tell(machine, frame, _HTML, node, body)


def _target(machine: Machine, frame: Frame, node: ir.Return, value: Value) -> None:
    _tell(machine, frame, _REDIRECT, node, value)


def _tell(machine: Machine, frame: Frame, sink: Sink, node: ir.Return, value: Value) -> None:
    dangerous = value.dangerous(BY_NAME[sink.kind])
    call = ir.Call(node.start, node.end, ir.Opaque(node.start, node.end),
                   () if node.value is None else (node.value,))  # fmt: skip
    site = Site(machine, frame, call, "return", None, [value], {}, tested=value)
    is_open = sink.when is None or sink.when(site)
    reached = Reach.TAINTED if dangerous and is_open else Reach.CLEAN
    library.report(machine, frame, sink, site, value, dangerous, reached)


def _has_other_type(machine: Machine, items: list[Value] | None) -> bool:
    """Whether the headers beside a page say that it is none."""
    for one in items[1:] if items else ():
        for cell in one.references:
            if isinstance(cell, Cell):
                for key, value in machine.heap.get(cell).fields.items():
                    if isinstance(key, str) and key.lower() == "content-type":
                        return "html" not in str(value.constant)
    return False
