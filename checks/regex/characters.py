"""Characters, classes and escapes of a pattern: what :mod:`checks.regex.syntax` builds on."""

from __future__ import annotations

import enum
from typing import Final

from checks.regex.alphabet import Alphabet
from checks.regex.tree import At, Back, Chars, Node, Unreadable

_SIMPLE: Final = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92}
_HEX: Final = frozenset("0123456789abcdefABCDEF")
_OCTAL: Final = frozenset("01234567")


class Flag(enum.IntFlag):
    """The flags that change what a pattern means."""

    NONE = 0
    IGNORECASE = 1
    MULTILINE = 2
    DOTALL = 4
    VERBOSE = 8
    ASCII = 16


class CharacterReader:
    """A place in a pattern, and the reading of what stands there for single characters."""

    def __init__(self, text: str, flags: Flag, alphabet: Alphabet) -> None:
        self.text = text
        self.at = 0
        self.flags = flags
        self.alphabet = alphabet
        self.groups = 0

    def _take(self, text: str) -> bool:
        if self.text.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def _literal(self, point: int) -> Chars:
        folded = bool(self.flags & Flag.IGNORECASE)
        return Chars(self.alphabet.one(point, ignore_case=folded), True, (point,))

    def _escape(self) -> Node:
        one = self.text[self.at : self.at + 1]
        if one and one in "dDwWsS":
            self.at += 1
            return Chars(self._category(one), True, (one,))
        if one and one in "AZz":
            self.at += 1
            return At("A" if one == "A" else "Z")
        if one and one in "bB":
            self.at += 1
            return At(one, self._category("w"))
        if one.isascii() and one.isdigit() and one != "0":
            return self._reference()
        return self._literal(self._point(in_class=False))

    def _category(self, letter: str) -> int:
        return self.alphabet.category(letter, ascii_only=bool(self.flags & Flag.ASCII))

    def _reference(self) -> Node:
        text = self.text[self.at : self.at + 3]
        if len(text) == 3 and set(text) <= _OCTAL and text[0] in "0123":
            self.at += 3
            return self._literal(int(text, 8))
        digits = text[:2] if text[:2].isdigit() and len(text) > 1 else text[:1]
        self.at += len(digits)
        number = int(digits)
        if number > self.groups:
            raise Unreadable("a group that is not there")
        return Back(number)

    def _point(self, *, in_class: bool) -> int:
        """The character after a backslash."""
        one = self.text[self.at : self.at + 1]
        self.at += 1
        if one in ("x", "u", "U"):
            length = {"x": 2, "u": 4, "U": 8}[one]
            digits = self.text[self.at : self.at + length]
            if len(digits) != length or not set(digits) <= _HEX:
                raise Unreadable("an escape without end")
            self.at += length
            return int(digits, 16)
        if one and one in _OCTAL:
            end = self.at
            while end < len(self.text) and end < self.at + 2 and self.text[end] in _OCTAL:
                end += 1
            value = int(self.text[self.at - 1 : end], 8)
            self.at = end
            return value
        if one in _SIMPLE and (in_class or one != "b"):
            return _SIMPLE[one]
        if not one or (one.isascii() and one.isalnum()):
            raise Unreadable("an escape that is not known")
        return ord(one)

    def _class(self) -> Node:
        negated = self._take("^")
        bits = 0
        written: list[str | int] = []
        first = True
        while True:
            if self.at >= len(self.text):
                raise Unreadable("a class without end")
            one = self.text[self.at]
            if one == "]" and not first:
                self.at += 1
                break
            first = False
            low = self._member()
            if isinstance(low, Chars):
                bits |= low.bits
                written += low.written
                continue
            following = self.text[self.at : self.at + 2]
            if len(following) == 2 and following[0] == "-" and following[1] != "]":
                self.at += 1
                high = self._member()
                if isinstance(high, Chars) or high < low:
                    raise Unreadable("a range that is none")
                bits |= self.alphabet.range(low, high)
                written += ["-", low, high]
            else:
                bits |= self.alphabet.range(low, low)
                written.append(low)
        if self.flags & Flag.IGNORECASE:
            bits = self.alphabet.folded(bits)
        if negated:
            return Chars(self.alphabet.all & ~bits, False, ("^", *dict.fromkeys(written)))
        return Chars(bits, True, tuple(dict.fromkeys(written)))

    def _member(self) -> Chars | int:
        """A character of a class by its code point, or a category."""
        one = self.text[self.at : self.at + 1]
        self.at += 1
        if one != "\\":
            if not one:
                raise Unreadable("a class without end")
            return ord(one)
        letter = self.text[self.at : self.at + 1]
        if letter and letter in "dDwWsS":
            self.at += 1
            return Chars(self._category(letter), True, (letter,))
        return self._point(in_class=True)
