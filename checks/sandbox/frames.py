"""The language that the pool and its workers speak, and how it is framed.

A frame is a length (four bytes, big-endian) and a MessagePack array whose first element names the
kind. Everything is typed on decoding, because the worker is not trusted: a kind that is not known
or a field of the wrong type is :class:`NotAnAnswer`, and the worker's end. A new kind is one more
class in a union here.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from checks.configuration import Configuration, Layer
from checks.model import ChangedFile, FileReport, Settings
from checks.repository import Beside, Bounds

LENGTH_BYTES = 4


class NotAnAnswer(Exception):
    """The bytes are no answer of a worker."""


class Analyse(msgspec.Struct, frozen=True, tag="analyse", array_like=True):
    """Analyse these files; answered by a ``Report`` for each, in order, and ``Done``.

    Before the first report the worker may ask for other files, with ``Wanted``.
    """

    files: tuple[ChangedFile, ...]
    settings: Settings
    file_cpu_seconds: float
    bounds: Bounds | None = None
    """How much of the repository it may ask for; ``None`` when there is nobody to ask."""
    beside: Beside = Beside()
    """What the change holds more: it is looked into, and not reported on."""


class Files(msgspec.Struct, frozen=True, tag="files", array_like=True):
    """The answer to ``Wanted``."""

    texts: dict[str, bytes | None]
    """By path: ``None`` where no file is, no entry where it was not read."""


class ReadConfiguration(msgspec.Struct, frozen=True, tag="configure", array_like=True):
    """Read these configuration files, which stand on each other, the lowest first.

    Answered by ``ConfigurationRead`` and ``Done``.
    """

    layers: tuple[Layer, ...]


class Ready(msgspec.Struct, frozen=True, tag="ready", array_like=True):
    """Sent once, when everything is imported and the worker has locked itself in."""

    confinement: tuple[str, ...]
    """What holds the worker: "no file system", "no network", … Empty where nothing does."""


class Began(msgspec.Struct, frozen=True, tag="began", array_like=True):
    """The job was read, and work on it begins."""


class At(msgspec.Struct, frozen=True, tag="at", array_like=True):
    """Work on this file of the batch begins: it is read first, and checked later."""

    path: str


class Along(msgspec.Struct, frozen=True, tag="along", array_like=True):
    """Work on the next of the files beside the batch begins: it is read, and not reported on."""


class Wanted(msgspec.Struct, frozen=True, tag="wanted", array_like=True):
    """The worker waits for these files of the repository, for ``Files``."""

    paths: tuple[str, ...]


class Report(msgspec.Struct, frozen=True, tag="report", array_like=True):
    """The report on the next file of the batch."""

    report: FileReport


class ConfigurationRead(msgspec.Struct, frozen=True, tag="configuration", array_like=True):
    """What the configuration files say."""

    configuration: Configuration


class Done(msgspec.Struct, frozen=True, tag="done", array_like=True):
    """The job is finished, and the worker waits for the next."""

    resident: int
    """Bytes of memory that the worker holds now."""


class OutOfMemory(msgspec.Struct, frozen=True, tag="memory", array_like=True):
    """The last word of a worker that ran into its memory limit: it ends itself."""


class Crashed(msgspec.Struct, frozen=True, tag="crashed", array_like=True):
    """The last word of a worker whose analysis raised: it ends itself."""

    error: str
    """The exception and where it was raised, in one line; of our own code only."""


Request: TypeAlias = Analyse | ReadConfiguration | Files
Answer: TypeAlias = (
    Ready | Began | At | Along | Wanted | Report | ConfigurationRead | Done | OutOfMemory | Crashed
)

_encoder = msgspec.msgpack.Encoder()
_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_answers: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


def encode(message: Request | Answer) -> bytes:
    """The message as one frame, length included."""
    body = _encoder.encode(message)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def decode_request(body: bytes | bytearray) -> Request:
    """The request in a frame's body: of the parent, who is trusted."""
    return _requests.decode(body)


def decode_answer(body: bytes | bytearray) -> Answer:
    """The answer in a frame's body, every field validated.

    Raises:
        NotAnAnswer: it is none.
    """
    try:
        return _answers.decode(body)
    except (msgspec.DecodeError, ValueError, OverflowError, RecursionError) as error:
        # msgspec lets UnicodeDecodeError and RecursionError through.
        raise NotAnAnswer from error
