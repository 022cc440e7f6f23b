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
from checks.model import Problem

CONFIGURATION = ".github/assay.yml"
MAX_CONFIGURATION_BYTES = 100_000
LAG = (1.0, 3.0, 10.0)
"""Seconds to wait for data that lags behind its delivery."""

Pause = Callable[[float], Awaitable[None]]
"""Waits some seconds."""


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
    if not entry.is_file:
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
