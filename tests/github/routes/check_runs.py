"""Check runs: create, update, read, their annotations, and *Re-run*."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.github import check_rules, events, render
from tests.github.bodies import check
from tests.github.call import Answer, Call
from tests.github.git import OID
from tests.github.routes.table import ROUTES
from tests.github.rules import refuse
from tests.github.state import CheckRun


@ROUTES.add("POST", "/repo/check-runs", "checks=write")
def create_check_run(call: Call) -> Answer:
    """Always a new run, also of a name that is there already on that commit."""
    repository, standin = call.repository, call.standin
    body = check(call, check_rules.shape(create=True))
    check_rules.check_conclusion(body)
    check_rules.check_sizes(body)
    sha = body["head_sha"]
    if not OID.match(sha) or not repository.store.is_commit(sha):
        raise refuse("check-sha", sha=sha)
    suite = repository.suite(call.caller_app, sha)
    run = CheckRun(
        id=standin.next_id("check_run") + 128_620_000,
        suite=suite,
        name=body["name"],
        head_sha=sha,
        external_id="",
        details_url=call.caller_app.external_url,
        status="queued",
        conclusion=None,
        started_at=standin.clock(),
        completed_at=None,
    )
    suite.runs.append(run)
    suite.reset = False
    _apply(call, run, body)
    standin.emit(events.check_run(run, "created", call.actor))
    if run.status == "completed":
        _completed(call, run)
    return Answer(render.check_run(run), 201)


@ROUTES.add("PATCH", "/repo/check-runs/{check_run_id}", "checks=write")
def update_check_run(call: Call) -> Answer:
    """Annotations are added to those that are there; the rest replaces."""
    run = _run(call)
    if run.app is not call.caller_app:
        raise refuse("check-owner", id=call.caller_app.id)
    body = check(call, check_rules.shape(create=False))
    check_rules.check_conclusion(body)
    check_rules.check_sizes(body)
    was = run.status
    if was == "completed" and body.get("status", was) != "completed":
        call.complaints.append("a completed check run is opened again: create a new one")
    _apply(call, run, body)
    if run.status == "completed" and was != "completed":
        _completed(call, run)
    return Answer(render.check_run(run))


@ROUTES.add("GET", "/repo/check-runs/{check_run_id}", "checks=read")
def get_check_run(call: Call) -> Answer:
    return Answer(render.check_run(_run(call)))


@ROUTES.add("GET", "/repo/check-runs/{check_run_id}/annotations", "checks=read")
def list_annotations(call: Call) -> Answer:
    run = _run(call)
    page, links = call.page([render.annotation(one, run) for one in run.annotations])
    return Answer(page, headers=links)


@ROUTES.add("POST", "/repo/check-runs/{check_run_id}/rerequest", "checks=write")
def rerequest_check_run(call: Call) -> Answer:
    run = _run(call)
    run.suite.reset = True
    call.standin.emit(events.check_run(run, "rerequested", call.actor))
    return Answer({}, 201)


@ROUTES.add("GET", "/repo/commits/{ref:path}/check-runs", "checks=read")
def list_check_runs_of_ref(call: Call) -> Answer:
    sha = call.repository.resolve(call.values["ref"])
    if sha is None:
        raise refuse("check-sha", sha=call.values["ref"])
    return list_runs(call, call.repository.check_runs(sha))


def list_runs(call: Call, runs: list[CheckRun]) -> Answer:
    """Newest first; ``filter=latest`` (the default) keeps the newest of each name and app."""
    query = call.query
    if query.get("filter", "latest") == "latest":
        runs = list({(run.app.id, run.name): run for run in runs}.values())
    found = [
        render.check_run(run)
        for run in sorted(runs, key=lambda run: -run.id)
        if query.get("check_name") in (None, run.name)
        and query.get("status") in (None, run.status)
        and query.get("app_id") in (None, str(run.app.id))
    ]
    page, links = call.page(found)
    return Answer({"total_count": len(found), "check_runs": page}, headers=links)


def _run(call: Call) -> CheckRun:
    run = call.repository.check_run(call.number("check_run_id"))
    if run is None:
        raise refuse("not-found")
    return run


def _apply(call: Call, run: CheckRun, body: Mapping[str, Any]) -> None:
    run.name = body.get("name", run.name)
    run.external_id = body.get("external_id", run.external_id)
    run.details_url = body.get("details_url", run.details_url)
    run.status = body.get("status", run.status)
    if "started_at" in body:
        run.started_at = check_rules.read_time(body["started_at"], "started_at")
    if "conclusion" in body:
        run.status, run.conclusion = "completed", body["conclusion"]
        run.completed_at = call.standin.clock()
        if "completed_at" in body:
            run.completed_at = check_rules.read_time(body["completed_at"], "completed_at")
    elif run.status != "completed":
        run.conclusion = run.completed_at = None
    output = body.get("output", {})
    run.title = output.get("title", run.title)
    run.summary = output.get("summary", run.summary)
    run.text = output.get("text", run.text)
    run.annotations += [check_rules.read_annotation(one) for one in output.get("annotations", ())]
    run.actions = body.get("actions", run.actions)
    run.suite.updated_at = call.standin.clock()


def _completed(call: Call, run: CheckRun) -> None:
    call.standin.emit(events.check_run(run, "completed", call.actor))
    if run.suite.status == "completed":
        call.standin.emit(events.check_suite(run.suite, "completed", call.actor))
