"""The check ``archive-extraction-unsafe``: archives whose members choose where they are written."""

from __future__ import annotations

import re2
import tree_sitter

from checks.events import Call, Value
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, calls, check
from checks.report import Report
from checks.secrets.naming import words_of
from checks.security.edits.arguments import with_keyword
from checks.security.purpose import calls_in

_OPENED = ("tarfile.open()", "tarfile.TarFile.open()", "tarfile.TarFile()",
           "tarfile.TarFile.gzopen()")  # fmt: skip
_CHECKING = frozenset({"is_relative_to", "commonpath", "commonprefix", "relative_to", "realpath",
                       "isabs", "is_absolute", "resolve", "basename", "secure_filename",
                       "normpath", "abspath"})  # fmt: skip
_SAFE_FILTERS = frozenset({"data", "tar"})
_KNOWN_SINCE = "3.12, 3.11.4, 3.10.12, 3.9.17 and 3.8.17"
"""See https://docs.python.org/3/library/tarfile.html#extraction-filters (PEP 706)."""
_LISTS = frozenset({"namelist", "infolist", "getmembers", "getnames"})


@check(
    id="archive-extraction-unsafe",
    title="Archive members decide where they are written",
    aspect=Aspect.INPUT,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    roles=PRODUCTION_ROLES,
    on=calls("*.{extractall,extract}", "tarfile.open().{extractall,extract}",
             "tarfile.TarFile.open().{extractall,extract}", "tarfile.TarFile().extractall", "open"),
    cwe=(22, 409),
    security=True,
)  # fmt: skip
def archive_extraction_unsafe(call: Call, report: Report) -> None:
    """A tar archive is unpacked without a filter, or members are written where their names say.

    `zipfile` cleans the names of members itself; joining them to a folder by hand does not. An
    archive whose members are looked at before, or that is given a `filter`, is clean.

    Why:
        A member named `../../home/user/.ssh/authorized_keys`, or a link that leads out of the
        folder, overwrites files outside. Python filters by itself from version 3.14 only. It knows
    `filter=` since 3.12, and since the releases 3.11.4, 3.10.12, 3.9.17 and 3.8.17 of the versions
    before: an older one stops with a `TypeError`. Code that must run there tests
    `hasattr(tarfile, "data_filter")`, and looks at the names of the members otherwise.
    Bad:
        import tarfile

        def unpack(upload, folder):
            with tarfile.open(fileobj=upload) as archive:
                archive.extractall(folder)
    Bad:
        import os
        import zipfile

        def unpack(upload, folder):
            with zipfile.ZipFile(upload) as archive:
                for name in archive.namelist():
                    with open(os.path.join(folder, name), "wb") as file:
                        file.write(archive.read(name))
    Good:
        import tarfile

        def unpack(upload, folder):
            with tarfile.open(fileobj=upload) as archive:
                archive.extractall(folder, filter="data")
    Good:
        import zipfile

        def unpack(upload, folder):
            with zipfile.ZipFile(upload) as archive:
                archive.extractall(folder)
    Suppress:
        Where the archive is the program's own, or its checksum was verified.
    """
    if call.method in ("extractall", "extract"):
        _extracted(call, report)
    elif call.name == "open":
        _joined(call, report)


def _extracted(call: Call, report: Report) -> None:
    receiver = call.receiver
    known = "" if receiver is None else receiver.name or ""
    if known not in _OPENED or call.has_double_star:
        return
    chosen = call.argument(3 if call.method == "extractall" else 4, "filter")
    if chosen is not None:
        if chosen.constant == "fully_trusted" or chosen.name == "tarfile.fully_trusted_filter":
            _tell(call, report, 'The filter "fully_trusted" lets members leave the folder.', True)
        return
    members = call.argument(1, "members")
    if call.method == "extractall" and members is not None and not _is_plain(members):
        return
    if _is_checked(call) or b"extraction_filter" in call.module.source.data:
        return
    # Where the archive comes from cannot be seen: it may be the program's own.
    told = _comes_from_outside(call)
    _tell(call, report, f"`{call.target.short}` writes members where their names say.", told)


def _tell(call: Call, report: Report, message: str, certain: bool) -> None:
    report(
        at=call,
        message=message,
        why="A member named `../../x`, or a link, overwrites files outside the folder.",
        fix=f'Pass `filter="data"`, which Python knows since {_KNOWN_SINCE}.',
        severity=Severity.HIGH if certain else None,
        confidence=Confidence.HIGH if certain else Confidence.LOW,
        surface=Surface.INLINE if certain else Surface.SUMMARY,
        edits=with_keyword(call, "filter", '"data"'),
    )


def _is_plain(members: Value) -> bool:
    return members.constant is None or (members.callee_name or "").endswith(
        (".getmembers", ".getnames")
    )


def _is_checked(call: Call) -> bool:
    """Whether the function looks at the members' names."""
    function = call.function
    if function is None:
        return False
    listed = False
    for one in calls_in(call.module, function):
        if one.method in _LISTS or one.method == "next":
            listed = True
        asks = one.method in _CHECKING and one.node.start_byte != call.node.start_byte
        if asks and (listed or next(one.enclosing("for_statement"), None) is not None):
            return True
    text = function.text
    return ('".."' in text or "'..'" in text) and (listed or ".name" in text)


def _comes_from_outside(call: Call) -> bool:
    """Whether the archive is, by its name in the code, an upload or a download."""
    receiver = call.receiver
    origin = None if receiver is None else receiver.origin
    texts = [] if origin is None else [origin.text[:200]]
    function = call.function
    if function is not None:
        texts.append(function.name)
        texts += [one.name for one in function.parameters]
    if receiver is not None:
        for value in receiver.assignments:
            texts.append(value.text[:200])
    words = {word for text in texts for word in words_of(text)}
    return bool(words & {"upload", "uploaded", "download", "downloaded", "request", "attachment",
                         "untrusted", "response", "url", "urlopen", "body"})  # fmt: skip


def _joined(call: Call, report: Report) -> None:
    """``open(os.path.join(folder, name), "wb")`` in a loop over the names in an archive."""
    path, mode = call.argument(0, "file"), call.argument(1, "mode")
    wanted = None if mode is None else mode.constant
    if path is None or not isinstance(wanted, str) or not set("wax") & set(wanted):
        return
    origin = path.origin
    if origin.callee_name != "os.path.join" and origin.node.type != "binary_operator":
        return
    for loop in call.enclosing("for_statement"):
        over, target = loop.node.child_by_field_name("right"), loop.node.child_by_field_name("left")
        if over is None or target is None or over.type != "call":
            continue
        function = over.child_by_field_name("function")
        listed = "" if function is None else call.module.text_of(function).rpartition(".")[2]
        if function is None or listed not in _LISTS or not _is_archive(call, function):
            continue
        name = call.module.text_of(target)
        if name in _names(origin.text) and not _is_checked(call):
            report(
                at=call,
                message=f"A file is written where `{name}`, a name in the archive, says.",
                why="A member named `../../x` overwrites files outside the folder.",
                fix="Resolve the path, and refuse it unless it lies in the folder.",
                severity=Severity.HIGH,
                confidence=Confidence.HIGH,
            )
            return


def _is_archive(call: Call, listing: tree_sitter.Node) -> bool:
    owner = listing.child_by_field_name("object")
    known = "" if owner is None else call.value(owner).name or ""
    return known.startswith(("zipfile.ZipFile()", *_OPENED))


def _names(text: str) -> set[str]:
    """The identifiers of an expression."""
    return {one for one in re2.split(r"\W+", text[:400]) if one}
