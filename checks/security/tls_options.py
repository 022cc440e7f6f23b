"""Options with which other clients than those of HTTP stop verifying certificates.

Databases, caches, directories, and programs that are started for the purpose. Reads, judges
nothing: what the check on certificates that nobody verifies asks of calls.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.events import Call, Value
from checks.languages.python import evaluate

_NONE = ("ssl.CERT_NONE", "ssl.VerifyMode.CERT_NONE")
_REDIS = ("redis.Redis", "redis.StrictRedis", "redis.from_url", "redis.Redis.from_url",
          "redis.asyncio.Redis", "redis.asyncio.from_url", "redis.SSLConnection")  # fmt: skip
_OPTIONS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(_REDIS, ("ssl_cert_reqs", "none")),
    **dict.fromkeys(("ldap3.Tls", "ldap3.core.tls.Tls"), ("validate", "none")),
    **dict.fromkeys(
        (
            "pymongo.MongoClient",
            "pymongo.mongo_client.MongoClient",
            "motor.motor_asyncio.AsyncIOMotorClient",
        ),
        ("tlsAllowInvalidCertificates", "true"),
    ),
    **dict.fromkeys(
        ("kafka.KafkaProducer", "kafka.KafkaConsumer"), ("ssl_check_hostname", "false")
    ),
}
CLIENTS = tuple(_OPTIONS)
"""The calls that have such an option."""
STARTING = ("subprocess.{run,call,check_call,check_output,Popen}",
            "asyncio.create_subprocess_exec")  # fmt: skip
"""The calls that start a program."""
_MAX_WORDS = 60
_FLAGS: dict[str, frozenset[str]] = {
    "curl": frozenset({"-k", "--insecure"}),
    "wget": frozenset({"--no-check-certificate"}),
}
_GIT = ("http.sslverify=false", "http.sslverify=0")


def option(call: Call) -> tuple[str, Value] | None:
    """The keyword by which a call switches the verification off, and its value."""
    known = _OPTIONS.get(call.name or "")
    if known is None:
        return None
    keyword, off = known
    value = call.keywords.get(keyword)
    if value is None:
        return None
    constant = value.constant
    if off == "none":
        found = value.name in _NONE or constant in (None, "none", "CERT_NONE")
    else:
        found = constant is (off == "true")
    return (keyword, value) if found else None


def flag(call: Call) -> str | None:
    """The word on a command line that switches the verification off."""
    words = list(words_of_command(call))
    program = words[0].rpartition("/")[2] if words else ""
    for one in words[1:]:
        if one in _FLAGS.get(program, ()):
            return one
        if program == "git" and one.lower() in _GIT:
            return one
    return None


def words_of_command(call: Call) -> Iterator[str]:
    """The constant words of the command that a call starts; what is not known is left out.

    Those of a list, of lists that are opened in it, and of a text that a shell takes apart.
    """
    first = call.argument(0, "args")
    if first is None:
        return
    if len(call.arguments) > 1 and call.method.endswith("_exec"):
        for one in call.arguments[:_MAX_WORDS]:
            if isinstance(one.constant, str):
                yield one.constant
        return
    if isinstance(first.constant, str):
        yield from first.constant.split()[:_MAX_WORDS]
        return
    yield from _words(first, 0)


def _words(value: Value, depth: int) -> Iterator[str]:
    origin = value.origin
    node = origin.node
    if depth > 3:
        return
    if node.type == "binary_operator":
        for one in evaluate.operands_of(node) or ():
            yield from _words(Value(origin.module, one, origin.context), depth + 1)
        return
    if node.type not in ("list", "tuple"):
        return
    for one in evaluate.children(node)[:_MAX_WORDS]:
        part = Value(origin.module, one, origin.context)
        if one.type == "list_splat" and one.named_children:
            inner = Value(origin.module, one.named_children[0], origin.context)
            yield from _words(inner, depth + 1)
        elif isinstance(part.constant, str):
            yield part.constant
