"""The configuration that holds for one pull request, and what the pull request would make of it.

The files are hostile text like any other, so that they are read where the analysis runs. Only the
base branch's say counts; the head's file is read to tell people what merging it would change.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Protocol

from bot.github.pulls import PullRequest
from bot.review.model import FileStatus, Proposal, Snapshot
from bot.review.opened import ConfigurationFiles, Opened
from bot.review.words import conduct as words
from checks.configuration import PATH as CONFIGURATION
from checks.configuration import Configuration, Layer, differences
from checks.model import Problem, Settings
from checks.policy import Policy


class ConfigurationReader(Protocol):
    """Reads configuration files away from the event loop: :class:`checks.sandbox.Pool`."""

    async def read_configuration(self, *layers: Layer) -> Configuration:
        """Read files that stand on each other, the lowest first; never raises for their text."""


@dataclass(frozen=True, slots=True)
class InForce:
    """What a repository wishes for one pull request."""

    configuration: Configuration
    """As the files have it: the same for all pull requests of the branch."""
    settings: Settings
    """For the analysis of this pull request."""
    source: str
    """Where the settings come from, and what is special about them here: one clause."""
    problems: tuple[Problem, ...] = ()

    @classmethod
    def defaults(cls) -> InForce:
        """What holds where nothing is wished."""
        return cls(Configuration(), Settings(), words.source(()))

    @property
    def policy(self) -> Policy:
        """How the reviewer is to behave."""
        return self.configuration.policy


async def read(opened: Opened, reader: ConfigurationReader) -> InForce:
    """Read the files that hold. Without any, nobody is asked."""
    layers = opened.files.layers
    configuration = await reader.read_configuration(*layers) if layers else Configuration()
    return in_force(opened, configuration)


def in_force(opened: Opened, configuration: Configuration) -> InForce:
    """What a configuration comes to for a pull request."""
    settings, policy = configuration.settings, configuration.policy
    clauses = [words.source([layer.source for layer in opened.files.layers])]
    if is_bots(opened.pull) and settings.profile is not policy.bot_profile:
        settings = dataclasses.replace(settings, profile=policy.bot_profile)
        clauses.append(words.bot_profile(policy.bot_profile))
    if settings.languages is not None:
        clauses.append(words.languages(settings.languages))
    problems = (*opened.files.problems, *configuration.problems)
    return InForce(configuration, settings, "; ".join(clauses), problems)


def is_bots(pull: PullRequest) -> bool:
    """Whether a program opened the pull request."""
    return pull.user is not None and (pull.user.type == "Bot" or pull.user.login.endswith("[bot]"))


async def proposal(
    opened: Opened, wishes: InForce, snapshot: Snapshot, reader: ConfigurationReader
) -> Proposal | None:
    """What merging the pull request would change in the configuration; None when nothing could.

    Costs no request: a file that the change touches was read with the others.
    """
    touched = [one for one in snapshot.diffs if CONFIGURATION in (one.path, one.old_path)]
    if not touched:
        return None
    files = _after(opened.files, touched[0].path, touched[0].status, snapshot)
    if files is None:
        reason = next((one.reason for one in snapshot.unread if one.path == CONFIGURATION), "")
        return Proposal(unread=reason or "it was not read")
    configuration = await reader.read_configuration(*files.layers)
    known = {(one.key, one.message) for one in wishes.problems}
    return Proposal(
        differences=differences(wishes.configuration, configuration),
        problems=tuple(
            one for one in configuration.problems if (one.key, one.message) not in known
        ),
    )


def _after(
    files: ConfigurationFiles, path: str, status: FileStatus, snapshot: Snapshot
) -> ConfigurationFiles | None:
    """The files as they would be; None when the head's could not be read."""
    if path != CONFIGURATION or status is FileStatus.REMOVED:
        return dataclasses.replace(files, own=None)
    for one in snapshot.files:
        if one.path == CONFIGURATION:
            return dataclasses.replace(files, own=Layer(one.head, f"`{CONFIGURATION}`"))
    return None
