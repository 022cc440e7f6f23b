"""What an expression names: through imports, ``require``, destructuring and assignments.

``jest.fn``, ``fs.readFileSync``, ``it.only``, ``supertest()``. The default export of a module
stands for the module, ``node:`` is left out, and what a test runner exports has the name of its
global: ``it`` is ``it`` whether it is imported or not.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import tree_sitter

from checks.languages.javascript.grammar import FUNCTIONS, bare
from checks.languages.syntax.scopes import Binding, Bound, Scope, sole

if TYPE_CHECKING:
    from checks.languages.javascript.file import JavaScriptFile

MAX_STEPS = 40
"""Names and members that are followed for one answer."""

_GLOBALS_OF = (
    "@jest/globals", "vitest", "bun:test", "mocha", "jasmine", "@playwright/test",
    "@vitest/browser", "playwright/test", "@std/testing/bdd", "uvu", "tap", "qunit",
)  # fmt: skip
"""Modules whose exports are the runner's globals."""

_CALLABLE = frozenset({"ava", "tape", "test", "tap", "brittle", "zora", "tape-promise"})
"""Modules whose default export is the function that makes a test."""

RUNNER_WORDS = frozenset(
    {
        "after", "afterAll", "afterEach", "before", "beforeAll", "beforeEach", "context",
        "describe", "expect", "fcontext", "fdescribe", "fit", "it", "setup", "specify", "suite",
        "suiteSetup", "suiteTeardown", "teardown", "test", "xcontext", "xdescribe", "xit",
        "xspecify", "xtest",
    }
)  # fmt: skip
"""What test runners call what they give."""


def resolve(file: JavaScriptFile, node: tree_sitter.Node, scope: Scope) -> str | None:
    """The qualified name of an expression, ``None`` when it is not known.

    A function or class of the file itself is ``:name``; what a call returns ends with ``()``.
    """
    suffix: list[str] = []
    for _ in range(MAX_STEPS):
        node = bare(node)
        kind = node.type
        if kind == "identifier":
            step = _identifier(file, node, scope)
            if step is None:
                return None
            if isinstance(step, str):
                return _named(step, suffix)
            if step.path:
                suffix.extend(reversed(step.path.split(".")))
            if step.value is None:
                return None
            node, scope = step.value, step.scope
        elif kind == "member_expression":
            name = node.child_by_field_name("property")
            owner = node.child_by_field_name("object")
            if name is None or owner is None:
                return None
            suffix.append(file.text_of(name))
            node = owner
        elif kind == "subscript_expression":
            index, owner = node.child_by_field_name("index"), node.child_by_field_name("object")
            name_text = None if index is None else file.string(index)
            if name_text is None or owner is None:
                return None
            suffix.append(name_text)
            node = owner
        elif kind == "await_expression":
            inner = node.named_children
            if not inner or not _is_import(inner[0]):
                return None
            node = inner[0]
        elif kind in ("call_expression", "new_expression"):
            module = _required(file, node)
            if module is not None:
                if suffix and suffix[-1] == "default":
                    suffix.pop()
                return _named(module, suffix)
            callee = node.child_by_field_name("function") or node.child_by_field_name("constructor")
            if callee is None:
                return None
            if _extends(file, callee):
                owner = bare(callee).child_by_field_name("object")
                if owner is None:
                    return None
                node = owner
                continue
            suffix.append("()")
            node = callee
        elif kind in FUNCTIONS or kind in ("object", "class"):
            return None
        elif kind == "this":
            return _named("this", suffix)
        else:
            return None
    return None


def _identifier(file: JavaScriptFile, node: tree_sitter.Node, scope: Scope) -> str | Binding | None:
    """A name, or the binding whose value is to be followed."""
    text = file.text_of(node)
    found = scope.find(text)
    if not found:
        return text
    one = sole(found)
    if one is None:
        return None
    if one.how is Bound.IMPORT:
        return one.path
    if one.how in (Bound.FUNCTION, Bound.CLASS):
        return f":{text}"
    if one.how in (Bound.VALUE, Bound.PART, Bound.ASSIGNED) and one.value is not None:
        if one.value.type in FUNCTIONS:
            return f":{text}"
        return one
    return None


def _named(base: str, suffix: list[str]) -> str:
    """The base and the members after it, the globals of test runners under their own names."""
    parts = list(reversed(suffix))
    module, dot, rest = _split(base)
    if module in _GLOBALS_OF:
        if dot:
            base = rest
        elif parts and parts[0] != "()":
            base = parts.pop(0)
        elif module in _CALLABLE:
            base = "test"
    elif module in _CALLABLE:
        base = rest if dot and rest in RUNNER_WORDS else f"test.{rest}" if dot else "test"
        if not dot and parts and parts[0] in RUNNER_WORDS:
            base = parts.pop(0)
    elif (
        dot
        and rest in ("it", "test", "describe", "expect")
        and module.startswith((".", "@/", "~", "#"))
    ):
        base = rest
    text = base
    for part in parts:
        text += part if part == "()" else f".{part}"
    return text


@functools.lru_cache(maxsize=4_096)
def _split(base: str) -> tuple[str, bool, str]:
    """A qualified name as module and export: scoped and relative modules hold dots themselves."""
    for module in (*_GLOBALS_OF, *_CALLABLE):
        if base == module:
            return module, False, ""
        if base.startswith(f"{module}."):
            return module, True, base[len(module) + 1 :]
    module, dot, rest = base.rpartition(".")
    if not dot or "/" in rest:
        return base, False, ""
    return module, True, rest


def _required(file: JavaScriptFile, node: tree_sitter.Node) -> str | None:
    """The module that ``require('x')`` or ``import('x')`` gives."""
    callee = node.child_by_field_name("function")
    if callee is None:
        return None
    if callee.type != "import" and not (
        callee.type == "identifier" and file.text_of(callee) == "require"
    ):
        return None
    arguments = node.child_by_field_name("arguments")
    first = None if arguments is None else next(iter(arguments.named_children), None)
    text = None if first is None else file.string(first)
    return None if text is None else text.removeprefix("node:")


def _is_import(node: tree_sitter.Node) -> bool:
    callee = node.child_by_field_name("function") if node.type == "call_expression" else None
    return callee is not None and callee.type == "import"


def _extends(file: JavaScriptFile, callee: tree_sitter.Node) -> bool:
    """Whether it is ``test.extend(…)``, which gives a ``test`` with more fixtures."""
    callee = bare(callee)
    name = callee.child_by_field_name("property") if callee.type == "member_expression" else None
    return name is not None and file.text_of(name) == "extend"
