"""The bookkeeping of a batch, and the frames, without any process."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.configuration import Configuration, Layer
from checks.model import (
    Aspect,
    ChangedFile,
    Confidence,
    Edit,
    Evidence,
    FileReport,
    Finding,
    Lines,
    Problem,
    Region,
    Role,
    RoleDecision,
    Settings,
    Severity,
    Span,
    Step,
    Suggestion,
    Suppressed,
    Surface,
)
from checks.repository import Bounds
from checks.sandbox import frames
from checks.sandbox.batch import CRASHED, MEMORY_LIMIT, TIME_LIMIT, Batch

EVENTS = (
    "report",
    "report",
    "report",
    "gather",
    "move",
    TIME_LIMIT,
    MEMORY_LIMIT,
    CRASHED,
    "lost",
    "wrong",
)


def report(path: str) -> FileReport:
    return FileReport(path, RoleDecision(Role.PRODUCTION, "its path"), "python")


@given(
    sizes=st.lists(st.integers(0, 12), max_size=12),
    events=st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 20)), max_size=200),
)
def test_whatever_workers_do_every_file_has_one_report(
    sizes: list[int], events: list[tuple[str, int]]
) -> None:
    files = [ChangedFile(f"{n}.py", b"x" * size) for n, size in enumerate(sizes)]
    batch = Batch(files, Settings(), piece_bytes=10)
    feed = iter(events)
    runs = 0
    while run := batch.next_run():
        runs += 1
        assert runs <= 4 * len(files) + 6, "a batch must come to its end"
        rest = list(run)
        for event, number in feed:
            if event == "report" and rest:
                assert batch.accept(report(rest.pop(0).path))
            elif event == "report":
                assert not batch.accept(report(files[0].path))
            elif event == "wrong":
                assert not batch.accept(report("wrong.py"))
                assert not batch.finish_run() or not rest
                if not rest:
                    break
            elif event == "move":
                batch.move(f"{number}.py")
            elif event == "gather":
                assert batch.gather() is (len(rest) == len(run) > 0)
            elif event == "lost":
                batch.worker_lost()
                break
            else:
                batch.blame_current(event)
                break
        else:
            # The script is over: the worker does its work.
            assert all(batch.accept(report(file.path)) for file in rest)
            assert batch.finish_run()
    reports = batch.reports()
    assert [one.path for one in reports] == [file.path for file in files]
    for size, one in zip(sizes, reports, strict=True):
        assert (one.not_analysed or "").startswith("larger") is (size > 10)


def test_a_piece_holds_what_fits() -> None:
    files = [ChangedFile(f"{n}.py", b"x" * 4, base=b"y") for n in range(4)]
    batch = Batch(files, Settings(), piece_bytes=10)
    assert [file.path for file in batch.next_run()] == ["0.py", "1.py"]


def test_a_time_limit_is_final_and_a_crash_has_a_second_chance() -> None:
    batch = Batch([ChangedFile(path, b"") for path in ("a", "b", "c")], Settings(), 10)
    assert len(batch.next_run()) == 3
    assert batch.accept(report("a"))
    batch.blame_current(CRASHED)
    assert [file.path for file in batch.next_run()] == ["a", "c"]
    assert batch.accept(report("a"))
    batch.blame_current(TIME_LIMIT)
    assert [file.path for file in batch.next_run()] == ["a"]
    assert batch.accept(report("a"))
    assert batch.finish_run()
    assert [file.path for file in batch.next_run()] == ["b"]
    batch.blame_current(MEMORY_LIMIT)
    assert batch.next_run() == ()
    assert [one.not_analysed for one in batch.reports()] == [None, MEMORY_LIMIT, TIME_LIMIT]


def test_the_file_that_the_worker_was_at_is_blamed() -> None:
    batch = Batch([ChangedFile(path, b"") for path in ("a", "b", "c")], Settings(), 10)
    batch.next_run()
    assert batch.move("a")
    assert batch.move("c")
    assert not batch.move("elsewhere")
    assert batch.move("c")
    batch.blame_current(TIME_LIMIT)
    assert [file.path for file in batch.next_run()] == ["a", "b"]


def test_no_file_is_blamed_for_what_the_repository_holds() -> None:
    batch = Batch([ChangedFile(path, b"") for path in ("a", "b")], Settings(), 10)
    for _ in range(2):
        assert not batch.alone
        batch.next_run()
        assert batch.move("b")
        assert batch.gather()
        batch.blame_current(CRASHED)
    assert batch.alone, "the second time it is done without"
    assert [file.path for file in batch.next_run()] == ["a", "b"]
    assert batch.move("b")
    batch.blame_current(TIME_LIMIT)
    assert [file.path for file in batch.next_run()] == ["a"]
    assert batch.accept(report("a"))
    assert not batch.gather(), "too late: a report was made without"


def test_files_of_the_repository_that_take_for_ever_are_done_without_at_once() -> None:
    batch = Batch([ChangedFile("a", b"")], Settings(), 10)
    batch.next_run()
    batch.gather()
    batch.blame_current(TIME_LIMIT)
    assert batch.alone


def test_a_worker_cannot_wind_the_clock_for_ever() -> None:
    batch = Batch([ChangedFile("a", b"")], Settings(), 10)
    batch.next_run()
    assert [batch.move("a") for _ in range(4)] == [True, True, False, False]


def test_findings_about_another_file_are_not_taken() -> None:
    batch = Batch([ChangedFile("a", b"")], Settings(), 10)
    batch.next_run()
    lie = FileReport("a", RoleDecision(Role.TEST, ""), "python", findings=(FULL.findings[0],))
    assert not batch.accept(lie)


FULL = FileReport(
    path="b.py",
    role=RoleDecision(Role.TEST_SUPPORT, "its path"),
    language="python",
    findings=(
        Finding(
            check="x",
            aspect=Aspect.INPUT,
            path="b.py",
            span=Span(1, 2),
            region=Region(1, 1, 1, 2),
            message="m",
            why="w",
            fix="f",
            severity=Severity.HIGH,
            confidence=Confidence.LOW,
            surface=Surface.INLINE,
            scope="C.f",
            fingerprint="0" * 32,
            trace=(Step("c.py", Region(1, 1, 2, 2), "n"),),
            edits=(Edit(Span(1, 2), "é"),),
            suggestion=Suggestion(Lines(1, 1), "", deletes=True),
        ),
    ),
    evidence=(Evidence(Aspect.TIME, Lines(1, 2), "sleep", "sleeps"),),
    suppressed=(Suppressed("x", Lines(3, 3), "because", added=True),),
    limits=("left out",),
)


FIELDS = (
    "path",
    "role",
    "language",
    "findings",
    "reason",
    "settings",
    "problems",
    "limits",
    "line",
)


@pytest.mark.parametrize(
    "answer",
    [
        frames.Ready(("no network",)),
        frames.Began(),
        frames.At("a/ü.py"),
        frames.Wanted(("lib/ü.py", "b")),
        frames.Report(FULL),
        frames.ConfigurationRead(Configuration(Settings(), problems=(Problem(1, "k", "m"),))),
        frames.Done(123),
        frames.OutOfMemory(),
        frames.Crashed("ValueError"),
    ],
)
def test_answers_survive_the_way(answer: frames.Answer) -> None:
    frame = frames.encode(answer)
    assert int.from_bytes(frame[:4], "big") == len(frame) - 4
    assert frames.decode_answer(frame[4:]) == answer


def test_requests_survive_the_way() -> None:
    wishes = Settings(severities={"x": Severity.LOW}, roles=(("a/", Role.GENERATED),))
    file = ChangedFile("a", b"\xff", base=b"", old_path="b", added=(Lines(1, 2),), generated=True)
    for request in (
        frames.Analyse((file,), wishes, 1.5),
        frames.Analyse((file,), wishes, 1.5, Bounds(rounds=1)),
        frames.Files({"a.py": b"\xff", "b.py": None}),
        frames.ReadConfiguration((Layer(b"\x00"), Layer(b"", "x", inherited=True))),
    ):
        assert frames.decode_request(frames.encode(request)[4:]) == request


@pytest.mark.parametrize(
    "answer",
    [
        ["unknown"],
        ["done"],
        ["done", "12"],
        ["ready", [1]],
        ["report", {"path": "a"}],
        ["wanted", "a.py"],
        ["wanted", [1]],
        {"type": "done"},
        None,
    ],
)
def test_an_answer_of_another_shape_is_refused(answer: object) -> None:
    with pytest.raises(frames.NotAnAnswer):
        frames.decode_answer(msgspec.msgpack.encode(answer))


@pytest.mark.parametrize(
    "body", [b"", b"\x91\xa2\x00\x80", b"\x91" * 100_000, b"\xdd\xff\xff\xff\xff"]
)
def test_bytes_that_break_a_decoder_are_refused(body: bytes) -> None:
    with pytest.raises(frames.NotAnAnswer):
        frames.decode_answer(body)


_NEARLY = st.tuples(
    st.sampled_from(["report", "done", "ready", "crashed", "configuration", "at"]),
    st.recursive(
        st.none() | st.integers(-(2**63), 2**64 - 1) | st.text() | st.binary() | st.floats(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(FIELDS), inner),
        max_leaves=8,
    ),
).map(msgspec.msgpack.encode)


@given(st.binary(max_size=200) | _NEARLY)
def test_any_bytes_are_an_answer_or_refused(body: bytes) -> None:
    try:
        answer = frames.decode_answer(body)
    except frames.NotAnAnswer:
        return
    assert frames.decode_answer(frames.encode(answer)[4:]) == answer
