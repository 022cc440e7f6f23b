"""The jobs that events ask for, with the lanes and the names that keep them in order."""

from __future__ import annotations

from bot.events.outcome import Delivery
from bot.jobs import NewJob, kinds


def push_review(
    delivery: Delivery,
    installation: int,
    repository: kinds.Repository,
    pull: int,
    trigger: str,
    *,
    head: str,
    before: str = "",
) -> NewJob:
    """A review because the pull request changed: older reviews of it are no longer wanted."""
    payload = kinds.ReviewPull(
        installation=installation,
        repository=repository,
        pull=pull,
        trigger=trigger,
        delivery=delivery.id,
        head_hint=head,
        before_hint=before,
    )
    return _review(payload, delivery.id, supersede=True)


def _review(payload: kinds.ReviewPull, dedupe: str, *, supersede: bool = False) -> NewJob:
    """A review in the lane of its pull request, and the group of its installation."""
    return NewJob(
        kind=kinds.REVIEW,
        payload=kinds.encode(payload),
        dedupe=dedupe,
        lane=kinds.lane(payload.installation, payload.repository.id, payload.pull),
        group=str(payload.installation),
        supersede=supersede,
    )


def asked_review(
    delivery_id: str,
    installation: int,
    repository: kinds.Repository,
    pull: int,
    trigger: str,
    *,
    head: str = "",
    show_all: bool = False,
) -> NewJob:
    """A review because a person asked again: it waits its turn and pushes nothing aside."""
    payload = kinds.ReviewPull(
        installation=installation,
        repository=repository,
        pull=pull,
        trigger=trigger,
        rerun=True,
        rerun_key=delivery_id,
        delivery=delivery_id,
        head_hint=head,
        show_all=show_all,
    )
    # One delivery may ask for several reviews, and a command is a job under its own id.
    return _review(payload, f"{delivery_id}:review:{pull}")


def label_review(
    delivery: Delivery,
    installation: int,
    repository: kinds.Repository,
    pull: int,
    trigger: str,
    *,
    label: str,
) -> NewJob:
    """A review if the label makes a difference: it waits its turn and pushes nothing aside."""
    payload = kinds.ReviewPull(
        installation=installation,
        repository=repository,
        pull=pull,
        trigger=trigger,
        delivery=delivery.id,
        label=label,
    )
    return _review(payload, delivery.id)


def queued_review(asked: kinds.MergeGroup) -> NewJob:
    """A review of a pull request that reached the merge queue without one."""
    payload = kinds.ReviewPull(
        installation=asked.installation,
        repository=asked.repository,
        pull=asked.pull,
        trigger="merge queue",
        delivery=asked.delivery,
    )
    return _review(payload, f"{asked.delivery}:review:{asked.pull}")


def merge_group(payload: kinds.MergeGroup) -> NewJob:
    """The check of a merge group. Its group is its own: people wait for it, and it is quick."""
    return NewJob(
        kind=kinds.MERGE_GROUP,
        payload=kinds.encode(payload),
        dedupe=payload.delivery,
        lane=f"{payload.installation}:{payload.repository.id}:group:{payload.head_sha}",
        group=f"{payload.installation}:merge-groups",
        supersede=True,
        priority=1,
    )


def rerun_head(
    delivery: Delivery, installation: int, repository: kinds.Repository, head_sha: str, sender: str
) -> NewJob:
    """Find the pull requests of a commit, and review them again."""
    payload = kinds.RerunHead(
        installation=installation,
        repository=repository,
        head_sha=head_sha,
        sender=sender,
        delivery=delivery.id,
    )
    return NewJob(
        kind=kinds.RERUN_HEAD,
        payload=kinds.encode(payload),
        dedupe=delivery.id,
        lane=f"{installation}:{repository.id}:head:{head_sha}",
        group=str(installation),
    )


def comment_command(delivery: Delivery, payload: kinds.CommentCommand) -> NewJob:
    """A command in a comment.

    Its lane is its own, and so is its group: neither a running review of its pull request nor an
    installation that has as many reviews running as it may have delays the answer.
    """
    return _command(delivery, kinds.COMMENT_COMMAND, payload)


def button(delivery: Delivery, payload: kinds.ButtonPress) -> NewJob:
    """A button of our check run: a command without a comment."""
    return _command(delivery, kinds.BUTTON, payload)


def _command(
    delivery: Delivery, kind: str, payload: kinds.CommentCommand | kinds.ButtonPress
) -> NewJob:
    lane = kinds.lane(payload.installation, payload.repository.id, payload.pull)
    return NewJob(
        kind=kind,
        payload=kinds.encode(payload),
        dedupe=delivery.id,
        lane=f"{lane}:commands",
        group=f"{payload.installation}:commands",
        priority=1,
    )


def change_memory(payload: kinds.ChangeMemory) -> NewJob:
    """A decision of a person: it waits for a running review, and no push takes it away."""
    return NewJob(
        kind=kinds.CHANGE_MEMORY,
        payload=kinds.encode(payload),
        dedupe=f"{payload.key}:change",
        lane=kinds.lane(payload.installation, payload.repository.id, payload.pull),
        group=str(payload.installation),
        priority=1,
    )
