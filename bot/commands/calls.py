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

_REACT = """\
mutation ($subject: ID!, $content: ReactionContent!) {
  addReaction(input: {subjectId: $subject, content: $content}) { reaction { content } }
}
"""
_REACTIONS = {"+1": "THUMBS_UP", "confused": "CONFUSED", "eyes": "EYES"}
"""What GraphQL calls the reactions of commands."""
MOST_COMMENTS = 300
"""How many of the newest comments are searched for an answer of ours."""


class Comment(msgspec.Struct, frozen=True):
    """A comment, in the conversation or on a line."""

    id: int
    body: str | None = None
    user: Account | None = None
    in_reply_to_id: int | None = None


class _Run(msgspec.Struct, frozen=True):
    external_id: str | None = None
    app: App | None = None


class _Base(msgspec.Struct, frozen=True):
    repo: repos.Named | None = None


class _Pull(msgspec.Struct, frozen=True):
    number: int
    state: str
    base: _Base = _Base()


async def react(
    api: RepositoryAPI, repository: str, comment: int, content: str, *, on_line: bool = False
) -> None:
    """Put a reaction on a comment; the same one twice is one.

    https://docs.github.com/en/rest/reactions/reactions#create-reaction-for-an-issue-comment
    https://docs.github.com/en/rest/reactions/reactions#create-reaction-for-a-pull-request-review-comment
    """
    where = "pulls" if on_line else "issues"
    path = repos.path(repository, f"{where}/comments/{{comment}}/reactions", comment=comment)
    await api.post(path, {"content": content}, idempotent=True)


async def react_to_review(api: RepositoryAPI, review: str, content: str) -> None:
    """Put a reaction on the words of a review, which only GraphQL can; the same one twice is one.

    https://docs.github.com/en/graphql/reference/mutations#addreaction
    """
    await api.graphql(_REACT, {"subject": review, "content": _REACTIONS[content]})


async def own_answers(
    api: RepositoryAPI, repository: str, pull: int, since: datetime, *, thread: int = 0
) -> list[Comment]:
    """Our own comments, changed at or after ``since``: in the conversation, or in a thread.

    https://docs.github.com/en/rest/issues/comments#list-issue-comments
    https://docs.github.com/en/rest/pulls/comments#list-review-comments-on-a-pull-request
    """
    where = "pulls" if thread else "issues"
    path = repos.path(repository, f"{where}/{{pull}}/comments", pull=pull)
    params: dict[str, str | int] = {"since": since.strftime("%Y-%m-%dT%H:%M:%SZ")}
    comments = [
        repos.convert(one, Comment) async for one in api.pages(path, params, limit=MOST_COMMENTS)
    ]
    return [
        one
        for one in comments
        if is_own(api, one.user) and (not thread or one.in_reply_to_id == thread)
    ]


async def line_comment(api: RepositoryAPI, repository: str, comment: int) -> Comment | None:
    """A comment on a line; None when it is gone.

    https://docs.github.com/en/rest/pulls/comments#get-a-review-comment-for-a-pull-request
    """
    path = repos.path(repository, "pulls/comments/{comment}", comment=comment)
    try:
        return repos.convert(await api.get(path), Comment)
    except GiveUp as fault:
        if fault.status == 404:
            return None
        raise


async def comment(api: RepositoryAPI, repository: str, pull: int, body: str) -> None:
    """Write in the conversation of a pull request.

    https://docs.github.com/en/rest/issues/comments#create-an-issue-comment
    """
    await api.post(repos.path(repository, "issues/{pull}/comments", pull=pull), {"body": body})


async def reply(api: RepositoryAPI, repository: str, pull: int, thread: int, body: str) -> None:
    """Write in the thread that a comment on a line starts.

    https://docs.github.com/en/rest/pulls/comments#create-a-reply-for-a-review-comment
    """
    path = repos.path(
        repository, "pulls/{pull}/comments/{thread}/replies", pull=pull, thread=thread
    )
    await api.post(path, {"body": body})


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
