"""How places are written: links to lines on GitHub, line numbers, and who speaks.

Pure text from values; an address that is not made of plain characters is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.review.words.escape import code, link, path_in_url, shorten_path
from checks.light import dataclass
from checks.model import Lines
from checks.registry import Check

_SHORT_URL = 320
_PATHS = 2
_RANGES = 4


@dataclass(frozen=True, slots=True)
class Voice:
    """What the words need besides the review itself."""

    version: str
    catalogue: Mapping[str, Check]
    docs_url: str = ""
    """Where the pages of the checks are, ``<docs_url>/<id>.md``; no links when empty."""

    def rule(self, check: str) -> str:
        """A rule's id as code, linked to its page."""
        base = self.docs_url.rstrip("/")
        return link(code(check), f"{base}/{path_in_url(check)}.md") if base else code(check)

    def title(self, check: str) -> str:
        """A rule's title, or its id when the catalogue does not know it."""
        known = self.catalogue.get(check)
        return known.title if known else check

    def quotes(self, check: str) -> bool:
        """Whether findings of the check may show code: those that hunt for secrets never do."""
        known = self.catalogue.get(check)
        return known is None or not known.run.__module__.startswith("checks.secrets")


@dataclass(frozen=True, slots=True)
class Blobs:
    """Addresses of lines in the repository at one commit."""

    base: str
    """``https://host/owner/name/blob/<sha>``; no links when empty."""
    deleted: frozenset[str] = frozenset()
    """Paths that are not in the commit, and have no lines to name."""

    @classmethod
    def of_pull(cls, html_url: str, head_sha: str, deleted: frozenset[str] = frozenset()) -> Blobs:
        """The head of a pull request; a fork's head is found through the base repository."""
        repository, found, number = html_url.rpartition("/pull/")
        if not found or not number.isdigit() or not repository.startswith(("https://", "http://")):
            return cls("", deleted)
        return cls(f"{repository}/blob/{path_in_url(head_sha)}", deleted)

    def url(self, path: str, lines: Lines) -> str:
        """The address of the lines, or ``""``."""
        if not self.base or path in self.deleted:
            return ""
        end = f"-L{lines.end}" if lines.end != lines.start else ""
        return f"{self.base}/{path_in_url(path)}#L{lines.start}{end}"


def span(lines: Lines) -> str:
    """``12`` or ``12-15``."""
    return f"{lines.start}" if lines.start == lines.end else f"{lines.start}–{lines.end}"


def place(blobs: Blobs, path: str, lines: Lines) -> str:
    """```path:12-15```, linked; of a deleted file its path."""
    if path in blobs.deleted:
        return code(shorten_path(path))
    label = code(f"{shorten_path(path)}:{span(lines)}")
    return link(label, blobs.url(path, lines))


def cell(blobs: Blobs, places: Sequence[tuple[str, tuple[Lines, ...]]], *, paths: bool) -> str:
    """Places for a cell of the table: few of them, and how many more there are.

    ``paths`` names the files, which a change of one file does not need.
    """
    written = []
    for path, ranges in places[:_PATHS]:
        lines = ", ".join(numbers(blobs, path, one) for one in ranges[:_RANGES])
        if path in blobs.deleted:
            lines = "deleted"
        elif len(ranges) > _RANGES:
            lines += f" +{len(ranges) - _RANGES:,}"
        name = f"{code(shorten_path(path, 40), cell=True)} " if paths else ""
        written.append(f"{name}{lines}")
    more = len(places) - _PATHS
    if more > 0:
        written.append(f"and {more:,} more {'file' if more == 1 else 'files'}")
    return "<br>".join(written)


def numbers(blobs: Blobs, path: str, lines: Lines) -> str:
    """``12–15``, linked where the address is short."""
    url = blobs.url(path, lines)
    return link(span(lines), url) if len(url) <= _SHORT_URL else span(lines)
