"""The stand-in's web pages: a pull request as a person would look at it.

Three pages a pull request (conversation, files, checks), the files at a commit, and an index. A
comment can be written and a check re-run, so that the bot can be tried by hand. Everything that
comes from a repository or from the bot goes through Jinja's escaping or :mod:`.markdown`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from aiohttp import web

from tests.github.page import views
from tests.github.page.markdown import render

if TYPE_CHECKING:
    from tests.github.pull import PullRequest
    from tests.github.repository import Repository
    from tests.github.standin import StandIn

TEMPLATES = Path(__file__).with_name("templates")
POLICY = "default-src 'none'; style-src 'self' 'unsafe-inline'; form-action 'self'; img-src 'none'"


def mount(app: web.Application, standin: StandIn) -> None:
    """Add the pages to the stand-in's web application."""
    pages = Pages(standin)
    pull = "/{owner}/{repo}/pull/{number:[0-9]+}"
    app.router.add_get("/", pages.index)
    app.router.add_get("/style.css", pages.style)
    app.router.add_get(pull, pages.conversation)
    app.router.add_get(f"{pull}/files", pages.files)
    app.router.add_get(f"{pull}/checks", pages.checks)
    app.router.add_post(f"{pull}/comment", pages.write_comment)
    app.router.add_post(f"{pull}/checks/{{run:[0-9]+}}/rerun", pages.rerun)
    app.router.add_get("/{owner}/{repo}/blob/{ref}/{path:.+}", pages.blob)


class Pages:
    """The handlers; each finds its subject, makes a view of it, and fills a template."""

    def __init__(self, standin: StandIn) -> None:
        self._standin = standin
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(TEMPLATES),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
        )
        self._templates.filters["markdown"] = render

    def _page(self, template: str, **values: Any) -> web.Response:
        text = self._templates.get_template(template).render(**values)
        return web.Response(
            text=text, content_type="text/html", headers={"Content-Security-Policy": POLICY}
        )

    def _repository(self, request: web.Request) -> Repository:
        found = self._standin.repository_by_name(
            request.match_info["owner"], request.match_info["repo"]
        )
        if found is None:
            raise web.HTTPNotFound
        return found

    def _pull(self, request: web.Request) -> PullRequest:
        found = self._repository(request).pulls.get(int(request.match_info["number"]))
        if found is None:
            raise web.HTTPNotFound
        return found

    async def index(self, request: web.Request) -> web.Response:
        """All repositories with their pull requests."""
        del request
        return self._page("index.html", repositories=self._standin.repositories)

    async def style(self, request: web.Request) -> web.Response:
        """The one style sheet."""
        del request
        text = (TEMPLATES / "style.css").read_text()
        return web.Response(text=text, content_type="text/css")

    async def conversation(self, request: web.Request) -> web.Response:
        """What was said, in order of time, and how the checks stand."""
        pull = self._pull(request)
        return self._page(
            "conversation.html",
            **views.head(pull, "conversation"),
            events=views.timeline(pull),
            runs=views.latest_runs(pull),
        )

    async def files(self, request: web.Request) -> web.Response:
        """The diff, with the comments at their lines."""
        pull = self._pull(request)
        return self._page("files.html", **views.head(pull, "files"), files=views.files(pull))

    async def checks(self, request: web.Request) -> web.Response:
        """The check runs of the head, with their output and annotations."""
        pull = self._pull(request)
        return self._page("checks.html", **views.head(pull, "checks"), runs=views.all_runs(pull))

    async def write_comment(self, request: web.Request) -> web.Response:
        """Somebody writes in the conversation."""
        pull = self._pull(request)
        form = await request.post()
        body = str(form.get("body", "")).replace("\r\n", "\n").strip()
        if body:
            await pull.comment(str(form.get("author") or pull.user.login), body)
        raise web.HTTPSeeOther(pull.html_url)

    async def rerun(self, request: web.Request) -> web.Response:
        """Somebody presses *Re-run*."""
        pull = self._pull(request)
        run = pull.repository.check_run(int(request.match_info["run"]))
        if run is None:
            raise web.HTTPNotFound
        await pull.rerequest_check_run(run.id, pull.user.login)
        raise web.HTTPSeeOther(f"{pull.html_url}/checks")

    async def blob(self, request: web.Request) -> web.Response:
        """A file at a commit."""
        repository, path = self._repository(request), request.match_info["path"]
        sha = repository.resolve(request.match_info["ref"])
        entry = repository.store.entry(sha, path) if sha else None
        found = repository.store.read(entry.oid) if entry and entry.kind == "blob" else None
        if found is None:
            raise web.HTTPNotFound
        lines = found.data.decode("utf-8", "replace").split("\n")
        return self._page("blob.html", repository=repository, path=path, sha=sha, lines=lines)
