"""What the pages show, as plain values: the timeline, the diff with its comments, the checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.github.diff import Change, diff_lines
from tests.github.pull import PullRequest
from tests.github.state import CheckRun, IssueComment, Review, ReviewComment, Thread

SUGGESTION = "```suggestion"


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the conversation."""

    at: datetime
    kind: str
    subject: IssueComment | Review
    threads: tuple[ThreadView, ...] = ()


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A thread of review comments, with the lines it was placed on."""

    path: str
    where: str
    outdated: bool
    resolved: bool
    context: tuple[Row, ...]
    comments: tuple[CommentView, ...]


@dataclass(frozen=True, slots=True)
class CommentView:
    """A review comment; a suggestion in it is shown as a small diff."""

    comment: ReviewComment
    before: str
    removed: tuple[str, ...]
    added: tuple[str, ...] | None
    after: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a diff."""

    kind: str
    left: int | None
    right: int | None
    text: str
    threads: tuple[ThreadView, ...] = ()


@dataclass(frozen=True, slots=True)
class FileView:
    """A changed file with its diff."""

    change: Change
    rows: tuple[Row, ...]
    loose: tuple[ThreadView, ...]
    """Threads on the file, or outdated ones: they have no row."""


def head(pull: PullRequest, tab: str) -> dict[str, Any]:
    """What every page of a pull request shows above its tabs."""
    additions = sum(change.additions for change in pull.changes)
    deletions = sum(change.deletions for change in pull.changes)
    return {
        "pull": pull,
        "tab": tab,
        "additions": additions,
        "deletions": deletions,
        "run_count": len(latest_runs(pull)),
    }


def timeline(pull: PullRequest) -> list[Event]:
    """Comments and reviews in the order of time."""
    events = [Event(one.created_at, "comment", one) for one in pull.issue_comments]
    for review in pull.reviews:
        if review.submitted_at is None:
            continue
        threads = tuple(
            _thread(pull, thread)
            for thread in pull.threads
            if thread.comments and thread.comments[0].review is review
        )
        events.append(Event(review.submitted_at, "review", review, threads))
    return sorted(events, key=lambda event: event.at)


def files(pull: PullRequest) -> list[FileView]:
    """The diff with every thread at its line."""
    return [_file(pull, change) for change in pull.changes]


def latest_runs(pull: PullRequest) -> list[CheckRun]:
    """The newest run of each name on the head."""
    return list({run.name: run for run in pull.repository.check_runs(pull.head_sha)}.values())


def all_runs(pull: PullRequest) -> list[CheckRun]:
    """All runs on the head, the newest first."""
    return pull.repository.check_runs(pull.head_sha)[::-1]


def _file(pull: PullRequest, change: Change) -> FileView:
    at_line: dict[tuple[str, int], list[ThreadView]] = {}
    loose: list[ThreadView] = []
    for thread in pull.threads:
        if not thread.comments or thread.comments[0].path != change.path:
            continue
        anchor = pull.anchor(thread.comments[0])
        view = _thread(pull, thread)
        if anchor is None or anchor.line is None:
            loose.append(view)
        else:
            at_line.setdefault((thread.comments[0].side, anchor.line), []).append(view)
    rows = tuple(_with_threads(_rows(change.full_patch), at_line))
    return FileView(change, rows, tuple(loose))


def _with_threads(
    rows: list[Row], at_line: dict[tuple[str, int], list[ThreadView]]
) -> Iterator[Row]:
    for row in rows:
        threads = []
        if row.right is not None:
            threads += at_line.get(("RIGHT", row.right), [])
        if row.left is not None and row.right is None:
            threads += at_line.get(("LEFT", row.left), [])
        yield Row(row.kind, row.left, row.right, row.text, tuple(threads))


def _rows(patch: str | None) -> list[Row]:
    if patch is None:
        return []
    by_position = {line.position: line for line in diff_lines(patch)}
    rows = []
    for position, text in enumerate(patch.split("\n")):
        line = by_position.get(position)
        if line is None:
            rows.append(Row("hunk", None, None, text))
        else:
            kind = {"+": "added", "-": "removed"}.get(text[:1], "context")
            rows.append(Row(kind, line.left, line.right, text[1:]))
    return rows


def _thread(pull: PullRequest, thread: Thread) -> ThreadView:
    root = thread.comments[0]
    anchor = pull.anchor(root)
    line = root.original_line if anchor is None else anchor.line
    start = root.original_start_line if anchor is None else anchor.start_line
    where = "the whole file" if line is None else f"line {line}"
    if start is not None and line is not None:
        where = f"lines {start} to {line}"
    return ThreadView(
        path=root.path,
        where=where,
        outdated=anchor is None,
        resolved=thread.is_resolved,
        context=tuple(_hunk_tail(root)),
        comments=tuple(_comment(pull, one) for one in thread.comments),
    )


def _hunk_tail(root: ReviewComment) -> list[Row]:
    """The last rows of the hunk up to the commented line, enough to see what it is about."""
    span = (root.original_line or 0) - (root.original_start_line or root.original_line or 0)
    return _rows(root.diff_hunk)[-max(4, span + 1) :] if root.diff_hunk else []


def _comment(pull: PullRequest, comment: ReviewComment) -> CommentView:
    before, fence, rest = comment.body.partition(SUGGESTION)
    if not fence:
        return CommentView(comment, comment.body, (), None, "")
    ticks = "`" * (3 + len(before) - len(before.rstrip("`")))
    before = before.rstrip("`")
    _, _, rest = rest.partition("\n")
    lines = rest.split("\n")
    end = next((i for i, line in enumerate(lines) if line.startswith(ticks)), len(lines))
    return CommentView(
        comment,
        before,
        tuple(_original_lines(pull, comment)),
        tuple(lines[:end]),
        "\n".join(lines[end + 1 :]),
    )


def _original_lines(pull: PullRequest, comment: ReviewComment) -> list[str]:
    store = pull.repository.store
    entry = store.entry(comment.original_commit_id, comment.path)
    found = store.read(entry.oid) if entry else None
    if found is None or comment.original_line is None:
        return []
    lines = found.data.decode("utf-8", "replace").split("\n")
    return lines[(comment.original_start_line or comment.original_line) - 1 : comment.original_line]
