"""Merge groups: the temporary branches on which a merge queue tries pull requests together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.github import events

if TYPE_CHECKING:
    from tests.github.pull import PullRequest
    from tests.github.repository import Repository


@dataclass(frozen=True, slots=True, eq=False)
class MergeGroup:
    """One entry of a merge queue: the commit that the base branch would have.

    GitHub names the branch after the pull request that the entry is for
    (docs, "Managing a merge queue"); the entries before it are in its base.
    """

    repository: Repository
    pull: PullRequest
    head_sha: str
    base_sha: str
    base_ref: str

    @property
    def head_ref(self) -> str:
        """The temporary branch."""
        return f"refs/heads/gh-readonly-queue/{self.base_ref}/pr-{self.pull.number}-{self.base_sha}"

    async def destroy(self, reason: str) -> None:
        """It was merged, invalidated or dequeued; apps are told."""
        self.repository.delete_branch(self.head_ref.removeprefix("refs/heads/"))
        event = events.merge_group(self, "destroyed", self.pull.user, reason)
        self.repository.standin.emit(event)


async def enqueue(pull: PullRequest) -> MergeGroup:
    """Put a pull request into the merge queue of its base branch; checks are asked for."""
    repository = pull.repository
    branch = f"gh-readonly-queue/{pull.base_ref}/pr-{pull.number}-{pull.base_sha}"
    sha = repository.commit(
        {f".merged/{pull.number}": f"{pull.head_sha}\n"},
        branch=branch,
        message=f"Merge pull request #{pull.number}",
        parent=pull.head_sha,
    )
    group = MergeGroup(repository, pull, sha, pull.base_sha, pull.base_ref)
    repository.standin.emit(events.merge_group(group, "checks_requested", pull.user))
    return group
