"""Finds words that a repetition can match in more than one way.

The automaton has a state for every character set of the pattern (Glushkov), and counts for every
pair of states in how many ways the one can follow the other without a character between them. A
loop is ambiguous when one word leads from a state back to it in two ways: then a backtracking
match that fails has tried two to the power of n ways after n times the word (Weideman et al.,
"Analyzing Matching Time Behavior of Backtracking Regular Expression Matchers by Using Ambiguity
of NFA", 2016).

What the automaton leaves out (places, backreferences, limits of counts, what is tried once only)
makes it find too much: :mod:`checks.regex.slow` has every word tried.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final

from checks.light import dataclass, field
from checks.regex.alphabet import Alphabet
from checks.regex.syntax import Pattern
from checks.regex.tree import (
    Alternative,
    Atomic,
    Chars,
    Conditional,
    Group,
    Look,
    Node,
    Repeat,
    Sequence,
    Unreadable,
)

MAX_STATES: Final = 260
MAX_EDGES: Final = 12_000
MAX_PAIRS: Final = 40_000
"""Steps of the search for an ambiguous word."""
_COPIES: Final = 2
"""Bodies of a counted repetition that are told apart; more are taken for a loop."""
_LOOPS: Final = 24

START: Final = -1


@dataclass(slots=True)
class _Part:
    """What is known of a part of the pattern: see Glushkov's construction."""

    empty: int
    """In how many ways it matches nothing: 0, 1, or 2 for more."""
    first: dict[int, int] = field(default_factory=dict)
    last: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Word:
    """An attack: a beginning, and what is repeated after it."""

    prefix: str
    pump: str


class Automaton:
    """The states of a pattern, and how they follow each other.

    Raises:
        Unreadable: there are too many.
    """

    def __init__(self, pattern: Pattern) -> None:
        self.alphabet: Alphabet = pattern.alphabet
        self.sets: list[int] = []
        self.follow: list[dict[int, int]] = []
        self._edges = 0
        whole = self._part(pattern.root)
        self.start = whole.first
        self._reached = self._distances()

    # -- construction -------------------------------------------------------------------------

    def _part(self, node: Node) -> _Part:
        if isinstance(node, Chars):
            return self._characters(node)
        if isinstance(node, Sequence):
            found = _Part(1)
            for one in node.parts:
                found = self._joined(found, self._part(one))
            return found
        if isinstance(node, Alternative):
            return _either([self._part(one) for one in node.branches])
        if isinstance(node, Repeat):
            return self._repeat(node)
        if isinstance(node, (Group, Atomic)):
            return self._part(node.body)
        if isinstance(node, Look):
            # It matches nothing; what is in it may still be slow.
            inner = self._part(node.body)
            return _Part(1, inner.first, {})
        if isinstance(node, Conditional):
            return _either([self._part(node.yes), self._part(node.no)])
        return _Part(1)

    def _characters(self, node: Chars) -> _Part:
        if not node.bits:
            return _Part(0)
        number = len(self.sets)
        if number >= MAX_STATES:
            raise Unreadable("too many states")
        self.sets.append(node.bits)
        self.follow.append({})
        return _Part(0, {number: 1}, {number: 1})

    def _joined(self, one: _Part, two: _Part) -> _Part:
        self._connect(one.last, two.first)
        first = dict(one.first)
        for state, ways in two.first.items():
            _count(first, state, ways * one.empty)
        last = dict(two.last)
        for state, ways in one.last.items():
            _count(last, state, ways * two.empty)
        return _Part(min(2, one.empty * two.empty), first, last)

    def _repeat(self, node: Repeat) -> _Part:
        if node.high == 0:
            return _Part(1)
        found = _Part(1)
        for _ in range(min(node.low, _COPIES)):
            found = self._joined(found, self._part(node.body))
        if node.high is not None and node.high <= _COPIES:
            for _ in range(node.high - node.low):
                found = self._joined(found, _either([self._part(node.body), _Part(1)]))
            return found
        if node.high is not None and node.high == node.low:
            return found
        loop = self._part(node.body)
        self._connect(loop.last, loop.first)
        return self._joined(found, _Part(1, loop.first, loop.last))

    def _connect(self, last: dict[int, int], first: dict[int, int]) -> None:
        self._edges += len(last) * len(first)
        if self._edges > MAX_EDGES:
            raise Unreadable("too many edges")
        for state, ways in last.items():
            for after, more in first.items():
                _count(self.follow[state], after, ways * more)

    def _distances(self) -> dict[int, int]:
        """The state before each that can be reached, on a shortest way from the beginning."""
        before: dict[int, int] = {}
        queue: deque[int] = deque()
        for state in self.start:
            before[state] = START
            queue.append(state)
        while queue:
            state = queue.popleft()
            for after in self.follow[state]:
                if after not in before:
                    before[after] = state
                    queue.append(after)
        return before

    # -- questions ----------------------------------------------------------------------------

    def prefix(self, state: int) -> str:
        """A shortest text that leads to a state, the character of the state included."""
        found = []
        while state != START:
            found.append(self.alphabet.sample(self.sets[state]))
            state = self._reached[state]
        return "".join(reversed(found))

    def ambiguous(self) -> Iterator[Word]:
        """Words that lead from a state back to it in two ways, those of one loop each."""
        for component in _components(self.follow):
            if not any(state in self._reached for state in component):
                continue
            word = self._ambiguous_in(component)
            if word is not None:
                yield word

    def _ambiguous_in(self, component: set[int]) -> Word | None:
        budget = MAX_PAIRS
        for state in sorted(component):
            if state not in self._reached:
                continue
            way, spent = self._two_ways(state, component, budget)
            budget -= spent
            if way is not None:
                pump = "".join(self.alphabet.sample(bits) for bits in way)
                return Word(self.prefix(state), pump)
            if budget <= 0:
                return None
        return None

    def _two_ways(
        self, state: int, component: set[int], budget: int
    ) -> tuple[list[int] | None, int]:
        """The sets along two different ways from a state to itself, and the steps of the search."""
        start = (state, state, False)
        before: dict[tuple[int, int, bool], tuple[tuple[int, int, bool], int]] = {}
        queue: deque[tuple[int, int, bool]] = deque([start])
        spent = 0
        while queue:
            here = queue.popleft()
            one, two, apart = here
            for after, ways in self.follow[one].items():
                if after not in component:
                    continue
                for other, more in self.follow[two].items():
                    spent += 1
                    common = self.sets[after] & self.sets[other]
                    if not common or other not in component:
                        continue
                    split = apart or after != other or (one == two and max(ways, more) > 1)
                    there = (after, other, split)
                    if after == other == state and split:
                        found = [common]
                        while here != start:
                            here, bits = before[here]
                            found.append(bits)
                        return list(reversed(found)), spent
                    if there not in before and there != start:
                        before[there] = (here, common)
                        queue.append(there)
                if spent > budget:
                    return None, spent
        return None, spent

    def loops(self) -> Iterator[Word]:
        """Characters and words that two loops of the pattern, or one from two places, can take."""
        states = [
            state
            for component in _components(self.follow)
            for state in sorted(component)
            if state in self._reached
        ][:_LOOPS]
        seen: set[Word] = set()
        for index, one in enumerate(states):
            for two in states[index:]:
                common = self.sets[one] & self.sets[two]
                if not common:
                    continue
                word = Word(self.prefix(one)[:-1], self.alphabet.sample(common))
                if word not in seen:
                    seen.add(word)
                    yield word


def _count(table: dict[int, int], state: int, ways: int) -> None:
    if ways:
        table[state] = min(2, table.get(state, 0) + ways)


def _either(parts: list[_Part]) -> _Part:
    found = _Part(0)
    for one in parts:
        found.empty = min(2, found.empty + one.empty)
        for state, ways in one.first.items():
            _count(found.first, state, ways)
        for state, ways in one.last.items():
            _count(found.last, state, ways)
    return found


def _components(follow: list[dict[int, int]]) -> list[set[int]]:
    """The strongly connected components with an edge within (Tarjan, without recursion)."""
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    found: list[set[int]] = []
    for root in range(len(follow)):
        if root in order:
            continue
        work = [(root, iter(follow[root]))]
        order[root] = low[root] = len(order)
        stack.append(root)
        on_stack.add(root)
        while work:
            state, after = work[-1]
            for one in after:
                if one not in order:
                    order[one] = low[one] = len(order)
                    stack.append(one)
                    on_stack.add(one)
                    work.append((one, iter(follow[one])))
                    break
                if one in on_stack:
                    low[state] = min(low[state], order[one])
            else:
                work.pop()
                if work:
                    above = work[-1][0]
                    low[above] = min(low[above], low[state])
                if low[state] == order[state]:
                    component = set()
                    while True:
                        one = stack.pop()
                        on_stack.discard(one)
                        component.add(one)
                        if one == state:
                            break
                    if len(component) > 1 or state in follow[state]:
                        found.append(component)
    return found
