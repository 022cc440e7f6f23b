"""The kinds of job, and the typed payload of each.

Events and commands make these; the handlers in ``bot.review`` and ``bot.commands`` take them.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

REVIEW = "review"
COMMENT_COMMAND = "comment-command"
RERUN_HEAD = "rerun-head"
BUTTON = "button"
CHANGE_MEMORY = "change-memory"
MERGE_GROUP = "merge-group"


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
    on_line: bool = False
    """The comment stands on a line of the diff, not in the conversation."""
    thread: int = 0
    """The comment that starts the thread; 0 in the conversation."""
    when: str = ""
    """When it was written: ISO 8601, UTC."""
    review: str = ""
    """The node id of the review whose own words it stands in, and whose number ``comment`` is."""


class ButtonPress(msgspec.Struct, frozen=True, kw_only=True):
    """A person pressed a button of our check run."""

    installation: int
    repository: Repository
    pull: int
    head_sha: str
    identifier: str
    sender: str
    delivery: str


class ChangeMemory(msgspec.Struct, frozen=True, kw_only=True):
    """A person who may do so decided something about a pull request.

    Jobs of this kind are in the lane of the pull request, so that no review runs meanwhile: both
    write the same comments.
    """

    installation: int
    repository: Repository
    pull: int
    what: str
    """One of those of :class:`bot.review.state.Change`."""
    by: str
    when: str
    key: str
    """Names the request: the delivery id."""
    why: str = ""
    fingerprint: str = ""
    kin: str = ""
    rule: str = ""
    comment: int = 0
    """The comment that asked, to be answered if it cannot be done; 0: a button was pressed."""
    thread: int = 0
    delivery: str = ""


class RerunHead(msgspec.Struct, frozen=True, kw_only=True):
    """A check run or suite was asked to run again, and the payload does not name the pull request.

    That is so for forks: the pull request is found through the external id of our own check runs.
    """

    installation: int
    repository: Repository
    head_sha: str
    sender: str
    delivery: str


class MergeGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A merge queue wants our check on a commit of its own, or wants it no more."""

    installation: int
    repository: Repository
    head_sha: str
    pull: int
    """The pull request that the commit would merge; 0 when the queue's branch does not say."""
    delivery: str
    destroyed: bool = False
    """The group is gone, and was not merged."""
    rerun: bool = False
    """A person asked for the check again."""


Payload = TypeVar(
    "Payload", ReviewPull, CommentCommand, RerunHead, ButtonPress, ChangeMemory, MergeGroup
)


def decode(payload: Any, kind: type[Payload]) -> Payload:
    """Turn a job's payload into its type.

    Raises:
        msgspec.ValidationError: the payload is not of that kind.
    """
    return msgspec.convert(payload, kind)


def encode(
    payload: ReviewPull | CommentCommand | RerunHead | ButtonPress | ChangeMemory | MergeGroup,
) -> dict[str, Any]:
    """Turn a typed payload into JSON values."""
    encoded: dict[str, Any] = msgspec.to_builtins(payload)
    return encoded


def lane(installation: int, repository: int, pull: int) -> str:
    """The lane of a pull request: one review at a time."""
    return f"{installation}:{repository}:{pull}"
