"""FastAPI, Starlette and their kin."""

from __future__ import annotations

from checks.models.conditions import is_html_said, target_is_open
from checks.models.facts import Library

_HTTP_METHODS = "get post put patch delete head options trace"

fastapi = Library("https://fastapi.tiangolo.com/reference/")
fastapi.alias(
    "@request",
    "fastapi.Request()",
    "starlette.requests.Request()",
    "fastapi.requests.Request()",
    "starlette.requests.HTTPConnection()",
    "litestar.Request()",
    "fastapi.WebSocket()",
    "starlette.websockets.WebSocket()",
)
fastapi.source(
    "a message", "@request.{receive_text,receive_json,receive_bytes,iter_text,iter_json}()"
)
fastapi.decorator(
    "params",
    "fastapi.FastAPI().{get,post,put,patch,delete,head,options,api_route,websocket}",
    "fastapi.APIRouter().{get,post,put,patch,delete,head,options,api_route,websocket}",
    "fastapi.routing.APIRouter().{get,post}",
    "litestar.{get,post,put,patch,delete}",
    "ninja.NinjaAPI().{get,post,put,delete}",
    "ninja.Router().{get,post,put,delete}",
)
fastapi.handler("request", _HTTP_METHODS, "starlette.endpoints.HTTPEndpoint")
fastapi.sink(
    "html", "fastapi.responses.HTMLResponse", "starlette.responses.HTMLResponse", at="0/content"
)
fastapi.sink(
    "html",
    "fastapi.Response",
    "fastapi.responses.Response",
    "starlette.responses.Response",
    at="0/content",
    when=is_html_said,
)
fastapi.sink(
    "redirect",
    "fastapi.responses.RedirectResponse",
    "starlette.responses.RedirectResponse",
    at="0/url",
    when=target_is_open,
)
fastapi.sink(
    "path", "fastapi.responses.FileResponse", "starlette.responses.FileResponse", at="0/path"
)
fastapi.cleans(
    "html",
    "fastapi.responses.{JSONResponse,ORJSONResponse,PlainTextResponse}",
    "starlette.responses.{JSONResponse,PlainTextResponse}",
    "fastapi.templating.Jinja2Templates().TemplateResponse",
)
