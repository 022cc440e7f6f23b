"""What each file holds, folded one by one: findings with their reasons, and what was looked at.

Pure. The check run's text, below its summary.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.review.words.comment import SEVERITY, sentence
from bot.review.words.document import BUDGET, Block, Each, compose, folded
from bot.review.words.escape import html_code, prose, shorten_path, text
from bot.review.words.place import Blobs, Voice, numbers, span
from bot.review.words.sentences import ASPECTS, count, counted
from checks.model import Aspect, Evidence, FileReport, Finding, Lines

_FINDINGS = 30
_EVIDENCE = 12


def files(
    reports: Sequence[FileReport], *, voice: Voice, blobs: Blobs, budget: int = BUDGET
) -> str:
    """The details of all files that hold something, within GitHub's limit."""
    telling = [one for one in reports if _tells(one)]
    silent = sum(one.not_analysed is None and not _tells(one) for one in reports)
    blocks = [
        Block(
            "",
            Each(telling, lambda one: _file(one, voice, blobs)),
            noun="file with details",
            plural="files with details",
            separator="\n\n",
        )
    ]
    if silent:
        others = "other file" if telling else "file"
        verb = "holds" if silent == 1 else "hold"
        said = f"{count(silent, others)} {verb} nothing that the eight aspects speak about."
        blocks.append(Block(said, noun="remark"))
    return compose([one for one in blocks if one.head or one.items], budget)


def _tells(report: FileReport) -> bool:
    return bool(report.findings or report.evidence or report.limits)


def _file(report: FileReport, voice: Voice, blobs: Blobs) -> str:
    facts = [html_code(shorten_path(report.path)), report.role.role.value]
    if report.findings:
        facts.append(count(len(report.findings), "finding"))
    lines = [_finding(one, voice, blobs) for one in report.findings[:_FINDINGS]]
    if len(report.findings) > _FINDINGS:
        lines.append(f"- and {count(len(report.findings) - _FINDINGS, 'more finding')}")
    for aspect in Aspect:
        of_aspect = [one for one in report.evidence if one.aspect is aspect]
        if of_aspect:
            lines.append(f"- {ASPECTS[aspect]}: {_evidence(of_aspect)}")
    lines += [f"- Left out: {sentence(limit, 200)}" for limit in report.limits[:_EVIDENCE]]
    if report.preexisting:
        lines.append(f"- {count(report.preexisting, 'older finding')} not shown")
    return folded(" · ".join(facts), "\n".join(lines))


def _finding(one: Finding, voice: Voice, blobs: Blobs) -> str:
    said = " ".join(
        filter(None, (sentence(one.message, 300), sentence(one.why, 300), sentence(one.fix, 300)))
    )
    where = numbers(blobs, one.path, one.region.lines)
    if one.also:
        said += f" The same stands at {count(len(one.also), 'other place')}."
    return f"- **{SEVERITY[one.severity]}**, {where}: {said} {voice.rule(one.check)}"


def _evidence(evidence: Sequence[Evidence]) -> str:
    """``2 patchers, stopped by addCleanup (11, 18); …`` with the lines of each."""
    groups: dict[tuple[str, ...], list[Evidence]] = {}
    for one in evidence:
        key = (one.detail,) if one.detail else (one.noun, one.fate)
        groups.setdefault(key, []).append(one)
    said = []
    for group in list(groups.values())[:_EVIDENCE]:
        first = group[0]
        what = first.detail or counted(len(group), first.noun, first.plural, first.fate)
        said.append(f"{prose(what)} ({text(_spans([one.lines for one in group]))})")
    if len(groups) > _EVIDENCE:
        said.append(f"and {len(groups) - _EVIDENCE:,} more")
    return "; ".join(said)


def _spans(ranges: Sequence[Lines]) -> str:
    shown = ", ".join(span(one) for one in ranges[:_EVIDENCE])
    return f"{shown} +{len(ranges) - _EVIDENCE:,}" if len(ranges) > _EVIDENCE else shown
