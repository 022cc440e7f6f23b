"""Texts made to exhaust the flow analysis: it ends, soon, and says what it left out."""

from __future__ import annotations

import random

import pytest

from checks.flow.analysis import FlowReport, Flows
from checks.languages.python.module import read
from checks.languages.python.parse import Expired
from checks.text import SourceText

HEAD = "import os\nfrom flask import Flask, request\napp = Flask(__name__)\n"


def _run(text: str | bytes) -> FlowReport:
    data = text if isinstance(text, bytes) else text.encode()
    module = read(SourceText(data), "app/views.py")
    return Flows([module]).run(module)


def _view(body: str) -> str:
    lines = "\n".join(f"    {line}" for line in body.split("\n"))
    return f"{HEAD}@app.get('/a')\ndef a():\n    x = request.args['x']\n{lines}\n"


HOSTILE: dict[str, str | bytes] = {
    "calls that call each other": "".join(
        f"def f{n}(x):\n    f{(n + 1) % 40}(x)\n    f{(n + 7) % 40}(x)\n" for n in range(40)
    )
    + _view("f0(x)"),
    "a function that calls itself": "def f(x):\n    return f(x) + f(x + 'a')\n" + _view("f(x)"),
    "branches": _view("\n".join(f"if x == '{n}': y{n} = x + 'a'" for n in range(3_000))),
    "nested branches": _view(
        "\n".join(" " * n + f"if x > {n}:" for n in range(60)) + "\n" + " " * 60 + "os.system(x)"
    ),
    "nested loops": _view(
        "\n".join(" " * n + f"for a{n} in x:" for n in range(40)) + "\n" + " " * 40 + "os.system(x)"
    ),
    "doubling": _view("\n".join(["y = x"] + ["y = y + y"] * 2_000 + ["os.system(y)"])),
    "doubling lists": _view("\n".join(["y = [x]"] + ["y = y + y"] * 500 + ["os.system(y[0])"])),
    "a list that holds itself": _view("y = []\ny.append(y)\ny.append(x)\nos.system(str(y))"),
    "a dict that holds itself": _view(
        "y = {}\nfor i in range(9): y = {'a': y, 'b': y, i: x}\nos.system(f'{y}')"
    ),
    "a class that is its own base": "class A(A): pass\nclass B(C): pass\nclass C(B): pass\n"
    + _view("A().b\nB(x).c(x)\nC().d"),
    "a decorator that decorates itself": "@f\ndef f(x):\n    return f(x)\n" + _view("f(x)"),
    "a property that reads itself": "class A:\n    @property\n    def p(self): return self.p\n"
    + _view("os.system(A().p)"),
    "an import of itself": "from app.views import *\nimport app.views\n" + _view("os.system(x)"),
    "a chain of attributes": _view("x" + ".a" * 1_500),
    "a chain of calls": _view("x" + ".a()" * 1_200),
    "a long sum": _view("os.system('a'" + " + 'b'" * 900 + ")"),
    "big numbers": _view(
        "y = 9 ** 9 ** 9 ** 9\nz = 1 << 99999999\nw = 'a' * 10 ** 12\nos.system(w)"
    ),
    "many functions": HEAD
    + "".join(f"def f{n}(x):\n    return f{n + 1}(x)\n" for n in range(1_500)),
    "many answers": _view("\n".join(f"b{n} = x == '{n}' or b{n - 1}" for n in range(1, 400))),
    "lambdas": _view("y = " + "lambda a: " * 60 + "x\nos.system(y(1))"),
    "while true": _view("while True:\n    while True:\n        x += x"),
    "try in try": _view(
        "\n".join(" " * n + "try:" for n in range(30))
        + "\n"
        + " " * 30
        + "os.system(x)\n"
        + "\n".join(" " * n + "except Exception: pass" for n in reversed(range(30)))
    ),
    "match": _view(
        "match x:\n"
        + "\n".join(f"    case [{n}, *a] | {{'k': a}}: os.system(a)" for n in range(200))
    ),
    "stars": _view("y = [*x, *x]\nos.system(*y, **x)\nf = dict(**x, **x)\nos.system(f['a'])"),
    "random bytes": random.Random(3).randbytes(20_000),
    "broken": _view("os.system(x") + "def b(:\n  return )\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_it_ends(text: str | bytes) -> None:
    report = _run(text)
    assert len(report.results.hits) < 500


def test_a_spent_budget_is_told() -> None:
    report = _run(HOSTILE["calls that call each other"])
    text = _view("\n".join(f"y{n} = [a for a in x for b in x if a]" for n in range(4_000)))
    assert not report.complete
    assert any("in part only" in limit for limit in _run(text).limits)


def test_the_deadline_is_kept() -> None:
    module = read(SourceText(_view("\n".join(["y = x + 'a'"] * 3_000)).encode()), "app/views.py")
    with pytest.raises(Expired):
        Flows([module], lambda: True).run(module)


def test_what_is_found_before_the_budget_is_spent_is_kept() -> None:
    text = _view("os.system(x)\n" + "\n".join(f"y{n} = [a for a in x if a]" for n in range(6_000)))
    assert [hit.kind for hit in _run(text).hits] == ["command"]
