"""What becomes of the comments on lines: which are new, which say something else now.

Never repeats a comment, never deletes one. A comment whose finding is gone says so, and its thread
is resolved; one whose finding is back says what it said, in its own thread where people see it
there, in a new one where they would not. What a person deleted stays away, and a thread that a
person resolved stays resolved. Pure: ``plan`` puts it together, ``publish`` carries it out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.review import hiding
from bot.review.diff import commentable
from bot.review.markers import Place, Signer
from bot.review.model import (
    CommentEdit,
    FileDiff,
    NewComment,
    OwnComment,
    Report,
    Says,
    Snapshot,
)
from bot.review.report import removed_paths
from bot.review.settled import Settled
from bot.review.state import Posted, identity
from bot.review.threads import Pairs
from bot.review.words import comment
from bot.review.words.place import Blobs, Voice
from checks import path_settings
from checks.model import Finding, Lines, Settings, Suggestion, Surface

_CLOSED = (Says.FIXED, Says.DISMISSED)


@dataclass(frozen=True, slots=True)
class Writer:
    """What is needed to write a comment."""

    signer: Signer
    place: Place
    voice: Voice
    blobs: Blobs
    head_sha: str

    def mark(self, says: Says, fingerprint: str, kin: str) -> str:
        """The marker of a comment."""
        return self.signer.mark(says.value, self.place, identity(fingerprint, kin))

    def finding(
        self,
        found: Finding,
        suggestion: Suggestion | None = None,
        *,
        name: Posted | None = None,
        again: bool = False,
    ) -> str:
        """A comment that says what was found; ``name`` is what an older comment calls it."""
        called = name or Posted(found.fingerprint, found.kin)
        return comment.finding(
            found,
            voice=self.voice,
            blobs=self.blobs,
            suggestion=suggestion,
            marker=self.mark(Says.OPEN, *called),
            again=again,
        )


@dataclass(frozen=True, slots=True)
class Comments:
    """What is to be done."""

    create: tuple[NewComment, ...]
    edit: tuple[CommentEdit, ...]
    inline: frozenset[str]
    """Findings that a comment on their line shows."""
    placed: int
    """Findings that would have a comment if more were allowed."""


class Gone:
    """Whether the finding of a comment would have been found, were it still there."""

    def __init__(self, snapshot: Snapshot, report: Report, voice: Voice) -> None:
        self._renamed = {one.old_path: one.path for one in snapshot.diffs if one.old_path}
        self._removed = removed_paths(snapshot)
        self._files = {one.path: one for one in report.files}
        self._listed = {one.path for one in snapshot.diffs}
        self._complete = snapshot.pull.changed_files <= len(snapshot.diffs)
        self._voice = voice

    def path(self, one: OwnComment) -> str:
        """Where the file of a comment is now."""
        return one.path if one.path in self._listed else self._renamed.get(one.path, one.path)

    def __call__(self, one: OwnComment) -> bool:
        """Whether it is gone, as far as the analysis can tell."""
        path = self.path(one)
        if path in self._removed:
            return True
        if path not in self._listed:
            # The change does not touch the file any more, unless it is one that GitHub left out.
            return self._complete
        file = self._files.get(path)
        if file is None or file.not_analysed is not None:
            return False
        rule = comment.rule_of(one.body)
        check = self._voice.catalogue.get(rule)
        return not hiding.can_hide(file.limits, check, rule, one.line)

    def silenced(self, one: OwnComment, settings: Settings) -> bool:
        """Whether nobody can tell if a finding was mended or silenced."""
        path = self.path(one)
        file = self._files.get(path)
        rule = comment.rule_of(one.body)
        # Of a comment whose last line was edited away, the rule is not known.
        hushed = file is not None and any(not rule or s.check == rule for s in file.suppressed)
        unread = file is not None and not path_settings.reads(settings, file.language)
        return hushed or unread or rule in path_settings.for_path(settings, path).disabled


def plan(
    snapshot: Snapshot,
    report: Report,
    pairs: Pairs,
    settled: Mapping[str, Settled],
    write: Writer,
    gone: Gone,
    *,
    most: int,
) -> Comments:
    """What is to be done with comments; ``report`` holds all findings, also settled ones.

    At most so many comments are open at once as ``most`` says.
    """
    findings = {one.fingerprint: one for one in reversed(report.findings) if one.fingerprint}
    diffs = {diff.path: diff for diff in snapshot.diffs}
    edits: list[CommentEdit] = []
    shown: set[str] = set()
    again: dict[str, OwnComment] = {}
    standing_open = 0
    for name, one in pairs.comments.items():
        found, decision = findings[name], settled.get(name)
        if decision is not None:
            if not decision.dismissed and one.says is not Says.IGNORED:
                edits.append(_ignored(one, decision, write))
            elif decision.dismissed and one.says is Says.IGNORED:
                # Not ignored any more, and somebody resolved the thread all the same.
                edits.append(_reopened(one, found, write))
            continue
        if one.says is Says.OPEN:
            if not one.resolved:
                standing_open += 1
            if one.line is not None:
                shown.add(name)
            continue
        if one.says in _CLOSED and (one.resolved_by or one.line is None):
            if _target(found, diffs.get(found.path)) is not None:
                again[name] = one
                continue
            if one.resolved_by:
                continue
        edits.append(_reopened(one, found, write))
        standing_open += 1
        if one.line is not None:
            shown.add(name)
    edits += [_fixed(one, snapshot, gone, write) for one in pairs.gone]
    taken = {*settled, *pairs.deleted, *(name for name in pairs.comments if name not in again)}
    fresh = [one for one in report.findings if one.fingerprint not in taken]
    room = max(0, most - standing_open)
    create, placed = _create(fresh, diffs, room, write, again)
    shown.update(one.fingerprint for one in create)
    # Where there is no room for another comment, the old one must not go on saying "fixed".
    left = [name for name, one in again.items() if name not in shown and not one.resolved_by]
    edits += [_reopened(again[name], findings[name], write) for name in left]
    return Comments(
        create, tuple(sorted(edits, key=lambda one: one.id)), frozenset(shown), placed - len(create)
    )


def _target(found: Finding, diff: FileDiff | None) -> tuple[Lines, Suggestion | None] | None:
    """The lines on which a comment may stand, and the suggestion that fits them."""
    if diff is None:
        return None
    suggestion = found.suggestion
    if suggestion is not None and commentable(diff, suggestion.lines) == suggestion.lines:
        # GitHub replaces exactly the lines of the comment, so they must be the suggestion's.
        return suggestion.lines, suggestion
    lines = commentable(diff, found.region.lines)
    return None if lines is None else (lines, None)


def _create(
    findings: Sequence[Finding],
    diffs: Mapping[str, FileDiff],
    room: int,
    write: Writer,
    again: Iterable[str],
) -> tuple[tuple[NewComment, ...], int]:
    """The gravest findings that have a place in the diff, as many as fit; and how many have one."""
    back = frozenset(again)
    created: dict[str, NewComment] = {}
    placed: set[str] = set()
    for one in findings:
        wanted = one.surface is Surface.INLINE and bool(one.fingerprint)
        if not wanted or one.fingerprint in placed:
            continue
        target = _target(one, diffs.get(one.path))
        if target is None:
            continue
        placed.add(one.fingerprint)
        if len(created) < room:
            lines, suggestion = target
            body = write.finding(one, suggestion, again=one.fingerprint in back)
            created[one.fingerprint] = NewComment(
                one.path, lines, body, one.fingerprint, kin=one.kin
            )
    return tuple(created.values()), len(placed)


def _fixed(one: OwnComment, snapshot: Snapshot, gone: Gone, write: Writer) -> CommentEdit:
    """The comment of a finding that is not there any more."""
    says = Says.DISMISSED if one.resolved_by and one.says is Says.OPEN else Says.FIXED
    body = comment.fixed(
        one.body,
        head_sha=snapshot.pull.head_sha,
        silenced=gone.silenced(one, snapshot.settings),
        marker=write.mark(says, one.fingerprint, one.kin),
    )
    return CommentEdit(one.id, body, one.node_id, one.thread, None if one.resolved else True)


def _ignored(one: OwnComment, decision: Settled, write: Writer) -> CommentEdit:
    """The comment of a finding that somebody asked to ignore."""
    body = comment.ignored(
        one.body,
        decision.decision,
        tests=decision.tests,
        marker=write.mark(Says.IGNORED, one.fingerprint, one.kin),
    )
    return CommentEdit(one.id, body, one.node_id, one.thread, None if one.resolved else True)


def _reopened(one: OwnComment, found: Finding, write: Writer) -> CommentEdit:
    """The comment of a finding that is back, or counts again."""
    offer = found.suggestion
    if offer is not None and (one.path != found.path or one.lines != offer.lines):
        offer = None  # GitHub would replace other lines.
    body = write.finding(found, offer, name=Posted(one.fingerprint, one.kin or found.kin))
    ours = one.resolved and not one.resolved_by
    return CommentEdit(one.id, body, one.node_id, one.thread, False if ours else None)
