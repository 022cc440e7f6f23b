"""The check ``patcher-not-stopped`` in JavaScript: a spy that outlives its test."""

from __future__ import annotations

import itertools

import tree_sitter

from checks.hygiene.javascript.shared.places import test_around
from checks.hygiene.javascript.shared.spies import (
    Spy,
    clock_calls,
    imported_root,
    real_clock,
    restoring,
    spies,
)
from checks.hygiene.javascript.shared.undoing import Undo, undone
from checks.languages.javascript.blocks import Block
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.syntax.located import Located
from checks.model import Confidence, Role
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_MOST = 200
"""Spies of one file that are held against what puts them back."""
_MOST_TOLD = 2
"""Comments of one file on what is put back only on success: after that it is a habit."""
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
    Bad:
        // file: test/clock.test.js
        const sinon = require('sinon');

        it('tells the time', () => {
          const now = sinon.stub(Date, 'now').returns(0);
          expect(clock().text).toBe('00:00');
          now.restore();
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
    told = 0
    for spy in itertools.islice(spies(file), _MOST):
        how = undone(file, spy.call, spy.block, restoring(file, spy))
        if how is Undo.NEVER:
            _report_kept(file, spy, report)
        elif how is Undo.ON_SUCCESS and told < _MOST_TOLD:
            told += 1
            report(
                at=spy.call,
                message=f"`{_short(spy.call)}` is put back only when what is before passes.",
                why="When an assertion fails the later tests get the replacement, and fail too.",
                fix="Restore it in `afterEach`, or in a `finally`.",
                confidence=Confidence.LOW,
            )
    for call in itertools.islice(clock_calls(file), _MOST):
        block = test_around(file, call.node)
        if block is None:
            continue
        how = undone(file, call, block, real_clock(file, call))
        if how is Undo.ALWAYS or (how is Undo.ON_SUCCESS and told >= _MOST_TOLD):
            continue
        told += how is Undo.ON_SUCCESS
        if how is Undo.NEVER and not _is_followed(file, block):
            continue
        report(
            at=call,
            message=f"`{call.short}` replaces the clock, and nothing gives the real one back."
            if how is Undo.NEVER
            else f"`{call.short}` is undone only when everything before that passes.",
            why="The later tests of the file wait for a clock that does not go on.",
            fix="Give the real clock back in `afterEach`, or in a `finally`.",
            confidence=Confidence.LOW,
        )


def _report_kept(file: JavaScriptFile, spy: Spy, report: Report) -> None:
    """Say that nothing puts a spy back, where others can see it."""
    if not _is_shared(file, spy.call, spy.owner) or file.project.restores_mocks:
        return
    looks_on = spy.maker in ("jest", "node") or spy.call.method == "spy"
    if looks_on and not _is_faked(file, spy.call):
        return
    if any(line.startswith((b"using ", b"await using ")) for line in _lines(file)):
        return
    known = file.project.restores_mocks is not None or spy.maker not in ("jest", "node")
    report(
        at=spy.call,
        message=f"`{_short(spy.call)}` replaces a function of `{file.text_of(spy.owner)[:40]}`, and"
        " nothing puts it back.",
        why="Later tests of the file get the replacement: they depend on the order.",
        fix="Restore it in `afterEach`, or set `restoreMocks` in the configuration."
        if spy.maker == "jest"
        else "Restore it in `afterEach`.",
        confidence=Confidence.HIGH if known else Confidence.LOW,
    )


def _short(call: JsCall) -> str:
    """The callee, also where a line ends before its last dot."""
    return call.short.replace(" .", ".")


def _lines(file: JavaScriptFile) -> list[bytes]:
    """The lines of the file, without the room before them."""
    return file.remember(_lines, lambda: [one.strip() for one in file.source.data.split(b"\n")])


def _is_followed(file: JavaScriptFile, block: Block) -> bool:
    """Whether the file goes on with another test."""
    return any(one.is_test and one.span.start > block.span.end for one in file.blocks)


def _is_shared(file: JavaScriptFile, call: JsCall, owner: tree_sitter.Node) -> bool:
    """Whether the object is a global, or a part of what is imported for the whole file."""
    name = file.resolve(owner, call.names) or ""
    return name in _SHARED or bool(imported_root(file, owner, call))


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
