"""What a file is for: test, test support, production, example or documentation, generated.

The role decides which checks run and how grave a finding is, so a wrong one is either noise (a
test called production) or silence (production called a test). It is decided in this order: what
the repository configured, who wrote the file, the conventions of test runners for paths, those for
examples and documentation, and at last the imports of a file whose name already speaks of tests.

Imports alone never make production code a test: a change must not be able to silence its own
review with one line, and a mock in production code is a defect of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from checks import globs
from checks.languages.paths import generated_by_path, language_of
from checks.model import Role, RoleDecision, Settings

BY_PATH = "its path"

_TEST_FOLDERS = frozenset(
    {
        "__tests__",
        "_tests",
        "androidtest",
        "e2e",
        "functional_tests",
        "integration_tests",
        "integrationtest",
        "test",
        "tests",
        "testsuite",
        "unit_tests",
        "unittests",
    }
)
_SPEC_FOLDERS = frozenset({"spec", "specs", "cypress"})
"""Test folders of Ruby and JavaScript, where other languages keep specifications."""
_SUPPORT_FOLDERS = frozenset(
    {
        "__fixtures__",
        "__mocks__",
        "_testing",
        "dummy_server",
        "dummyserver",
        "fake_server",
        "fakeserver",
        "fixtures",
        "mock_server",
        "mockserver",
        "test-data",
        "test_data",
        "test_helpers",
        "test_server",
        "test_utils",
        "test-helpers",
        "test-utils",
        "testdata",
        "testing",
        "testlib",
        "testserver",
        "testutil",
        "testutils",
    }
)
_SUPPORT_NAMES = frozenset(
    {
        ".coveragerc",
        ".mocharc.cjs",
        ".mocharc.js",
        ".mocharc.json",
        ".mocharc.yml",
        ".stestr.conf",
        "conftest.py",
        "noxfile.py",
        "pytest.ini",
        "rails_helper.rb",
        "requirements-test.txt",
        "setupTests.js",
        "setupTests.ts",
        "spec_helper.rb",
        "test-requirements.txt",
        "test_helper.rb",
        "tox.ini",
    }
)
_RUNNER_CONFIGURATIONS = ("cypress.", "jest.", "karma.", "playwright.", "vitest.", "wdio.")

_JAVASCRIPT = frozenset({"javascript", "typescript", "tsx", "vue", "svelte"})
_TEST_MARKS = (".test", ".spec", ".cy", ".e2e", "_spec", "_test", "-test", "-spec")
"""How the stem of a JavaScript or TypeScript test ends."""
_STEM_ENDINGS = {
    "cpp": ("_test", "_tests", "_unittest"),
    "csharp": ("Test", "Tests"),
    "go": ("_test",),
    "java": ("Test", "Tests", "TestCase", "IT"),
    "kotlin": ("Test", "Tests", "IT"),
    "php": ("Test", "TestCase"),
    "python": ("_test", "_tests"),
    "ruby": ("_test", "_spec"),
    "scala": ("Test", "Spec", "Suite"),
    "swift": ("Test", "Tests"),
}

_DOCUMENTATION = frozenset({"markdown", "restructuredtext"})
_DOCUMENT_ENDINGS = (".adoc", ".mdx", ".rst.txt", ".texi")
_EXAMPLE_FOLDERS = frozenset(
    {
        "changelog.d",
        "cookbook",
        "demo",
        "demos",
        "doc",
        "docs",
        "documentation",
        "example",
        "examples",
        "newsfragments",
        "releasenotes",
        "sample",
        "samples",
        "tutorial",
        "tutorials",
    }
)
_MEMBERS = frozenset({"apps", "crates", "libs", "modules", "packages", "plugins", "projects"})
"""Folders of a repository that holds many projects: ``packages/core/docs`` is like ``docs``."""

_LIBRARIES = frozenset(
    {
        "_pytest",
        "behave",
        "hypothesis",
        "nose",
        "nose2",
        "oslotest",
        "pytest",
        "pytest_asyncio",
        "testscenarios",
        "testtools",
        "unittest",
        # JavaScript and TypeScript
        "@jest/globals",
        "@playwright/test",
        "@testing-library/react",
        "@vue/test-utils",
        "ava",
        "chai",
        "cypress",
        "jasmine",
        "jest",
        "mocha",
        "node:test",
        "sinon",
        "tape",
        "uvu",
        "vitest",
        # Go
        "testing",
    }
)
_SPEAKING = frozenset(
    {
        "conftest",
        "fake",
        "fakes",
        "fixture",
        "fixtures",
        "pytest",
        "qa",
        "spec",
        "specs",
        "test",
        "testcase",
        "testcases",
        "testing",
        "testlib",
        "tests",
        "testutil",
        "testutils",
        "unittest",
        "unittests",
    }
)
"""Words of a path that speak of tests without settling the matter."""


def decide(
    path: str,
    imports: Collection[str] | None,
    settings: Settings,
    generated: bool = False,
) -> RoleDecision:
    """The role of a file, with a few plain words that say what decided it.

    Args:
        path: the file's path in the repository.
        imports: the dotted names it imports, each as far as it is known (``unittest.mock`` for
            ``from unittest import mock``); None when they were not read.
        settings: the repository's wishes; ``settings.roles`` overrides everything else.
        generated: whether the base branch marks the file as ``linguist-generated`` or
            ``linguist-vendored``, or its text carries a generator's mark.
    """
    configured = globs.last_match(settings.roles, path)
    if configured is not None:
        return RoleDecision(configured, "configured")
    if generated:
        return RoleDecision(Role.GENERATED, "marked as generated")
    reason = generated_by_path(path)
    if reason is not None:
        return RoleDecision(Role.GENERATED, reason)
    role = _by_path(path)
    if role is not None:
        return RoleDecision(role, BY_PATH)
    library = _test_library(imports or (), path)
    if library is not None and speaks_of_tests(path):
        return RoleDecision(Role.TEST_SUPPORT, f"its name, and imports {library}")
    return RoleDecision(Role.PRODUCTION, BY_PATH)


def _by_path(path: str) -> Role | None:
    """The role that the conventions for paths give; None when they say nothing."""
    *folders, name = path.split("/")
    language = language_of(path)
    if language in _DOCUMENTATION or name.lower().endswith(_DOCUMENT_ENDINGS):
        return Role.EXAMPLE
    lowered = [folder.lower() for folder in folders]
    supports = not _SUPPORT_FOLDERS.isdisjoint(lowered)
    if name in _SUPPORT_NAMES or _configures_a_runner(name, language):
        return Role.TEST_SUPPORT
    if _named_like_a_test(name, language, lowered):
        return Role.TEST
    if supports:
        return Role.TEST_SUPPORT
    if _in_test_folder(lowered, language):
        return Role.TEST if language in _JAVASCRIPT else Role.TEST_SUPPORT
    if _in_examples(lowered):
        return Role.EXAMPLE
    return None


def _named_like_a_test(name: str, language: str, folders: list[str]) -> bool:
    """Whether the test runners of the language collect a file of this name."""
    stem = name.rpartition(".")[0]
    if language == "python":
        return stem.startswith("test_") or stem in ("test", "tests") or _ends(stem, language)
    if language in _JAVASCRIPT:
        return stem.endswith(_TEST_MARKS) or stem in ("test", "tests", "spec")
    if language == "ruby" and stem.startswith("test_"):
        return "test" in folders
    return _ends(stem, language)


def _ends(stem: str, language: str) -> bool:
    return stem.endswith(_STEM_ENDINGS.get(language, ()))


def _configures_a_runner(name: str, language: str) -> bool:
    return (
        language in _JAVASCRIPT and name.startswith(_RUNNER_CONFIGURATIONS) and ".config." in name
    ) or (language in _JAVASCRIPT and name.startswith(("jest.setup.", "vitest.setup.")))


def _in_test_folder(folders: list[str], language: str) -> bool:
    if not _TEST_FOLDERS.isdisjoint(folders) or folders[:1] == ["t"]:
        return True  # `t` is Perl's name for it, which some projects keep in other languages
    spec = language in _JAVASCRIPT or language == "ruby"
    return spec and not _SPEC_FOLDERS.isdisjoint(folders)


def _in_examples(folders: list[str]) -> bool:
    """Whether a folder of examples or documentation stands where projects keep one.

    That is at the top, or at the top of a member of a repository with many projects. Deeper down
    ``docs``, ``samples`` and ``demo`` are as often an application's own subject, and
    ``com/example`` is where half of all Java code begins; only ``examples`` is plain anywhere.
    """
    if "main" in folders and "src" in folders:
        return False
    member = len(folders) > 2 and folders[0] in _MEMBERS
    tops = {*folders[:1], *(folders[2:3] if member else ())}
    return not _EXAMPLE_FOLDERS.isdisjoint(tops) or "examples" in folders


def _test_library(imports: Iterable[str], path: str) -> str | None:
    """The test library that is imported, ``unittest.mock`` not counted; the first by name.

    A project that *is* a test library imports itself everywhere, which says nothing.
    """
    own = set(path.split("/"))
    found = {
        name.partition(".")[0]
        for name in imports
        if name != "unittest.mock" and not name.startswith("unittest.mock.")
    }
    return min((found & _LIBRARIES) - own, default=None)


def speaks_of_tests(path: str) -> bool:
    """Whether a part of the path holds such a word: ``app/testing.py``, ``qa/base.py``."""
    return any(
        word in _SPEAKING
        for part in path.lower().split("/")
        for word in part.replace("-", "_").replace(".", "_").split("_")
    )
