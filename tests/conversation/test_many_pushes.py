"""Random sequences of edits, pushes, rebases and what people do, held against plain sentences.

What is checked after every review stands in :func:`_check`, one sentence each. 512 sequences, in
portions, so that they run side by side.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence

import pytest

from bot.jobs import Job, kinds
from bot.review import state
from bot.review.model import Says
from bot.review.state import Posted
from checks.model import ChangedFile, Finding
from tests.conversation.moves import MOVES
from tests.conversation.world import MOST, SIGNER, LineAnalysis, Standing, World, begin
from tests.github.contract import complaints_about_document

WRITERS = ("alice", "carol")
PEOPLE = (*WRITERS, "bob")
LIVE = (Says.OPEN, Says.IGNORED)
CLOSED = (Says.FIXED, Says.DISMISSED)
PORTIONS, EACH, LENGTH = 16, 35, 12


class Memory:
    """What the texts of ours on the pull request say, read without the bot's own reading."""

    def __init__(self, world: World) -> None:
        place = world.place
        every = [(one.user, one.body) for one in world.pull.reviews]
        every += [(one.user, one.body) for one in world.pull.issue_comments]
        ours = [body for user, body in every if user.login.startswith("assay")]
        found = (state.read_memory(SIGNER, place, body) for body in ours)
        self.memory = state.newest(one for one in found if one is not None)
        self.posted = Counter(state.read_posted(SIGNER, place, ours))


async def _findings(world: World) -> list[Finding]:
    """The findings that the change introduces."""
    base, head = world.pull.merge_base, world.pull.head_sha
    old, new = world.texts(base), world.texts(head)
    files = [
        ChangedFile(
            one.path,
            new[one.path].encode(),
            old[one.previous_path or one.path].encode() if one.status != "added" else None,
            old_path=one.previous_path,
        )
        for one in world.pull.changes
        if one.status != "removed"
    ]
    analysis = LineAnalysis()
    reports = await analysis.analyse(files, analysis.settings)
    return [each for one in reports for each in one.findings]


async def _review(world: World, job: Job) -> None:
    """Run a review, and check what it did."""
    before, known = world.standing(), Memory(world)
    paused = known.memory.paused is not None and not job.payload["rerun"]
    heads = len(world.found.check_runs(world.pull.head_sha))
    await world.reviewer.review(job)
    after = world.standing()
    runs = world.found.check_runs(world.pull.head_sha)
    assert all(one.status == "completed" for one in runs)
    if len(runs) == heads:
        assert after == before, "a head that was reviewed is left alone"
        return
    if paused:
        assert after == before, "nothing is said while reviews are paused"
        if world.pull.changes:
            assert runs[-1].conclusion == "neutral"
            assert (runs[-1].title or "").startswith("Paused by @")
        return
    show_all = bool(job.payload["show_all"])
    _check(world, before, after, known, await _findings(world), show_all=show_all)


def _check(
    world: World,
    before: Standing,
    after: Standing,
    known: Memory,
    found: Sequence[Finding],
    *,
    show_all: bool,
) -> None:
    counts = Counter(one.kin for one in found)
    in_tests = Counter(one.kin for one in found if one.path.startswith("test"))
    places = {(one.path, one.kin, one.region.start_line) for one in found}
    new = [after.comments[number] for number in after.comments if number not in before.comments]
    assert len(new) <= (100 if show_all else MOST), "no more comments than the limit"
    lost = known.posted.copy()
    lost.subtract(Posted(one.fingerprint, one.kin) for one in before.comments.values())
    kins = {one.kin for one in after.comments.values()} | set(counts)
    settled: Counter[str] = Counter()
    for kin in kins:
        live, closed = before.of(kin, *LIVE), before.of(kin, *CLOSED)
        deleted = sum(times for (_, its), times in lost.items() if its == kin and times > 0)
        made = sum(one.kin == kin for one in new)
        # Of a finding that was fixed and is back, a comment tells; then equal ones count that
        # somebody deleted.
        room = max(0, counts[kin] - len(live) - max(0, deleted - len(closed)))
        assert made <= room, "no finding gets a second comment, and none whose comment was deleted"
        fixed = [n for n in live if n in after.of(kin, *CLOSED)]
        less = max(0, len(live) - counts[kin])
        if not deleted and not closed:
            assert len(fixed) == less, "fixed are those that are gone, outdated or not"
        assert less <= len(fixed) <= less + deleted + len(closed)
        back = [n for n in closed if n in after.of(kin, *LIVE)]
        assert len(after.of(kin, *LIVE)) <= counts[kin], "nothing is said of what is not there"
        assert len(back) <= max(0, counts[kin] - len(live) + len(fixed))
        settled[kin] = _settled(after, known, kin, lost, {one.fingerprint for one in found})
        for number in fixed:
            one = after.comments[number]
            assert (one.path, kin, one.line) not in places, "what is fixed does not stand there"
        for number in before.of(kin, Says.FIXED):
            one = after.comments[number]
            seen = one.line is not None and number not in before.resolved
            again = any(each.fingerprint == one.fingerprint for each in new)
            assert not (seen and again), "what is back is told in its thread, where it is seen"
    for number, who in before.resolved.items():
        if who in PEOPLE:
            assert after.resolved.get(number) == who, "what a person resolved stays resolved"
    for number, one in after.comments.items():
        changed = before.bodies.get(number) != after.bodies[number]
        if changed and number in before.comments and one.says in CLOSED:
            assert "Fixed in `" in after.bodies[number]
            assert world.pull.head_sha[:7] in after.bodies[number]
    run = world.run_of_head()
    names = {one.fingerprint for one in found}
    dismissed = any(
        after.resolved.get(number) in WRITERS
        and (one.says is Says.OPEN or (one.says is Says.DISMISSED and one.fingerprint in names))
        for number, one in after.comments.items()
    )
    if known.memory.tests is None:
        told = "Dismissed: somebody resolved the thread" in (run.summary or "")
        assert told is dismissed, "what is dismissed is listed"
    failing = any(
        counts[kin] - (in_tests[kin] if known.memory.tests else 0) > settled[kin] for kin in counts
    )
    if known.memory.tests is None or not any(in_tests.values()):
        assert (run.conclusion == "failure") is failing, (run.title, counts, settled)


def _settled(
    after: Standing, known: Memory, kin: str, lost: Counter[Posted], names: set[str]
) -> int:
    """How many findings of a kin people decided about."""
    ignored = {one.fingerprint for one in known.memory.ignored}
    standing = [after.comments[number] for number in after.of(kin, *LIVE)]
    back = [after.comments[number] for number in after.of(kin, Says.DISMISSED)]
    standing += [one for one in back if one.fingerprint in names]
    number = sum(
        one.says is Says.IGNORED or after.resolved.get(one.id) in WRITERS for one in standing
    )
    return number + sum(
        times for (name, its), times in lost.items() if its == kin and name in ignored and times > 0
    )


async def _play(seed: int) -> None:
    luck = random.Random(seed)
    world = await begin(may_resolve=luck.random() < 0.5)
    try:
        await _work_off(world)
        for _ in range(LENGTH):
            await luck.choice(MOVES)(world, luck)
            if luck.random() < 0.8:
                await _work_off(world)
        await _work_off(world)
        before = world.standing()
        await world.pull.comment("alice", "/assay recheck")
        await _work_off(world)
        await world.pull.comment("alice", "/assay recheck")
        settled = world.standing()
        await _work_off(world)
        assert world.standing() == settled, "a second look changes nothing"
        assert set(before.comments) <= set(settled.comments)
    finally:
        world.standin.close()
    assert world.standin.failures == []
    assert world.standin.unknown_requests == []
    assert [one for one in world.standin.complaints if "without a body" not in one] == []
    documents = {one.document for one in world.standin.exchanges if one.path == "/graphql"}
    assert [each for one in documents for each in complaints_about_document(one or "")] == []


async def _work_off(world: World) -> None:
    while (job := world.next_job()) is not None:
        if job.kind == kinds.REVIEW:
            await _review(world, job)
        else:
            await world.carry_out(job)


@pytest.mark.parametrize("portion", range(PORTIONS))
def test_the_sentences_hold_over_many_pushes(portion: int) -> None:
    for seed in range(portion * EACH, (portion + 1) * EACH):
        try:
            asyncio.run(_play(seed))
        except AssertionError as error:
            raise AssertionError(f"sequence {seed}: {error}") from error
