"""The checks on certificates that nobody verifies: in production, and in tests."""

from __future__ import annotations

from collections.abc import Iterator

from checks.events import Call, Node, Value
from checks.languages.python import grammar
from checks.model import Aspect, Confidence, Edit, Severity, Surface
from checks.registry import PRODUCTION_ROLES, TEST_ROLES, calls, check, nodes
from checks.report import Report
from checks.secrets.hosts import host_of, is_reserved_host
from checks.secrets.naming import words_of
from checks.security import tls_options
from checks.security.edits.arguments import without
from checks.security.elsewhere import seen_as
from checks.security.origins import constant_text

_VERBS = "get,post,put,delete,head,patch,options,request,stream"
_OPEN_WORDS = frozenset({"insecure", "unverified", "unverifying", "noverify", "untrusted"})
_CLIENTS = (
    "requests.", "httpx.", "urllib3.", "aiohttp.", "websockets.", "botocore.", "boto3.", "ssl.",
    "smtplib.", "elasticsearch.", "hvac.", "urllib.", "curl_cffi.", "ldap3.",
)  # fmt: skip
_ON = (
    calls(
        f"*.{{{_VERBS}}}",
        f"requests.{{{_VERBS}}}",
        f"requests.api.{{{_VERBS}}}",
        "requests.sessions.session",
        f"httpx.{{{_VERBS},Client,AsyncClient,HTTPTransport,AsyncHTTPTransport,create_ssl_context}}",
        "aiohttp.{TCPConnector,request,ClientSession}",
        "aiohttp.{connector.TCPConnector,client.ClientSession}",
        "*.ws_connect",
        "urllib3.{PoolManager,HTTPSConnectionPool,ProxyManager}",
        "urllib3.{connectionpool.HTTPSConnectionPool,poolmanager.PoolManager}",
        "urllib3.connection_from_url",
        "ssl._create_unverified_context",
        "ssl.wrap_socket",
        "boto3.{client,resource}",
        "elasticsearch.Elasticsearch",
        "hvac.Client",
        "websockets.connect",
        *tls_options.CLIENTS,
        *tls_options.STARTING,
    ),
    nodes("assignment"),
)
_OPTION_WORDS = frozenset(
    {"verify", "verified", "verification", "insecure", "ssl", "tls", "cert", "certs", "ca",
     "certificate", "unsafe", "check", "validate", "trust", "selfsigned", "unverified"}
)  # fmt: skip
_KEYWORDS = ("verify", "ssl", "verify_ssl", "verify_certs", "cert_reqs")
_OWN_CLIENTS = ("requests.Session()", "requests.sessions.Session()", "requests.session()",
                "httpx.Client()", "httpx.AsyncClient()")  # fmt: skip


@check(
    id="tls-verification-off",
    title="TLS certificates are not verified",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=_ON,
    cwe=(295,),
    security=True,
)
def tls_verification_off(event: Call | Node, report: Report) -> None:
    """A connection is made without verifying the certificate of the other side.

    Why:
        Without the verification anyone on the way can answer in the server's place, read the
        passwords and tokens that are sent, and change what comes back.
    Bad:
        import requests

        def tell(text, token):
            headers = {"Authorization": token}
            requests.post("https://hooks.example.org/", json=text, headers=headers, verify=False)
    Bad:
        import aiohttp

        async def page(url):
            async with aiohttp.ClientSession() as session:
                async with session.get(url, ssl=False) as answer:
                    return await answer.text()
    Bad:
        import ssl

        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    Good:
        import requests

        def tell(text):
            requests.post("https://hooks.example.org/", json=text, verify="/etc/ssl/own-ca.pem")
    Good:
        import requests

        def probe(port):
            return requests.get(f"https://127.0.0.1:{port}/", verify=False, timeout=1)
    Suppress:
        Where the user of the program asks for it by an option that says what it does.
    """
    found = list(_switched_off(event))
    if not found and isinstance(event, Call):
        found = [(event, what, []) for what in _from_elsewhere(event, report)]
    for at, what, edits in found:
        optional = _is_optional(event) or _says_so(event)
        report(
            at=at,
            severity=Severity.MEDIUM if optional else Severity.HIGH,
            confidence=Confidence.LOW if optional else Confidence.HIGH,
            surface=Surface.SUMMARY if optional else Surface.INLINE,
            message=f"{what} switches the verification of TLS certificates off.",
            why="Anyone on the way can answer in the server's place and read what is sent.",
            fix="Leave the verification on; for a private authority pass its certificate file.",
            edits=edits,
        )


@check(
    id="tls-verify-disabled-in-test",
    title="TLS verification switched off in a test",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=_ON,
    cwe=(295,),
    security=True,
)
def tls_verify_disabled_in_test(event: Call | Node, report: Report) -> None:
    """A test talks to a real host without verifying its certificate.

    Servers of the test itself, on the loopback interface or under a reserved name, are clean, and
    so are addresses that the test is handed.

    Why:
        What the test proves does not hold for production, and what it sends can be read on the
        way.
    Bad:
        # file: tests/smoke_test.py
        import requests

        def test_staging_is_up():
            assert requests.get("https://staging.acme.io/health", verify=False).ok
    Good:
        # file: tests/test_server.py
        import requests

        def test_own_server(port):
            assert requests.get(f"https://localhost:{port}/", verify=False).ok
    Good:
        # file: tests/test_client.py
        import requests

        def test_server(server):
            assert requests.get(server.url, verify=False).ok
    Suppress:
        Where the host has no certificate yet and nothing secret is sent.
    """
    if not isinstance(event, Call):
        return
    url = event.argument(0, "url")
    host = None if url is None else _host(url)
    if event.method == "request":
        second = event.argument(1, "url")
        host = None if second is None else _host(second)
    if host is None or is_reserved_host(host):
        return
    for at, what, edits in _switched_off(event):
        report(
            at=at,
            message=f"{what} switches the verification of the certificate of `{host[:60]}` off.",
            why="What is sent to a real host can be read and changed on the way.",
            fix="Verify the certificate; for a private authority pass its certificate file.",
            edits=edits,
        )


def _switched_off(event: Call | Node) -> Iterator[tuple[Call | Node | Value, str, list[Edit]]]:
    if isinstance(event, Call):
        yield from _by_call(event)
    elif (found := _by_assignment(event)) is not None:
        yield event, found, []


def _by_call(call: Call) -> Iterator[tuple[Call | Value, str, list[Edit]]]:
    name = call.name or ""
    if name == "ssl._create_unverified_context":
        if not _verifies_again(call):
            yield call, f"`{name}()`", []
        return
    if (other := tls_options.option(call)) is not None:
        yield call, f"`{other[0]}={other[1].short}`", []
        return
    if name.startswith(("subprocess.", "asyncio.")):
        if (word := tls_options.flag(call)) is not None:
            yield call, f"`{word}`", []
        return
    if _is_local(call):
        return
    if name == "ssl.wrap_socket" and _wraps_blindly(call):
        yield call, "`ssl.wrap_socket` without `cert_reqs`", []
        return
    for keyword in _KEYWORDS:
        value = call.keywords.get(keyword)
        if value is None or not _is_off(keyword, value) or not _means_tls(call, name, keyword):
            continue
        yield call, f"`{keyword}={value.short}`", _drop(call, keyword, value)
        return


def _from_elsewhere(call: Call, report: Report) -> Iterator[str]:
    """``verify`` of a client that is false by what another function or a field says."""
    name = call.name or ""
    if not name.startswith(("requests.", "httpx.")) or b"False" not in call.module.source.data:
        return
    if "verify" not in call.keywords and not call.has_double_star:
        return
    if not _is_local(call) and any(one is False for one in seen_as(call, report, None, "verify")):
        yield "`verify`, which is false here,"


def _wraps_blindly(call: Call) -> bool:
    """Whether the function of old, which verifies only when it is told to, is not told to."""
    server = call.argument(3, "server_side")
    given = call.argument(4, "cert_reqs")
    known = not call.has_star and not call.has_double_star
    return known and given is None and (server is None or server.constant is False)


def _is_off(keyword: str, value: Value | None) -> bool:
    if value is None:
        return False
    if keyword == "cert_reqs":
        return value.name in ("ssl.CERT_NONE", "ssl.VerifyMode.CERT_NONE") or (
            value.constant == "CERT_NONE"
        )
    return value.constant is False


def _means_tls(call: Call, name: str, keyword: str) -> bool:
    """Whether the keyword of this call is that of an HTTP or TLS library."""
    if name.startswith(_CLIENTS):
        if keyword == "ssl":
            return name.startswith(("aiohttp.", "websockets."))
        return True
    if call.receiver is None or name.partition(".")[0] in call.module.imported_modules:
        return False
    # A method of an object that is not known: a session that was handed in.
    imported = {one.partition(".")[0] for one in call.module.imported_modules}
    if keyword == "verify":
        library = bool(imported & {"requests", "httpx", "curl_cffi"})
        return _sends(call) or (library and _names_address(call))
    if keyword in ("ssl", "verify_ssl"):
        return "aiohttp" in imported or (keyword == "verify_ssl" and _sends(call))
    return False


def _sends(call: Call) -> bool:
    """Whether the call looks like a request: its receiver is a session or client."""
    receiver = "" if call.receiver is None else call.receiver.text.lower()
    return receiver.rpartition(".")[2].strip("_").endswith(("session", "client", "http"))


def _names_address(call: Call) -> bool:
    """Whether the call is given an address: by its name, or by how it begins."""
    url = call.argument(1 if call.method in ("request", "stream") else 0, "url")
    if url is None:
        return False
    text = constant_text(url)
    words = set(words_of(url.text))
    return "://" in text or text.startswith("/") or bool(words & {"url", "uri", "endpoint", "link"})


def _is_local(call: Call) -> bool:
    """Whether the address is on the machine itself, or of an in-process transport."""
    url = call.argument(1 if call.method in ("request", "stream") else 0, "url")
    host = None if url is None else _host(url)
    return host is not None and is_reserved_host(host, documentation=False)


def _host(url: Value) -> str | None:
    """The host of an address, as far as it is constant."""
    if isinstance(url.constant, str):
        return host_of(url.constant)
    origin = url.origin
    if origin.node.type == "string":
        text = ""
        for piece in origin.node.named_children:
            if piece.type == "string_content":
                text += origin.module.text_of(piece)
            elif piece.type == "interpolation":
                text += "\0"
        host = host_of(text)
        return None if host is None or "\0" in host else host
    return None


def _drop(call: Call, keyword: str, value: Value) -> list[Edit]:
    """Take the keyword away, where it is plain that nothing else depends on it."""
    return without(call, keyword) if value.node.type in ("false", "attribute") else []


def _verifies_again(call: Call) -> bool:
    """Whether the context that is made here gets its verification back below."""
    target = call.assigned_to
    if not target:
        return False
    function = call.function
    node = call.module.tree.root_node if function is None else function.node
    for one in call.module.within(node, "assignment"):
        left, right = one.child("left"), one.child("right")
        if left is None or right is None:
            continue
        if call.module.text_of(left) == f"{target}.verify_mode":
            return (one.value(right).name or "").endswith("CERT_REQUIRED")
    return False


_SWITCHES = frozenset({"verify", "verify_mode", "_create_default_https_context"})
"""Attributes that switch the verification off when they are set."""


def _by_assignment(event: Node) -> str | None:
    """``session.verify = False``, ``context.verify_mode = ssl.CERT_NONE``."""
    left, right = event.child("left"), event.child("right")
    if left is None or right is None or left.type != "attribute":
        return None
    attribute = left.child_by_field_id(grammar.ATTRIBUTE)
    owner = left.child_by_field_id(grammar.OBJECT)
    if attribute is None or owner is None:
        return None
    name, value = event.module.text_of(attribute), event.value(right)
    if name not in _SWITCHES or _is_set_again(event, event.module.text_of(left)):
        return None
    if name == "verify" and value.constant is False:
        receiver = event.value(owner)
        known = receiver.name or ""
        named = receiver.text.rpartition(".")[2].strip("_").lower()
        if known in _OWN_CLIENTS or (
            named.endswith("session") and "requests" in event.module.imported_modules
        ):
            return f"`{receiver.short}.verify = False`"
    if name == "verify_mode" and value.name in ("ssl.CERT_NONE", "ssl.VerifyMode.CERT_NONE"):
        if _is_of_server(event.value(owner)):
            return None
        return f"`{event.module.text_of(left)[:60]} = ssl.CERT_NONE`"
    if name == "_create_default_https_context" and value.name == "ssl._create_unverified_context":
        return "`ssl._create_default_https_context`"
    return None


def _is_set_again(event: Node, target: str) -> bool:
    """Whether the same is set below, in the same block, to what verifies."""
    statement = event.node.parent
    one = None if statement is None else statement.next_named_sibling
    while one is not None:
        inner = one.named_children[0] if one.type == "expression_statement" else None
        left = None if inner is None else inner.child_by_field_id(grammar.LEFT)
        right = None if inner is None else inner.child_by_field_id(grammar.RIGHT)
        if left is not None and right is not None and event.module.text_of(left) == target:
            value = event.value(right)
            return value.constant is not False and not (value.name or "").endswith("CERT_NONE")
        one = one.next_named_sibling
    return False


def _is_of_server(context: Value) -> bool:
    """Whether a TLS context is a server's: it asks its clients for no certificate by default."""
    made = context.origin
    if made.callee_name not in ("ssl.SSLContext", "ssl.create_default_context"):
        return False
    return any(word in made.text for word in ("PROTOCOL_TLS_SERVER", "CLIENT_AUTH"))


def _says_so(event: Call | Node) -> bool:
    """Whether the function is named after it: who calls it has read what it does."""
    function = event.function
    return function is not None and not _OPEN_WORDS.isdisjoint(words_of(function.name))


def _is_optional(event: Call | Node) -> bool:
    """Whether a condition that the caller or a setting decides leads here.

    ``if not verified: context.verify_mode = ssl.CERT_NONE`` is an option that says what it does.
    """
    for context in event.context.chain():
        if context.kind not in ("if_statement", "elif_clause", "else_clause"):
            continue
        condition = context.node.child_by_field_name("condition")
        text = "" if condition is None else event.module.text_of(condition)
        if context.kind == "else_clause":
            outer = context.parent
            above = None if outer is None else outer.node.child_by_field_name("condition")
            text = "" if above is None else event.module.text_of(above)
        if not _OPTION_WORDS.isdisjoint(words_of(text)):
            return True
    return False
