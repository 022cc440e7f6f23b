"""How a repository is addressed.

Requests name a repository as ``/repos/{owner}/{name}``, the form that GitHub documents for every
endpoint. The form ``/repositories/{id}``, which GitHub itself puts into ``Link`` and ``Location``
headers, outlives a rename but is documented nowhere. Nothing is lost by the choice: a token is
minted for one repository by its id, so a name that now belongs to another repository is answered
404 and never written to; and on a 404 or a redirect the review asks once, by id, for the new name
(:func:`full_name`).
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from bot.github import urls
from bot.github.faults import RetryNow
from bot.github.port import RepositoryAPI

Answer = TypeVar("Answer")


class Named(msgspec.Struct, frozen=True):
    """The fields of a repository that the bot uses."""

    id: int
    full_name: str


def path(repository: str, template: str, /, **parts: str | int) -> str:
    """The path of a resource of ``repository`` (``owner/name``), filled by :func:`urls.path`."""
    owner, _, name = repository.partition("/")
    return urls.path(f"/repos/{{owner}}/{{repo}}/{template}", owner=owner, repo=name, **parts)


async def full_name(api: RepositoryAPI, repository_id: int) -> str:
    """What the repository with that id is called now.

    This one request uses the undocumented form by id, because no documented one takes an id.
    """
    return convert(
        await api.get(urls.path("/repositories/{id}", id=repository_id)), Named
    ).full_name


def convert(answer: Any, kind: type[Answer], *, strict: bool = True) -> Answer:
    """Read GitHub's JSON as ``kind``: unknown fields are ignored, missing ones are trouble.

    Without ``strict`` a number may be written as text, as GraphQL writes a ``BigInt``.

    Raises:
        RetryNow: the answer is not of that shape. GitHub's proxies sometimes answer so when
            something behind them fails, and it passes.
    """
    try:
        return msgspec.convert(answer, kind, strict=strict)
    except msgspec.ValidationError as fault:
        raise RetryNow(
            "GitHub's answer has an unexpected shape", detail=str(fault)[:200]
        ) from fault
