"""Servers, threads and services that a test builds and starts."""

from __future__ import annotations

from checks.events import Call, Value
from checks.hygiene.shared.texts import words

_KNOWN = {
    "threading.Thread": "thread",
    "threading.Timer": "timer",
    "gevent.Timeout": "timer",
    "gevent.timeout.Timeout": "timer",
    "multiprocessing.Process": "process",
    "multiprocessing.context.Process": "process",
    "http.server.HTTPServer": "server",
    "http.server.ThreadingHTTPServer": "server",
    "socketserver.TCPServer": "server",
    "socketserver.ThreadingTCPServer": "server",
    "wsgiref.simple_server.make_server": "server",
    "grpc.server": "server",
    "watchdog.observers.Observer": "observer",
    "apscheduler.schedulers.background.BackgroundScheduler": "scheduler",
    "concurrent.futures.ThreadPoolExecutor": "pool",
}
"""What is started, by the name of its maker."""

_WORDS = frozenset({"server", "service", "daemon", "scheduler", "listener", "observer", "broker"})
_BEGINNING = frozenset({"start", "serve_forever", "start_server", "serve"})
_TAKING = frozenset({"listen", "add_socket", "add_sockets"})
"""What a server begins to take connections with (Tornado's ``HTTPServer``, ``TCPServer``)."""

_ENDED = frozenset({"terminate", "kill"})
_PROCESSES = frozenset({"multiprocessing.Process", "multiprocessing.context.Process",
                        "subprocess.Popen"})  # fmt: skip


def begins(call: Call) -> bool:
    """Whether the call starts what it is called on."""
    if call.method in _TAKING and call.receiver is not None:
        return True
    return call.method in _BEGINNING and call.receiver is not None and not call.arguments


def tells_to_end(call: Call, maker: Value | None) -> bool:
    """Whether the call tells a process to end, which it does some time later."""
    if call.method not in _ENDED or maker is None or call.arguments:
        return False
    return maker.callee_name in _PROCESSES


def noun_of(maker: Value) -> str:
    """What an expression makes, in one word; ``""`` when it is nothing that is started."""
    name = maker.callee_name or ""
    if name in _KNOWN:
        return "" if "daemon=True" in maker.text.replace(" ", "") else _KNOWN[name]
    target = maker.node.child_by_field_name("function") if maker.node.type == "call" else None
    if target is None:
        return ""
    called = maker.module.text_of(target).rpartition(".")[2]
    last = words(called)[-1:]
    if called[:1].isupper() and called.endswith("Server"):
        return "server"  # HTTPServer is one word
    return next((one for one in last if one in _WORDS), "")
