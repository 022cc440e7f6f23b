"""Pull requests: themselves (also as diff or patch), their files and commits, and comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github import render
from tests.github.call import Answer, Call
from tests.github.diff import FILES_MAX
from tests.github.routes.table import ROUTES
from tests.github.rules import refuse

if TYPE_CHECKING:
    from tests.github.pull import PullRequest

DIFF_LINES = 20_000
DIFF_FILES = 300
COMPARE_FILES = 300
COMPARE_COMMITS = 250


def pull_of(call: Call, name: str = "number") -> PullRequest:
    """The pull request that the path names."""
    pull = call.repository.pulls.get(call.number(name))
    if pull is None:
        raise refuse("not-found")
    return pull


@ROUTES.add("GET", "/repo/pulls", "pull_requests=read")
def list_pulls(call: Call) -> Answer:
    state = call.query.get("state", "open")
    head = call.query.get("head")
    base = call.query.get("base")
    found = [
        render.pull_request_simple(pull)
        for pull in sorted(call.repository.pulls.values(), key=lambda pull: -pull.number)
        if state in ("all", pull.state)
        and base in (None, pull.base_ref)
        and (head is None or head == f"{_owner(pull)}:{pull.head_ref}")
    ]
    page, links = call.page(found)
    return Answer(page, headers=links)


@ROUTES.add("GET", "/repo/pulls/{number}", "pull_requests=read")
def get_pull(call: Call) -> Answer:
    pull = pull_of(call)
    if call.accepts("diff") or call.accepts("patch"):
        assert call.token is not None
        if not call.token.allows("contents=read"):
            wanted = "contents=read; pull_requests=read"
            raise refuse("diff-needs-contents", headers={"X-Accepted-GitHub-Permissions": wanted})
        lines = sum(change.additions + change.deletions for change in pull.changes)
        if lines > DIFF_LINES or len(pull.changes) > DIFF_FILES:
            errors = [{"resource": "PullRequest", "field": "diff", "code": "too_large"}]
            raise refuse("diff-max", errors=errors)
        text = call.repository.differ.text(pull.merge_base, pull.head_sha)
        return Answer(raw=text.encode(), content_type="application/vnd.github.diff; charset=utf-8")
    return Answer(render.pull_request(pull))


@ROUTES.add("GET", "/repo/pulls/{number}/files", "pull_requests=read")
def list_files(call: Call) -> Answer:
    """The changed files, 3,000 at most; further ones are not told of."""
    pull = pull_of(call)
    page, links = call.page(pull.changes[:FILES_MAX])
    files = [render.change(one, call.repository, pull.head_sha) for one in page]
    return Answer(files, headers=links)


@ROUTES.add("GET", "/repo/pulls/{number}/commits", "pull_requests=read")
def list_commits(call: Call) -> Answer:
    pull = pull_of(call)
    page, links = call.page(pull.commits[:COMPARE_COMMITS])
    store = call.repository.store
    body = [render.commit(store.commit(sha), call.repository) for sha in page]
    return Answer(body, headers=links)


@ROUTES.add("GET", "/repo/commits/{sha}/pulls", "pull_requests=read")
def list_pulls_of_commit(call: Call) -> Answer:
    """Pull requests that hold a commit; those of forks are not found through the head."""
    sha = call.values["sha"]
    found = [
        render.pull_request_simple(pull)
        for pull in call.repository.pulls.values()
        if pull.head_repository is call.repository and sha in pull.commits
    ]
    page, links = call.page(found)
    return Answer(page, headers=links)


@ROUTES.add("GET", "/repo/compare/{basehead:path}", "contents=read")
def compare(call: Call) -> Answer:
    """``base...head``: from their merge base; files are on the first page only."""
    repository, store = call.repository, call.repository.store
    left, dots, right = call.values["basehead"].partition("...")
    base = repository.resolve(_branch(call, left)) if dots else None
    head = repository.resolve(_branch(call, right)) if dots else None
    if base is None or head is None:
        raise refuse("not-found")
    common = store.merge_base(base, head)
    if common is None:
        raise refuse("not-found")
    ahead = store.commits_between(base, head)
    behind = store.commits_between(head, base)
    state = {(False, False): "identical", (True, False): "ahead", (False, True): "behind"}.get(
        (bool(ahead), bool(behind)), "diverged"
    )
    page, links = call.page(ahead[:COMPARE_COMMITS])
    url = f"{repository.url}/compare/{base}...{head}"
    body = {
        "url": url,
        "html_url": f"{repository.html_url}/compare/{base}...{head}",
        "permalink_url": f"{repository.html_url}/compare/{base[:7]}...{head[:7]}",
        "diff_url": f"{repository.html_url}/compare/{base}...{head}.diff",
        "patch_url": f"{repository.html_url}/compare/{base}...{head}.patch",
        "base_commit": render.commit(store.commit(base), repository),
        "merge_base_commit": render.commit(store.commit(common), repository),
        "status": state,
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "commits": [render.commit(store.commit(sha), repository) for sha in page],
    }
    if call.query.get("page", "1") == "1":
        changes = repository.differ.changes(common, head)[:COMPARE_FILES]
        body["files"] = [render.change(one, repository, head) for one in changes]
    return Answer(body, headers=links)


def _owner(pull: PullRequest) -> str:
    return pull.head_repository.owner.login if pull.head_repository else ""


def _branch(call: Call, text: str) -> str:
    """``owner:branch`` names a branch of a fork."""
    owner, colon, branch = text.partition(":")
    if not colon:
        return text
    try:
        fork = call.standin.fork_of(call.repository, owner)
    except ValueError:
        raise refuse("not-found") from None
    return fork.branches.get(branch, "\0")
