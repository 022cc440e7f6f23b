"""What is worth following: files, and functions in them, into which something untrusted can come.

Most functions of most programs neither are given a request nor name a source, nor call a function
that does. They are left alone unless a check asks what reaches a certain call of theirs: then the
whole file is run. Names are all that is looked at here, so this finds too much rather than too
little.

Two questions are told apart. Does a function *bring* something by itself, whoever calls it: it
reads a socket, or the request that a framework keeps in a global name. And is it *given* something
by a framework, because of its decorator, its class or its parameters: that matters when it is run
from the outside, not when the change itself calls it with something harmless.
"""

from __future__ import annotations

import bisect
import functools
from collections.abc import Iterable
from typing import Any

import re2

from checks.flow.feeding import ROUTES
from checks.flow.naming import Nesting, places_of
from checks.languages.python.definitions import Function
from checks.languages.python.module import Module
from checks.light import dataclass
from checks.models.facts import tables

_DECORATED = (
    r"@[\w.]+\.?(?:route|get|post|put|patch|delete|websocket|api_route|on|event|field|mutation|"
    r"subscription|task|actor|job)\(|@[\w.]*\.(?:task|field|mutation|subscription|actor)\b|@(?:route|get|post|put|patch|delete|cherrypy)\b"
)
_CLASS = (
    r"\bclass \w+\([\w., ]*"
    r"(?:View|ViewSet|Resource|Handler|Endpoint|Form|Consumer|Servicer|Task)\b"
)
_TYPED = r"[^,()\n]{0,60},\s*"
"""The annotation of a parameter, and the comma after it."""
_SIGNATURE = (
    rf"\b(?:event\b{_TYPED}_?(?:context|ctx)|environ\b{_TYPED}start_response"
    rf"|scope\b{_TYPED}receive\b{_TYPED}send)\b"
)
_OWN = frozenset(
    {
        "recv", "recvfrom", "receive_text", "receive_json", "websocket", "FieldStorage",
        "get_argument", "get_arguments", "get_query_argument", "get_body_argument", "path_args",
        "rfile", "bottle", "cherrypy", "cgi", "receive_message", "receive_messages", "pubsub",
        "WebSocketResponse",
    }
)  # fmt: skip
"""Names with which a function brings something by itself; the facts know more."""
_NAMED = frozenset({"on_message", "shared_task", "start_response"})
"""Names of functions, decorators and parameters of which a framework makes use."""
_WORDS = re2.compile(
    rf"\b(?:request|req|graphene|{'|'.join(sorted(_OWN | _NAMED))})\b"
    rf"|{_SIGNATURE}|{_DECORATED}|{_CLASS}".encode()
)
"""A file without any of these is not run, unless it imports from one that has some."""
_MESSAGES = re2.compile(
    rb"(?m)^\s*(?:import|from)\s+(?:confluent_kafka|aiokafka|kafka|aio_pika|websockets)\b"
)
"""Libraries whose consumers are made in one function and read in another."""
_FED = re2.compile(rb"\b(?:pika|kombu|start_response)\b")
"""What says that a function may be fed that is known by its parameters."""
_ARGUMENTS = re2.compile(
    rb"\b(?:argv|parse_args|parse_known_args|environ|environb|getenv|stdin|input|raw_input|getpass|"
    rb"fileinput)\b|@[\w.]*\.?(?:command|group|task)\b"
)
"""How a program is told something by whoever runs it."""
_GIVEN = re2.compile(
    rf"\b(?:{'|'.join(sorted(_NAMED))})\b|\bself\.req(?:uest)?\b"
    rf"|{_SIGNATURE}|{_DECORATED}|{_CLASS}".encode()
)
_GIVEN_PARAMETERS = re2.compile(rb"\b(?:body|websocket|ws)\b")
_SERVED = "Servicer"
_REQUEST = re2.compile(rb"\breq(?:uest)?\b")
_MODULES = ("flask", "flask.globals", "quart", "quart.globals", "bottle", "cherrypy", "web")
"""Modules with a name ``request`` that is the request of whoever asks."""
_REQUESTS = frozenset({"request", "req"})
_NO_REQUESTS = frozenset({"urllib.request", "six.moves.urllib.request"})
_EMPTY: frozenset[str] = frozenset()
_IDENTIFIERS = re2.compile(rb"[A-Za-z_]\w*")
_ROUNDS = 4
_MANY = 100
"""Names from which on taking texts apart into words is faster than looking for each."""
_MAX_FUNCTIONS = 3_000


@dataclass(frozen=True, slots=True)
class Demand:
    """What of a file is worth running."""

    functions: frozenset[int] | None = frozenset()
    """Where the functions start that are worth it; ``None`` for all of them."""
    code: bool = False
    """Whether anything is: one of these, a function that a framework may call, module code."""


EVERYTHING = Demand(None, code=True)


def has_sources(module: Module) -> bool:
    """Whether something untrusted may come into a file, or may seem to, by itself."""
    data = module.source.data
    return any(one.search(data) is not None for one in (_WORDS, _MESSAGES, _FED))


def has_arguments(module: Module) -> bool:
    """Whether a file reads what the person who runs it says."""
    return _ARGUMENTS.search(module.source.data) is not None


def brings(module: Module) -> frozenset[str] | None:
    """The functions and classes of a file that bring something to whoever uses them.

    ``None`` when any may. What they use of other files is not looked at.
    """
    functions = module.functions
    data = module.source.data
    if len(functions) > _MAX_FUNCTIONS or _MESSAGES.search(data) is not None:
        return None
    own = _Found(data, (_own(), *_proxies(module)))
    known: set[bytes] = set()
    wanted: set[int] = set()
    for number, one in enumerate(functions):
        _, body, end = _extent(one)
        if own.within(body, end):
            known.add(_known_as(one).encode())
            wanted.add(number)
    if not wanted:
        return _EMPTY if not _code_brings(module, own, known) else None
    _spread(functions, data, known, wanted)
    names = {name.decode() for name in known}
    names.update(
        one.context.cls.name
        for number, one in enumerate(functions)
        if number in wanted and one.context.cls is not None
    )
    return frozenset(names)


def brought(module: Module, name: str, alias: str) -> list[str]:
    """The names that bring something, of those that an import of a name from a file binds.

    Args:
        module: the file that is imported from.
        name: what is imported: ``""`` for the module itself, ``"*"`` for all.
        alias: what it is called where it is imported.
    """
    bringing = module.remember(brings, lambda: brings(module))
    if name == "*":
        return [one.name for one in module.functions] if bringing is None else sorted(bringing)
    if bringing is None:
        return [alias]
    if not bringing:
        return []
    defined = module.remember(_defined, lambda: _defined(module))
    return [alias] if name in bringing or name not in defined else []


def _defined(module: Module) -> frozenset[str]:
    """The functions and classes that stand at the top of a file."""
    return frozenset(
        one.name for one in (*module.functions, *module.classes) if one.context.kind == "module"
    )


def demand(module: Module, names: Iterable[str] = ()) -> Demand:
    """What of a file is worth running from the outside.

    Args:
        module: the file.
        names: names that it imports from files that bring something.
    """
    functions = module.functions
    data = module.source.data
    if len(functions) > _MAX_FUNCTIONS or _MESSAGES.search(data) is not None:
        return EVERYTHING
    own = _Found(data, (_own(), *_proxies(module)))
    given = _Found(data, (_GIVEN,))
    requests = _Found(data, (_REQUEST,))
    known = {name.encode() for name in names}
    wanted: set[int] = set()
    for number, one in enumerate(functions):
        start, body, end = _extent(one)
        if own.within(body, end):
            known.add(_known_as(one).encode())
            wanted.add(number)
        elif (
            own.within(start, body)
            or given.within(start, end)
            or (requests.within(start, body) and _takes_request(one))
            or _is_handler(one, given)
        ):
            wanted.add(number)
    _spread(functions, data, known, wanted)
    starts = _with_those_around(functions, wanted)
    code = (
        bool(starts)
        or any(_may_be_given(one, data) for one in functions)
        or _code_brings(module, own, known)
    )
    return Demand(frozenset(starts), code)


def may_bring(module: Module, names: Iterable[str] = ()) -> frozenset[int] | None:
    """Where the functions start that may bring something, or hand on a request; ``None``: all.

    Args:
        module: the file.
        names: names that it imports from files with sources.
    """
    functions = module.functions
    data = module.source.data
    if len(functions) > _MAX_FUNCTIONS or _MESSAGES.search(data) is not None:
        return None
    words = _Found(data, (_WORDS,))
    known = {name.encode() for name in names}
    wanted: set[int] = set()
    for number, one in enumerate(functions):
        start, _, end = _extent(one)
        if words.within(start, end) or _is_handler(one, words):
            known.add(one.name.encode())
            wanted.add(number)
    _spread(functions, data, known, wanted)
    return frozenset(functions[number].node.start_byte for number in wanted)


class _Found:
    """The places of some patterns in a text."""

    __slots__ = ("_places",)

    def __init__(self, data: bytes, patterns: Iterable[Any]) -> None:
        self._places = sorted(match.start() for one in patterns for match in one.finditer(data))

    def within(self, start: int, end: int) -> bool:
        """Whether one is between two bytes."""
        first = bisect.bisect_left(self._places, start)
        return first < len(self._places) and self._places[first] < end


def _extent(function: Function) -> tuple[int, int, int]:
    """Where a function starts with its decorators, where its body does, and where it ends."""
    node = function.node
    start, end = node.byte_range
    above = function.place[2]
    if above is not None and above[0].type == "decorated_definition":
        start = above[0].start_byte
    body = function.body
    return start, end if body is None else body.start_byte, end


def _is_handler(function: Function, found: _Found) -> bool:
    """Whether it is a method of a class whose head looks like a framework's."""
    cls = function.context.cls
    if cls is None or function.context.scope.kind != "class":
        return False
    body = cls.body
    return body is not None and found.within(cls.node.start_byte, body.start_byte)


def _takes_request(function: Function) -> bool:
    """Whether its first parameter, or that after ``self``, is called like a request."""
    return any(one.name in _REQUESTS for one in function.parameters[:2])


def _known_as(function: Function) -> str:
    """What a caller names when it calls a function; for ``__init__`` that is the class."""
    cls = function.context.cls
    if cls is not None and function.name.startswith("__") and function.name.endswith("__"):
        return cls.name
    return function.name


def _spread(functions: list[Function], data: bytes, known: set[bytes], wanted: set[int]) -> None:
    """Add those that name one that is known, and those that name them."""
    if not known:
        return
    nesting = Nesting(functions)
    fresh = known
    for _ in range(_ROUNDS):
        more: set[int] = set()
        if len(fresh) > _MANY:
            for number, one in enumerate(functions):
                text = data[slice(*one.node.byte_range)]
                if number not in wanted and not fresh.isdisjoint(_IDENTIFIERS.findall(text)):
                    more.add(number)
        else:
            for name in fresh:
                for place in places_of(name, data):
                    more.update(nesting.around(place))
        more -= wanted
        if not more:
            break
        wanted |= more
        fresh = {_known_as(functions[number]).encode() for number in more} - known
        known |= fresh


def _with_those_around(functions: list[Function], wanted: set[int]) -> set[int]:
    """Where these functions start, and those that define them: only their runs define them."""
    starts: set[int] = set()
    for number in wanted:
        one: Function | None = functions[number]
        while one is not None and one.node.start_byte not in starts:
            starts.add(one.node.start_byte)
            one = one.context.function
    return starts


def _may_be_given(function: Function, data: bytes) -> bool:
    """Whether a framework may call a function, by its name and its decorators."""
    place = function.place[2]
    if place is not None and place[0].type == "decorated_definition":
        decorators = data[place[0].start_byte : function.node.start_byte]
        if not _routes(function.module).isdisjoint(_IDENTIFIERS.findall(decorators)):
            return True
    start, body, _ = _extent(function)
    if _GIVEN_PARAMETERS.search(data[start:body]) is not None:
        return True
    cls = function.context.cls
    if cls is None or function.context.scope.kind != "class":
        return function.name.endswith("handler")
    if not cls.bases:
        return False
    return _methods().search(function.name) is not None or any(
        one.text.endswith(_SERVED) for one in cls.bases
    )


def _code_brings(module: Module, own: _Found, known: set[bytes]) -> bool:
    """Whether the code outside of functions may bring something."""
    data = module.source.data
    spans = [_extent(one) for one in module.functions if one.context.function is None]
    spans += [(one.span.start, one.span.start, one.span.end) for one in module.imports]
    at = 0
    for start, _, end in sorted(spans):
        if start > at and _names(data, at, start, own, known):
            return True
        at = max(at, end)
    return _names(data, at, len(data), own, known)


def _names(data: bytes, start: int, end: int, own: _Found, known: set[bytes]) -> bool:
    return own.within(start, end) or (
        bool(known) and not known.isdisjoint(_IDENTIFIERS.findall(data[start:end]))
    )


def _proxies(module: Module) -> list[Any]:
    """Patterns for the names that hold the request of whoever asks, in one file."""
    names: set[str] = set()
    for one in module.imports:
        if one.name == "*":
            names.add("request")
        elif one.qualified.rpartition(".")[2] in _REQUESTS and one.qualified not in _NO_REQUESTS:
            names.add(one.alias)
        elif one.qualified in _MODULES and one.alias:
            names.add(f"{one.alias.rpartition('.')[2]}.request")
    return [_as_words(frozenset(names))] if names else []


@functools.lru_cache(maxsize=256)
def _as_words(names: frozenset[str]) -> Any:
    written = "|".join(re2.escape(name) for name in sorted(names))
    return re2.compile(rf"\b(?:{written})\b".encode())


@functools.cache
def _own() -> Any:
    """Names of what brings something by itself, and of the classes of requests."""
    facts = tables()
    names = set(_OWN)
    for path, target in facts.aliases.items():
        if target.startswith("@") and path.endswith("()") and not path.startswith("@"):
            names.add(_last(path))
    for path, source in facts.sources.items():
        if source.kind == "remote" and path.endswith("()") and path[0] != "@" and "[" not in path:
            names.add(_last(path))
    return re2.compile(rf"\b(?:{'|'.join(sorted(names))})\b".encode())


def _last(path: str) -> str:
    return path.removesuffix("()").rpartition(".")[2]


def _routes(module: Module) -> set[bytes]:
    """The names of decorators for which a framework calls a function, as a file has them."""
    names = _decorators()
    renamed = {
        one.alias.encode() for one in module.imports if one.name.encode() in names and one.alias
    }
    return names | renamed


@functools.cache
def _decorators() -> set[bytes]:
    found = {_last(path).encode() for path, fed in tables().decorators.items() if fed != "local"}
    return found | {name.encode() for name in (*ROUTES, "task", "shared_task")}


@functools.cache
def _methods() -> Any:
    """Names of methods that a framework calls."""
    names = set().union(*(one.methods for one in tables().handlers.values()))
    written = "|".join(re2.escape(one).replace(r"\*", ".*") for one in sorted(names) if one != "*")
    return re2.compile(rf"^(?:{written}|on_\w+)$")
