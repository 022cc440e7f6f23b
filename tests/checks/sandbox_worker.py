"""A worker for the tests of the sandbox: the name of a file says what happens to it."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from checks import registry, worker
from checks.model import ChangedFile, FileReport, Role, RoleDecision, Settings
from checks.repository import Beside
from checks.sandbox import frames

_hoard: list[bytearray] = []


def main() -> None:
    registry.load()  # As the real worker does: a configuration names checks.
    worker.serve(analyse)


def analyse(
    files: Sequence[ChangedFile],
    settings: Settings,
    deadline: worker.Deadline,
    begins: worker.Begins,
    repository: worker.Repository,
    _beside: Beside,
) -> Iterator[FileReport]:
    for file in files:
        begins(file.path)
        if file.path.startswith("while-reading/"):
            for _ in _act(file.path.removeprefix("while-reading/"), deadline):
                pass
    answers = {
        file.path: list(_ask(file.path.split("/")[1], repository))
        for file in files
        if file.path.startswith("ask/")
    }
    for file in files:
        begins(file.path)
        kind = file.path.partition("/")[0]
        if kind == "stop-early":
            return
        report = FileReport(
            path="another.py" if kind == "lie" else file.path,
            role=RoleDecision(Role.PRODUCTION, "its path"),
            language="python",
            limits=(*answers.get(file.path, ()), *_act(file.path, deadline)),
        )
        yield report
        if file.path.startswith("ask/late/") and repository is not None:
            repository[0](["lib/a.py"])
        if kind == "twice":
            yield report


def _ask(what: str, repository: worker.Repository) -> Iterator[str]:
    """Ask the parent for files of the repository, rightly or wrongly."""
    if repository is None:
        yield "nobody to ask"
        return
    lookup, bounds = repository
    match what:
        case "twice":
            for paths in (["lib/a.py", "lib/b.py"], ["lib/a.py", "lib/c.py"]):
                yield str(sorted(lookup(paths).items()))
        case "often":
            for _ in range(bounds.rounds + 1):
                lookup(["lib/a.py"])
        case "many":
            lookup([f"lib/{number}.py" for number in range(bounds.paths + 1)])
        case "outside" | "absolute" | "empty" | "git" | "long":
            lookup([_BAD_PATHS[what]])
        case "no-text":
            os.write(_answers(), b"\x00\x00\x00\x0a\x92\xa6wanted\x91\x07")
            time.sleep(3600)
        case "and-die":
            os.write(_answers(), frames.encode(frames.Wanted(("lib/a.py",))))
            os._exit(7)
        case "and-talk":
            question = frames.encode(frames.Wanted(("lib/a.py",)))
            os.write(_answers(), question + frames.encode(frames.At("a.py")))
            time.sleep(3600)
        case "take":
            for text in lookup(["lib/bad.py"]).values():
                for _ in _act((text or b"").decode(), lambda: False):
                    pass
            yield "survived"


_BAD_PATHS = {
    "outside": "lib/../../etc/passwd",
    "absolute": "/etc/passwd",
    "empty": "",
    "git": ".git/config",
    "long": "a/" * 300 + "b.py",
}


def _act(path: str, deadline: worker.Deadline) -> Iterator[str]:
    match path.partition("/")[0]:
        case "loop":
            while True:
                pass
        case "sleep":
            time.sleep(3600)
        case "until-deadline":
            while not deadline():
                pass
            yield "ran out of time"
        case "allocate":
            while True:
                _hoard.append(bytearray(1 << 20))
        case "keep":
            _hoard.append(bytearray(b"x" * (64 << 20)))
        case "exit":
            os._exit(7)
        case "segfault":
            ctypes.string_at(0)
        case "raise":
            raise ValueError("secret")
        case "recurse":
            _recurse()
        case "print":
            print("junk\n" * 1000, flush=True)
            os.write(1, b"more junk")
            print("and here", file=sys.stderr, flush=True)
        case "garbage":
            os.write(_answers(), b"\x00\x00\x00\x03abc")
            time.sleep(3600)
        case "bad-text":
            os.write(_answers(), b"\x00\x00\x00\x04\x91\xa2\x00\x80")
            time.sleep(3600)
        case "flood":
            os.write(_answers(), b"\xff\xff\xff\xff" + b"x" * 100_000)
            time.sleep(3600)
        case "half":
            os.write(_answers(), b"\x00\x00\x01\x00half a frame")
            os._exit(0)
        case "pid":
            yield str(os.getpid())
        case "begin-again":
            os.write(_answers(), frames.encode(frames.Began()))
        case "move-for-ever":
            while True:
                os.write(_answers(), frames.encode(frames.At(path)))
        case "escape":
            yield from map(_attempt, ("read", "write", "connect", "udp", "program"))
        case "environment":
            yield " ".join(sorted(os.environ))


def _recurse() -> None:
    _recurse()


def _answers() -> int:
    """The descriptor on which the worker answers: the last pipe that it opened."""
    return max(fd for fd in range(3, 64) if _is_pipe(fd))


def _is_pipe(fd: int) -> bool:
    try:
        return (os.fstat(fd).st_mode & 0o170000) == 0o010000
    except OSError:
        return False


def _attempt(what: str) -> str:
    try:
        if what == "read":
            Path("/etc/passwd").read_bytes()
        elif what == "write":
            Path("/tmp/assay-escape").write_bytes(b"x")
        elif what == "connect":
            socket.create_connection(("127.0.0.1", 9), timeout=1)
        elif what == "udp":
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9))
        else:
            os.execv("/bin/true", ["true"])
    except OSError as error:
        return f"{what}: {type(error).__name__} {error.errno}"
    return f"{what}: done"
