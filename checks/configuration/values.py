"""What comes out of reading configuration files. Frozen values only."""

from __future__ import annotations

from checks.light import dataclass, field
from checks.model import Problem, Settings
from checks.policy import Policy


@dataclass(frozen=True, slots=True)
class Layer:
    """One configuration file, before it is read."""

    text: bytes
    source: str = ""
    """Where it lies, in words: "``.github/assay.yml`` on ``main``"."""
    inherited: bool = False
    """Whether it is the owner's, and holds for a repository only by default."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value was written."""

    source: str
    """The layer's."""
    line: int


@dataclass(frozen=True, slots=True)
class Configuration:
    """A repository's wishes, with the mistakes in its files in the order of their lines."""

    settings: Settings = field(default_factory=Settings)
    policy: Policy = field(default_factory=Policy)
    problems: tuple[Problem, ...] = ()
    origins: dict[str, Origin] = field(default_factory=dict)
    """Where each value comes from, by its key with dots: ``fail-on``, ``checks.sleep-in-test``,
    ``secrets.patterns``. What is not here has its default."""
