"""The calls to GitHub that commands need: documented ones, typed, thin."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.external_id import pull_of
from bot.github import repos
from bot.github.checks import App
from bot.github.faults import GiveUp
from bot.github.port import RepositoryAPI
from bot.github.pulls import Account
from bot.github.reviews import is_own

MOST_COMMENTS = 300
"""How many of the newest comments are searched for an answer of ours."""

WRITERS = frozenset({"admin", "maintain", "write"})


class _Permission(msgspec.Struct, frozen=True):
    permission: str


class _Comment(msgspec.Struct, frozen=True):
    id: int
    body: str | None = None
    user: Account | None = None


class _Run(msgspec.Struct, frozen=True):
    external_id: str | None = None
    app: App | None = None


class _Base(msgspec.Struct, frozen=True):
    repo: repos.Named | None = None


class _Pull(msgspec.Struct, frozen=True):
    number: int
    state: str
    base: _Base = _Base()


async def may_write(api: RepositoryAPI, repository: str, login: str) -> bool:
    """Whether that person has write access right now.

    The roles "maintain" and "triage" are reported as "write" and "read":
    https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
    """
    path = repos.path(repository, "collaborators/{login}/permission", login=login)
    try:
        answer = repos.convert(await api.get(path), _Permission)
    except GiveUp as fault:
        if fault.status == 404:
            return False
        raise
    return answer.permission in WRITERS


async def react(api: RepositoryAPI, repository: str, comment: int, content: str) -> None:
    """Put a reaction on a comment; the same one twice is one.

    https://docs.github.com/en/rest/reactions/reactions#create-reaction-for-an-issue-comment
    """
    path = repos.path(repository, "issues/comments/{comment}/reactions", comment=comment)
    await api.post(path, {"content": content}, idempotent=True)


async def own_comments(
    api: RepositoryAPI, repository: str, pull: int, since: datetime
) -> list[str]:
    """The texts of our own comments in the conversation, changed at or after ``since``.

    https://docs.github.com/en/rest/issues/comments#list-issue-comments
    """
    path = repos.path(repository, "issues/{pull}/comments", pull=pull)
    params: dict[str, str | int] = {"since": since.strftime("%Y-%m-%dT%H:%M:%SZ")}
    comments = [
        repos.convert(one, _Comment) async for one in api.pages(path, params, limit=MOST_COMMENTS)
    ]
    return [one.body or "" for one in comments if is_own(api, one.user)]


async def comment(api: RepositoryAPI, repository: str, pull: int, body: str) -> None:
    """Write in the conversation of a pull request.

    https://docs.github.com/en/rest/issues/comments#create-an-issue-comment
    """
    await api.post(repos.path(repository, "issues/{pull}/comments", pull=pull), {"body": body})


async def reviewed_pulls(api: RepositoryAPI, repository: str, sha: str) -> list[int]:
    """The pull requests that our own check runs on a commit name, each once.

    https://docs.github.com/en/rest/checks/runs#list-check-runs-for-a-git-reference
    """
    path = repos.path(repository, "commits/{sha}/check-runs", sha=sha)
    params: dict[str, str | int] = {"app_id": api.app_id, "filter": "all"}
    numbers: dict[int, None] = {}
    async for one in api.pages(path, params, key="check_runs"):
        run = repos.convert(one, _Run)
        number = pull_of(run.external_id)
        if number is not None and run.app == App(api.app_id):
            numbers[number] = None
    return list(numbers)


async def pulls_of_commit(
    api: RepositoryAPI, repository: str, repository_id: int, sha: str
) -> list[int]:
    """The open pull requests of this repository that hold a commit. May be empty for forks.

    https://docs.github.com/en/rest/commits/commits#list-pull-requests-associated-with-a-commit
    """
    pulls = [
        repos.convert(one, _Pull)
        async for one in api.pages(repos.path(repository, "commits/{sha}/pulls", sha=sha))
    ]
    return [
        one.number
        for one in pulls
        if one.state == "open" and one.base.repo is not None and one.base.repo.id == repository_id
    ]


async def is_open(api: RepositoryAPI, repository: str, pull: int) -> bool:
    """Whether that pull request is there and open.

    https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request
    """
    try:
        answer = repos.convert(
            await api.get(repos.path(repository, "pulls/{pull}", pull=pull)), _Pull
        )
    except GiveUp as fault:
        if fault.status == 404:
            return False
        raise
    return answer.state == "open"
