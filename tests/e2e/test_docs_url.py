"""Rules in a review link to their pages where the operator says where those are."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.scene import scene

PAGES = "https://docs.example.com/checks"


async def _said(folder: Path, **environment: str) -> str:
    """Everything that the bot wrote about a pull request."""
    async with scene(folder, **environment) as world:
        await world.serve()
        pull = await world.open()
        (run,) = await world.reviewed(pull)
        return "\n".join([run.summary or "", *(one.body for one in pull.review_comments)])


async def test_rules_are_links_when_the_pages_are_known(tmp_path: Path) -> None:
    said = await _said(tmp_path, ASSAY_DOCS_URL=f"{PAGES}/")
    assert f"[`assert-on-tuple`]({PAGES}/assert-on-tuple.md)" in said


async def test_rules_are_code_when_they_are_not(tmp_path: Path) -> None:
    said = await _said(tmp_path)
    assert "`assert-on-tuple`" in said
    assert "assert-on-tuple.md" not in said
