"""The check ``patcher-not-stopped`` in JavaScript: a spy that outlives its test."""

from __future__ import annotations

import tree_sitter

from checks.hygiene.javascript.shared.places import test_around
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import bare
from checks.languages.javascript.project import RESTORES
from checks.languages.syntax.located import Located
from checks.languages.syntax.scopes import Bound, sole
from checks.model import Confidence, Role
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_SPIES = ("jest.spyOn", "vi.spyOn", "test.mock.method", "sinon.stub")
_FAKING = (
    "mockImplementation",
    "mockImplementationOnce",
    "mockReturnValue",
    "mockResolvedValue",
    "mockRejectedValue",
    "mockReturnThis",
)
_SHARED = frozenset(
    {
        "console",
        "crypto",
        "Date",
        "document",
        "global",
        "globalThis",
        "JSON",
        "localStorage",
        "Math",
        "navigator",
        "performance",
        "process",
        "process.stderr",
        "process.stdout",
        "sessionStorage",
        "Storage.prototype",
        "window",
        "Array.prototype",
        "Object",
        "Promise",
        "Intl",
    }
)


@also(
    "patcher-not-stopped",
    languages=JAVASCRIPT,
    on=MODULE,
    roles=frozenset({Role.TEST}),
)
def patcher_not_stopped(event: JsFileEvent, report: Report) -> None:
    """A function of a shared object is replaced in a test, and nothing puts it back.

    Bad:
        // file: test/clock.test.js
        const sinon = require('sinon');

        it('tells the time', () => {
          sinon.stub(Date, 'now').returns(0);
          expect(clock().text).toBe('00:00');
        });
    Good:
        // file: test/clock.test.js
        const sinon = require('sinon');

        afterEach(() => sinon.restore());

        it('tells the time', () => {
          sinon.stub(Date, 'now').returns(0);
          expect(clock().text).toBe('00:00');
        });
    Good:
        // file: test/clock.test.js
        it('tells the time', () => {
          const now = jest.spyOn(Date, 'now').mockReturnValue(0);
          try {
            expect(clock().text).toBe('00:00');
          } finally {
            now.mockRestore();
          }
        });
    """
    file = event.file
    if any(mark in file.source.data for mark in RESTORES) or file.project.restores_mocks:
        return
    for name in _SPIES:
        for call in file.calls_named(name.rpartition(".")[2]):
            owner = call.argument(0)
            if call.name != name or owner is None or len(call.arguments) < 2:
                continue
            if test_around(file, call.node) is None or not _is_shared(file, call, owner):
                continue
            if name != "sinon.stub" and not _is_faked(file, call):
                continue
            known = file.project.restores_mocks is not None or name == "sinon.stub"
            report(
                at=call,
                message=f"`{call.short}` replaces a function of `{file.text_of(owner)[:40]}`, and"
                " nothing puts it back.",
                why="Later tests of the file get the replacement: they depend on the order.",
                fix="Restore it in `afterEach`, or set `restoreMocks` in the configuration.",
                confidence=Confidence.HIGH if known else Confidence.LOW,
            )


def _is_shared(file: JavaScriptFile, call: JsCall, owner: tree_sitter.Node) -> bool:
    """Whether the object is a global, or a module that is imported for the whole file."""
    name = file.resolve(owner, call.names) or ""
    if name in _SHARED:
        return True
    node = bare(owner)
    if node.type != "identifier":
        return False
    found = sole(call.names.find(file.text_of(node)))
    return found is not None and found.how is Bound.IMPORT


def _is_faked(file: JavaScriptFile, call: JsCall) -> bool:
    """Whether the spy is given something else to do than to look on."""
    place: Located | None = call
    for _ in range(8):
        above = None if place is None else place.parent
        if above is None:
            return False
        if above.kind == "member_expression":
            name = above.child("property")
            if name is not None and file.text_of(name) in _FAKING:
                return True
        elif above.kind == "variable_declarator":
            variable = above.child("name")
            written = "" if variable is None else file.text_of(variable)
            return any(f"{written}.{word}(".encode() in file.source.data for word in _FAKING)
        elif above.kind != "call_expression":
            return False
        place = above
    return False
