"""The parts of GitHub's payloads that Assay reads, as types.

They name only the fields that are used; everything else in a payload is passed over unread.
Source: docs.github.com, "Webhook events and payloads".
"""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec

from bot.events.outcome import Delivery
from bot.jobs import kinds

Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Name = Annotated[str, msgspec.Meta(pattern=r"\A[^\s/\\\x00-\x1f]{1,100}\Z")]
Sha = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{40,64}\Z")]


class Account(msgspec.Struct, frozen=True):
    """A user, an organisation or a bot."""

    login: Name
    type: str = "User"

    @property
    def is_bot(self) -> bool:
        """Whether a program speaks: bots are never answered."""
        return self.type == "Bot" or self.login.endswith("[bot]")


class Repository(msgspec.Struct, frozen=True):
    """The repository that an event is about."""

    id: Id
    name: Name
    owner: Account

    def named(self) -> kinds.Repository:
        """As jobs carry it."""
        return kinds.Repository(id=self.id, owner=self.owner.login, name=self.name)


class Installation(msgspec.Struct, frozen=True):
    """The installation through which the event came."""

    id: Id


class BaseRepository(msgspec.Struct, frozen=True):
    """A repository by its id alone: check payloads shorten it."""

    id: Id


class Base(msgspec.Struct, frozen=True):
    """Where a pull request is to be merged."""

    repo: BaseRepository | None = None


class PullReference(msgspec.Struct, frozen=True):
    """A pull request as check runs and suites name it."""

    number: Id
    base: Base = Base()


class App(msgspec.Struct, frozen=True):
    """The app that owns a check."""

    id: Id


Parsed = TypeVar("Parsed", bound=msgspec.Struct)


def read(delivery: Delivery, kind: type[Parsed]) -> Parsed:
    """Decode the body of a delivery.

    Raises:
        msgspec.DecodeError: it does not hold what the event promises.
        RecursionError: it is nested absurdly deep.
    """
    return msgspec.json.decode(delivery.body, type=kind)


def own_pulls(references: tuple[PullReference, ...], repository: Repository) -> tuple[int, ...]:
    """The numbers of those pull requests that belong to this repository.

    Checks also list pull requests of other repositories that contain the same commit: they are
    someone else's.
    """
    return tuple(
        dict.fromkeys(
            reference.number
            for reference in references
            if reference.base.repo is not None and reference.base.repo.id == repository.id
        )
    )
