"""What a review reads of deleted files: the old text of test code, within bounds."""

from __future__ import annotations

import pytest

from bot.review import snapshot as snapshots
from checks.configuration import PATH as CONFIGURATION
from checks.model import ChangedFile
from tests.bot.review.fake_api import FakeAPI, file
from tests.bot.review.snapping import reasons, snap

TEST = "def test_it(client):\n    assert client.get('/').status_code == 403\n"


@pytest.fixture(params=[True, False], ids=["graphql", "rest"])
def api(request: pytest.FixtureRequest) -> FakeAPI:
    made = FakeAPI(graphql_works=request.param)
    made.change("app/a.py", "x\n")
    return made


async def test_a_deleted_test_comes_with_its_old_text_and_costs_no_request(api: FakeAPI) -> None:
    await snap(api)
    before = len(api.log)
    api.remove("tests/test_it.py", TEST)

    snapshot = await snap(api)

    assert snapshot.files[1] == ChangedFile(
        "tests/test_it.py", b"", TEST.encode(), added=(), deleted=True
    )
    assert len(api.log) == 2 * before
    assert snapshot.unread == ()


async def test_a_deleted_test_without_a_patch_is_read_from_the_merge_base(api: FakeAPI) -> None:
    api.remove("tests/test_it.py", TEST, patch=False)

    snapshot = await snap(api)

    assert snapshot.files[1].base == TEST.encode()
    assert snapshot.files[1].deleted
    assert snapshot.unread == ()


async def test_it_is_read_with_the_other_base_texts() -> None:
    api = FakeAPI()
    api.change("app/a.py", "1\nnew\n", "1\nold\n", patch="")
    api.files[0] |= {"additions": 1, "deletions": 1, "changes": 2}
    await snap(api)
    before = len(api.log)
    api.remove("tests/test_it.py", TEST, patch=False)

    snapshot = await snap(api)

    assert [one.base for one in snapshot.files] == [b"1\nold\n", TEST.encode()]
    assert len(api.log) == 2 * before


@pytest.mark.parametrize(
    ("path", "base"),
    [
        ("app/views.py", "x = 1\n"),
        ("tests/data.json", "{}\n"),
        ("tests/test_app.js", "it('works')\n"),
        ("tests/__init__.py", ""),
    ],
)
@pytest.mark.parametrize("patch", [True, False])
async def test_no_other_deleted_file_is_read(path: str, base: str, patch: bool) -> None:
    api = FakeAPI()
    api.change("app/a.py", "x\n")
    api.remove(path, base, patch=patch)

    snapshot = await snap(api)

    assert [one.path for one in snapshot.files] == ["app/a.py"]
    assert [one.path for one in snapshot.diffs] == ["app/a.py", path]
    assert snapshot.unread == ()
    assert api.asked("GET compare") == []


async def test_a_deleted_submodule_is_no_test() -> None:
    api = FakeAPI()
    api.remove("tests/test_sub.py", f"Subproject commit {'d' * 40}\n")

    snapshot = await snap(api)

    assert (snapshot.files, snapshot.unread) == ((), ())


async def test_the_configuration_says_what_is_a_test_and_what_is_ignored() -> None:
    api = FakeAPI()
    api.remove("tests/test_it.py", TEST)
    api.remove("qa/security.py", TEST)
    api.trees["main"] = {CONFIGURATION: file("ignore: [tests/]\nroles: {qa/*.py: test}\n")}

    snapshot = await snap(api)

    assert [one.path for one in snapshot.files] == ["qa/security.py"]


async def test_what_is_listed_as_removed_and_as_added_is_there(api: FakeAPI) -> None:
    api.remove("tests/test_it.py", TEST)
    api.change("tests/test_it.py", "x = 1\n")

    snapshot = await snap(api)

    assert [(one.path, one.head, one.deleted) for one in snapshot.files][1:] == [
        ("tests/test_it.py", b"x = 1\n", False)
    ]


async def test_tests_are_read_before_their_helpers() -> None:
    api = FakeAPI()
    for index in range(snapshots.MAX_DELETED):
        api.remove(f"tests/a_helper_{index}.py", "x = 1\n")
    api.remove("tests/test_it.py", TEST)

    snapshot = await snap(api)

    assert snapshot.files[-1].path == "tests/test_it.py"
    assert list(reasons(snapshot)) == ["tests/a_helper_49.py"]


async def test_so_many_deleted_tests_are_read_and_the_rest_is_named_once() -> None:
    api = FakeAPI()
    for index in range(snapshots.MAX_DELETED + 3):
        api.remove(f"tests/test_{index:02}.py", TEST, patch=False)

    snapshot = await snap(api)

    assert len(snapshot.files) == snapshots.MAX_DELETED
    assert reasons(snapshot) == {
        "tests/test_50.py": "past the 50 deleted tests that one review reads, and 2 more"
    }
    assert len(api.asked("GRAPHQL Texts")) == 1


async def test_an_old_text_that_is_too_large_is_named(
    api: FakeAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.review.texts.MAX_FILE_BYTES", 1_000)
    api.remove("tests/test_it.py", TEST * 20, patch=False)

    snapshot = await snap(api)

    assert [one.path for one in snapshot.files] == ["app/a.py"]
    assert list(reasons(snapshot)) == ["tests/test_it.py"]
    assert reasons(snapshot)["tests/test_it.py"].startswith("its text before the change: larger")
