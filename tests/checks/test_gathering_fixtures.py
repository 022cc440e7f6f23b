"""Fixtures of the repository beside the change: which are asked for, and what is known by them."""

from __future__ import annotations

import pytest

from tests.checks.shelves import Shelf, Tree, gathered

FIXTURE = "import pytest\n@pytest.fixture\ndef client(): pass\n"


@pytest.mark.parametrize(
    ("tree", "where"),
    [
        ({"tests/conftest.py": FIXTURE}, "tests/conftest.py"),
        (
            {"conftest.py": FIXTURE, "tests/api/conftest.py": FIXTURE},
            "tests/api/conftest.py",
        ),
        (
            {
                "tests/conftest.py": "from tests.plugins import client\n",
                "tests/plugins.py": FIXTURE,
            },
            "tests/plugins.py",
        ),
        (
            {"tests/conftest.py": "from .plugins import *\n", "tests/plugins.py": FIXTURE},
            "tests/plugins.py",
        ),
        (
            {
                "conftest.py": "pytest_plugins = ['tests.plugins']\n",
                "tests/plugins.py": FIXTURE,
            },
            "tests/plugins.py",
        ),
    ],
)
def test_fixtures_of_other_files_are_known(tree: Tree, where: str) -> None:
    shelf = Shelf(tree)
    index = gathered({"tests/api/test_x.py": "def test_x(client): pass\n"}, shelf).index
    found = index.fixture("client", index.modules[0])
    assert found is not None
    assert found.module.path == where


def test_a_fixture_that_the_test_file_imports_is_known() -> None:
    shelf = Shelf({"tests/plugins.py": FIXTURE})
    text = "from .plugins import client  # noqa: F401\ndef test_x(client): pass\n"
    index = gathered({"tests/test_x.py": text}, shelf).index
    assert index.fixture("client", index.modules[0]) is not None


def test_no_conftest_is_asked_for_by_production_code() -> None:
    shelf = Shelf({})
    gathered({"app/db.py": "def test_connection(url): pass\n"}, shelf)
    assert shelf.asked == []
    gathered({"app/db_test.py": "def test_connection(url): pass\n"}, shelf)
    assert shelf.asked == [["app/conftest.py", "conftest.py"]]
