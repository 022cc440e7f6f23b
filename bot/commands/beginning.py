"""How every job that a person asked for begins: what was asked, and GitHub as it is to be asked."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.commands.answers import REDIRECTS
from bot.github import repos
from bot.github.faults import GiveUp
from bot.github.port import RepositoryAPI
from bot.jobs import Job, kinds

log = logging.getLogger(__name__)

OpenRepository = Callable[[int, int], Awaitable[RepositoryAPI]]
"""GitHub as one installation sees one repository: (installation id, repository id)."""


class _OfRepository(Protocol):
    """A payload that names a repository, and the installation that opens it."""

    @property
    def installation(self) -> int: ...

    @property
    def repository(self) -> kinds.Repository: ...


def begin(job: Job, kind: type[kinds.Payload], what: str) -> kinds.Payload | None:
    """What a job asks for; ``None``, and a line in the log, where its tries are used up."""
    if job.ending is not None:
        log.warning("gave up on %s: %s", what, job.ending)
        return None
    return kinds.decode(job.payload, kind)


async def on_repository(
    repository: OpenRepository,
    asked: _OfRepository,
    work: Callable[[RepositoryAPI, str], Awaitable[None]],
) -> None:
    """Work on a repository by its name; once more by its new one, if it was renamed meanwhile.

    GitHub redirects reads from the old name, and the client follows; writes are refused, and so is
    everything when the old name belongs to another repository now.

    Raises:
        GitHubFault: GitHub could not be asked; nothing was lost, the job can run again.
    """
    api = await repository(asked.installation, asked.repository.id)
    try:
        await work(api, asked.repository.full_name)
    except GiveUp as fault:
        if fault.status != 404 and fault.status not in REDIRECTS:
            raise
        name = await repos.full_name(api, asked.repository.id)
        if name == asked.repository.full_name:
            raise
        log.info("the repository is called %s now", name)
        await work(api, name)
