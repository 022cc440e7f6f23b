"""What people decided about findings, as the summary lists it: who, when and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from bot.review.settled import Settled
from bot.review.words.comment import SEVERITY, on, sentence
from bot.review.words.document import Block, Each
from bot.review.words.escape import code
from bot.review.words.place import Blobs, Voice, place
from bot.review.words.sentences import count
from bot.review.words.summary import listing


def decided(found: Sequence[Settled], *, voice: Voice, blobs: Blobs) -> Iterable[Block]:
    """The findings that do not count, under who decided so."""
    write = partial(_line, voice=voice, blobs=blobs)
    ignored = [one for one in found if not one.dismissed and not one.tests]
    dismissed = [one for one in found if one.dismissed]
    tests = [one for one in found if one.tests]
    yield from listing("Ignored in this pull request", Each(ignored, write), "ignored finding")
    yield from listing(
        "Dismissed: somebody resolved the thread", Each(dismissed, write), "dismissed finding"
    )
    if tests:
        one = tests[0].decision
        who = f"{code(one.by)} asked{on(one.when)}"
        head = f"Findings in test code do not count, as {who}: {count(len(tests), 'finding')}."
        why = f" Why: {sentence(one.why, 300)}" if one.why.strip() else ""
        yield Block(f"{head}{why}", noun="remark")
        yield from listing("Ignored in tests", Each(tests, write), "finding in tests")


def _line(one: Settled, *, voice: Voice, blobs: Blobs) -> str:
    found, decision = one.finding, one.decision
    where = place(blobs, found.path, found.region.lines)
    said = f"- **{SEVERITY[found.severity]}** {where} {sentence(found.message, 300)}"
    said = f"{said} {voice.rule(found.check)}"
    if one.tests:
        return said
    how = "resolved by" if one.dismissed else "ignored by"
    why = f": {sentence(decision.why, 300)}" if decision.why.strip() else "."
    return f"{said} – {how} {code(decision.by)}{on(decision.when)}{why}"
