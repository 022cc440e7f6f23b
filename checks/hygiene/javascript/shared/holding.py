"""What JavaScript tests hold until they give it back: servers, connections, workers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from checks.hygiene.javascript.shared.places import promise_of, test_around
from checks.hygiene.javascript.shared.releases import RELEASES, is_released
from checks.hygiene.javascript.shared.undoing import Undo, undone
from checks.languages.javascript.blocks import Block
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.file import JavaScriptFile

MAKERS = {
    "@prisma/client.PrismaClient": "$disconnect",
    "amqplib.connect": "close",
    "bullmq.Queue": "close",
    "bullmq.Worker": "close",
    "chokidar.watch": "close",
    "ioredis": "quit",
    "ioredis.Redis": "quit",
    "knex": "destroy",
    "knex.knex": "destroy",
    "mongodb.MongoClient.connect": "close",
    "mongoose.createConnection": "close",
    "mysql.createConnection": "end",
    "mysql.createPool": "end",
    "mysql2.createConnection": "end",
    "mysql2.createPool": "end",
    "mysql2/promise.createConnection": "end",
    "mysql2/promise.createPool": "end",
    "sequelize.Sequelize": "close",
    "typeorm.createConnection": "close",
}
"""What holds a connection or a watch, and by which method it is given back.

Sources: https://knexjs.org/guide/#knex-destroy, https://mongoosejs.com/docs/connections.html,
https://github.com/redis/ioredis, https://github.com/mysqljs/mysql, https://docs.bullmq.io,
https://www.prisma.io/docs/orm/reference/prisma-client-reference, https://typeorm.io,
https://amqp-node.github.io/amqplib, https://sequelize.org/docs/v6/getting-started,
https://github.com/paulmillr/chokidar
"""
_SERVERS = frozenset(
    {"createServer", "createTestServer", "createHttpServer", "startServer", "startTestServer",
     "start_server", "createSecureServer"}
)  # fmt: skip
"""How functions are called that give a server that listens, or is about to."""
_CLOSING = RELEASES - {"abort", "destroy", "end", "exit", "kill", "unref"}
"""Methods that are called on what is to be closed, and not to see what an end does."""
_MOST = 200
_FEW = 2


def held(file: JavaScriptFile) -> Iterator[tuple[JsCall, str]]:
    """The calls of tests and hooks whose connection nothing in the file gives back."""
    for name, method in MAKERS.items():
        module = name if "/" in name else name.partition(".")[0]
        if f"mock('{module}".encode() in file.source.data:
            continue
        for call in file.calls_named(name.rpartition(".")[2]):
            if call.name != name or file.block_at(call.node) is None:
                continue
            if f"{method}(".encode() not in file.source.data and _is_kept(file, call):
                yield call, method


def _is_kept(file: JavaScriptFile, call: JsCall) -> bool:
    """Whether nothing but objects that are made of it gets what a call opens."""
    names = _names(file, call)
    if len(names) != 1 or (is_released(file, call, None) and not _are_objects(file, names[0])):
        return False
    return not any(
        other.method in RELEASES
        and other.receiver is not None
        and file.text_of(other.receiver) == names[0]
        for other in file.calls()
    )


def _are_objects(file: JavaScriptFile, name: str) -> bool:
    """Whether all that are handed a name are objects that are made: ``new Store(db)``."""
    given = [
        call
        for call in file.calls()
        if any(file.text_of(argument) == name for argument in call.arguments)
    ]
    return bool(given) and all(call.is_new for call in given)


def given_back_on_success(file: JavaScriptFile) -> Iterator[JsCall]:
    """Servers and connections that a test closes at its end only, behind what may fail."""
    words = (*sorted(_SERVERS), *sorted({one.rpartition(".")[2] for one in MAKERS}))
    for word in words:
        for call in itertools.islice(file.calls_named(word), _MOST):
            if word not in _SERVERS and call.name not in MAKERS:
                continue
            block = test_around(file, call.node)
            names = () if block is None else _names(file, call)
            if block is None or not names or call.names.function.node != block.callback:
                continue
            closing = list(_closing(file, names))
            if closing and undone(file, call, block, closing) is Undo.ON_SUCCESS:
                yield call


def _names(file: JavaScriptFile, call: JsCall) -> tuple[str, ...]:
    """The names that what a call gives is known by: of itself, or of its parts."""
    for above in itertools.islice(call.ancestors(), 4):
        if above.kind == "variable_declarator":
            name = above.child("name")
            if name is None:
                return ()
            if name.type == "identifier":
                return (file.text_of(name),)
            return tuple(
                file.text_of(one).partition(":")[2].strip() or file.text_of(one)
                for one in name.named_children
            )
        if above.kind not in ("await_expression", "call_expression", "member_expression"):
            return ()
    return ()


def _closing(file: JavaScriptFile, names: tuple[str, ...]) -> Iterator[JsCall]:
    for word in sorted(RELEASES):
        for call in file.calls_named(word):
            receiver = call.receiver
            if (file.text_of(receiver) if receiver is not None else word) in names:
                yield call


def unlike_others(file: JavaScriptFile) -> Iterator[tuple[JsCall, str]]:
    """What a test awaits and keeps open, while most tests of the file close the like of it."""
    made: dict[str, list[tuple[JsCall, Block, str]]] = {}
    for one in itertools.islice(file.nodes("variable_declarator"), _MOST * 10):
        name, value = one.child("name"), one.child("value")
        if name is None or value is None or name.type != "identifier":
            continue
        block = test_around(file, one.node)
        if block is None or value.type != "await_expression":
            continue
        node = promise_of(value)
        call = next((each for each in file.calls_in(node) if each.node == node), None)
        if call is not None and call.method and one.names.function.node == block.callback:
            made.setdefault(call.short, []).append((call, block, file.text_of(name)))
    for some in made.values():
        how = [_closed(file, block, name) for _, block, name in some]
        closed = [one for one in how if one]
        kept = [
            one
            for one, word in zip(some, how, strict=True)
            if not word and not _is_handed_on(file, one[1], one[2])
        ]
        if closed and len(closed) >= _FEW * len(kept):
            for call, _, _ in kept:
                yield call, closed[0]


def _closed(file: JavaScriptFile, block: Block, name: str) -> str:
    """By which method a test closes something."""
    return _fates(file, block)[0].get(name, "")


def _is_handed_on(file: JavaScriptFile, block: Block, name: str) -> bool:
    """Whether something else is given it, which may close it."""
    return name in _fates(file, block)[1]


def _fates(file: JavaScriptFile, block: Block) -> tuple[dict[str, str], set[str]]:
    """What a test closes, each with the method, and what it hands on."""

    def look() -> tuple[dict[str, str], set[str]]:
        closed: dict[str, str] = {}
        handed: set[str] = set()
        for call in block.calls():
            receiver = call.receiver
            if receiver is not None and call.method in _CLOSING:
                closed[file.text_of(receiver)] = call.method
            handed |= {file.text_of(one) for one in call.arguments if one.type == "identifier"}
        return closed, handed

    return file.remember((_fates, block.call.node.id), look)
