"""The check ``header-injection``: line ends from outside in a response header."""

from __future__ import annotations

from checks.events import Flow
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell


@check(
    id="header-injection",
    title="Response header takes line ends from a request",
    aspect=Aspect.INPUT,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=flows("header"),
    cwe=(113,),
    security=True,
)
def header_injection(flow: Flow, report: Report) -> None:
    """Untrusted data reaches a response header through a server that does not refuse line ends.

    Django, Flask, Starlette, aiohttp, Tornado and Bottle raise an error for a header with a line
    end in it; there is nothing to report there.

    Why:
        A line end in the value begins a new header, or the page itself: a link sets cookies in the
        name of this site, or shows a page of somebody else under its address.
    Bad:
        from http.server import BaseHTTPRequestHandler
        from urllib.parse import parse_qs, urlsplit

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                target = parse_qs(urlsplit(self.path).query)["next"][0]
                self.send_response(302)
                self.send_header("Location", "/" + target)
                self.end_headers()
    Bad:
        from urllib.parse import parse_qs

        def application(environ, start_response):
            name = parse_qs(environ["QUERY_STRING"])["name"][0]
            start_response("200 OK", [("X-Name", name)])
            return [b""]
    Good:
        from http.server import BaseHTTPRequestHandler
        from urllib.parse import parse_qs, quote, urlsplit

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                target = parse_qs(urlsplit(self.path).query)["next"][0]
                self.send_response(302)
                self.send_header("Location", "/" + quote(target))
                self.end_headers()
    Good:
        from flask import Flask, make_response, request

        app = Flask(__name__)

        @app.get("/")
        def index():
            response = make_response("")
            response.headers["X-Name"] = request.args["name"]
            return response
    Suppress:
        Where the server in front refuses line ends in headers: name it in the reason.
    """
    if flow.confidence is not Confidence.HIGH:
        return  # what a server or a framework hands on has been looked at there
    tell(
        flow,
        report,
        how=" with its line ends",
        why="A line end in it begins a new header, or a page of somebody else.",
        fix="Refuse values with line ends, or quote the value with `urllib.parse.quote`.",
        severity=Severity.MEDIUM,
    )
