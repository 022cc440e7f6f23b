"""Clients of libraries that hold a connection, a file or a task until they are closed.

A client that is handed to other code may be closed there and is left alone; one that a helper
returns belongs to the helper's callers.

Sources: the documentation of each library, which says that the object is to be closed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import tree_sitter

from checks.events import Call, Function, Module, as_call, calls_of
from checks.hygiene.shared.blocks import holders
from checks.hygiene.shared.leaks import Leak
from checks.hygiene.shared.lending import is_lent
from checks.hygiene.shared.patchers import methods_with
from checks.hygiene.shared.tests import (
    has_unknown_base,
    is_fixture,
    is_setup,
    is_test,
    is_test_class,
    own_calls,
)
from checks.languages.python.context import Located
from checks.languages.python.index import Index

_CONNECTION = "database connection"
_POOL = "connection pool"

CLIENTS = {
    # https://docs.aiohttp.org/en/stable/client_reference.html
    "aiohttp.ClientSession": "client session",
    # https://docs.python.org/3/library: http.client, ftplib, smtplib, imaplib, poplib, telnetlib
    "http.client.HTTPConnection": "connection",
    "http.client.HTTPSConnection": "connection",
    "ftplib.FTP": "connection",
    "ftplib.FTP_TLS": "connection",
    "imaplib.IMAP4": "connection",
    "imaplib.IMAP4_SSL": "connection",
    "poplib.POP3": "connection",
    "smtplib.SMTP": "connection",
    "smtplib.SMTP_SSL": "connection",
    "telnetlib.Telnet": "connection",
    # https://docs.python.org/3/library: selectors, select, mmap, shelve, dbm, multiprocessing
    "selectors.DefaultSelector": "selector",
    "selectors.SelectSelector": "selector",
    "select.epoll": "selector",
    "select.kqueue": "selector",
    "mmap.mmap": "memory map",
    "socket.socketpair": "socket",
    "shelve.open": "shelf",
    "dbm.open": "database",
    "dbm.dumb.open": "database",
    "multiprocessing.Manager": "manager",
    "multiprocessing.shared_memory.SharedMemory": "shared memory",
    "asyncio.Runner": "runner",
    "asyncio.open_connection": "stream",
    "asyncio.open_unix_connection": "stream",
    "asyncio.start_server": "server",
    "asyncio.start_unix_server": "server",
    # https://peps.python.org/pep-0249 and its asynchronous relatives
    "aiomysql.connect": _CONNECTION,
    "aiomysql.create_pool": _POOL,
    "aiopg.connect": _CONNECTION,
    "aiopg.create_pool": _POOL,
    "aiopg.sa.create_engine": "engine",
    "aiosqlite.connect": _CONNECTION,
    "asyncpg.connect": _CONNECTION,
    "asyncpg.create_pool": _POOL,
    "mysql.connector.connect": _CONNECTION,
    "MySQLdb.connect": _CONNECTION,
    "oracledb.connect": _CONNECTION,
    "psycopg.AsyncConnection.connect": _CONNECTION,
    "psycopg.connect": _CONNECTION,
    "psycopg2.connect": _CONNECTION,
    "psycopg2.pool.SimpleConnectionPool": _POOL,
    "psycopg_pool.AsyncConnectionPool": _POOL,
    "psycopg_pool.ConnectionPool": _POOL,
    "pymssql.connect": _CONNECTION,
    "pymysql.connect": _CONNECTION,
    "pyodbc.connect": _CONNECTION,
    "aioredis.create_redis": "client",
    "aioredis.create_redis_pool": _POOL,
    # https://pymongo.readthedocs.io, https://elasticsearch-py.readthedocs.io
    "pymongo.AsyncMongoClient": "client",
    "pymongo.MongoClient": "client",
    "elasticsearch.AsyncElasticsearch": "client",
    "opensearchpy.AsyncOpenSearch": "client",
    # https://aiokafka.readthedocs.io, https://kafka-python.readthedocs.io, https://pika.readthedocs.io
    "aio_pika.connect": "connection",
    "aio_pika.connect_robust": "connection",
    "aiokafka.AIOKafkaConsumer": "consumer",
    "aiokafka.AIOKafkaProducer": "producer",
    "kafka.KafkaConsumer": "consumer",
    "kafka.KafkaProducer": "producer",
    "pika.BlockingConnection": "connection",
    "pika.adapters.blocking_connection.BlockingConnection": "connection",
    # https://zeromq.org and https://pyzmq.readthedocs.io, https://docs.paramiko.org
    "zmq.Context": "context",
    "zmq.asyncio.Context": "context",
    "paramiko.SSHClient": "client",
    "paramiko.Transport": "transport",
    # https://grpc.github.io/grpc/python, https://docker-py.readthedocs.io
    "grpc.aio.insecure_channel": "channel",
    "grpc.insecure_channel": "channel",
    "grpc.secure_channel": "channel",
    "docker.APIClient": "client",
    "docker.DockerClient": "client",
    "docker.from_env": "client",
    # https://www.selenium.dev/documentation, https://websockets.readthedocs.io
    "selenium.webdriver.Chrome": "browser",
    "selenium.webdriver.Edge": "browser",
    "selenium.webdriver.Firefox": "browser",
    "selenium.webdriver.Remote": "browser",
    "websockets.sync.client.connect": "connection",
    # https://docs.h5py.org, https://www.pytables.org, https://pandas.pydata.org
    "h5py.File": "file",
    "netCDF4.Dataset": "file",
    "pandas.HDFStore": "file",
    "tables.open_file": "file",
    # https://docs.python.org/3/library/logging.handlers.html
    "logging.FileHandler": "log handler",
    "logging.handlers.RotatingFileHandler": "log handler",
    "logging.handlers.TimedRotatingFileHandler": "log handler",
}
"""What makes a client, and what people call it."""

_IDLE = {
    "aiokafka.AIOKafkaConsumer": frozenset({"start"}),
    "aiokafka.AIOKafkaProducer": frozenset({"start"}),
    "http.client.HTTPConnection": frozenset({"connect", "request", "getresponse"}),
    "http.client.HTTPSConnection": frozenset({"connect", "request", "getresponse"}),
    "paramiko.SSHClient": frozenset({"connect"}),
    "selectors.DefaultSelector": frozenset({"register", "select"}),
}
"""Those that hold nothing before one of these methods is called."""

_PAIRS = {
    "asyncio.open_connection": 1,
    "asyncio.open_unix_connection": 1,
    "socket.socketpair": 0,
}
"""Makers of two things, with the first of them that has to be closed."""

_CLOSING = frozenset(
    {"__exit__", "__aexit__", "_close", "aclose", "cleanup", "close", "close_all", "destroy",
     "detach", "disconnect", "dispose", "kill", "logout", "quit", "release", "shutdown", "stop",
     "sync_close", "term", "terminate", "unlink"}
)  # fmt: skip
_FIX = "Enter it with a `with`, or close it in a `finally` or a registered cleanup."
_KINDS = (
    "attribute", "with_item", "argument_list", "keyword_argument", "assignment",
    "return_statement", "yield", "list", "tuple", "set", "dictionary", "pair",
    "expression_list", "conditional_expression", "lambda", "for_statement",
)  # fmt: skip
_MAX_CALLERS = 40


def client_of(call: Call, index: Index) -> Leak | None:
    """The client that a call makes and that nothing closes, as far as that is certain."""
    function = call.function
    noun = CLIENTS.get(call.name or "") or _socket_of_zmq(call)
    if noun is None or function is None or call.is_with_item:
        return None
    if function.context.function is not None and not is_test(function.context.function):
        return None
    held = _target(call)
    if not held or call.name in _PAIRS:
        return _half_of_pair(call, function, index)
    begun = _IDLE.get(call.name or "")
    if begun is not None and not any(_begins(one, held, begun) for one in own_calls(function)):
        return None
    if held.startswith(("self.", "cls.")):
        left = _is_left_by_class(call, held, index)
    elif held in call.context.scope.elsewhere:
        return None
    else:
        left = _is_left(call, function, held, index)
    return Leak(noun, held, _FIX) if left else None


def _half_of_pair(call: Call, function: Function, index: Index) -> Leak | None:
    """What of ``reader, writer = await asyncio.open_connection(…)`` has to be closed and is not."""
    wanted = _PAIRS.get(call.name or "")
    above = call.parent
    if above is not None and above.kind == "await":
        above = above.parent
    target = above.child("left") if above is not None and above.kind == "assignment" else None
    parts = [] if target is None else target.named_children
    if wanted is None or len(parts) != 2 or not (is_test(function) or is_setup(function)):
        return None
    for part in parts[wanted:]:
        held = call.module.text_of(part)
        if not held.isidentifier() or held in call.context.scope.elsewhere:
            return None
        if held == "_" or not _ended(call.module, function, held, call.node.end_byte, index):
            return Leak(CLIENTS[call.name or ""], held, _FIX)
    return None


def _begins(call: Call, held: str, begun: frozenset[str]) -> bool:
    """Whether a call makes the client take what it holds, where that is not to fail."""
    if call.method not in begun or call.receiver is None or call.receiver.text != held:
        return False
    return not any("aises" in value.text.partition("(")[0] for value in call.entered())


def _socket_of_zmq(call: Call) -> str | None:
    """``context.socket(zmq.REQ)``: sockets keep their context from ending."""
    kind = call.argument(0, "socket_type")
    name = "" if kind is None else kind.name or ""
    named = call.method == "socket" and name.startswith("zmq.") and name[4:].isupper()
    return "socket" if named else None


def _target(call: Call) -> str:
    """The name that holds what the call gives, also after ``await`` and ``yield from``."""
    above = call.parent
    while above is not None and above.kind in ("await", "yield", "parenthesized_expression"):
        above = above.parent
    if above is None or above.kind not in ("assignment", "named_expression"):
        return ""
    target = above.child("left") or above.child("name")
    held = "" if target is None else call.module.text_of(target)
    return held if held.removeprefix("self.").removeprefix("cls.").isidentifier() else ""


def _is_left_by_class(call: Call, held: str, index: Index) -> bool:
    cls = call.cls
    if cls is None or has_unknown_base(cls, index) or not is_test_class(cls, index):
        return False
    users = list(methods_with(cls, held, index))
    return all(not _ended(one.module, one, held, 0, index) for one in users)


def _is_left(call: Call, function: Function, held: str, index: Index) -> bool:
    ends, returned = False, False
    for one, child in _uses(call.module, function, held, call.node.end_byte):
        if one.kind == "return_statement":
            returned = True
        else:
            ends = ends or _ends(one, child, index)
    if ends:
        return False
    if not returned:
        return is_test(function) or is_setup(function) or is_test_class(call.cls, index)
    if is_fixture(function):
        return not function.is_generator and _fixture_is_left(function, index)
    return _is_left_by_callers(function, index)


def _fixture_is_left(fixture: Function, index: Index) -> bool:
    """Whether no test of the file closes what a fixture returns; the runner closes nothing."""
    users = [
        one
        for one in fixture.module.functions
        if any(parameter.name == fixture.name for parameter in one.parameters)
    ]
    return bool(users) and not any(_ended(one.module, one, fixture.name, 0, index) for one in users)


def _is_left_by_callers(helper: Function, index: Index) -> bool:
    """Whether most of those that call a helper of the file leave open what it returns."""
    own = f"self.{helper.name}" if helper.is_method else helper.name
    if helper.context.function is not None:
        return False
    found = (one for one in calls_of(helper.module) if one.target.text == own)
    made = list(itertools.islice(found, _MAX_CALLERS))
    return bool(made) and 2 * sum(_leaves(one, index) for one in made) > len(made)


def _leaves(call: Call, index: Index) -> bool:
    held, function = _target(call), call.function
    if not held or "." in held or function is None or not is_test(_outermost(function)):
        return False
    return not _ended(call.module, function, held, call.node.end_byte, index)


def _outermost(function: Function) -> Function:
    while function.context.function is not None:
        function = function.context.function
    return function


def _ended(module: Module, function: Function, held: str, start: int, index: Index) -> bool:
    return any(_ends(one, child, index) for one, child in _uses(module, function, held, start))


def _uses(
    module: Module, function: Function, held: str, start: int
) -> Iterator[tuple[Located, tree_sitter.Node]]:
    for one, child in holders(module, function.node, held, *_KINDS, after=start):
        if one.kind == "assignment" and one.child("right") != child:
            continue
        yield one, child


def _ends(one: Located, child: tree_sitter.Node, index: Index) -> bool:
    """Whether a use closes the client, or gives it to code that may."""
    if one.kind == "attribute":
        return one.text.rpartition(".")[2] in _CLOSING
    if one.kind in ("argument_list", "keyword_argument"):
        outer = next((made for up in one.ancestors() if (made := as_call(up)) is not None), None)
        if outer is None or outer.name in ("isinstance", "print", "repr", "str", "id"):
            return outer is None
        return one.kind != "argument_list" or not is_lent(outer, child, _CLOSING, index)
    return one.kind != "for_statement"
