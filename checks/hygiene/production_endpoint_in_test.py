"""The check ``production-endpoint-in-test``: a test that is set up against production."""

from __future__ import annotations

from checks.events import Call, Node, Value, as_call
from checks.hygiene.shared.assertions import looks_like_checking
from checks.hygiene.shared.blocks import mentions
from checks.hygiene.shared.mocked import traffic_is_mocked
from checks.hygiene.shared.texts import is_reserved, words
from checks.languages.python.context import Located
from checks.model import Aspect, Confidence, Severity
from checks.pattern import Pattern
from checks.registry import TEST_ROLES, check, nodes
from checks.report import Report

_PRODUCTION = frozenset({"live", "prd", "prod", "production"})
_HOST = Pattern(
    r"(?:[a-zA-Z][a-zA-Z0-9+.-]{1,20}://)?(?:[^\s/@'\"<>]{1,200}@)?"
    r"([a-zA-Z0-9](?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?)+)"
    r"(?::[0-9]{1,5})?(?:[/?#][^\s]*)?"
)
_MAX_LENGTH = 500
_SETTINGS = frozenset(
    {"addr", "address", "api", "base", "broker", "bucket", "database", "db", "domain", "dsn",
     "endpoint", "host", "hostname", "queue", "server", "topic", "uri", "url"}
)  # fmt: skip
"""Words that end a name which a program reads to know where to go."""

_CLIENTS = (
    "requests.", "httpx.", "urllib.request.", "aiohttp.", "http.client.",
    "socket.create_connection",
    "psycopg.", "psycopg2.", "asyncpg.", "pymysql.", "MySQLdb.", "mysql.", "sqlalchemy.", "redis.",
    "pymongo.", "motor.", "kombu.", "pika.", "boto3.", "grpc.", "elasticsearch.", "opensearchpy.",
    "cassandra.", "kafka.", "confluent_kafka.", "paramiko.", "smtplib.", "ftplib.", "ldap3.",
    "celery.", "websockets.", "urllib3.", "pyodbc.", "oracledb.", "snowflake.", "sentry_sdk.",
)  # fmt: skip
_SETTERS = frozenset({"setenv", "setdefault", "set_override", "override_settings", "flags",
                      "configure", "setitem", "putenv"})  # fmt: skip
_DATA = ("assert_statement", "comparison_operator", "decorator", "lambda", "list",
         "return_statement", "set", "tuple")  # fmt: skip
_OPENING = frozenset({"connect", "create_engine", "goto", "urlopen", "create_pool"})


@check(
    id="production-endpoint-in-test",
    title="Test is set up against production",
    aspect=Aspect.TEST_DATA,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=nodes("string"),
    cwe=(1188,),
)
def production_endpoint_in_test(event: Node, report: Report) -> None:
    """A test connects to a host whose name says that it serves production, or is told to.

    Why:
        One run of the suite writes test data where customers are, deletes what is not its own,
        or sends real messages; and the suite fails when production is slow.
    Bad:
        # file: tests/settings.py
        DATABASE_URL = "postgres://app@db.prod.acme-corp.com/app"
    Bad:
        # file: tests/test_orders.py
        import requests

        def test_orders():
            response = requests.get("https://api-production.acme.io/orders")
            assert response.ok
    Good:
        # file: tests/settings.py
        DATABASE_URL = "postgres://app@localhost/app_test"
    Good:
        # file: tests/test_urls.py
        def test_url(build):
            assert build("orders") == "https://api.prod.acme.io/orders"
    Suppress:
        Where a smoke test is meant to run against production and only reads.
    """
    start, end = event.node.byte_range
    if end - start > _MAX_LENGTH:
        return
    data = event.module.source.data[start:end]
    if not _may_say_so(data):
        return
    text = event.value().constant
    host = _host(text) if isinstance(text, str) else ""
    if not host or not says_production(host) or is_reserved(host):
        return
    confidence = _use(event)
    if confidence is None or traffic_is_mocked(event, report.index):
        return
    report(
        at=event,
        message=f"The test is set up against `{host}`, which is named as production.",
        why="A run of the suite can change or delete what customers rely on.",
        fix="Use a host of the test environment, or a server that the test starts itself.",
        confidence=confidence,
    )


def _may_say_so(data: bytes) -> bool:
    lower = data.lower()
    return b"." in data and (b"prod" in lower or b"live" in lower or b"prd" in lower)


def _host(text: str) -> str:
    """The host of a URL, of a DSN, or of a text that is a host and nothing else."""
    found = _HOST.fullmatch(text.strip())
    if found is None:
        return ""
    host: str = found.group(1).lower()
    top = host.rpartition(".")[2]
    alone = "://" not in text and "@" not in text
    if not top.isalpha() or len(top) < 2 or (alone and (host.count(".") < 2 or "/" in text)):
        return ""  # a version, a file name, a dotted name of a module
    return host


def says_production(host: str) -> bool:
    """Whether a label of the host has such a word: not ``product``, not the domain ``live.com``."""
    labels = host.split(".")[:-1]
    for index, label in enumerate(labels):
        parts = label.replace("_", "-").split("-")
        registered = index == len(labels) - 1
        if registered and len(parts) == 1:
            continue
        if any(part.rstrip("0123456789") in _PRODUCTION for part in parts):
            return True
    # An internal domain has no registry: db.prod.internal was seen, db.prod is not.
    return False


def _use(event: Node) -> Confidence | None:
    """How sure it is that the text tells where to connect; ``None`` when it is mere data."""
    previous = event
    for above in event.ancestors():
        if above.kind in _DATA:
            return None
        if above.kind in ("assignment", "keyword_argument", "pair") and previous is event:
            kind = _named(event, above)
            if kind is not None or above.kind != "keyword_argument":
                return kind
        call = as_call(above)
        if call is not None:
            return _called(call)
        if above.kind == "block":
            return None
        previous = Node(above.module, above.place)
    return None


def _named(event: Node, above: Located) -> Confidence | None:
    target = above.child("left") or above.child("name") or above.child("key")
    if target is None:
        return None
    if target.type == "subscript":
        index = target.child_by_field_name("subscript")
        owner = target.child_by_field_name("value")
        if index is None or owner is None:
            return None
        key = above.value(index).constant
        name = key if isinstance(key, str) else ""
        if above.value(owner).name == "os.environ":
            return Confidence.HIGH
    elif target.type == "string":
        key = above.value(target).constant
        name = key if isinstance(key, str) else ""
    else:
        name = above.module.text_of(target).rpartition(".")[2]
    parts = words(name)
    if not parts or parts[-1] not in _SETTINGS:
        return None
    if above.kind == "assignment":
        return _assigned(event, above, name)
    if above.kind == "keyword_argument":
        call = next((one for one in map(as_call, above.ancestors()) if one is not None), None)
        return None if call is None or not _is_client(call) else Confidence.HIGH
    return Confidence.MEDIUM if name.isupper() else None


def _assigned(event: Node, above: Located, name: str) -> Confidence | None:
    used = [
        node
        for node in mentions(event.module, event.module.tree.root_node, name)
        if node.start_byte > event.node.end_byte
    ]
    if above.function is None and not used:
        return Confidence.HIGH if name.isupper() else Confidence.MEDIUM
    calls = [
        call
        for one in event.module.nodes("call")
        if (call := as_call(one)) is not None
        and any(one.node.start_byte < node.start_byte < one.node.end_byte for node in used)
    ]
    if any(_is_client(call) and not looks_like_checking(call) for call in calls):
        return Confidence.HIGH
    return None


def _called(call: Call) -> Confidence | None:
    if looks_like_checking(call):
        return None
    if _is_client(call):
        return Confidence.HIGH
    if call.method in _SETTERS and (call.receiver is not None or call.keywords):
        first = call.argument(0)
        name = first.constant if isinstance(first, Value) else None
        if isinstance(name, str) and words(name) and words(name)[-1] in _SETTINGS:
            return Confidence.HIGH
    return None


def _is_client(call: Call) -> bool:
    """Whether the call goes to the host: one of a client library, or named for connecting."""
    name = call.name or ""
    if name.startswith(_CLIENTS):
        # Values of libraries are no traffic: requests.Request(), sqlalchemy.engine.make_url().
        return not name.rpartition(".")[2].endswith(("Request", "make_url", "URL", "parse_url"))
    return call.method in _OPENING
