"""Which function of the base became which function of the head.

By name first, then by what stands in the body, across the file and then across the other files of
the change: a test that was renamed, moved, or put into another class is not a removed one. Reads,
judges nothing, and is bounded in the number of functions that are compared.
"""

from __future__ import annotations

from collections import Counter

import tree_sitter

from checks.events import Function, Module
from checks.languages.python.index import Index
from checks.light import dataclass

_SPACES = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) == "_")}
_MAX_TEXT = 20_000
"""Characters of a function that are compared; longer ones are told apart by their beginning."""

_MAX_COMPARED = 400
"""Functions without a namesake that are compared by their bodies, on each side."""

ALIKE = 0.6
"""From which likeness of two bodies one is taken for the other under a new name."""

STILL_ALIKE = 0.4
"""The same for two functions of one file that share their name, but not their class."""

SAME = 0.75
"""The same for two functions of different names in different files."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A function of the base and what became of it."""

    base: Function
    head: Function | None
    """``None`` when the change holds nothing like it any more."""
    likeness: float
    """How alike the bodies are, from 0 to 1."""

    @property
    def is_untouched(self) -> bool:
        """Whether the text is the same on both sides, decorators left out."""
        return self.head is not None and self.base.text == self.head.text


class Comparison:
    """The outermost functions of base and head, paired.

    Where no index is given, what moved to another file counts as gone: it takes time to find.
    """

    def __init__(self, base: Module, head: Module, index: Index | None = None) -> None:
        self.base = base
        self.head = head
        self._bags: dict[tuple[str, int, int], frozenset[str]] = {}
        old = _outermost(base)
        new = _outermost(head)
        partners: dict[int, Function] = {}
        taken: set[int] = set()
        for key in (_qualified, _bare):
            self._by_name(old, new, key, partners, taken)
        lost = [one for one in old if id(one) not in partners]
        fresh = [one for one in new if id(one) not in taken]
        self._by_body(lost, fresh, partners, taken)
        self.fresh = tuple(one for one in fresh if id(one) not in taken)
        """Functions of the head that were nothing in the base."""
        lost = [one for one in lost if id(one) not in partners]
        moved = {} if index is None else self._elsewhere(lost, index)
        self.elsewhere = tuple(moved.values())
        """Functions of other files that the base's functions were moved to."""
        partners |= moved
        self.pairs = tuple(self._pair(one, partners.get(id(one))) for one in old)

    def likeness(self, one: Function, other: Function) -> float:
        """How alike two functions are: the Dice coefficient of their words."""
        return likeness(self._bag(one), self._bag(other))

    def _pair(self, base: Function, head: Function | None) -> Pair:
        if head is None:
            return Pair(base, None, 0.0)
        same = base.text == head.text
        return Pair(base, head, 1.0 if same else self.likeness(base, head))

    def _bag(self, function: Function) -> frozenset[str]:
        key = (function.module.path, id(function.module), function.span.start)
        if key not in self._bags:
            self._bags[key] = tokens(function.module, function.node)
        return self._bags[key]

    def _by_name(
        self,
        old: list[Function],
        new: list[Function],
        key: str,
        partners: dict[int, Function],
        taken: set[int],
    ) -> None:
        waiting: dict[str, list[Function]] = {}
        for one in new:
            if id(one) not in taken:
                waiting.setdefault(getattr(one, key), []).append(one)
        for one in old:
            same = waiting.get(getattr(one, key))
            if id(one) in partners or not same:
                continue
            if key == _bare and len(same) > 1:
                # Many classes have a test of this name: the likeliest, if it is likely at all.
                same.sort(key=lambda other, mine=one: -self.likeness(mine, other))  # type: ignore[misc]
            if key == _bare and self.likeness(one, same[0]) < STILL_ALIKE:
                continue
            found = same.pop(0)
            partners[id(one)] = found
            taken.add(id(found))

    def _by_body(
        self,
        lost: list[Function],
        fresh: list[Function],
        partners: dict[int, Function],
        taken: set[int],
    ) -> None:
        scores = [
            (self.likeness(one, other), -place, one, other)
            for place, one in enumerate(lost[:_MAX_COMPARED])
            for other in fresh[:_MAX_COMPARED]
        ]
        scores.sort(key=lambda score: score[:2], reverse=True)
        for score, _, one, other in scores:
            if score < ALIKE:
                break
            if id(one) not in partners and id(other) not in taken:
                partners[id(one)] = other
                taken.add(id(other))

    def _elsewhere(self, lost: list[Function], index: Index) -> dict[int, Function]:
        """What stands in other files of the change under the name, or with the body."""
        others = [
            one
            for module in index.modules
            if module.path not in (self.head.path, self.base.path)
            for one in _outermost(module)
        ]
        by_name: dict[str, list[Function]] = {}
        for one in others:
            by_name.setdefault(one.name, []).append(one)
        found: dict[int, Function] = {}
        for one in lost[:_MAX_COMPARED]:
            named = by_name.get(one.name, [])[:_MAX_COMPARED]
            best = max(named, key=lambda other: self.likeness(one, other), default=None)
            if best is not None and self.likeness(one, best) >= ALIKE:
                found[id(one)] = best
                continue
            best = max(
                others[:_MAX_COMPARED], key=lambda other: self.likeness(one, other), default=None
            )
            if best is not None and self.likeness(one, best) >= SAME:
                found[id(one)] = best
        return found


_qualified, _bare = "qualified_name", "name"


def tokens(module: Module, node: tree_sitter.Node) -> frozenset[str]:
    """The words of a piece of code, one that comes again with its number.

    So two bags have in common what two sets have, which takes a tenth of the time to count.
    """
    seen: Counter[str] = Counter()
    bag = []
    for word in module.text_of(node)[:_MAX_TEXT].translate(_SPACES).split():
        again = seen[word]
        bag.append(f"{word} {again}" if again else word)
        seen[word] = again + 1
    return frozenset(bag)


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The Dice coefficient of two bags of tokens: 1 for the same, 0 for nothing in common."""
    total = len(one) + len(other)
    return 2 * len(one & other) / total if total else 1.0


def plain(text: str) -> str:
    """Code without what a formatter changes: spaces, the kind of quotes, trailing commas."""
    joined = "".join(text.split()).replace("'", '"')
    for end in ")]}":
        joined = joined.replace(f",{end}", end)
    return joined


def without_comments(function: Function) -> str:
    """A function's code, comments cut out."""
    module = function.module
    start, end = function.span
    pieces, at = [], start
    data = module.source.data
    for node, _ in module.comment_nodes:
        if start <= node.start_byte < end:
            pieces.append(data[at : node.start_byte])
            at = node.end_byte
    pieces.append(data[at:end])
    return b"".join(pieces).decode("utf-8", "replace")


def _outermost(module: Module) -> list[Function]:
    """The functions that stand in no other function."""
    return [one for one in module.functions if one.context.function is None]
