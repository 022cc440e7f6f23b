"""Handles that a name alone does not tell: descriptors, accepted sockets, event loops, pipes.

What :mod:`checks.hygiene.shared.resources` knows is opened by one call and owned by whom it is
given to. These are not: a loop that is handed to a client still belongs to the test, one end of a
pipe may be dropped while the other is closed, and a child that has ended leaves its pipes open.
"""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.events import Call, Function, Module, as_call
from checks.hygiene.shared.blocks import holders, mentions
from checks.hygiene.shared.patchers import methods_with
from checks.hygiene.shared.resources import RELEASES
from checks.languages.python.context import Located
from checks.languages.python.index import Index
from checks.light import dataclass

LOOPS = frozenset(
    {"asyncio.new_event_loop", "asyncio.DefaultEventLoopPolicy().new_event_loop",
     "asyncio.get_event_loop_policy().new_event_loop",
     "asyncio.ProactorEventLoop", "asyncio.SelectorEventLoop", "tornado.ioloop.IOLoop",
     "uvloop.new_event_loop", "zmq.eventloop.ioloop.IOLoop"}
)  # fmt: skip
"""Makers of event loops, which hold a selector and a pair of sockets."""

_SINGLE = frozenset({"os.dup", "os.eventfd", "os.memfd_create", "os.open", "os.pidfd_open"})
_FIRST = "tempfile.mkstemp"
DESCRIPTORS = frozenset({*_SINGLE, _FIRST, "os.openpty", "os.pipe", "os.pipe2", "pty.openpty"})
"""Calls that give descriptors as numbers."""

SOCKETS = frozenset({"trio.socket.socket", "gevent.socket.socket", "eventlet.green.socket.socket",
                     "eventlet.listen", "eventlet.connect", "gevent.socket.create_connection",
                     "anyio.connect_tcp", "trio.open_tcp_stream"})  # fmt: skip
"""Sockets and streams of asynchronous libraries."""

_CONNECTION = "sqlite3.connect"
_PROBES = frozenset({"socket.socket", "socket.create_connection", "socket.create_server"})
PIPED = "subprocess.Popen"
_STREAMS = ("stdout", "stderr", "stdin")
_OF_PYTESTER = frozenset({"pytester", "testdir"})
_BORROWING = frozenset(
    {"os.dup2", "os.read", "os.write", "os.fstat", "os.isatty", "os.set_blocking",
     "os.set_inheritable", "os.get_inheritable", "os.get_blocking", "os.lseek", "os.fsync",
     "os.ttyname", "asyncio.set_event_loop", "print", "isinstance", "len", "repr", "str", "id",
     "select.select"}
)  # fmt: skip
"""Functions that use a handle and leave it open."""

_KEEPING = ("return_statement", "yield", "list", "tuple", "set", "dictionary", "pair",
            "expression_list", "conditional_expression", "lambda")  # fmt: skip
_ENDING = frozenset({"wait", "poll", "terminate", "kill", "send_signal"})


@dataclass(frozen=True, slots=True)
class Leak:
    """A handle that nothing closes."""

    noun: str
    name: str
    """The name that holds it, ``""`` when none does."""
    remedy: str


def leak_of(call: Call, index: Index) -> Leak | None:
    """What a call opens that nothing closes, as far as that is certain."""
    name = call.name or ""
    if call.function is None:
        return None
    if call.is_with_item:
        return _connection(call, call.function) if name == _CONNECTION else None
    if name in LOOPS:
        return _loop(call, index)
    if name == _FIRST:
        return _of_temporary(call)
    if name in DESCRIPTORS:
        return _descriptor(call, index)
    if name in SOCKETS:
        held = _target(call)
        if held and not _is_pretended(call.module) and _is_left(call, held, index):
            return Leak("socket", held, "Enter it with a `with`, or close it in a `finally`.")
        return None
    if call.method == "accept":
        return _accepted(call, index)
    return _pipes(call) if name == PIPED or _is_of_pytester(call) else None


def _connection(call: Call, function: Function) -> Leak | None:
    """A connection whose ``with`` ends the transaction, and closes nothing.

    Source: https://docs.python.org/3/library/sqlite3.html#sqlite3-connection-context-manager
    """
    place = call.argument(0, "database")
    above = call.parent
    target = above.child("alias") if above is not None and above.kind == "as_pattern" else None
    name = "" if target is None else call.module.text_of(target)
    if (place is not None and place.constant == ":memory:") or f"{name}.close" in function.text:
        return None
    return Leak("connection", name, "Its `with` ends the transaction only: use `closing(…)`.")


def probe_of(call: Call) -> Leak | None:
    """A socket that a file opens while it is imported, and does not close."""
    held = call.assigned_to
    if call.context.function is not None or call.name not in _PROBES or not held.isidentifier():
        return None
    if call.cls is not None:
        return None
    root = call.module.tree.root_node
    kinds = ("attribute", "with_item", "argument_list", "keyword_argument", "assignment", *_KEEPING)
    for one, child in holders(call.module, root, held, *kinds, after=call.node.end_byte):
        if one.kind == "assignment" and one.child("right") != child:
            continue
        if _ends(one, borrows_all=False):
            return None
    return Leak("socket", held, "Open it in a `with`: what it shows is known afterwards.")


def _loop(call: Call, index: Index) -> Leak | None:
    remedy = "Call its `close()` in a `finally`, or in the tear-down."
    above = call.parent
    outer = None if above is None or above.parent is None else as_call(above.parent)
    if outer is not None and outer.method == "set_event_loop":
        function = call.function
        closed = function is None or "close()" in function.text or _closes_current(call)
        return None if closed else Leak("event loop", "", remedy)
    held = _target(call)
    if not held or not _is_left(call, held, index, borrows_all=True):
        return None
    return None if _closes_current(call) else Leak("event loop", held, remedy)


def _closes_current(call: Call) -> bool:
    """Whether the file closes whatever loop is current: ``get_event_loop().close()``."""
    module = call.module
    return module.remember(_closes_current, lambda: _has_closing(module))


def _has_closing(module: Module) -> bool:
    text = module.source.data
    return b"get_event_loop().close" in text or b"IOLoop.clear_current" in text


def _is_pretended(module: Module) -> bool:
    """Whether the file brings a network that is not one: then a socket holds nothing."""
    return module.remember(_is_pretended, lambda: _brings_fake(module))


def _brings_fake(module: Module) -> bool:
    return any("fake" in one.lower() for one in module.imported_modules) or any(
        "fake" in entry.name.lower() for entry in module.imports if entry.name
    )


def _descriptor(call: Call, index: Index) -> Leak | None:
    above = call.parent
    if above is None or above.kind not in ("assignment", "named_expression"):
        return None
    target = above.child("left") or above.child("name")
    if target is None:
        return None
    parts = [target] if target.type in ("identifier", "attribute") else target.named_children
    for part in parts:
        held = call.module.text_of(part)
        if part.type not in ("identifier", "attribute"):
            return None
        if part is target and call.name not in _SINGLE:
            return None  # a pair under one name: ``pipe = os.pipe()``
        if _is_left(call, held, index):
            return Leak("descriptor", held, f"Close it with `os.close({held})` in a `finally`.")
    return None


def _of_temporary(call: Call) -> Leak | None:
    """The descriptor that ``mkstemp`` gives besides the path, where nobody looks at it."""
    above, function = call.parent, call.function
    remedy = "Close it with `os.close(…)`, or use `NamedTemporaryFile` or pytest's `tmp_path`."
    if above is None or function is None:
        return None
    if above.kind == "subscript":
        index = above.child("subscript")
        path = index is not None and call.module.text_of(index) == "1"
        return Leak("descriptor", "", remedy) if path else None
    target = above.child("left") if above.kind == "assignment" else None
    parts = [] if target is None else target.named_children
    if target is None or target.type not in ("pattern_list", "tuple_pattern") or len(parts) < 2:
        return None
    held = call.module.text_of(parts[0])
    if parts[0].type != "identifier" or held in call.context.scope.elsewhere:
        return None
    if next(mentions_after(call.module, function, held, call.node.end_byte), None) is not None:
        return None
    return Leak("descriptor", held, remedy)


def mentions_after(
    module: Module, function: Function, name: str, after: int
) -> Iterator[tree_sitter.Node]:
    """The places of a function after one byte where a name stands."""
    return (one for one in mentions(module, function.node, name) if one.start_byte >= after)


def _accepted(call: Call, index: Index) -> Leak | None:
    """A connection that ``accept`` gave, where it is taken as that of a socket is."""
    if call.arguments or call.keywords:
        return None
    above = call.parent
    if above is None:
        return None
    remedy = "Close it when the conversation is over, or enter it with a `with`."
    if above.kind == "subscript":
        outer = above.parent
        target = outer.child("left") if outer is not None and outer.kind == "assignment" else None
    else:
        whole = above.child("left") if above.kind == "assignment" else None
        pair = whole is not None and whole.type in ("pattern_list", "tuple_pattern")
        target = whole.named_children[0] if whole is not None and pair else None
    if target is None or target.type != "identifier":
        return None
    held = call.module.text_of(target)
    if held == "_" or not _is_left(call, held, index):
        return None
    return Leak("accepted socket", held, remedy)


def _is_of_pytester(call: Call) -> bool:
    receiver = call.receiver
    return call.method == "popen" and receiver is not None and receiver.text in _OF_PYTESTER


def _pipes(call: Call) -> Leak | None:
    """A pipe of a child that is read, in a function that ends the child and not the pipe."""
    function, held = call.function, call.assigned_to
    if function is None or not held.isidentifier():
        return None
    piped = _STREAMS[:2] if _is_of_pytester(call) else tuple(
        one for one in _STREAMS
        if (value := call.keywords.get(one)) is not None and value.name == "subprocess.PIPE"
    )  # fmt: skip
    read = None
    ended = False
    for one in _uses(call.module, function, held, call.node.end_byte):
        if one.kind != "attribute":
            return None
        word = one.text.rpartition(".")[2]
        ended = ended or word in _ENDING
        if word in ("communicate", "__exit__"):
            return None
    for stream in piped:
        uses = list(_uses(call.module, function, f"{held}.{stream}", call.node.end_byte))
        words = {one.text.rpartition(".")[2] for one in uses if one.kind == "attribute"}
        if any(one.kind != "attribute" for one in uses) or not words:
            continue
        if words.isdisjoint(("close", "detach")):
            read = stream
    if read is None or not ended:
        return None
    return Leak("pipe", f"{held}.{read}", f"Use `with … as {held}:`, or `{held}.communicate()`.")


def _target(call: Call) -> str:
    held = call.assigned_to
    plain = held.removeprefix("self.").removeprefix("cls.")
    return held if plain.isidentifier() else ""


def _is_left(call: Call, held: str, index: Index, *, borrows_all: bool = False) -> bool:
    """Whether a name's handle is neither closed nor handed on."""
    function = call.function
    if function is None or held in call.context.scope.elsewhere:
        return False
    cls = call.cls
    if not held.startswith(("self.", "cls.")):
        return not _ended_in(call.module, function, held, call.node.end_byte, borrows_all)
    # A base class that is not known may close it.
    if cls is None or not (index.complete(cls) or _has_plain_base(call)):
        return False
    return call.module.remember(
        (_is_left, cls, held, borrows_all, index),
        lambda: (
            not any(
                _ended_in(one.module, one, held, 0, borrows_all)
                for one in methods_with(cls, held, index)
            )
        ),
    )


def _ended_in(module: Module, function: Function, held: str, start: int, borrows_all: bool) -> bool:
    return any(_ends(one, borrows_all) for one in _uses(module, function, held, start))


def _has_plain_base(call: Call) -> bool:
    return (
        call.cls is not None
        and all(name.startswith(("unittest.", "object")) for name in call.cls.base_names)
        and len(call.cls.base_names) == len(call.cls.bases)
    )


def _uses(module: Module, function: Function, held: str, start: int) -> Iterator[Located]:
    for one, child in holders(
        module, function.node, held, "attribute", "with_item", "argument_list", "keyword_argument",
        "assignment", "for_statement", *_KEEPING, after=start,
    ):  # fmt: skip
        if one.kind == "assignment" and one.child("right") != child:
            continue
        yield one


def _ends(one: Located, borrows_all: bool) -> bool:
    """Whether a use of a handle closes it or gives it to someone who may."""
    if one.kind == "attribute":
        return one.text.rpartition(".")[2] in (RELEASES | {"unwrap"}) - {"stop", "wait", "join"}
    if one.kind in ("argument_list", "keyword_argument"):
        outer = next((made for up in one.ancestors() if (made := as_call(up)) is not None), None)
        if outer is None:
            return True
        closes = any(word in outer.text.partition("(")[0].lower() for word in ("clos", "cleanup"))
        return closes or not (borrows_all or outer.name in _BORROWING)
    return one.kind != "for_statement"
