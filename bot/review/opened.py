"""Finds the pull request, and the base branch's own files that say how to review it. Never writes.

One query, or the same over REST where GraphQL does not work. A payload's word for the head is never
believed; data that lags behind its delivery is waited for, shortly.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.github import contents, opening, pulls, repos
from bot.github.blobs import Entry
from bot.github.faults import GitHubFault, GiveUp
from bot.github.port import RepositoryAPI
from bot.github.pulls import PullRequest
from bot.review import attributes
from checks.configuration import MAX_BYTES, Layer
from checks.configuration import PATH as CONFIGURATION
from checks.model import Problem

MAX_CONFIGURATION_BYTES = 100_000
LAG = (1.0, 3.0, 10.0)
"""Seconds to wait for data that lags behind its delivery."""

Pause = Callable[[float], Awaitable[None]]
"""Waits some seconds."""


@dataclass(frozen=True, slots=True)
class ConfigurationFiles:
    """The configuration files that concern a pull request, before they are read."""

    shared: Layer | None = None
    """The owner's, from the repository ``.github``: the default for all the others."""
    own: Layer | None = None
    """The base branch's."""
    fallback: Layer | None = None
    """The default branch's, which counts where the base branch has none."""
    problems: tuple[Problem, ...] = ()
    """Files that are there and could not be read."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        """What holds, the lowest first."""
        own = self.own or self.fallback
        return tuple(one for one in (self.shared, own) if one is not None)


@dataclass(frozen=True, slots=True)
class Opened:
    """A pull request, before its files are read."""

    repository: str
    """``owner/name`` as it is now."""
    repository_id: int
    installation: int
    pull: PullRequest
    attributes: bytes
    files: ConfigurationFiles = ConfigurationFiles()
    private: bool = False
    """Whether not everybody may read the repository; False where that is not known."""

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
    marks = asked.base_files[attributes.PATH]
    return Opened(
        asked.repository,
        repository_id,
        installation,
        asked.pull,
        (marks.text if marks is not None else None) or b"",
        _files(asked),
        asked.private,
    )


def _files(asked: opening.Opening) -> ConfigurationFiles:
    """The configuration files, those that cannot be read as a problem."""
    own, problem = _layer(asked.base_files[CONFIGURATION], _on(asked.pull.base.ref))
    fallback = None
    if own is None and problem is None:
        fallback, problem = _layer(asked.default_files[CONFIGURATION], _on(asked.default_branch))
    problems = () if problem is None else (problem,)
    shared = None
    if asked.shared is not None:
        source = f"`{CONFIGURATION}` of `{asked.shared.repository}`"
        shared, problem = _layer(asked.shared.file, source, inherited=True)
        problems = problems if problem is None else (problem, *problems)
    return ConfigurationFiles(shared, own, fallback, problems)


def _layer(
    entry: Entry | None, source: str, *, inherited: bool = False
) -> tuple[Layer | None, Problem | None]:
    if entry is None:
        return None, None
    shown = source if inherited else ""
    if not entry.is_file:
        return None, Problem(1, "", "this is not a plain file; defaults are used", source=shown)
    if entry.size > MAX_CONFIGURATION_BYTES or entry.text is None:
        message = f"this is not UTF-8 text of at most {MAX_BYTES >> 10} KB; defaults are used"
        return None, Problem(1, "", message, source=shown)
    return Layer(entry.text, source, inherited), None


def _on(branch: str) -> str:
    return f"`{CONFIGURATION}` on `{branch}`"


async def _open_by_rest(
    api: RepositoryAPI, repository: str, repository_id: int, installation: int, number: int
) -> Opened:
    pull = await _pull_by_rest(api, repository, repository_id, number)
    repository = pull.base.repo.full_name if pull.base.repo is not None else repository
    files = await _files_by_rest(api, repository, pull.base.ref)
    marks = await contents.text(api, repository, attributes.PATH, pull.base.ref)
    return Opened(repository, repository_id, installation, pull, marks or b"", files)


async def _files_by_rest(api: RepositoryAPI, repository: str, base: str) -> ConfigurationFiles:
    """The repository's own file. The owner's is not asked for: it would cost a request more."""
    text, source = await contents.text(api, repository, CONFIGURATION, base), _on(base)
    on_base = text is not None
    if text is None:
        text = await contents.text(api, repository, CONFIGURATION, None)
        source = f"`{CONFIGURATION}` on the default branch"
    if text is None:
        return ConfigurationFiles()
    if len(text) > MAX_CONFIGURATION_BYTES:
        message = f"this is larger than {MAX_BYTES >> 10} KB; defaults are used"
        return ConfigurationFiles(problems=(Problem(1, "", message),))
    layer = Layer(text, source)
    return ConfigurationFiles(own=layer) if on_base else ConfigurationFiles(fallback=layer)


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
