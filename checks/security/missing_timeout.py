"""The check ``missing-timeout``: calls to other machines that may never return."""

from __future__ import annotations

from checks.events import Call, calls_of
from checks.model import Aspect, Confidence, Edit, Severity, Surface
from checks.registry import PRODUCTION_ROLES, calls, check
from checks.report import Report
from checks.security.edits.arguments import with_keyword
from checks.security.handlers import is_handler

_VERBS = "get,post,put,patch,delete,head,options,request"
_POSITIONS = {
    "urllib.request.urlopen": 2,
    "smtplib.SMTP": 3,
    "smtplib.SMTP_SSL": 5,
    "ftplib.FTP": 4,
    "http.client.HTTPConnection": 2,
    "http.client.HTTPSConnection": None,
    "poplib.POP3": 2,
    "imaplib.IMAP4": 2,
    "telnetlib.Telnet": 2,
    "socket.create_connection": 1,
}


@check(
    id="missing-timeout",
    title="Request without a time limit",
    aspect=Aspect.TIME,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    surface=Surface.SUMMARY,
    roles=PRODUCTION_ROLES,
    on=calls(
        f"requests.{{{_VERBS}}}",
        f"requests.api.{{{_VERBS}}}",
        f"requests.Session().{{{_VERBS}}}",
        f"requests.session().{{{_VERBS}}}",
        f"httpx.{{{_VERBS},Client,AsyncClient,stream}}",
        "aiohttp.ClientTimeout",
        "functools.partial",
        *_POSITIONS,
    ),
    cwe=(400, 1088),
    security=True,
)
def missing_timeout(call: Call, report: Report) -> None:
    """Another machine is asked without a limit of time.

    `requests` and the clients of the standard library wait for ever unless they are told; httpx and
    aiohttp have limits, which `None` takes away. In a function that answers requests it is a
    comment, elsewhere a line in the summary.

    Why:
        When the other side hangs, so does the caller. Every request that comes in then takes one
        more worker, until none is left.
    Bad:
        import requests

        def rates(request):
            return requests.get("https://rates.example.com/today").json()
    Bad:
        import httpx

        client = httpx.Client(timeout=None)
    Good:
        import requests

        def rates(request):
            return requests.get("https://rates.example.com/today", timeout=5).json()
    Good:
        import httpx

        client = httpx.Client()
    Suppress:
        Where waiting for ever is what is wanted, as for a stream of events.
    """
    if call.has_double_star or call.has_star:
        return
    if call.name == "functools.partial":
        _of_partial(call, report)
        return
    if not _is_endless(call):
        return
    answering = call.function is not None and is_handler(call.function)
    report(
        at=call,
        message=f"`{call.target.short}` may wait for ever.",
        why="When the other side hangs, this worker answers nobody any more."
        if answering
        else "When the other side hangs, so does this program.",
        fix="Pass `timeout=` in seconds, a little more than the answer should take.",
        severity=Severity.MEDIUM if answering else None,
        surface=Surface.INLINE if answering else Surface.SUMMARY,
        edits=_limited(call),
    )


def _of_partial(call: Call, report: Report) -> None:
    """``fetch = partial(requests.get, headers=…)``: no limit there, and none where it is called."""
    made = call.argument(0)
    name = "" if made is None else made.name or ""
    bound = call.assigned_to
    if not name.startswith("requests.") or name.rpartition(".")[2] not in _VERBS.split(","):
        return
    if "timeout" in call.keywords or not bound or _has_default(call):
        return
    uses = [one for one in calls_of(call.module) if one.target.text == bound]
    if not uses or any(
        "timeout" in one.keywords or one.has_star or one.has_double_star for one in uses
    ):
        return
    report(
        at=uses[0],
        message=f"`{bound[:60]}` calls `{name}`, which may wait for ever.",
        why="When the other side hangs, so does this program.",
        fix="Pass `timeout=` in seconds, here or where the function is bound.",
        surface=Surface.SUMMARY,
    )


def _limited(call: Call) -> list[Edit]:
    """The call with the limit that most services choose; none where a client sets its own."""
    name = call.name or ""
    by_keyword = name.startswith(("requests.", "urllib.", "smtplib.", "ftplib.", "http.client."))
    return with_keyword(call, "timeout", "30") if by_keyword else []


def _is_endless(call: Call) -> bool:
    name = call.name or ""
    if name == "aiohttp.ClientTimeout":
        total = call.argument(0, "total")
        limits = (call.argument(None, one) for one in ("sock_read", "sock_connect", "connect"))
        return total is not None and total.constant is None and not any(limits)
    position = _POSITIONS.get(name)
    timeout = call.argument(position, "timeout")
    if timeout is None:
        if name.startswith("httpx."):
            return False
        return not _has_default(call)
    return timeout.constant is None


def _has_default(call: Call) -> bool:
    """Whether the file sets a limit for all sockets, or for the session's adapters."""
    data = call.module.source.data
    if b"setdefaulttimeout" in data:
        return True
    name = call.name or ""
    return name.startswith(("requests.Session()", "requests.session()")) and b".mount(" in data
