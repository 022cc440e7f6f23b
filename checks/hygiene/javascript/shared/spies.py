"""Spies, stubs and fake clocks of JavaScript tests, and what puts each of them back."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.hygiene.javascript.shared.places import test_around
from checks.languages.javascript.blocks import Block
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import TRANSPARENT, bare
from checks.languages.syntax.located import Located
from checks.languages.syntax.scopes import Bound, sole
from checks.light import dataclass

_JEST = frozenset({"jest.spyOn", "vi.spyOn"})
_NODE = frozenset({"test.mock.method", "mock.method", "mock.getter", "mock.setter"})
_SINON = frozenset({"fake", "replace", "replaceGetter", "replaceSetter", "spy", "stub"})
"""Methods of sinon and of its sandboxes: https://sinonjs.org/releases/latest/sandbox/."""
_MADE = ("sinon.createSandbox()", "sinon.sandbox.create()", "sinon.default.createSandbox()")
_CLOCKS = {
    "jest.useFakeTimers": ("useRealTimers",),
    "vi.useFakeTimers": ("useRealTimers",),
    "sinon.useFakeTimers": ("restore", "verifyAndRestore"),
    "lolex.install": ("uninstall",),
    "@sinonjs/fake-timers.install": ("uninstall",),
    "jasmine.clock().install": ("uninstall",),
    "mockdate.set": ("reset",),
    "timekeeper.freeze": ("reset",),
    "timekeeper.travel": ("reset",),
}
"""What replaces the clock, and the methods that give the real one back.

Sources: https://jestjs.io/docs/jest-object#fake-timers, https://vitest.dev/api/vi#fake-timers,
https://github.com/sinonjs/fake-timers, https://jasmine.github.io/api/edge/Clock.html
"""
_ALL_BACK = frozenset({"restoreAll", "restoreAllMocks", "resetAllMocks", "verifyAndRestore"})
_ONE_BACK = frozenset({"mockRestore", "mockReset", "restore"})
_CHAIN = 12
_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Spy:
    """A function that a test replaces or listens in on."""

    call: JsCall
    block: Block
    """The test that does it."""
    owner: tree_sitter.Node
    """The object whose function it is."""
    method: str
    """The function's name, empty when it is not written out."""
    kept: str
    """What the spy is called, as it is written; empty when nothing keeps it."""
    maker: str
    """What makes it: ``jest``, ``sinon``, ``node``, or the name of a sandbox."""


def spies(file: JavaScriptFile) -> Iterator[Spy]:
    """The spies and stubs on functions of objects that tests make themselves."""
    for word in ("spyOn", "method", "getter", "setter", *sorted(_SINON)):
        for call in file.calls_named(word):
            maker = _maker(file, call)
            owner = call.argument(0)
            if not maker or owner is None or len(call.arguments) < 2:
                continue
            block = test_around(file, call.node)
            if block is None:
                continue
            second = call.argument(1)
            method = "" if second is None else file.string(second) or ""
            yield Spy(call, block, owner, method, _kept(file, call), maker)


def _maker(file: JavaScriptFile, call: JsCall) -> str:
    name = call.name or ""
    if name in _JEST:
        return "jest"
    if name in _NODE:
        return "node"
    base, _, last = name.rpartition(".")
    if last not in _SINON:
        return ""
    if base in ("sinon", "sinon.default"):
        return "sinon"
    receiver = call.receiver
    if receiver is None:
        return ""
    if base in _MADE:
        return file.text_of(bare(receiver))
    # `let sinon`, set in a hook
    return "sinon" if call.method in _SINON and file.text_of(receiver) == "sinon" else ""


def _kept(file: JavaScriptFile, call: JsCall) -> str:
    """What the spy, or the end of the chain that begins with it, is assigned to."""
    place: Located | None = call
    for _ in range(_CHAIN):
        above = None if place is None else place.parent
        if above is None:
            return ""
        kind = above.kind
        if kind == "variable_declarator":
            name = above.child("name")
            return "" if name is None else file.text_of(name)
        if kind == "assignment_expression":
            left = above.child("left")
            return "" if left is None else _plain(file, left)
        if kind not in ("member_expression", "call_expression", "await_expression", *TRANSPARENT):
            return ""
        place = above
    return ""


def _plain(file: JavaScriptFile, node: tree_sitter.Node) -> str:
    return "".join(file.text_of(bare(node)).replace("!", "").replace("?.", ".").split())


def restoring(file: JavaScriptFile, spy: Spy) -> Iterator[JsCall]:
    """The calls of the file that put a spy back, as far as one can tell."""
    for word in (*sorted(_ALL_BACK), *sorted(_ONE_BACK)):
        for call in file.calls_named(word):
            if _puts_back(file, call, spy):
                yield call
    for word in file.words_of_calls():
        low = word.lower()
        if word in _ALL_BACK or word in _ONE_BACK or not low.startswith(("restore", "unstub")):
            continue
        yield from file.calls_named(word)  # a helper: what it puts back is not seen


def _puts_back(file: JavaScriptFile, call: JsCall, spy: Spy) -> bool:
    receiver = call.receiver
    if receiver is None:
        return True
    name = call.name or ""
    base = name.rpartition(".")[0]
    if base in ("jest", "vi"):
        return spy.maker == "jest"
    written = _plain(file, receiver)
    if base in ("sinon", "sinon.default") or written == "sinon":
        return spy.maker == "sinon"
    if base in ("mock", "test.mock"):
        return spy.maker == "node"
    if base in _MADE:
        return spy.maker == written
    if call.method in _ALL_BACK:
        return True
    if spy.kept and written == spy.kept:
        return True
    last = written.rpartition(".")[2]
    if "." in written and spy.method:
        owner = _plain(file, spy.owner)
        return last == spy.method and (
            written.startswith(f"{owner}.") or not written.startswith(("console.", "process."))
        )
    return not _is_another(file, written, spy)


def _is_another(file: JavaScriptFile, written: str, spy: Spy) -> bool:
    """Whether a name is known to stand for something else than this spy."""
    names = file.remember(_is_another, lambda: _all_kept(file))
    return written in names and written != spy.kept


def _all_kept(file: JavaScriptFile) -> frozenset[str]:
    clocks = (_kept(file, call) for call in clock_calls(file))
    return frozenset({one.kept for one in spies(file)} | set(clocks)) - {""}


def clock_calls(file: JavaScriptFile) -> Iterator[JsCall]:
    """The calls that replace the clock."""
    for name in _CLOCKS:
        for call in file.calls_named(name.rpartition(".")[2]):
            if call.name == name or (
                call.method == "useFakeTimers"
                and (call.name or "").rpartition(".")[0] in _MADE
                and name == "sinon.useFakeTimers"
            ):
                yield call


def real_clock(file: JavaScriptFile, call: JsCall) -> Iterator[JsCall]:
    """The calls of the file that give the real clock back."""
    words = set(_CLOCKS.get(call.name or "", ("restore", "verifyAndRestore")))
    words |= {"useRealTimers", "uninstall", "restoreAll"}
    for word in sorted(words):
        yield from file.calls_named(word)
    for word in file.words_of_calls():
        if word.lower().startswith(("restore", "reset")) and word not in words:
            yield from file.calls_named(word)


def imported_root(file: JavaScriptFile, node: tree_sitter.Node, names: Located) -> str:
    """The name by which the file imports what an expression is a part of; ``""``: it is none."""
    scope = names.names
    for _ in range(_DEPTH):
        node = bare(node)
        kind = node.type
        if kind in ("member_expression", "subscript_expression"):
            inner = node.child_by_field_name("object")
            if inner is None:
                return ""
            node = inner
        elif kind == "identifier":
            text = file.text_of(node)
            found = sole(scope.find(text))
            if found is None:
                return ""
            if found.how is Bound.IMPORT:
                return text
            if found.how not in (Bound.VALUE, Bound.PART) or found.value is None:
                return ""
            if bare(found.value).type == "call_expression":
                callee = bare(found.value).child_by_field_name("function")
                required = callee is not None and file.text_of(callee) == "require"
                return text if required else ""
            node, scope = found.value, found.scope
        else:
            return ""
    return ""
