"""From the report to the plan: what should stand on GitHub after this review.

:func:`make` plans a finished review; :func:`in_progress`, :func:`superseded`, :func:`gave_up`,
:func:`closed` and :func:`nothing_to_review` the check run of one that has no verdict.

Pure: equal input gives an equal plan, byte for byte. The executor (``publish``) makes GitHub look
like the plan and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.review.diff import commentable
from bot.review.markers import Place, Signer
from bot.review.model import (
    Annotation,
    CommentEdit,
    Conclusion,
    NewComment,
    OwnComment,
    Plan,
    Report,
    Snapshot,
    Standing,
)
from bot.review.report import known_files, removed_paths, speaks_up
from bot.review.words import comment, summary
from bot.review.words.escape import one_line, shorten, visible
from bot.review.words.place import Blobs, Voice
from checks.model import Finding, Lines, Severity, Suggestion, Surface, Threshold

FINDING = "finding"
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
) -> Plan:
    """The plan for a finished review.

    ``repository`` is GitHub's id of the repository: the markers are bound to it.
    """
    pull = snapshot.pull
    place = Place(repository, pull.number)
    removed = removed_paths(snapshot)
    blobs = Blobs.of_pull(pull.html_url, pull.head_sha, removed)
    # Nothing says that GitHub takes annotations on a path that the head has not.
    placed = [one for one in report.findings if one.path not in removed]
    ours = _by_fingerprint(standing.comments)
    present = {one.fingerprint for one in report.findings}
    still = [one for one in ours.values() if one.fingerprint in present]
    create = _create(
        snapshot,
        report,
        taken=frozenset(ours),
        room=snapshot.settings.max_comments - len(still),
        write=_writer(signer, place, voice, blobs),
    )
    edit = [
        *_mended(snapshot, report, ours, present, signer, place),
        *_returned(report, still, _writer(signer, place, voice, blobs)),
    ]
    edited = {one.id for one in edit}
    inline = frozenset([one.fingerprint for one in create] + [one.fingerprint for one in still])
    occasion = summary.Occasion(
        head_sha=pull.head_sha,
        inline=inline,
        problems=snapshot.problems,
        unannotated=max(0, len(placed) - MOST_ANNOTATIONS),
    )
    return Plan(
        head_sha=pull.head_sha,
        conclusion=conclude(report, snapshot.settings.fail_on),
        title=summary.title(report, known_files(snapshot, report.files)),
        summary=summary.write(report, occasion, voice=voice, blobs=blobs),
        text=summary.details(report, voice=voice, blobs=blobs),
        annotations=annotate(placed, voice),
        review_body=summary.review_body(
            report,
            len(inline),
            voice=voice,
            head_sha=pull.head_sha,
            marker=signer.mark(REVIEW, place, pull.head_sha),
        )
        if create
        else "",
        create=create,
        edit=tuple(sorted(edit, key=lambda one: one.id)),
        leave=tuple(sorted(one.id for one in standing.comments if one.id not in edited)),
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


def _by_fingerprint(comments: Sequence[OwnComment]) -> dict[str, OwnComment]:
    """Our genuine comments, the oldest of each fingerprint."""
    ours: dict[str, OwnComment] = {}
    for one in sorted(comments, key=lambda one: one.id):
        if one.genuine:
            ours.setdefault(one.fingerprint, one)
    return ours


Writer = Callable[[Finding, Suggestion | None], str]


def _writer(signer: Signer, place: Place, voice: Voice, blobs: Blobs) -> Writer:
    def write(found: Finding, suggestion: Suggestion | None) -> str:
        marker = signer.mark(FINDING, place, found.fingerprint)
        return comment.finding(
            found, voice=voice, blobs=blobs, suggestion=suggestion, marker=marker
        )

    return write


def _create(
    snapshot: Snapshot,
    report: Report,
    *,
    taken: frozenset[str],
    room: int,
    write: Writer,
) -> tuple[NewComment, ...]:
    """The gravest findings that have a place in the diff and no comment yet, as many as fit."""
    diffs = {diff.path: diff for diff in snapshot.diffs}
    created: dict[str, NewComment] = {}
    for one in report.findings:
        if len(created) >= room:
            break
        wanted = one.surface is Surface.INLINE and bool(one.fingerprint)
        if not wanted or one.fingerprint in taken or one.fingerprint in created:
            continue
        diff = diffs.get(one.path)
        if diff is None:
            continue
        suggestion = one.suggestion
        lines = None
        if suggestion is not None:
            # GitHub replaces exactly the lines of the comment, so they must be the suggestion's.
            lines = commentable(diff, suggestion.lines)
            if lines != suggestion.lines:
                suggestion = lines = None
        lines = lines or commentable(diff, one.region.lines)
        if lines is not None:
            created[one.fingerprint] = NewComment(
                one.path, lines, write(one, suggestion), one.fingerprint
            )
    return tuple(created.values())


def _mended(
    snapshot: Snapshot,
    report: Report,
    ours: dict[str, OwnComment],
    present: set[str],
    signer: Signer,
    place: Place,
) -> list[CommentEdit]:
    """Edits of comments whose finding is gone, in files that were looked at from end to end."""
    renamed = {diff.old_path: diff.path for diff in snapshot.diffs if diff.old_path}
    removed = removed_paths(snapshot)
    seen = {one.path: one for one in report.files if one.not_analysed is None and not one.limits}
    edits = []
    for one in ours.values():
        path = one.path if one.path in seen else renamed.get(one.path, one.path)
        gone = path in seen or path in removed
        if one.fingerprint in present or not gone or comment.is_fixed(one.body):
            continue
        marker = signer.mark(FINDING, place, one.fingerprint)
        silenced = path in seen and bool(seen[path].suppressed)
        silenced = silenced or comment.rule_of(one.body) in snapshot.settings.disabled
        body = comment.fixed(
            one.body, head_sha=snapshot.pull.head_sha, silenced=silenced, marker=marker
        )
        edits.append(CommentEdit(one.id, body))
    return edits


def _returned(report: Report, still: Sequence[OwnComment], write: Writer) -> list[CommentEdit]:
    """Edits of comments that say "fixed" although their finding is back."""
    found = {one.fingerprint: one for one in report.findings}
    return [
        CommentEdit(one.id, write(found[one.fingerprint], None))
        for one in still
        if comment.is_fixed(one.body)
    ]
