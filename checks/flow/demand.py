"""What is worth following: files, and functions in them, into which something untrusted can come.

Most functions of most programs neither name a request nor are called by a framework, nor call a
function that does. They are left alone unless a check asks what reaches a certain call of theirs:
then the whole file is run. Names are all that is looked at here, so this finds too much rather
than too little.
"""

from __future__ import annotations

from collections.abc import Iterable

import re2

from checks.languages.python.definitions import Function
from checks.languages.python.module import Module

_WORDS = re2.compile(
    rb"\b(?:request|req|recv|recvfrom|receive_text|receive_json|websocket|FieldStorage|"
    rb"get_argument|get_arguments|get_query_argument|get_body_argument|path_args|rfile|"
    rb"event, context|on_message|bottle|cherrypy|cgi|start_response|"
    rb"receive_messages?|pubsub|shared_task|WebSocketResponse|scope, receive, send|graphene)\b"
    rb"|@[\w.]+\.?(?:route|get|post|put|patch|delete|websocket|api_route|on|event|field|mutation|"
    rb"task|actor|job)"
    rb"\(|@[\w.]*\.task\b|@(?:route|get|post|put|patch|delete|cherrypy)\b"
    rb"|\bclass \w+\([\w., ]*"
    rb"(?:View|ViewSet|Resource|Handler|Endpoint|Form|Consumer|Servicer|Task)\b"
)
_MESSAGES = re2.compile(
    rb"(?m)^\s*(?:import|from)\s+(?:confluent_kafka|aiokafka|kafka|aio_pika|websockets)\b"
)
"""Libraries whose consumers are made in one function and read in another."""
_FED = re2.compile(rb"\b(?:pika|kombu|environ, start_response)\b")
"""What says that a function may be fed that is known by its parameters."""
_ARGUMENTS = re2.compile(
    rb"\b(?:argv|parse_args|parse_known_args|environ|environb|getenv|stdin|input|raw_input|getpass|"
    rb"fileinput)\b|@[\w.]*\.?(?:command|group|task)\b"
)
"""How a program is told something by whoever runs it."""
_IDENTIFIERS = re2.compile(rb"[A-Za-z_]\w*")
_ROUNDS = 4
_MAX_FUNCTIONS = 3_000


def has_sources(module: Module) -> bool:
    """Whether something untrusted may come into a file by itself."""
    data = module.source.data
    return any(one.search(data) is not None for one in (_WORDS, _MESSAGES, _FED))


def has_arguments(module: Module) -> bool:
    """Whether a file reads what the person who runs it says."""
    return _ARGUMENTS.search(module.source.data) is not None


def entries(module: Module, names: Iterable[str] = ()) -> set[int] | None:
    """Where the functions start that are worth running; ``None`` for all of them.

    Args:
        module: the file.
        names: names that it imports from files with sources.
    """
    functions = module.functions
    if len(functions) > _MAX_FUNCTIONS:
        return None
    data = module.source.data
    if _MESSAGES.search(data) is not None:
        return None
    known = {name.encode() for name in names}
    words = {id(one): _words(one, data) for one in functions}
    wanted = {id(one) for one in functions if _has_words(one, data)}
    known.update(one.name.encode() for one in functions if id(one) in wanted)
    for _ in range(_ROUNDS):
        more = [
            one
            for one in functions
            if id(one) not in wanted and not known.isdisjoint(words[id(one)])
        ]
        if not more:
            break
        wanted.update(id(one) for one in more)
        known.update(one.name.encode() for one in more)
    return {one.node.start_byte for one in functions if id(one) in wanted}


def _words(function: Function, data: bytes) -> set[bytes]:
    start, end = function.node.byte_range
    return set(_IDENTIFIERS.findall(data[start:end]))


def _has_words(function: Function, data: bytes) -> bool:
    start, end = function.node.byte_range
    place = function.place[2]
    if place is not None and place[0].type == "decorated_definition":
        start = place[0].start_byte
    if _WORDS.search(data[start:end]) is not None:
        return True
    cls = function.context.cls
    if cls is None or function.context.scope.kind != "class":
        return False
    body = cls.body
    return (
        body is not None and _WORDS.search(data[cls.node.start_byte : body.start_byte]) is not None
    )
