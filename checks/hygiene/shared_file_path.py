"""The check ``shared-file-path``: a test that writes to a path which is not its own."""

from __future__ import annotations

from checks.events import Call, Function, Value
from checks.hygiene.shared.places import folder_of_all, read_beside
from checks.hygiene.shared.temporary import in_temporary
from checks.hygiene.shared.tests import (
    is_replaced,
    is_setup,
    is_test,
    is_test_class,
    own_calls,
    preparations,
)
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_WRITERS = {
    "open": 0,
    "io.open": 0,
    "codecs.open": 0,
    "os.mkdir": 0,
    "os.makedirs": 0,
    "sqlite3.connect": 0,
    "sqlalchemy.create_engine": 0,
    "sqlalchemy.ext.asyncio.create_async_engine": 0,
    "shutil.copy": 1,
    "shutil.copyfile": 1,
    "shutil.copytree": 1,
    "shutil.move": 1,
    "os.symlink": 1,
    "os.rename": 1,
    "zipfile.ZipFile": 0,
    "tarfile.open": 0,
    "gzip.open": 0,
    "logging.FileHandler": 0,
    "shelve.open": 0,
}
"""What writes, and which argument is the path."""

_READERS = frozenset(
    {"open", "io.open", "os.path.exists", "os.path.isfile", "os.remove", "os.unlink", "os.stat",
     "os.path.getsize"}
)  # fmt: skip
"""What looks at a path that is there."""

_MAKERS = frozenset({"ensure_dir", "ensure_tree", "mkdir_p", "mkdirs", "makedirs"})
"""Helpers that make a folder, whoever wrote them."""

_METHODS = frozenset({"write_text", "write_bytes", "mkdir", "touch", "open"})
_WORDS = frozenset(
    {*_METHODS, *_MAKERS, *(one.rpartition(".")[2] for one in (*_WRITERS, *_READERS))}
)
_OPENERS = frozenset(
    {"open", "io.open", "codecs.open", "zipfile.ZipFile", "tarfile.open", "gzip.open"}
)  # fmt: skip
_PATHS = ("pathlib.Path", "pathlib.PosixPath", "py.path.local")
_TEMPORARY = ("/tmp/", "/var/tmp/", "/dev/shm/")  # noqa: S108 - compared, never opened
_OWN_FOLDER = ("chdir", "isolated_filesystem", "tmp_cwd", "in_tempdir", "temp_cwd", "change_cwd")
_FAKES = frozenset({"fs", "fake_filesystem", "pyfakefs", "isolated_filesystem", "temp_cwd"})
_SQLITE = "sqlite"


@check(
    id="shared-file-path",
    title="Fixed path on disk shared by tests",
    aspect=Aspect.CLEANUP,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=calls(),
    cwe=(377,),
)
def shared_file_path(call: Call, report: Report) -> None:
    """A test writes to a fixed path in the system's temporary folder or in the working folder.

    Why:
        Two runs on one machine, or two tests side by side, write the same file and read each
        other's. What a run leaves behind changes the next one, and anyone on the machine can put
        a link there before (CWE-377).
    Bad:
        # file: tests/test_export.py
        def test_export(export):
            with open("/tmp/export.csv", "w") as file:
                export(file)
            assert export.done
    Bad:
        # file: tests/conftest.py
        import pytest
        import sqlalchemy

        @pytest.fixture
        def engine():
            return sqlalchemy.create_engine("sqlite:///test.db")
    Good:
        # file: tests/test_export.py
        def test_export(export, tmp_path):
            with open(tmp_path / "export.csv", "w") as file:
                export(file)
            assert export.done
    Good:
        # file: tests/test_data.py
        def test_data(parse):
            with open("tests/data/a.csv") as file:
                assert parse(file)
    Suppress:
        Where the path itself is what is tested.
    """
    folder = folder_of_all(call)
    if folder is not None:
        _tell_folder(folder, report)
        return
    function = call.function
    if function is None or not _is_asked(call):
        return
    if not (is_test(function) or is_setup(function) or is_test_class(call.cls, report.index)):
        return
    path = _path_of(call) or _looked_at(call, function) or _removed(call, function)
    text = None if path is None else _written(path) or in_temporary(path, report.index)
    if path is None or not text:
        if (beside := read_beside(call)) is not None and not (
            _is_elsewhere(call, report) or _must_fail(call)
        ):
            _tell_beside(call, beside, report)
        return
    if _is_elsewhere(call, report) or _must_fail(call):
        return
    report(
        at=path if path.node.type == "string" and call.name in _READERS else call,
        message=f"The test writes to the fixed path `{text[:60]}`.",
        why="Another run, or another test, uses the same path at the same time.",
        fix="Use pytest's `tmp_path`, or `tempfile.TemporaryDirectory`.",
    )


def _tell_folder(folder: Value, report: Report) -> None:
    """Report the whole temporary folder as the place where a test keeps its files."""
    report(
        at=folder,
        message=f"`{folder.short}` as a whole is where the test keeps its files.",
        why="Other tests, other runs and other programs write there, too.",
        fix="Give it a folder of its own: pytest's `tmp_path`, or `tempfile.mkdtemp()`.",
    )


def _tell_beside(call: Call, name: str, report: Report) -> None:
    """Report a file that is only found from one folder."""
    report(
        at=call,
        message=f"`{name[:60]}` is looked for in the folder where the tests are started.",
        why="Started from anywhere else, by an editor or for the whole project, the test fails.",
        fix="Build the path from the test's own: `Path(__file__).parent`.",
    )


def _is_asked(call: Call) -> bool:
    """Whether the call may write, or look at what was written. Asked of every call."""
    return call.method in _WORDS or call.name in _WRITERS or call.name in _READERS


def _path_of(call: Call) -> Value | None:
    """The path that a call writes to; ``None`` when it writes nothing."""
    name = call.name or ""
    if name in _WRITERS:
        if name in _OPENERS and not _for_writing(call.argument(1, "mode")):
            return None
        return call.argument(_WRITERS[name], "database" if name == "sqlite3.connect" else "")
    if call.method in _MAKERS and call.arguments:
        first = call.arguments[0]
        known = first.constant
        return first if isinstance(known, str) and known.startswith(_TEMPORARY) else None
    receiver = call.receiver
    if receiver is None or call.method not in _METHODS:
        return None
    if call.method == "open" and not _for_writing(call.argument(0, "mode")):
        return None
    origin = receiver.origin
    if origin.callee_name not in _PATHS:
        return None
    node = origin.node.child_by_field_name("arguments")
    children = [] if node is None else [one for one in node.named_children if one.type != "comment"]
    return Value(origin.module, children[0], origin.context) if len(children) == 1 else None


def _looked_at(call: Call, function: Function) -> Value | None:
    """The fixed path that a call reads, after the tested code was given it to write.

    ``save("/tmp/a.db")``, then ``open("/tmp/a.db")`` or ``os.remove("/tmp/a.db")``.
    """
    if call.name not in _READERS:
        return None
    path = call.argument(0)
    text = None if path is None else path.constant
    if path is None or not isinstance(text, str) or not text.startswith(_TEMPORARY):
        return None
    before = [one for one in own_calls(function) if one.node.start_byte < call.node.start_byte]
    if any(one.name in _READERS or one.name in _WRITERS for one in before if _is_given(one, text)):
        return None  # told there, or never written
    return path if any(_is_given(one, text) for one in before) else None


def _removed(call: Call, function: Function) -> Value | None:
    """The file in the working folder that a test class removes when a test is over.

    ``self.db = "cache.db"`` in the set-up, and ``os.remove(self.db)`` after the test: what made it
    is code under test, which was given the name.
    """
    if call.name not in ("os.remove", "os.unlink") or is_test(function) or call.cls is None:
        return None
    path = call.argument(0)
    if path is None or not path.text.startswith("self.") or not isinstance(path.constant, str):
        return None
    origin = path.origin
    return origin if origin.module is call.module and origin.node.type == "string" else None


def _is_given(call: Call, path: str) -> bool:
    values = (*call.arguments, *call.keywords.values())
    return any(one.constant == path for one in values)


def _for_writing(mode: Value | None) -> bool:
    text = None if mode is None else mode.constant
    return isinstance(text, str) and any(one in text for one in "wax+")


def _written(path: Value) -> str | None:
    """The fixed path, when it is one that tests share; ``None`` for any other."""
    text = path.constant
    if not isinstance(text, str) or not text or "\0" in text:
        return None
    if text.startswith(_SQLITE) and ":///" in text:
        file = text.partition(":///")[2].partition("?")[0]
        return text if file and ":memory:" not in text and "mode=memory" not in text else None
    if text == ":memory:" or text.startswith("file::memory:") or "://" in text:
        return None
    if text.startswith(_TEMPORARY):
        return text
    is_relative = not text.startswith(("/", "~", "\\")) and ":" not in text[:3]
    # A file below a folder is as a rule the repository's own; one beside is litter.
    return text if is_relative and "/" not in text.removeprefix("./") else None


def _is_elsewhere(call: Call, report: Report) -> bool:
    """Whether the file system, or the working folder, is the test's own."""
    if is_replaced(call, report.index, "open", "mkdir", "makedirs", call.method, "connect",
                   "create_engine", "sqlite3", "sqlalchemy"):  # fmt: skip
        return True
    if any(any(word in one.text for word in _OWN_FOLDER) for one in call.entered()):
        return True
    for prepared in preparations(call, report.index):
        if any(one.name in _FAKES for one in prepared.parameters):
            return True
        if any(word in prepared.text for word in _OWN_FOLDER):
            return True
    decorators = () if call.function is None else call.function.decorators
    return any(word in one.text for one in decorators for word in _OWN_FOLDER)


def _must_fail(call: Call) -> bool:
    return any("aises" in one.text.partition("(")[0] for one in call.entered())
