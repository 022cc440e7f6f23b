"""What the configuration of the test runner changes: spies that it puts back are no finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from checks.engine import analyse
from checks.model import ChangedFile, Settings, Surface

TEST = b"""
it('tells the time', () => {
  jest.spyOn(Date, 'now').mockReturnValue(0);
  expect(time()).toBe('00:00');
});
"""
CHECK = "patcher-not-stopped"


class Tree:
    """A repository that notes what it is asked for."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.asked: list[list[str]] = []

    def __call__(self, paths: Sequence[str]) -> Mapping[str, bytes | None]:
        self.asked.append(list(paths))
        return {path: self.files.get(path) for path in paths}


def surfaces(tree: Tree | None, text: bytes = TEST, *more: ChangedFile) -> list[Surface]:
    file = ChangedFile("packages/shop/test/time.test.js", text)
    report, *_ = analyse([file, *more], Settings(), repository=tree)
    return [one.surface for one in report.findings if one.check == CHECK]


def test_without_a_repository_it_is_a_note() -> None:
    assert surfaces(None) == [Surface.SUMMARY]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("jest.config.js", b"module.exports = { restoreMocks: true };"),
        ("packages/shop/jest.config.ts", b"export default { restoreMocks: true } satisfies C;"),
        ("vitest.config.ts", b"export default defineConfig({ test: { restoreMocks: true } });"),
        ("package.json", b'{"jest": {"restoreMocks": true}}'),
        ("packages/shop/jest.config.json", b'{"restoreMocks": true}'),
    ],
)
def test_the_runner_restores(path: str, text: bytes) -> None:
    assert surfaces(Tree({path: text})) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("jest.config.js", b"module.exports = { restoreMocks: false };"),
        ("jest.config.js", b"module.exports = { clearMocks: true };"),
        ("package.json", b'{"jest": {"clearMocks": true}}'),
    ],
)
def test_the_runner_does_not_restore(path: str, text: bytes) -> None:
    assert surfaces(Tree({path: text})) == [Surface.INLINE]


@pytest.mark.parametrize(
    "files", [{}, {"package.json": b"{"}, {"package.json": b"[]"}, {"package.json": b"\xff"},
              {"jest.config.js": b"module.exports = { restoreMocks: process.env.CI };"[:30]}]
)  # fmt: skip
def test_what_cannot_be_read_settles_nothing_or_is_no_setting(files: dict[str, bytes]) -> None:
    assert len(surfaces(Tree(files))) == 1


def test_the_configuration_of_the_change_itself_counts() -> None:
    config = ChangedFile("jest.config.js", b"module.exports = { restoreMocks: true };\n")
    assert surfaces(Tree({}), TEST, config) == []


def test_it_is_asked_for_once_and_only_where_it_matters() -> None:
    tree = Tree({})
    surfaces(tree)
    assert len(tree.asked) == 1
    assert "packages/shop/jest.config.js" in tree.asked[0]
    quiet = Tree({})
    surfaces(quiet, TEST + b"afterEach(() => jest.restoreAllMocks());\n")
    assert quiet.asked == []
