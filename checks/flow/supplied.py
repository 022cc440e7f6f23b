"""Which parameters of a handler its decorators fill, so that no piece of the address is in them.

``@with_repo def view(request, repo)``: the wrapper that the decorator makes calls the view with a
value of its own. What comes through such a parameter is what the wrapper gives; where the wrapper
is code of the change it is run by itself, so here its parameter is of unknown origin and no more.
Nothing is run here: the decorator is read.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

from checks import ir
from checks.flow.feeding import REQUEST_NAMES, feeding, route_template
from checks.flow.machine import Machine
from checks.flow.values import HOLE, Api, Bound, LocalClass, LocalFunction, Reference
from checks.flow.walking import inside
from checks.models.facts import tables

_METHOD_DECORATOR = "django.utils.decorators.method_decorator"
_HANDING = frozenset({"apiflask", "connexion", "flask_apispec", "flask_openapi3", "flask_pydantic",
                      "flask_rebar", "flask_smorest", "ninja", "spectree", "webargs"})  # fmt: skip
"""Libraries whose decorators fill parameters with what was sent."""
_TEXTS = frozenset({"str", "unquote", "unquote_plus", "quote", "force_str", "smart_str"})
_CHECKS = frozenset({"check", "checked", "clean", "parse", "parsed", "sanitize", "valid",
                     "validate", "validated", "verify"})  # fmt: skip
"""Verbs of decorators that look at what was sent, and hand it on."""
_FEEDS = frozenset({"", "route", "request", "params", "falcon"})
"""How handlers are fed of which a parameter may be a piece of an address."""
_MARKS = (b"<%s>", b":%s>", b"/{%s", b"<%s:", b"/:%s")
"""How a pattern of an address names a parameter."""


def parameters(machine: Machine, function: LocalFunction, feeds: str) -> frozenset[str]:
    """The names of the parameters that are filled by decorators, not by what was sent."""
    definition = function.definition
    if isinstance(definition, ir.Lambda) or feeds not in _FEEDS:
        return frozenset()
    found: set[str] = set()
    own = False
    for node, is_outside in _decorators(machine, function, definition):
        target = node.function if isinstance(node, ir.Call) else node
        known = machine.evaluate(function.frame, target).references
        made = next(_functions(known), None)
        if made is not None:
            own = True
            found |= _filled(made, function, is_outside=is_outside)
            continue
        paths = [one.path for one in known if isinstance(one, Api)]
        if known and not paths and not any(isinstance(one, LocalClass) for one in known):
            continue
        if all(_is_of_project(function, path) for path in paths):
            own = True
            found |= _named_after(function, target, definition)
    if own or feeds == "route":
        found |= _unnamed(machine, function, definition, own=own)
    return frozenset(found)


def _functions(known: Iterable[Reference]) -> Iterator[LocalFunction]:
    """The functions of the change among what a decorator may be: methods of an object, too."""
    for one in known:
        if isinstance(one, LocalFunction):
            yield one
        elif isinstance(one, Bound):
            yield from (each for each in one.function.references if isinstance(each, LocalFunction))


def wrapper(machine: Machine, function: LocalFunction) -> LocalFunction | None:
    """What a framework calls in the place of a handler: the wrapper around it, made of code here.

    It is run as well, for it may give the handler something that was sent.
    """
    parameters = function.definition.parameters[:2]
    if not function.decorators or not (
        any(one.name in REQUEST_NAMES for one in parameters) or feeding(machine, function)[0]
    ):
        return None
    known = function.frame.names.get(function.name)
    for one in () if known is None else known.references:
        if isinstance(one, LocalFunction) and one.frame.function is not None:
            return one if one.definition is not function.definition else None
    return None


def _decorators(
    machine: Machine, function: LocalFunction, definition: ir.Function
) -> Iterator[tuple[ir.Expression, bool]]:
    """The decorators, and whether the wrapper that each makes is not given ``self``."""
    for node in definition.decorators:
        if route_template(machine, function.frame, node) is None:
            yield _of_method(machine, function, node)
    if function.cls is None:
        return
    for node in function.cls.definition.decorators:
        inner, is_outside = _of_method(machine, function, node)
        if is_outside:
            yield inner, True


def _of_method(
    machine: Machine, function: LocalFunction, node: ir.Expression
) -> tuple[ir.Expression, bool]:
    """``@method_decorator(d)``: ``d``, which is made to leave ``self`` out."""
    if isinstance(node, ir.Call) and node.arguments:
        for one in machine.evaluate(function.frame, node.function).references:
            if isinstance(one, Api) and one.path == _METHOD_DECORATOR:
                return node.arguments[0], True
    return node, False


def _is_of_project(function: LocalFunction, path: str) -> bool:
    """Whether a decorator that was not read is of the project, as far as its path tells."""
    root = path.partition(".")[0]
    own = function.frame.module.name.partition(".")
    if own[1] and root == own[0]:
        return True
    return root not in _HANDING and root not in _known_roots()


def _named_after(
    function: LocalFunction, target: ir.Expression, definition: ir.Function
) -> set[str]:
    """The parameters that the name of a decorator speaks of: ``@with_repo``, ``repo``."""
    name = target.name if isinstance(target, ir.Attribute) else getattr(target, "id", "")
    words = set(name.lower().split("_"))
    if words & _CHECKS:
        return set()
    return {
        one.name
        for one in definition.parameters
        if not one.kind
        and one.name != "request"
        and words.issuperset(one.name.lower().split("_"))
        and not _is_in_address(function, one.name)
    }


def _unnamed(
    machine: Machine, function: LocalFunction, definition: ir.Function, *, own: bool
) -> set[str]:
    """The parameters that no pattern of the handler's routes names, where all can be read.

    Without a decorator of the project's ``own`` only those with a default are meant, which is then
    the only value that they have.
    """
    templates = []
    for node in definition.decorators:
        template = route_template(machine, function.frame, node)
        if template is not None:
            templates.append(template)
    if not templates or any(HOLE in one for one in templates):
        return set()
    return {
        one.name
        for one in definition.parameters
        if not one.kind
        and (own or one.default is not None)
        and one.name not in ("self", "request", "req", "resp")
        and not _is_in_address(function, one.name)
    }


def _is_in_address(function: LocalFunction, name: str) -> bool:
    """Whether a pattern in the file names a parameter: the route's, or its blueprint's prefix."""
    data = function.frame.module.module.source.data
    written = name.encode()
    return any(mark % written in data for mark in _MARKS)


def _filled(decorator: LocalFunction, function: LocalFunction, *, is_outside: bool) -> set[str]:
    """The parameters to which the wrappers in a decorator give values of their own."""
    definition = decorator.definition
    names = [one.name for one in function.definition.parameters if not one.kind]
    if is_outside and function.cls is not None:
        names = names[1:]
    found: set[str] = set()
    skipped = 1 if decorator.cls is not None and decorator.kind != "static" else 0
    for wrapper, wrapped in _wrappers(definition, skipped):
        own = _Wrapper(wrapper)
        for call in own.calls:
            if isinstance(call.function, ir.Name) and call.function.id in wrapped:
                found |= own.given(call, names)
    return found & set(names) - {"self", "request"}


def _wrappers(
    definition: ir.Function | ir.Lambda, skipped: int
) -> Iterator[tuple[ir.Function | ir.Lambda, frozenset[str]]]:
    """The functions inside of a decorator, each with the names of what may be decorated."""
    waiting: list[tuple[ir.Function | ir.Lambda, frozenset[str]]] = [
        (definition, frozenset(one.name for one in definition.parameters[skipped : skipped + 1]))
    ]
    left = 20
    while waiting and left:
        left -= 1
        outer, names = waiting.pop()
        for node in inside(outer.body.lowered.block):
            if isinstance(node, (ir.Function, ir.Lambda)):
                yield node, names
                first = {one.name for one in node.parameters[:1] if not one.kind}
                waiting.append((node, names | first))


@functools.cache
def _known_roots() -> frozenset[str]:
    """The libraries of which there are facts."""
    known = tables()
    paths = (*known.sources, *known.sinks, *known.decorators, *known.handlers, *known.cleaners)
    return frozenset(one.partition(".")[0] for one in paths)


class _Wrapper:
    """What a wrapper does with its parameters."""

    def __init__(self, definition: ir.Function | ir.Lambda) -> None:
        self.calls: list[ir.Call] = []
        self.parameters = {one.name for one in definition.parameters}
        """What it hands on as it got it."""
        self.entries: dict[str, set[str]] = {}
        """Keys that it puts into its mappings, by the name of the mapping."""
        for node in inside(definition.body.lowered.block):
            if isinstance(node, ir.Call):
                self.calls.append(node)
                self._update(node)
            elif isinstance(node, ir.Assign) and node.value is not None:
                for target in node.targets:
                    self._assign(target, node.value)

    def given(self, call: ir.Call, names: list[str]) -> set[str]:
        """The parameters of the wrapped function that a call of it fills."""
        found: set[str] = set()
        for name, argument in zip(names, call.arguments, strict=False):
            if isinstance(argument, ir.Star):
                break
            if not self._hands_on(argument):
                found.add(name)
        for keyword, value in call.keywords:
            if keyword is None:
                found |= self._keys(value)
            elif not self._hands_on(value):
                found.add(keyword)
        return found

    def _hands_on(self, node: ir.Expression) -> bool:
        return isinstance(node, ir.Name) and node.id in self.parameters

    def _assign(self, target: ir.Expression, value: ir.Expression) -> None:
        if isinstance(target, ir.Name):
            if isinstance(value, ir.Call) and not _is_of_text(value):
                self.parameters.discard(target.id)
            self.entries.setdefault(target.id, set()).update(self._keys(value))
        elif isinstance(target, ir.Subscript) and isinstance(target.value, ir.Name):
            key = target.key.value if isinstance(target.key, ir.Constant) else None
            if isinstance(key, str) and not self._hands_on(value):
                self.entries.setdefault(target.value.id, set()).add(key)

    def _update(self, node: ir.Call) -> None:
        """``kwargs.update(repo=repo)`` and ``kwargs.setdefault("repo", repo)``."""
        function = node.function
        if not isinstance(function, ir.Attribute) or not isinstance(function.value, ir.Name):
            return
        if function.name == "update":
            keys = self._keys(node)
        elif function.name == "setdefault" and node.arguments:
            first = node.arguments[0]
            keys = {str(first.value)} if isinstance(first, ir.Constant) else set()
        else:
            return
        self.entries.setdefault(function.value.id, set()).update(keys)

    def _keys(self, node: ir.Expression) -> set[str]:
        """The keys of a mapping that hold a value of the wrapper's own."""
        if isinstance(node, ir.Name):
            return self.entries.get(node.id, set())
        found: set[str] = set()
        if isinstance(node, ir.Mapping):
            for key, value in node.items:
                if key is None:
                    found |= self._keys(value)
                elif isinstance(key, ir.Constant) and not self._hands_on(value):
                    found.add(str(key.value))
        elif isinstance(node, ir.Call):  # dict(kwargs, repo=repo)
            for name, value in node.keywords:
                if name is not None and not self._hands_on(value):
                    found.add(name)
            for one in node.arguments:
                if isinstance(one, (ir.Name, ir.Mapping)):
                    found |= self._keys(one)
        elif isinstance(node, ir.Operation) and node.operator == "|":
            found = self._keys(node.left) | self._keys(node.right)
        return found


def _is_of_text(call: ir.Call) -> bool:
    """Whether a call only changes a text: ``name.strip()``, ``str(name)``."""
    function = call.function
    if isinstance(function, ir.Attribute):
        return isinstance(function.value, ir.Name) and function.name in dir(str)
    return isinstance(function, ir.Name) and function.id in _TEXTS
