"""What a worker does to itself before it reads the first hostile byte.

Every step is best effort and says in a word what it achieved; the parent's deadlines and typed
decoding hold where a platform offers less. Nothing here can be undone by the process.

Sources: setrlimit(2), prctl(2), unshare(2), landlock(7)
(https://docs.kernel.org/userspace-api/landlock.html).
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import stat
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000

# The same numbers on every architecture that Python runs on (Alpha aside).
_LANDLOCK_CREATE_RULESET = 444
_LANDLOCK_ADD_RULE = 445
_LANDLOCK_RESTRICT_SELF = 446
_LANDLOCK_CREATE_RULESET_VERSION = 1
_LANDLOCK_FILES = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 5: 0xFFFF}
"""Rights over files that a version of the kernel's interface knows; newer ones know more."""
_LANDLOCK_RUN_FILE = 0x1 | 0x4
"""To execute a file and to read it."""
_LANDLOCK_READ_FOLDER = 0x8
_LANDLOCK_PATH_BENEATH = 1
_LANDLOCK_TCP = 0x3
_LANDLOCK_SCOPES = 0x3
_LANDLOCK_TCP_SINCE = 4
_LANDLOCK_SCOPES_SINCE = 6

_OPEN_FILES = 64


class _Ruleset(ctypes.Structure):
    """``struct landlock_ruleset_attr``; a kernel takes the prefix that it knows."""

    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    """``struct landlock_path_beneath_attr``, packed as the kernel has it."""

    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def confine(memory: int) -> tuple[str, ...]:
    """Lock the calling process in; returns what was achieved, in words.

    Must run in a process with one thread, after everything is imported.

    Args:
        memory: the largest address space in bytes.
    """
    words = [word for word, done in _limit_resources(memory) if done]
    if sys.platform == "linux":
        words += _confine_linux()
    return tuple(words)


def confine_program(memory: int, readable: Sequence[str]) -> tuple[str, ...]:
    """Lock the calling process in and leave it what it needs to become another program.

    It may execute and read ``readable``, files or folders, and no other file; it may start threads,
    which the limit on processes would count.

    Args:
        memory: the largest address space in bytes.
        readable: the program and the folders of its libraries; what is not there is left out.
    """
    words = [word for word, done in _limit_resources(memory, threads=True) if done]
    if sys.platform == "linux":
        words += _confine_linux(readable)
    return tuple(words)


def end_with_parent(parent: int) -> bool:
    """Let the kernel kill this process when its parent dies; False where it cannot.

    Call it after :func:`confine`, because a new user namespace clears the wish. Ends the process
    at once when ``parent`` is no longer the parent. Elsewhere than on Linux the end of the input
    ends a worker.
    """
    done = sys.platform == "linux" and _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
    return done


def limit_cpu(seconds: float) -> None:
    """Let the kernel kill this process after ``seconds`` more of its processor time.

    A backstop for when the parent hangs; the parent's own deadlines are shorter.
    """
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(usage.ru_utime + usage.ru_stime + seconds) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    _set(resource.RLIMIT_CPU, soft, hard)


def _limit_resources(memory: int, *, threads: bool = False) -> list[tuple[str, bool]]:
    limits = [
        ("memory limit", _set(resource.RLIMIT_AS, memory)),
        ("no core files", _set(resource.RLIMIT_CORE, 0)),
        ("no file writes", _set(resource.RLIMIT_FSIZE, 0)),
        ("few open files", _set(resource.RLIMIT_NOFILE, _OPEN_FILES)),
    ]
    if not threads:
        # The kernel does not hold root to this limit.
        done = _set(resource.RLIMIT_NPROC, 0) and os.getuid() != 0
        limits.append(("no new processes", done))
    return limits


def _set(limit: int, soft: int, hard: int | None = None) -> bool:
    try:
        resource.setrlimit(limit, (soft, soft if hard is None else hard))
    except (OSError, ValueError):
        return False
    return True


def _confine_linux(readable: Sequence[str] = ()) -> list[str]:
    words = []
    # A network namespace of its own has no interface that is up: UDP and raw sockets end there,
    # which Landlock leaves open. It takes a user namespace where the process has no privilege.
    if _unshare(_CLONE_NEWUSER | _CLONE_NEWNET) or _unshare(_CLONE_NEWNET):
        words.append("no network")
    if _prctl(_PR_SET_NO_NEW_PRIVS, 1):
        words.append("no new privileges")
    return words + _landlock(readable)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int) -> bool:
    arguments = [ctypes.c_ulong(value)] + [ctypes.c_ulong(0)] * 3
    return bool(_libc().prctl(ctypes.c_int(option), *arguments) == 0)


def _unshare(flags: int) -> bool:
    return bool(_libc().unshare(ctypes.c_int(flags)) == 0)


def _landlock(readable: Sequence[str] = ()) -> list[str]:
    """Deny every file but those to read and, where the kernel can, TCP and signals to others."""
    syscall = _libc().syscall
    syscall.restype = ctypes.c_long
    version = syscall(
        ctypes.c_long(_LANDLOCK_CREATE_RULESET),
        None,
        ctypes.c_size_t(0),
        ctypes.c_uint32(_LANDLOCK_CREATE_RULESET_VERSION),
    )
    if version < 1:
        return []
    has_tcp, has_scopes = version >= _LANDLOCK_TCP_SINCE, version >= _LANDLOCK_SCOPES_SINCE
    rules = _Ruleset(
        handled_access_fs=max(bits for since, bits in _LANDLOCK_FILES.items() if since <= version),
        handled_access_net=_LANDLOCK_TCP if has_tcp else 0,
        scoped=_LANDLOCK_SCOPES if has_scopes else 0,
    )
    # Fields that are zero beyond what an old kernel knows are allowed, so one size serves all.
    ruleset = syscall(
        ctypes.c_long(_LANDLOCK_CREATE_RULESET),
        ctypes.byref(rules),
        ctypes.c_size_t(ctypes.sizeof(rules)),
        ctypes.c_uint32(0),
    )
    if ruleset < 0:
        return []
    try:
        for path in readable:
            _allow(ruleset, path)
        if syscall(
            ctypes.c_long(_LANDLOCK_RESTRICT_SELF), ctypes.c_int(ruleset), ctypes.c_uint32(0)
        ):
            return []
    finally:
        os.close(ruleset)
    words = [("no file system", True), ("no TCP", has_tcp), ("no signals to others", has_scopes)]
    return [word for word, achieved in words if achieved]


def _allow(ruleset: int, path: str) -> None:
    """Leave a file or folder to be executed and read."""
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rights = _LANDLOCK_RUN_FILE
        if stat.S_ISDIR(os.fstat(opened).st_mode):
            rights |= _LANDLOCK_READ_FOLDER
        rule = _PathBeneath(allowed_access=rights, parent_fd=opened)
        _libc().syscall(
            ctypes.c_long(_LANDLOCK_ADD_RULE),
            ctypes.c_int(ruleset),
            ctypes.c_int(_LANDLOCK_PATH_BENEATH),
            ctypes.byref(rule),
            ctypes.c_uint32(0),
        )
    finally:
        os.close(opened)
