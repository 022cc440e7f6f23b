"""The stand-in's pages: what a person sees of a pull request, in a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests import browser
from tests.github import PullRequest, StandIn
from tests.github.git import Submodule
from tests.github.page.markdown import render

HOSTILE = "</td><script>document.title='owned'</script>`${7*7}`{{ 7*7 }}"


@pytest.fixture
async def pull() -> AsyncIterator[PullRequest]:
    async with await StandIn.start() as github:
        repository = github.create_repository("octo/library")
        github.create_user("alice")
        repository.commit({"app.py": "a = 1\nb = 2\nc = 3\n", "old.py": "x\n" * 30})
        repository.commit(
            {
                "app.py": f"a = 1\nb = '''{HOSTILE}'''\nc = 3\n",
                "old.py": None,
                "new.py": "x\n" * 30,
                "image.bin": b"\0\1\2",
                "module": Submodule("1" * 40),
            },
            branch="feature",
            parent="main",
        )
        opened = await repository.open_pull("feature", title=f"A title {HOSTILE}", author="alice")
        await opened.comment("alice", "See **this** by @octocat and #1, not `@octocat`.")
        yield opened


async def _get(url: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_every_page_of_a_pull_request_answers(pull: PullRequest) -> None:
    for page in ("", "/files", "/checks"):
        assert "A title &lt;/td&gt;" in await _get(pull.html_url + page)
    assert "octo/library" in await _get(pull.standin.url)
    source = await _get(f"{pull.repository.html_url}/blob/{pull.head_sha}/app.py")
    assert 'id="L2"' in source


async def test_repository_text_stays_text(pull: PullRequest) -> None:
    files = await _get(f"{pull.html_url}/files")
    assert "<script" not in files
    assert "{{ 7*7 }}" in files
    assert "Binary file" in files
    assert "old.py → new.py" in files


def test_what_github_would_act_on_is_marked() -> None:
    shown = render("See @octocat, octo/library@abc, a@b.example and #1, not `@octocat`.")
    assert '<span class="acts">@octocat</span>' in shown
    assert '<span class="acts">#1</span>' in shown
    assert "<code>@octocat</code>" in shown
    assert 'acts">@b' not in shown


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "<details ontoggle=alert(1) open>x</details>",
    ],
)
def test_markdown_cannot_run_anything(text: str) -> None:
    shown = render(text)
    assert "<script" not in shown
    assert "onerror=" not in shown
    assert "ontoggle" not in shown
    assert 'href="javascript' not in shown


async def test_a_comment_written_on_the_page_is_delivered(pull: PullRequest) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{pull.html_url}/comment", data={"body": "/assay recheck\r\nplease"}
        ) as answer,
    ):
        assert answer.status == 200
        assert str(answer.url) == pull.html_url
    assert pull.issue_comments[-1].body == "/assay recheck\nplease"
    assert pull.issue_comments[-1].user.login == "alice"


@pytest.mark.browser
async def test_a_browser_shows_the_pages(pull: PullRequest, tmp_path: Path) -> None:
    shown = await browser.page_source(f"{pull.html_url}/files")
    assert "<title>A title &lt;/td&gt;" in shown
    assert "Files changed" in shown
    picture = tmp_path / "page.png"
    await browser.screenshot(pull.html_url, picture, height=900)
    assert picture.read_bytes().startswith(b"\x89PNG")
