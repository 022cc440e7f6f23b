"""The exact bytes of files in a commit: many with one GraphQL query, or one by one over REST.

GraphQL saves round trips but gives text: it cuts long ones off and recodes what is not UTF-8. So
every text is checked against its blob's id (git's own hash), and only what matches counts as read.
Links are never followed: a tree entry is what it is.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from bot.github import repos
from bot.github.contents import decode
from bot.github.faults import RetryNow
from bot.github.port import RepositoryAPI


class Mode(enum.IntEnum):
    """The modes of a tree entry that matter (gitformat-pack, "tree object")."""

    FILE = 0o100644
    EXECUTABLE = 0o100755
    GROUP_WRITABLE = 0o100664
    """Written by early versions of git; a file like any other."""
    SYMLINK = 0o120000
    SUBMODULE = 0o160000


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands at a path of a commit."""

    mode: int
    oid: str
    size: int = 0
    """Bytes, as far as it is known."""
    binary: bool = False
    """GitHub's own guess."""
    text: bytes | None = None
    """The exact bytes; None when this way did not give them."""

    @property
    def is_file(self) -> bool:
        """Whether it is a file: no link, no submodule, no folder."""
        return self.mode in (Mode.FILE, Mode.EXECUTABLE, Mode.GROUP_WRITABLE)


class _Blob(msgspec.Struct, frozen=True, rename="camel"):
    oid: str | None = None
    byte_size: int = 0
    is_binary: bool | None = None
    text: str | None = None


class _TreeEntry(msgspec.Struct, frozen=True):
    mode: int
    oid: str
    object: _Blob | None = None


class _RestBlob(msgspec.Struct, frozen=True):
    content: str
    encoding: str


class _RestEntry(msgspec.Struct, frozen=True):
    path: str
    mode: str
    sha: str = ""
    size: int = 0


class _RestTree(msgspec.Struct, frozen=True):
    tree: list[_RestEntry]


ENTRY_FIELDS = "mode oid object { ... on Blob { oid byteSize isBinary text } }"
"""What a query asks of a ``TreeEntry`` for :func:`entry` to read."""


def blob_id(content: bytes, like: str) -> str:
    """Git's id of a blob, by SHA-256 in repositories whose ids are that long, else by SHA-1."""
    data = b"blob %d\0%b" % (len(content), content)
    if len(like) == 64:
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def entry(answer: Any) -> Entry | None:
    """Read a ``TreeEntry`` of a GraphQL answer (:data:`ENTRY_FIELDS`); None for null."""
    if answer is None:
        return None
    found = repos.convert(answer, _TreeEntry)
    blob = found.object
    if blob is None:
        return Entry(found.mode, found.oid)
    text = None
    if blob.text is not None:
        # A lone surrogate cannot come from a blob: it makes the hash differ.
        candidate = blob.text.encode("utf-8", "replace")
        text = candidate if blob_id(candidate, found.oid) == found.oid else None
    return Entry(found.mode, found.oid, blob.byte_size, bool(blob.is_binary), text)


async def entries(
    api: RepositoryAPI,
    repository: str,
    commit: str,
    paths: Sequence[str],
    *,
    without_text: Sequence[str] = (),
) -> list[Entry | None]:
    """What stands at each path of a commit, with one query; None where nothing stands.

    Those ``without_text`` come last: of them only what they are and their ids.
    https://docs.github.com/en/graphql/reference/objects#commit, field ``file``

    Raises:
        RetryNow: the answer holds no such commit (GraphQL's replica lags), or is misshapen.
    """
    owner, _, name = repository.partition("/")
    every = [*paths, *without_text]
    declared = "".join(f", $p{index}: String!" for index in range(len(every)))
    files = "\n".join(
        f"f{index}: file(path: $p{index}) "
        f"{{ {ENTRY_FIELDS if index < len(paths) else 'mode oid'} }}"
        for index in range(len(every))
    )
    query = (
        f"query Texts($owner: String!, $name: String!, $commit: GitObjectID!{declared}) {{\n"
        "repository(owner: $owner, name: $name) { object(oid: $commit) { ... on Commit {\n"
        f"{files}\n"
        "} } } }"
    )
    variables: dict[str, Any] = {"owner": owner, "name": name, "commit": commit}
    variables |= {f"p{index}": path for index, path in enumerate(every)}
    data = await api.graphql(query, variables)
    try:
        commit_object = data["repository"]["object"]
        return [entry(commit_object[f"f{index}"]) for index in range(len(every))]
    except (KeyError, TypeError) as fault:
        raise RetryNow("GitHub's GraphQL answer lacks the commit") from fault


async def blob(api: RepositoryAPI, repository: str, oid: str) -> bytes:
    """The exact bytes of a blob, up to 100 MB; those of a fork's commits as well.

    https://docs.github.com/en/rest/git/blobs#get-a-blob

    Raises:
        RetryNow: what came does not have that id.
    """
    answer = await api.get(repos.path(repository, "git/blobs/{oid}", oid=oid))
    found = repos.convert(answer, _RestBlob)
    content = decode(found.content) if found.encoding == "base64" else found.content.encode("utf-8")
    if content is None or blob_id(content, oid) != oid:
        raise RetryNow("GitHub's answer is not the blob that was asked for")
    return content


async def tree(api: RepositoryAPI, repository: str, commit: str) -> dict[str, Entry]:
    """Modes, ids and sizes of all paths of a commit, over REST; very large trees come cut off.

    https://docs.github.com/en/rest/git/trees#get-a-tree
    """
    answer = await api.get(
        repos.path(repository, "git/trees/{commit}", commit=commit), {"recursive": "1"}
    )
    listed = repos.convert(answer, _RestTree).tree
    return {one.path: Entry(int(one.mode, 8), one.sha, one.size) for one in listed}
