"""Places on disk that tests name: the temporary folder of all programs, files by a bare name."""

from __future__ import annotations

from checks.events import Call, Value
from checks.hygiene.shared.texts import words

_WHOLE = frozenset({"/tmp", "/tmp/", "/var/tmp", "/var/tmp/"})  # noqa: S108 - compared only
_ASKING = "tempfile.gettempdir"
_SETTINGS = frozenset({"override_settings", "settings", "modify_settings"})
_ROOTS = frozenset({"root", "location", "storage", "folder", "directory"})
"""Words of arguments that say where files are kept."""

_READING = frozenset({"open", "io.open", "codecs.open"})
_OF_PROJECT = frozenset(
    {"changelog", "changes", "conftest", "history", "license", "makefile", "manifest", "package",
     "pipfile", "pyproject", "readme", "requirements", "setup", "tox", "version"}
)  # fmt: skip
"""Files that stand in the folder in which a project's tests are started as a rule."""


def folder_of_all(call: Call) -> Value | None:
    """The temporary folder of the machine, where a call is told to keep files in it as it is.

    ``override_settings(MEDIA_ROOT=tempfile.gettempdir())``, ``Store(location="/tmp")``
    """
    if call.method not in _SETTINGS and not call.method[:1].isupper():
        return None
    for name, value in call.keywords.items():
        last = (words(name) or [""])[-1]
        kept = call.method in _SETTINGS and name.isupper() and last in (*_ROOTS, "dir", "path")
        if not kept and not (call.method[:1].isupper() and last in _ROOTS):
            continue
        if value.callee_name == _ASKING or (
            isinstance(value.constant, str) and value.constant in _WHOLE
        ):
            return value
    return None


def read_beside(call: Call) -> str | None:
    """The bare name of a file that is only read: it is found from one folder alone."""
    if call.name not in _READING or call.has_star:
        return None
    path, mode = call.argument(0, "file"), call.argument(1, "mode")
    name = None if path is None else path.constant
    if path is None or path.node.type != "string" or not isinstance(name, str):
        return None
    if mode is not None and mode.constant not in ("r", "rb", "rt"):
        return None
    if any(one in name for one in "/\\:") or "." not in name.strip("."):
        return None
    if not _OF_PROJECT.isdisjoint(words(name.partition(".")[0])):
        return None
    # Named once: no other code of the file makes it.
    data = call.module.source.data
    return name if data.count(name.encode()) == 1 else None
