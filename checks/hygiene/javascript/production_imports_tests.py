"""The check ``test-code-imported-by-production`` in JavaScript."""

from __future__ import annotations

from checks.hygiene.javascript.shared.imports import imports
from checks.hygiene.shared.texts import words
from checks.languages.javascript.events import JsFileEvent
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_FOLDERS = frozenset(
    {
        "__fixtures__",
        "__mocks__",
        "__tests__",
        "cypress",
        "e2e",
        "spec",
        "test",
        "testdata",
        "tests",
    }
)
_ENDINGS = (".test", ".spec", ".cy", ".e2e-spec", ".mock", ".fixture")
_AROUND = frozenset(
    {
        "bench",
        "benchmark",
        "benchmarks",
        "config",
        "dev",
        "docs",
        "example",
        "examples",
        "fixtures",
        "playground",
        "script",
        "scripts",
        "storybook",
        "stories",
        "test",
        "tests",
        "testing",
        "tools",
        "mock",
        "mocks",
        "jest",
        "vitest",
        "karma",
        "demo",
        "e2e",
        "harness",
        "runner",
        "build",
        "webpack",
        "gulpfile",
        "rollup",
        "vite",
        "setup",
        "mocked",
        "wdio",
        "cypress",
        "playwright",
    }
)
"""Words of the path of a file that is not shipped itself."""


@also("test-code-imported-by-production", languages=JAVASCRIPT, on=MODULE)
def production_imports_tests(event: JsFileEvent, report: Report) -> None:
    """Code that is shipped imports a file of the tests.

    Bad:
        // file: src/gateway.js
        import { FakeGateway } from '../test/fakes';

        export const gateway = (settings) => settings.dryRun ? new FakeGateway() : new Gateway();
    Bad:
        // file: src/gateway.ts
        const { sample } = require('./__fixtures__/orders');
    Good:
        // file: src/gateway.js
        import { Gateway } from './real';

        export const gateway = (settings) => new Gateway(settings);
    Good:
        // file: src/gateway.ts
        import type { Sample } from '../test/types';
    """
    file = event.file
    parts = event.path.replace(".", "/").split("/")
    if file.blocks or any(not _AROUND.isdisjoint(words(part)) for part in parts):
        return
    for one in imports(file):
        if one.is_for_types or not one.module.startswith("."):
            continue
        found = _test_part(one.module)
        if not found:
            continue
        report(
            at=one.at,
            message=f"`{one.module[:80]}` is test code, and code that is shipped imports it.",
            why="The tests are as a rule not shipped: the import fails in production only.",
            fix="Move what both need into the code that is shipped.",
        )


def _test_part(module: str) -> str:
    """The part of a path that says so; ``""`` when none does."""
    *folders, name = module.split("/")
    stem = name
    for ending in (".js", ".ts", ".tsx", ".jsx", ".mjs", ".cjs", ".json"):
        stem = stem.removesuffix(ending)
    if stem.endswith(_ENDINGS) and len(stem) > len(".test"):
        return stem
    return next((one for one in folders if one.lower() in _FOLDERS), "")
