"""Which file of this folder takes which event, and what happens to a payload nobody expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import msgspec

from bot.events import (
    check_run,
    check_suite,
    installation,
    issue_comment,
    merge_group,
    pull_request,
    review,
    review_comment,
)
from bot.events.outcome import Delivery, Ignored, Outcome

Translator = Callable[[Delivery], Outcome]


def translators(app_id: int) -> Mapping[str, Translator]:
    """The translator of every event that Assay knows, for the app of this id."""
    return {
        "check_run": partial(check_run.translate, app_id=app_id),
        "check_suite": partial(check_suite.translate, app_id=app_id),
        "issue_comment": issue_comment.translate,
        "merge_group": merge_group.translate,
        "ping": _ping,
        "pull_request": pull_request.translate,
        "pull_request_review": review.translate,
        "pull_request_review_comment": review_comment.translate,
        **dict.fromkeys(installation.EVENTS, installation.translate),
    }


def translate(delivery: Delivery, known: Mapping[str, Translator]) -> Outcome:
    """What is to be done about a delivery: jobs, or nothing for a reason. Never an exception.

    GitHub adds events, actions and fields at any time, so a payload that does not fit is passed
    over, as its guide asks ("Best practices for using webhooks").
    """
    translator = known.get(delivery.event)
    if translator is None:
        return Ignored("Assay has nothing to do with this event")
    try:
        return translator(delivery)
    except msgspec.DecodeError as error:
        return Ignored(f"the payload is not what {delivery.event} promises: {error}"[:300])
    except RecursionError:
        return Ignored("the payload is nested too deep")


def _ping(delivery: Delivery) -> Outcome:
    del delivery
    return Ignored("pong")
