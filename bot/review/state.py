"""What Assay remembers of one pull request, kept in its own comments there.

Two hidden, signed texts, so that a lost database loses nothing of it:

* Every review says which findings it posted (:class:`Posted`). A finding that was posted and has no
  comment any more had it deleted by a person.
* One text holds what people asked for (:class:`Memory`): what is ignored, by whom, when and why,
  and whether reviews are paused. It stands in the words above a review, or in a comment of the
  conversation where there is no review. Of several, the one with the highest number counts.

Both are bounded in size. Pure: reading GitHub and writing it are the callers' business.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from bot.review.markers import LARGEST_SEAL, Place, Signer
from checks.light import dataclass

POSTED = "posted"
MEMORY = "memory"
MOST_IGNORED = 200
MOST_DONE = 50
LONGEST_REASON = 200
_LARGEST = 400_000
"""Bytes of what is packed; more is not read, whoever signed it."""
_SEPARATOR = "-"


class Posted(NamedTuple):
    """A finding that got a comment."""

    fingerprint: str
    kin: str


class Decision(msgspec.Struct, frozen=True, array_like=True):
    """What a person asked for."""

    by: str
    when: str
    """ISO 8601, UTC."""
    why: str = ""


class Ignored(msgspec.Struct, frozen=True, array_like=True):
    """A finding that does not count in this pull request."""

    fingerprint: str
    kin: str
    rule: str
    decision: Decision


class Memory(msgspec.Struct, frozen=True, array_like=True):
    """What people asked for, and have not taken back."""

    number: int = 0
    """Grows with every change."""
    ignored: tuple[Ignored, ...] = ()
    tests: Decision | None = None
    """Findings in test code do not count."""
    paused: Decision | None = None
    done: tuple[str, ...] = ()
    """Keys of the last changes, so that none is made twice."""


class Full(Exception):
    """There is no room for another decision."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the memory that a person asked for.

    ``what`` is one of ``ignore``, ``unignore``, ``ignore-tests``, ``count-tests``, ``pause`` and
    ``resume``; the first two speak of a finding.
    """

    key: str
    """Names the request: the same one is done once."""
    what: str
    decision: Decision
    fingerprint: str = ""
    kin: str = ""
    rule: str = ""


def identity(fingerprint: str, kin: str) -> str:
    """A finding as its marker names it."""
    return f"{fingerprint}{_SEPARATOR}{kin}" if kin else fingerprint


def read_identity(text: str) -> Posted:
    """The fingerprint and the kin of :func:`identity`."""
    head, separator, tail = text.partition(_SEPARATOR)
    return Posted(head, tail) if separator else Posted(text, "")


def change(memory: Memory, asked: Change) -> Memory:
    """The memory after a change; the same value when it was made before, or changes nothing.

    Raises:
        Full: as many findings are ignored as can be kept in mind.
    """
    if asked.key in memory.done:
        return memory
    after = _apply(memory, asked)
    if len(after.ignored) > MOST_IGNORED:
        raise Full
    done = (*memory.done, asked.key)[-MOST_DONE:]
    return msgspec.structs.replace(after, number=memory.number + 1, done=done)


def _apply(memory: Memory, asked: Change) -> Memory:
    put = msgspec.structs.replace
    decision = msgspec.structs.replace(
        asked.decision, why=asked.decision.why.strip()[:LONGEST_REASON]
    )
    match asked.what:
        case "ignore":
            one = Ignored(asked.fingerprint, asked.kin, asked.rule, decision)
            return put(memory, ignored=(*_others(memory, asked.fingerprint), one))
        case "unignore":
            return put(memory, ignored=_others(memory, asked.fingerprint))
        case "ignore-tests":
            return put(memory, tests=decision)
        case "count-tests":
            return put(memory, tests=None)
        case "pause":
            return put(memory, paused=decision)
        case "resume":
            return put(memory, paused=None)
    raise ValueError(f"{asked.what} is no change of the memory")


def _others(memory: Memory, fingerprint: str) -> tuple[Ignored, ...]:
    return tuple(one for one in memory.ignored if one.fingerprint != fingerprint)


def seal_posted(signer: Signer, place: Place, findings: Iterable[Posted]) -> str:
    """The hidden text that says which findings a review posts."""
    lines = "\n".join(identity(*one) for one in findings)
    return signer.seal(POSTED, place, _pack(lines.encode()))


def read_posted(signer: Signer, place: Place, bodies: Iterable[str]) -> tuple[Posted, ...]:
    """All findings that these texts say were posted, each as often as it was."""
    found = []
    for body in bodies:
        data = _unpack(signer.unseal(POSTED, body, place))
        found += [read_identity(line) for line in data.decode("utf-8", "replace").split("\n")]
    return tuple(one for one in found if one.fingerprint)


def seal_memory(signer: Signer, place: Place, memory: Memory) -> str:
    """The hidden text that holds the memory.

    Raises:
        Full: it is larger than a comment may carry.
    """
    data = _pack(msgspec.json.encode(memory))
    if len(data) > LARGEST_SEAL:
        raise Full
    return signer.seal(MEMORY, place, data)


def read_memory(signer: Signer, place: Place, body: str) -> Memory | None:
    """The memory that one text holds, or None."""
    data = _unpack(signer.unseal(MEMORY, body, place))
    if not data:
        return None
    try:
        return msgspec.json.decode(data, type=Memory)
    except (msgspec.DecodeError, RecursionError):
        return None


def newest(memories: Iterable[Memory]) -> Memory:
    """The memory that counts; an empty one when there is none."""
    return max(memories, key=lambda one: one.number, default=Memory())


def _pack(data: bytes) -> bytes:
    return zlib.compress(data, 9)


def _unpack(data: bytes | None) -> bytes:
    if data is None:
        return b""
    unpacking = zlib.decompressobj()
    try:
        found = unpacking.decompress(data, _LARGEST)
    except zlib.error:
        return b""
    return b"" if unpacking.unconsumed_tail else found
