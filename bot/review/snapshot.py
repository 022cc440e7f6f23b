"""The pull request as GitHub has it now, with all that the analysis needs. Never writes.

Two steps, because the check run is put between them: :func:`open_pull` finds the pull request and
the base branch's configuration with one query; :func:`take` reads the changed files and their
texts. A payload's word for the head is never believed. The base text is the merge base's: the
patch that GitHub computed against it is undone on the head text, and only where that is impossible
is the merge base asked for and read. Every changed file ends in ``files`` or in ``unread``, save
removed ones, which have no text to review.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.github import contents, opening, pulls, repos
from bot.github.blobs import Entry, Mode
from bot.github.faults import GitHubFault, GiveUp
from bot.github.port import RepositoryAPI
from bot.github.pulls import DiffEntry, PullRequest
from bot.review import attributes, diff, texts
from bot.review.cache import TextCache
from bot.review.model import FileDiff, FileStatus, Pull, Snapshot, Unread
from bot.review.texts import Source, Wanted
from checks.model import ChangedFile, Lines, Problem, Settings

CONFIGURATION = ".github/assay.yml"
MAX_FILES = 300
MAX_CONFIGURATION_BYTES = 100_000
LAG = (1.0, 3.0, 10.0)
"""Seconds to wait for data that lags behind its delivery."""
_SMALL_PAGE = 10
_MAX_REFETCHED_PAGES = 20
_PAGE = 100
_PAGE_LINES = 15_000
"""Somewhat below the 20,000 lines of patches at which a page begins to leave patches out, and to
give their counts as 0."""
_WITHOUT_HEAD = (FileStatus.REMOVED, FileStatus.UNCHANGED)

Pause = Callable[[float], Awaitable[None]]


class Configuration(Protocol):
    """A configuration file, read."""

    @property
    def settings(self) -> Settings:
        """What it says, defaults where it is wrong."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with it."""


class ConfigurationReader(Protocol):
    """Reads configuration files away from the event loop: they are hostile text like any other."""

    async def read_configuration(self, text: bytes) -> Configuration:
        """Read one; never raises for what is in it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A pull request, before its files are read."""

    repository: str
    """``owner/name`` as it is now."""
    repository_id: int
    installation: int
    pull: PullRequest
    configuration: bytes | None
    settings_source: str
    problem: Problem | None
    """Why there is a configuration file that could not be read."""
    attributes: bytes

    @property
    def head(self) -> str:
        """The commit that is reviewed."""
        return self.pull.head.sha

    @property
    def open(self) -> bool:
        """Whether it is neither closed nor merged."""
        return self.pull.state == "open"


async def open_pull(
    api: RepositoryAPI,
    *,
    repository: str,
    repository_id: int,
    installation: int,
    number: int,
    stale_head: str = "",
    lag: Sequence[float] = LAG,
    pause: Pause = asyncio.sleep,
) -> Opened:
    """Find the pull request, and the configuration of its base branch.

    Args:
        api: the repository.
        repository: ``owner/name`` as the delivery had it; it may have been renamed since.
        repository_id: its id, which does not change.
        installation: whose token reads, for the cache.
        number: of the pull request.
        stale_head: a head that the delivery says is past; seeing it means that GitHub lags.
        lag: seconds to wait before each further look at data that lags.
        pause: waits some seconds.

    Raises:
        GitHubFault: of status 404 when the pull request is gone.
    """
    waits = list(lag)
    while True:
        try:
            found = await _open(api, repository, repository_id, installation, number)
        except GitHubFault as fault:
            if fault.status != 404 or not waits:
                raise
        else:
            if not stale_head or found.head != stale_head or not waits:
                return found
        await pause(waits.pop(0))


async def _open(
    api: RepositoryAPI, repository: str, repository_id: int, installation: int, number: int
) -> Opened:
    paths = (CONFIGURATION, attributes.PATH)
    asked = await opening.read(api, repository, repository_id, number, paths)
    if asked is None:
        return await _open_by_rest(api, repository, repository_id, installation, number)
    base = asked.pull.base.ref
    entry, branch = asked.base_files[CONFIGURATION], base
    if entry is None:
        entry, branch = asked.default_files[CONFIGURATION], asked.default_branch
    configuration, problem = _configuration(entry)
    marks = asked.base_files[attributes.PATH]
    return Opened(
        asked.repository,
        repository_id,
        installation,
        asked.pull,
        configuration,
        _source(branch if entry is not None else None),
        problem,
        (marks.text if marks is not None else None) or b"",
    )


def _configuration(entry: Entry | None) -> tuple[bytes | None, Problem | None]:
    if entry is None:
        return None, None
    if entry.mode not in (Mode.FILE, Mode.EXECUTABLE):
        return None, Problem(1, "", "this is not a plain file; defaults are used")
    if entry.size > MAX_CONFIGURATION_BYTES or entry.text is None:
        return None, Problem(1, "", "this is not UTF-8 text of at most 100 KB; defaults are used")
    return entry.text, None


def _source(branch: str | None) -> str:
    return f"`{CONFIGURATION}` on `{branch}`" if branch else "defaults"


async def _open_by_rest(
    api: RepositoryAPI, repository: str, repository_id: int, installation: int, number: int
) -> Opened:
    pull = await _pull_by_rest(api, repository, repository_id, number)
    repository = pull.base.repo.full_name if pull.base.repo is not None else repository
    text = await contents.text(api, repository, CONFIGURATION, pull.base.ref)
    source = _source(pull.base.ref)
    if text is None:
        text = await contents.text(api, repository, CONFIGURATION, None)
        source = f"`{CONFIGURATION}` on the default branch" if text is not None else _source(None)
    problem = None
    if text is not None and len(text) > MAX_CONFIGURATION_BYTES:
        text, problem = None, Problem(1, "", "this is larger than 100 KB; defaults are used")
    marks = await contents.text(api, repository, attributes.PATH, pull.base.ref)
    return Opened(
        repository, repository_id, installation, pull, text, source, problem, marks or b""
    )


async def _pull_by_rest(
    api: RepositoryAPI, repository: str, repository_id: int, number: int
) -> PullRequest:
    """The pull request, also when its repository was renamed."""
    try:
        pull = await pulls.get(api, repository, number)
        if pull.base.repo is None or pull.base.repo.id == repository_id:
            return pull
        missing = GiveUp("the name belongs to another repository now", status=404)
    except GiveUp as fault:
        if fault.status not in (301, 302, 307, 308, 404):
            raise
        missing = fault
    renamed = await repos.full_name(api, repository_id)
    if renamed == repository:
        raise missing
    return await pulls.get(api, renamed, number)


async def take(
    api: RepositoryAPI, opened: Opened, reader: ConfigurationReader, cache: TextCache
) -> Snapshot:
    """Read the changed files, their texts and the settings.

    Raises:
        RetryNow, RetryLater: GitHub is in passing trouble or sets a limit.
    """
    settings = Settings()
    problems: tuple[Problem, ...] = () if opened.problem is None else (opened.problem,)
    if opened.configuration is not None:
        configuration = await reader.read_configuration(opened.configuration)
        settings, problems = configuration.settings, configuration.problems
    listed = await _changed_files(api, opened.repository, opened.pull.number)
    # In a thread, because the patches of 3,000 files take long enough to hold up heartbeats.
    files = await asyncio.to_thread(lambda: [_File.of(entry) for entry in listed])
    unread: list[Unread] = []
    source = Source(api, opened.repository, opened.repository_id, opened.installation, cache)
    heads = await _heads(source, opened, files, unread)
    merge_base, changed = await _with_bases(source, opened, files, heads, unread)
    if (missing := opened.pull.changed_files - len(listed)) > 0:
        reason = "GitHub did not list them"
        if len(listed) >= pulls.FILES_MAX:
            reason = f"GitHub lists at most {pulls.FILES_MAX:,} files of a pull request"
        more = f"{missing:,} more {'file' if missing == 1 else 'files'}"
        unread.append(Unread(more, reason))
    return Snapshot(
        pull=_pull(opened, merge_base),
        diffs=tuple(file.diff for file in files),
        files=tuple(changed),
        unread=tuple(unread),
        settings=settings,
        settings_source=opened.settings_source,
        problems=problems,
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


async def _changed_files(api: RepositoryAPI, repository: str, number: int) -> list[DiffEntry]:
    """All changed files; patches that a full page leaves out are asked for on small pages."""
    listed = await pulls.files(api, repository, number)
    wanted: list[int] = []
    for start in range(0, len(listed), _PAGE):
        page = listed[start : start + _PAGE]
        full = sum(len((one.patch or "").split("\n")) for one in page) > _PAGE_LINES
        wanted += [
            start + offset
            for offset, one in enumerate(page)
            if one.patch is None and (one.changes or full) and one.status not in _WITHOUT_HEAD
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
    source: Source, opened: Opened, files: Sequence[_File], unread: list[Unread]
) -> dict[str, bytes]:
    """The head texts by path; what is not read goes to ``unread``, in the order of the files."""
    reasons: dict[str, str] = {}
    wanted: list[Wanted] = []
    for file in files:
        if file.diff.status in _WITHOUT_HEAD:
            continue
        if file.patch.is_submodule:
            reasons[file.path] = texts.SUBMODULE
        elif len(wanted) == MAX_FILES:
            reasons[file.path] = f"past the {MAX_FILES} files that one review reads"
        else:
            wanted.append(Wanted(file.path, file.entry.sha, binary=file.shows_nothing))
    found = await texts.read(source, opened.head, wanted)
    reasons |= found.unread
    unread += [Unread(one.path, reasons[one.path]) for one in files if one.path in reasons]
    return found.found


async def _with_bases(
    source: Source,
    opened: Opened,
    files: Sequence[_File],
    heads: dict[str, bytes],
    unread: list[Unread],
) -> tuple[str, list[ChangedFile]]:
    """The files with their base texts, and the merge base where it had to be asked for."""
    bases, missing = await asyncio.to_thread(_undo, files, heads)
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
        if file.path in heads
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
    if file.diff.status in (FileStatus.ADDED, FileStatus.COPIED):
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
    )
