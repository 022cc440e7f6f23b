"""Mocks (aspect 1) and what is released (aspect 6) in JavaScript."""

from __future__ import annotations

from checks.evidence.registry import gather
from checks.languages.javascript.blocks import Block
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.syntax.located import Located
from checks.model import Aspect, Lines
from checks.registry import JAVASCRIPT, MODULE, TEST_ROLES
from checks.report import EvidenceSink

_LIBRARIES = frozenset(
    {
        "@jest/globals",
        "axios-mock-adapter",
        "fetch-mock",
        "jest-fetch-mock",
        "mock-fs",
        "mockdate",
        "msw",
        "nock",
        "proxyquire",
        "sinon",
        "testdouble",
    }
)
_MAKERS = frozenset(
    {
        "jest.fn",
        "vi.fn",
        "sinon.fake",
        "sinon.stub",
        "sinon.spy",
        "sinon.mock",
        "test.mock.fn",
        "mock.fn",
        "jasmine.createSpy",
        "jasmine.createSpyObj",
    }
)
_SPIES = frozenset({"jest.spyOn", "vi.spyOn", "spyOn", "test.mock.method", "mock.method"})
_MODULES = frozenset(
    {"jest.mock", "vi.mock", "jest.doMock", "vi.doMock", "jest.unstable_mockModule", "proxyquire"}
)
_GLOBALS = frozenset({"vi.stubGlobal", "vi.stubEnv", "jest.replaceProperty"})
_RESTORES = (
    "restoreAllMocks",
    "unstubAllGlobals",
    "unstubAllEnvs",
    "resetAllMocks",
    "clearAllMocks",
)
_RELEASES = (
    "close",
    "destroy",
    "disconnect",
    "kill",
    "quit",
    "rmSync",
    "stop",
    "terminate",
    "unmount",
    "unref",
    "useRealTimers",
    "cleanup",
)


@gather(Aspect.MOCKS, on=MODULE, languages=JAVASCRIPT)
def doubles(event: JsFileEvent, evidence: EvidenceSink) -> None:
    """Imports of mock libraries, mock functions, spies and mocked modules with what undoes them."""
    file = event.file
    for one in file.nodes("import_statement"):
        source = one.child("source")
        module = None if source is None else file.string(source)
        if module in _LIBRARIES:
            evidence.add(one, "import of a mock library", "imports of mock libraries")
    fate = _fate(file)
    for call in file.calls():
        name = call.name or ""
        if name in _MAKERS:
            stubbed = name.startswith("sinon.") and bool(call.arguments)
            evidence.add(call, "mock function", "mock functions", fate if stubbed else "")
        elif name in _SPIES:
            evidence.add(call, "spy", "spies", _own_fate(file, call) or fate)
        elif name in _MODULES:
            evidence.add(call, "mocked module", "mocked modules", "for the whole file")
        elif name in _GLOBALS:
            evidence.add(call, "stubbed global", "stubbed globals", fate)


def _fate(file: JavaScriptFile) -> str:
    """What puts back all spies of the file, as far as it is seen."""
    for word in _RESTORES[:3]:
        for call in file.calls_named(word):
            block = file.block_at(call.node)
            where = f" in `{block.word}`" if block is not None and block.is_hook else ""
            return f"undone by `{word}`{where}"
    for call in file.calls_named("restore"):
        return f"undone by `{call.short}`"
    if file.project.restores_mocks:
        return "undone by the runner (`restoreMocks`)"
    return "not seen to be undone"


def _own_fate(file: JavaScriptFile, call: JsCall) -> str:
    """``spy.mockRestore()`` for the name that the spy is given."""
    place: Located | None = call
    for _ in range(6):
        place = None if place is None else place.parent
        if place is None:
            return ""
        if place.kind in ("variable_declarator", "assignment_expression"):
            name = place.child("name") or place.child("left")
            written = "" if name is None else file.text_of(name)
            for word in ("mockRestore", "restore"):
                for other in file.calls_named(word):
                    if other.receiver is not None and file.text_of(other.receiver) == written:
                        return f"undone by `{word}`"
            return ""
        if place.kind not in ("member_expression", "call_expression"):
            return ""
    return ""


@gather(Aspect.CLEANUP, on=MODULE, languages=JAVASCRIPT, roles=TEST_ROLES)
def cleanups(event: JsFileEvent, evidence: EvidenceSink) -> None:
    """Hooks that clean up, and what is closed at the end of a test."""
    file = event.file
    for block in file.blocks:
        if block.is_teardown:
            evidence.add(_head(file, block), f"`{block.word}` hook", f"`{block.word}` hooks")
    for word in _RELEASES:
        for call in file.calls_named(word):
            where = file.block_at(call.node)
            if where is not None and not where.is_teardown and call.receiver is not None:
                evidence.add(call, "release in a test", "releases in tests", f"by `{word}`")
    for word in ("after", "teardown"):
        for call in file.calls_named(word):
            if call.receiver is not None and file.block_at(call.node) is not None:
                evidence.add(call, "cleanup", "cleanups", f"registered by `{call.short}`")


def _head(file: JavaScriptFile, block: Block) -> Lines:
    line = file.lines(block.call.node).start
    return Lines(line, line)
