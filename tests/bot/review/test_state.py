"""What is remembered in comments: read back as it was written, by us alone, within bounds."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.review import markers, state
from bot.review.markers import Place, Signer
from bot.review.state import Change, Decision, Full, Ignored, Memory, Posted

unhurried = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
SIGNER = Signer([b"k" * 32])
PLACE = Place(1, 7)
WHO = Decision("alice", "2026-11-24T10:00:00Z", "a cache key")

texts = st.text(max_size=60)
decisions = st.builds(Decision, texts, texts, texts)
memories = st.builds(
    Memory,
    st.integers(0, 2**40),
    st.lists(st.builds(Ignored, texts, texts, texts, decisions), max_size=4).map(tuple),
    st.none() | decisions,
    st.none() | decisions,
    st.lists(texts, max_size=4).map(tuple),
)


def wanted(what: str, key: str = "d-1", name: str = "aa", why: str = "why") -> Change:
    return Change(key, what, Decision("alice", "2026-11-24T10:00:00Z", why), name, "kin", "rule")


@unhurried
@given(memories, texts)
def test_a_memory_is_read_back_out_of_any_text(memory: Memory, around: str) -> None:
    sealed = state.seal_memory(SIGNER, PLACE, memory)
    assert sealed.startswith("<!-- ")
    assert "--" not in sealed.removeprefix("<!--").removesuffix("-->")
    body = f"{around}\n{sealed}"
    assert state.read_memory(SIGNER, PLACE, body) == memory
    assert sealed not in markers.strip(body)
    again = markers.put(body, state.MEMORY, state.seal_memory(SIGNER, PLACE, Memory(9)))
    assert state.read_memory(SIGNER, PLACE, again) == Memory(9)
    assert again.count("memory=") - around.count("memory=") == 1


@unhurried
@given(st.text())
def test_any_text_is_read(body: str) -> None:
    assert state.read_memory(SIGNER, PLACE, body) is None
    assert state.read_posted(SIGNER, PLACE, [body]) == ()


def test_only_what_we_signed_for_this_pull_request_counts() -> None:
    sealed = state.seal_memory(SIGNER, PLACE, Memory(3, tests=WHO))
    assert state.read_memory(SIGNER, Place(1, 8), sealed) is None
    assert state.read_memory(SIGNER, Place(2, 7), sealed) is None
    assert state.read_memory(Signer([b"x" * 32]), PLACE, sealed) is None
    data = sealed.split("=", 1)[1].split(" ")[0]
    changed = sealed.replace(data, ("A" if data[0] != "A" else "B") + data[1:])
    assert state.read_memory(SIGNER, PLACE, changed) is None
    posted = sealed.replace(" memory=", " posted=")
    assert state.read_posted(SIGNER, PLACE, [posted]) == ()


def test_a_rotated_key_still_knows_what_the_older_one_signed() -> None:
    sealed = state.seal_memory(SIGNER, PLACE, Memory(3, paused=WHO))
    rotated = Signer([b"n" * 32, b"k" * 32])
    assert state.read_memory(rotated, PLACE, sealed) == Memory(3, paused=WHO)


def test_what_was_posted_is_listed_as_often_as_it_was() -> None:
    one, other = Posted("aa" * 16, "0123456789abcdef"), Posted("bb", "")
    bodies = [
        state.seal_posted(SIGNER, PLACE, [one, other]),
        "nothing",
        state.seal_posted(SIGNER, PLACE, [one]),
    ]
    assert state.read_posted(SIGNER, PLACE, bodies) == (one, other, one)


def test_each_change_and_its_opposite() -> None:
    memory = state.change(Memory(), wanted("ignore"))
    assert [(one.fingerprint, one.decision.why) for one in memory.ignored] == [("aa", "why")]
    assert state.change(memory, wanted("ignore", why="other")) == memory, "done is done"
    again = state.change(memory, wanted("ignore", "d-2", why="other"))
    assert [one.decision.why for one in again.ignored] == ["other"]
    assert state.change(again, wanted("unignore", "d-3")).ignored == ()
    for put, take, field in (
        ("ignore-tests", "count-tests", "tests"),
        ("pause", "resume", "paused"),
    ):
        after = state.change(Memory(), wanted(put))
        assert getattr(after, field).by == "alice"
        assert getattr(state.change(after, wanted(take, "d-9")), field) is None
        assert after.number == 1


def test_an_old_try_does_not_undo_what_came_after_it() -> None:
    memory = state.change(Memory(), wanted("ignore", "first"))
    memory = state.change(memory, wanted("unignore", "second"))
    memory = state.change(memory, wanted("ignore", "third"))
    assert state.change(memory, wanted("unignore", "second")) == memory


def test_there_is_room_for_so_many_and_no_more() -> None:
    memory = Memory()
    for number in range(state.MOST_IGNORED):
        memory = state.change(memory, wanted("ignore", f"k{number}", f"f{number}", "ü" * 500))
    assert len(state.seal_memory(SIGNER, PLACE, memory)) < 60_000
    with pytest.raises(Full):
        state.change(memory, wanted("ignore", "one more", "another"))


def test_the_newest_counts() -> None:
    assert state.newest([]) == Memory()
    assert state.newest([Memory(2), Memory(5, paused=WHO), Memory(4)]).number == 5
