"""Repositories as GitHub's ``repository``, ``minimal-repository`` and the stub of installations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github.clock import stamp
from tests.github.render.users import user
from tests.github.state import Json

if TYPE_CHECKING:
    from tests.github.repository import Repository

_LINKS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


def repository_stub(found: Repository) -> Json:
    """The short form inside installation events."""
    return {
        "id": found.id,
        "node_id": found.node_id,
        "name": found.name,
        "full_name": found.full_name,
        "private": found.private,
    }


def minimal_repository(found: Repository) -> Json:
    """``minimal-repository``."""
    return {
        **repository_stub(found),
        "owner": user(found.owner, found.standin),
        "html_url": found.html_url,
        "description": found.description,
        "fork": found.parent is not None,
        "url": found.url,
        **{name: found.url + tail for name, tail in _LINKS.items()},
    }


def repository(found: Repository) -> Json:
    """``repository``, as pull requests and deliveries carry it."""
    opened = sum(pull.state == "open" for pull in found.pulls.values())
    born = stamp(found.created_at)
    host = found.standin.url.partition("://")[2]
    return {
        **minimal_repository(found),
        "created_at": born,
        "updated_at": born,
        "pushed_at": born,
        "git_url": f"git://{host}/{found.full_name}.git",
        "ssh_url": f"git@{host}:{found.full_name}.git",
        "clone_url": f"{found.html_url}.git",
        "svn_url": found.html_url,
        "homepage": None,
        "size": 1,
        "stargazers_count": 0,
        "watchers_count": 0,
        "language": None,
        "has_issues": True,
        "has_projects": True,
        "has_downloads": True,
        "has_wiki": True,
        "has_pages": False,
        "has_discussions": False,
        "forks_count": 0,
        "mirror_url": None,
        "archived": False,
        "disabled": False,
        "open_issues_count": opened,
        "license": None,
        "allow_forking": True,
        "is_template": False,
        "web_commit_signoff_required": False,
        "topics": [],
        "visibility": "private" if found.private else "public",
        "forks": 0,
        "open_issues": opened,
        "watchers": 0,
        "default_branch": found.default_branch,
    }


def full_repository(found: Repository) -> Json:
    """``full-repository``, as GET /repos/{owner}/{repo} answers."""
    body = {**repository(found), "network_count": 0, "subscribers_count": 0}
    if found.parent is not None:
        body["parent"] = body["source"] = repository(found.parent)
    return body
