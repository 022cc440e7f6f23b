"""Whether a pattern can be made to run for longer than anybody waits, with a text that does it.

Nothing is believed: a word that the automaton finds is tried on a matcher that counts its steps,
with several ends that may make the match fail. A pattern is slow when the steps of it grow so.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import Final

from checks.light import dataclass
from checks.regex.automaton import Automaton, Word
from checks.regex.characters import Flag
from checks.regex.matcher import Matcher
from checks.regex.syntax import anchored, parse
from checks.regex.tree import Unreadable

MAX_STEPS: Final = 40_000
"""Steps of one match that is tried."""
_LAST_STEPS: Final = 150_000
"""Steps of a match when fewer have not told enough."""
_FEW: Final = 3
MAX_WORK: Final = 300_000
"""Work of all matches that are tried for one pattern."""
_MOST: Final = 44
"""Times that a word is repeated to see whether the work doubles."""
_SIZES: Final = (16, 32, 64)
_ENDS: Final = ("!", "", "~", " ", "a", "0", "\n", "\x00", "\u2603", "=", "/")
"""What stands after the repeated word, so that a match fails there."""
_GROWTH: Final = 1.18
"""The factor of every further repetition, at least, of work that grows exponentially."""
_STEADY: Final = 0.96
"""How much of the factor is left at twice as many repetitions: with a power it sinks."""


@dataclass(frozen=True, slots=True)
class Slow:
    """A pattern that can be made slow."""

    prefix: str
    pump: str
    suffix: str
    degree: int
    """The power of the length with which the work grows; 0 when it grows exponentially."""

    @property
    def exponential(self) -> bool:
        """Whether every further repetition multiplies the work."""
        return self.degree == 0

    def attack(self, times: int) -> str:
        """A text that makes the pattern slow."""
        return f"{self.prefix}{self.pump * times}{self.suffix}"


@functools.lru_cache(maxsize=512)
def exponential(
    pattern: str, flags: Flag = Flag.NONE, *, whole: bool = False, unicode: bool = True
) -> Slow | None:
    """The text that makes a pattern exponentially slow; ``None`` when none was found.

    Args:
        pattern: its text.
        flags: those that it is compiled with.
        whole: whether it must match a whole text (``fullmatch``).
        unicode: whether it is a text, and no bytes.
    """
    if sum(pattern.count(one) for one in "*+{") < 1:
        return None
    try:
        tree = parse(pattern, flags, unicode=unicode)
        if whole:
            tree = anchored(tree)
        words = list(Automaton(tree).ambiguous())
        if not words:
            return None
        matcher = Matcher(tree)
    except (Unreadable, RecursionError):
        return None
    for word in words:
        for end in _ends(word):
            if matcher.work > MAX_WORK:
                return None
            if _doubles(matcher, word, end):
                return Slow(word.prefix, word.pump, end, 0)
    return None


@functools.lru_cache(maxsize=512)
def polynomial(
    pattern: str,
    flags: Flag = Flag.NONE,
    *,
    whole: bool = False,
    search: bool = False,
    unicode: bool = True,
) -> Slow | None:
    """The text with which the work grows fastest, by a power of at least two of its length.

    Args:
        pattern: its text.
        flags: those that it is compiled with.
        whole: whether it must match a whole text.
        search: whether a match may begin anywhere in the text.
        unicode: whether it is a text, and no bytes.
    """
    if not any(one in pattern for one in "*+{"):
        return None
    try:
        tree = parse(pattern, flags, unicode=unicode)
        if whole:
            tree = anchored(tree)
        words = list(Automaton(tree).loops())
        matcher = Matcher(tree)
    except (Unreadable, RecursionError):
        return None
    best: Slow | None = None
    for word in words:
        for end in _ends(word):
            if matcher.work > MAX_WORK:
                return best
            degree = _degree(matcher, word, end, search=search)
            if degree > (1 if best is None else best.degree):
                best = Slow(word.prefix, word.pump, end, degree)
                break
    return best


def _ends(word: Word) -> Iterator[str]:
    for end in _ENDS:
        if not end or end not in word.pump:
            yield end


def _doubles(matcher: Matcher, word: Word, end: str) -> bool:
    """Whether every further repetition multiplies the steps of a match that fails."""
    steps: list[int] = []
    bound = MAX_STEPS
    for times in range(1, _MOST):
        if matcher.work > MAX_WORK:
            break
        text = word.prefix + word.pump * times + end
        found = matcher.count(text, bound)
        if found.spent and len(steps) < _FEW:
            bound = _LAST_STEPS
            found = matcher.count(text, bound)
        if found.matched:
            return False
        if found.spent:
            break
        steps.append(found.steps)
        if times == 8 and steps[-1] < 2 * steps[3] * _GROWTH:
            return False  # it would have doubled at least once in four repetitions
    if len(steps) < 7:
        return len(steps) >= _FEW and _rises(steps, 1) and steps[-1] >= 2 * steps[-2]
    return _rises(steps, 2)


def _rises(steps: list[int], stride: int) -> bool:
    """Whether the factor between repetitions is large, and does not sink as that of a power."""
    factors = [after / before for before, after in zip(steps, steps[stride:], strict=False)]
    late = factors[-1]
    middle = factors[len(factors) // 2]
    return late >= _GROWTH**stride and late >= _STEADY * middle


def _degree(matcher: Matcher, word: Word, end: str, *, search: bool) -> int:
    counts = []
    for size in _SIZES:
        text = word.prefix + word.pump * size + end
        found = matcher.count(text, MAX_STEPS * 4, search=search)
        if found.matched:
            return 0
        if found.spent:
            break
        counts.append(found.steps)
    if len(counts) < 2:
        return 3 if counts else 0
    return round(math.log2(counts[-1] / counts[-2]))
