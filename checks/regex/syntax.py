"""Reads a pattern as Python's :mod:`re` does, into a tree of a few kinds of node.

Like :mod:`re` it takes what all branches of an alternative begin with out of it, and makes one set
of branches that are single characters: ``(?:a|b)*`` is ``[ab]*`` there as well as here.
"""

from __future__ import annotations

from typing import Final

from checks.light import dataclass, replace
from checks.regex.alphabet import Alphabet
from checks.regex.characters import CharacterReader, Flag
from checks.regex.tree import (
    Alternative,
    At,
    Atomic,
    Back,
    Chars,
    Conditional,
    Greed,
    Group,
    Look,
    Node,
    Repeat,
    Sequence,
    Unreadable,
    width,
)

MAX_PATTERN: Final = 3_000
MAX_DEPTH: Final = 40
MAX_COUNT: Final = 100_000


FLAGS: Final = {
    "I": Flag.IGNORECASE, "IGNORECASE": Flag.IGNORECASE, "M": Flag.MULTILINE,
    "MULTILINE": Flag.MULTILINE, "S": Flag.DOTALL, "DOTALL": Flag.DOTALL, "X": Flag.VERBOSE,
    "VERBOSE": Flag.VERBOSE, "A": Flag.ASCII, "ASCII": Flag.ASCII, "U": Flag.NONE,
    "UNICODE": Flag.NONE, "L": Flag.NONE, "LOCALE": Flag.NONE, "NOFLAG": Flag.NONE,
    "DEBUG": Flag.NONE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern as a tree."""

    root: Node
    groups: int
    alphabet: Alphabet


def parse(pattern: str, flags: Flag = Flag.NONE, *, unicode: bool = True) -> Pattern:
    """Read a pattern.

    Args:
        pattern: its text; that of bytes as Latin-1.
        flags: those that it is compiled with.
        unicode: whether it is a text, and no bytes.

    Raises:
        Unreadable: it is no pattern, or too large.
    """
    if len(pattern) > MAX_PATTERN:
        raise Unreadable("too long")
    reader = _Reader(pattern, flags, Alphabet(pattern, unicode=unicode))
    return Pattern(reader.read(), reader.groups, reader.alphabet)


_LETTERS: Final = {"i": Flag.IGNORECASE, "m": Flag.MULTILINE, "s": Flag.DOTALL, "x": Flag.VERBOSE,
                   "a": Flag.ASCII, "u": Flag.NONE, "L": Flag.NONE}  # fmt: skip
_QUANTIFIERS: Final = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_NEWLINE: Final = 1 << 10


class _Reader(CharacterReader):
    def __init__(self, text: str, flags: Flag, alphabet: Alphabet) -> None:
        super().__init__(text, flags, alphabet)
        self.names: dict[str, int] = {}
        self.depth = 0

    def read(self) -> Node:
        self._global_flags()
        found = self._alternatives()
        if self.at < len(self.text):
            raise Unreadable("a closing bracket too many")
        return found

    # -- the structure ------------------------------------------------------------------------

    def _global_flags(self) -> None:
        """``(?im)`` at the beginning."""
        while self.text.startswith("(?", self.at):
            end = self.at + 2
            found = Flag.NONE
            while end < len(self.text) and self.text[end] in _LETTERS:
                found |= _LETTERS[self.text[end]]
                end += 1
            if end == self.at + 2 or end >= len(self.text) or self.text[end] != ")":
                return
            self.flags |= found
            self.at = end + 1

    def _alternatives(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("nested too deeply")
        branches = [self._sequence()]
        while self._take("|"):
            branches.append(self._sequence())
        self.depth -= 1
        return branches[0] if len(branches) == 1 else _alternative(branches)

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self.at < len(self.text):
            one = self.text[self.at]
            if one in "|)":
                break
            if self.flags & Flag.VERBOSE and self._skip():
                continue
            atom = self._atom()
            if atom is None:
                continue
            parts.append(self._repeated(atom))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _skip(self) -> bool:
        """Past white space and comments that mean nothing."""
        one = self.text[self.at]
        if one.isspace():
            self.at += 1
            return True
        if one == "#":
            end = self.text.find("\n", self.at)
            self.at = len(self.text) if end < 0 else end + 1
            return True
        return False

    def _repeated(self, atom: Node) -> Node:
        while self.flags & Flag.VERBOSE and self.at < len(self.text) and self._skip():
            pass
        found = self._quantifier()
        if found is None:
            return atom
        low, high = found
        greed = Greed.GREEDY
        if self._take("?"):
            greed = Greed.LAZY
        elif self._take("+"):
            greed = Greed.POSSESSIVE
        if self._quantifier() is not None:
            raise Unreadable("repeated twice")
        if isinstance(atom, At):
            raise Unreadable("nothing to repeat")
        return Repeat(atom, low, high, greed)

    def _quantifier(self) -> tuple[int, int | None] | None:
        one = self.text[self.at : self.at + 1]
        if one in _QUANTIFIERS:
            self.at += 1
            return _QUANTIFIERS[one]
        if one != "{":
            return None
        end = self.text.find("}", self.at, self.at + 14)
        if end < 0:
            return None
        first, comma, second = self.text[self.at + 1 : end].partition(",")
        if not all(not side or (side.isascii() and side.isdigit()) for side in (first, second)):
            return None
        if not first and not second:
            if not comma:
                return None
            self.at = end + 1
            return 0, None
        if not first and not comma:
            return None
        self.at = end + 1
        low = int(first) if first else 0
        high = (int(second) if second else None) if comma else low
        if low > MAX_COUNT or (high is not None and (high < low or high > MAX_COUNT)):
            raise Unreadable("counts too far")
        return low, high

    # -- atoms --------------------------------------------------------------------------------

    def _atom(self) -> Node | None:
        one = self.text[self.at]
        self.at += 1
        flags = self.flags
        if one == "(":
            return self._group()
        if one == "[":
            return self._class()
        if one == "\\":
            return self._escape()
        if one == ".":
            bits = self.alphabet.all
            return Chars(bits if flags & Flag.DOTALL else bits & ~_NEWLINE, False, (".",))
        if one == "^":
            return At("m^" if flags & Flag.MULTILINE else "^")
        if one == "$":
            return At("m$" if flags & Flag.MULTILINE else "$")
        if one in "*+?":
            raise Unreadable("nothing to repeat")
        return self._literal(ord(one))

    def _group(self) -> Node | None:
        if not self._take("?"):
            self.groups += 1
            number = self.groups
            return Group(self._inside(), number)
        if self._take(":"):
            return self._inside()
        if self._take(">"):
            return Atomic(self._inside())
        if self._take("#"):
            end = self.text.find(")", self.at)
            if end < 0:
                raise Unreadable("a comment without end")
            self.at = end + 1
            return None
        if self._take("P<"):
            return self._named()
        if self._take("P="):
            name = self._until(")")
            if name not in self.names:
                raise Unreadable("a group that is not there")
            return Back(self.names[name])
        if self._take("("):
            return self._conditional()
        for sign, ahead, negative in (("=", True, False), ("!", True, True),
                                      ("<=", False, False), ("<!", False, True)):  # fmt: skip
            if self._take(sign):
                body = self._inside()
                return Look(body, ahead, negative, 0 if ahead else width(body))
        return self._flagged()

    def _named(self) -> Node:
        name = self._until(">")
        self.groups += 1
        number = self.groups
        self.names[name] = number
        return Group(self._inside(), number)

    def _conditional(self) -> Node:
        name = self._until(")")
        number = int(name) if name.isascii() and name.isdigit() else self.names.get(name)
        if number is None or number > MAX_PATTERN:
            raise Unreadable("a group that is not there")
        yes = self._sequence()
        no = self._sequence() if self._take("|") else Sequence()
        if not self._take(")"):
            raise Unreadable("a group without end")
        return Conditional(number, yes, no)

    def _flagged(self) -> Node:
        """``(?i:…)``, ``(?-s:…)``."""
        added = removed = Flag.NONE
        minus = False
        while self.at < len(self.text) and self.text[self.at] not in ":)":
            one = self.text[self.at]
            self.at += 1
            if one == "-":
                minus = True
            elif one not in _LETTERS:
                raise Unreadable("an extension that is not known")
            elif minus:
                removed |= _LETTERS[one]
            else:
                added |= _LETTERS[one]
        if not self._take(":"):
            raise Unreadable("flags that are not at the beginning")
        kept = self.flags
        self.flags = (self.flags | added) & ~removed
        return self._inside(kept)

    def _inside(self, flags: Flag | None = None) -> Node:
        kept = self.flags if flags is None else flags
        found = self._alternatives()
        self.flags = kept
        if not self._take(")"):
            raise Unreadable("a group without end")
        return found

    def _until(self, end: str) -> str:
        place = self.text.find(end, self.at, self.at + 100)
        if place < 0:
            raise Unreadable("a name without end")
        found = self.text[self.at : place]
        self.at = place + 1
        return found


def _alternative(branches: list[Node]) -> Node:
    """What all branches begin with is taken out; single characters become one set."""
    lists = [list(one.parts) if isinstance(one, Sequence) else [one] for one in branches]
    common: list[Node] = []
    while all(lists) and all(one[0] == lists[0][0] for one in lists):
        common.append(lists[0][0])
        lists = [one[1:] for one in lists]
    rest = [one[0] if len(one) == 1 else Sequence(tuple(one)) for one in lists]
    inner: Node
    if all(isinstance(one, Chars) and one.listed for one in rest):
        bits = 0
        for one in rest:
            bits |= one.bits if isinstance(one, Chars) else 0
        inner = Chars(bits)
    else:
        inner = Alternative(tuple(rest))
    return Sequence((*common, inner)) if common else inner


def anchored(pattern: Pattern) -> Pattern:
    """The pattern that must match a whole text."""
    return replace(pattern, root=Sequence((pattern.root, At("Z"))))
