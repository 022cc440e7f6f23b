"""Redirects that are written by hand: the header ``Location`` of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.flow.kinds import REDIRECT
from checks.flow.values import Cell
from checks.models.conditions import target_is_open
from checks.models.facts import Library

if TYPE_CHECKING:
    from checks.flow.site import Site

_HEADER = "location"
_RESPONSES = (
    "{flask,quart,werkzeug,webob,fastapi}.Response",
    "{flask,quart}.make_response",
    "werkzeug.wrappers.Response",
    "pyramid.response.Response",
    "{starlette,fastapi}.responses.{Response,PlainTextResponse,HTMLResponse}",
    "aiohttp.web.Response",
    "sanic.response.{HTTPResponse,empty,text,html}",
)


def leads_away(site: Site) -> bool:
    """Among the headers that an answer is made with is a location that comes from outside."""
    value = site.tested
    for one in () if value is None else value.references:
        if isinstance(one, Cell):
            for key, part in site.machine.heap.get(one).fields.items():
                if isinstance(key, str) and key.lower() == _HEADER and part.dangerous(REDIRECT):
                    site.tested = part
                    return target_is_open(site)
    return False


def names_location(site: Site) -> bool:
    """``set_header("Location", target)``."""
    name = site.constant(0, "name")
    return isinstance(name, str) and name.lower() == _HEADER and target_is_open(site)


location = Library("https://www.rfc-editor.org/rfc/rfc9110#section-10.2.2")
for _made in _RESPONSES:
    location.sink(
        "redirect",
        f"{_made}().headers[{{Location,location}}]=",
        f"{_made}().location=",
        at="0",
        when=target_is_open,
    )
    location.sink("redirect", _made, at="headers", when=leads_away)
location.sink(
    "redirect",
    "django.http.{HttpResponse,response.HttpResponse}()[{Location,location}]=",
    "django.http.{HttpResponse,response.HttpResponse}().headers[{Location,location}]=",
    "bottle.response.headers[{Location,location}]=",
    "@response.location=",
    at="0",
    when=target_is_open,
)
location.sink(
    "redirect",
    "@response.{set_header,append_header}",
    "tornado.web.RequestHandler().set_header",
    "bottle.response.set_header",
    at="1/value",
    when=names_location,
)
