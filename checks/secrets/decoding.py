"""Texts that hide in a text: Base64, percent-encoding, literals that are put together.

Each is decoded once, never again what came out, and only as far as plain ASCII comes out: keys,
PEM and addresses are, hashes and images are not. Everything is linear in the size of the text.
"""

from __future__ import annotations

import binascii
import bisect
import urllib.parse
from collections.abc import Callable, Iterator

import re2

from checks.clock import timed
from checks.light import dataclass, field
from checks.model import Span

_BASE64 = re2.compile(
    rb"(?:[A-Za-z0-9+/]{60,76}\r?\n[ \t]*)*[A-Za-z0-9+/_-]{24,}={0,2}"  # RFC 4648, wrapped or not
)
_STANDARD = bytes.maketrans(b"-_", b"+/")
"""From the alphabet for addresses to the usual one."""
_HEAD = 24
_NAME_BEFORE = re2.compile(rb"([A-Za-z_][A-Za-z0-9_.-]*)[\"']?[ \t]*[:=][ \t]*[\"']?$")
_LONGEST_NAME = 120
_PERCENT = re2.compile(rb"[^\s\"'<>`]*%[0-9A-Fa-f]{2}[^\s\"'<>`]*")
_PART = rb"[A-Za-z0-9_+/=.~:@%$-]"
"""What stands on both sides of a joint inside of a secret."""
_JOINT = re2.compile(
    _PART + rb"(\\?[\"'`][ \t]*[+.&]{0,2}[ \t]*(?:\\?\r?\n[ \t]*)?[+.&]{0,2}[ \t]*"
    rb"[bBrRuUfF]{0,2}\\?[\"'`]|\\\r?\n[ \t]*)" + _PART
)
_REACH = 400
"""How much of the text on both sides of a joint is looked at."""
_BETWEEN = b"\n\n\n"
"""Between two decoded pieces: no secret goes over it."""


@dataclass(slots=True)
class Decoded:
    """Pieces that were decoded in one way, one after the other in one text."""

    way: str
    """How it was written, as a message says it: ``"in Base64"``."""
    data: bytearray = field(default_factory=bytearray)
    starts: list[int] = field(default_factory=list)
    """Where each piece begins in ``data``."""
    spans: list[Span] = field(default_factory=list)
    """What each piece was in the file."""
    whole: bool = True
    """Whether a piece is told of as a whole; else its bytes are those of the file."""

    def add(self, piece: bytes, span: Span) -> None:
        """Append a piece."""
        self.starts.append(len(self.data))
        self.spans.append(span)
        self.data += piece

    def end(self) -> None:
        """Close what belongs together."""
        self.data += _BETWEEN

    def origin(self, span: Span) -> Span | None:
        """Where a part of ``data`` stands in the file; ``None`` when it stands there as it is."""
        first = bisect.bisect_right(self.starts, span.start) - 1
        if self.whole:
            return self.spans[first]
        last = bisect.bisect_left(self.starts, span.end) - 1
        if first == last:
            return None
        start = self.spans[first].start + span.start - self.starts[first]
        return Span(start, self.spans[last].start + span.end - self.starts[last])


def decoded(data: bytes, expired: Callable[[], bool]) -> Iterator[Decoded]:
    """What hides in a text, a value for each way of hiding.

    Raises:
        Expired: the time was over before the end of the text.
    """
    for found in (_base64(data, expired), _percent(data, expired), _joined(data, expired)):
        if found.starts:
            yield found


def text_of(run: bytes) -> bytes | None:
    """The ASCII text that Base64 holds; ``None`` when it holds none."""
    plain = b"".join(run.split()).rstrip(b"=").translate(_STANDARD)
    if len(plain) % 4 == 1:
        return None
    try:
        text = binascii.a2b_base64(plain + b"==="[: -len(plain) % 4])
    except binascii.Error:
        return None
    return text if text.isascii() and text else None


def _base64(data: bytes, expired: Callable[[], bool]) -> Decoded:
    result = Decoded("in Base64")
    for match in timed(_BASE64.finditer(data), expired):
        start, end = match.span()
        if not _begins_as_text(data[start : start + _HEAD]):
            continue
        text = text_of(data[start:end])
        if text is not None:
            # What it is given to goes with it: some secrets are known by that alone.
            name = _NAME_BEFORE.search(data[max(start - _LONGEST_NAME, 0) : start])
            given = b"" if name is None else name.group(1) + b"="
            result.add(given + text, Span(start, end))
            result.end()
    return result


def _begins_as_text(head: bytes) -> bool:
    """Whether the first signs of a run decode to ASCII: hashes and most identifiers do not."""
    try:
        return binascii.a2b_base64(head.translate(_STANDARD)).isascii()
    except binascii.Error:
        return True


def _percent(data: bytes, expired: Callable[[], bool]) -> Decoded:
    result = Decoded("percent-encoded")
    if b"%" not in data:
        return result
    for match in timed(_PERCENT.finditer(data), expired):
        result.add(urllib.parse.unquote_to_bytes(match.group()), Span(*match.span()))
        result.end()
    return result


def _joined(data: bytes, expired: Callable[[], bool]) -> Decoded:
    """The text around each joint, the joints taken out."""
    result = Decoded("in parts", whole=False)
    last = 0
    limit = 0
    for match in timed(_JOINT.finditer(data), expired):
        start, end = match.span(1)
        if start - _REACH > limit:  # far from the one before
            _close(result, data, last, limit)
            last = start - _REACH
        result.add(data[last:start], Span(last, start))
        last, limit = end, end + _REACH
    _close(result, data, last, limit)
    return result


def _close(result: Decoded, data: bytes, start: int, end: int) -> None:
    if end:
        result.add(data[start:end], Span(start, min(end, len(data))))
        result.end()
