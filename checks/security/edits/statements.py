"""A statement with values in it becomes one with placeholders and parameters."""

from __future__ import annotations

import re2

from checks.events import Call
from checks.model import Edit
from checks.security.edits.pieces import Hole, Piece, formatted, literal, pieces_of

_QUESTION, _PERCENT = "?", "%s"
_STYLES = {
    "MySQLdb": _PERCENT,
    "aiosqlite": _QUESTION,
    "django": _PERCENT,
    "mysql": _PERCENT,
    "psycopg": _PERCENT,
    "psycopg2": _PERCENT,
    "pymysql": _PERCENT,
    "sqlite3": _QUESTION,
}
"""Drivers by their package, and how they write a placeholder (PEP 249, ``paramstyle``)."""
_VALUE_BEFORE = re2.compile(
    r"(?is)(?:[=<>]|\blike|\bilike|\blimit|\boffset|\bbetween|\bvalues\s*\((?:[^()]*,)?)\s*$"
)
_METHODS = frozenset({"execute", "fetch_all", "fetch_one"})


def parametrised(call: Call) -> list[Edit]:
    """The statement of ``execute`` with placeholders, and its values as parameters.

    Only where the whole statement stands in the call, every varying part is a value (no table, no
    column), and the driver, hence its placeholder, is known.
    """
    style = _style(call)
    if style is None or call.method not in _METHODS or len(call.arguments) != 1:
        return []
    if call.keywords or call.has_star or call.has_double_star:
        return []
    (statement,) = call.arguments
    pieces = pieces_of(statement)
    rewritten = None if pieces is None else _rewrite(pieces, style)
    if rewritten is None:
        return []
    text, parameters = rewritten
    source = literal(text)
    if source is None or not parameters:
        return []
    values = f"({parameters[0]},)" if len(parameters) == 1 else f"({', '.join(parameters)})"
    return [Edit(statement.span, f"{source}, {values}")]


def _style(call: Call) -> str | None:
    """How the driver writes placeholders; by the object's origin, else by the file's imports."""
    known = _STYLES.get((call.name or "").partition(".")[0])
    if known is not None or call.name:
        return known
    roots = {one.partition(".")[0] for one in call.module.imported_modules}
    styles = {_STYLES[root] for root in roots if root in _STYLES}
    return styles.pop() if len(styles) == 1 else None


def _rewrite(pieces: list[Piece], style: str) -> tuple[str, list[str]] | None:
    """The statement with placeholders, and the parameters as source."""
    text = ""
    parameters = []
    for index, one in enumerate(pieces):
        if isinstance(one, str):
            text += one
            continue
        after = pieces[index + 1] if index + 1 < len(pieces) else ""
        if not isinstance(after, str):
            return None
        placed = _place(text, one, after)
        if placed is None:
            return None
        text, parameter, rest = placed
        text += "\0"
        parameters.append(parameter)
        if index + 1 < len(pieces):
            pieces[index + 1] = rest
    if style == _PERCENT and "%" in text:
        return None
    return (text.replace("\0", style), parameters) if style not in text else None


def _place(before: str, hole: Hole, after: str) -> tuple[str, str, str] | None:
    """A value at its place: the text before it, the parameter, the text after it.

    ``'%{x}%'`` is the value ``f"%{x}%"``; its quotes go, for a parameter needs none.
    """
    if before.endswith(("'", "'%")):
        cut = 2 if before.endswith("'%") else 1
        lead = "%" if cut == 2 else ""
        trail = "%" if after.startswith("%'") else ""
        if not after.startswith(trail + "'"):
            return None
        before, after = before[:-cut], after[len(trail) + 1 :]
        pieces: list[Piece] = [one for one in (lead, hole, trail) if one]
        parameter = formatted(pieces)
    else:
        parameter = hole.text
    if parameter is None or _VALUE_BEFORE.search(before) is None:
        return None
    return before, parameter, after
