"""Commits and changed files as GitHub's ``commit``, ``git-commit`` and ``diff-entry``."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.github.clock import stamp
from tests.github.diff import Change
from tests.github.git import Commit, Signature
from tests.github.render.users import user
from tests.github.state import Json, node_id

if TYPE_CHECKING:
    from tests.github.repository import Repository


def _person(who: Signature) -> Json:
    return {"name": who.name, "email": who.email, "date": stamp(who.when)}


def _verification() -> Json:
    return {
        "verified": False,
        "reason": "unsigned",
        "signature": None,
        "payload": None,
        "verified_at": None,
    }


def git_commit(found: Commit, repository: Repository) -> Json:
    """``git-commit``: the git database's view."""
    git = f"{repository.url}/git"
    return {
        "sha": found.oid,
        "node_id": node_id("C", repository.id, found.oid),
        "url": f"{git}/commits/{found.oid}",
        "html_url": f"{repository.html_url}/commit/{found.oid}",
        "author": _person(found.author),
        "committer": _person(found.committer),
        "tree": {"sha": found.tree, "url": f"{git}/trees/{found.tree}"},
        "message": found.message,
        "parents": [
            {
                "sha": parent,
                "url": f"{git}/commits/{parent}",
                "html_url": f"{repository.html_url}/commit/{parent}",
            }
            for parent in found.parents
        ],
        "verification": _verification(),
    }


def commit(found: Commit, repository: Repository) -> Json:
    """``commit``: the repository's view, with the accounts of author and committer."""
    url = f"{repository.url}/commits"
    page = f"{repository.html_url}/commit"
    account = repository.standin.users.get(found.author.name)
    who = user(account, repository.standin) if account else {}
    return {
        "sha": found.oid,
        "node_id": node_id("C", repository.id, found.oid),
        "commit": {
            "author": _person(found.author),
            "committer": _person(found.committer),
            "message": found.message,
            "tree": {
                "sha": found.tree,
                "url": f"{repository.url}/git/trees/{found.tree}",
            },
            "url": f"{repository.url}/git/commits/{found.oid}",
            "comment_count": 0,
            "verification": _verification(),
        },
        "url": f"{url}/{found.oid}",
        "html_url": f"{page}/{found.oid}",
        "comments_url": f"{url}/{found.oid}/comments",
        "author": who,
        "committer": who,
        "parents": [
            {"sha": one, "url": f"{url}/{one}", "html_url": f"{page}/{one}"}
            for one in found.parents
        ],
    }


def change(found: Change, repository: Repository, head: str) -> Json:
    """``diff-entry``; ``patch`` is absent where GitHub gives none."""
    path = quote(found.path)
    body: Json = {
        "sha": found.blob,
        "filename": found.path,
        "status": found.status,
        "additions": found.additions,
        "deletions": found.deletions,
        "changes": found.additions + found.deletions,
        "blob_url": f"{repository.html_url}/blob/{head}/{path}",
        "raw_url": f"{repository.html_url}/raw/{head}/{path}",
        "contents_url": f"{repository.url}/contents/{path}?ref={head}",
    }
    if found.patch is not None:
        body["patch"] = found.patch
    if found.previous_path is not None:
        body["previous_filename"] = found.previous_path
    return body
