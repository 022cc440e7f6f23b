"""Check suites: create, read, their runs, and *Re-run all checks*."""

from __future__ import annotations

from tests.github import events, render
from tests.github.bodies import Field, check
from tests.github.call import Answer, Call
from tests.github.git import OID
from tests.github.routes.check_runs import list_runs
from tests.github.routes.table import ROUTES
from tests.github.rules import refuse
from tests.github.state import CheckSuite


@ROUTES.add("POST", "/repo/check-suites", "checks=write")
def create_check_suite(call: Call) -> Answer:
    """201 for a new suite, 200 when there is one for the commit."""
    sha = check(call, {"head_sha": Field(str, required=True)})["head_sha"]
    repository = call.repository
    if not OID.match(sha) or not repository.store.is_commit(sha):
        raise refuse("check-sha", sha=sha)
    count = len(repository.suites)
    suite = repository.suite(call.caller_app, sha)
    return Answer(render.check_suite(suite), 201 if len(repository.suites) > count else 200)


@ROUTES.add("GET", "/repo/check-suites/{check_suite_id}", "checks=read")
def get_check_suite(call: Call) -> Answer:
    return Answer(render.check_suite(_suite(call)))


@ROUTES.add("GET", "/repo/check-suites/{check_suite_id}/check-runs", "checks=read")
def list_check_runs_of_suite(call: Call) -> Answer:
    return list_runs(call, _suite(call).runs)


@ROUTES.add("POST", "/repo/check-suites/{check_suite_id}/rerequest", "checks=write")
def rerequest_check_suite(call: Call) -> Answer:
    suite = _suite(call)
    suite.reset = True
    call.standin.emit(events.check_suite(suite, "rerequested", call.actor))
    return Answer({}, 201)


@ROUTES.add("GET", "/repo/commits/{ref:path}/check-suites", "checks=read")
def list_check_suites_of_ref(call: Call) -> Answer:
    sha = call.repository.resolve(call.values["ref"])
    if sha is None:
        raise refuse("check-sha", sha=call.values["ref"])
    wanted = call.query.get("app_id")
    found = [
        render.check_suite(suite)
        for suite in call.repository.suites
        if suite.head_sha == sha and wanted in (None, str(suite.app.id))
    ]
    page, links = call.page(found)
    return Answer({"total_count": len(found), "check_suites": page}, headers=links)


def _suite(call: Call) -> CheckSuite:
    number = call.number("check_suite_id")
    for suite in call.repository.suites:
        if suite.id == number:
            return suite
    raise refuse("not-found")
