"""Where control comes into a file: functions that a framework or somebody unknown calls.

The parameters of a function are of unknown origin unless a framework feeds them from a request:
then they are untrusted, as far as their annotations or the converters of the route let them.
How a framework feeds is one word in its facts:

``route``     every parameter is a piece of the address (Flask, Bottle)
``request``   the first is the request, the others pieces of the address (Django, aiohttp)
``params``    parameters are what their annotations and defaults say (FastAPI)
``falcon``    request, response, pieces of the address
``event``     the first is what somebody sent (AWS Lambda, message handlers)
``message``   all are what somebody sent
``local``     all come from the person who runs the program (click)
``wsgi``      the environment of a WSGI call
``resolver``  all but the first are arguments of a GraphQL query
``tool``      like ``message``, for functions that a remote program calls
``task``      all come through a queue, put there by the program itself as a rule (Celery)
``queue``     the body of a message, by its name (pika, kombu)
``rpc``       the first is what a client sent (gRPC)
``socket``    the first is a connection that gives messages (websockets)
``asgi``      the scope of a connection, and the function that gives its body
``tag``       the context of a template, where the parameter is called so (Django)
"""

from __future__ import annotations

import re2

from checks import ir
from checks.flow import (
    amounts,
    answers,
    calls,
    constraints,
    construct,
    depending,
    form_classes,
    instances,
    library,
    lookup,
    patterns,
    supplied,
    typing_facts,
    urls,
    wrapping,
)
from checks.flow.feeding import REQUEST_NAMES, feeding
from checks.flow.heap import Object
from checks.flow.kinds import FULL
from checks.flow.machine import Machine
from checks.flow.queries import is_typed
from checks.flow.values import (
    CLEAN,
    NOTHING,
    VAGUE,
    Api,
    Link,
    LocalClass,
    LocalFunction,
    Source,
    Taint,
    Value,
    cleaned,
)

REQUEST = "@request"
_OPEN = frozenset({"request", "route", "falcon", "message", "resolver"})
"""How handlers are fed that may take anything by name."""
_PLACE = re2.compile(r"([<{])([^<>{}]{1,120})[>}]")
_FIRST = frozenset({"string", "int", "float", "path", "uuid", "any", "default", "str", "slug"})
"""Converters that Flask and Django write before the name: ``<int:page>``."""
_TYPED = frozenset({"int", "float", "uuid", "number", "any"})
_WORDS = {
    "route": "the URL path", "request": "the URL path", "params": "the request",
    "falcon": "the URL path", "event": "the event", "message": "a message",
    "local": "the command line", "tool": "a remote caller", "resolver": "the query",
    "task": "the task", "queue": "a message", "rpc": "the call", "socket": "a message",
    "asgi": "the request",
}  # fmt: skip


_SENT = ("path", "raw_path", "query_string", "headers", "subprotocols")
"""Parts of an ASGI scope that a client decides."""
_KINDS = {"local": "local", "task": "queued", "queue": "queued"}
_RPC_CONTEXT = Api("grpc.ServicerContext()")
_TAG_CONTEXT = Api("@context")


def _place(opening: str, written: str) -> tuple[str, str]:
    """The name and the converter of a place in a route: ``<int:page>``, ``<page:int>``."""
    first, _, rest = written.partition(":")
    first, rest = first.strip(), rest.strip()
    if not rest:
        return first, ""
    known = first.partition("(")[0]
    if opening == "{" or (known not in _FIRST and not rest.isidentifier()):
        return first, rest
    if known not in _FIRST and rest in _FIRST | _TYPED:
        return first, rest  # Bottle and Sanic write the name first
    return rest, known


def incoming(function: LocalFunction, words: str, kind: str, node: ir.Parameter) -> Value:
    """Untrusted content in a parameter."""
    module = function.frame.module
    said = f"`{node.name}` from {words}"
    source = Source(kind, said, module, node.start, node.end)
    link = Link(module, node.start, node.end, f"{said} comes in", None)
    return Value((Taint(source, 0, link, sure=True),), 0)


class Entry:
    """Runs a function as its framework, or somebody unknown, would."""

    def __init__(self, machine: Machine, function: LocalFunction) -> None:
        self.machine = machine
        self.function = function
        self.feeds, self.template = feeding(machine, function)
        self.supplied = supplied.parameters(machine, function, self.feeds)
        self.converters: dict[str, str] = {}
        for match in _PLACE.finditer(self.template[:500]):
            name, converter = _place(match.group(1), match.group(2))
            self.converters[name] = converter

    def run(self) -> None:
        """Run it."""
        machine, function = self.machine, self.function
        definition = function.definition
        keywords: dict[str, Value] = {}
        skip = 1 if function.cls is not None and function.kind != "static" else 0
        position = 0
        for index, parameter in enumerate(definition.parameters):
            if index < skip and not parameter.kind:
                keywords[parameter.name] = self._self()
                continue
            keywords[parameter.name] = self._parameter(parameter, position)
            position += parameter.name not in self.supplied
        if function.decorators:
            receiver = self._self() if function.cls is not None else VAGUE
            for name, bits in wrapping.tested(machine, function, self.feeds, receiver).items():
                if bits:
                    keywords[name] = cleaned(keywords[name], bits)
        if function.decorators or function.cls is not None or self.feeds in ("wsgi", "event"):
            answers.watch(machine, function, self.feeds)
        inner = calls.enter(machine, function, [], {}, VAGUE, definition, function.frame)
        for parameter in definition.parameters:
            inner.names[parameter.name] = keywords[parameter.name]
        try:
            completes = calls.run(machine, inner, function)
            calls.outcome(machine, inner, function, completes=completes)
        finally:
            machine.on_return = None
        if inner.returns is not None:
            inner.names = dict(inner.returns[0])

    def _self(self) -> Value:
        cls = self.function.cls
        if cls is None:
            return VAGUE
        if self.function.kind == "class":
            return Value(references=(cls,))
        known = self.machine.instances.get(cls)
        if known is None:
            known = self.machine.instances[cls] = instances.an_instance(self.machine, cls)
        return known

    def _parameter(self, node: ir.Parameter, position: int) -> Value:
        if node.kind:
            if self.feeds in _OPEN and node.kind == "**":
                words = _WORDS.get(self.feeds, _WORDS["request"])
                value = incoming(self.function, words, "remote", node)
                # The arguments of a query are given by the names that it declares.
                made = Object("dict", {}, value, value if self.feeds == "resolver" else None)
                return Value(references=(self.machine.heap.new(made),))
            part = VAGUE
            if self.feeds in ("request", "message"):
                part = incoming(self.function, _WORDS[self.feeds], "remote", node)
            made = Object("tuple" if node.kind == "*" else "dict", {}, part)
            return Value(references=(self.machine.heap.new(made),))
        if self.feeds == "rpc":
            return self._piece(node) if position == 0 else Value(references=(_RPC_CONTEXT,))
        if self.feeds == "tag":
            return Value(references=(_TAG_CONTEXT,)) if node.name == "context" else VAGUE
        path = library.canonical(
            self.machine.facts,
            f"{typing_facts.path_of(self.machine, self.function.frame, node.annotation)}()",
        )
        if path == REQUEST or (path == "()" and self._is_request(node, position)):
            return Value((), FULL, NOTHING, (Api(REQUEST),))
        if node.name in self.supplied:
            return VAGUE if path == "()" else Value((), FULL, NOTHING, (Api(path),))
        if self.feeds == "":
            return self._unfed(node, path, position)
        if self.feeds == "params":
            return self._declared(node, path)
        if self.feeds in ("request", "falcon"):
            if position == 0:
                return Value((), FULL, NOTHING, (Api(REQUEST),))
            if self.feeds == "falcon" and position == 1:
                what = "@websocket" if self.function.name == "on_websocket" else "@response"
                return Value((), FULL, NOTHING, (Api(what),))
        if self.feeds == "wsgi":
            return Value((), FULL, NOTHING, (Api(self._of_wsgi(position)),))
        if self.feeds == "asgi":
            return self._of_asgi(node, position)
        if self.feeds == "socket":
            return Value((), FULL, NOTHING, (Api("@websocket"),)) if position == 0 else VAGUE
        if self._is_apart(node, position):
            return VAGUE
        return self._piece(node)

    def _is_request(self, node: ir.Parameter, position: int) -> bool:
        """Whether a parameter is called as the request is; Pyramid's views may have it second."""
        if node.name not in REQUEST_NAMES or position > 1:
            return False
        names = {one.name for one in self.function.definition.parameters[:2]}
        return position == 0 or not names.isdisjoint(("context", "_context", "root"))

    def _is_apart(self, node: ir.Parameter, position: int) -> bool:
        """Whether a parameter is given by the framework, and nobody sends it."""
        if self.feeds == "event":
            return position > 0
        if self.feeds == "resolver":
            return position == 0 or node.name == "info"
        if self.feeds == "queue":
            return node.name != "body"
        return self.feeds == "task" and position == 0 and node.name in ("self", "task")

    def _of_asgi(self, node: ir.Parameter, position: int) -> Value:
        """The parts of the scope that a client decides; what ``receive`` gives."""
        if position == 1:
            return Value((), FULL, NOTHING, (Api("@receive"),))
        if position > 1:
            return VAGUE
        sent = incoming(self.function, _WORDS["asgi"], "remote", node)
        fields: dict[object, Value] = dict.fromkeys(_SENT, sent)
        return Value(references=(self.machine.heap.new(Object("dict", fields, VAGUE)),))

    def _of_wsgi(self, position: int) -> str:
        """What the parameters ``environ`` and ``start_response`` stand for."""
        return f"{REQUEST}.environ" if position == 0 else "@start_response"

    def _unfed(self, node: ir.Parameter, path: str, position: int) -> Value:
        """Nobody known calls it; Django's views are known by where they stand."""
        function = self.function
        if self.machine.by_default and node.default is not None:
            return self.machine.evaluate(function.frame, node.default)
        parameters = function.definition.parameters
        skip = 1 if function.cls is not None else 0
        if node.name == "form" and function.cls is not None and function.name == "form_valid":
            form = lookup.class_attribute(self.machine, function.cls, "form_class")
            for one in () if form is None else form.references:
                if isinstance(one, LocalClass):
                    sent = incoming(function, "the request", "remote", node)
                    return form_classes.filled(self.machine, one, sent)
        if (
            position > 0
            and parameters[skip].name == "request"
            and function.frame.function is None
            and ("view" in function.frame.module.path.rpartition("/")[2] or _responds(function))
            and not is_called(function)
            and any(
                name.partition(".")[0] in ("django", "rest_framework")
                for name in function.frame.module.module.imported_modules
            )
        ):
            return self._piece(node)
        if path != "()":
            return Value((), FULL, NOTHING, (Api(path),))
        model = typing_facts.model_of(self.machine, function.frame, node.annotation)
        if model is not None:
            return instances.an_instance(self.machine, model)
        return VAGUE

    def _piece(self, node: ir.Parameter) -> Value:
        """A piece of the address, or of a message."""
        converter = self.converters.get(node.name, "")
        if converter in _TYPED:
            return self._number(node, self.feeds) if converter in ("int", "float") else CLEAN
        function = self.function
        if typing_facts.is_harmless(self.machine, function.frame, node.annotation) and (
            self.feeds in ("params", "tool", "resolver", "task")
        ):
            return self._number(node, self.feeds)
        if self.feeds == "resolver" and is_typed(self.machine, function, node.name):
            return CLEAN
        kind = _KINDS.get(self.feeds, "remote")
        bits = patterns.passed_by(converter[3:], "fullmatch") if converter[:3] == "re:" else 0
        value = incoming(function, _WORDS.get(self.feeds, _WORDS["request"]), kind, node)
        if self.feeds == "tool":
            model = typing_facts.model_of(self.machine, function.frame, node.annotation)
            if model is not None and model.is_typed:
                return construct.tainted_model(self.machine, function.frame, model, value)
        return cleaned(value, bits) if bits else value

    def _number(self, node: ir.Parameter, feeds: str) -> Value:
        """A parameter that the framework makes a number, or something else that is harmless."""
        function = self.function
        text = function.frame.module.module.source.data[node.start : node.end]
        if self.converters.get(node.name, "") not in ("int", "float") and (
            not typing_facts.is_number(self.machine, function.frame, node.annotation)
            or amounts.is_limited(text.decode("utf-8", "replace"))
        ):
            return CLEAN
        words = (
            _WORDS["route"] if node.name in self.converters else _WORDS.get(feeds, "the request")
        )
        return amounts.sent(
            self.machine, incoming(function, words, _KINDS.get(feeds, "remote"), node)
        )

    def _declared(self, node: ir.Parameter, path: str) -> Value:
        """FastAPI: what a parameter is stands in its annotation and its default."""
        machine, function = self.machine, self.function
        target = depending.target(machine, function.frame, node)
        if target is not None:
            return depending.given(machine, target, self._as_parameter)
        if typing_facts.is_harmless(machine, function.frame, node.annotation):
            return self._number(node, "params")
        if path in ("fastapi.UploadFile()", "starlette.datastructures.UploadFile()"):
            value = incoming(function, "the uploaded file", "remote", node)
            return Value(value.taints, 0, NOTHING, (Api("@upload"),))
        if path.startswith("pydantic."):
            value = incoming(function, "the request", "remote", node)
            if path.removesuffix("()") in construct.ADDRESSES:
                return urls.of(machine, value)
            return cleaned(value, constraints.passed(machine, function.frame, node.annotation))
        if path != "()" and not _is_text(path):
            return Value((), FULL, NOTHING, (Api(path),))
        words = "the URL path" if node.name in self.converters else self._place(node)
        value = incoming(function, words, "remote", node)
        model = typing_facts.model_of(machine, function.frame, node.annotation)
        if model is not None:
            return construct.tainted_model(machine, function.frame, model, value)
        return cleaned(
            value, constraints.passed(machine, function.frame, node.annotation, node.default)
        )

    def _as_parameter(self, function: LocalFunction, node: ir.Parameter, position: int) -> Value:
        """A parameter of something that the framework calls for this function."""
        entry = Entry(self.machine, function)
        entry.feeds, entry.converters = "params", self.converters
        return entry._parameter(node, position)

    def _place(self, node: ir.Parameter) -> str:
        for one in depending.markers(node):
            name = library.path_of(self.machine, self.function.frame, one.function)
            last = name.rpartition(".")[2]
            if last in ("Query", "Body", "Form", "Header", "Cookie", "Path", "File"):
                return {"Query": "the query string", "Body": "the request's body",
                        "Form": "the form", "Header": "a header", "Cookie": "a cookie",
                        "Path": "the URL path", "File": "the uploaded file"}[last]  # fmt: skip
        return "the request"


def _responds(function: LocalFunction) -> bool:
    """Whether a function makes an answer, as a view of Django does."""
    definition = function.definition
    data = function.frame.module.module.source.data[definition.start : definition.end]
    return any(one in data for one in (b"Response(", b"render(", b"redirect("))


def is_called(function: LocalFunction) -> bool:
    """Whether the file itself calls it: then it is no view, but a part of one."""
    return _occurs(function, handed_on=False)


def is_used(function: LocalFunction) -> bool:
    """Whether the file calls it, or hands it on: ``Thread(target=work)``."""
    return _occurs(function, handed_on=True)


def _occurs(function: LocalFunction, *, handed_on: bool) -> bool:
    data = function.frame.module.module.source.data
    name = function.name.encode()
    at = data.find(name)
    while at >= 0:
        end = at + len(name)
        after = data[end : end + 1]
        if after == b"(":
            if data[at - 4 : at] != b"def ":
                return True
        elif handed_on and after in (b",", b")") and data[at - 1 : at] in (b"=", b"(", b" "):
            return True
        at = data.find(name, at + 1)
    return False


def _is_text(path: str) -> bool:
    return path in ("str()", "bytes()", "list()", "dict()", "set()", "typing.Any()", "Any()",
                    "object()", "typing.Dict()", "typing.List()", "pydantic.EmailStr()",
                    "pydantic.constr()()", "pydantic.AnyUrl()", "pydantic.HttpUrl()",
                    "typing.Mapping()", "pathlib.Path()")  # fmt: skip
