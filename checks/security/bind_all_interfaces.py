"""The check ``bind-all-interfaces``: services that listen to the whole network."""

from __future__ import annotations

from checks.events import Call, Value
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, calls, check
from checks.report import Report

_ALL = ("0.0.0.0", "::", "::0")  # noqa: S104
_SERVERS = frozenset(
    {"http.server.HTTPServer", "http.server.ThreadingHTTPServer", "socketserver.TCPServer",
     "socketserver.ThreadingTCPServer", "socketserver.UDPServer",
     "xmlrpc.server.SimpleXMLRPCServer", "wsgiref.simple_server.make_server",
     "werkzeug.serving.run_simple", "werkzeug.run_simple", "asyncio.start_server",
     "socket.create_server", "uvicorn.run", "waitress.serve", "aiohttp.web.run_app",
     "bottle.run", "hypercorn.run"}
)  # fmt: skip


@check(
    id="bind-all-interfaces",
    title="Service listens on every interface",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.LOW,
    confidence=Confidence.LOW,
    surface=Surface.SUMMARY,
    roles=PRODUCTION_ROLES,
    on=calls("*.bind", "*.run", "socket.socket().bind", "flask.Flask().run", *sorted(_SERVERS)),
    cwe=(1327, 605),
    security=True,
)
def bind_all_interfaces(call: Call, report: Report) -> None:
    """A service listens on every interface of the machine by a constant.

    A line in the summary, never a comment: in a container it is what one wants. An address that a
    setting decides is clean.

    Why:
        On a machine with a public address everybody can reach it, also where it was meant for the
        programs beside it.
    Bad:
        import socket

        def listen():
            server = socket.socket()
            server.bind(("0.0.0.0", 8080))
    Bad:
        from http.server import BaseHTTPRequestHandler, HTTPServer

        def serve():
            HTTPServer(("", 8000), BaseHTTPRequestHandler).serve_forever()
    Good:
        import socket

        def listen():
            server = socket.socket()
            server.bind(("127.0.0.1", 8080))
    Good:
        import os
        import socket

        def listen():
            server = socket.socket()
            server.bind((os.environ["HOST"], 8080))
    Suppress:
        Where it runs in a container, or is meant for everybody.
    """
    value = _host(call)
    host = None if value is None else value.constant
    if not isinstance(host, str):
        return
    if host not in _ALL and not (host == "" and call.method != "run"):
        return
    report(
        at=call,
        message=f'"{host}" listens on every interface.',
        why="Everybody who reaches the machine reaches the service.",
        fix="Listen on `127.0.0.1`, or read the address from a setting.",
    )


def _host(call: Call) -> Value | None:
    name = call.name or ""
    if call.method == "bind" or name.startswith(("http.", "socketserver.", "xmlrpc.")):
        address = call.argument(0, "server_address")
        elements = None if address is None else address.elements
        return elements[0] if elements and len(elements) in (2, 4) else None
    if name == "socket.create_server":
        address = call.argument(0, "address")
        elements = None if address is None else address.elements
        return elements[0] if elements else None
    if name in ("wsgiref.simple_server.make_server", "werkzeug.serving.run_simple",
                "werkzeug.run_simple"):  # fmt: skip
        return call.argument(0, "host") or call.argument(None, "hostname")
    if name == "asyncio.start_server":
        return call.argument(1, "host")
    return call.argument(None, "host")
