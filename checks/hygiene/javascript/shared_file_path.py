"""The check ``shared-file-path`` in JavaScript: a file that other runs write as well."""

from __future__ import annotations

from checks.hygiene.javascript.shared.places import test_around
from checks.languages.javascript.events import JsFileEvent
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_WRITERS = frozenset(
    {
        "fs.writeFileSync",
        "fs.writeFile",
        "fs.mkdirSync",
        "fs.mkdir",
        "fs.appendFileSync",
        "fs.createWriteStream",
        "fs/promises.writeFile",
        "fs/promises.mkdir",
        "fs.promises.writeFile",
        "fs-extra.writeFileSync",
        "fs-extra.outputFileSync",
        "fs-extra.outputFile",
        "fs.promises.mkdir",
    }
)
_TEMPORARY = ("/tmp/", "/var/tmp/")  # noqa: S108 - what is looked for
_FAKES = (
    b"memfs",
    b"mock-fs",
    b"vi.mock('fs",
    b"jest.mock('fs",
    b'vi.mock("fs',
    b'jest.mock("fs',
    b"vi.mock('node:fs",
    b"jest.mock('node:fs",
)


@also("shared-file-path", languages=JAVASCRIPT, on=MODULE)
def shared_file_path(event: JsFileEvent, report: Report) -> None:
    """A test writes to a fixed path of the system's temporary folder.

    Bad:
        // file: test/export.test.js
        const fs = require('fs');

        it('exports', () => {
          fs.writeFileSync('/tmp/export.csv', 'a,b');
          expect(load('/tmp/export.csv')).toEqual([['a', 'b']]);
        });
    Good:
        // file: test/export.test.js
        const fs = require('fs');
        const os = require('os');
        const path = require('path');

        it('exports', () => {
          const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'export-'));
          fs.writeFileSync(path.join(folder, 'export.csv'), 'a,b');
          expect(load(folder)).toEqual([['a', 'b']]);
        });
    """
    file = event.file
    if any(mark in file.source.data for mark in _FAKES):
        return
    for name in sorted(_WRITERS):
        for call in file.calls_named(name.rpartition(".")[2]):
            first = call.argument(0)
            if call.name != name or first is None or test_around(file, call.node) is None:
                continue
            path = file.constant(first, call.names)
            if isinstance(path, str) and path.startswith(_TEMPORARY):
                report(
                    at=call,
                    message=f"The test writes to `{path[:60]}`, which every run on this machine"
                    " shares.",
                    why="Two runs at a time, or another user's file, make the test fail.",
                    fix="Make a folder of its own with `fs.mkdtemp`, and remove it afterwards.",
                )
