"""aiohttp, Sanic, Tornado, Falcon, Pyramid."""

from __future__ import annotations

from checks.models.conditions import is_html_said, target_is_open
from checks.models.facts import Library
from checks.models.pages import is_page, is_page_written, says_html

_HTTP_METHODS = "get post put patch delete head options trace"
_HANDLER = "tornado.web.RequestHandler"

aiohttp = Library("https://docs.aiohttp.org/en/stable/web_reference.html")
aiohttp.alias(
    "@request",
    "aiohttp.web.Request()",
    "aiohttp.web.BaseRequest()",
    "aiohttp.web.View().request",
    "aiohttp.web_request.Request()",
    "sanic.views.HTTPMethodView().request",
)
aiohttp.decorator(
    "request",
    "aiohttp.web.RouteTableDef().{get,post,put,patch,delete,head,route}",
    "sanic.Sanic().{get,post,put,patch,delete,route}",
    "sanic.Blueprint().{get,post,put,patch,delete,route}",
)
aiohttp.handler("request", _HTTP_METHODS, "sanic.views.HTTPMethodView")
aiohttp.handler("", _HTTP_METHODS, "aiohttp.web.View")
aiohttp.sink("html", "aiohttp.web.Response", at="text body", when=is_html_said)
aiohttp.sink("html", "sanic.response.html", "sanic.html")
aiohttp.sink(
    "redirect",
    "aiohttp.web.{HTTPFound,HTTPSeeOther,HTTPMovedPermanently,"
    "HTTPTemporaryRedirect,HTTPPermanentRedirect}",
    at="0/location",
    when=target_is_open,
)
aiohttp.sink("path", "aiohttp.web.FileResponse", "sanic.response.file", at="0/path/location")

tornado = Library("https://www.tornadoweb.org/en/stable/web.html")
tornado.alias("@request", f"{_HANDLER}().request")
tornado.source(
    "the query string",
    f"{_HANDLER}().{{get_argument,get_query_argument,get_arguments,get_query_arguments}}()",
)
tornado.source("the form", f"{_HANDLER}().{{get_body_argument,get_body_arguments}}()")
tornado.source("a cookie", f"{_HANDLER}().get_cookie()", f"{_HANDLER}().cookies")
tornado.value("clean", f"{_HANDLER}().{{get_secure_cookie,get_signed_cookie}}()")  # verified
tornado.sink("session", f"{_HANDLER}().{{set_secure_cookie,set_signed_cookie}}", at="1/value")
tornado.source("the URL path", f"{_HANDLER}().{{path_args,path_kwargs}}")
tornado.handler("route", _HTTP_METHODS, _HANDLER)
tornado.handler("message", "on_message open", "tornado.websocket.WebSocketHandler")
tornado.sink("html", f"{_HANDLER}().{{write,finish}}", when=is_page_written)
tornado.sink("redirect", f"{_HANDLER}().redirect", at="0/url", when=target_is_open)
tornado.sink("template", "tornado.template.Template", at="0")

falcon = Library("https://falcon.readthedocs.io/en/stable/api/request_and_response.html")
falcon.alias("@request", "falcon.Request()", "falcon.asgi.Request()", "pyramid.request.Request()")
falcon.sink(
    "redirect",
    "falcon.{HTTPFound,HTTPSeeOther,HTTPMovedPermanently,HTTPTemporaryRedirect}",
    "pyramid.httpexceptions.{HTTPFound,HTTPSeeOther,HTTPMovedPermanently}",
    at="0/location",
    when=target_is_open,
)
falcon.sink("html", "pyramid.response.Response", at="0/body/text body text", when=is_page)
pyramid = Library("https://docs.pylonsproject.org/projects/pyramid/en/latest/api/response.html")
pyramid.sink("path", "pyramid.response.{FileResponse,FileIter}", at="0/path")
pyramid.sink("path", "webob.static.{FileApp,DirectoryApp}", at="0/filename/path")
falcon.sink("html", "@response.html=")
falcon.sink("html", "@response.{text,body,data}=", when=says_html)  # JSON, unless it says so
