"""Check runs: the documented calls, typed. Only the app that made a run can change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from bot.github import repos
from bot.github.port import RepositoryAPI

ANNOTATIONS_PER_REQUEST = 50
"""GitHub refuses more; further requests append
(https://docs.github.com/en/rest/checks/runs#update-a-check-run)."""


class App(msgspec.Struct, frozen=True):
    """The app that made a check run."""

    id: int


class Output(msgspec.Struct, frozen=True):
    """What a check run shows."""

    title: str | None = None
    summary: str | None = None
    annotations_count: int = 0


class CheckRun(msgspec.Struct, frozen=True):
    """The fields of a check run that the bot uses."""

    id: int
    name: str
    status: str
    head_sha: str
    conclusion: str | None = None
    external_id: str | None = None
    app: App | None = None
    output: Output = Output()


class Annotation(msgspec.Struct, frozen=True):
    """An annotation that a check run holds."""

    path: str
    start_line: int
    end_line: int
    title: str | None = None
    message: str | None = None


async def of_commit(api: RepositoryAPI, repository: str, sha: str, *, name: str) -> list[CheckRun]:
    """Our own runs of that name on a commit, the older ones of a name included.

    https://docs.github.com/en/rest/checks/runs#list-check-runs-for-a-git-reference
    """
    path = repos.path(repository, "commits/{sha}/check-runs", sha=sha)
    params: dict[str, str | int] = {"check_name": name, "app_id": api.app_id, "filter": "all"}
    runs = [repos.convert(run, CheckRun) async for run in api.pages(path, params, key="check_runs")]
    return [run for run in runs if run.name == name and run.app == App(api.app_id)]


async def create(
    api: RepositoryAPI, repository: str, *, name: str, head_sha: str, **fields: Any
) -> CheckRun:
    """Make a check run. It never replaces one: the same name twice on a commit makes two.

    https://docs.github.com/en/rest/checks/runs#create-a-check-run
    """
    body = {"name": name, "head_sha": head_sha, **fields}
    return repos.convert(await api.post(repos.path(repository, "check-runs"), body), CheckRun)


async def update(
    api: RepositoryAPI, repository: str, run: int, fields: Mapping[str, Any]
) -> CheckRun:
    """Change a check run. Annotations are appended, so it is repeated only without any.

    https://docs.github.com/en/rest/checks/runs#update-a-check-run
    """
    annotated = bool(fields.get("output", {}).get("annotations"))
    path = repos.path(repository, "check-runs/{run}", run=run)
    return repos.convert(await api.patch(path, fields, idempotent=not annotated), CheckRun)


async def annotations_of(api: RepositoryAPI, repository: str, run: int) -> list[Annotation]:
    """All annotations of a check run.

    https://docs.github.com/en/rest/checks/runs#list-check-run-annotations
    """
    path = repos.path(repository, "check-runs/{run}/annotations", run=run)
    return [repos.convert(one, Annotation) async for one in api.pages(path)]
