"""What is run for one file of a change and used for others, and what is not run at all."""

from __future__ import annotations

import itertools
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks import engine
from checks.flow import demand
from checks.flow.analysis import Flows
from checks.following import Following
from checks.languages.python.module import Module, read
from checks.languages.python.parse import never
from checks.model import ChangedFile, Finding, Settings
from checks.text import SourceText
from tests.checks.flow import labelled

CIRCLE = {
    "app/__init__.py": "",
    "app/registry.py": """
        HANDLERS = {}
        LIMITS = {"rows": 10}
        class Base:
            template = "select * from t where a = %s"
        def register(name, handler):
            HANDLERS[name] = handler
    """,
    "app/one.py": """
        from app import two
        from app.registry import Base, register
        TABLE = "one"
        class One(Base):
            def run(self, cursor, value):
                cursor.execute("select " + value + " from " + two.TABLE)
        register("one", One)
    """,
    "app/two.py": """
        from app import one
        from app.registry import Base
        TABLE = "two"
        Base.kind = "two"
        class Two(Base):
            def run(self, cursor, value):
                one.One().run(cursor, value)
    """,
    "app/views.py": """
        import sqlite3
        from flask import Flask, request
        from app.one import One
        from app.two import Two
        app = Flask(__name__)
        @app.route("/a")
        def a():
            One().run(sqlite3.connect("x").cursor(), request.args["a"])
        @app.route("/b")
        def b():
            Two().run(sqlite3.connect("x").cursor(), request.args["b"])
    """,
    "app/more.py": """
        import subprocess
        from flask import request
        from app.two import Two
        from app.views import app
        @app.route("/c")
        def c():
            subprocess.run(request.args["c"], shell=True)
            Two().run(None, "a")
    """,
}


def _files(texts: dict[str, str]) -> list[ChangedFile]:
    return [ChangedFile(path, textwrap.dedent(text).encode()) for path, text in texts.items()]


def _module(text: str, path: str = "a.py") -> Module:
    return read(SourceText(textwrap.dedent(text).encode()), path)


def _findings(files: list[ChangedFile]) -> dict[str, tuple[tuple[Finding, ...], tuple[str, ...]]]:
    return {one.path: (one.findings, one.limits) for one in engine.analyse(files, Settings())}


def test_the_flows_of_the_circle_are_found() -> None:
    found = _findings(_files(CIRCLE))
    checks = [one.check for findings, _ in found.values() for one in findings]
    assert checks.count("sql-injection") == 2
    assert checks.count("command-injection") == 1


@settings(max_examples=40, deadline=None)
@given(st.permutations(sorted(CIRCLE)))
def test_the_order_of_the_files_changes_nothing(order: list[str]) -> None:
    files = _files({path: CIRCLE[path] for path in order})
    assert _findings(files) == _findings(_files(CIRCLE))


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_modules_that_import_each_other_at_random(data: st.DataObject) -> None:
    names = ["m0", "m1", "m2", "m3", "m4"]
    pairs = list(itertools.permutations(names, 2))
    edges = data.draw(st.lists(st.sampled_from(pairs), max_size=10, unique=True))
    texts = {}
    for name in names:
        lines = [f"from {other} import go_{other}" for one, other in edges if one == name]
        calls = [f"    go_{other}(value)" for one, other in edges if one == name]
        lines += ["import os", f"def go_{name}(value):", *(calls or ["    os.system(value)"])]
        texts[f"{name}.py"] = "\n".join(lines) + "\n"
    texts["web.py"] = (
        "from flask import Flask, request\n"
        + "".join(f"from {name} import go_{name}\n" for name in names)
        + "app = Flask(__name__)\n@app.route('/')\ndef page():\n"
        + "".join(f"    go_{name}(request.args['q'])\n" for name in names)
    )
    order = data.draw(st.permutations(sorted(texts)))
    shuffled = _findings(_files({path: texts[path] for path in order}))
    assert shuffled == _findings(_files({path: texts[path] for path in sorted(texts)}))


def test_what_a_module_does_to_another_is_seen_by_those_who_import_it() -> None:
    texts = {
        "conf.py": "OPTIONS = {'command': 'ls'}\n",
        "unsafe.py": """
            import conf
            from flask import request
            conf.OPTIONS["command"] = request.args["c"]
        """,
        "with_it.py": """
            import os, conf, unsafe
            from flask import request
            def run():
                request.args
                os.system(conf.OPTIONS["command"])
        """,
        "without.py": """
            import os, conf
            from flask import request
            def run():
                request.args
                os.system(conf.OPTIONS["command"])
        """,
    }
    modules = {path: _module(text, path) for path, text in texts.items()}
    for order in itertools.permutations(modules):
        flows = Flows(modules.values())
        hits = {path: flows.run(modules[path]).hits for path in order}
        assert [one.kind for one in hits["with_it.py"]] == ["command"]
        assert hits["without.py"] == []


@pytest.mark.parametrize("program", labelled.load(), ids=str)
def test_what_is_not_run_has_no_flow(program: labelled.Program) -> None:
    modules = [read(SourceText(text.encode()), path) for path, text in program.files]
    for module in modules:
        partly, wholly = Following(modules, never), Following(modules, never)
        wholly.report(module, whole=True)
        found = [one for one in wholly.events(module) if one.origin != "local"]
        told = [one for one in partly.events(module) if one.origin != "local"]
        assert [(one.kind, one.span) for one in told] == [(one.kind, one.span) for one in found]


@pytest.mark.parametrize(
    "text",
    [
        "def save(self, request):\n    pass\n",
        "def find(query, request=None):\n    return query\n",
        "def get(url):\n    import urllib.request\n    return urllib.request.urlopen(url)\n",
    ],
)
def test_a_word_alone_is_no_reason(text: str) -> None:
    module = _module(text)
    wanted = demand.demand(module)
    assert wanted.functions is not None
    assert len(wanted.functions) <= 1
    assert demand.brings(module) == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "def view(request):\n    return request.GET['a']\n",
        "class A(B):\n    def get(self):\n        return self.request.GET\n",
        "from flask import request\ndef f():\n    return request.args\n",
        "from bottle import *\ndef f():\n    return request.query\n",
        "import flask as f\ndef g():\n    return f.request.args\n",
        "from flask import request as asked\ndef f():\n    return asked.args\n",
        "def f(r: 'HttpRequest'):\n    return r.GET\n",
        "import socket\ndef f(s):\n    return s.recv(10)\n",
        "def outer():\n    def inner(request):\n        return request.GET\n    return inner\n",
        "@router.get('/a')\ndef f(a):\n    return a\n",
        "def application(environ, start_response):\n    return []\n",
    ],
)
def test_what_is_given_or_brings_is_run(text: str) -> None:
    module = _module(text)
    wanted = demand.demand(module)
    assert wanted.code
    assert wanted.functions
    assert module.functions[0].node.start_byte in wanted.functions


def test_nothing_is_followed_for_a_kind_that_no_file_can_do_harm_of() -> None:
    loads = _module("import yaml\ndef load(text):\n    return yaml.load(text)\n", "app/loads.py")
    passes = _module("from app import loads\n", "app/passes.py")
    web = """
        import subprocess
        from flask import Flask, request
        {}
        app = Flask(__name__)
        @app.route("/")
        def page():
            subprocess.run(request.args["a"], shell=True)
    """
    far = _module(web.format("from app import passes"), "app/far.py")
    alone = _module(web.format(""), "app/alone.py")
    following = Following([loads, passes, far, alone], never)
    assert following.events(alone, frozenset({"yaml"})) == []
    assert [one.kind for one in following.events(far, frozenset({"yaml"}))] == ["command"]
    assert [one.kind for one in following.events(alone, frozenset({"command"}))] == ["command"]
    assert [one.kind for one in following.events(alone)] == ["command"]


def test_a_package_comes_before_what_it_passes_on() -> None:
    texts = {
        "kit/__init__.py": "from kit.core import run\n",
        "kit/core.py": """
            import os
            import kit.words
            def run(command):
                os.system(kit.words.clean(command))
        """,
        "kit/words.py": "import kit\ndef clean(text):\n    return text.strip()\n",
        "a.py": """
            import kit
            from flask import Flask, request
            app = Flask(__name__)
            @app.route("/")
            def page():
                kit.run(request.args["q"])
        """,
    }
    modules = [_module(text, path) for path, text in texts.items()]
    found = Following(modules, never).events(modules[-1])
    assert [(one.kind, one.here) for one in found] == [("command", False)]


def test_what_modules_write_into_another_is_told_on_once() -> None:
    """Each file imports all before it: what they wrote must not double from one to the next."""
    first = "import os\nfrom flask import request\nflag = ''\n"
    files = [("m0.py", first), ("m1.py", "import m0\nm0.flag = 'a'\nm0.flag = 'b'\n")]
    for number in range(2, 26):
        names = ", ".join(f"m{one}" for one in range(number))
        files.append((f"m{number}.py", f"import {names}\n"))
    last = "import m25, os\nfrom flask import request\ndef f():\n    os.system(request.args['x'])\n"
    files.append(("last.py", last))
    modules = [read(SourceText(text.encode()), path) for path, text in files]
    found = list(Following(modules, never).events(modules[-1]))
    assert [flow.kind for flow in found] == ["command"]
