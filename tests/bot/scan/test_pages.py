"""The rules' pages: made from the checks, and the committed ones are up to date."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from bot.scan import pages
from checks import registry
from checks.model import Aspect, Confidence, Severity
from checks.registry import Check

MARKDOWN = MarkdownIt("gfm-like", {"html": True, "linkify": False})
COMMITTED = Path(__file__).parents[3] / "docs" / "checks"


def documented() -> Check:
    """A check that is in no catalogue, with a page of every section."""

    def run(event: object, report: object) -> None:
        """Passwords that are compared with `==` leak their length through time.

        The comparison stops at the first difference.

        Why:
            An attacker measures the answer.

        Bad:
            # file: app/login.py
            if password == stored:
                x = "```"

        Good:
            # file: app/login.py
            if hmac.compare_digest(password, stored):
                pass
        """

    known = dict(registry._catalogue)
    registry.check(
        id="timing-of-the-test",
        title="Secret compared in variable time",
        aspect=Aspect.CREDENTIALS,
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        on=registry.MODULE,
        roles=registry.PRODUCTION_ROLES,
        cwe=(208,),
        security=True,
    )(run)
    made = registry._catalogue["timing-of-the-test"]
    registry._catalogue.clear()
    registry._catalogue.update(known)
    return made


def test_a_page_says_what_why_and_how() -> None:
    page = pages.page(documented())
    headings = [line for line in page.splitlines() if line.startswith("#") and "assay" not in line]
    assert headings == [
        "# Secret compared in variable time",
        "## Why",
        "## Flagged",
        "## Not flagged",
        "## To silence it",
    ]
    assert "[CWE-208](https://cwe.mitre.org/data/definitions/208.html)" in page
    assert "# assay: ignore[timing-of-the-test] the reason" in page
    fences = [token for token in MARKDOWN.parse(page) if token.type == "fence"]
    assert [token.info for token in fences] == ["python"] * 3
    assert fences[0].content == 'if password == stored:\n    x = "```"\n'


def test_the_index_lists_every_rule_under_its_aspect() -> None:
    check = documented()
    index = pages.index({check.id: check})
    assert "## 2. Credentials and configuration" in index
    assert "[`timing-of-the-test`](timing-of-the-test.md)" in index
    assert "## 1." not in index


def test_writing_replaces_what_is_there_and_removes_what_is_gone(tmp_path: Path) -> None:
    check = documented()
    folder = tmp_path / "docs" / "checks"
    assert pages.write(folder, {check.id: check}) == 2
    (folder / "gone.md").write_text("a rule that is gone")
    (folder / "picture.png").write_bytes(b"")
    pages.write(folder, {check.id: check})
    assert {file.name for file in folder.iterdir()} == {
        "README.md",
        "timing-of-the-test.md",
        "picture.png",
    }


generated = pytest.mark.skipif(
    not COMMITTED.is_dir(), reason="run `assay rules --write-docs docs/checks` and commit"
)


@generated
@pytest.mark.parametrize("name", list(pages.all_pages(registry.load())))
def test_committed_pages_are_up_to_date(name: str) -> None:
    """If this fails: ``assay rules --write-docs docs/checks``."""
    made = pages.all_pages(registry.load())[name]
    assert (COMMITTED / name).read_text(encoding="utf-8") == made


@generated
def test_no_committed_page_is_of_a_rule_that_is_gone() -> None:
    committed = {file.name for file in COMMITTED.glob("*.md")}
    assert committed == set(pages.all_pages(registry.load()))
