"""Calls that give a promise, left alone: the test goes on before they are done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import tree_sitter

from checks.hygiene.javascript.shared.assertions import callee, is_asynchronous
from checks.hygiene.javascript.shared.dropped import (
    asserts_on_promise,
    elsewhere,
    is_combined,
    is_kept,
    is_unsent,
)
from checks.hygiene.javascript.shared.places import (
    following,
    promise_of,
    stands_in,
    within_kinds,
)
from checks.hygiene.javascript.shared.releases import RELEASES
from checks.languages.javascript.blocks import Block
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import FUNCTIONS, bare
from checks.languages.syntax.scopes import Bound, Scope, sole
from checks.light import dataclass
from checks.model import Confidence

_WAITING = ("delay", "sleep", "waitfor", "waituntil")
"""How the names of functions begin that do nothing but wait; lower case."""
_USER = "@testing-library/user-event"
_USER_MADE = f"{_USER}.setup()"
_ACTIONS = frozenset(
    {
        "check",
        "clear",
        "click",
        "dblclick",
        "dragTo",
        "fill",
        "goto",
        "hover",
        "press",
        "pressSequentially",
        "reload",
        "selectOption",
        "setContent",
        "setInputFiles",
        "tap",
        "type",
        "uncheck",
        "waitForLoadState",
        "waitForSelector",
        "waitForTimeout",
        "waitForURL",
    }
)
"""What Playwright does to a page: each gives a promise.

Source: https://playwright.dev/docs/api/class-page
"""
_PROMISING = {
    "Browser": ("playwright", "puppeteer"),
    "BrowserContext": ("playwright", "puppeteer"),
    "FastifyInstance": ("fastify",),
    "MongoClient": ("mongodb",),
    "Page": ("playwright", "puppeteer"),
    "PreviewServer": ("vite",),
    "ViteDevServer": ("vite",),
}
"""Types whose ``close`` gives a promise, and what the modules are called that have them."""
_PROMISING_CALLS = frozenset(
    {
        "chromium.launch",
        "fastify",
        "firefox.launch",
        "mongodb.MongoClient.connect",
        "playwright.chromium.launch",
        "puppeteer.launch",
        "vite.createServer",
        "vite.preview",
        "webkit.launch",
    }
)
"""Functions that give one of them."""
_LONGEST = 200

_Awaited: TypeAlias = "dict[str, list[Scope | None]]"
"""Callees as they are written, and where the names stand that they begin with."""


@dataclass(frozen=True, slots=True)
class Floating:
    """A call that gives a promise, as a statement of its own."""

    call: JsCall
    why: str
    confidence: Confidence | None


def floating(file: JavaScriptFile) -> Iterator[Floating]:
    """The calls in tests and hooks whose promise nobody waits for, as far as that is certain."""
    awaited = _awaited(file)
    for call in file.calls():
        above = call.parent
        if call.is_new or above is None or above.kind != "expression_statement":
            continue
        block = file.block_at(call.node)
        function = call.names.function.node
        if block is None or function.type not in FUNCTIONS:
            continue
        if _waits(file, call, awaited):
            yield Floating(call, "What it was to wait for may come later, or never.", None)
        elif function == block.callback or is_asynchronous(function):
            found = _of(file, call, block, awaited)
            if found is not None:
                yield found


def _waits(file: JavaScriptFile, call: JsCall, awaited: _Awaited) -> bool:
    """Whether it is a call that does nothing but wait, if it is awaited."""
    if not call.method.lower().startswith(_WAITING):
        return False
    return _is_awaited(call, _written(file, call), awaited) or _is_local(file, call)


def _of(file: JavaScriptFile, call: JsCall, block: Block, awaited: _Awaited) -> Floating | None:
    written = _written(file, call)
    if is_combined(call) and _is_left(call, block):
        return Floating(call, "The test goes on, or ends, before they are done.", None)
    if asserts_on_promise(file, call):
        return Floating(call, "The test ends before it is asserted, and passes whatever.", None)
    if is_unsent(call) and stands_in(call, block):
        return Floating(call, "The request is never sent, and nothing is asserted.", None)
    if _is_user(file, call, awaited):
        return Floating(call, "What stands after it runs before the event has come.", None)
    if _acts_on_page(file, call):
        return Floating(call, "What stands after it runs before the page has changed.", None)
    if call.method in RELEASES and _is_awaited(call, written, awaited) and block.is_teardown:
        if _waits_for_it(file, call):
            return None
        return Floating(
            call,
            "The next test begins while it is still open.",
            None if call.receiver is not None else Confidence.LOW,
        )
    if block.is_teardown and _closes_later(file, call) and not _waits_for_it(file, call):
        return Floating(call, "The next test begins while it is still open.", None)
    if _is_made_by_awaiting(file, call, block):
        return Floating(call, "The next test begins while it is still open.", Confidence.LOW)
    if not stands_in(call, block):
        return None
    if _is_local(file, call) and (
        _is_awaited(call, written, awaited) or _is_last(file, call, block)
    ):
        return Floating(call, "The test goes on, or ends, before it is done.", None)
    if call.method in RELEASES and call.method != "kill":
        sure = _releases_as_others(file, call, awaited)
        return (
            Floating(call, "It may still be open when the next test begins.", sure)
            if sure
            else None
        )
    if is_kept(file, call, block, written, awaited):
        return Floating(call, "What follows may come before it is written.", Confidence.LOW)
    times = sum(one is call.names.owner(_root(written)) for one in awaited.get(written, ()))
    if not written or not times or "(" in written:
        return None
    alone = file.remember((_alone, written), lambda: _alone(file, written))
    sure = elsewhere(file, call, block, times, alone)
    return None if sure is None else Floating(call, "What follows may come before it.", sure)


def _is_left(call: JsCall, block: Block) -> bool:
    """Whether it is a test or hook that runs it, and that is not told of its end otherwise."""
    return stands_in(call, block) and not block.parameters and not block.is_suite


def _alone(file: JavaScriptFile, written: str) -> int:
    """How often a callee stands alone, as a statement."""
    found = 0
    for call in file.calls_named(written.rpartition(".")[2]):
        above = call.parent
        if above is not None and above.kind == "expression_statement":
            found += _written(file, call) == written
    return found


def _releases_as_others(file: JavaScriptFile, call: JsCall, awaited: _Awaited) -> Confidence | None:
    """How sure it is that what closes gives a promise: the like of it is awaited elsewhere."""
    written = _written(file, call)
    ending = not following(call) or any(True for _ in within_kinds(call, "finally_clause"))
    if _is_awaited(call, written, awaited):
        return Confidence.LOW if ending and not _waits_for_it(file, call) else None
    origin = _origin(file, call.names, written)
    if not origin[0] or _waits_for_it(file, call):
        return None
    for other, scopes in awaited.items():
        if other.rpartition(".")[2] != call.method:
            continue
        if any(one is not None and _origin(file, one, other) == origin for one in scopes):
            ends = any(True for _ in within_kinds(call, "finally_clause"))
            return Confidence.MEDIUM if ends else Confidence.LOW
    return None


def _origin(file: JavaScriptFile, names: Scope, written: str) -> tuple[str, str]:
    """What gave the name a callee begins with: the function, and the way into its value."""
    found = sole(names.find(_root(written)))
    if found is None or found.value is None or found.how not in (Bound.VALUE, Bound.PART):
        return "", ""
    made = promise_of(found.value)
    if made.type != "call_expression":
        return "", ""
    return _plain(file, made.child_by_field_name("function")), found.path


def _is_last(file: JavaScriptFile, call: JsCall, block: Block) -> bool:
    """Whether a test that is told nothing waits for nothing behind the call."""
    if not block.is_test or block.callback is None or block.parameters:
        return False
    kinds = ("await_expression", "return_statement", "yield_expression")
    return not any(
        stands_in(one, block)
        for one in file.within(block.callback, *kinds, after=call.node.end_byte)
    )


def _awaited(file: JavaScriptFile) -> _Awaited:
    """The callees, as they are written, whose promise is awaited or chained in the file."""
    found: dict[str, list[Scope | None]] = {}
    inner = [
        (one.node.named_children[0], one.names)
        for one in file.nodes("await_expression")
        if one.node.named_children
    ]
    inner += [
        (call.receiver, call.names)
        for call in file.calls_named("then")
        if call.receiver is not None
    ]
    for node, names in inner:
        node = bare(node)
        if node.type == "call_expression":
            written = _plain(file, node.child_by_field_name("function"))
            found.setdefault(written, []).append(names.owner(_root(written)))
    return found


def _is_awaited(call: JsCall, written: str, awaited: _Awaited) -> bool:
    """Whether the same callee is awaited elsewhere: a name of the same place in the code."""
    owner = call.names.owner(_root(written))
    return bool(written) and any(one is owner for one in awaited.get(written, ()))


def _root(written: str) -> str:
    return written.partition(".")[0]


def _written(file: JavaScriptFile, call: JsCall) -> str:
    return _plain(file, call.target)


def _plain(file: JavaScriptFile, node: tree_sitter.Node | None) -> str:
    if node is None or node.end_byte - node.start_byte > _LONGEST:
        return ""
    return "".join(file.text_of(node).replace("?.", ".").replace("!.", ".").split())


def _is_local(file: JavaScriptFile, call: JsCall) -> bool:
    """Whether it runs an asynchronous function of this file that waits for something."""
    function = callee(file, call)
    return (
        function is not None
        and is_asynchronous(function)
        and not _swallows_all(function)
        and any(
            one.names.function.node == function for one in file.within(function, "await_expression")
        )
    )


def _swallows_all(function: tree_sitter.Node) -> bool:
    """Whether a function is a ``try`` whose ``catch`` is empty: what it runs may fail or not."""
    body = function.child_by_field_name("body")
    parts = [] if body is None else [one for one in body.named_children if one.type != "comment"]
    if len(parts) != 1 or parts[0].type != "try_statement":
        return False
    handler = parts[0].child_by_field_name("handler")
    block = None if handler is None else handler.child_by_field_name("body")
    return block is not None and all(one.type == "comment" for one in block.named_children)


def _is_user(file: JavaScriptFile, call: JsCall, awaited: _Awaited) -> bool:
    """Whether it is an event of ``user-event``, of a version that gives promises."""
    name = call.name or ""
    if name.startswith(_USER_MADE) and name != _USER_MADE:
        return True
    root = _root(_written(file, call))
    return (
        name.startswith(f"{_USER}.")
        and call.method != "setup"
        and any(one.startswith(f"{root}.") for one in awaited)
    )


def _acts_on_page(file: JavaScriptFile, call: JsCall) -> bool:
    """Whether it is an action of Playwright on a page or locator."""
    receiver = call.receiver
    if call.method not in _ACTIONS or receiver is None:
        return False
    if not any("playwright" in module for module in file.imported_modules):
        return False
    receiver = bare(receiver)
    if receiver.type == "identifier":
        found = sole(call.names.find(file.text_of(receiver)))
        return file.text_of(receiver) == "page" and (
            found is not None and found.how is Bound.PARAMETER
        )
    text = file.text_of(receiver)
    return receiver.type == "call_expression" and text.startswith(("page.getBy", "page.locator("))


def _closes_later(file: JavaScriptFile, call: JsCall) -> bool:
    """Whether what it closes is known to give a promise then: by its type, or by what made it."""
    receiver = call.receiver
    if call.method not in RELEASES or receiver is None or bare(receiver).type != "identifier":
        return False
    for one in call.names.find(file.text_of(bare(receiver))):
        value = None if one.value is None else promise_of(one.value)
        if value is not None and value.type == "call_expression":
            function = value.child_by_field_name("function")
            if function is not None and file.resolve(function, one.scope) in _PROMISING_CALLS:
                return True
        modules = _PROMISING.get(_type_of(file, one.node), ())
        if any(word in module for module in file.imported_modules for word in modules):
            return True
    return False


def _type_of(file: JavaScriptFile, name: tree_sitter.Node) -> str:
    """The type that a declaration writes behind a name: ``let server: ViteDevServer``."""
    for one in file.nodes("variable_declarator"):
        if one.child("name") == name:
            kind = one.child("type")
            return "" if kind is None else file.text_of(kind).lstrip(": ")
    return ""


def _is_made_by_awaiting(file: JavaScriptFile, call: JsCall, block: Block) -> bool:
    """Whether an ``async`` tear-down that awaits nothing releases what was awaited when made."""
    receiver = call.receiver
    if call.method not in RELEASES or receiver is None or not block.is_teardown:
        return False
    receiver = bare(receiver)
    function = block.callback
    if receiver.type != "identifier" or function is None or not is_asynchronous(function):
        return False
    if any(True for _ in file.within(function, "await_expression", "return_statement")):
        return False
    name = file.text_of(receiver)
    for one in call.names.find(name):
        if one.value is not None and one.value.type == "await_expression":
            return True
    return False


def _waits_for_it(file: JavaScriptFile, call: JsCall) -> bool:
    """Whether what is released is awaited otherwise: ``await once(server, 'close')``."""
    receiver = call.receiver
    name = "" if receiver is None else file.text_of(receiver)
    return any(
        name in file.text_of(statement)
        for statement in following(call)[:3]
        if any(True for _ in file.within(statement, "await_expression"))
    )
