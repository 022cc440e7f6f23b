"""What is gone from a text from which characters were taken out: escapers written by hand.

``value.replace("<", "&lt;").replace(">", "&gt;")`` is as good as a library's function, whatever
the function around it is called.
"""

from __future__ import annotations

from typing import Final

from checks.flow.kinds import HTML, LDAP, LINES, PATH, XPATH
from checks.flow.values import Link, Taint, Value

_PIECES: Final[dict[str, tuple[int, str]]] = {
    "<": (HTML, "<"), ">": (HTML, ">"), "\n": (LINES, "\n"), "\r": (LINES, "\r"),
    "'": (XPATH, "'"), '"': (XPATH, '"'), "..": (PATH, ".."), "../": (PATH, ".."), "/": (PATH, "/"),
    "*": (LDAP, "*"), "(": (LDAP, "("), ")": (LDAP, ")"),
}  # fmt: skip
_ENOUGH: Final[dict[int, frozenset[str]]] = {
    HTML: frozenset("<"), LINES: frozenset("\n"), LDAP: frozenset("*()"),
    XPATH: frozenset("'\""),  # there are no escapes in XPath: without quotes no way out of a text
}  # fmt: skip
_NOTE = "without "
_OBJECTS = f"{_NOTE}quotes"
_DECODED = f"{_NOTE}its encoding"


def without(value: Value, old: str, new: str) -> Value:
    """The value after ``replace(old, new)``."""
    found = _PIECES.get(old)
    if found is None or (not value.taints and not value.vague):
        return value
    bits, piece = found
    if piece in new or bits & PATH:
        # A quote doubled, or one round of "../" taken out, is not enough to rely on.
        return value
    taints = []
    gone = bits
    for one in value.taints:
        trace = (
            Link(one.trace.module, one.trace.start, one.trace.end, _NOTE + piece, one.trace)
            if one.trace
            else None
        )
        pieces = {piece}
        link = trace
        while link is not None:
            if link.note.startswith(_NOTE):
                pieces.add(link.note.removeprefix(_NOTE))
            link = link.previous
        clean = one.clean
        for kind, needed in _ENOUGH.items():
            if needed <= pieces:
                clean |= kind
        taints.append(Taint(one.source, clean, trace, sure=one.sure))
    vague = value.vague
    for kind, needed in _ENOUGH.items():
        if gone & kind and len(needed) == 1 and piece in needed:
            vague &= ~kind
    return Value(tuple(taints), vague, value.constant, value.references, value.text)


def with_objects(taint: Taint) -> Taint:
    """The content, read as JSON: it may be an object in place of a text."""
    return _noted(taint, _OBJECTS)


def decoded(taint: Taint) -> Taint:
    """The content in another form: tests of the form that it had say nothing of it."""
    return _noted(taint, _DECODED)


def _noted(taint: Taint, note: str) -> Taint:
    last = taint.trace
    if last is None or last.note == note:
        return taint
    link = Link(last.module, last.start, last.end, note, last)
    return Taint(taint.source, taint.clean, link, sure=taint.sure)


def is_decoding(note: str) -> bool:
    """Whether a step is one in which content took another form."""
    return note in (_OBJECTS, _DECODED)


def holds_objects(taint: Taint) -> bool:
    """Whether content was read as JSON on its way."""
    link = taint.trace
    while link is not None:
        if link.note == _OBJECTS:
            return True
        link = link.previous
    return False


def is_note(note: str) -> bool:
    """Whether a step of a trace is a note of this module, and nothing for a reader."""
    return note.startswith(_NOTE)
