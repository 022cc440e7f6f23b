"""The check run: its title, its summary (the verdict first) and the details of each file.

Pure: a report in, Markdown within GitHub's limits out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from bot.review.model import Report, Unread
from bot.review.report import speaks_up
from bot.review.words.comment import SEVERITY, sentence
from bot.review.words.details import files
from bot.review.words.document import BUDGET, Block, Each, compose, folding
from bot.review.words.escape import code, prose, shorten_path, text
from bot.review.words.place import Blobs, Voice, cell, place
from bot.review.words.sentences import ASPECTS, count, listed
from checks.model import Finding, Lines, Problem, Severity, State, Suppressed
from checks.suppression import OURS

_OPEN_UP_TO = 5
"""A list longer than this is folded."""

_NAMED = 3
"""Checks of one comment that are named."""

_STATES = {
    State.FINDING: "● finding",
    State.NOTE: "○ note",
    State.CLEAN: "✓ clean",
    State.NOT_APPLICABLE: "– not applicable",
}


@dataclass(frozen=True, slots=True)
class Occasion:
    """What the summary says about this review beside the report."""

    head_sha: str
    inline: frozenset[str]
    """Fingerprints of the findings that a comment on their line shows."""
    problems: Sequence[Problem] = ()
    unannotated: int = 0
    """How many findings are beyond the number of annotations that a check run is given."""
    conduct: Sequence[Block] = ()
    """What the configuration makes of this pull request, and what it makes of the configuration."""
    decided: Sequence[Block] = ()
    """The findings that do not count, because people decided so."""


def title(report: Report, known: int) -> str:
    """``1 high, 2 medium · 14 files``: at most 255 characters by construction."""
    findings = report.findings
    asking = [one.severity for one in findings if speaks_up(one)]
    counts = [(asking.count(one), SEVERITY[one]) for one in sorted(Severity, reverse=True)]
    said = [f"{number:,} {word}" for number, word in counts if number]
    if notes := len(findings) - len(asking):
        said.append(count(notes, "note"))
    analysed = sum(one.not_analysed is None for one in report.files)
    files = count(known, "file") if analysed == known else f"{analysed:,} of {known:,} files"
    return f"{', '.join(said) or 'No findings'} · {files}"


def write(
    report: Report, occasion: Occasion, *, voice: Voice, blobs: Blobs, budget: int = BUDGET
) -> str:
    """The check run's summary."""
    elsewhere = [one for one in report.findings if one.fingerprint not in occasion.inline]
    inline = len(report.findings) - len(elsewhere)
    return compose(
        [
            Block(f"**{prose(report.verdict)}**", essential=True),
            *occasion.conduct,
            *_problems(occasion.problems),
            Block(_table(report, blobs), essential=True),
            *_elsewhere(elsewhere, inline, voice, blobs),
            *occasion.decided,
            *_silenced(report, blobs),
            *_unread(report.not_looked_at),
            *_unannotated(occasion.unannotated),
            *_assumptions(report.assumptions),
            Block(footer(occasion.head_sha, voice), essential=True),
        ],
        budget,
    )


def details(report: Report, *, voice: Voice, blobs: Blobs, budget: int = BUDGET) -> str:
    """The check run's text: what each file holds, folded."""
    return files(report.files, voice=voice, blobs=blobs, budget=budget)


def review_body(report: Report, new: int, *, voice: Voice, head_sha: str, marker: str) -> str:
    """The words above the inline comments of one review."""
    rest = len(report.findings) - new
    more = f" {count(rest, 'other finding')} {'is' if rest == 1 else 'are'} in the check run."
    said = f"{prose(report.verdict)}{more if rest > 0 else ''}"
    return "\n\n".join((said, footer(head_sha, voice), marker))


def footer(head_sha: str, voice: Voice) -> str:
    """Which commit was reviewed, by which version, and how to ask for more."""
    if not head_sha:
        return f"<sub>Assay {text(voice.version)}</sub>"
    return (
        f"<sub>Commit {code(head_sha[:7])} · Assay {text(voice.version)} · "
        f"comment {code('/assay help')} for what you can ask</sub>"
    )


def finding_line(one: Finding, *, voice: Voice, blobs: Blobs, reasons: bool) -> str:
    """A finding as one item of a list."""
    where = place(blobs, one.path, one.region.lines)
    words = [sentence(one.message, 300)]
    if reasons:
        words += [sentence(one.why, 300), sentence(one.fix, 300)]
    words.append(also(one, blobs))
    said = " ".join(filter(None, words))
    return f"- **{SEVERITY[one.severity]}** {where} {said} {voice.rule(one.check)}"


def also(one: Finding, blobs: Blobs) -> str:
    """The other places of the same defect in a sentence: few of them, and how many more."""
    if not one.also:
        return ""
    named = [place(blobs, each.path, each.region.lines) for each in one.also[:_OPEN_UP_TO]]
    more = len(one.also) - len(named)
    rest = f" and {count(more, 'other place')}" if more else ""
    return f"The same stands at {', '.join(named)}{rest}."


def _table(report: Report, blobs: Blobs) -> str:
    named = {one.path for one in report.files}
    named.update(path for row in report.rows for path, _ in row.places)
    lines = ["| # | Aspect | State | Lines | What |", "|--:|---|---|---|---|"]
    for row in report.rows:
        where = cell(blobs, row.places, paths=len(named) > 1)
        lines.append(
            f"| {int(row.aspect)} | {ASPECTS[row.aspect]} | {_STATES[row.state]} "
            f"| {where or '–'} | {prose(row.clause, cell=True)} |"
        )
    return "\n".join(lines)


def _problems(problems: Sequence[Problem]) -> Iterable[Block]:
    if problems:
        head = (
            "**`.github/assay.yml` as it is in force has mistakes. "
            "Where it is wrong, defaults were used:**\n"
        )
        items = tuple(
            f"- line {one.line}{' of ' + prose(one.source) if one.source else ''}"
            f"{', ' + code(one.key) if one.key else ''}: {sentence(one.message, 300)}"
            for one in problems
        )
        yield Block(head, items, noun="configuration mistake")


def _elsewhere(
    findings: Sequence[Finding], inline: int, voice: Voice, blobs: Blobs
) -> Iterable[Block]:
    if inline:
        verb = "has a comment on its line" if inline == 1 else "have comments on their lines"
        yield Block(f"{count(inline, 'finding')} {verb}.", noun="remark")
    for asks, heading in ((True, "Findings without a comment"), (False, "Notes")):
        shown = [one for one in findings if speaks_up(one) is asks]
        items = Each(shown, partial(finding_line, voice=voice, blobs=blobs, reasons=asks))
        yield from listing(heading, items, "finding" if asks else "note")


def listing(heading: str, items: Sequence[str], noun: str, plural: str = "") -> Iterable[Block]:
    """A list under a heading, folded when it is long; nothing when it is empty.

    ``heading`` and ``noun`` are our own words.
    """
    if len(items) > _OPEN_UP_TO:
        head, tail = folding(f"{heading} ({len(items):,})")
        yield Block(head, items, tail, noun, plural)
    elif items:
        yield Block(f"**{heading}**\n", items, "", noun, plural)


def _silenced(report: Report, blobs: Blobs) -> Iterable[Block]:
    """Comments in the code that silence findings: those that the change adds, one by one."""
    added = tuple(
        f"- {place(blobs, file.path, one.lines)} {code(one.check)}{_why_silenced(one)}"
        for file in report.files
        for one in file.suppressed
        if one.added
    )
    yield from listing("Silenced by comments that this change adds", added, "silenced finding")
    idle = tuple(
        f"- {place(blobs, file.path, Lines(one.line, one.line))} "
        f"Nothing here is found by {_named(one.checks)}: delete the comment."
        for file in report.files
        for one in file.idle
    )
    yield from listing("Comments that silence nothing", idle, "comment that silences nothing")
    older = report.suppressed - len(added)
    if older:
        verb = "is" if older == 1 else "are"
        said = f"{count(older, 'finding')} {verb} silenced by comments already in the code."
        yield Block(said, noun="remark")


def _why_silenced(one: Suppressed) -> str:
    if one.marker != OURS:
        return f", by {code(one.marker)}."
    return f": {sentence(one.reason, 200)}" if one.reason.strip() else ", without a reason."


def _named(checks: Sequence[str]) -> str:
    shown = listed([code(one) for one in checks[:_NAMED]])
    return f"{shown} and others" if len(checks) > _NAMED else shown


def _unread(unread: Sequence[Unread]) -> Iterable[Block]:
    items = Each(
        unread, lambda one: f"- {code(shorten_path(one.path))}: {sentence(one.reason, 200)}"
    )
    yield from listing("Not looked at", items, "file not looked at", "files not looked at")


def _unannotated(number: int) -> Iterable[Block]:
    if number:
        verb = "is" if number == 1 else "are"
        yield Block(
            f"{count(number, 'finding')} {verb} listed without an annotation.", noun="remark"
        )


def _assumptions(assumptions: Sequence[str]) -> Iterable[Block]:
    if assumptions:
        head, tail = folding("Assumptions")
        yield Block(head, tuple(f"- {prose(one)}" for one in assumptions), tail, "assumption")


def outcome(said: str, next_step: str, *, head_sha: str, voice: Voice) -> str:
    """The summary of a review that did not come to a verdict: why, and what to do next."""
    parts = (f"**{sentence(said)}**", sentence(next_step), footer(head_sha, voice))
    return "\n\n".join(filter(None, parts))
