"""Which comment of ours speaks of which finding, after anything may have moved.

Findings and comments are paired one to one. A fingerprint alone is not enough: of two equal lines
the first may be gone, a function or a file may have another name, a part of a file may have gone
to another one. So pairs are made in this order: an equal finding on the very line that a comment
stands on today; the same fingerprint; an equal finding in the same file; the same fingerprint in a
comment that says "fixed"; an equal finding in another file, when the comment's own is gone. Equal
are findings of one ``kin``.

Comments that a person deleted take part in it: what would be theirs is not posted again. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from bot.review.model import OwnComment, Says
from bot.review.state import Posted
from checks.model import Finding

Gone = Callable[[OwnComment], bool]
"""Whether the place of a comment was looked at from end to end, or is not there any more."""

_CLOSED = (Says.FIXED, Says.DISMISSED)


@dataclass(slots=True)
class Pairs:
    """What belongs together."""

    comments: dict[str, OwnComment] = field(default_factory=dict)
    """By the finding's fingerprint."""
    deleted: dict[str, Posted] = field(default_factory=dict)
    """Findings whose comment a person deleted, and what it was posted as."""
    gone: list[OwnComment] = field(default_factory=list)
    """Comments whose finding is not there any more."""

    def names(self, found: Finding) -> frozenset[str]:
        """All fingerprints under which a finding was ever spoken of."""
        known = {found.fingerprint}
        if (comment := self.comments.get(found.fingerprint)) is not None:
            known.add(comment.fingerprint)
        if (posted := self.deleted.get(found.fingerprint)) is not None:
            known.add(posted.fingerprint)
        return frozenset(known)


def pair(
    findings: Iterable[Finding],
    comments: Iterable[OwnComment],
    posted: Sequence[Posted],
    gone: Gone,
) -> Pairs:
    """Pair the findings of the head with the comments that stand, and with deleted ones.

    ``gone`` is asked of comments that no finding claims by line or fingerprint.
    """
    work = _Pairing(findings, comments, posted)
    work.by_line()
    work.by_fingerprint()
    work.by_what_was_deleted(exactly=True)
    leaving = [one for one in work.free.values() if one.says not in _CLOSED and gone(one)]
    work.by_kin(leaving, lambda one: (one.path, one.kin))
    work.by_what_is_back()
    work.by_kin(leaving, lambda one: one.kin)
    work.by_what_was_deleted(exactly=False)
    work.pairs.gone = [one for one in leaving if one.id in work.free]
    return work.pairs


class _Pairing:
    """One run of it. Findings and comments that have no partner yet are in ``wanted``, ``free``."""

    def __init__(
        self, findings: Iterable[Finding], comments: Iterable[OwnComment], posted: Sequence[Posted]
    ) -> None:
        self.pairs = Pairs()
        self.wanted = {one.fingerprint: one for one in findings if one.fingerprint}
        genuine = sorted((one for one in comments if one.genuine), key=lambda one: one.id)
        self.free = {one.id: one for one in genuine}
        self._missing = _missing(posted, genuine)

    def _take(self, found: Finding, comment: OwnComment) -> None:
        self.pairs.comments[found.fingerprint] = comment
        del self.wanted[found.fingerprint]
        del self.free[comment.id]

    def _index(self, key: Callable[[Finding], Hashable]) -> dict[Hashable, list[Finding]]:
        index: dict[Hashable, list[Finding]] = {}
        for one in self.wanted.values():
            index.setdefault(key(one), []).append(one)
        return index

    def by_line(self) -> None:
        """An equal finding on the line that a comment stands on today."""
        near = self._index(lambda one: (one.path, one.kin))
        for comment in list(self.free.values()):
            line = comment.line
            if comment.says in _CLOSED or not comment.kin or line is None:
                continue
            for found in near.get((comment.path, comment.kin), ()):
                first, last = found.region.lines
                if first <= line <= last and found.fingerprint in self.wanted:
                    self._take(found, comment)
                    break

    def by_fingerprint(self) -> None:
        """The same fingerprint, in a comment that says that the finding is there."""
        for one in list(self.free.values()):
            if one.says not in _CLOSED and one.fingerprint in self.wanted:
                self._take(self.wanted[one.fingerprint], one)

    def by_what_is_back(self) -> None:
        """The same fingerprint, in a comment that says "fixed": the newest of them."""
        for one in reversed(list(self.free.values())):
            if one.says in _CLOSED and one.fingerprint in self.wanted:
                self._take(self.wanted[one.fingerprint], one)

    def by_kin(
        self, leaving: Iterable[OwnComment], key: Callable[[Finding | OwnComment], Hashable]
    ) -> None:
        """An equal finding elsewhere, for comments whose own is gone."""
        index = self._index(key)
        for comment in leaving:
            if comment.id not in self.free or not comment.kin:
                continue
            alike = (one for one in index.get(key(comment), ()) if one.fingerprint in self.wanted)
            if (found := next(alike, None)) is not None:
                self._take(found, comment)

    def by_what_was_deleted(self, *, exactly: bool) -> None:
        """The same finding, of which the comment was deleted; or an equal one."""
        for name, found in list(self.wanted.items()):
            lost = self._missing.named(name) if exactly else self._missing.akin(found.kin)
            if lost is not None:
                self.pairs.deleted[name] = lost
                del self.wanted[name]


class _Lost:
    """What was posted and stands no more; each is given out once."""

    def __init__(self, posted: Iterable[Posted]) -> None:
        self._left = list(posted)
        self._given: set[int] = set()
        self._by_name: dict[str, list[int]] = {}
        self._by_kin: dict[str, list[int]] = {}
        for index, one in enumerate(self._left):
            self._by_name.setdefault(one.fingerprint, []).append(index)
            self._by_kin.setdefault(one.kin, []).append(index)

    def named(self, fingerprint: str) -> Posted | None:
        """One of that fingerprint."""
        return self._give(self._by_name.get(fingerprint, []))

    def akin(self, kin: str) -> Posted | None:
        """One of that kin."""
        return self._give(self._by_kin.get(kin, [])) if kin else None

    def _give(self, indices: list[int]) -> Posted | None:
        while indices:
            index = indices.pop()
            if index not in self._given:
                self._given.add(index)
                return self._left[index]
        return None


def _missing(posted: Sequence[Posted], standing: Iterable[OwnComment]) -> _Lost:
    there = Counter(one.fingerprint for one in standing)
    missing = []
    for one in posted:
        if there[one.fingerprint]:
            there[one.fingerprint] -= 1
        else:
            missing.append(one)
    return _Lost(missing)
