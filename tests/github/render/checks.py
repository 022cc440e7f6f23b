"""Check runs, suites and annotations as GitHub's JSON."""

from __future__ import annotations

from urllib.parse import quote

from tests.github.clock import stamp, stamp_or_none
from tests.github.render.apps import app
from tests.github.render.pulls import pull_request_minimal
from tests.github.render.repositories import minimal_repository
from tests.github.state import Annotation, CheckRun, CheckSuite, Json


def check_run(found: CheckRun, *, hook: bool = False) -> Json:
    """``check-run``; a delivery's suite is fuller than the API's, which has only its id."""
    repository = found.repository
    url = f"{repository.url}/check-runs/{found.id}"
    return {
        "id": found.id,
        "name": found.name,
        "node_id": found.node_id,
        "head_sha": found.head_sha,
        "external_id": found.external_id,
        "url": url,
        "html_url": f"{repository.html_url}/runs/{found.id}",
        "details_url": found.details_url,
        "status": found.status,
        "conclusion": found.conclusion,
        "started_at": stamp_or_none(found.started_at),
        "completed_at": stamp_or_none(found.completed_at),
        "output": {
            "title": found.title,
            "summary": found.summary,
            "text": found.text,
            "annotations_count": len(found.annotations),
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": _suite_inside_run(found.suite) if hook else {"id": found.suite.id},
        "app": app(found.app, repository.standin),
        "pull_requests": [
            pull_request_minimal(pull) for pull in repository.pulls_of(found.head_sha)
        ],
    }


def _suite_inside_run(found: CheckSuite) -> Json:
    repository = found.repository
    return {
        "id": found.id,
        "node_id": found.node_id,
        "head_branch": found.head_branch,
        "head_sha": found.head_sha,
        "status": found.status,
        "conclusion": found.conclusion,
        "url": f"{repository.url}/check-suites/{found.id}",
        "before": found.before,
        "after": found.head_sha,
        "pull_requests": [
            pull_request_minimal(pull) for pull in repository.pulls_of(found.head_sha)
        ],
        "app": app(found.app, repository.standin),
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.updated_at),
    }


def check_suite(found: CheckSuite, *, hook: bool = False) -> Json:
    """``check-suite``; deliveries carry the repository outside of it."""
    repository = found.repository
    commit = repository.store.commit(found.head_sha)
    body: Json = {
        **_suite_inside_run(found),
        "latest_check_runs_count": len(found.latest),
        "check_runs_url": f"{repository.url}/check-suites/{found.id}/check-runs",
        "head_commit": {
            "id": commit.oid,
            "tree_id": commit.tree,
            "message": commit.message,
            "timestamp": stamp(commit.author.when),
            "author": {"name": commit.author.name, "email": commit.author.email},
            "committer": {"name": commit.committer.name, "email": commit.committer.email},
        },
        "rerequestable": True,
        "runs_rerequestable": True,
    }
    if not hook:
        body["repository"] = minimal_repository(repository)
    return body


def annotation(found: Annotation, run: CheckRun) -> Json:
    """``check-annotation``."""
    return {
        "path": found.path,
        "blob_href": f"{run.repository.html_url}/blob/{run.head_sha}/{quote(found.path)}",
        "start_line": found.start_line,
        "start_column": found.start_column,
        "end_line": found.end_line,
        "end_column": found.end_column,
        "annotation_level": found.annotation_level,
        "title": found.title,
        "message": found.message,
        "raw_details": found.raw_details,
    }
