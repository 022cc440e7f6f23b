"""State as GitHub's JSON: one function a resource, with every field that its schema requires."""

from tests.github.render.apps import app, installation, manifest_conversion
from tests.github.render.checks import annotation, check_run, check_suite
from tests.github.render.comments import issue_comment, reaction, review, review_comment
from tests.github.render.git import change, commit, git_commit
from tests.github.render.pulls import (
    issue,
    label,
    merge_group,
    pull_request,
    pull_request_minimal,
    pull_request_simple,
)
from tests.github.render.repositories import minimal_repository, repository, repository_stub
from tests.github.render.users import user

__all__ = [
    "annotation",
    "app",
    "change",
    "check_run",
    "check_suite",
    "commit",
    "git_commit",
    "installation",
    "issue",
    "issue_comment",
    "label",
    "manifest_conversion",
    "merge_group",
    "minimal_repository",
    "pull_request",
    "pull_request_minimal",
    "pull_request_simple",
    "reaction",
    "repository",
    "repository_stub",
    "review",
    "review_comment",
    "user",
]
