"""The HTTP side: one aiohttp server that turns requests into calls and answers into responses.

Order of the day for a request: read it, log it, let a fault hit it, check the rules that hold for
every request (user agent, API version, credentials, limits, permissions), run the route, add
GitHub's headers. Whatever is sent, an answer comes back, and the server lives on.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import json
import traceback
import uuid
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.github import auth
from tests.github.call import Answer, Call, Route
from tests.github.exchanges import Exchange
from tests.github.faults import Fault
from tests.github.routes import ROUTES
from tests.github.rules import Refusal, refuse
from tests.github.state import Token

if TYPE_CHECKING:
    from tests.github.repository import Repository
    from tests.github.standin import StandIn

API = "/api/v3"
VERSIONS = ("2022-11-28", "2026-03-10")
MAX_BODY = 64 * 1024 * 1024


def make_app(standin: StandIn) -> web.Application:
    """The web application: the API, GraphQL, and the web pages when they are there."""
    app = web.Application(client_max_size=MAX_BODY)
    server = ApiServer(standin)
    app.router.add_route("*", API + "{path:.*}", server.rest)
    app.router.add_route("*", "/api/graphql", server.rest)
    if importlib.util.find_spec("tests.github.page") is not None:
        importlib.import_module("tests.github.page").mount(app, standin)
    return app


class ApiServer:
    """Serves the API of one stand-in."""

    def __init__(self, standin: StandIn) -> None:
        self._standin = standin

    async def rest(self, request: web.Request) -> web.StreamResponse:
        """Any request to the API."""
        limits = self._standin.limits
        limits.under_way += 1
        try:
            return await self._serve(request)
        finally:
            limits.under_way -= 1

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path = request.rel_url.raw_path
        path = path[len(API) :] if path.startswith(API) else path.removeprefix("/api")
        headers = {name.lower(): value for name, value in request.headers.items()}
        raw = await request.read()
        body, parsed = _parse(raw)
        exchange = Exchange(
            request.method,
            path,
            dict(request.query),
            _loggable(headers),
            body,
        )
        self._standin.exchanges.append(exchange)
        call = Call(self._standin, request.method, path, dict(request.query), headers, body)
        call.complaints = exchange.complaints
        fault = self._standin.faults.take(request.method, path)
        if fault is not None:
            exchange.fault = True
            if fault.delay:
                await asyncio.sleep(fault.delay)
            if not fault.after_effect and _answers(fault):
                return self._faulty(request, exchange, fault, None)
        answer = self.answer(call, exchange, parsed)
        self._standin.note_complaints(exchange)
        if fault is not None and _answers(fault):
            return self._faulty(request, exchange, fault, answer)
        exchange.status, exchange.response = answer.status, _without_secrets(answer.body)
        exchange.response_headers = answer.headers
        return _response(answer)

    # ── rules of every request ───────────────────────────────────────────────────────────────

    def answer(self, call: Call, exchange: Exchange, parsed: bool) -> Answer:
        """What GitHub says to a call. ``parsed`` tells whether the body was JSON at all."""
        try:
            route = self._admit(call, exchange, parsed)
            answer = route.handler(call)
            if call.method == "GET" and answer.status == 200:
                answer = self._conditional(call, answer)
        except Refusal as refusal:
            exchange.refused_by = refusal.rule
            answer = Answer(refusal.body(), refusal.status, dict(refusal.headers))
            if refusal.rule == "rate-primary":
                answer.headers["X-RateLimit-Remaining"] = "0"
                if call.path == "/graphql":
                    # GraphQL says 200 even then (documented, and easy to forget).
                    error = {"type": "RATE_LIMITED", "message": refusal.message}
                    answer.status, answer.body = 200, {"errors": [error]}
        except Exception as error:
            # A hole in the stand-in, not in the bot: tests assert that this list stays empty.
            self._standin.failures.append(f"{call.method} {call.path}: {traceback.format_exc()}")
            answer = Answer({"message": f"Server Error: {type(error).__name__}"}, 500)
        if call.token is not None or call.app is not None:
            answer.headers = {**self._standin.limits.headers(call.caller), **answer.headers}
        answer.headers.setdefault("X-GitHub-Media-Type", "github.v3; format=json")
        if call.accepted:
            answer.headers.setdefault("X-Accepted-GitHub-Permissions", call.accepted)
        answer.headers["X-GitHub-Request-Id"] = uuid.uuid4().hex[:20].upper()
        answer.headers["X-GitHub-Api-Version-Selected"] = call.headers.get(
            "x-github-api-version", VERSIONS[0]
        )
        return answer

    def _admit(self, call: Call, exchange: Exchange, parsed: bool) -> Route:
        """Check all that does not depend on the route's own work; the route."""
        if not call.headers.get("user-agent", "").strip():
            raise refuse("user-agent")
        version = call.headers.get("x-github-api-version")
        if version is not None and version not in VERSIONS:
            raise refuse("api-version", version=version)
        found = ROUTES.find(call.method, call.path)
        if found is None:
            slash = call.path.endswith("/") and ROUTES.find(call.method, call.path.rstrip("/"))
            self._standin.unknown_requests.append(exchange)
            raise refuse("trailing-slash" if slash else "unknown-route")
        route, call.values = found
        exchange.route = f"{route.method} {route.template}"
        self._authenticate(call, exchange, route)
        limits = self._standin.limits
        if limits.ignored_by(call.caller):
            call.complaints.append("the caller was told to wait, and goes on")
        number = call.token.installation.id if call.token else 0
        over = limits.admit(call.caller, number, write=_writes(call, route), content=route.content)
        if over is not None:
            raise over
        if not parsed:
            raise refuse("bad-json")
        call.accepted = "; ".join(route.permissions)
        self._open_repository(call)
        if route.permissions:
            call.require(*route.permissions)
        if call.method in ("POST", "PATCH", "PUT") and not isinstance(call.body, dict):
            if call.body is not None:
                raise refuse("body-object")
            call.body = {}
        return route

    def _authenticate(self, call: Call, exchange: Exchange, route: Route) -> None:
        """Set the app or the token of a call, and the name that its limits are kept under."""
        if route.auth == "none":
            return
        text = auth.credential(call.headers)
        if text is None:
            raise refuse("no-credentials")
        if auth.looks_like_jwt(text):
            call.app = auth.check_jwt(self._standin, text)
            call.caller = f"app:{call.app.id}"
            if route.auth != "jwt":
                raise refuse("jwt-scope")
            return
        call.token = auth.check_token(self._standin, text)
        exchange.installation_id = call.token.installation.id
        kind = ":graphql" if call.path == "/graphql" else ""
        call.caller = f"installation:{call.token.installation.id}{kind}"
        if route.auth == "jwt":
            raise refuse("jwt-scope")

    def _open_repository(self, call: Call) -> None:
        """Find the repository of the path; what the token does not open does not exist for it."""
        if "repository_id" in call.values:
            found = self._standin.repository_by_id(call.number("repository_id"))
        elif "owner" in call.values and "repo" in call.values:
            name = f"{call.values['owner']}/{call.values['repo']}"
            found = self._standin.repository_by_name(call.values["owner"], call.values["repo"])
            if found is None and name.lower() in self._standin.moved:
                raise self._redirect(call, self._standin.moved[name.lower()])
        else:
            return
        if found is None:
            raise refuse("not-found")
        if call.token is not None and not call.token.opens(found):
            raise refuse("no-access-404")
        call.found = found

    def _redirect(self, call: Call, repository: Repository) -> Refusal:
        """A renamed repository: 301 for reading, 307 for writing, to its address by id."""
        if call.token is not None and not call.token.opens(repository):
            return refuse("no-access-404")
        tail = "/".join(call.path.split("/")[4:])
        url = f"{self._standin.api_url}/repositories/{repository.id}{'/' + tail if tail else ''}"
        status = 301 if call.method == "GET" else 307
        return refuse("moved", status=status, headers={"Location": url})

    def _conditional(self, call: Call, answer: Answer) -> Answer:
        """ETags are bound to the credential; a 304 costs nothing."""
        body = answer.raw if answer.raw is not None else _dump(answer.body)
        secret = call.headers.get("authorization", "").encode()
        etag = f'W/"{hashlib.sha256(body + secret).hexdigest()}"'
        answer.headers["ETag"] = etag
        if call.headers.get("if-none-match") == etag:
            self._standin.limits.give_back(call.caller)
            return Answer(None, 304, {"ETag": etag})
        return answer

    def _token(self, request: web.Request) -> Token | None:
        """The token of a request that a fault answers, known or not."""
        headers = {"authorization": request.headers.get("Authorization", "")}
        return self._standin.tokens.get(auth.credential(headers) or "")

    # ── faults ───────────────────────────────────────────────────────────────────────────────

    def _faulty(
        self, request: web.Request, exchange: Exchange, fault: Fault, answer: Answer | None
    ) -> web.StreamResponse:
        if fault.drop_connection:
            exchange.status = None
            if request.transport is not None:
                request.transport.abort()
            raise ConnectionResetError("dropped on purpose")
        status = fault.status or (answer.status if answer else 502)
        exchange.status = status
        exchange.response_headers = dict(fault.headers)
        wait, token = fault.headers.get("Retry-After"), self._token(request)
        if wait is not None and token is not None:
            self._standin.limits.block(f"installation:{token.installation.id}", int(wait))
        if fault.html:
            return web.Response(
                text=fault.page(), status=status, content_type="text/html", headers=fault.headers
            )
        body = fault.body
        if body is None:
            body = answer.body if answer and fault.status is None else {"message": "Server Error"}
        exchange.response = body
        text = _dump(body).decode()
        if fault.truncate:
            text = text[: len(text) // 2]
        return web.Response(
            text=text, status=status, content_type="application/json", headers=fault.headers
        )


def _writes(call: Call, route: Route) -> bool:
    """Whether a request costs as much as a write; GraphQL queries do not."""
    if call.path != "/graphql":
        return route.effect
    return isinstance(call.body, dict) and "mutation" in str(call.body.get("query", ""))[:200]


def _without_secrets(body: Any) -> Any:
    """An answer fit for the log: without the token that it hands out."""
    if isinstance(body, dict) and isinstance(body.get("token"), str):
        return {**body, "token": auth.masked(f"token {body['token']}")}
    return body


def _answers(fault: Fault) -> bool:
    """Whether a fault replaces the answer, and is not only slow."""
    return bool(fault.status or fault.drop_connection or fault.truncate or fault.body is not None)


def _parse(raw: bytes) -> tuple[Any, bool]:
    if not raw:
        return None, True
    try:
        return json.loads(raw), True
    except (ValueError, RecursionError):
        return raw.decode("utf-8", "replace"), False


def _loggable(headers: dict[str, str]) -> dict[str, str]:
    kept = dict(headers)
    if "authorization" in kept:
        kept["authorization"] = auth.masked(kept["authorization"])
    return kept


def _dump(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def _response(answer: Answer) -> web.Response:
    if answer.status in (204, 304):
        return web.Response(status=answer.status, headers=answer.headers)
    if answer.raw is not None:
        headers = {**answer.headers, "Content-Type": answer.content_type}
        return web.Response(body=answer.raw, status=answer.status, headers=headers)
    return web.Response(
        body=_dump(answer.body),
        status=answer.status,
        content_type="application/json",
        charset="utf-8",
        headers=answer.headers,
    )
