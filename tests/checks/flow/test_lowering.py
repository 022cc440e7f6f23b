"""The lowered tree holds the calls that CPython's own parser sees in the standard library."""

from __future__ import annotations

import ast
import dataclasses
import sysconfig
import warnings
from collections import Counter
from pathlib import Path

from checks import ir
from checks.languages.python.lower_statements import lower_module
from checks.languages.python.parse import parse

STDLIB = Path(sysconfig.get_paths()["stdlib"])
FILES = 120
MAX_DIFFERENCES = 1 / 1_000

Seen = tuple[str, int, tuple[str, ...]]


def _files() -> list[Path]:
    files = [
        path
        for path in sorted(STDLIB.rglob("*.py"))
        if not {"site-packages", "data", "lib2to3"} & set(path.parts)
        and "bad" not in path.name
        and path.stat().st_size < 150_000
    ]
    return files[:: max(1, len(files) // FILES)]


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return f"{_name(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else "?"


def _by_cpython(tree: ast.AST) -> Counter[Seen]:
    seen: Counter[Seen] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            names = sorted("**" if one.arg is None else one.arg for one in node.keywords)
            seen[_name(node.func), len(node.args), tuple(names)] += 1
    return seen


def _written(node: ir.Expression) -> str:
    if isinstance(node, ir.Name):
        return node.id
    return f"{_written(node.value)}.{node.name}" if isinstance(node, ir.Attribute) else "?"


def _by_lowering(block: ir.Block) -> Counter[Seen]:
    seen: Counter[Seen] = Counter()
    stack: list[object] = list(block)
    while stack:
        one = stack.pop()
        if isinstance(one, (list, tuple)):
            stack.extend(one)
        elif isinstance(one, ir.Body):
            stack.extend(one.lowered.block)
        elif isinstance(one, ir.Node):
            if isinstance(one, ir.Call):
                names = sorted("**" if name is None else name for name, _ in one.keywords)
                seen[_written(one.function), len(one.arguments), tuple(names)] += 1
            stack.extend(getattr(one, field.name) for field in dataclasses.fields(one))
    return seen


def test_the_same_calls_are_lowered() -> None:
    total = differing = 0
    examples = []
    for path in _files():
        data = path.read_bytes()
        try:
            data.decode()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(data)
        except (UnicodeDecodeError, SyntaxError):
            continue
        block, too_deep = lower_module(data, parse(data).root_node)
        assert not too_deep
        expected, seen = _by_cpython(tree), _by_lowering(block)
        # A conversion in an f-string, and a number's format, are calls in the lowered tree.
        extra = Counter(
            {key: n for key, n in (seen - expected).items() if key[0] not in ("repr", "float")}
        )
        missing = expected - seen
        total += expected.total()
        differing += extra.total() + missing.total()
        if extra or missing:
            examples.append((path.name, missing, extra))
    assert total > 10_000
    assert differing <= total * MAX_DIFFERENCES, examples


def test_chains_of_any_length_are_read() -> None:
    for text in (b"x = " + b"+".join([b"a"] * 5_000), b"x = " + b" and ".join([b"a"] * 5_000),
                 b"if a: pass\n" + b"elif a: pass\n" * 5_000):  # fmt: skip
        block, too_deep = lower_module(text, parse(text).root_node)
        assert len(block) == 1
        assert not too_deep


def test_what_is_too_deep_is_told() -> None:
    _, too_deep = lower_module(b"x = " + b"(" * 500 + b"a" + b")" * 500, parse(
        b"x = " + b"(" * 500 + b"a" + b")" * 500
    ).root_node)  # fmt: skip
    assert too_deep
