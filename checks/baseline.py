"""Which findings a change introduces.

The findings of the head are matched with those of the base, check by check, in three passes: the
same text on the line that maps through the diff; the same text in the same scope; the same text
anywhere in the file. What finds no partner is new. That a finding stands on an added line decides
nothing: a third of such findings were there before, on a line that was moved or re-indented.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from checks.fingerprint import normalised
from checks.model import Finding, Lines
from checks.text import SourceText


def line_map(base: SourceText, head: SourceText, added: tuple[Lines, ...] | None) -> dict[int, int]:
    """For head lines that the change left alone: the line of the base each one was.

    Linear in the size of the texts. Head lines that are not ``added`` stand in the base in the
    same order; without ``added`` only what is equal from the top and from the bottom is mapped.
    """
    old = base.data.split(b"\n")
    new = head.data.split(b"\n")
    if added is not None:
        return _kept(old, new, added)
    top = 0
    while top < min(len(old), len(new)) and old[top] == new[top]:
        top += 1
    bottom = 0
    while bottom < min(len(old), len(new)) - top and old[-1 - bottom] == new[-1 - bottom]:
        bottom += 1
    above = {line: line for line in range(1, top + 1)}
    shift = len(old) - len(new)
    below = {line: line + shift for line in range(len(new) - bottom + 1, len(new) + 1)}
    return above | below


def _kept(old: list[bytes], new: list[bytes], added: tuple[Lines, ...]) -> dict[int, int]:
    fresh = bytearray(len(new) + 2)
    for start, end in added:
        for line in range(max(start, 1), min(end, len(new)) + 1):
            fresh[line] = 1
    mapped: dict[int, int] = {}
    position = 0
    for line, text in enumerate(new, 1):
        if fresh[line]:
            continue
        at = position
        while at < len(old) and old[at] != text:
            at += 1
        if at == len(old):
            break  # the added lines are not those of these two texts: the other passes decide
        mapped[line] = at + 1
        position = at + 1
    return mapped


def introduced(
    head: Sequence[Finding],
    head_source: SourceText,
    base: Sequence[Finding],
    base_source: SourceText,
    added: tuple[Lines, ...] | None,
) -> tuple[list[Finding], int]:
    """The findings that are new, in their order, and how many were there before."""
    mapped = line_map(base_source, head_source, added)
    head_texts = [normalised(head_source, one) for one in head]
    base_texts = [normalised(base_source, one) for one in base]

    def by_line(finding: Finding, text: bytes, *, of_base: bool) -> Hashable | None:
        line: int | None = finding.region.start_line
        if not of_base:
            line = mapped.get(finding.region.start_line)
        return None if line is None else (finding.check, text, line)

    def by_scope(finding: Finding, text: bytes, *, of_base: bool) -> Hashable | None:  # noqa: ARG001
        return (finding.check, text, finding.scope)

    def by_text(finding: Finding, text: bytes, *, of_base: bool) -> Hashable | None:  # noqa: ARG001
        return (finding.check, text)

    open_head = list(range(len(head)))
    open_base = list(range(len(base)))
    passes: tuple[Callable[..., Hashable | None], ...] = (by_line, by_scope, by_text)
    for key_of in passes:
        waiting: dict[Hashable, list[int]] = {}
        for index in reversed(open_base):
            key = key_of(base[index], base_texts[index], of_base=True)
            waiting.setdefault(key, []).append(index)
        left, taken = [], set()
        for index in open_head:
            key = key_of(head[index], head_texts[index], of_base=False)
            partners = None if key is None else waiting.get(key)
            if partners:
                taken.add(partners.pop())
            else:
                left.append(index)
        open_head = left
        open_base = [index for index in open_base if index not in taken]
    return [head[index] for index in open_head], len(head) - len(open_head)
