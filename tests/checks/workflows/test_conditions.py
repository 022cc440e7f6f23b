"""Whether strangers get through a condition."""

from __future__ import annotations

import pytest

from checks.workflows.conditions import Reach, reach_of
from tests.checks.workflows.making import document


def _reach(condition: str, event: str = "pull_request_target", more: str = "") -> Reach:
    text = f"on: [{event}, push]\njobs:\n  a:\n    if: |-\n      {condition}\n{more}    steps: []\n"
    found = document(text)
    return reach_of(found, found.jobs[0], None, event)


@pytest.mark.parametrize(
    "condition",
    [
        "github.event.pull_request.head.repo.full_name == github.repository",
        "github.repository == github.event.pull_request.head.repo.full_name && always()",
        "github.event.pull_request.head.repo.fork == false",
        "!github.event.pull_request.head.repo.fork",
        "${{ !github.event.pull_request.head.repo.fork }}",
        "github.event.pull_request.head.repo.owner.login == 'acme'",
        "github.event.pull_request.author_association == 'MEMBER'",
        'contains(fromJSON(\'["OWNER","MEMBER"]\'), github.event.pull_request.author_association)',
        "github.event.pull_request.merged == true",
        "github.event.pull_request.merged",
        "github.event_name == 'push'",
        "github.event_name != 'pull_request_target'",
        "github.actor == 'octocat' || github.actor == 'hubot'",
        "github.event.pull_request.user.login == 'dependabot[bot]'",
        "github.event.issue.pull_request",
        "false",
    ],
)
def test_closed(condition: str) -> None:
    assert _reach(condition) is Reach.CLOSED


@pytest.mark.parametrize(
    "condition",
    [
        "github.event.pull_request.draft == false",
        "github.event.pull_request.head.repo.full_name != github.repository",
        "github.repository == 'acme/app'",
        "github.repository_owner == 'acme'",
        "github.actor != 'dependabot[bot]'",
        "github.event_name == 'pull_request_target'",
        "github.event.pull_request.author_association == 'CONTRIBUTOR'",
        "startsWith(github.head_ref, 'docs/')",
        "contains(github.event.pull_request.title, 'release')",
        "github.event_name == 'push' || github.event.action == 'opened'",
        "always()",
        "!cancelled() && inputs.x != 'y'",
        "needs.build.result == 'success'",
        "this is no expression",
    ],
)
def test_open(condition: str) -> None:
    assert _reach(condition) is Reach.OPEN


@pytest.mark.parametrize(
    "condition",
    [
        "contains(github.event.pull_request.labels.*.name, 'safe')",
        "github.event.label.name == 'safe'",
        "contains(github.event.pull_request.labels.*.name, 'safe') && github.repository == 'a/b'",
    ],
)
def test_labelled(condition: str) -> None:
    assert _reach(condition) is Reach.LABELLED


def test_something_computed_decides() -> None:
    assert _reach("needs.who.outputs.member == 'true'") is Reach.CHECKED


def test_an_environment_stands_before_it() -> None:
    assert _reach("always()", more="    environment: production\n") is Reach.APPROVED


def test_an_issue_comment_has_no_pull_request() -> None:
    assert _reach("github.event.pull_request", "issue_comment") is Reach.CLOSED
    assert _reach("github.event.issue.pull_request", "issue_comment") is Reach.OPEN
    assert _reach("github.event.comment.author_association == 'OWNER'", "issue_comment") is (
        Reach.CLOSED
    )


def test_a_pull_request_runs_for_its_own_ref() -> None:
    assert _reach("github.ref == 'refs/heads/main'", "pull_request") is Reach.CLOSED
    assert _reach("startsWith(github.ref, 'refs/tags/')", "pull_request") is Reach.CLOSED
    assert _reach("github.ref == 'refs/heads/main'", "pull_request_target") is Reach.OPEN


def test_a_job_is_no_freer_than_those_it_needs() -> None:
    text = """
        on: issue_comment
        jobs:
          who:
            if: github.event.comment.author_association == 'OWNER'
            steps: []
          a:
            needs: [who]
            steps: []
          b:
            needs: a
            if: always()
            steps: []
          c:
            needs: c
            steps: []
    """
    found = document(text)
    reached = {one.id: reach_of(found, one, None, "issue_comment") for one in found.jobs}
    assert reached == {
        "who": Reach.CLOSED, "a": Reach.CLOSED, "b": Reach.OPEN, "c": Reach.OPEN,
    }  # fmt: skip


def test_a_long_chain_of_jobs_ends() -> None:
    jobs = "".join(f"  j{i}:\n    needs: j{i + 1}\n    steps: []\n" for i in range(3_000))
    found = document(f"on: issues\njobs:\n{jobs}")
    assert reach_of(found, found.jobs[0], None, "issues") is Reach.OPEN


def test_a_merge_says_nothing_against_a_title() -> None:
    found = document(
        "on: pull_request_target\njobs:\n  a:\n"
        "    if: github.event.pull_request.merged\n    steps: []\n"
    )
    job = found.jobs[0]
    assert reach_of(found, job, None, "pull_request_target", text_only=True) is Reach.OPEN
