"""Where a review comment stands in today's diff, and whether it is outdated.

A comment was placed on a line of the diff of one commit. A later push may move that line, or
change it: then the comment is outdated, and GitHub answers null for its line and position.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.github.diff import Change, find_line, map_line

if TYPE_CHECKING:
    from tests.github.pull import PullRequest
    from tests.github.state import ReviewComment


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place in today's diff. ``line`` and ``position`` are None for a comment on a file."""

    path: str
    line: int | None
    start_line: int | None
    position: int | None


def anchor_of(pull: PullRequest, comment: ReviewComment) -> Anchor | None:
    """The comment's place in the diff of the pull request's head, or None when outdated."""
    root = comment.in_reply_to or comment
    change = next((one for one in pull.changes if one.path == root.path), None)
    if change is None:
        return None
    if root.subject_type == "file" or root.original_line is None:
        return Anchor(root.path, None, None, 1)
    line = _moved(pull, root, change, root.side, root.original_line)
    if line is None or change.full_patch is None:
        return None
    found = find_line(change.full_patch, root.side, line)
    if found is None:
        return None
    start = None
    if root.original_start_line is not None:
        start = _moved(pull, root, change, root.start_side or root.side, root.original_start_line)
    return Anchor(root.path, line, start, found.position)


def _moved(
    pull: PullRequest, comment: ReviewComment, change: Change, side: str, line: int
) -> int | None:
    """The line's number now, on its own side; None when the line itself was changed."""
    repository = pull.repository
    then: str | None
    if side == "RIGHT":
        then, now = comment.original_commit_id, pull.head_sha
    else:
        then = repository.store.merge_base(pull.base_sha, comment.original_commit_id)
        now = pull.merge_base
    if then is None:
        return None
    if then == now:
        return line
    path = change.path if side == "RIGHT" else change.previous_path or change.path
    for one in repository.differ.changes(then, now):
        if path in (one.path, one.previous_path):
            if one.status == "removed" or one.binary:
                return None
            return map_line(one.full_patch, line)
    return line
