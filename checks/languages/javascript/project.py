"""What the configuration of a project's test runner says, as far as checks need it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Project:
    """The settings that hold for a file; ``None`` where the configuration was not seen."""

    restores_mocks: bool | None = None
    """Whether the runner puts back what was spied on, before each test (``restoreMocks``)."""
