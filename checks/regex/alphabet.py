"""Sets of characters as bits over a small alphabet.

All of ASCII has a bit each. Of the rest there are a letter, a digit, a space and a sign, and the
characters that the pattern names itself: whatever a pattern tells apart, these do, too.
"""

from __future__ import annotations

from typing import Final

ASCII: Final = 128
_SAMPLES: Final = ("\u00e9", "\u0663", "\u2003", "\u2603")
"""A letter, a digit, a space and a sign beyond ASCII."""
MAX_EXTRA: Final = 48
_SPACE: Final = frozenset(" \t\n\r\f\v")


class Alphabet:
    """The characters that a pattern is looked at with."""

    def __init__(self, pattern: str, *, unicode: bool = True) -> None:
        named = {one for one in pattern if ord(one) >= ASCII}
        named |= {other for one in named for other in (one.lower(), one.upper())}
        extra = sorted({one for one in named if len(one) == 1} - set(_SAMPLES))[:MAX_EXTRA]
        self.characters: tuple[str, ...] = (
            *(chr(point) for point in range(ASCII)),
            *_SAMPLES,
            *extra,
        )
        self.all = (1 << len(self.characters)) - 1
        self._beyond = list(enumerate(self.characters))[ASCII:]
        self._unicode = unicode
        self._known: dict[tuple[str, bool], int] = {}

    def range(self, first: int, last: int) -> int:
        """The characters between two code points, both included."""
        bits = 0
        if first < ASCII:
            top = min(last, ASCII - 1)
            bits = ((1 << (top - first + 1)) - 1) << first
        for index, one in self._beyond:
            if first <= ord(one) <= last:
                bits |= 1 << index
        return bits

    def one(self, point: int, *, ignore_case: bool = False) -> int:
        """A character, in both cases when they are not told apart."""
        bits = self.range(point, point)
        if ignore_case:
            bits = self.folded(bits)
        return bits

    def folded(self, bits: int) -> int:
        """A set with the other cases of its letters."""
        lower = bits >> 65 & 0x3FFFFFF
        upper = bits >> 97 & 0x3FFFFFF
        bits |= lower << 97 | upper << 65
        for index, one in self._beyond:
            if bits >> index & 1:
                continue
            for other, two in self._beyond:
                if bits >> other & 1 and one.lower() == two.lower():
                    bits |= 1 << index
        return bits

    def category(self, letter: str, *, ascii_only: bool) -> int:
        r"""``\w``, ``\d``, ``\s`` and their complements."""
        key = (letter.lower(), ascii_only or not self._unicode)
        bits = self._known.get(key)
        if bits is None:
            bits = 0
            for index, one in enumerate(self.characters):
                if _is_in(one, key[0], ascii_only=key[1]):
                    bits |= 1 << index
            self._known[key] = bits
        return self.all & ~bits if letter.isupper() else bits

    def sample(self, bits: int) -> str:
        """A character of a set, one that can be shown if there is one."""
        for preferred in _PREFERRED:
            if bits >> preferred & 1:
                return chr(preferred)
        index = (bits & -bits).bit_length() - 1
        return self.characters[index]

    def encode(self, text: str) -> list[int]:
        """The bit of each character of a text; characters that it has not are signs."""
        index = {one: number for number, one in enumerate(self.characters)}
        unknown = index[_SAMPLES[3]]
        return [1 << index.get(one, unknown) for one in text]


_PREFERRED: Final = tuple(map(ord, "a0 A-_.,/:x1b")) + tuple(range(33, 127)) + (32, 9, 10)


def _is_in(one: str, letter: str, *, ascii_only: bool) -> bool:
    if ascii_only and ord(one) >= ASCII:
        return False
    if letter == "d":
        return one.isdigit()
    if letter == "w":
        return one.isalnum() or one == "_"
    return one in _SPACE or (one.isspace() and not ascii_only)
