"""Where a review comment may be placed: GitHub's rules about paths, lines, sides and hunks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.github.diff import Change, DiffLine, diff_lines, find_line, hunk_text
from tests.github.rules import Refusal, refuse

_NOT_IN_DIFF = (
    "Pull request review thread line must be part of the diff and "
    "Pull request review thread diff hunk can't be blank"
)
_BAD_PATH = (
    "Pull request review thread path is invalid and "
    "Pull request review thread diff hunk can't be blank"
)
_START_AFTER = "Pull request review thread start line must precede the end line."
_OTHER_HUNK = "pull_request_review_thread.start_line must be part of the same hunk as the line."


@dataclass(frozen=True, slots=True)
class Place:
    """A line, a range or a file of the diff. ``line`` is None for a file."""

    path: str
    side: str
    line: int | None
    start_side: str | None
    start_line: int | None
    position: int | None
    diff_hunk: str


def place(changes: tuple[Change, ...], wanted: Mapping[str, Any]) -> Place:
    """The place that a comment of a request asks for, or the refusal that GitHub would give."""
    path = wanted["path"]
    change = next((one for one in changes if one.path == path), None)
    if change is None:
        raise refuse("path-in-diff", errors=[_BAD_PATH])
    if wanted.get("subject_type") == "file":
        return Place(path, "RIGHT", None, None, None, None, "")
    patch = change.full_patch
    if patch is None:
        raise refuse("line-in-diff", errors=[_NOT_IN_DIFF])
    if wanted.get("line") is None and wanted.get("position") is not None:
        return _by_position(path, patch, wanted["position"])
    side = wanted.get("side", "RIGHT")
    line = wanted.get("line")
    end = find_line(patch, side, line) if line is not None else None
    if line is None or end is None:
        raise _outside("line")
    start_line = wanted.get("start_line")
    if start_line is None:
        return Place(path, side, line, None, None, end.position, hunk_text(patch, end))
    start_side = wanted.get("start_side", side)
    _check_start(patch, end, start_side, start_line, one_side=start_side == side, line=line)
    return Place(path, side, line, start_side, start_line, end.position, hunk_text(patch, end))


def _check_start(
    patch: str, end: DiffLine, side: str, start_line: int, *, one_side: bool, line: int
) -> None:
    if one_side and start_line >= line:
        raise refuse("start-before-line", errors=[_START_AFTER])
    start = find_line(patch, side, start_line)
    if start is None:
        raise _outside("start_line")
    if start.position >= end.position:
        raise refuse("start-before-line", errors=[_START_AFTER])
    if start.hunk != end.hunk:
        error = {
            "resource": "PullRequestReviewComment",
            "code": "custom",
            "field": "pull_request_review_thread.start_line",
            "message": _OTHER_HUNK,
        }
        raise refuse("same-hunk", errors=[error])


def _by_position(path: str, patch: str, position: int) -> Place:
    """The old way: the n-th line below the first hunk header."""
    for one in diff_lines(patch):
        if one.position == position:
            side = "LEFT" if one.right is None else "RIGHT"
            line = one.left if one.right is None else one.right
            return Place(path, side, line, None, None, position, hunk_text(patch, one))
    raise _outside("position")


def _outside(field: str) -> Refusal:
    if field == "line":
        return refuse("line-in-diff", errors=[_NOT_IN_DIFF])
    error = {
        "resource": "PullRequestReviewComment",
        "code": "custom",
        "field": f"pull_request_review_thread.{field}",
        "message": f"pull_request_review_thread.{field} must be part of the diff",
    }
    return refuse("line-in-diff", errors=[error])
