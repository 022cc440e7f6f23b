"""Pull requests: the documented calls that a review reads them with, typed. Never writes."""

from __future__ import annotations

import msgspec

from bot.github import repos
from bot.github.port import RepositoryAPI

FILES_MAX = 3_000
"""How many files GitHub lists for a pull request; the list then just ends
(https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files)."""


class Account(msgspec.Struct, frozen=True):
    """A user, a bot or an organisation."""

    login: str
    type: str = "User"


class Branch(msgspec.Struct, frozen=True):
    """One end of a pull request. ``repo`` is null once a fork is deleted."""

    ref: str
    sha: str
    repo: repos.Named | None = None


class Label(msgspec.Struct, frozen=True):
    """A label that a pull request bears."""

    name: str


class PullRequest(msgspec.Struct, frozen=True):
    """The fields of a pull request that the bot uses."""

    number: int
    title: str
    state: str
    head: Branch
    base: Branch
    html_url: str
    changed_files: int
    draft: bool = False
    user: Account | None = None
    """Null when the account is gone."""
    labels: tuple[Label, ...] = ()


class DiffEntry(msgspec.Struct, frozen=True):
    """One changed file, GitHub's ``diff-entry``.

    ``patch`` is missing for a binary file, a pure rename or change of mode, a diff that is too
    large, and for any file once the patches of its page together pass some 20,000 lines.
    """

    filename: str
    status: str
    sha: str | None = None
    additions: int = 0
    deletions: int = 0
    changes: int = 0
    patch: str | None = None
    previous_filename: str | None = None


class _Commit(msgspec.Struct, frozen=True):
    sha: str


class _Comparison(msgspec.Struct, frozen=True):
    merge_base_commit: _Commit


async def get(api: RepositoryAPI, repository: str, number: int) -> PullRequest:
    """The pull request as it is now.

    https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request
    """
    answer = await api.get(repos.path(repository, "pulls/{number}", number=number))
    return repos.convert(answer, PullRequest)


async def files(api: RepositoryAPI, repository: str, number: int) -> list[DiffEntry]:
    """All changed files, at most :data:`FILES_MAX`, 100 a page.

    https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files
    """
    path = repos.path(repository, "pulls/{number}/files", number=number)
    return [repos.convert(entry, DiffEntry) async for entry in api.pages(path, limit=FILES_MAX)]


async def files_page(
    api: RepositoryAPI, repository: str, number: int, *, page: int, per_page: int
) -> list[DiffEntry]:
    """One page of the changed files, counted from 1, of a size that the caller chooses.

    https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files
    """
    path = repos.path(repository, "pulls/{number}/files", number=number)
    answer = await api.get(path, {"per_page": per_page, "page": page})
    return repos.convert(answer, list[DiffEntry])


async def commits(api: RepositoryAPI, repository: str, number: int) -> list[str]:
    """The ids of the pull request's commits, the oldest first, at most 250.

    https://docs.github.com/en/rest/pulls/pulls#list-commits-on-a-pull-request
    """
    path = repos.path(repository, "pulls/{number}/commits", number=number)
    return [repos.convert(one, _Commit).sha async for one in api.pages(path, limit=250)]


async def merge_base(api: RepositoryAPI, repository: str, base: str, head: str) -> str:
    """The commit that ``head`` was branched off ``base`` at.

    The second page holds no files, so that the answer is small.
    https://docs.github.com/en/rest/commits/commits#compare-two-commits
    """
    path = repos.path(repository, "compare/{range}", range=f"{base}...{head}")
    answer = await api.get(path, {"per_page": 1, "page": 2})
    return repos.convert(answer, _Comparison).merge_base_commit.sha
