"""Events before they are delivered: what happened, where, who did it, and the payload.

An event is turned into one delivery for each app that may see it (`deliveries.py`), which adds the
installation. Payloads have the full field set of GitHub's webhook schemas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.github import render
from tests.github.clock import stamp
from tests.github.state import Json

if TYPE_CHECKING:
    from tests.github.merge_group import MergeGroup
    from tests.github.pull import PullRequest
    from tests.github.repository import Repository
    from tests.github.standin import StandIn
    from tests.github.state import (
        App,
        CheckRun,
        CheckSuite,
        Installation,
        IssueComment,
        Review,
        ReviewComment,
        Thread,
        User,
    )


@dataclass(frozen=True, slots=True)
class Event:
    """Something that apps hear of. ``only`` limits it to one app; ``needs`` is the permission."""

    name: str
    action: str | None
    repository: Repository | None
    payload: Json
    needs: str | None = None
    only: App | None = None
    installation: Installation | None = None


def _base(action: str, repository: Repository, sender: User) -> Json:
    standin = repository.standin
    return {
        "action": action,
        "repository": render.repository(repository),
        "sender": render.user(sender, standin),
    }


def pull_request(
    pull: PullRequest,
    action: str,
    sender: User,
    *,
    before: str | None = None,
    changes: Mapping[str, object] | None = None,
    label: str | None = None,
) -> Event:
    """``pull_request``: opened, synchronize, closed, reopened, edited, labeled…."""
    payload = _base(action, pull.repository, sender)
    payload["number"] = pull.number
    payload["pull_request"] = render.pull_request(pull, computed=False)
    if before is not None:
        payload |= {"before": before, "after": pull.head_sha}
    if changes is not None:
        payload["changes"] = dict(changes)
    if label is not None:
        payload["label"] = render.label(pull.repository, label)
    return Event("pull_request", action, pull.repository, payload, "pull_requests=read")


def issue_comment(
    comment: IssueComment, action: str, sender: User, *, body_before: str | None = None
) -> Event:
    """``issue_comment``: created, edited, deleted."""
    pull = comment.pull
    payload = _base(action, pull.repository, sender)
    payload["issue"] = render.issue(pull)
    payload["comment"] = render.issue_comment(comment)
    if action == "edited":
        payload["changes"] = {"body": {"from": body_before or ""}}
    return Event("issue_comment", action, pull.repository, payload, "issues=read")


def review(found: Review, action: str, sender: User) -> Event:
    """``pull_request_review``: submitted, edited, dismissed."""
    pull = found.pull
    payload = _base(action, pull.repository, sender)
    payload["pull_request"] = render.pull_request_simple(pull)
    payload["review"] = {
        **render.review(found),
        "state": found.state.lower(),
        "body": found.body or None,
    }
    if action == "edited":
        payload["changes"] = {}
    return Event("pull_request_review", action, pull.repository, payload, "pull_requests=read")


def review_comment(
    comment: ReviewComment, action: str, sender: User, *, body_before: str | None = None
) -> Event:
    """``pull_request_review_comment``: created, edited, deleted."""
    pull = comment.pull
    payload = _base(action, pull.repository, sender)
    payload["pull_request"] = render.pull_request_simple(pull)
    payload["comment"] = render.review_comment(comment)
    if action == "edited":
        payload["changes"] = {"body": {"from": body_before or ""}}
    return Event(
        "pull_request_review_comment", action, pull.repository, payload, "pull_requests=read"
    )


def review_thread(thread: Thread, action: str, sender: User) -> Event:
    """``pull_request_review_thread``: resolved, unresolved."""
    pull = thread.pull
    payload = _base(action, pull.repository, sender)
    payload["pull_request"] = render.pull_request_simple(pull)
    payload["thread"] = {
        "node_id": thread.node_id,
        "comments": [render.review_comment(comment) for comment in thread.comments],
    }
    return Event(
        "pull_request_review_thread", action, pull.repository, payload, "pull_requests=read"
    )


def check_run(run: CheckRun, action: str, sender: User, identifier: str | None = None) -> Event:
    """``check_run``: created, completed; to its own app also rerequested, requested_action."""
    payload = _base(action, run.repository, sender)
    payload["check_run"] = render.check_run(run, hook=True)
    if identifier is not None:
        payload["requested_action"] = {"identifier": identifier}
    asked = action in ("rerequested", "requested_action")
    return Event(
        "check_run",
        action,
        run.repository,
        payload,
        "checks=write" if asked else "checks=read",
        run.app if asked else None,
    )


def check_suite(suite: CheckSuite, action: str, sender: User) -> Event:
    """``check_suite``: requested and rerequested for the suite's app, completed for all."""
    payload = _base(action, suite.repository, sender)
    payload["check_suite"] = render.check_suite(suite, hook=True)
    asked = action in ("requested", "rerequested")
    return Event(
        "check_suite",
        action,
        suite.repository,
        payload,
        "checks=write" if asked else "checks=read",
        suite.app if asked else None,
    )


def merge_group(group: MergeGroup, action: str, sender: User, reason: str | None = None) -> Event:
    """``merge_group``: checks_requested, destroyed."""
    payload = _base(action, group.repository, sender)
    payload["merge_group"] = render.merge_group(group)
    if reason is not None:
        payload["reason"] = reason
    return Event("merge_group", action, group.repository, payload, "merge_queues=read")


def installation(standin: StandIn, found: Installation, action: str, sender: User) -> Event:
    """``installation``: created, deleted, suspend, unsuspend, new_permissions_accepted."""
    payload: Json = {
        "action": action,
        "installation": render.installation(found, standin),
        "repositories": [render.repository_stub(one) for one in found.repositories],
        "sender": render.user(sender, standin),
    }
    if action == "created":
        payload["requester"] = None
    return Event("installation", action, None, payload, only=found.app, installation=found)


def installation_repositories(
    standin: StandIn, found: Installation, action: str, moved: list[Repository], sender: User
) -> Event:
    """``installation_repositories``: added, removed."""
    stubs = [render.repository_stub(one) for one in moved]
    payload: Json = {
        "action": action,
        "installation": render.installation(found, standin),
        "repository_selection": "selected",
        "repositories_added": stubs if action == "added" else [],
        "repositories_removed": stubs if action == "removed" else [],
        "requester": None,
        "sender": render.user(sender, standin),
    }
    return Event(
        "installation_repositories", action, None, payload, only=found.app, installation=found
    )


def ping(standin: StandIn, app: App) -> Event:
    """``ping``: sent once, when a hook gets its address."""
    born = stamp(app.created_at)
    hook = {
        "type": "App",
        "id": app.hook_id,
        "name": "web",
        "active": True,
        "events": list(app.events),
        "config": {
            "content_type": "json",
            "insecure_ssl": "0",
            "secret": "********",
            "url": app.webhook_url or "",
        },
        "updated_at": born,
        "created_at": born,
        "app_id": app.id,
        "deliveries_url": f"{standin.api_url}/app/hook/deliveries",
    }
    payload: Json = {
        "zen": "Anything added dilutes everything else.",
        "hook_id": app.hook_id,
        "hook": hook,
    }
    return Event("ping", None, None, payload, only=app)
