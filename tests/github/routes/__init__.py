"""The API's endpoints, one file a resource; importing this package fills the table."""

from tests.github.routes import (
    apps,
    check_runs,
    check_suites,
    code_scanning,
    comments,
    contents,
    git,
    graphql,
    hooks,
    pulls,
    reactions,
    repositories,
    review_comments,
    reviews,
)
from tests.github.routes.table import ROUTES

__all__ = [
    "ROUTES",
    "apps",
    "check_runs",
    "check_suites",
    "code_scanning",
    "comments",
    "contents",
    "git",
    "graphql",
    "hooks",
    "pulls",
    "reactions",
    "repositories",
    "review_comments",
    "reviews",
]
