"""Inputs made to exhaust, crash or deceive the analysis: a report comes out, and nothing is raised.

Sizes are those at which a quadratic step, a recursion or a blow-up shows at once.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from checks.engine import analyse
from checks.languages.python.parse import Expired, parse
from checks.model import ChangedFile, FileReport, Settings
from tests.checks.making import module


def _lines(lines: list[str]) -> bytes:
    return "\n".join([*lines, ""]).encode()


def _wrapped(text: str, width: int = 1_000) -> bytes:
    """A long expression over many lines, in parentheses, so that no line is too long."""
    pieces = [text[start : start + width] for start in range(0, len(text), width)]
    return _lines(["eval(", *pieces, ")"])


HOSTILE = {
    "open parentheses": b"\n".join([b"(" * 1_000] * 100),
    "nested brackets": _wrapped("[" * 10_000 + "]" * 10_000),
    "a chain of attributes": _wrapped("x" + ".aa" * 60_000, 999 + 1),
    "a chain of calls": _wrapped("x" + ".a()" * 20_000),
    "a long sum": _wrapped("1" + "+1" * 50_000),
    "a long text": _wrapped("'a'" + "+'a'" * 20_000, 4_000),
    "not not": _wrapped("not " * 50_000 + "x"),
    "elif": b"if a: pass\n" + b"elif a: pass\n" * 19_000,
    "nested evals": _wrapped("eval(" * 5_000 + "x" + ")" * 5_000),
    "nested lambdas": _wrapped("lambda: " * 10_000 + "x", 800),
    "nested comprehensions": _wrapped("[y for y in " * 3_000 + "z" + "]" * 3_000, 1_200),
    "nested conditions": _wrapped("a if b else " * 10_000 + "c", 1_200),
    "nested dicts": _wrapped("{1:" * 3_000 + "1" + "}" * 3_000, 999),
    "nested joins": _wrapped("''.join(" * 3_000 + "x" + ")" * 3_000, 800),
    "nested functions": _lines([" " * depth + "def f():" for depth in range(900)]),
    "nested ifs": _lines([" " * depth + "if x:" for depth in range(900)]),
    "nested classes": _lines([" " * depth + "class A(A):" for depth in range(900)]),
    "nested f-strings": _wrapped('f"{' * 1_000 + "1" + '}"' * 1_000, 999),
    "random bytes": random.Random(1).randbytes(100_000),
    "every byte": bytes(range(256)) * 100,
    "lone carriage returns": b"# a\reval(x)\r\n" * 5_000,
    "an open string": b"x = '''\n" + b"a" * 1_000 + b"\n" * 10_000,
    "continuations": b"x = (\\\n" * 10_000,
    "doubling": _lines(["a0 = 'x' * 100"] + [f"a{n} = a{n - 1} + a{n - 1}" for n in range(1, 3_000)]
                       + ["eval(a2999)"]),
    "names in a circle": _lines([f"a{n} = a{(n + 1) % 3_000}" for n in range(3_000)]
                                + ["eval(a0)", "a0.x()"]),
    "one name assigned often": _lines(["a = f'{x}'"] * 15_000 + ["eval(a)"] * 500),
    "attributes that fan out": _lines(
        ["import os", "class A:", " def f(self):"]
        + [f"  self.a{n} = self.a{n + 1}" for n in range(9) for _ in range(20)]
        + ["  self.a9 = os.system", "  self.a0(1)", "  eval(self.a0)"]),
    "values that fan out": _lines(
        [f"a{n} = [{f'a{n + 1}, ' * 50}]" for n in range(20)]
        + ["a20 = '%s' % 1", "eval(a0)"]),
    "strings that fan out": _lines(
        [f"a{n} = '%s' % a{n + 1}" for n in range(20) for _ in range(10)]
        + ["a20 = f'{x}'", "eval(a0)"]),
    "names that fan out": _lines(
        ["import os"] + [f"a{n} = a{n + 1}" for n in range(20) for _ in range(20)]
        + ["a20 = os.system", "a0(1)", "eval(a0)"]),
    "numbers too large": b"eval(9**9**9**9)\neval('a'*10**10)\neval(1<<10**9)\neval(-1<<-1)\n",
    "a long number": _wrapped("9" * 4_900, 4_900),
    "decorators": b"@a(b)\n" * 15_000 + b"def f(): pass\n",
    "imports": b"import a.b.c.d as e\n" * 15_000,
    "parameters": b"def f(" + b"a,\n" * 15_000 + b"): pass\n",
    "keywords": b"eval(" + b"a=1,\n" * 15_000 + b")\n",
    "arguments": b"eval([" + b"a,\n" * 15_000 + b"])\n",
    "classes of one name": _lines(["class A(A, B): pass"] * 5_000),
    "strange names": "évàl(x)\nﬁ.run(x)\nx.𝒆(1)\n".encode(),
    "comments": b"# assay: ignore[a, b, c, d]\n" * 15_000,
    "utf-16": "eval(x)\n".encode("utf-16"),
    "nothing": b"",
    "a newline": b"\n",
    "a backslash": b"\\",
    "half a character": b"x = '\xc3",
}  # fmt: skip


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_report_comes_out(data: bytes) -> None:
    (report,) = analyse([ChangedFile("app/x.py", data, base=data + b"\n")], Settings(), strict=True)
    assert isinstance(report, FileReport)
    assert report.not_analysed is None


def test_what_was_recognised_inside_an_error_is_not_called_unread() -> None:
    """Two open brackets put everything after them under one ERROR node."""
    source = "w = [\nx = (\nif x:\n    pass\n    pass\n    return a\n"
    text = module(source)
    assert text.lines(text.tree.root_node.named_children[0]) == (1, 6)
    assert text.limits() == ["lines 1-3 could not be parsed"]


@pytest.mark.parametrize("seed", range(30))
def test_broken_code(seed: int) -> None:
    """Real code with bytes cut out, doubled and replaced."""
    noise = random.Random(seed)
    data = bytearray(Path(__file__).read_bytes()[:6_000])
    for _ in range(30):
        at = noise.randrange(len(data))
        match noise.randrange(3):
            case 0:
                del data[at : at + noise.randrange(20)]
            case 1:
                data[at:at] = data[at : at + noise.randrange(40)]
            case _:
                data[at] = noise.randrange(256)
    (report,) = analyse([ChangedFile("app/x.py", bytes(data))], Settings(), strict=True)
    assert report.not_analysed is None


def test_the_parser_stops_when_it_is_told_to() -> None:
    asked = 0

    def expired() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    with pytest.raises(Expired):
        parse(HOSTILE["random bytes"], expired)
    assert asked < 10
    assert parse(b"x = 1\n").root_node.child_count == 1, "the next text is read anew"


OLD = [
    'print "Python 2", x',
    'print >>log, "x"',
    "exec code",
    "exec code in a, b",
    "try: pass\nexcept ValueError, error: pass",
    'raise ValueError, "message"',
    "x = 0777L if a <> b else ur'x'",
]

MODERN = """
match command:
    case {"a": [x, *rest], **more} if x: pass
    case Point(x=0) | None: pass
try: pass
except* (A, B) as group: pass
def first[T: int, *Ts, **P](x: T) -> T: pass
class Box[T]: pass
type Alias[T] = list[T]
name = f"{f"{x["a"]}"}"
page = t"<p>{x}</p>"
async def g():
    async with a as b, c: pass
    async for x in y: pass
    return [x async for x in y]
with (open("a") as a, open("b") as b,): pass
lambda a, /, b, *, c: (yield)
print(f"{x!r:>{width}}", *a, **b)
x: int = (y := 1)
@a.b[0].c(1)
def h(a, /, b, *, c): ...
"""


def test_modern_syntax_is_read_without_a_gap() -> None:
    assert module(MODERN).limits() == []


@pytest.mark.parametrize("source", OLD)
def test_old_syntax_is_read_without_a_gap(source: str) -> None:
    assert module(source + "\n").limits() == []


def test_what_is_no_python_is_named_line_by_line() -> None:
    source = "eval(x)\ny = = x\neval(y)\ndef f(:\n    pass\n"
    assert module(source).limits() == [
        "line 2 could not be parsed",
        "line 4 could not be parsed",
    ]
