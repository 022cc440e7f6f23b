"""zizmor, an auditor of GitHub Actions workflows, where the operator has it installed and wants it.

It is a program of its own (https://docs.zizmor.sh/), run once a text: offline, without any
configuration that a repository could bring, the text on its standard input, its answer capped and
its time limited, in the same confinement as the workers. What it says is decoded into known types
and handed on as data; :mod:`checks.workflows.outside` decides what becomes of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from checks.light import dataclass, replace
from checks.model import AuditHit, Audits, ChangedFile, Confidence, Severity, Span
from checks.workflows.paths import Kind, kind_of

_log = logging.getLogger(__name__)

_ROOT = str(Path(__file__).resolve().parents[2])
_BOOTSTRAP = """\
import sys
sys.path.insert(0, sys.argv.pop(1))
from checks.sandbox.launcher import main
main()
"""
_OPTIONS = ("--offline", "--no-config", "--no-progress", "--no-exit-codes", "--quiet",
            "--format", "json-v1", "-")  # fmt: skip

MAX_FILES = 20
"""Workflows of one change that are audited."""
_MAX_TEXT = 200_000
_MAX_HITS = 300
_TOO_LARGE = "the file is too large for it"
_FAILED = "it could not read the file"
_LATE = "it took too long"
_LONG = "its answer is too long"


@dataclass(frozen=True, slots=True)
class AuditLimits:
    """What a run of the program may cost. Times are in seconds, sizes in bytes."""

    seconds: float = 10.0
    all_seconds: float = 30.0
    """Of all runs for one change."""
    cpu_seconds: int = 10
    memory: int = 2 << 30
    """Address space; most of it is never touched."""
    answer: int = 4 << 20


class _Offsets(msgspec.Struct):
    start: int
    end: int


class _Location(msgspec.Struct):
    offset_span: _Offsets


class _Concrete(msgspec.Struct):
    location: _Location


class _Symbolic(msgspec.Struct):
    kind: str = ""


class _Place(msgspec.Struct):
    concrete: _Concrete
    symbolic: _Symbolic


class _Determinations(msgspec.Struct):
    severity: str
    confidence: str


class _Finding(msgspec.Struct):
    ident: str
    determinations: _Determinations
    locations: list[_Place]
    ignored: bool = False


_DECODER = msgspec.json.Decoder(list[_Finding])
_SEVERITIES = {
    "Informational": Severity.INFO,
    "Low": Severity.LOW,
    "Medium": Severity.MEDIUM,
    "High": Severity.HIGH,
}
_CONFIDENCES = {"Low": Confidence.LOW, "Medium": Confidence.MEDIUM, "High": Confidence.HIGH}


class NoAnswer(Exception):
    """The program gave no answer. The text says why, in a few words."""


class Zizmor:
    """The program, found and ready to be run."""

    def __init__(self, program: str, limits: AuditLimits | None = None) -> None:
        self._program = program
        self._limits = limits or AuditLimits()
        self._turn = asyncio.Semaphore(2)

    @classmethod
    def installed(cls, limits: AuditLimits | None = None) -> Zizmor | None:
        """The program that stands beside this interpreter; ``None`` when there is none."""
        found = shutil.which("zizmor", path=str(Path(sys.prefix) / "bin"))
        return None if found is None else cls(str(Path(found).resolve()), limits)

    async def audit(self, files: Sequence[ChangedFile]) -> list[ChangedFile]:
        """The files, the workflows among them with what the program says. Never raises."""
        wanted = [
            index
            for index, file in enumerate(files)
            if kind_of(file.path) is Kind.WORKFLOW and not file.deleted
        ]
        end = asyncio.get_running_loop().time() + self._limits.all_seconds
        said = await asyncio.gather(
            *(self._of_file(files[index], end) for index in wanted[:MAX_FILES])
        )
        audits = dict(zip(wanted, said, strict=False))
        rest = Audits(limit=f"past the {MAX_FILES} workflows that are audited")
        audits |= dict.fromkeys(wanted[MAX_FILES:], rest)
        return [
            replace(file, audits=audits[index]) if index in audits else file
            for index, file in enumerate(files)
        ]

    async def _of_file(self, file: ChangedFile, end: float) -> Audits:
        try:
            async with asyncio.timeout_at(end):
                return await self._of_texts(file)
        except TimeoutError:
            reason = _LATE
        except NoAnswer as error:
            reason = str(error)
        _log.info("zizmor gave no answer on a workflow: %s", reason)
        return Audits(limit=reason)

    async def _of_texts(self, file: ChangedFile) -> Audits:
        head = await self.hits(file.head)
        base: tuple[AuditHit, ...] = ()
        if file.base is not None and head:
            # A base that it cannot read was none that it could have audited.
            with contextlib.suppress(NoAnswer):
                base = await self.hits(file.base)
        return Audits(head, base)

    async def hits(self, text: bytes) -> tuple[AuditHit, ...]:
        """What the program says about one text.

        Raises:
            NoAnswer: it failed, or took or said too much.
        """
        if len(text) > _MAX_TEXT:
            raise NoAnswer(_TOO_LARGE)
        async with self._turn:
            answer = await self._run(text)
        try:
            found = _DECODER.decode(answer)
        except (msgspec.DecodeError, RecursionError):
            raise NoAnswer(_FAILED) from None
        return tuple(_hits(found, len(text)))

    async def _run(self, text: bytes) -> bytes:
        limits = self._limits
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-c", _BOOTSTRAP, _ROOT,
                str(limits.memory), str(limits.cpu_seconds), str(os.getpid()),
                self._program, *_OPTIONS,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={"LC_ALL": "C.UTF-8"},
                cwd="/",
            )  # fmt: skip
        except OSError:
            raise NoAnswer(_FAILED) from None
        try:
            async with asyncio.timeout(limits.seconds), asyncio.TaskGroup() as tasks:
                tasks.create_task(_write(process.stdin, text))
                answer = await _read(process.stdout, limits.answer)
                if answer is None:
                    process.kill()
            status = await process.wait()
        except TimeoutError:
            raise NoAnswer(_LATE) from None
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if answer is None:
            raise NoAnswer(_LONG)
        if status != 0:
            raise NoAnswer(_FAILED)
        return answer


async def _read(stream: asyncio.StreamReader | None, most: int) -> bytes | None:
    """All that comes; ``None`` when it is too much."""
    parts = bytearray()
    while stream is not None and (part := await stream.read(1 << 16)):
        parts += part
        if len(parts) > most:
            return None
    return bytes(parts)


async def _write(stream: asyncio.StreamWriter | None, text: bytes) -> None:
    if stream is None:
        return
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stream.write(text)
        await stream.drain()
    stream.close()
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        await stream.wait_closed()


def _hits(found: Iterable[_Finding], size: int) -> Iterable[AuditHit]:
    """What was decoded, as far as it makes sense for a text of this size."""
    told = 0
    for one in found:
        severity = _SEVERITIES.get(one.determinations.severity)
        confidence = _CONFIDENCES.get(one.determinations.confidence)
        primary = [place for place in one.locations if place.symbolic.kind == "Primary"]
        places = primary or one.locations
        if one.ignored or severity is None or confidence is None or not places:
            continue
        offsets = places[0].concrete.location.offset_span
        if not 0 <= offsets.start <= offsets.end <= size or told == _MAX_HITS:
            continue
        told += 1
        yield AuditHit(one.ident[:60], Span(offsets.start, offsets.end), severity, confidence)
