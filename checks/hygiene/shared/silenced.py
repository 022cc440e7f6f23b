"""Cleanups that are turned into comments, while what they cleaned up is still made."""

from __future__ import annotations

import bisect
from collections.abc import Iterator

import re2

from checks.events import Function, Module
from checks.hygiene.shared.comparing import without_comments
from checks.hygiene.shared.tests import is_fixture, is_setup, is_teardown, is_test
from checks.light import dataclass
from checks.model import Span

_ENDING = (
    "aclose|cancel|cleanup|clean_up|close|disconnect|kill|kill_kernel|rmdir|rmtree|server_close|"
    "shutdown|stop|stop_server|terminate|unlink|wait_closed"
)
_OF_OBJECT = re2.compile(
    rf"^(?:await |yield |yield from |return )?([A-Za-z_][\w.]*)\.({_ENDING})\(([^()]*)\)$"
)
_OF_PATH = re2.compile(
    r"^(?:shutil\.rmtree|rmtree|os\.(?:close|remove|removedirs|rmdir|unlink))\(([\w.]+)[^()]*\)$"
)
_MAX_COMMENTS = 200
"""Comments of one file that look like a cleanup."""


@dataclass(frozen=True, slots=True)
class Silenced:
    """A cleanup in a comment."""

    span: Span
    function: Function
    code: str


def silenced_cleanups(module: Module) -> Iterator[Silenced]:
    """The cleanups in comments of tests, fixtures and tear-downs of which nothing else is left.

    The object is made in the same function, belongs to the test, or the function is there to
    clean up; and no code of the function, or of a tear-down, ends the same object.
    """
    functions = sorted(
        (one for one in module.functions if one.context.function is None),
        key=lambda one: one.span.start,
    )
    starts = [one.span.start for one in functions]
    candidates = 0
    for span, text in module.comments():
        code = text.lstrip("#").strip()
        found = _OF_OBJECT.match(code)
        path = None if found else _OF_PATH.match(code)
        if found is None and path is None:
            continue
        candidates += 1
        if candidates > _MAX_COMMENTS:
            return
        at = bisect.bisect_right(starts, span.start) - 1
        function = _around(functions[at], span) if at >= 0 else None
        if function is None or not _may_clean_up(function):
            continue
        name = str(found.group(1) if found else path.group(1) if path else "")
        if _is_meant(function, name) and not _is_done(function, name, bool(path)):
            yield Silenced(span, function, code)


def _around(inside: Function, span: Span) -> Function | None:
    """The function if a comment stands in it, by its indentation: the tree ends before it."""
    data = inside.module.source.data
    start = data.rfind(b"\n", 0, span.start) + 1
    if data[start : span.start].strip():
        return None  # behind code
    # A comment in the first column was made by an editor, which keeps the indentation after "#".
    column = span.start - start
    return inside if column > inside.node.start_point.column or not column else None


def _may_clean_up(function: Function) -> bool:
    return is_test(function) or is_setup(function) or is_fixture(function) or is_teardown(function)


def _is_meant(function: Function, name: str) -> bool:
    root = name.partition(".")[0]
    if root in ("self", "cls"):
        attribute = name.split(".")[1] if "." in name else ""
        return function.cls is not None and attribute in function.cls.attributes
    return is_teardown(function) or root in function.scope_of_body.bindings


def _is_done(function: Function, name: str, path: bool) -> bool:
    """Whether the code that is left ends the same thing."""
    code = _code(function)
    if function.cls is not None:
        code += "".join(_code(one) for one in function.cls.methods.values() if is_teardown(one))
    escaped = re2.escape(name)
    if path:
        return (
            re2.search(r"\b(?:rmtree|remove|removedirs|rmdir|unlink|cleanup)\b", code) is not None
        )
    return (
        re2.search(rf"\b{escaped}\.(?:{_ENDING})\b|[wW]ith [^\n]*\b{escaped}\b", code) is not None
    )


def _code(function: Function) -> str:
    return function.module.remember((_code, function), lambda: without_comments(function))
