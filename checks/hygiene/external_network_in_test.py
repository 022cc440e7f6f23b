"""The check ``external-network-in-test``: a test that needs a stranger's server."""

from __future__ import annotations

from checks.events import Call
from checks.hygiene.shared.mocked import traffic_is_mocked
from checks.hygiene.shared.tests import is_setup, is_test, is_test_class
from checks.hygiene.shared.texts import is_reserved, url_hosts
from checks.model import Aspect, Confidence, Severity
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_VERBS = "{get,post,put,patch,delete,head,options,request}"
_REQUESTS = (
    f"requests.{_VERBS}",
    f"requests.Session().{_VERBS}",
    f"requests.session().{_VERBS}",
    f"httpx.{_VERBS}",
    f"httpx.Client().{_VERBS}",
    f"httpx.AsyncClient().{_VERBS}",
    f"aiohttp.ClientSession().{_VERBS}",
    "aiohttp.ClientSession().ws_connect",
    "urllib.request.{urlopen,urlretrieve}",
    f"urllib3.PoolManager().{_VERBS}",
)
_SOCKETS = ("socket.{create_connection,getaddrinfo,gethostbyname}", "smtplib.{SMTP,SMTP_SSL}",
            "ftplib.{FTP,FTP_TLS}")  # fmt: skip
_TRANSPORTS = frozenset({"transport", "app", "mounts", "connector"})
_FAILING = ("raises", "assertRaises", "suppress")


@check(
    id="external-network-in-test",
    title="Test talks to a host on the internet",
    aspect=Aspect.TIME,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=calls(*_REQUESTS, *_SOCKETS),
)
def external_network_in_test(call: Call, report: Report) -> None:
    """A test sends a request to a host that is not its own.

    Why:
        The test fails when the host is down, slow or has changed its answer, and on every machine
        without access to it; and it tells a stranger when and where the tests run.
    Bad:
        # file: tests/test_user.py
        import requests

        def test_user():
            response = requests.get("https://api.github.com/user")
            assert response.status_code == 401
    Good:
        # file: tests/test_user.py
        import requests

        def test_user(server):
            response = requests.get(f"http://localhost:{server.port}/user")
            assert response.status_code == 401
    Good:
        # file: tests/test_user.py
        import requests
        import responses

        @responses.activate
        def test_user():
            responses.add("GET", "https://api.github.com/user", status=401)
            assert requests.get("https://api.github.com/user").status_code == 401
    Suppress:
        Where the suite is meant to run against that host; better, mark it ``network``.
    """
    function = call.function
    if function is None or not (
        is_test(function) or is_setup(function) or is_test_class(call.cls, report.index)
    ):
        return
    host = _host(call)
    if not host or is_reserved(host) or traffic_is_mocked(call, report.index):
        return
    if _has_own_transport(call) or _may_fail(call):
        return
    report(
        at=call,
        message=f"The test needs `{host}` to be there and to answer as expected.",
        why="It fails when that host is down, slow or changed, and where there is no network.",
        fix="Answer from a server of the test on localhost, or from a recorded response.",
    )


def _host(call: Call) -> str:
    """The host that is named literally; ``""`` when it is not."""
    for value in (call.argument(0, "url"), call.argument(1)):
        known = None if value is None else value.constant
        if isinstance(known, tuple) and known and isinstance(known[0], str):
            return known[0].lower()
        if not isinstance(known, str):
            continue
        if found := url_hosts(known):
            return found[0]
        if not (call.name or "").startswith(("socket.", "smtplib.", "ftplib.")):
            continue
        if "." in known and known.rpartition(".")[2].isalpha():
            return known.lower()
    return ""


def _has_own_transport(call: Call) -> bool:
    """Whether the client was made over a transport or an application of the test."""
    receiver = call.receiver
    if receiver is None:
        return False
    maker = receiver.origin.text.partition("(")[2]
    made = [one.text.partition("(")[2] for one in receiver.assignments]
    return any(f"{word}=" in text for text in (maker, *made) for word in _TRANSPORTS)


def _may_fail(call: Call) -> bool:
    """Whether the test expects that nothing is reached."""
    return any(
        value.text.partition("(")[0].rpartition(".")[2].startswith(_FAILING)
        for value in call.entered()
    )
