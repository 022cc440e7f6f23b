"""The figures of the benchmark of secrets, and the goals that they are held against."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

MOST_NOISE = 0.1
"""Findings in public projects, as a part of the other program's."""
LEAST_SPEED = 50.0
"""How many times as fast as the other program."""
MOST_MILLISECONDS = 50.0
"""For a file of one megabyte."""


@dataclass(frozen=True, slots=True)
class Project:
    """What was found in the files of a public project."""

    name: str
    files: int
    megabytes: float
    inline: int
    summary: int
    seconds: float
    """Processor time of the two checks on secrets."""
    rival: int | None
    rival_seconds: float | None

    @property
    def found(self) -> int:
        """Findings on both surfaces."""
        return self.inline + self.summary


@dataclass(frozen=True, slots=True)
class Corpus:
    """What was found in generated files."""

    what: str
    files: int
    flagged: int
    rival: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that one run measured."""

    projects: tuple[Project, ...]
    secrets: Corpus
    near: Corpus
    harmless: Corpus
    kinds: int
    """Of secrets."""
    file_kinds: int
    megabyte: tuple[tuple[str, float], ...]
    """Milliseconds for one file of a megabyte, by its kind."""
    missed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    """Files on which the other program failed."""

    @property
    def noise(self) -> float | None:
        """Findings in the projects as a part of the other program's."""
        theirs = _sum(one.rival for one in self.projects)
        return None if not theirs else sum(one.found for one in self.projects) / theirs

    @property
    def speed(self) -> float | None:
        """How many times as fast as the other program."""
        theirs = _sum(one.rival_seconds for one in self.projects)
        ours = sum(one.seconds for one in self.projects)
        return None if theirs is None or not ours else theirs / ours

    def short_of(self) -> list[str]:
        """The goals that were not reached."""
        short = []
        if self.secrets.flagged < self.secrets.files:
            short.append(f"{self.secrets.files - self.secrets.flagged} secrets were missed")
        short += [
            f"{one.flagged} flagged among {one.what}"
            for one in (self.near, self.harmless)
            if one.flagged
        ]
        if self.noise is not None and self.noise > MOST_NOISE:
            short.append(f"noise {self.noise:.2f} of the other program's")
        if self.speed is not None and self.speed < LEAST_SPEED:
            short.append(f"only {self.speed:.0f} times as fast")
        short += [
            f"{milliseconds:.0f} ms for a megabyte of {what}"
            for what, milliseconds in self.megabyte
            if milliseconds >= MOST_MILLISECONDS
        ]
        return short


def _sum(values: Iterable[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return sum(known) if known else None


def values(figures: Figures) -> dict[str, Any]:
    """For ``--json``."""
    return {
        **dataclasses.asdict(figures),
        "noise": figures.noise,
        "speed": figures.speed,
        "short_of": figures.short_of(),
    }


def table(figures: Figures) -> str:
    """The figures for a person, in Markdown."""
    lines = [
        "| project | MB | inline | summary | detect-secrets | ms/MB | detect-secrets ms/MB |",
        "|---|---|---|---|---|---|---|",
        *(_row(one) for one in (*figures.projects, together(figures.projects))),
        "",
        "| generated files | files | flagged | detect-secrets |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {one.what} | {one.files:,} | {one.flagged:,} | {_number(one.rival)} |"
        for one in (figures.secrets, figures.near, figures.harmless)
    ]
    lines += [
        "",
        f"{figures.kinds} kinds of secrets in {figures.file_kinds} kinds of files.",
        "A file of one megabyte: "
        + ", ".join(f"{what} {spent:.0f} ms" for what, spent in figures.megabyte)
        + ".",
    ]
    if figures.noise is not None and figures.speed is not None:
        lines.append(
            f"Noise: {figures.noise:.3f} of detect-secrets'. Speed: {figures.speed:.0f} times."
        )
    else:
        lines.append("detect-secrets could not be had: nothing to compare with.")
    lines += [f"missed: {one}" for one in figures.missed]
    lines += [f"detect-secrets failed on {one}" for one in figures.failed]
    lines += [f"short of a goal: {one}" for one in figures.short_of()]
    return "\n".join(lines)


def together(projects: Sequence[Project]) -> Project:
    """All projects as one."""
    theirs = _sum(one.rival for one in projects)
    return Project(
        "**all**",
        sum(one.files for one in projects),
        sum(one.megabytes for one in projects),
        sum(one.inline for one in projects),
        sum(one.summary for one in projects),
        sum(one.seconds for one in projects),
        None if theirs is None else int(theirs),
        _sum(one.rival_seconds for one in projects),
    )


def _row(one: Project) -> str:
    theirs = None if one.rival_seconds is None else one.rival_seconds / one.megabytes * 1_000
    return (
        f"| {one.name} | {one.megabytes:.1f} | {one.inline} | {one.summary} "
        f"| {_number(one.rival)} | {one.seconds / one.megabytes * 1_000:.0f} "
        f"| {_number(theirs)} |"
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"
