"""Contents: a file, a directory, a symbolic link or a submodule at a path of a ref."""

from __future__ import annotations

import posixpath
from urllib.parse import quote

from tests.github.call import Answer, Call
from tests.github.git import TreeEntry
from tests.github.routes.git import encoded
from tests.github.routes.table import ROUTES
from tests.github.rules import refuse
from tests.github.state import Json

INLINE_MAX = 1024 * 1024
RAW_MAX = 100 * 1024 * 1024
DIRECTORY_MAX = 1_000


@ROUTES.add("GET", "/repo/contents", "contents=read")
@ROUTES.add("GET", "/repo/contents/{path:path}", "contents=read")
def get_contents(call: Call) -> Answer:
    """One answer of many shapes, as GitHub gives it."""
    path = call.values.get("path", "").strip("/")
    ref = call.query.get("ref", call.repository.default_branch)
    sha = call.repository.resolve(ref)
    if sha is None:
        raise refuse("not-found")
    entry = call.repository.store.entry(sha, path)
    if entry is None:
        raise refuse("not-found")
    if entry.kind == "tree":
        return Answer(_directory(call, entry, path, ref))
    if entry.mode == 0o120000:
        target = _target(call, sha, path, entry)
        if target is None:
            return Answer(_symlink(call, path, ref, entry))
        entry = target
    if entry.kind == "commit":
        return Answer(_submodule(call, path, ref, entry))
    return _file(call, path, ref, entry)


def _file(call: Call, path: str, ref: str, entry: TreeEntry) -> Answer:
    data = _data(call, entry)
    if len(data) > RAW_MAX:
        raise refuse("contents-size")
    if call.accepts("raw"):
        return Answer(raw=data, content_type="application/vnd.github.raw; charset=utf-8")
    small = len(data) <= INLINE_MAX
    body = _common(call, path, ref, entry, "file", len(data))
    body["content"] = encoded(data) if small else ""
    body["encoding"] = "base64" if small else "none"
    return Answer(body)


def _directory(call: Call, entry: TreeEntry, path: str, ref: str) -> list[Json]:
    items = []
    for one in call.repository.store.tree(entry.oid)[:DIRECTORY_MAX]:
        # Version 2022-11-28 calls submodules files here, for compatibility.
        modern = call.headers.get("x-github-api-version", "2022-11-28") != "2022-11-28"
        kinds = {"tree": "dir", "blob": "file", "commit": "submodule" if modern else "file"}
        kind = "symlink" if one.mode == 0o120000 else kinds[one.kind]
        size = len(_data(call, one)) if one.kind == "blob" else 0
        where = f"{path}/{one.name}" if path else one.name
        items.append(_common(call, where, ref, one, kind, size))
    return items


def _target(call: Call, sha: str, path: str, entry: TreeEntry) -> TreeEntry | None:
    """The regular file that a link inside the repository leads to."""
    target = _data(call, entry).decode("utf-8", "replace")
    where = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if target.startswith("/") or where.startswith(".."):
        return None
    found = call.repository.store.entry(sha, where)
    regular = found is not None and found.kind == "blob" and found.mode != 0o120000
    return found if regular else None


def _symlink(call: Call, path: str, ref: str, entry: TreeEntry) -> Json:
    data = _data(call, entry)
    body = _common(call, path, ref, entry, "symlink", len(data))
    body["target"] = data.decode("utf-8", "replace")
    return body


def _submodule(call: Call, path: str, ref: str, entry: TreeEntry) -> Json:
    body = _common(call, path, ref, entry, "submodule", 0)
    body["submodule_git_url"] = f"{call.standin.url}/{call.repository.owner.login}/{entry.name}.git"
    return body


def _data(call: Call, entry: TreeEntry) -> bytes:
    found = call.repository.store.read(entry.oid)
    if found is None:
        raise refuse("not-found")
    return found.data


def _common(call: Call, path: str, ref: str, entry: TreeEntry, kind: str, size: int) -> Json:
    repository = call.repository
    where = quote(path)
    url = f"{repository.url}/contents/{where}?ref={quote(ref, safe='')}"
    view = "tree" if kind in ("dir", "submodule") else "blob"
    git = f"{repository.url}/git/{'trees' if view == 'tree' else 'blobs'}/{entry.oid}"
    page = f"{repository.html_url}/{view}/{quote(ref)}/{where}"
    raw = f"{repository.html_url}/raw/{quote(ref)}/{where}" if view == "blob" else None
    return {
        "name": path.rsplit("/", 1)[-1],
        "path": path,
        "sha": entry.oid,
        "size": size,
        "url": url,
        "html_url": page,
        "git_url": git,
        "download_url": raw,
        "type": kind,
        "_links": {"self": url, "git": git, "html": page},
    }
