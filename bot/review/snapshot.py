"""The pull request as GitHub has it now, with all that the analysis needs. Never writes.

:func:`bot.review.opened.open_pull` comes before, and the check run is put up between the two. Here
the changed files and their texts are read. The base text is the merge base's: the patch that GitHub
computed against it is undone on the head text, and only where that is impossible is the merge base
asked for and read. Every changed file ends in ``files`` or in ``unread``, save removed ones: they
have no text to review. Of removed test code in Python the base text is read in the same ways, for
the checks that ask what a change takes away.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from bot.github import blobs, pulls
from bot.github.port import RepositoryAPI
from bot.github.pulls import DiffEntry
from bot.review import attributes, diff, texts
from bot.review.cache import TextCache
from bot.review.model import FileDiff, FileStatus, Hunk, Pull, Snapshot, Unread
from bot.review.opened import Opened
from bot.review.settings import InForce
from bot.review.texts import Source, Wanted
from checks import globs
from checks.languages import paths, roles
from checks.model import ChangedFile, Lines, Role, Settings

MAX_FILES = 300
MAX_DELETED = 50
"""Removed files of which the base text is read."""
_SMALL_PAGE = 10
_MAX_REFETCHED_PAGES = 20
_PAGE = 100
_PAGE_LINES = 15_000
"""Somewhat below the 20,000 lines of patches at which a page begins to leave patches out, and to
give their counts as 0."""
_WITHOUT_HEAD = (FileStatus.REMOVED, FileStatus.UNCHANGED)
_SHOWN_LINES = 20_000
_SHOWN_BYTES = 500_000
"""GitHub shows no diff of a file beyond these
(https://docs.github.com/en/repositories/creating-and-managing-repositories/repository-limits)."""


async def take(
    api: RepositoryAPI,
    opened: Opened,
    wishes: InForce,
    cache: TextCache,
    *,
    also: Sequence[str] = (),
) -> Snapshot:
    """Read the changed files and their texts.

    ``also`` are paths of the head of which the cache is to know what stands there, as long as that
    costs no request of its own.

    Raises:
        RetryNow, RetryLater: GitHub is in passing trouble or sets a limit.
    """
    listed = await _changed_files(api, opened.repository, opened.pull.number)
    # In a thread, because the patches of 3,000 files take long enough to hold up heartbeats.
    files = await asyncio.to_thread(lambda: [_File.of(entry) for entry in listed])
    unread: list[Unread] = []
    source = Source(api, opened.repository, opened.repository_id, opened.installation, cache)
    heads = await _heads(source, opened, files, unread, also)
    # In a thread as well: a configuration may hold many globs.
    deleted, rest = await asyncio.to_thread(_deleted_tests, files, wishes.settings)
    unread += rest
    merge_base, changed = await _with_bases(source, opened, files, heads, deleted, unread)
    if (missing := opened.pull.changed_files - len(listed)) > 0:
        reason = "GitHub did not list them"
        if len(listed) >= pulls.FILES_MAX:
            reason = f"GitHub lists at most {pulls.FILES_MAX:,} files of a pull request"
        more = f"{missing:,} more {'file' if missing == 1 else 'files'}"
        unread.append(Unread(more, reason))
    return Snapshot(
        pull=_pull(opened, merge_base),
        diffs=tuple(_shown(file, heads.get(file.path)) for file in files),
        files=tuple(changed),
        unread=tuple(unread),
        settings=wishes.settings,
        settings_source=wishes.source,
        problems=wishes.problems,
        policy=wishes.policy,
    )


def _pull(opened: Opened, merge_base: str) -> Pull:
    pull = opened.pull
    return Pull(
        number=pull.number,
        title=pull.title,
        author=pull.user.login if pull.user else "ghost",
        draft=pull.draft,
        open=opened.open,
        head_sha=pull.head.sha,
        base_sha=pull.base.sha,
        base_ref=pull.base.ref,
        merge_base_sha=merge_base,
        changed_files=pull.changed_files,
        from_fork=pull.head.repo is None or pull.head.repo.id != opened.repository_id,
        html_url=pull.html_url,
    )


@dataclass(frozen=True, slots=True)
class _File:
    """A changed file with its patch, parsed once."""

    entry: DiffEntry
    patch: diff.Patch
    complete: bool
    """Whether the patch shows the whole change."""
    diff: FileDiff

    @classmethod
    def of(cls, entry: DiffEntry) -> _File:
        patch = diff.parse(entry.patch or "")
        try:
            status = FileStatus(entry.status)
        except ValueError:
            # A word that GitHub does not use yet: there is a text, and it is looked at.
            status = FileStatus.CHANGED
        complete = patch.whole and patch.counts == (entry.additions, entry.deletions)
        shown = FileDiff(entry.filename, entry.previous_filename, status, patch.hunks, patch.added)
        return cls(entry, patch, complete, shown)

    @property
    def path(self) -> str:
        return self.entry.filename

    @property
    def shows_nothing(self) -> bool:
        """Whether GitHub shows no change of lines: binary, empty, or only renamed."""
        return self.entry.patch is None and self.entry.changes == 0


def _shown(file: _File, head: bytes | None) -> FileDiff:
    """The diff as GitHub shows it: a new file without a patch is one hunk all the same."""
    if head is None or file.diff.status is not FileStatus.ADDED or file.entry.patch is not None:
        return file.diff
    count = head.count(b"\n") + (not head.endswith(b"\n"))
    if not head or count > _SHOWN_LINES or len(head) > _SHOWN_BYTES:
        return file.diff
    every = Lines(1, count)
    return dataclasses.replace(file.diff, hunks=(Hunk(every, None),), added=(every,))


async def _changed_files(api: RepositoryAPI, repository: str, number: int) -> list[DiffEntry]:
    """All changed files; patches that a full page leaves out are asked for on small pages.

    Those of new files are not: they hold nothing that the text does not.
    """
    listed = await pulls.files(api, repository, number)
    wanted: list[int] = []
    for start in range(0, len(listed), _PAGE):
        page = listed[start : start + _PAGE]
        full = sum(len((one.patch or "").split("\n")) for one in page) > _PAGE_LINES
        wanted += [
            start + offset
            for offset, one in enumerate(page)
            if one.patch is None
            and (one.changes or full)
            and one.status not in (*_WITHOUT_HEAD, FileStatus.ADDED)
        ]
    small_pages = sorted({index // _SMALL_PAGE for index in wanted})
    for number_of_page in small_pages[:_MAX_REFETCHED_PAGES]:
        again = await pulls.files_page(
            api, repository, number, page=number_of_page + 1, per_page=_SMALL_PAGE
        )
        for offset, one in enumerate(again):
            index = number_of_page * _SMALL_PAGE + offset
            if index < len(listed) and listed[index].filename == one.filename and one.patch:
                listed[index] = one
    return listed


async def _heads(
    source: Source,
    opened: Opened,
    files: Sequence[_File],
    unread: list[Unread],
    also: Sequence[str],
) -> dict[str, bytes]:
    """The head texts by path; what is not read goes to ``unread``, in the order of the files.

    Where there are too many, those come first that are written by people, in a known language.
    """
    reasons: dict[str, str] = {}
    wanted: list[Wanted] = []
    with_head = [file for file in files if file.diff.status not in _WITHOUT_HEAD]
    for file in sorted(with_head, key=_matters_less):
        if file.patch.is_submodule:
            reasons[file.path] = texts.SUBMODULE
        elif len(wanted) == MAX_FILES:
            reasons[file.path] = f"past the {MAX_FILES} files that one review reads"
        else:
            wanted.append(Wanted(file.path, file.entry.sha, binary=file.shows_nothing))
    found = await texts.read(source, opened.head, wanted, also=also)
    reasons |= found.unread
    unread += [Unread(one.path, reasons[one.path]) for one in files if one.path in reasons]
    return found.found


def _matters_less(file: _File) -> bool:
    return paths.language_of(file.path) == "text" or paths.generated_by_path(file.path) is not None


def _deleted_tests(
    files: Sequence[_File], settings: Settings
) -> tuple[frozenset[str], list[Unread]]:
    """The removed Python files that are test code by their path, as many as are looked at.

    Those that hold tests come before those that support them; that there are more is said once.
    """
    there = {file.path for file in files if file.diff.status is not FileStatus.REMOVED}
    found: dict[str, Role] = {}
    for file in files:
        if file.path in there or paths.language_of(file.path) != "python":
            continue
        role = roles.decide(file.path, None, settings).role
        ignored = globs.any_match(settings.ignored_paths, file.path)
        if role.is_test_code and not (ignored or file.patch.is_submodule or _was_empty(file)):
            found[file.path] = role
    in_order = sorted(found, key=lambda path: found[path] is not Role.TEST)
    unread = []
    if rest := in_order[MAX_DELETED:]:
        more = f", and {len(rest) - 1:,} more" if len(rest) > 1 else ""
        reason = f"past the {MAX_DELETED} deleted tests that one review reads{more}"
        unread.append(Unread(rest[0], reason))
    return frozenset(in_order[:MAX_DELETED]), unread


def _was_empty(file: _File) -> bool:
    """Whether a removed file held nothing: GitHub lists it with the blob that it was."""
    return file.entry.sha is not None and blobs.blob_id(b"", file.entry.sha) == file.entry.sha


async def _with_bases(
    source: Source,
    opened: Opened,
    files: Sequence[_File],
    heads: dict[str, bytes],
    deleted: frozenset[str],
    unread: list[Unread],
) -> tuple[str, list[ChangedFile]]:
    """The files with their base texts, and the merge base where it had to be asked for."""
    files = [
        one for one in files if (one.diff.status is FileStatus.REMOVED) == (one.path in deleted)
    ]
    # The deleted ones last: if there is not room for all texts, those of what is there count more.
    in_order = sorted(files, key=lambda file: file.path in deleted)
    heads = heads | dict.fromkeys(deleted, b"")
    bases, missing = await asyncio.to_thread(_undo, in_order, heads)
    merge_base = ""
    if missing:
        merge_base = await pulls.merge_base(
            source.api, opened.repository, opened.pull.base.sha, opened.head
        )
        wanted = [Wanted(old) for old in dict.fromkeys(missing.values())]
        found = await texts.read(source, merge_base, wanted)
        for path, old in missing.items():
            if old in found.found:
                bases[path] = found.found[old]
            elif found.unread[old] not in texts.NOT_TEXT:
                # Where there was no text before, all of it is new, and nothing is amiss.
                unread.append(Unread(path, f"its text before the change: {found.unread[old]}"))
    marked = attributes.generated(opened.attributes)
    changed = [
        _changed(file, heads[file.path], bases.get(file.path), marked(file.path))
        for file in files
        if file.path in (bases if file.path in deleted else heads)
    ]
    return merge_base, changed


def _undo(
    files: Sequence[_File], heads: dict[str, bytes]
) -> tuple[dict[str, bytes], dict[str, str]]:
    """The base texts that the patches give, and the paths in the base of those they do not."""
    bases: dict[str, bytes] = {}
    missing: dict[str, str] = {}
    for file in files:
        if file.path not in heads or file.diff.status in (FileStatus.ADDED, FileStatus.COPIED):
            continue
        undone = diff.base_text(heads[file.path], file.patch) if file.complete else None
        if undone is None and file.shows_nothing and file.diff.status is FileStatus.RENAMED:
            undone = heads[file.path]
        if undone is None:
            missing[file.path] = file.entry.previous_filename or file.path
        else:
            bases[file.path] = undone
    return bases, missing


def _changed(file: _File, head: bytes, base: bytes | None, generated: bool) -> ChangedFile:
    added: tuple[Lines, ...] | None = file.patch.added
    if file.diff.status is FileStatus.REMOVED:
        added = ()
    elif file.diff.status in (FileStatus.ADDED, FileStatus.COPIED):
        added = None
    elif not file.complete and not (file.shows_nothing and base == head):
        added = None if base is None else diff.changed_lines(base, head)
    return ChangedFile(
        path=file.path,
        head=head,
        base=base,
        old_path=file.entry.previous_filename,
        added=added,
        generated=generated,
        deleted=file.diff.status is FileStatus.REMOVED,
    )
