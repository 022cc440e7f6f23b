"""A pull request that deletes a file of permission tests, end to end."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.scene import scene

RIGHTS = """\
def test_a_stranger_may_not_borrow(client):
    client.login("stranger")
    assert client.post("/books/1/borrow").status_code == 403
"""


async def test_deleted_permission_tests_are_a_line_of_the_summary(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        world.repository.commit({"tests/test_permissions.py": RIGHTS}, message="Test rights")
        await world.serve()
        pull = await world.open({"tests/test_permissions.py": None})
        (run,) = await world.reviewed(pull)
        assert run.conclusion == "neutral"
        assert run.summary is not None
        assert "`tests/test_permissions.py` The security test" in run.summary
        assert "is removed with its file." in run.summary
        assert pull.review_comments == []
        assert run.annotations == []


async def test_moved_permission_tests_are_none(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        world.repository.commit({"tests/test_permissions.py": RIGHTS}, message="Test rights")
        await world.serve()
        # So much around it that git calls it no rename.
        around = "".join(f"def helper_{n}():\n    return {n}\n\n\n" for n in range(40))
        pull = await world.open(
            {"tests/test_permissions.py": None, "tests/test_borrowing.py": around + RIGHTS}
        )
        (run,) = await world.reviewed(pull)
        assert "removed with" not in (run.summary or "")
        assert "security-assertion-weakened" not in (run.summary or "")
