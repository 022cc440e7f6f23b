"""Blobs, trees, commits and branches in GraphQL."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from tests.github.clock import stamp
from tests.github.git import OID, Commit, GitError, GitObject
from tests.github.gql.context import EntryNode, GitNode, RefNode, Resolver
from tests.github.state import Json, node_id

if TYPE_CHECKING:
    from tests.github.repository import Repository

TEXT_MAX = 512_000
SNIFF = 8_000


def git_node(repository: Repository, oid: str) -> GitNode | None:
    """The object of a full id."""
    found = repository.store.read(oid)
    return None if found is None else GitNode(repository, oid, found.kind)


def by_expression(repository: Repository, expression: str) -> GitNode | None:
    """A revision, or ``revision:path``."""
    revision, colon, path = expression.partition(":")
    if not colon and OID.match(revision):
        return git_node(repository, revision)
    sha = repository.resolve(revision)
    if sha is None:
        return None
    if not colon:
        return git_node(repository, sha)
    entry = repository.store.entry(sha, path)
    return None if entry is None else git_node(repository, entry.oid)


def _object(node: GitNode) -> GitObject:
    found = node.repository.store.read(node.oid)
    assert found is not None
    return found


def _is_binary(node: GitNode) -> bool:
    return b"\0" in _object(node).data[:SNIFF]


def _text(node: GitNode) -> str | None:
    if _is_binary(node):
        return None
    return _object(node).data[:TEXT_MAX].decode("utf-8", "replace")


def _entries(node: GitNode) -> list[EntryNode]:
    return [
        EntryNode(node.repository, one, one.name) for one in node.repository.store.tree(node.oid)
    ]


def _file(node: GitNode, _: object, path: str) -> EntryNode | None:
    try:
        entry = node.repository.store.entry(node.oid, path)
    except GitError:
        return None
    return EntryNode(node.repository, entry, path) if entry and path.strip("/") else None


def _entry_object(node: EntryNode) -> GitNode | None:
    return None if node.entry.kind == "commit" else git_node(node.repository, node.entry.oid)


def _size(node: EntryNode) -> int:
    found = node.repository.store.read(node.entry.oid) if node.entry.kind == "blob" else None
    return len(found.data) if found else 0


def _commit(node: GitNode) -> Commit:
    return node.repository.store.commit(node.oid)


def _page(node: GitNode) -> str:
    return f"{node.repository.html_url}/commit/{node.oid}"


def _actor(commit: Commit, who: str) -> Json:
    signature = commit.author if who == "author" else commit.committer
    return {"name": signature.name, "email": signature.email, "date": stamp(signature.when)}


_PREFIXES = {"blob": "B", "tree": "T", "commit": "C", "tag": "TA"}
_OBJECT: dict[str, Resolver] = {
    "id": lambda node, _: node_id(_PREFIXES[node.kind], node.repository.id, node.oid),
    "oid": lambda node, _: node.oid,
    "abbreviatedOid": lambda node, _: node.oid[:7],
    "repository": lambda node, _: node.repository,
    "commitUrl": lambda node, _: _page(node),
}

RESOLVERS: dict[str, dict[str, Resolver]] = {
    "Blob": {
        **_OBJECT,
        "byteSize": lambda node, _: len(_object(node).data),
        "isBinary": lambda node, _: _is_binary(node),
        "isTruncated": lambda node, _: not _is_binary(node) and len(_object(node).data) > TEXT_MAX,
        "text": lambda node, _: _text(node),
    },
    "Tree": {**_OBJECT, "entries": lambda node, _: _entries(node)},
    "Tag": _OBJECT,
    "TreeEntry": {
        "name": lambda node, _: node.entry.name,
        "path": lambda node, _: node.path,
        "mode": lambda node, _: node.entry.mode,
        "oid": lambda node, _: node.entry.oid,
        "type": lambda node, _: node.entry.kind,
        "size": lambda node, _: _size(node),
        "extension": lambda node, _: posixpath.splitext(node.entry.name)[1],
        "isGenerated": lambda *_: False,
        "object": lambda node, _: _entry_object(node),
        "repository": lambda node, _: node.repository,
    },
    "Commit": {
        **_OBJECT,
        "message": lambda node, _: _commit(node).message,
        "messageHeadline": lambda node, _: _commit(node).message.split("\n", 1)[0],
        "committedDate": lambda node, _: stamp(_commit(node).committer.when),
        "authoredDate": lambda node, _: stamp(_commit(node).author.when),
        "author": lambda node, _: _actor(_commit(node), "author"),
        "committer": lambda node, _: _actor(_commit(node), "committer"),
        "url": lambda node, _: _page(node),
        "tree": lambda node, _: git_node(node.repository, _commit(node).tree),
        "file": _file,
    },
    "GitActor": {
        name: lambda actor, _, name=name: actor[name] for name in ("name", "email", "date")
    },
    "Ref": {
        "id": lambda ref, _: node_id("REF", ref.repository.id, f"refs/heads/{ref.name}"),
        "name": lambda ref, _: ref.name,
        "prefix": lambda *_: "refs/heads/",
        "repository": lambda ref, _: ref.repository,
        "target": lambda ref, _: git_node(ref.repository, ref.repository.branches[ref.name]),
    },
}


def ref_node(repository: Repository | None, name: str) -> RefNode | None:
    """A branch that is there, or None."""
    if repository is None or name not in repository.branches:
        return None
    return RefNode(repository, name)
