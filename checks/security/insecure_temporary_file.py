"""The check ``insecure-temporary-file``: temporary files whose name others know beforehand."""

from __future__ import annotations

from checks.events import Call, Value, argument_nodes
from checks.languages.python import evaluate
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, calls, check
from checks.report import Report
from checks.security.origins import constant_text

_SHARED = ("/tmp/", "/var/tmp/", "/dev/shm/")  # noqa: S108
_FOLDERS = frozenset({"tempfile.gettempdir", "tempfile.gettempdirb"})
_JOINING = frozenset({"os.path.join", "posixpath.join"})
_FORESEEN = frozenset({"os.getpid", "getpass.getuser", "os.getuid", "os.getlogin",
                       "socket.gethostname", "platform.node"})  # fmt: skip
"""Calls of which others know, or soon guess, what they give."""


@check(
    id="insecure-temporary-file",
    title="Temporary file with a name that others know",
    aspect=Aspect.CLEANUP,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=calls(
        "tempfile.mktemp",
        "os.{tempnam,tmpnam}",
        "open",
        "io.open",
        "codecs.open",
        "pathlib.Path().{write_text,write_bytes,open}",
        "*.{write_text,write_bytes}",
        "logging.FileHandler",
        "shutil.{copy,copyfile,copy2}",
    ),
    cwe=(377, 379),
    security=True,
)
def insecure_temporary_file(call: Call, report: Report) -> None:
    """A file in a folder that all users share is made under a name that can be known before.

    `tempfile.mktemp`, and writing to a path in `/tmp` or `tempfile.gettempdir()` that is fixed, or
    made of the date, the process or the user. Reading from there is clean.

    Why:
        Another user puts a link or a file of that name there first: the program then overwrites
        what the link points to, or trusts what the other has written.
    Bad:
        import tempfile

        def scratch(text):
            name = tempfile.mktemp()
            with open(name, "w") as file:
                file.write(text)
    Bad:
        def save(report):
            with open("/tmp/report.csv", "w") as file:
                file.write(report)
    Good:
        import tempfile

        def scratch(text):
            with tempfile.NamedTemporaryFile("w", delete=False) as file:
                file.write(text)
                return file.name
    Good:
        import os
        import tempfile

        def save(report):
            path = os.path.join(tempfile.mkdtemp(), "report.csv")
            with open(path, "w") as file:
                file.write(report)
    Suppress:
        Where the file system is the program's own, as in a function in the cloud: say which.
    """
    name = call.name or ""
    if name in ("tempfile.mktemp", "os.tempnam", "os.tmpnam"):
        _named_before(call, name, report)
        return
    if call.method in ("write_text", "write_bytes") and not name.startswith("pathlib.Path()."):
        path = call.receiver
    else:
        path = _written(call, name)
    text = None if path is None else _text(path)
    if path is None or text is None:
        return
    if call.function is None and name == "logging.FileHandler":
        return
    report(
        at=call,
        message=f"`{text[:60]}` is written in a folder that all users share.",
        why="Another user can put a link of that name there first.",
        fix="Make it with `tempfile.NamedTemporaryFile`, or in a folder from `tempfile.mkdtemp`.",
        confidence=Confidence.MEDIUM,
    )


def _named_before(call: Call, name: str, report: Report) -> None:
    folder = call.argument(2, "dir")
    prefix = call.argument(1, "prefix")
    pipe = None if prefix is None else prefix.text
    if pipe is not None and "pipe" in pipe:  # a named pipe of Windows is no file
        return
    private = folder is not None and folder.constant is not None
    report(
        at=call,
        message=f"`{name}` gives a name, and makes no file.",
        why="Until the program opens it, another user can put a link of that name there.",
        fix="Use `tempfile.mkstemp` or `tempfile.NamedTemporaryFile`.",
        severity=Severity.LOW if private else None,
        surface=Surface.SUMMARY if private else Surface.INLINE,
        confidence=Confidence.MEDIUM if private else Confidence.HIGH,
    )


def _written(call: Call, name: str) -> Value | None:
    """The path that a call writes to."""
    if name.startswith("shutil."):
        return call.argument(1, "dst")
    if name == "logging.FileHandler":
        return call.argument(0, "filename")
    if name.startswith("pathlib.Path()."):
        if call.method == "open" and not _writes(call.argument(0, "mode")):
            return None
        maker = None if call.receiver is None else call.receiver.origin
        arguments = None if maker is None else maker.node.child_by_field_name("arguments")
        if maker is None or arguments is None or not arguments.named_children:
            return None
        return Value(maker.module, arguments.named_children[0], maker.context)
    return call.argument(0, "file") if _writes(call.argument(1, "mode")) else None


def _writes(mode: Value | None) -> bool:
    text = None if mode is None else mode.constant
    return isinstance(text, str) and bool({"w", "a"} & set(text))


def _text(path: Value) -> str | None:
    """The path in a shared folder, as far as others know it before; ``None`` for all others."""
    constant = path.constant
    if isinstance(constant, str):
        return constant if constant.startswith(_SHARED) else None
    origin = path.origin
    if origin.node.type == "binary_operator" and evaluate.operator_of(origin.node) == "/":
        return _below_shared(origin)
    if origin.callee_name in _JOINING:
        parts = [Value(origin.module, one, origin.context) for one in argument_nodes(origin.node)]
        if len(parts) < 2 or not _is_shared(parts[0]) or not all(map(_is_known, parts[1:])):
            return None
        return origin.short
    begun = constant_text(origin).startswith(_SHARED)
    return origin.short if begun and origin.parts and _is_known(origin) else None


def _below_shared(origin: Value) -> str | None:
    """``Path("/tmp") / "state.json"``."""
    left = origin.node.child_by_field_name("left")
    right = origin.node.child_by_field_name("right")
    if left is None or right is None or not _is_known(Value(origin.module, right, origin.context)):
        return None
    folder = Value(origin.module, left, origin.context).origin
    if folder.node.type == "binary_operator":
        return origin.short if _below_shared(folder) is not None else None
    given = argument_nodes(folder.node) if folder.callee_name == "pathlib.Path" else []
    if len(given) != 1 or not _is_shared(Value(folder.module, given[0], folder.context)):
        return None
    return origin.short


def _is_shared(folder: Value) -> bool:
    text = folder.constant
    if isinstance(text, str):
        return f"{text.rstrip('/')}/".startswith(_SHARED)
    return folder.origin.callee_name in _FOLDERS


def _is_known(part: Value) -> bool:
    """Whether others know a part of a name before: a constant, the date, the user."""
    if isinstance(part.constant, str):
        return True
    parts = part.origin.parts
    return bool(parts) and all(_is_foreseen(one) for one in parts)


def _is_foreseen(part: Value) -> bool:
    name = part.origin.callee_name or ""
    return name.startswith(("datetime.", "time.")) or name in _FORESEEN
