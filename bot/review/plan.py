"""From the report to the plan: what should stand on GitHub after this review.

:func:`make` plans a finished review; :func:`in_progress`, :func:`superseded`, :func:`gave_up`,
:func:`closed` and :func:`nothing_to_review` the check run of one that has no verdict.

Pure: equal input gives an equal plan, byte for byte. The executor (``publish``) makes GitHub look
like the plan and decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.review import buttons, comments, settled, threads
from bot.review import report as reports
from bot.review.comments import Gone, Writer
from bot.review.markers import Place, Signer
from bot.review.model import Annotation, Conclusion, Plan, Report, Snapshot, Standing
from bot.review.report import known_files, removed_paths, speaks_up
from bot.review.state import Decision
from bot.review.words import conduct, conversation, summary
from bot.review.words.escape import code, one_line, shorten, visible
from bot.review.words.place import Blobs, Voice
from checks.model import FileReport, Finding, Lines, Severity, Threshold

REVIEW = "review"

MOST_ANNOTATIONS = 500
"""Ten requests' worth; the summary says how many findings have none."""

_TITLE_LENGTH = 255
_MESSAGE_LENGTH = 4_000
_ANNOTATION_PATH_LENGTH = 4_096


def make(
    snapshot: Snapshot,
    report: Report,
    standing: Standing,
    signer: Signer,
    *,
    repository: int,
    voice: Voice,
    found: Sequence[FileReport] | None = None,
    most_comments: int | None = None,
) -> Plan:
    """The plan for a finished review.

    ``repository`` is GitHub's id of the repository: the markers are bound to it. ``found`` is what
    ``report`` was made of; where people decided that findings do not count, another report is made
    of the rest.
    """
    pull = snapshot.pull
    place = Place(repository, pull.number)
    removed = removed_paths(snapshot)
    blobs = Blobs.of_pull(pull.html_url, pull.head_sha, removed)
    gone = Gone(snapshot, report, voice)
    pairs = threads.pair(report.findings, standing.comments, standing.posted, gone)
    tests = frozenset(one.path for one in report.files if one.role.role.is_test_code)
    decided = settled.settle(report.findings, tests, standing, pairs)
    apart = {one.finding.fingerprint: one for one in decided}
    write = Writer(signer, place, voice, blobs, pull.head_sha)
    limit = snapshot.settings.max_comments if most_comments is None else most_comments
    planned = comments.plan(snapshot, report, pairs, apart, write, gone, most=limit)
    if apart:
        every = report.files if found is None else tuple(found)
        counting = settled.without(every, apart)
        report = reports.build(snapshot, counting, voice.catalogue, settled=len(apart))
    # Nothing says that GitHub takes annotations on a path that the head has not.
    placed = [one for one in report.findings if one.path not in removed]
    occasion = summary.Occasion(
        head_sha=pull.head_sha,
        inline=planned.inline,
        problems=snapshot.problems,
        unannotated=max(0, len(placed) - MOST_ANNOTATIONS),
        conduct=tuple(conduct.blocks(snapshot)),
        decided=tuple(conversation.decided(decided, voice=voice, blobs=blobs)),
    )
    edited = {one.id for one in planned.edit}
    return Plan(
        head_sha=pull.head_sha,
        conclusion=conclude(report, snapshot.settings.fail_on),
        title=summary.title(report, known_files(snapshot, report.files)),
        summary=summary.write(report, occasion, voice=voice, blobs=blobs),
        text=summary.details(report, voice=voice, blobs=blobs),
        annotations=annotate(placed, voice),
        review_body=summary.review_body(
            report,
            len(planned.inline),
            voice=voice,
            head_sha=pull.head_sha,
            marker=signer.mark(REVIEW, place, pull.head_sha),
        )
        if planned.create
        else "",
        create=planned.create,
        edit=planned.edit,
        leave=tuple(sorted(one.id for one in standing.comments if one.id not in edited)),
        buttons=buttons.of_review(
            unplaced=planned.placed,
            in_tests=sum(speaks_up(one) and one.path in tests for one in report.findings),
            tests_ignored=standing.memory.tests is not None,
        ),
    )


def in_progress(head_sha: str, *, voice: Voice) -> Plan:
    """The check run while the review runs; its conclusion is not sent."""
    return _outcome(
        Conclusion.NEUTRAL,
        "Reviewing",
        "The changed files are being read and checked",
        "The result replaces this text; there is nothing to do.",
        head_sha,
        voice,
    )


def superseded(head_sha: str, *, voice: Voice, newer_sha: str = "") -> Plan:
    """A newer push took over before the review was done. No error."""
    newer = f"commit `{newer_sha[:7]}`" if newer_sha else "a newer commit"
    return _outcome(
        Conclusion.CANCELLED,
        "Superseded by a newer commit",
        f"The pull request moved on to {newer} before this commit was reviewed",
        "The newer commit gets its own review; there is nothing to do.",
        head_sha,
        voice,
    )


def gave_up(head_sha: str, reason: str, *, voice: Voice) -> Plan:
    """The review failed for good. Not a pass: a required check must not let this through."""
    return _outcome(
        Conclusion.CANCELLED,
        "Not reviewed",
        f"This commit was not reviewed: {reason.strip().rstrip('.')}",
        "To try again, press Re-run, or comment `/assay recheck` on the pull request.",
        head_sha,
        voice,
    )


def paused(head_sha: str, decision: Decision, *, voice: Voice) -> Plan:
    """A person paused the reviews of the pull request. Not a pass of what nobody looked at."""
    plan = _outcome(
        Conclusion.NEUTRAL,
        f"Paused by @{decision.by}",
        f"Reviews of this pull request are paused, as {code(decision.by)} asked",
        "Comment `/assay resume` to have every push reviewed again, or `/assay recheck` for this "
        "commit alone.",
        head_sha,
        voice,
    )
    return replace(plan, buttons=buttons.of_pause())


def closed(head_sha: str, *, voice: Voice) -> Plan:
    """The pull request was closed or merged before the review was done."""
    return _outcome(
        Conclusion.SKIPPED,
        "Pull request closed",
        "The pull request was closed before this commit was reviewed",
        "Reopen it to have it reviewed.",
        head_sha,
        voice,
    )


def nothing_to_review(head_sha: str, reason: str, *, voice: Voice) -> Plan:
    """The change holds nothing that Assay reviews, or the repository does not want it reviewed."""
    return _outcome(
        Conclusion.SKIPPED,
        "Nothing to review",
        f"There is nothing to review: {reason.strip().rstrip('.')}",
        "To have it looked at all the same, comment `/assay recheck` on the pull request.",
        head_sha,
        voice,
    )


def _outcome(
    conclusion: Conclusion, title: str, said: str, next_step: str, head_sha: str, voice: Voice
) -> Plan:
    body = summary.outcome(said, next_step, head_sha=head_sha, voice=voice)
    return Plan(head_sha, conclusion, title, body, text="")


def conclude(report: Report, fail_on: Threshold) -> Conclusion:
    """``failure`` from the threshold on, ``neutral`` with findings or when nothing was analysed."""
    if any(one.severity >= fail_on for one in report.findings):
        return Conclusion.FAILURE
    unseen = bool(report.files or report.not_looked_at) and all(
        one.not_analysed is not None for one in report.files
    )
    if unseen or any(speaks_up(one) for one in report.findings):
        return Conclusion.NEUTRAL
    return Conclusion.SUCCESS


def annotate(findings: Sequence[Finding], voice: Voice) -> tuple[Annotation, ...]:
    """An annotation for each finding: plain text, in the form that GitHub accepts."""
    return tuple(
        _annotation(one, voice)
        for one in findings[:MOST_ANNOTATIONS]
        if len(one.path) <= _ANNOTATION_PATH_LENGTH
    )


def _annotation(one: Finding, voice: Voice) -> Annotation:
    start = max(1, one.region.start_line)
    lines = Lines(start, max(start, one.region.end_line))
    columns = None
    if lines.start == lines.end and one.region.start_column >= 1:
        # SARIF's end column is the one after the last character, GitHub's is the last one.
        columns = (one.region.start_column, max(one.region.start_column, one.region.end_column - 1))
    sentences = (one_line(part) for part in (one.message, one.why, one.fix))
    return Annotation(
        path=one.path,
        lines=lines,
        level=_level(one.severity),
        title=shorten(one_line(f"{voice.title(one.check)} ({one.check})"), _TITLE_LENGTH),
        message=shorten(visible(" ".join(filter(None, sentences))), _MESSAGE_LENGTH) or one.check,
        columns=columns,
    )


def _level(severity: Severity) -> str:
    if severity >= Severity.HIGH:
        return "failure"
    return "warning" if severity is Severity.MEDIUM else "notice"
