"""A scan as Markdown: the same words as a check run's summary, without links to GitHub."""

from __future__ import annotations

from bot.review.words import summary
from bot.review.words.place import Blobs, Voice
from bot.scan.run import Scan

_NO_LIMIT = 1 << 40


def write(scan: Scan, version: str) -> str:
    """The scan as a Markdown document: the summary, then the details of each file."""
    voice = Voice(version=version, catalogue=scan.catalogue)
    blobs = Blobs("")
    occasion = summary.Occasion(head_sha="", inline=frozenset(), problems=scan.problems)
    parts = (
        summary.write(scan.report, occasion, voice=voice, blobs=blobs, budget=_NO_LIMIT),
        summary.details(scan.report, voice=voice, blobs=blobs, budget=_NO_LIMIT),
    )
    return "\n\n".join(part for part in parts if part) + "\n"
