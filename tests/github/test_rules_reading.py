"""Reading: pages, sizes, shapes of contents, ETags, limits of lists."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.github import Submodule, Symlink
from tests.github.conftest import World
from tests.github.routes import contents, git


async def files_by_name(world: World) -> dict[str, Any]:
    listed = (await world.client.get(f"{world.repo}/pulls/1/files")).json
    return {one["filename"]: one for one in listed}


async def test_pages_are_30_by_default_and_100_at_most(world: World) -> None:
    await world.pull.push({f"many/{number:03}.txt": "x\n" for number in range(120)})
    path = f"{world.repo}/pulls/1/files"
    assert len((await world.client.get(path)).json) == 30
    reply = await world.client.get(f"{path}?per_page=500")
    assert len(reply.json) == 100
    assert any("per_page=500" in one for one in world.standin.complaints)
    link = re.search(r'<([^>]+)>; rel="next"', reply.headers["Link"])
    assert link is not None
    assert f"/api/v3/repositories/{world.repository.id}/pulls/1/files?" in link[1]
    rest = await world.client.get(link[1])
    assert len(rest.json) == 23
    assert 'rel="prev"' in rest.headers["Link"]
    assert 'rel="next"' not in rest.headers["Link"]
    assert (await world.client.get(f"{path}?page=99")).json == []
    world.refused(await world.client.get(f"{path}?page=x"), "pagination")


async def test_a_pull_request_lists_3000_files(world: World) -> None:
    await world.pull.push({f"many/{number}.txt": f"{number}\n" for number in range(3_010)})
    assert (await world.client.get(f"{world.repo}/pulls/1")).json["changed_files"] == 3_013
    last = await world.client.get(f"{world.repo}/pulls/1/files?per_page=100&page=30")
    assert len(last.json) == 100
    assert "next" not in last.headers.get("Link", "").replace("prev", "")
    beyond = await world.client.get(f"{world.repo}/pulls/1/files?per_page=100&page=31")
    assert beyond.json == []


async def test_no_patch_for_what_is_binary_or_large(world: World) -> None:
    await world.pull.push(
        {
            "a.bin": b"\x00\x01",
            "b.txt": "x\n" * 20_001,
            "c.txt": "x" * 500_001,
            "d.txt": "small\n",
        }
    )
    files = (await world.client.get(f"{world.repo}/pulls/1/files")).json
    with_patch = {one["filename"]: "patch" in one for one in files}
    assert with_patch["a.bin"] is with_patch["b.txt"] is with_patch["c.txt"] is False
    assert with_patch["d.txt"] is True


async def test_a_file_becomes_a_link(world: World) -> None:
    await world.pull.push({"kept.py": Symlink("new.py")})
    files = await files_by_name(world)
    assert files["kept.py"]["status"] == "changed"
    assert "patch" not in files["kept.py"]
    assert files["numbers.txt"]["patch"].startswith("@@ ")


async def test_copies_are_told_when_asked_for(world: World) -> None:
    world.repository.differ.find_copies = True
    await world.pull.push({"copy.txt": "".join(f"line {n}\n" for n in range(1, 61))})
    files = await files_by_name(world)
    assert files["copy.txt"]["status"] == "copied"
    assert files["copy.txt"]["previous_filename"] == "numbers.txt"


async def test_compare_stops_at_300_files(world: World) -> None:
    sha = world.repository.commit({f"f/{n}": f"{n}\n" for n in range(310)}, branch="wide")
    reply = (await world.client.get(f"{world.repo}/compare/main...{sha}")).json
    assert (len(reply["files"]), reply["status"], reply["ahead_by"]) == (300, "ahead", 1)
    second = await world.client.get(f"{world.repo}/compare/main...wide?page=2")
    assert "files" not in second.json
    world.refused(await world.client.get(f"{world.repo}/compare/main...nowhere"), "not-found")


async def test_compare_reaches_into_forks_and_finds_the_merge_base(world: World) -> None:
    fork = world.repository.fork("mallory")
    fork.commit({"x": "1\n"}, branch="patch")
    world.repository.commit({"y": "1\n"})
    reply = (await world.client.get(f"{world.repo}/compare/main...mallory:patch")).json
    assert (reply["status"], reply["ahead_by"], reply["behind_by"]) == ("diverged", 1, 1)
    assert reply["merge_base_commit"]["sha"] == fork.branches["main"]
    assert [one["filename"] for one in reply["files"]] == ["x"]
    world.refused(await world.client.get(f"{world.repo}/compare/main...nobody:patch"), "not-found")


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("not-found", "/pulls/99"),
        ("not-found", "/pulls/99/files"),
        ("not-found", "/check-runs/99"),
        ("not-found", "/check-suites/99"),
        ("not-found", "/contents/no/such.py"),
        ("not-found", "/contents/kept.py/deeper"),
        ("not-found", "/contents/kept.py?ref=nowhere"),
        ("not-found", "/compare/main"),
        ("not-found", "/branches/nowhere"),
        ("not-found", "/git/ref/heads/nowhere"),
        ("not-found", f"/git/commits/{'a' * 40}"),
        ("not-found", "/git/trees/nowhere"),
        ("check-sha", "/commits/nowhere"),
        ("check-sha", "/commits/nowhere/check-runs"),
        ("check-sha", "/commits/nowhere/check-suites"),
    ],
)
async def test_what_is_not_there(world: World, rule: str, path: str) -> None:
    world.refused(await world.client.get(world.repo + path), rule)


async def test_shapes_of_contents(world: World) -> None:
    world.repository.commit(
        {
            "dir/file.txt": "in a folder\n",
            "link": Symlink("dir/file.txt"),
            "away": Symlink("../outside"),
            "sub": Submodule("a" * 40),
        }
    )
    path = f"{world.repo}/contents"
    linked = (await world.client.get(f"{path}/link")).json
    assert (linked["type"], linked["size"]) == ("file", 12)
    away = (await world.client.get(f"{path}/away")).json
    assert (away["type"], away["target"]) == ("symlink", "../outside")
    assert (await world.client.get(f"{path}/sub")).json["type"] == "submodule"
    listing = (await world.client.get(path)).json
    kinds = {one["name"]: one["type"] for one in listing}
    assert (kinds["dir"], kinds["link"], kinds["sub"]) == ("dir", "symlink", "file")
    newer = await world.client.get(path, x_github_api_version="2026-03-10")
    assert {one["name"]: one["type"] for one in newer.json}["sub"] == "submodule"
    raw = await world.client.get(f"{path}/link", accept="application/vnd.github.raw+json")
    assert raw.text == "in a folder\n"


async def test_sizes_of_contents(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.repository.commit({"big": "x" * (1024 * 1024 + 1), "fits": "x" * 1024 * 1024})
    big = (await world.client.get(f"{world.repo}/contents/big")).json
    assert (big["encoding"], big["content"]) == ("none", "")
    fits = (await world.client.get(f"{world.repo}/contents/fits")).json
    assert fits["encoding"] == "base64"
    monkeypatch.setattr(contents, "RAW_MAX", 1024 * 1024)
    world.refused(await world.client.get(f"{world.repo}/contents/big"), "contents-size")
    monkeypatch.setattr(git, "BLOB_MAX", 1024 * 1024)
    blob = await world.client.get(f"{world.repo}/git/blobs/{big['sha']}")
    world.refused(blob, "contents-size")


async def test_the_git_database(world: World) -> None:
    sha = world.pull.head_sha
    tree = (await world.client.get(f"{world.repo}/git/trees/{sha}?recursive=1")).json
    assert [one["path"] for one in tree["tree"]] == ["kept.py", "new.py", "numbers.txt"]
    commit = (await world.client.get(f"{world.repo}/git/commits/{sha}")).json
    assert commit["tree"]["sha"] == tree["sha"]
    ref = (await world.client.get(f"{world.repo}/git/ref/heads/feature")).json
    assert ref["object"]["sha"] == sha
    whole = (await world.client.get(f"{world.repo}/commits/feature")).json
    assert whole["stats"] == {"total": 9, "additions": 6, "deletions": 3}
    assert len(whole["files"]) == 3
    branch = (await world.client.get(f"{world.repo}/branches/feature")).json
    assert branch["commit"]["sha"] == sha
    world.refused(await world.client.get(f"{world.repo}/git/blobs/{sha}"), "not-found")
    world.refused(await world.client.get(f"{world.repo}/git/blobs/abc"), "schema")


async def test_an_unchanged_answer_costs_nothing(world: World) -> None:
    path = f"{world.repo}/pulls/1"
    first = await world.client.get(path)
    before = int(first.headers["X-RateLimit-Remaining"])
    again = await world.client.get(path, if_none_match=first.headers["ETag"])
    assert (again.status, again.text) == (304, "")
    assert int(again.headers["X-RateLimit-Remaining"]) == before
    # ETags are bound to the token: another one gets the whole answer.
    await world.client.authenticate(world.installation)
    assert (await world.client.get(path, if_none_match=first.headers["ETag"])).status == 200


async def test_roles_and_permissions(world: World) -> None:
    expected = {
        "admin": "admin",
        "maintain": "write",
        "write": "write",
        "triage": "read",
        "read": "read",
        "none": "none",
    }
    for role, permission in expected.items():
        world.repository.set_permission("alice", role)
        path = f"{world.repo}/collaborators/alice/permission"
        reply = (await world.client.get(path)).json
        assert (reply["permission"], reply["role_name"]) == (permission, role)
    unknown = await world.client.get(f"{world.repo}/collaborators/nobody/permission")
    world.refused(unknown, "not-found")


async def test_lists_of_pull_requests(world: World) -> None:
    world.repository.commit({"x": "1\n"}, branch="other")
    other = await world.repository.open_pull("other")
    await other.close()
    path = f"{world.repo}/pulls"
    assert [one["number"] for one in (await world.client.get(path)).json] == [1]
    every = await world.client.get(f"{path}?state=all")
    assert [one["number"] for one in every.json] == [2, 1]
    headed = await world.client.get(f"{path}?state=all&head=octo:other")
    assert [one["number"] for one in headed.json] == [2]
    commits = await world.client.get(f"{path}/1/commits")
    assert [one["sha"] for one in commits.json] == [world.pull.head_sha]


async def test_a_conflict_cannot_be_merged(world: World) -> None:
    world.repository.commit({"numbers.txt": "all different\n"})
    await world.pull.push({"more": "1\n"})
    pull = (await world.client.get(f"{world.repo}/pulls/1")).json
    assert (pull["mergeable"], pull["mergeable_state"]) == (False, "dirty")
