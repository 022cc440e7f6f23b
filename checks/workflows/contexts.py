"""Which contexts of GitHub Actions hold text that somebody outside wrote, and in which events.

Sources: https://docs.github.com/en/actions/concepts/security/script-injections and the payloads in
https://docs.github.com/en/webhooks/webhook-events-and-payloads. Numbers, hashes, logins and names
of repositories are left out: their alphabets hold nothing that a shell would run. Names of labels,
milestones, releases and tags are given by people with rights to the repository.
"""

from __future__ import annotations

import enum

from checks.light import dataclass

CALLER = "workflow_call"
"""Stands for the event of whoever calls a workflow or uses an action: it may be any."""

PULL_REQUEST_EVENTS = frozenset(
    {"pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"}
)
UNPRIVILEGED = frozenset({"pull_request", "pull_request_review", "pull_request_review_comment"})
"""Events in which the run of a fork's pull request has a token that only reads, and no secrets."""
PRIVILEGED = frozenset(
    {"commit_comment", "discussion", "discussion_comment", "fork", "gollum", "issue_comment",
     "issues", "pull_request_target", "watch", "workflow_run"}
)  # fmt: skip
"""Events that anybody can cause, and in which the run has the repository's rights and secrets."""

_COMMENT_EVENTS = frozenset(
    {"issue_comment", "pull_request_review_comment", "commit_comment", "discussion_comment"}
)
PROVIDED = {
    "pull_request": PULL_REQUEST_EVENTS,
    "issue": frozenset({"issues", "issue_comment"}),
    "comment": _COMMENT_EVENTS,
    "review": frozenset({"pull_request_review"}),
    "discussion": frozenset({"discussion", "discussion_comment"}),
    "workflow_run": frozenset({"workflow_run"}),
    "commits": frozenset({"push"}),
    "head_commit": frozenset({"push"}),
    "pages": frozenset({"gollum"}),
    "forkee": frozenset({"fork"}),
    "client_payload": frozenset({"repository_dispatch"}),
    "inputs": frozenset({"workflow_dispatch"}),
    "release": frozenset({"release"}),
}
"""The parts of ``github.event``, and the events that have them."""


class Level(enum.IntEnum):
    """Who writes a text. Ordered: the more people, the higher."""

    MEMBER = 1
    """People who may start workflows."""
    CALLER = 2
    """Whoever calls the workflow or uses the action; what they hand in is not known."""
    OUTSIDER = 3
    """Anybody."""


@dataclass(frozen=True, slots=True)
class Untrusted:
    """One context that others fill."""

    path: str
    what: str
    events: frozenset[str]
    lines: bool = False
    """Whether the text may have more than one line."""
    level: Level = Level.OUTSIDER


def _of(part: str, *fields: tuple[str, str, bool]) -> list[Untrusted]:
    events = PROVIDED[part]
    return [
        Untrusted(f"github.event.{part}.{name}", what, events, lines)
        for name, what, lines in fields
    ]


def _people(part: str, prefix: str, events: frozenset[str]) -> list[Untrusted]:
    return [
        Untrusted(
            f"github.event.{part}.{role}.{field}", f"the {field} of {prefix}'s {role}", events
        )
        for role in ("author", "committer")
        for field in ("name", "email")
    ]


_PUSH = frozenset({"push"})
_RUN = frozenset({"workflow_run"})
TABLE: tuple[Untrusted, ...] = (
    Untrusted(
        "github.head_ref",
        "the name of the pull request's branch",
        frozenset({"pull_request", "pull_request_target"}),
    ),
    *_of(
        "pull_request",
        ("title", "the title of the pull request", False),
        ("body", "the text of the pull request", True),
        ("head.ref", "the name of the pull request's branch", False),
        ("head.label", "the name of the pull request's branch", False),
        ("head.repo.default_branch", "the name of a branch of the fork", False),
        ("head.repo.description", "the description of the fork", False),
        ("head.repo.homepage", "the home page of the fork", False),
    ),
    *_of(
        "issue",
        ("title", "the title of the issue", False),
        ("body", "the text of the issue", True),
    ),
    *_of("comment", ("body", "the text of the comment", True)),
    *_of("review", ("body", "the text of the review", True)),
    *_of(
        "discussion",
        ("title", "the title of the discussion", False),
        ("body", "the text of the discussion", True),
    ),
    *_of("pages", ("*.page_name", "the name of a wiki page", False),
         ("*.title", "the title of a wiki page", False)),
    *_of("forkee", ("description", "the description of the fork", False)),
    *_of("commits", ("*.message", "the message of a commit", True)),
    *_of("head_commit", ("message", "the message of the commit", True)),
    *_people("commits.*", "a commit", _PUSH),
    *_people("head_commit", "the commit", _PUSH),
    *_of(
        "workflow_run",
        ("head_branch", "the name of the branch that the run was for", False),
        ("display_title", "the title of the run", False),
        ("head_commit.message", "the message of the commit that the run was for", True),
        ("head_repository.description", "the description of the fork", False),
        ("pull_requests.*.head.ref", "the name of the pull request's branch", False),
    ),
    *_people("workflow_run.head_commit", "the run", _RUN),
)  # fmt: skip

_PARTS = [(one, one.path.split(".")) for one in TABLE]


def matching(path: str, *, whole: bool = False) -> Untrusted | None:
    """The entry for a path; with ``whole`` also one for something inside it, as JSON has it."""
    parts = path.split(".")
    for entry, wanted in _PARTS:
        if len(parts) == len(wanted) and _fits(parts, wanted):
            return entry
    if whole and parts[0] == "github":
        for entry, wanted in _PARTS:
            if len(parts) < len(wanted) and _fits(parts, wanted):
                return Untrusted(
                    path, f"`{path}`, {entry.what} among it", _whole_events(parts), True
                )
    return None


def _whole_events(parts: list[str]) -> frozenset[str]:
    inside = [entry for entry, wanted in _PARTS if _fits(parts, wanted)]
    return frozenset().union(*(one.events for one in inside))


def _fits(parts: list[str], wanted: list[str]) -> bool:
    return all(one == other or other == "*" for one, other in zip(parts, wanted, strict=False))
