"""Whatever is sent, GitHub answers: no body, path or header makes the stand-in fall over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.github import PullRequest, StandIn
from tests.github.auth import mint
from tests.github.call import Call
from tests.github.clock import ManualClock
from tests.github.exchanges import Exchange
from tests.github.routes import ROUTES
from tests.github.server import ApiServer

WRITES = [
    ("POST", "/repos/octo/demo/pulls/1/reviews"),
    ("POST", "/repos/octo/demo/pulls/1/comments"),
    ("POST", "/repos/octo/demo/issues/1/comments"),
    ("POST", "/repos/octo/demo/check-runs"),
    ("POST", "/repos/octo/demo/check-suites"),
    ("POST", "/graphql"),
]
NAMES = sorted(
    {
        "path", "line", "side", "start_line", "start_side", "position", "body", "event", "comments",
        "commit_id", "in_reply_to", "subject_type", "name", "head_sha", "status", "conclusion",
        "started_at", "completed_at", "output", "title", "summary", "text", "annotations",
        "end_line", "start_column", "end_column", "annotation_level", "message", "raw_details",
        "actions", "label", "description", "identifier", "query", "variables", "operationName",
    }
)  # fmt: skip


@dataclass(slots=True)
class Small:
    """A stand-in without a socket, and a token for it."""

    standin: StandIn
    pull: PullRequest
    token: str

    def send(self, method: str, path: str, body: Any, **headers: str) -> int:
        given = {"user-agent": "a test", "authorization": f"Bearer {self.token}", **headers}
        call = Call(self.standin, method, path, {}, given, body)
        exchange = Exchange(method, path, {}, {}, body)
        return ApiServer(self.standin).answer(call, exchange, True).status


@pytest.fixture(scope="module")
def small() -> Iterator[Small]:
    standin = StandIn(ManualClock())
    app = standin.create_app()
    repository = standin.create_repository("octo/demo")
    installation = standin.install(app, [repository])
    repository.commit({"a.py": "x\n"})
    repository.commit({"a.py": "y\n"}, branch="feature")
    pull = repository.add_pull("feature")
    token = mint(standin, installation, dict(installation.permissions), None)
    yield Small(standin, pull, token.text)
    standin.close()


def bodies(sha: str) -> st.SearchStrategy[Any]:
    """JSON built from the words that GitHub knows, and from others."""
    words = st.sampled_from(
        [sha, "a.py", "RIGHT", "LEFT", "COMMENT", "completed", "neutral", "warning", "file", "",
         "{ viewer { login } }", "0001-01-01T00:00:00+23:59", "\ud800"]
    )  # fmt: skip
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | words | st.text(max_size=5)
    names = st.sampled_from(NAMES) | st.text(max_size=3)
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=6),
        max_leaves=12,
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data(), target=st.sampled_from(WRITES))
def test_any_body(small: Small, data: st.DataObject, target: tuple[str, str]) -> None:
    body = data.draw(bodies(small.pull.head_sha))
    status = small.send(*target, body)
    assert small.standin.failures == []
    assert status in (200, 201, 400, 404, 422)


ODD = st.none() | st.integers(-1, 3) | st.sampled_from(["", "a.py", "RIGHT", "\ud800", 10**30])
PLACES = st.fixed_dictionaries(
    {"path": st.just("a.py") | ODD, "body": st.just("b") | ODD, "line": st.integers(-1, 2) | ODD},
    optional=dict.fromkeys(("side", "start_line", "start_side", "position", "subject_type"), ODD),
)
NOTES = st.fixed_dictionaries(
    {
        "path": st.just("a.py") | ODD,
        "start_line": st.integers(-1, 2),
        "end_line": st.integers(-1, 2),
        "annotation_level": st.just("notice") | ODD,
        "message": st.just("m") | ODD,
    },
    optional=dict.fromkeys(("title", "start_column", "end_column", "raw_details"), ODD),
)
TIMES = st.sampled_from(["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "now"])


@settings(deadline=None)
@given(comments=st.lists(PLACES, max_size=2), event=st.sampled_from(["COMMENT", "APPROVE", None]))
def test_nearly_good_reviews(small: Small, comments: list[Any], event: str | None) -> None:
    body = {"body": "x", "comments": comments, **({"event": event} if event else {})}
    path = "/repos/octo/demo/pulls/1/reviews"
    assert small.send("POST", path, body) in (200, 422)
    small.pull.reviews.clear()
    assert small.standin.failures == []
    for method, where in (("GET", "/repos/octo/demo/pulls/1/comments"), ("GET", path)):
        assert small.send(method, where, None) == 200


@settings(deadline=None)
@given(notes=st.lists(NOTES, max_size=2), when=st.none() | TIMES, title=ODD)
def test_nearly_good_check_runs(
    small: Small, notes: list[Any], when: str | None, title: Any
) -> None:
    output = {"title": title, "summary": "s", "annotations": notes}
    body = {"name": "n", "head_sha": small.pull.head_sha, "output": output}
    if when is not None:
        body |= {"started_at": when, "completed_at": when, "conclusion": "neutral"}
    assert small.send("POST", "/repos/octo/demo/check-runs", body) in (201, 422)
    assert small.standin.failures == []


@settings(deadline=None)
@given(path=st.text(max_size=30), number=st.integers(0, len(ROUTES.all) - 1), text=st.text())
def test_any_path(small: Small, path: str, number: int, text: str) -> None:
    small.send("GET", path, None)
    route = ROUTES.all[number]
    filled = route.template.replace("{owner}", "octo").replace("{repo}", "demo")
    filled = filled.replace("{repository_id}", str(small.pull.repository.id))
    while "{" in filled and "}" in filled:
        start, end = filled.index("{"), filled.index("}")
        filled = filled[:start] + text.replace("{", "").replace("}", "") + filled[end + 1 :]
    small.send(route.method, filled, {})
    assert small.standin.failures == []


@settings(deadline=None)
@given(authorization=st.text(), version=st.text())
def test_any_header(small: Small, authorization: str, version: str) -> None:
    path = "/repos/octo/demo/pulls/1"
    small.send("GET", path, None, authorization=authorization)
    small.send("GET", path, None, authorization=f"Bearer {authorization}.e30.x")
    small.send("GET", path, None, **{"x-github-api-version": version})
    assert small.standin.failures == []
