"""What names and dotted expressions resolve to."""

import pytest

from checks.languages.python.index import Index
from tests.checks.making import call_of, callees, module


@pytest.mark.parametrize(
    ("source", "callee"),
    [
        ("import subprocess\nsubprocess.run(x)", "subprocess.run"),
        ("import subprocess as sp\nsp.run(x)", "subprocess.run"),
        ("from subprocess import run as go\ngo(x)", "subprocess.run"),
        ("from subprocess import (run,\n  # why\n  call)\ncall(x)", "subprocess.call"),
        ("import os.path\nos.path.join(x)", "os.path.join"),
        ("import xml.etree.cElementTree as et\net.parse(x)", "xml.etree.ElementTree.parse"),
        ("def f():\n    from os import system\n    system(x)", "os.system"),
        ("import os\nclass A:\n    def f(self):\n        os.system(x)", "os.system"),
        ("import mock\nmock.patch(x)", "unittest.mock.patch"),
        ("from unittest import mock\nmock.patch.object(x)", "unittest.mock.patch.object"),
        ("import builtins\nbuiltins.eval(x)", "eval"),
        ("from builtins import open as o\no(x)", "open"),
        ("from . import db\ndb.connect()", "app.db.connect"),
        ("from .db import connect\nconnect()", "app.db.connect"),
        ("from ..core import db\ndb.connect()", "core.db.connect"),
        ("run = __import__\nrun(x)", "__import__"),
        ("import os\nrun = os.system\nrun(x)", "os.system"),
        ("import os\na = b = os.system\na(x)", "os.system"),
        ("import os\na, b = os.system, 1\na(x)", "os.system"),
        ("try:\n    import yaml\nexcept ImportError:\n    yaml = None\nyaml.load(x)", "yaml.load"),
        ("import sqlite3\n(sqlite3).connect(x)", "sqlite3.connect"),
        ("def connect(): pass\nconnect()", "app.service:connect"),
        ("class A: pass\nA()", "app.service:A"),
        ("def f(s: requests.Session):\n    s.get(x)\nimport requests", "requests.Session().get"),
        ("import os\n[os.system(y) for y in z]", "os.system"),
        ("import os\nx = lambda: os.system(y)", "os.system"),
        ("if (n := __import__): n(x)", "__import__"),
        ("[a for a in b if (n := __import__)]\nn(x)", "__import__"),
        ("from a import *\nopen(x)", "open"),
        ("def f():\n    global r\n    import os as r\ndef g():\n    r.system(x)", "os.system"),
    ],
)
def test_callee(source: str, callee: str) -> None:
    assert callees(source)[-1] == callee


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("import os\ndef f(os):\n    os.system(x)", id="parameter"),
        pytest.param("import os\ndef f():\n    os = x\n    os.system(x)", id="local"),
        pytest.param("import os\nos = x\nos.system(x)", id="reassigned"),
        pytest.param("import os\nfor os in x:\n    os.system(x)", id="loop"),
        pytest.param("import os\n[os.system(x) for os in y]", id="comprehension"),
        pytest.param("import os\nlambda os: os.system(x)", id="lambda"),
        pytest.param("import os\nwith x as (os, a):\n    os.system(x)", id="with"),
        pytest.param("import os\ntry: pass\nexcept E as os:\n    os.system(x)", id="except"),
        pytest.param("import os\ntry: pass\nexcept E, os:\n    os.system(x)", id="except of 2"),
        pytest.param("import os\nmatch x:\n  case [os, *a]:\n    os.system(x)", id="match"),
        pytest.param("import os\nmatch x:\n  case A() as os:\n    os.system(x)", id="match as"),
        pytest.param("import os\ndef f(*os):\n    os.system(x)", id="star"),
        pytest.param("import os\na = os.system\na = x\na.system(x)", id="two values"),
        pytest.param("import os\na, *os = x\nos.system(x)", id="unpacking"),
        pytest.param("x.system(y)", id="unbound"),
        pytest.param("self.os.system(y)", id="attribute"),
        pytest.param("a = a.b\na.system(y)", id="bound to itself"),
        pytest.param("a = b\nb = a\na.system(y)", id="a circle"),
    ],
)
def test_shadowed_names_are_not_the_library(source: str) -> None:
    assert callees(source)[-1] == "*.system"


def test_a_class_body_is_not_visible_from_its_methods() -> None:
    source = """
        import os
        class A:
            os = object()
            os.system(1)
            def f(self):
                os.system(2)
    """
    assert callees(source) == ["object", "object().system", "os.system"]


def test_nonlocal_binds_outside() -> None:
    source = """
        import os
        def f():
            run = os.system
            def g():
                nonlocal run
                run = print
            run(1)
    """
    assert callees(source) == [""]


def test_values_are_followed_through_attributes_of_self_and_with() -> None:
    source = """
        from unittest import mock
        import sqlite3

        class Tests:
            def setUp(self):
                self.patcher = mock.patch("x")
                self.patcher.start()
                self.patcher.start()
                with sqlite3.connect("x") as c:
                    c.cursor().execute("y")
    """
    assert callees(source) == [
        "unittest.mock.patch",
        "unittest.mock.patch().start",
        "unittest.mock.patch().start",
        "sqlite3.connect",
        "sqlite3.connect().cursor().execute",
        "sqlite3.connect().cursor",
    ]


def test_assignments_that_agree_resolve() -> None:
    source = """
        from unittest import mock
        def setUp(self):
            patcher = mock.patch("a")
            patcher.start()
            self.addCleanup(patcher.stop)
            patcher = mock.patch("b")
            patcher.start()
    """
    assert callees(source).count("unittest.mock.patch().start") == 2
    stop = call_of(source, "self.addCleanup").arguments[0]
    assert stop.name == "unittest.mock.patch().stop"
    first, second = call_of("x = a()\nx = b\nuse(x)", "use").arguments[0].assignments
    assert (first.text, second.text) == ("a()", "b")


def test_an_attribute_of_self_with_two_values_is_unknown() -> None:
    source = """
        import os
        class A:
            def f(self):
                self.run = os.system
                self.run = print
            def g(self):
                self.run("x")
    """
    assert callees(source) == ["*.run"]


def test_relative_imports_of_a_package() -> None:
    assert callees("from . import db\ndb.x()", "src/app/__init__.py") == ["app.db.x"]
    assert callees("from .. import db\ndb.x()", "app/core/__init__.py") == ["app.db.x"]


def test_the_index_finds_bases_over_files() -> None:
    base = module(
        """
        import unittest
        class Base(unittest.TestCase):
            def wait(self): pass
        """,
        "lib/project/tests/base.py",
    )
    tests = module(
        """
        from project.tests import base
        class Local(base.Base):
            def setUp(self): pass
        class Tests(Local, Unknown):
            def test(self): pass
        """,
        "lib/project/tests/test_x.py",
    )
    index = Index([base, tests])
    cls = tests.classes[1]
    assert [one.name for one in index.chain(cls)] == ["Tests", "Local", "Base"]
    assert index.inherits(cls, "unittest.TestCase")
    assert set(index.methods(cls)) == {"test", "setUp", "wait"}
    assert index.base_names(cls) == (
        "project.tests.test_x.Local",
        "Unknown",
        "project.tests.base.Base",
        "unittest.TestCase",
    )


def test_a_text_that_is_not_in_the_index_knows_its_own_classes_and_fixtures() -> None:
    """As the base's text, and the edited text that proves a suggestion, are not."""
    text = """
        import pytest, lib
        @pytest.fixture
        def client(): pass
        class A(lib.Root): pass
        class B(A): pass
    """
    index = Index([module("class A: pass\n")])
    other = module(text)
    assert index.inherits(other.classes[1], "lib.Root")
    assert index.fixture("client", other) is other.functions[0]


def test_a_circle_of_classes_ends() -> None:
    one = module("class A(B): pass\nclass B(A): pass\n")
    assert [cls.name for cls in Index([one]).chain(one.classes[0])] == ["A", "B"]


def test_fixtures_come_from_the_module_or_the_nearest_conftest() -> None:
    text = "import pytest\n@pytest.fixture\ndef client(): pass\n"
    near, far = module(text, "tests/api/conftest.py"), module(text, "tests/conftest.py")
    other = module(text, "other/conftest.py")
    test = module("def test_x(client): pass\n", "tests/api/test_x.py")
    own = module(text, "tests/test_own.py")
    index = Index([far, near, other, test, own])
    assert index.fixture("client", test) is near.functions[0]
    assert index.fixture("client", own) is own.functions[0]
    assert index.fixture("server", test) is None
    elsewhere = module("def test_y(client): pass\n", "unit/test_y.py")
    assert index.fixture("client", elsewhere) is None, "a conftest of another folder"


def test_places_of_a_call() -> None:
    source = """
        async def f():
            with open("x") as a:
                for b in range(3):
                    try:
                        await work(b)
                    except OSError:
                        rescue()
    """
    call = call_of(source, "work")
    assert call.is_awaited
    assert call.result_is_ignored
    assert call.function is not None
    assert call.function.name == "f"
    assert call.scope == "f"
    kinds = ("try_statement", "for_statement", "with_statement")
    assert [one.kind for one in call.enclosing(*kinds)] == list(kinds)
    rescue = call_of(source, "rescue")
    assert [one.kind for one in rescue.enclosing(*kinds)] == list(kinds[1:])
    assert [one.kind for one in rescue.enclosing("except_clause")] == ["except_clause"]
    assert not list(call_of(source, "range").enclosing("for_statement"))
    opened = call_of(source, "open")
    assert opened.is_with_item
    assert not list(opened.enclosing("with_statement"))
    assert opened.statement.kind == "with_statement"


def test_entered_context_managers() -> None:
    source = """
        import pytest
        async def f():
            async with lock, session() as s:
                with (pytest.raises(ValueError), a as b):  # why
                    work()
    """
    call = call_of(source, "work")
    assert [one.text for one in call.entered()] == [
        "pytest.raises(ValueError)", "a", "lock", "session()"
    ]  # fmt: skip
    assert next(call.entered()).callee_name == "pytest.raises"
    assert [one.text for one in call_of(source, "pytest.raises").entered()] == [
        "lock", "session()"
    ]  # fmt: skip


def test_functions_and_classes() -> None:
    source = '''
        class A:
            """About."""
            @staticmethod
            @route("/x")
            async def m(self, a: int, b=1, *c, d: str = "x", **e):
                """Does."""
                yield 1
                def inner():
                    return 2
    '''
    text = module(source)
    function, inner = text.functions
    assert function.qualified_name == "A.m"
    assert inner.qualified_name == "A.m.inner"
    assert function.is_method
    assert not inner.is_method
    assert function.is_async
    assert function.is_generator
    assert not inner.is_generator
    assert function.decorator_names == ("staticmethod",)
    assert [(one.name, one.kind, one.annotation) for one in function.parameters] == [
        ("self", "", ""),
        ("a", "", "int"),
        ("b", "", ""),
        ("c", "*", ""),
        ("d", "", "str"),
        ("e", "**", ""),
    ]
    assert [one.default.constant for one in function.parameters if one.default] == [1, "x"]
    assert list(function.own("return_statement")) == []
    assert function.docstring is not None
    assert text.source.slice(function.docstring) == b'"""Does."""'
    assert text.classes[0].methods == {"m": function}
    assert text.scope_at(inner.span.start + 1) == "A.m.inner"


def test_assigned_to_and_decorators() -> None:
    source = """
        @patch("x")
        def f():
            self.a = start(1)
            b = await later(2)
            c = start2(3) + 1
    """
    assert call_of(source, "patch").is_decorator
    assert call_of(source, "start").assigned_to == "self.a"
    assert call_of(source, "later").assigned_to == "b"
    assert call_of(source, "start2").assigned_to == ""
