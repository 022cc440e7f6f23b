"""What a review reads: every changed file is found or named, with few calls, GraphQL or not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.github.faults import GiveUp, OurBug, RetryLater, RetryNow
from bot.review import snapshot as snapshots
from bot.review.cache import TextCache
from bot.review.model import FileStatus, Hunk
from checks.model import Lines
from tests.bot.review.fake_api import HEAD, LINK, MERGE_BASE, FakeAPI, fail_on
from tests.bot.review.fake_graphql import SUBMODULE
from tests.bot.review.snapping import reasons, snap


@pytest.fixture(params=[True, False], ids=["graphql", "rest"])
def api(request: pytest.FixtureRequest) -> FakeAPI:
    return FakeAPI(graphql_works=request.param)


async def test_head_and_base_of_every_status(api: FakeAPI) -> None:
    api.change("added.py", "a\n")
    api.change(
        "modified.py", "1\nnew\n3\n", "1\nold\n3\n", patch="@@ -1,3 +1,3 @@\n 1\n-old\n+new\n 3"
    )
    api.change("moved.py", "same\n", "same\n", status="renamed", old_path="from.py")
    api.change(
        "both.py",
        "1\n2\n",
        "1\n",
        status="renamed",
        old_path="was.py",
        patch="@@ -1 +1,2 @@\n 1\n+2",
    )
    api.change("copy.py", "c\n", "c\n", status="copied", old_path="origin.py")
    api.change("mode.py", "m\n", "m\n", status="changed")
    api.change("gone.py", "g\n", "g\n", status="removed", patch="@@ -1 +0,0 @@\n-g")
    del api.trees[HEAD]["gone.py"]
    api.change("still.py", "s\n", "s\n", status="unchanged")
    api.change("odd.py", "o\n", "o\n", status="a word of tomorrow")

    snapshot = await snap(api)

    by_path = {one.path: one for one in snapshot.files}
    assert list(by_path) == [
        "added.py", "modified.py", "moved.py", "both.py", "copy.py", "mode.py", "odd.py",
    ]  # fmt: skip
    assert by_path["modified.py"].base == b"1\nold\n3\n"
    assert by_path["modified.py"].added == (Lines(2, 2),)
    assert by_path["moved.py"].base == b"same\n"
    assert by_path["moved.py"].old_path == "from.py"
    assert by_path["moved.py"].added == ()
    assert by_path["both.py"].base == b"1\n"
    assert by_path["both.py"].added == (Lines(2, 2),)
    assert (by_path["copy.py"].base, by_path["copy.py"].added) == (None, None)
    assert (by_path["mode.py"].base, by_path["mode.py"].added) == (b"m\n", ())
    assert [diff.status for diff in snapshot.diffs][6:] == [
        FileStatus.REMOVED, FileStatus.UNCHANGED, FileStatus.CHANGED,
    ]  # fmt: skip
    assert snapshot.unread == ()
    assert snapshot.pull.merge_base_sha == MERGE_BASE


async def test_the_base_text_comes_from_the_merge_base_by_undoing_the_patch(api: FakeAPI) -> None:
    api.change("a.py", "1\nnew\n", "1\nold\n", patch="@@ -1,2 +1,2 @@\n 1\n-old\n+new")

    snapshot = await snap(api)

    assert snapshot.files[0].base == b"1\nold\n"
    # No request was needed for it.
    assert api.asked("GET compare") == []


async def test_a_patch_that_shows_less_than_the_change_is_not_trusted(api: FakeAPI) -> None:
    api.change("a.py", "1\nnew\nmore\n", "1\nold\n", patch="@@ -1,2 +1,2 @@\n 1\n-old\n+new")
    api.files[0]["additions"] = 2

    snapshot = await snap(api)

    assert snapshot.files[0].base == b"1\nold\n"
    assert snapshot.files[0].added == (Lines(2, 3),)
    assert snapshot.pull.merge_base_sha == MERGE_BASE


async def test_a_patch_that_a_full_page_left_out_is_asked_for_on_a_small_page(
    api: FakeAPI,
) -> None:
    for index in range(25):
        api.change(
            f"f{index:02}.py", "1\nnew\n", "1\nold\n", patch="@@ -1,2 +1,2 @@\n 1\n-old\n+new"
        )
    patch = api.files[13].pop("patch")

    def small_pages_have_it(asked: str) -> None:
        pages = len(api.asked("GET pulls/5/files"))
        if asked == "GET pulls/5/files" and pages == 2:
            api.files[13]["patch"] = patch

    api.hooks.append(small_pages_have_it)

    snapshot = await snap(api)

    assert snapshot.files[13].added == (Lines(2, 2),)
    assert snapshot.diffs[13].hunks
    assert len(api.asked("GET pulls/5/files")) == 2
    assert api.asked("GET compare") == []


async def test_a_file_whose_patch_never_comes_is_compared_by_text(api: FakeAPI) -> None:
    api.change("big.py", "1\n2\nnew\n4\n", "1\n2\nold\n4\n")
    api.files[0] |= {"additions": 1, "deletions": 1, "changes": 2}

    snapshot = await snap(api)

    assert snapshot.files[0].base == b"1\n2\nold\n4\n"
    assert snapshot.files[0].added == (Lines(3, 3),)
    assert snapshot.diffs[0].hunks == ()


async def test_what_is_no_text_is_named_and_never_followed(api: FakeAPI) -> None:
    api.change("link", "/etc/passwd", mode=LINK)
    api.change("sub", "x", mode=SUBMODULE, patch=f"@@ -0,0 +1 @@\n+Subproject commit {'d' * 40}")
    api.change("quiet-sub", "x", mode=SUBMODULE, status="modified", base="y", patch="")
    api.change("picture.png", b"\x89PNG\0\0", b"\0", status="modified", patch="")
    api.change("odd.py", b"x = 1\0\n", b"x\n", patch="@@ -1 +1 @@\n-x\n+x = 1\0")
    api.change("good.py", "x\n")

    snapshot = await snap(api)

    assert [one.path for one in snapshot.files] == ["good.py"]
    found = reasons(snapshot)
    assert set(found) == {"link", "sub", "quiet-sub", "picture.png", "odd.py"}
    assert found["link"] == "symbolic link (links are not followed)"
    assert found["sub"] == found["quiet-sub"] == "submodule"
    assert found["picture.png"].startswith("binary")
    assert found["odd.py"] == "binary (it holds NUL bytes)"


async def test_texts_are_exact_whatever_graphql_makes_of_them(api: FakeAPI) -> None:
    latin = "caf\xe9 = 1\n".encode("latin-1")
    long = b"x = 1  # long\n" * 50_000
    bom = "\ufeffx = 1\r\n".encode()
    api.change("latin.py", latin, b"", patch="@@ -0,0 +1 @@\n+caf\N{REPLACEMENT CHARACTER} = 1")
    api.change("long.py", long, b"", patch="")
    api.files[-1]["changes"] = api.files[-1]["additions"] = 50_000
    api.change("bom.py", bom)

    snapshot = await snap(api)

    assert [one.head for one in snapshot.files] == [latin, long, bom]
    assert snapshot.unread == ()


async def test_a_text_in_place_of_a_link_is_all_new(api: FakeAPI) -> None:
    api.change("a.py", "x\n", "elsewhere.py", status="changed")
    api.trees[MERGE_BASE]["a.py"] = (LINK, b"elsewhere.py")

    snapshot = await snap(api)

    (one,) = snapshot.files
    assert (one.base, one.added) == (None, None)
    assert snapshot.unread == ()


async def test_a_base_text_that_cannot_be_had_is_named(api: FakeAPI) -> None:
    api.change("a.py", "x\n", b"y" * 10_000_001, patch="")
    api.files[0] |= {"changes": 2, "additions": 1, "deletions": 1}

    snapshot = await snap(api)

    assert [one.base for one in snapshot.files] == [None]
    assert reasons(snapshot) == {"a.py": "its text before the change: larger than 10 MB"}


async def test_a_path_that_graphql_cannot_say_is_read_by_its_id() -> None:
    api = FakeAPI()
    api.change("caf\N{REPLACEMENT CHARACTER}.py", "x\n")
    api.trees[HEAD]["what it is really called"] = api.trees[HEAD].pop(api.files[0]["filename"])

    snapshot = await snap(api)

    assert [one.head for one in snapshot.files] == [b"x\n"]


async def test_without_a_tree_the_ids_of_the_list_are_enough() -> None:
    api = FakeAPI(graphql_works=False)
    api.change("a.py", "x\n")
    fail_on(api, "GET git/trees", GiveUp("gone", status=404))

    assert [one.head for one in (await snap(api)).files] == [b"x\n"]


async def test_a_head_that_moved_while_it_was_read_names_what_is_gone() -> None:
    api = FakeAPI()
    api.change("a.py", "x\n")
    api.trees[HEAD].clear()

    assert reasons(await snap(api)) == {"a.py": "GitHub did not give its text (404)"}
    api.files[0]["sha"] = None
    assert reasons(await snap(api)) == {"a.py": "no longer in the commit"}


async def test_too_large_a_file_is_named(api: FakeAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.review.texts.MAX_FILE_BYTES", 2_000_000)
    api.change("large.sql", b"x" * 2_000_001)
    api.change("fits.sql", b"y" * 2_000_000)

    snapshot = await snap(api)

    assert reasons(snapshot) == {"large.sql": "larger than 2 MB"}
    assert [one.path for one in snapshot.files] == ["fits.sql"]


async def test_a_review_reads_so_many_bytes_and_names_the_rest(api: FakeAPI) -> None:
    for name in "abc":
        api.change(f"{name}.sql", name.encode() * 8_000_000)

    snapshot = await snap(api)

    assert [one.path for one in snapshot.files] == ["a.sql", "b.sql"]
    assert reasons(snapshot) == {"c.sql": "past the 20 MB that one review reads"}


async def test_a_review_reads_so_many_files_and_names_the_rest() -> None:
    api = FakeAPI()
    for index in range(snapshots.MAX_FILES + 2):
        api.change(f"f{index:03}.py", f"{index}\n")

    snapshot = await snap(api)

    assert len(snapshot.files) == snapshots.MAX_FILES
    assert list(reasons(snapshot)) == ["f300.py", "f301.py"]
    assert len(api.asked("GRAPHQL Texts")) == 6


async def test_code_is_read_before_what_is_none() -> None:
    api = FakeAPI()
    for index in range(snapshots.MAX_FILES):
        api.change(f"data/{index:03}.txt", f"{index}\n")
    api.change("vendor/x.py", "x\n")
    api.change("zoo.py", "x\n")

    snapshot = await snap(api)

    assert snapshot.files[-1].path == "zoo.py"
    assert list(reasons(snapshot)) == ["data/299.txt", "vendor/x.py"]


async def test_a_new_file_without_a_patch_is_one_hunk() -> None:
    api = FakeAPI()
    api.change("a.py", "1\n2\n3")
    api.change("empty.py", "")
    api.change("huge.py", "x\n" * 20_001)
    for one in api.files:
        one.pop("patch", None)

    small, empty, huge = (await snap(api)).diffs

    assert (small.hunks, small.added) == ((Hunk(Lines(1, 3), None),), (Lines(1, 3),))
    assert empty.hunks == huge.hunks == ()
    assert len(api.asked("GET pulls/5/files")) == 1


async def test_files_that_github_does_not_list_are_counted() -> None:
    api = FakeAPI(changed_files=3_005)
    for index in range(3_000):
        api.change(f"f{index:04}.png", b"", b"", status="removed", patch="")

    snapshot = await snap(api)

    (more,) = snapshot.unread
    assert more.path == "5 more files"
    assert "3,000" in more.reason
    assert len(snapshot.diffs) == 3_000


async def test_a_batch_that_graphql_cannot_answer_is_halved_and_at_last_read_by_rest() -> None:
    api = FakeAPI()
    for index in range(40):
        api.change(f"f{index:02}.py", f"{index}\n")
    fail_on(api, "GRAPHQL Texts", RetryNow("timeout", status=502), times=1)

    snapshot = await snap(api)

    assert len(snapshot.files) == 40
    assert len(api.asked("GRAPHQL Texts")) == 3
    assert api.asked("GET git/blobs") == []

    fail_on(api, "GRAPHQL Texts", RetryNow("timeout", status=502), times=99)
    again = await snap(api)

    assert again.files == snapshot.files
    assert len(api.asked("GET git/blobs")) == 40


async def test_rate_limits_are_passed_on_and_not_worked_around() -> None:
    when = datetime(2027, 1, 1, tzinfo=UTC)
    for start in ("GRAPHQL Opening", "GRAPHQL Texts"):
        api = FakeAPI()
        api.change("a.py", "x\n")
        fail_on(api, start, RetryLater("limited", when=when))
        with pytest.raises(RetryLater):
            await snap(api)


async def test_a_blob_that_github_refuses_is_named() -> None:
    api = FakeAPI(graphql_works=False)
    api.change("a.py", "x\n")
    api.change("b.py", "y\n")
    fail_on(api, "GET git/blobs", OurBug("too large", status=422))

    snapshot = await snap(api)

    assert len(snapshot.files) == 1
    (reason,) = reasons(snapshot).values()
    assert reason == "GitHub did not give its text (422)"


async def test_passing_trouble_with_one_blob_ends_the_try() -> None:
    api = FakeAPI(graphql_works=False)
    for name in "abcdefgh":
        api.change(f"{name}.py", f"{name}\n")
    fail_on(api, "GET git/blobs", RetryNow("502", status=502))

    with pytest.raises(RetryNow):
        await snap(api)


async def test_a_second_push_reads_only_what_changed(api: FakeAPI) -> None:
    cache = TextCache()
    for name in "abc":
        api.change(f"{name}.py", f"{name}\n")
    await snap(api, cache)
    api.change("d.py", "d\n")
    api.log.clear()
    await snap(api, cache)

    texts = api.asked("GRAPHQL Texts") if api.graphql_works else api.asked("GET git/blobs")
    assert len(texts) == 1
    api.log.clear()
    await snap(api, cache)
    assert api.asked("GRAPHQL Texts") + api.asked("GET git") == []


def test_the_cache_keeps_repositories_apart_and_its_bound() -> None:
    cache = TextCache(max_bytes=1_000)
    cache.put(1, 7, "oid", b"secret")
    assert cache.get(1, 7, "oid") == b"secret"
    assert cache.get(2, 7, "oid") is None
    assert cache.get(1, 8, "oid") is None
    cache.put(1, 7, "huge", b"x" * 1_000)
    assert cache.get(1, 7, "huge") is None
    for number in range(10):
        cache.put(1, 7, str(number), b"x" * 100)
    assert cache.get(1, 7, "oid") is None
    assert cache.get(1, 7, "9") is not None


async def test_a_pull_request_of_thirty_files_costs_three_reads() -> None:
    api = FakeAPI()
    for index in range(30):
        api.change(
            f"f{index:02}.py",
            f"1\nnew {index}\n",
            f"1\nold {index}\n",
            patch=f"@@ -1,2 +1,2 @@\n 1\n-old {index}\n+new {index}",
        )

    snapshot = await snap(api)

    assert len(snapshot.files) == 30
    assert api.log == ["GRAPHQL Opening", "GET pulls/5/files", "GRAPHQL Texts"]
