"""The first query of a review: the pull request and its base branch's own files, in one answer.

With it comes a file of the owner's repository ``.github``, where the installation may read that:
GitHub answers null where it is not there or hidden, which costs nothing.

GraphQL only: a caller that gets None reads the same over REST (``pulls.get``, ``contents.text``).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import msgspec

from bot.github import blobs, repos
from bot.github.faults import GiveUp, OurBug, RetryNow
from bot.github.port import RepositoryAPI
from bot.github.pulls import Account, Branch, Label, PullRequest


@dataclass(frozen=True, slots=True)
class Opening:
    """The pull request, and the files that were asked for by branch and path."""

    repository: str
    """``owner/name`` as it is now: a query follows renames."""
    pull: PullRequest
    default_branch: str
    base_files: dict[str, blobs.Entry | None]
    default_files: dict[str, blobs.Entry | None]
    shared: Shared | None
    """None where there is no such repository, or none that this token may read."""
    private: bool = False
    """Whether not everybody may read the repository."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What the owner's repository ``.github`` holds on its default branch."""

    repository: str
    """``owner/.github``."""
    file: blobs.Entry | None


SHARED = ".github"
"""The name of the repository that holds an owner's defaults
(https://docs.github.com/en/communities/setting-up-your-project-for-healthy-contributions)."""

_LABELS = 100
"""More labels than GitHub lets a pull request have."""


class _Actor(msgspec.Struct, frozen=True):
    login: str
    typename: str = msgspec.field(name="__typename", default="User")


class _Pull(msgspec.Struct, frozen=True, rename="camel"):
    number: int
    title: str
    is_draft: bool
    state: str
    url: str
    head_ref_oid: str
    head_ref_name: str
    base_ref_oid: str
    base_ref_name: str
    changed_files: int
    head_repository: _Repository | None = None
    author: _Actor | None = None
    labels: _Labels | None = None


class _Labels(msgspec.Struct, frozen=True):
    nodes: tuple[Label, ...] = ()


class _Repository(msgspec.Struct, frozen=True, rename="camel"):
    database_id: int
    name_with_owner: str
    is_private: bool = False


_QUERY = """\
query Opening($owner: String!, $name: String!, $number: Int!%(declared)s) {
  %(shared)s
  repository(owner: $owner, name: $name) {
    databaseId nameWithOwner isPrivate
    defaultBranchRef { name target { ... on Commit { %(files)s } } }
    pullRequest(number: $number) {
      number title isDraft state url headRefOid headRefName baseRefOid baseRefName changedFiles
      headRepository { databaseId nameWithOwner }
      author { __typename login }
      labels(first: %(labels)d) { nodes { name } }
      baseRef { target { ... on Commit { %(files)s } } }
    }
  }
}"""


_SHARED = """\
shared: repository(owner: $owner, name: $shared) {
    nameWithOwner defaultBranchRef { target { ... on Commit { f0: file(path: $p0) { %s } } } }
  }"""


async def read(
    api: RepositoryAPI, repository: str, repository_id: int, number: int, paths: tuple[str, ...]
) -> Opening | None:
    """Ask; None when GraphQL does not know the whole answer, for whatever reason.

    The first of ``paths`` is also read in the owner's repository ``.github``.

    https://docs.github.com/en/graphql/reference/objects#pullrequest

    Raises:
        RetryLater: a rate limit; REST would only make it worse.
    """
    owner, _, name = repository.partition("/")
    declared = "".join(f", $p{index}: String!" for index in range(len(paths)))
    files = " ".join(
        f"f{index}: file(path: $p{index}) {{ {blobs.ENTRY_FIELDS} }}" for index in range(len(paths))
    )
    variables: dict[str, Any] = {"owner": owner, "name": name, "number": number}
    shared = ""
    if name.lower() != SHARED:
        # The owner's repository has no other to stand on.
        shared, variables["shared"] = _SHARED % blobs.ENTRY_FIELDS, SHARED
        declared += ", $shared: String!"
    variables |= {f"p{index}": path for index, path in enumerate(paths)}
    try:
        parts = {"declared": declared, "files": files, "shared": shared, "labels": _LABELS}
        data = await api.graphql(_QUERY % parts, variables)
        opening = _opening(data["repository"], repository_id, paths)
        if opening is None:
            return None
        # After a transfer, the name that was asked for led to another owner's repository.
        owner = opening.repository.partition("/")[0]
        return dataclasses.replace(opening, shared=_shared(data.get("shared"), owner))
    except (GiveUp, OurBug, RetryNow, KeyError, TypeError):
        return None


def _opening(answer: Any, repository_id: int, paths: tuple[str, ...]) -> Opening | None:
    named = repos.convert(answer, _Repository)
    if named.database_id != repository_id:
        return None
    found = repos.convert(answer["pullRequest"], _Pull)
    head_repository = found.head_repository
    here = repos.Named(named.database_id, named.name_with_owner)
    pull = PullRequest(
        number=found.number,
        title=found.title,
        state="open" if found.state == "OPEN" else "closed",
        draft=found.is_draft,
        html_url=found.url,
        changed_files=found.changed_files,
        head=Branch(
            found.head_ref_name,
            found.head_ref_oid,
            None
            if head_repository is None
            else repos.Named(head_repository.database_id, head_repository.name_with_owner),
        ),
        base=Branch(found.base_ref_name, found.base_ref_oid, here),
        user=None if found.author is None else Account(_login(found.author), found.author.typename),
        labels=() if found.labels is None else found.labels.nodes,
    )
    default = answer["defaultBranchRef"]
    # The base branch may be deleted by now; then its files are not known, and REST says why.
    base = answer["pullRequest"]["baseRef"]
    return Opening(
        repository=named.name_with_owner,
        pull=pull,
        default_branch=default["name"],
        base_files=_files(base["target"], paths),
        default_files=_files(default["target"], paths),
        shared=None,
        private=named.is_private,
    )


def _shared(answer: Any, owner: str) -> Shared | None:
    """The owner's file; None unless the repository is still the one of that name."""
    if not isinstance(answer, dict) or not isinstance(name := answer.get("nameWithOwner"), str):
        return None
    if name.lower() != f"{owner}/{SHARED}".lower():
        # It was renamed or given away, and the query followed.
        return None
    branch = answer.get("defaultBranchRef")
    target = branch.get("target") if isinstance(branch, dict) else None
    file = blobs.entry(target.get("f0")) if isinstance(target, dict) else None
    return Shared(name, file)


def _files(commit: Any, paths: tuple[str, ...]) -> dict[str, blobs.Entry | None]:
    return {path: blobs.entry(commit[f"f{index}"]) for index, path in enumerate(paths)}


def _login(actor: _Actor) -> str:
    """The login as REST writes it: GraphQL leaves out the ``[bot]``."""
    return f"{actor.login}[bot]" if actor.typename == "Bot" else actor.login
