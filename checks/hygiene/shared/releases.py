"""What a piece of test code creates, and whether the same code gives it back.

Made for comparing two texts: both sides are asked the same question, so what is not understood is
not understood on both and leads to nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

import re2

from checks.events import Call, Class, Function, Module, as_call, calls_of
from checks.hygiene.shared.comparing import plain, without_comments
from checks.hygiene.shared.resources import HANDLES
from checks.hygiene.shared.tests import PATCHES
from checks.languages.python.context import Located
from checks.languages.python.index import Index
from checks.light import dataclass

_CLOSING = (
    "__exit__|aclose|cancel|clean_?up|clear_all|close|communicate|deactivate|delete|destroy|detach|"
    "disable|disconnect|dispose|drop|drop_all|end|exit|finish|join|kill|logout|pop|purge|quit|"
    "release|remove|reset|restore|rollback|server_close|shutdown|stop|stopall|tearDown|teardown|"
    "terminate|truncate|undo|uninstall|unlink|unload|unregister|unsubscribe|wait_closed"
)
_LESSER = frozenset({"clear_all", "join", "pop", "reset", "rollback", "truncate", "wait_closed"})
"""What tidies a thing up and does not end it: a connection that is rolled back is still open."""
_ENDING = "|".join(word for word in _CLOSING.split("|") if word not in _LESSER)
_REMOVING = (
    "add\\w*[Cc]leanup|addfinalizer|callback|push|enter\\w*[Cc]ontext|useFixture|closing|rmtree|"
    "remove\\w*|unlink|rmdir|delete\\w*|close\\w*|stop\\w*|clean\\w*|destroy\\w*|terminate\\w*|"
    "kill\\w*|shutdown\\w*|join\\w*|wait\\w*|reap\\w*|drop\\w*|purge\\w*|restore\\w*|unregister\\w*|_?delete\\w*|_?cleanup\\w*"
)
_SURELY_REMOVING = _REMOVING.replace(
    "join\\w*|wait\\w*", "wait\\w*(?:clos|delet|end|exit|finish|gone|remov|stop|terminat)\\w*"
)
"""The same without what also waits for something else, or joins the parts of a path."""
PAIRS = {
    "activate": ("deactivate",),
    "add_socket": ("stop", "close"),
    "add_sockets": ("stop", "close"),
    "acquire": ("release",),
    "begin": ("rollback", "commit", "close"),
    "connect": ("disconnect", "close"),
    "create_all": ("drop_all",),
    "enable": ("disable",),
    "install": ("uninstall", "remove"),
    "listen": ("close", "stop"),
    "patch": ("undo", "unpatch"),
    "push": ("pop",),
    "register": ("unregister", "deregister"),
    "setUp": ("tearDown", "cleanUp"),
    "start": ("stop", "shutdown", "close", "join", "terminate", "kill", "cancel"),
    "subscribe": ("unsubscribe",),
    "__enter__": ("__exit__",),
}
"""Methods that begin something, and those of the same object that end it."""

_NOT_OWNED = frozenset({"str", "len", "repr", "list", "dict", "print", "set", "sorted", "bool"})
_DOUBLES = ("AsyncMock(", "MagicMock(", "Mock(", "PropertyMock(", "create_autospec(", "object(")
_MAX_CODE = 400_000


@dataclass(frozen=True, slots=True)
class Creation:
    """Something that a function makes and holds by a name, or begins on an object."""

    at: Located
    name: str
    """The name that holds it: ``server``, ``self.server``; for a pair, the object's text."""
    code: str
    """The code that makes it, without what a formatter changes."""
    begins: str = ""
    """The method that begins it, for a pair; else nothing."""
    by_with: bool = False
    """Whether a ``with`` gives it back."""


class Holder:
    """One file: its creations, and the code that may give them back."""

    def __init__(self, module: Module, index: Index) -> None:
        self._module = module
        self._index = index
        self._regions: dict[str, str] = {}

    def creations(self, function: Function) -> Iterator[Creation]:
        """What a function creates, in order."""
        for one in function.own("assignment"):
            left, right = one.child("left"), one.child("right")
            if left is None or right is None or left.type not in ("identifier", "attribute"):
                continue
            while right.type in ("await", "parenthesized_expression") and right.named_children:
                right = right.named_children[0]
            if right.type == "call":
                code = plain(self._module.text_of(right))
                if code.removeprefix("mock.").startswith(_DOUBLES):
                    continue  # there is nothing to give back
                yield Creation(one, plain(self._module.text_of(left)), code)
        for call in calls_of(self._module, function.node):
            if call.function is not function:
                continue
            if call.is_with_item and (call.name in HANDLES or call.name in PATCHES):
                yield Creation(call, "", plain(call.text), by_with=True)
            elif call.method in PAIRS and call.receiver is not None:
                receiver = plain(call.receiver.text)
                yield Creation(call, receiver, f"{receiver}.{call.method}", call.method)

    def is_released(self, creation: Creation, function: Function) -> bool:
        """Whether the code around gives the thing back."""
        return self._is_given_back(creation, function, _CLOSING)

    def is_surely_released(self, creation: Creation, function: Function) -> bool:
        """Whether it is, and the code that does so cannot well mean anything else.

        A name in a text, ``wait_for_log(f"{task.id} is done")``, in a condition that is waited
        for, or with something of it entered, ``with image.file.open()``, may be a mere use.
        """
        code = self._region(creation.name, function)
        if _is_undone_anyway(creation, code):
            return True
        name = re2.escape(creation.name)
        endings = "|".join(PAIRS[creation.begins]) if creation.begins else _CLOSING
        return (
            _holds(rf"(?:^|[^\w.]){name}\.(?:{endings})(?:[^\w(]|\([^\"]|$)", code)
            or _holds(
                rf"\b_?(?:{_SURELY_REMOVING})\((?:(?:[^()]|\([^()]*\))*[^\w.{{()])?{name}\b", code
            )
            or (
                not creation.begins
                and _holds(rf"with (?:[\w.]*closing\()?{name}(?:[^\w.]|$)", code)
            )
        )

    def is_ended(self, creation: Creation, function: Function) -> bool:
        """Whether the code around ends the thing, and does not only tidy it up."""
        return self._is_given_back(creation, function, _ENDING)

    def _is_given_back(self, creation: Creation, function: Function, closing: str) -> bool:
        code = self._region(creation.name, function)
        if _is_undone_anyway(creation, code):
            return True
        name = re2.escape(creation.name)
        owner, _, attribute = creation.name.partition(".")
        if owner in ("self", "cls") and f'getattr({owner}, "{attribute}"' in code:
            return True  # who asks whether it is there yet gives it back under another name
        if creation.begins:
            endings = "|".join(PAIRS[creation.begins])
            ending = rf"(?:^|[^\w.]){name}\.(?:{endings})\b"
            return _holds(ending, code) or _holds(_removed(name), code)
        return (
            _holds(rf"(?:^|[^\w.]){name}\.(?:{closing})\b", code)
            or _holds(_removed(name), code)
            or _holds(rf"with (?:[\w.]*closing\()?{name}\b", code)
        )

    def is_awaited(self, creation: Creation, function: Function) -> bool:
        """Whether the code waits until the thing has ended by itself."""
        name = re2.escape(creation.name)
        waiting = (
            rf"(?:^|[^\w.]){name}\.(?:wait\w*|is_alive|exitcode|daemon|setDaemon|returncode)\b"
        )
        return _holds(waiting, self._region(creation.name, function))

    def is_joined(self, creation: Creation, function: Function) -> bool:
        """Whether the code around waits until a process has ended, or hands it to someone."""
        name = re2.escape(creation.name)
        code = self._region(creation.name, function)
        return (
            _holds(rf"(?:^|[^\w.]){name}\.(?:communicate|join|wait)\b", code)
            or _holds(rf"while (?:not )?{name}\.(?:is_alive|poll)\b", code)
            or _holds(rf"[(,] ?{name}[,)]", code)
        )

    def cleanup_of(self, creation: Creation, function: Function) -> str:
        """The method or function that gives it back, in one word; for the words of a finding."""
        if creation.by_with:
            return "with"
        code = self._region(creation.name, function)
        name = re2.escape(creation.name)
        endings = "|".join(PAIRS[creation.begins]) if creation.begins else _CLOSING
        found = re2.search(rf"(?:^|[^\w.]){name}\.({endings})\b", code[:_MAX_CODE])
        if found is not None:
            return str(found.group(1))
        found = re2.search(
            rf"\b(_?(?:{_REMOVING}))\((?:[^()]|\([^()]*\))*{name}\b", code[:_MAX_CODE]
        )
        return "" if found is None else str(found.group(1))

    def passes_on(self, creation: Creation, function: Function) -> set[str]:
        """Where the thing is handed to someone who may give it back: returned, stored, an argument.

        As code, so that two texts can be compared.
        """
        found: set[str] = set()
        name = creation.name
        for one in function.module.within(
            function.node, "argument_list", "return_statement", "keyword_argument", "list", "tuple"
        ):
            if any(plain(function.module.text_of(child)) == name for child in one.children()):
                outer = next(
                    (call for above in one.ancestors() if (call := as_call(above)) is not None),
                    None,
                )
                if one.kind == "argument_list" and (outer is None or _leaves_alone(outer)):
                    continue
                found.add(plain(one.text if outer is None else outer.text))
        return found

    def _region(self, name: str, function: Function) -> str:
        owner, dot, _ = name.partition(".")
        if dot and owner in ("self", "cls") and function.cls is not None:
            return self._class_code(function.cls)
        if name in function.scope_of_body.elsewhere or (
            name.partition(".")[0] not in function.scope_of_body.bindings
        ):
            return self._whole(function)
        return self._own(function)

    def _own(self, function: Function) -> str:
        return self._remember(f"f{function.span.start}", lambda: _spaced(function))

    def _class_code(self, cls: Class) -> str:
        return self._remember(
            f"c{cls.span.start}",
            lambda: "\n".join(
                _spaced(method) for one in self._index.chain(cls) for method in one.methods.values()
            ),
        )

    def _whole(self, function: Function) -> str:
        """All that may end what begins on a global object: the class, or the file's functions."""
        if function.cls is not None:
            return self._class_code(function.cls)
        return self._module_code

    @functools.cached_property
    def _module_code(self) -> str:
        return "\n".join(
            _spaced(one) for one in self._module.functions if one.context.kind == "module"
        )

    def _remember(self, key: str, make: Callable[[], str]) -> str:
        if key not in self._regions:
            self._regions[key] = make()[:_MAX_CODE]
        return self._regions[key]


def _spaced(function: Function) -> str:
    return " ".join(without_comments(function).split()).replace("'", '"')


def _is_undone_anyway(creation: Creation, code: str) -> bool:
    """Whether a ``with`` gives it back, or the code stops all patches."""
    stops = "patch" in creation.code or creation.begins == "start"
    return creation.by_with or (stops and "stopall" in code)


def _removed(name: str) -> str:
    return rf"\b_?(?:{_REMOVING})\((?:[^()]|\([^()]*\))*\b{name}\b"


def _holds(pattern: str, code: str) -> bool:
    return re2.search(pattern, code) is not None


def _leaves_alone(call: Call) -> bool:
    return call.name in _NOT_OWNED or call.method.startswith("assert")
