"""The check ``unclosed-resource-in-test`` in JavaScript."""

from __future__ import annotations

import itertools

from checks.hygiene.javascript.shared.holding import given_back_on_success, held, unlike_others
from checks.hygiene.javascript.shared.releases import is_released
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.model import Confidence
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_MOST_TOLD = 5
_OPENERS = frozenset(
    {
        "fs.openSync",
        "fs/promises.open",
        "fs.promises.open",
        "puppeteer.launch",
        "playwright.chromium.launch",
        "playwright.firefox.launch",
        "playwright.webkit.launch",
        "@playwright/test.chromium.launch",
        "mongodb-memory-server.MongoMemoryServer.create",
        "chromium.launch",
    }
)

_DIRECTORIES = {
    "mkdtemp": ("fs/promises.mkdtemp", "fs.promises.mkdtemp", "fs.mkdtemp", "fs-extra.mkdtemp"),
    "mkdtempSync": ("fs.mkdtempSync", "fs-extra.mkdtempSync"),
    "dirSync": ("tmp.dirSync",),
    "fileSync": ("tmp.fileSync",),
}
"""What makes a file or directory that nobody removes on its own."""
_REMOVING = ("rm", "remove", "unlink", "del", "setgracefulcleanup", "trash", "emptydir")
"""How the names of functions begin that remove them; lower case."""


@also("unclosed-resource-in-test", languages=JAVASCRIPT, on=MODULE)
def unclosed_resource_in_test(event: JsFileEvent, report: Report) -> None:
    """A file, a process or a browser is opened, and nothing closes it.

    Bad:
        // file: test/pages.test.js
        import puppeteer from 'puppeteer';

        it('shows the title', async () => {
          const browser = await puppeteer.launch();
          const page = await browser.newPage();
          expect(await page.title()).toBe('Shop');
        });
    Good:
        // file: test/pages.test.js
        import puppeteer from 'puppeteer';

        it('shows the title', async () => {
          const browser = await puppeteer.launch();
          const page = await browser.newPage();
          expect(await page.title()).toBe('Shop');
          await browser.close();
        });
    """
    file = event.file
    for name in sorted(_OPENERS):
        for call in file.calls_named(name.rpartition(".")[2]):
            if call.name != name or file.block_at(call.node) is None:
                continue
            if is_released(file, call, None):
                continue
            report(
                at=call,
                message=f"What `{call.short}` opens is never closed.",
                why="It lives on after the test, and the run runs out of them or does not end.",
                fix="Close it in `afterEach`, or at the end of the test in a `finally`.",
                confidence=Confidence.HIGH,
            )
    for call, method in held(file):
        report(
            at=call,
            message=f"What `{call.short}` opens is never given back.",
            why="Its connection lives on after the test, and the run does not end.",
            fix=f"Call its `{method}()` in `afterEach`, or in a `finally`.",
            confidence=Confidence.MEDIUM,
        )
    for call, method in itertools.islice(unlike_others(file), _MOST_TOLD):
        report(
            at=call,
            message=f"What `{call.short}` gives is not closed in this test.",
            why="Other tests of this file close it: here it lives on under those that follow.",
            fix=f"Call its `{method}()` in a `finally`, or in `afterEach`.",
            confidence=Confidence.LOW,
        )
    for call in itertools.islice(given_back_on_success(file), 1):
        report(
            at=call,
            message=f"What `{call.short}` opens is closed only when what is before passes.",
            why="When an assertion fails it stays open: the run hangs, or the next test fails.",
            fix="Close it in `afterEach`, or in a `finally`.",
            confidence=Confidence.LOW,
        )
    if not file.blocks or _removes(file):
        return
    for word, names in _DIRECTORIES.items():
        for call in file.calls_named(word):
            if call.name in names:
                report(
                    at=call,
                    message=f"What `{call.short}` makes is never removed.",
                    why="Every run leaves one more behind, until the disk is full.",
                    fix="Remove it in `afterEach` or `afterAll`: `rm(path, { recursive: true })`.",
                    confidence=Confidence.LOW,
                )


def _removes(file: JavaScriptFile) -> bool:
    """Whether the file removes anything, or hands that on: `t.after(cleanup)`."""
    return any(
        word.lower().startswith(_REMOVING) or "cleanup" in word.lower() or "tempdir" in word.lower()
        for word in file.words_of_calls()
    )
