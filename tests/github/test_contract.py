"""The validation itself: it knows GitHub's words, and complains about others."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.github import contract


def test_a_request_that_github_knows() -> None:
    body = {
        "commit_id": "a" * 40,
        "event": "COMMENT",
        "body": "Two findings.",
        "comments": [{"path": "a.py", "line": 3, "side": "RIGHT", "body": "This runs a shell."}],
    }
    assert (
        contract.complaints_about_request("POST", "/repositories/7/pulls/1/reviews", {}, body) == []
    )
    assert (
        contract.complaints_about_request(
            "GET", "/repos/o/r/pulls/1/files", {"per_page": "100"}, None
        )
        == []
    )


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "about"),
    [
        ("POST", "/repos/o/r/pulls/1/reviews", {}, {"event": "SHOUT"}, "event"),
        ("POST", "/repos/o/r/pulls/1/reviews", {}, {"evnet": "COMMENT"}, "no field evnet"),
        ("POST", "/repos/o/r/check-runs", {}, {"name": "Assay"}, "head_sha"),
        ("GET", "/repos/o/r/pulls/1/files", {"perpage": "1"}, None, "perpage"),
        ("GET", "/repos/o/r/no-such-thing", {}, None, "has no GET"),
        ("GET", "/repos/o/r/pulls/1", {}, {"a": 1}, "takes no body"),
    ],
)
def test_a_request_that_github_does_not_know(
    method: str, path: str, query: dict[str, str], body: Any, about: str
) -> None:
    complaints = contract.complaints_about_request(method, path, query, body)
    assert any(about in complaint for complaint in complaints), complaints


def test_the_most_fixed_path_wins() -> None:
    found = contract.operation("GET", "/repos/o/r/pulls/comments/5")
    assert found is not None
    assert found.key == "GET /repos/{owner}/{repo}/pulls/comments/{comment_id}"
    contents = contract.operation("GET", "/repos/o/r/contents/a/b/c.py")
    assert contents is not None
    assert contents.key.endswith("/contents/{path}")


def test_an_answer_with_a_word_that_github_does_not_use() -> None:
    entry = {
        "sha": "a" * 40, "filename": "a.py", "status": "removed", "additions": 0, "deletions": 1,
        "changes": 1, "blob_url": "https://x/", "raw_url": "https://x/", "contents_url": "https://x/",
    }  # fmt: skip
    assert contract.complaints_about_answer("GET", "/repos/o/r/pulls/1/files", 200, [entry]) == []
    wrong = entry | {"status": "deleted"}
    assert contract.complaints_about_answer("GET", "/repos/o/r/pulls/1/files", 200, [wrong])
    missing = copy.copy(entry)
    del missing["additions"]
    assert contract.complaints_about_answer("GET", "/repos/o/r/pulls/1/files", 200, [missing])


def test_documents_are_validated() -> None:
    good = 'query { repository(owner: "o", name: "r") { pullRequest(number: 1) { headRefOid } } }'
    assert contract.complaints_about_document(good) == []
    assert contract.complaints_about_document(good.replace("headRefOid", "headOid"))
    assert contract.complaints_about_document("query {")


def test_published_examples_are_there_and_most_pass_their_own_schema() -> None:
    examples = contract.example_deliveries()
    assert len(examples) == 329
    assert len({event for event, _ in examples}) == 58
    heard = [
        (event, payload)
        for event, payload in examples
        if event in ("pull_request", "check_run", "check_suite", "issue_comment")
        and "no delivery" not in "".join(contract.complaints_about_delivery(event, payload))
    ]
    assert len(heard) > 20
    event, payload = next(one for one in heard if one[0] == "check_run")
    del payload["check_run"]
    assert contract.complaints_about_delivery(event, payload)
