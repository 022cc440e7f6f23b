"""The kinds of job, and the typed payload of each.

Events and commands make these; the handlers in ``bot.review`` and ``bot.commands`` take them.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

REVIEW = "review"
COMMENT_COMMAND = "comment-command"
RERUN_HEAD = "rerun-head"


class Repository(msgspec.Struct, frozen=True, kw_only=True):
    """A repository as a delivery names it. The id outlives a rename, the name does not."""

    id: int
    owner: str
    name: str

    @property
    def full_name(self) -> str:
        """``owner/name``."""
        return f"{self.owner}/{self.name}"


class ReviewPull(msgspec.Struct, frozen=True, kw_only=True):
    """Review a pull request as GitHub has it when the job runs."""

    installation: int
    repository: Repository
    pull: int
    trigger: str
    """What asked for it, in a few words: "opened", "synchronize", "recheck by @octocat"."""
    rerun: bool = False
    """A person asked again: a completed check run on the head is no reason to stop."""
    rerun_key: str = ""
    """Names the request (the delivery id), so that a retried job does not make a second run."""
    delivery: str = ""
    """The delivery that led here, for the log."""
    head_hint: str = ""
    """The head that the delivery named: where to look for a check run left in progress, and how
    to notice that GitHub's data lags. Never what is reviewed."""
    before_hint: str = ""
    """The head before the push (``before`` of ``synchronize``), for the same purpose."""
    show_all: bool = False
    """Comment on every finding that has a line, whatever the limit says."""
    label: str = ""
    """The label that was put on or taken off: where the repository does not care for it, the job is
    done."""


class CommentCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A person wrote a comment that begins with ``/assay``."""

    installation: int
    repository: Repository
    pull: int
    comment: int
    author: str
    body: str
    delivery: str


class RerunHead(msgspec.Struct, frozen=True, kw_only=True):
    """A check run or suite was asked to run again, and the payload does not name the pull request.

    That is so for forks: the pull request is found through the external id of our own check runs.
    """

    installation: int
    repository: Repository
    head_sha: str
    sender: str
    delivery: str


Payload = TypeVar("Payload", ReviewPull, CommentCommand, RerunHead)


def decode(payload: Any, kind: type[Payload]) -> Payload:
    """Turn a job's payload into its type.

    Raises:
        msgspec.ValidationError: the payload is not of that kind.
    """
    return msgspec.convert(payload, kind)


def encode(payload: ReviewPull | CommentCommand | RerunHead) -> dict[str, Any]:
    """Turn a typed payload into JSON values."""
    encoded: dict[str, Any] = msgspec.to_builtins(payload)
    return encoded


def lane(installation: int, repository: int, pull: int) -> str:
    """The lane of a pull request: one review at a time."""
    return f"{installation}:{repository}:{pull}"
