"""Files of the repository beside the change: which are asked for, and what is known by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from checks.engine import analyse, iterate
from checks.events import Class, Function
from checks.languages.python.index import Index
from checks.model import ChangedFile, FileReport, Settings
from checks.registry import CLASSES, FUNCTIONS
from checks.report import Report
from checks.repository import Bounds
from tests.checks.making import make_check
from tests.checks.shelves import Shelf, Tree, code, gathered, modules, only_class

BASE = """
    import testtools
    class ChangerTestCase(testtools.TestCase):
        def setUp(self): pass
        def tearDown(self): pass
        def _wait_until_deleted(self): pass
"""

CHAINS: dict[str, tuple[Tree, Tree, str, str]] = {
    "a base module of an OpenStack project": (
        {
            "library/tests/functional/test_x.py": """
                from library.tests.functional import base
                class Tests(base.ChangerTestCase):
                    def test(self): pass
            """
        },
        {"library/tests/functional/base.py": BASE},
        "library/tests/functional/base.py",
        "_wait_until_deleted",
    ),
    "a relative import": (
        {
            "pkg/tests/api/test_x.py": """
                from ..base import ChangerTestCase
                class Tests(ChangerTestCase): pass
            """
        },
        {"pkg/tests/base.py": BASE},
        "pkg/tests/base.py",
        "tearDown",
    ),
    "a relative import of a module": (
        {
            "pkg/tests/test_x.py": """
                from . import base
                class Tests(base.ChangerTestCase): pass
            """
        },
        {"pkg/tests/base.py": BASE, "pkg/tests/__init__.py": ""},
        "pkg/tests/base.py",
        "tearDown",
    ),
    "a package that passes a class on": (
        {
            "tests/test_x.py": """
                from tests.support import TestBase
                class Tests(TestBase): pass
            """
        },
        {
            "tests/support/__init__.py": "from .base import ChangerTestCase as TestBase\n",
            "tests/support/base.py": BASE,
        },
        "tests/support/base.py",
        "tearDown",
    ),
    "a package that passes all on": (
        {
            "tests/test_x.py": """
                from tests.support import ChangerTestCase
                class Tests(ChangerTestCase): pass
            """
        },
        {
            "tests/support/__init__.py": "from .base import *\n",
            "tests/support/base.py": BASE,
        },
        "tests/support/base.py",
        "tearDown",
    ),
    "a wildcard import": (
        {
            "tests/test_x.py": """
                from tests.base import *
                class Tests(ChangerTestCase): pass
            """
        },
        {"tests/base.py": BASE},
        "tests/base.py",
        "setUp",
    ),
    "a src layout with the tests outside": (
        {
            "tests/test_x.py": """
                from project.testing import ChangerTestCase
                class Tests(ChangerTestCase): pass
            """
        },
        {"src/project/testing.py": BASE},
        "src/project/testing.py",
        "tearDown",
    ),
    "tests that mirror the package": (
        {
            "tests/project/core/test_x.py": """
                from project.testing import ChangerTestCase
                class Tests(ChangerTestCase): pass
            """
        },
        {"project/testing.py": BASE},
        "project/testing.py",
        "tearDown",
    ),
    "a package in a folder of a large repository": (
        {
            "services/billing/billing/tests/test_x.py": """
                from billing.testing import ChangerTestCase
                class Tests(ChangerTestCase): pass
            """
        },
        {"services/billing/billing/testing.py": BASE},
        "services/billing/billing/testing.py",
        "tearDown",
    ),
    "an app of a Django project": (
        {
            "backend/shop/tests.py": """
                from accounts.testing import ChangerTestCase
                class Tests(ChangerTestCase): pass
            """,
            "backend/accounts/models.py": "",
        },
        {"backend/accounts/testing.py": BASE},
        "backend/accounts/testing.py",
        "tearDown",
    ),
    "a helper beside the test": (
        {
            "tests/unit/test_x.py": """
                import helpers
                class Tests(helpers.ChangerTestCase): pass
            """
        },
        {"tests/helpers.py": BASE},
        "tests/helpers.py",
        "tearDown",
    ),
    "a base class with a second name": (
        {
            "pkg/tests/test_x.py": """
                from pkg import test
                class Tests(test.TestCase): pass
            """
        },
        {"pkg/test.py": BASE + "\n    TestCase = ChangerTestCase\n"},
        "pkg/test.py",
        "tearDown",
    ),
    "a chain over two files": (
        {
            "pkg/tests/test_x.py": """
                from pkg.tests.api import base
                class Tests(base.ApiTest): pass
            """
        },
        {
            "pkg/tests/api/base.py": """
                from pkg import test
                class ApiTest(test.ChangerTestCase):
                    def call(self): pass
            """,
            "pkg/test.py": BASE,
        },
        "pkg/test.py",
        "tearDown",
    ),
    "an import in a function": (
        {
            "pkg/tests/test_x.py": """
                def make():
                    from pkg.tests.base import ChangerTestCase
                    class Tests(ChangerTestCase): pass
            """
        },
        {"pkg/tests/base.py": BASE},
        "pkg/tests/base.py",
        "tearDown",
    ),
    "a generic base": (
        {
            "pkg/tests/test_x.py": """
                from pkg.tests.base import ChangerTestCase
                class Tests(ChangerTestCase[int]): pass
            """
        },
        {"pkg/tests/base.py": BASE},
        "pkg/tests/base.py",
        "tearDown",
    ),
}


@pytest.mark.parametrize("shape", CHAINS)
def test_base_classes_of_other_files_are_known(shape: str) -> None:
    change, tree, where, method = CHAINS[shape]
    shelf = Shelf(tree)
    index = gathered(change, shelf).index
    (cls,) = (one for module in index.modules for one in module.classes)
    found = index.methods(cls).get(method)
    assert found is not None
    assert found.module.path == where
    assert index.complete(cls)
    assert index.inherits(cls, "testtools.TestCase")
    assert len(shelf.asked) <= 2
    alone = Index(modules(change))
    (cls,) = (one for module in alone.modules for one in module.classes)
    assert not alone.complete(cls)


@pytest.mark.parametrize(
    ("bases", "complete"),
    [
        ("unittest.TestCase", True),
        ("testtools.TestCase, object", True),
        ("typing.Generic[T]", True),
        ("Exception", True),
        ("django.test.TestCase", True),
        ("flask_unknown.TestCase", False),
        ("make().TestCase", False),
        ("enum.Enum", True),
        ("other.Thing", False),
        ("unittest.TestCase, other.Mixin", False),
        ("make_base()", False),
        ("six.with_metaclass(M, unittest.TestCase)", False),
        ("unknown", False),
        ("", True),
    ],
)
def test_a_class_is_complete_when_all_its_bases_are_known(bases: str, complete: bool) -> None:
    imports = "django.test, enum, flask_unknown, other, six, testtools, typing, unittest"
    text = f"import {imports}\nclass A({bases}): pass\n"
    index = Index(modules({"a.py": text}))
    assert index.complete(only_class(index)) is complete


def test_a_circle_of_imports_ends() -> None:
    change = {"a/one.py": "from a.two import B\nclass A(B): pass\n"}
    shelf = Shelf(
        {
            "a/two.py": "from a.three import C as B\n",
            "a/three.py": "from a.two import B as C\n",
        }
    )
    index = gathered(change, shelf).index
    assert not index.complete(only_class(index))
    assert shelf.found == ["a/two.py", "a/three.py"]


def test_helpers_and_decorators_of_other_files_are_known() -> None:
    change = {
        "app/views.py": """
            from app import db, helpers
            from app.auth import login_required
            import app.tools.text as text
            @login_required
            def view(request):
                helpers.wait(db.query(text.clean(request)))
                helpers.unused
        """
    }
    tree = {
        "app/helpers.py": "def wait(x): pass\n",
        "app/db/__init__.py": "from app.db.core import query\n",
        "app/db/core.py": "def query(x): pass\n",
        "app/auth.py": "def login_required(f): pass\n",
        "app/tools/text.py": "def clean(x): pass\n",
    }
    shelf = Shelf(tree)
    index = gathered(change, shelf).index
    assert sorted(shelf.found) == sorted(tree)
    for name in ("app.helpers.wait", "app.db.query", "app.auth.login_required",
                 "app.tools.text.clean"):  # fmt: skip
        assert index.find_function(name) is not None, name
    assert len(shelf.asked) == 2


def test_a_name_that_is_passed_on_is_asked_of_its_module_not_of_its_class() -> None:
    change = {
        "app/x.py": """
            from app import models
            models.User.get(1)
            models.make()
        """
    }
    tree = {"app/models/__init__.py": "from .user import *\nfrom .maker import make\n"}
    shelf = Shelf(tree)
    gathered(change, shelf)
    files = {"app/models/user.py", "app/models/maker.py"}
    assert files <= set(shelf.asked[1])
    assert not {path for path in shelf.asked[1] if "User" in path or "make.py" in path}


@pytest.mark.parametrize(
    "text",
    [
        "import os, requests\nrequests.get(os.path.join('a'))\n",
        "from django.test import TestCase\nclass T(TestCase):\n  def test(self): pass\n",
        "from app.models import User\nx: User\n",
        "import logging\nclass H(logging.Handler): pass\n",
        "def f():\n  return g()\ndef g(): pass\n",
        "import unittest\nclass T(unittest.TestCase):\n  def test_x(self, client): pass\n",
        "from . import *\n",
        "import yaml as app\napp.load(x)\n",
        "from __future__ import annotations\nprint(len(x))\n",
        "self.helper(x)\nunknown(x)\n",
    ],
)
def test_nothing_is_asked_for_what_no_other_file_can_tell(text: str) -> None:
    shelf = Shelf({})
    gathered({"app/logging/test_os.py": text}, shelf)
    assert shelf.asked == []


def test_nothing_is_asked_when_the_files_of_the_change_tell() -> None:
    change = {
        f"app/m{n}.py": f"from app.m{n - 1} import f{n - 1}\ndef f{n}(): f{n - 1}()\n"
        for n in range(1, 30)
    }
    change["app/m0.py"] = "def f0(): pass\n"
    shelf = Shelf({})
    gathered(change, shelf)
    assert shelf.asked == []


def test_a_library_s_own_repository_is_asked_for_its_files() -> None:
    change = {"src/flask/app.py": "from flask.scaffold import Scaffold\nclass A(Scaffold): pass\n"}
    shelf = Shelf({"src/flask/scaffold.py": "class Scaffold: pass\n"})
    assert gathered(change, shelf).index.find_class("flask.scaffold.Scaffold") is not None


def test_two_guesses_a_module_where_a_path_tells() -> None:
    shelf = Shelf({})
    gathered({"app/views.py": "from app.db import query\nquery()\n"}, shelf)
    assert shelf.asked == [["app/db.py", "app/db/__init__.py"]]


def test_bases_come_before_helpers_and_what_many_need_before_what_one_needs() -> None:
    change = {
        "a/x.py": "from a.one import f\nfrom a.both import g\nf(), g()\n",
        "a/y.py": "from a.both import g\nfrom a.base import B\nclass C(B): g()\n",
    }
    shelf = Shelf({})
    gathered(change, shelf, Bounds(paths=5))
    assert shelf.asked == [
        ["a/base.py", "a/base/__init__.py", "a/both.py", "a/both/__init__.py", "a/one.py"]
    ]


def looks_up(event: Class | Function, report: Report) -> None:
    if isinstance(event, Class):
        names = ", ".join(sorted(report.index.methods(event)))
        report(at=event, message=names, why="w", fix="f")


def reports(change: Tree, tree: Tree, *, backwards: bool = False) -> tuple[FileReport, ...]:
    def lookup(paths: Sequence[str], /) -> Mapping[str, bytes | None]:
        found = {path: code(tree[path]) if path in tree else None for path in paths}
        return dict(reversed(found.items())) if backwards else found

    files = [ChangedFile(path, code(text)) for path, text in change.items()]
    checks = make_check(looks_up, on=(CLASSES, FUNCTIONS))
    return analyse(files, Settings(), strict=True, checks=checks, evidence=[], repository=lookup)


def test_the_order_of_answers_changes_nothing() -> None:
    change, tree, *_ = CHAINS["a chain over two files"]
    (report,) = reports(change, tree)
    (finding,) = report.findings
    assert finding.message == "_wait_until_deleted, call, setUp, tearDown"
    assert reports(change, tree, backwards=True) == (report,)


def test_whoever_holds_the_clock_is_told_before_files_are_gathered() -> None:
    told: list[str] = []
    files = [ChangedFile("a/x.py", b"")]
    list(iterate(files, Settings(), begins=told.append, repository=Shelf({})))
    assert told == ["a/x.py", "", "a/x.py"]


def test_limits_are_lines_of_the_report() -> None:
    change = {"a/x.py": "from a.b import f\nf()\n"}
    files = [ChangedFile(path, code(text)) for path, text in change.items()]
    (report,) = analyse(files, Settings(), checks={}, evidence=[], repository=lambda _paths: {})
    assert report.limits == ("not all files that it imports could be read",)
