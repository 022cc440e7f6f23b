"""Literals of Python source, read without running or compiling anything."""

from __future__ import annotations

import unicodedata

import re2

MAX_DIGITS = 300
"""Longest number that is read; CPython itself refuses decimal ones over 4,300 digits."""

_ESCAPE = re2.compile(
    r"(?s)\\(\r?\n|[\\'\"abfnrtv]|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}"
    r"|N\{[^}]{1,100}\})"
)
_SIMPLE = {
    "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r",
    "t": "\t", "v": "\v",
}  # fmt: skip


def unescape(text: str, *, is_bytes: bool = False) -> str:
    """The value of a string's content; escapes that mean nothing are kept as they stand."""
    if "\\" not in text:
        return text
    pieces, position = [], 0
    for found in _ESCAPE.finditer(text):
        pieces.append(text[position : found.start()])
        pieces.append(_escape(found.group(1), found.group(0), is_bytes=is_bytes))
        position = found.end()
    pieces.append(text[position:])
    return "".join(pieces)


def _escape(body: str, whole: str, *, is_bytes: bool) -> str:
    if body in _SIMPLE:
        return _SIMPLE[body]
    first = body[0]
    if first in "\r\n":
        return ""
    if first in "01234567":
        return chr(int(body, 8))
    if first == "x":
        return chr(int(body[1:], 16))
    if is_bytes:
        return whole
    if first == "N":
        try:
            return unicodedata.lookup(body[2:-1])
        except KeyError:
            return whole
    point = int(body[1:], 16)
    if 0xD800 <= point <= 0xDFFF:
        return "\N{REPLACEMENT CHARACTER}"  # half of a character is no text for RE2, nor for JSON
    return chr(point) if point <= 0x10FFFF else whole


def integer(text: str) -> int | complex | None:
    """An integer literal's value, those of Python 2 (``0777``, ``10L``) too."""
    if len(text) > MAX_DIGITS:
        return None
    text = text.replace("_", "").rstrip("lL")
    try:
        if text[-1:] in "jJ":
            return complex(text)
        if len(text) > 1 and text[0] == "0" and text.isdigit() and text.strip("0"):
            return int(text, 8)
        return int(text, 0)
    except ValueError:
        return None


def real(text: str) -> float | complex | None:
    """A float literal's value."""
    if len(text) > MAX_DIGITS:
        return None
    try:
        return complex(text) if text[-1:] in "jJ" else float(text.replace("_", ""))
    except ValueError:
        return None
