"""The front end and CPython's own parser see the same calls in the standard library."""

from __future__ import annotations

import ast
import sysconfig
import warnings
from collections import Counter
from pathlib import Path

import tree_sitter

from checks.events import Module, argument_nodes, calls_of
from tests.checks.making import module

STDLIB = Path(sysconfig.get_paths()["stdlib"])
FILES = 150
MAX_DIFFERENCES = 1 / 2_000
"""Share of calls that may differ. Known: ``type(x).name = y`` is read as a type alias."""

Seen = tuple[str, int, tuple[str, ...]]


def _files() -> list[Path]:
    """Every so-manieth file of the standard library, packages and tests of it included."""
    files = [
        path
        for path in sorted(STDLIB.rglob("*.py"))
        if not {"site-packages", "data", "lib2to3"} & set(path.parts)
        and "bad" not in path.name
        and path.stat().st_size < 200_000
        and _is_utf8(path.read_bytes())
    ]
    return files[:: max(1, len(files) // FILES)]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _by_cpython(tree: ast.AST) -> Counter[Seen]:
    seen: Counter[Seen] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            names = sorted("**" if one.arg is None else one.arg for one in node.keywords)
            seen[_name_of(node.func), len(node.args), tuple(names)] += 1
    return seen


def _name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_name_of(node.value)}.{node.attr}"
    return "?"


def _by_front_end(text: Module) -> Counter[Seen]:
    seen: Counter[Seen] = Counter()
    for call in calls_of(text):
        names, count = [], 0
        for node in argument_nodes(call.node):
            if node.type == "keyword_argument":
                name = node.child_by_field_name("name")
                assert name is not None
                names.append(text.text_of(name))
            elif node.type == "dictionary_splat":
                names.append("**")
            else:
                count += 1
        seen[_written(text, call.target.node), count, tuple(sorted(names))] += 1
    return seen


def _written(text: Module, node: tree_sitter.Node) -> str:
    if node.type == "identifier":
        return text.text_of(node)
    if node.type == "parenthesized_expression":
        inner = [one for one in node.named_children if one.type != "comment"]
        return _written(text, inner[0]) if len(inner) == 1 else "?"
    if node.type == "attribute":
        owner, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
        assert owner is not None
        assert name is not None
        return f"{_written(text, owner)}.{text.text_of(name)}"
    return "?"


def test_the_same_calls_are_seen() -> None:
    files = _files()
    total = missing = extra = 0
    differing = []
    for path in files:
        data = path.read_bytes()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
        expected, seen = _by_cpython(tree), _by_front_end(module(data))
        total += expected.total()
        if expected != seen:
            missing += (expected - seen).total()
            extra += (seen - expected).total()
            differing.append((path.name, expected - seen, seen - expected))
    assert len(files) >= FILES
    assert total > 10_000
    assert missing + extra <= total * MAX_DIFFERENCES, differing
