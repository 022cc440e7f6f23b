"""The git database: blobs, trees, commits and refs."""

from __future__ import annotations

import base64

from tests.github import render
from tests.github.call import Answer, Call
from tests.github.git import OID, GitObject
from tests.github.routes.table import ROUTES
from tests.github.rules import refuse
from tests.github.state import Json, node_id

BLOB_MAX = 100 * 1024 * 1024
TREE_MAX = 100_000


def encoded(data: bytes) -> str:
    """Base64 in lines of 60, as GitHub writes it."""
    text = base64.b64encode(data).decode()
    return "".join(text[at : at + 60] + "\n" for at in range(0, len(text), 60))


def object_of(call: Call, sha: str, kind: str) -> GitObject:
    """The object of a full id and a kind; GitHub refuses abbreviations here."""
    store = call.repository.store
    if not OID.match(sha):
        raise refuse("schema", reason="The sha parameter must be exactly 40 characters.")
    found = store.read(sha)
    if found is None or found.kind != kind:
        raise refuse("not-found")
    return found


@ROUTES.add("GET", "/repo/git/blobs/{sha}", "contents=read")
def get_blob(call: Call) -> Answer:
    found = object_of(call, call.values["sha"], "blob")
    if len(found.data) > BLOB_MAX:
        raise refuse("contents-size")
    if call.accepts("raw"):
        return Answer(raw=found.data, content_type="application/vnd.github.raw; charset=utf-8")
    body = {
        "sha": found.oid,
        "node_id": node_id("B", call.repository.id, found.oid),
        "size": len(found.data),
        "url": f"{call.repository.url}/git/blobs/{found.oid}",
        "content": encoded(found.data),
        "encoding": "base64",
    }
    return Answer(body)


@ROUTES.add("GET", "/repo/git/trees/{sha:path}", "contents=read")
def get_tree(call: Call) -> Answer:
    """A tree by its id, a commit's id or a ref; ``recursive`` (any value) goes down."""
    repository, store = call.repository, call.repository.store
    name = call.values["sha"]
    oid = name if OID.match(name) else repository.resolve(name)
    found = store.read(oid) if oid else None
    if found is None or found.kind == "blob":
        raise refuse("not-found")
    root = store.commit(found.oid).tree if found.kind == "commit" else found.oid
    entries: list[Json] = []
    _walk(call, root, "", "recursive" in call.query, entries)
    body = {
        "sha": root,
        "url": f"{repository.url}/git/trees/{root}",
        "tree": entries[:TREE_MAX],
        "truncated": len(entries) > TREE_MAX,
    }
    return Answer(body)


def _walk(call: Call, tree: str, prefix: str, deep: bool, entries: list[Json]) -> None:
    store, url = call.repository.store, call.repository.url
    for one in store.tree(tree):
        item: Json = {
            "path": prefix + one.name,
            "mode": f"{one.mode:06o}",
            "type": one.kind,
            "sha": one.oid,
        }
        if one.kind == "blob":
            blob = store.read(one.oid)
            item["size"] = len(blob.data) if blob else 0
        if one.kind != "commit":
            item["url"] = f"{url}/git/{one.kind}s/{one.oid}"
        entries.append(item)
        if deep and one.kind == "tree" and len(entries) <= TREE_MAX:
            _walk(call, one.oid, f"{prefix}{one.name}/", deep, entries)


@ROUTES.add("GET", "/repo/git/commits/{sha}", "contents=read")
def get_git_commit(call: Call) -> Answer:
    found = object_of(call, call.values["sha"], "commit")
    return Answer(render.git_commit(call.repository.store.commit(found.oid), call.repository))


@ROUTES.add("GET", "/repo/git/ref/heads/{branch:path}", "contents=read")
def get_ref(call: Call) -> Answer:
    repository, branch = call.repository, call.values["branch"]
    sha = repository.branches.get(branch)
    if sha is None:
        raise refuse("not-found")
    ref = f"refs/heads/{branch}"
    body = {
        "ref": ref,
        "node_id": node_id("REF", repository.id, ref),
        "url": f"{repository.url}/git/{ref}",
        "object": {"sha": sha, "type": "commit", "url": f"{repository.url}/git/commits/{sha}"},
    }
    return Answer(body)


@ROUTES.add("GET", "/repo/commits/{ref:path}", "contents=read")
def get_commit(call: Call) -> Answer:
    """A commit by id or ref, with its changes against its first parent."""
    repository, store = call.repository, call.repository.store
    sha = repository.resolve(call.values["ref"])
    if sha is None:
        raise refuse("check-sha", sha=call.values["ref"])
    if call.accepts("sha"):
        return Answer(raw=sha.encode(), content_type="application/vnd.github.sha; charset=utf-8")
    commit = store.commit(sha)
    changes = repository.differ.changes(commit.parents[0], sha) if commit.parents else ()
    added = sum(one.additions for one in changes)
    deleted = sum(one.deletions for one in changes)
    body = render.commit(commit, repository)
    body["stats"] = {"total": added + deleted, "additions": added, "deletions": deleted}
    page, links = call.page(changes[:3_000])
    body["files"] = [render.change(one, repository, sha) for one in page]
    return Answer(body, headers=links)
