"""Whether and how a pull request is reviewed at all, by what the repository wishes. Pure.

A wish to skip is said on the head, with its reason, by a check run that is skipped: GitHub lets a
required one pass (docs, "Troubleshooting required status checks"). Who asks for a review gets one.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterable
from dataclasses import dataclass

from bot.github.pulls import PullRequest
from bot.review.model import Conclusion, Plan
from bot.review.settings import InForce
from bot.review.words import conduct as words
from bot.review.words import summary
from bot.review.words.place import Voice
from checks import globs
from checks.policy import Drafts, Policy


class Extent(enum.Enum):
    """How much of a review a pull request gets."""

    FULL = "full"
    SUMMARY = "summary"
    """The check run only, and no new comment on a line."""
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done with a pull request, and why it is not the usual."""

    extent: Extent = Extent.FULL
    key: str = ""
    """One word for the reason of a skip: names the check run that tells of it."""
    reason: str = ""
    next_step: str = ""


def decide(pull: PullRequest, policy: Policy, *, asked: bool) -> Decision:
    """What the repository wishes for a pull request.

    Args:
        pull: as GitHub has it now.
        policy: the repository's wishes.
        asked: whether a person asked for this review: it is not skipped then.
    """
    labels = {one.name.casefold(): one.name for one in pull.labels}
    if _first(policy.force_labels, labels) is not None:
        return Decision()
    if not asked:
        if (label := _first(policy.skip_labels, labels)) is not None:
            return _skip("label", *words.labelled(label))
        if policy.base_branches and not globs.any_name(policy.base_branches, pull.base.ref):
            return _skip("branch", *words.other_branch(pull.base.ref))
        if pull.draft and policy.drafts is Drafts.SKIP:
            return _skip("draft", *words.draft())
    if pull.draft and policy.drafts is Drafts.SUMMARY:
        return Decision(Extent.SUMMARY, reason=words.DRAFT_SUMMARY)
    return Decision()


def concerns(policy: Policy, label: str) -> bool:
    """Whether it makes a difference that a label was put on or taken off."""
    every = policy.skip_labels | policy.force_labels
    return label.casefold() in {one.casefold() for one in every}


def within(wishes: InForce, decision: Decision) -> InForce:
    """The wishes, with no new comment where only a summary is wanted."""
    if decision.extent is not Extent.SUMMARY:
        return wishes
    settings = dataclasses.replace(wishes.settings, max_comments=0)
    return dataclasses.replace(wishes, settings=settings)


def skipped(decision: Decision, head_sha: str, *, voice: Voice) -> Plan:
    """The check run of a pull request that is not to be reviewed."""
    next_step = f"{decision.next_step} {words.ASK}".strip()
    body = summary.outcome(decision.reason, next_step, head_sha=head_sha, voice=voice)
    return Plan(head_sha, Conclusion.SKIPPED, "Not reviewed", body, text="")


def _skip(key: str, reason: str, next_step: str) -> Decision:
    return Decision(Extent.SKIP, key, reason, next_step)


def _first(wanted: Iterable[str], labels: dict[str, str]) -> str | None:
    """The first of these labels that a pull request bears, as it is written there."""
    found = sorted(one.casefold() for one in wanted if one.casefold() in labels)
    return labels[found[0]] if found else None
