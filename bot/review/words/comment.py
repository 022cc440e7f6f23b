"""Inline comments: three short sentences, what led there, a change to apply, and how to silence it.

Pure: a finding in, Markdown out. Where a comment stands is decided by ``plan``.
"""

from __future__ import annotations

from collections.abc import Sequence

import re2

from bot.review import markers
from bot.review.state import Decision
from bot.review.words.document import folded, folding
from bot.review.words.escape import code, hides, one_line, prose, raw_fence, shorten
from bot.review.words.place import Blobs, Voice, place
from bot.review.words.sentences import count
from checks.comments import as_comment
from checks.model import Confidence, Finding, Place, Severity, Step, Suggestion

SEVERITY = {one: one.name.lower() for one in Severity}
CONFIDENCE = {one: one.name.lower() for one in Confidence}

_SUGGESTION = re2.compile(r"(?m)^(`{3,})suggestion$")
_RULE = re2.compile(r"(?:#|//|/\*|--|;|<!--) assay: ignore\[([A-Za-z0-9_.-]+)\] reason")

FIXED = "Fixed in "
GONE = "No longer reported as of "
IGNORED = "Ignored, as "
AGAIN = "This was gone, and is back."

_SENTENCE_LENGTH = 600
_STEPS = 12
_PLACES = 30
_SUGGESTION_LENGTH = 8_000
_EARLIER_LENGTH = 40_000
_EARLIER = "What it said"


def sentence(text: str, length: int = _SENTENCE_LENGTH) -> str:
    """``text`` as Markdown prose that ends like a sentence; nothing for nothing."""
    short = shorten(one_line(text), length)
    if not short:
        return ""
    return prose(short if short.endswith((".", "?", "…", ":")) else f"{short}.")


def finding(
    found: Finding,
    *,
    voice: Voice,
    blobs: Blobs,
    suggestion: Suggestion | None,
    marker: str,
    again: bool = False,
) -> str:
    """The text of an inline comment; ``suggestion`` only where its lines are the comment's.

    ``again`` says that an earlier comment calls it fixed.
    """
    back = AGAIN if again else ""
    reasons = " ".join(filter(None, (sentence(found.why), sentence(found.fix), back)))
    parts = [f"**{sentence(found.message)}**" if found.message.strip() else "", reasons]
    parts.append(elsewhere(found.also, blobs))
    if voice.quotes(found.check):
        parts.append(_trace(found.trace, blobs))
        if suggestion is not None:
            parts.append(offered(suggestion))
    parts.append(_last_line(found, voice))
    parts.append(marker)
    return "\n\n".join(filter(None, parts))


def offered(suggestion: Suggestion) -> str:
    """A change to apply with a click; nothing when it holds what people could not see or read."""
    text = suggestion.text
    if hides(text) or len(text) > _SUGGESTION_LENGTH:
        return ""
    # An empty fence removes the lines, a blank line in it leaves one blank line.
    blank = not text and not suggestion.deletes
    return raw_fence("\n" if blank else text, "suggestion", ends=blank)


def fixed(body: str, *, head_sha: str, silenced: bool, marker: str) -> str:
    """The text of a comment whose finding is gone: the news, and the earlier text folded.

    ``silenced`` says that comments in the file or the configuration silence findings, so that
    nobody can tell whether this one was mended. What was a suggestion is only shown: it is not to
    be applied again.
    """
    return _over(f"{GONE if silenced else FIXED}{code(head_sha[:7])}.", body, marker)


def ignored(body: str, decision: Decision, *, tests: bool, marker: str) -> str:
    """The text of a comment whose finding somebody asked to ignore, and the earlier text folded."""
    news = f"{IGNORED}{code(decision.by)} asked{on(decision.when)}"
    reason = "findings in test code do not count here" if tests else decision.why
    reason = reason.strip() or "no reason was given"
    undo = "/assay unignore tests" if tests else "/assay unignore"
    said = f"{news}: {sentence(reason, 300)} To take it back, reply {code(undo)}."
    return _over(said, body, marker)


def on(when: str) -> str:
    """`` on 2026-11-24``, from a time in ISO 8601; nothing for nothing."""
    day = when[:10]
    return f" on {day}" if len(day) == 10 and day.replace("-", "").isdigit() else ""


def _over(news: str, body: str, marker: str) -> str:
    """News above what a comment said first. What was news before is left out."""
    earlier = _SUGGESTION.sub(r"\1", markers.strip(body)).strip()
    if earlier.startswith((FIXED, GONE, IGNORED)):
        earlier = _first_words(earlier)
    if not earlier or len(earlier) > _EARLIER_LENGTH:
        return f"{news}\n\n{marker}"
    return f"{news}\n\n{folded(_EARLIER, earlier)}\n\n{marker}"


def _first_words(text: str) -> str:
    """What a comment said before it was edited: the folded part, or nothing."""
    head, tail = folding(_EARLIER)
    _, found, rest = text.partition(head)
    return rest.strip().removesuffix(tail.strip()).strip() if found else ""


def rule_of(body: str) -> str:
    """The rule that a comment of ours speaks for, from its last line; ``""`` when it has none."""
    ids = _RULE.findall(body.encode("utf-8", "replace").decode())
    return str(ids[-1]) if ids else ""


def is_fixed(body: str) -> bool:
    """Whether a comment of an older version, whose marker does not tell, says that it is fixed."""
    return body.lstrip().startswith((FIXED, GONE))


def silence(check: str, path: str = "") -> str:
    """The comment that silences a check in a file, as code; nothing where there are no comments."""
    comment = as_comment(f"assay: ignore[{check}] reason", path)
    return code(comment) if comment else ""


def elsewhere(places: Sequence[Place], blobs: Blobs) -> str:
    """The other places of the same defect, folded; nothing when there are none."""
    if not places:
        return ""
    lines = [f"- {place(blobs, one.path, one.region.lines)}" for one in places[:_PLACES]]
    if len(places) > _PLACES:
        lines.append(f"- and {len(places) - _PLACES:,} more")
    return folded(f"The same stands at {count(len(places), 'other place')}", "\n".join(lines))


def _last_line(found: Finding, voice: Voice) -> str:
    facts = [
        voice.rule(found.check),
        f"{SEVERITY[found.severity]} severity",
        f"{CONFIDENCE[found.confidence]} confidence",
    ]
    if how := silence(found.check, found.path):
        facts.append(f"to silence: {how}")
    return f"<sub>{' · '.join(facts)}</sub>"


def _trace(steps: Sequence[Step], blobs: Blobs) -> str:
    """The way of the data, folded; the middle of a very long way is left out."""
    if not steps:
        return ""
    lines = []
    for number, one in enumerate(steps, 1):
        note = prose(shorten(one_line(one.note), 200))
        lines.append(f"{number}. {place(blobs, one.path, one.region.lines)} {note}".rstrip())
    if len(lines) > _STEPS:
        half = _STEPS // 2
        left = len(lines) - 2 * half
        lines = [*lines[:half], "", f"{count(left, 'step')} left out.", "", *lines[-half:]]
    summary = f"How the data gets there ({count(len(steps), 'step')})"
    return folded(summary, "\n".join(lines))
