"""HTTP status codes as tests write them: numbers, names of constants, texts."""

from __future__ import annotations

import re2
import tree_sitter

from checks.events import Module

REFUSALS = frozenset({401, 403, 407})
"""Codes that say that somebody may not (RFC 9110, 15.5.2, 15.5.4, 15.5.8)."""

HIDDEN = 404
"""What is answered where even the existence is not to be told (RFC 9110, 15.5.4)."""

_NAMES = {
    "OK": 200,
    "CREATED": 201,
    "ACCEPTED": 202,
    "NO_CONTENT": 204,
    "MOVED_PERMANENTLY": 301,
    "FOUND": 302,
    "SEE_OTHER": 303,
    "NOT_MODIFIED": 304,
    "TEMPORARY_REDIRECT": 307,
    "BAD_REQUEST": 400,
    "UNAUTHORIZED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "CONFLICT": 409,
    "INTERNAL_SERVER_ERROR": 500,
}
_IN_NAME = re2.compile(r"(?:^|_)([1-5][0-9]{2})(?:_|$)")
_TEXT = re2.compile(r"^([1-5][0-9]{2})(?: [A-Z].*)?$")
_SKIPPED = frozenset({"string_start", "string_end", "comment", "keyword_separator"})
_MAX_NODES = 2_000
_LOWEST, _HIGHEST = 100, 599


def is_success(code: int) -> bool:
    """Whether a code says that the request was done."""
    return code // 100 == 2


def codes_in(module: Module, node: tree_sitter.Node) -> frozenset[int]:
    """The status codes that are written in an expression, those of nested calls left out."""
    found: set[int] = set()
    stack = [node]
    for _ in range(_MAX_NODES):
        if not stack:
            break
        current = stack.pop()
        code = _code(module, current)
        if code is not None:
            found.add(code)
        elif current.type not in ("call", "subscript", "lambda", *_SKIPPED):
            stack.extend(current.named_children)
    return frozenset(found)


def _code(module: Module, node: tree_sitter.Node) -> int | None:
    kind = node.type
    if kind == "integer":
        text = module.text_of(node)
        number = int(text) if len(text) == 3 and text.isdigit() else 0
        return number if _LOWEST <= number <= _HIGHEST else None
    if kind == "string":
        match = _TEXT.match(module.text_of(node).strip("bBrRuU").strip("'\""))
        return None if match is None else int(match.group(1))
    if kind in ("attribute", "identifier"):
        last = module.text_of(node).rpartition(".")[2]
        match = _IN_NAME.search(last)
        if match is not None:
            return int(match.group(1))
        if kind == "attribute" or last.isupper():
            return _named(module.text_of(node), last)
    return None


def _named(text: str, last: str) -> int | None:
    """The code of a constant: of any ``FORBIDDEN``, of a small ``ok`` only where codes are kept."""
    if last.isupper():
        return _NAMES.get(last)
    owner = text.rpartition(".")[0].rpartition(".")[2].lower()
    return _NAMES.get(last.upper()) if owner in ("codes", "status", "httpstatus") else None
