"""Which calls of a test bind a port, and to what."""

from __future__ import annotations

import itertools

from checks.events import UNKNOWN, Call, Function, Value, argument_nodes
from checks.hygiene.shared.tests import is_replaced
from checks.hygiene.shared.texts import words
from checks.languages.python.index import Index

FIRST_FREE = 1024
"""Ports below belong to the system (RFC 6335, 6)."""

_PORT_AT = {
    "aiohttp.web.TCPSite": 2,
    "asyncio.start_server": 2,
    "twisted.internet.reactor.listenSSL": 0,
    "twisted.internet.reactor.listenTCP": 0,
    "twisted.internet.reactor.listenUDP": 0,
    "wsgiref.simple_server.make_server": 1,
    "werkzeug.serving.run_simple": 1,
    "werkzeug.serving.make_server": 1,
    "waitress.serve": None,
    "sanic_testing.reusable.ReusableClient": None,
    "sanic_testing.testing.SanicTestClient": 1,
    "prometheus_client.start_http_server": 0,
    "aiohttp.web.run_app": None,
    "uvicorn.run": None,
}
"""Where these functions take their port by position."""

_ADDRESS_FIRST = frozenset(
    {"http.server.HTTPServer", "http.server.ThreadingHTTPServer", "socketserver.TCPServer",
     "socketserver.UDPServer", "socketserver.ThreadingTCPServer", "socket.create_server",
     "xmlrpc.server.SimpleXMLRPCServer"}
)  # fmt: skip
_LISTENING = frozenset({"listen", "listener", "serve", "server"})
"""Last words of functions and classes that take an address to listen at."""

_ASKING = frozenset({"find", "get", "has", "is", "mock", "patch", "with"})
_OWN_HOSTS = ("", "0.0.0.0", "127.0.0.1", "::", "::1", "localhost")  # noqa: S104
_PORTS = ("bind_port", "listen_port", "local_port", "port")
_LISTENERS = frozenset({"bind", "listen", "listening"})
_RUNNING = frozenset({"run", "run_app", "run_server", "start_server"})
"""What begins to serve an application: Flask's, Sanic's and Bottle's ``run``, and the like."""
_LOOPS = frozenset({"create_server", "start_server", "create_datagram_endpoint"})
_PROCESSES = frozenset(
    {"subprocess.Popen", "subprocess.run", "subprocess.call", "subprocess.check_call",
     "subprocess.check_output", "asyncio.create_subprocess_exec"}
)  # fmt: skip
_NAMES_AND_CASES = 2
_LAST = frozenset(
    one.rpartition(".")[2] for one in (*_PORT_AT, *_ADDRESS_FIRST, *_PROCESSES)
) | _LOOPS.union({"bind", "popen", "Popen"})
_FLAGS = ("--port", "--bind-port", "--http-port", "--listen-port", "--server-port")
_EXPECTING = ("raises", "assertRaises", "assertRaisesRegex")


def bound_port(call: Call) -> Value | None:
    """The port that a call binds, whatever it is; ``None`` when it binds none."""
    if not call.may_be(_LAST):
        return _listened_at(call)
    name = call.name or ""
    if name in _PORT_AT:
        return call.argument(_PORT_AT[name], "port")
    if name in _ADDRESS_FIRST:
        return _of_address(call.argument(0, "server_address"))
    if call.method == "bind" and len(call.arguments) == 1 and not call.keywords:
        if "VMADDR" in call.text or "TIPC" in call.text:
            return None
        return _of_address(call.arguments[0])
    if call.method in _LOOPS and call.receiver is not None:
        return call.argument(2, "port")
    if name in _PROCESSES or call.method in ("popen", "Popen"):
        return _of_command(call)
    return _listened_at(call)


def _listened_at(call: Call) -> Value | None:
    """The port of ``eventlet.listen((host, port))``, ``create_tcp_listener(local_port=port)``.

    By the last word of what is called; a double or a client of that name takes no such address.
    """
    if call.method[:1].isupper() and call.method.endswith("Server"):
        parts = ["server"]  # HTTPServer is one word
    else:
        parts = words(call.method)
    if not parts or not _ASKING.isdisjoint(parts):
        return None
    told = next((one for one in call.keywords if _is_of_listener(one)), None)
    if told is not None:
        return call.keywords[told]
    if call.method in _RUNNING and "port" in call.keywords and call.receiver is not None:
        return call.keywords["port"]
    if call.method == "listen" and call.receiver is not None and call.arguments:
        number = number_of(call.arguments[0])  # of a socket, it is the length of its queue
        if number is not None and number >= FIRST_FREE:
            return call.arguments[0]
    if parts[-1] not in _LISTENING:
        return None
    first = call.arguments[0].elements if call.arguments else None
    if first is not None:
        host = first[0].constant if first else None
        return _of_address(call.arguments[0]) if host in _OWN_HOSTS else None
    if parts[-1] != "listener":
        return None
    return next((call.keywords[one] for one in _PORTS if one in call.keywords), None)


def _is_of_listener(keyword: str) -> bool:
    """Whether a keyword says where to listen: ``dns_listen_port``, ``bind_port``."""
    parts = words(keyword)
    return len(parts) > 1 and parts[-1] == "port" and not _LISTENERS.isdisjoint(parts)


def fixed_case(port: Value, function: Function) -> Value | None:
    """The fixed port among the cases of a parametrised test, where its parameter is bound."""
    if port.node.type != "identifier":
        return None
    for decorator in function.decorators:
        given = argument_nodes(decorator.node) if decorator.node.type == "call" else []
        if "parametrize" not in decorator.text.partition("(")[0] or len(given) < _NAMES_AND_CASES:
            continue
        names, cases = (Value(port.module, one, decorator.context) for one in given[:2])
        known = names.constant
        listed = known.split(",") if isinstance(known, str) else known
        if not isinstance(listed, (list, tuple)):
            continue
        wanted = [str(one).strip() for one in listed]
        if port.text not in wanted:
            continue
        for case in cases.elements or ():
            parts = case.elements if len(wanted) > 1 else (case,)
            if parts is None or len(parts) != len(wanted):
                continue
            one = parts[wanted.index(port.text)]
            number = number_of(one)
            if number is not None and number >= FIRST_FREE:
                return one
    return None


def is_pretended(call: Call, index: Index) -> bool:
    """Whether no port is bound after all: a double stands in, or the call is to fail."""
    if any(
        value.text.partition("(")[0].rpartition(".")[2] in _EXPECTING for value in call.entered()
    ):
        return True
    return is_replaced(call, index, call.method, "socket", "bind", "run_simple", "serve", "run_app",
                       "create_server", "Popen")  # fmt: skip


def _of_address(value: Value | None) -> Value | None:
    """The port of ``(host, port)``."""
    elements = None if value is None else value.elements
    if elements is None or len(elements) not in (2, 4):
        return None
    # Other families have addresses of other kinds: numbers of machines, types of names.
    host = elements[0].constant
    return elements[1] if isinstance(host, str) or host is UNKNOWN else None


def _of_command(call: Call) -> Value | None:
    """The argument after ``--port`` in a command that starts a server."""
    first = call.argument(0, "args")
    words = [] if first is None else list(first.elements or ())
    for flag, value in itertools.pairwise(words):
        if flag.constant in _FLAGS:
            return value
    for word in words:
        text = word.constant
        if isinstance(text, str) and text.partition("=")[0] in _FLAGS and "=" in text:
            return word
    return None


def number_of(value: Value) -> int | None:
    """The port as a number, when it is written down."""
    known = value.constant
    if isinstance(known, str):
        known = known.rpartition("=")[2]
        known = int(known) if known.isdigit() and len(known) < 6 else None
    return known if isinstance(known, int) and not isinstance(known, bool) else None
