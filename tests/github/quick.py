"""A stand-in without processes and sockets, for tests that need thousands of pushes and requests.

The rules, the state and GraphQL are the stand-in's own. Only git is played: objects live in memory
with git's own ids, renames are those of equal blobs and of texts that are alike, and diffs are
made by difflib instead of git (another choice of equal lines, equally valid).
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.github.classify import classify, graphql_fault
from tests.github import auth
from tests.github.call import Answer, Call
from tests.github.diff import Change, Differ
from tests.github.exchanges import Exchange
from tests.github.git import Content, GitObject, ObjectStore, Person, parse_tree
from tests.github.repository import Repository
from tests.github.server import ApiServer, _dump
from tests.github.standin import StandIn
from tests.github.state import Installation

Files = dict[str, str]


class MemoryStore(ObjectStore):
    """Objects in memory; texts and folders only."""

    def __init__(self) -> None:
        super().__init__(Path("/nowhere"))
        self._parents: dict[str, str | None] = {}
        self._files: dict[str, Files] = {}

    def put(self, kind: str, data: bytes) -> str:
        """Keep an object under git's id for it."""
        oid = hashlib.sha1(b"%s %d\0%s" % (kind.encode(), len(data), data)).hexdigest()
        self._objects[oid] = GitObject(oid, kind, data)
        return oid

    def _read(self, oid: str) -> GitObject | None:
        return None

    def revision(self, text: str) -> str | None:
        return text if text in self._files else None

    def set_refs(self, refs: Mapping[str, str]) -> None:
        """Branches are the repository's business."""

    def delete_ref(self, ref: str) -> None:
        """The same."""

    def files(self, commit: str) -> Files:
        """The texts of a commit by path."""
        return self._files[commit]

    def write_commit(
        self,
        ref: str,
        files: Mapping[str, Content],
        *,
        message: str,
        author: Person,
        when: datetime,
        parent: str | None,
    ) -> str:
        all_files = dict(self._files[parent]) if parent else {}
        for path, content in files.items():
            if content is None:
                all_files.pop(path, None)
            else:
                assert isinstance(content, str)
                all_files[path] = content
        tree = self._tree_of(all_files)
        stamp = f"{int(when.timestamp())} +0000"
        who = f"{author.name} <{author.email}> {stamp}"
        above = f"parent {parent}\n" if parent else ""
        text = (
            f"tree {tree}\n{above}author {who}\ncommitter {who}\n\n{message} {len(self._files)}\n"
        )
        oid = self.put("commit", text.encode())
        self._files[oid], self._parents[oid] = all_files, parent
        return oid

    def _tree_of(self, files: Files) -> str:
        folders: dict[str, Files] = {}
        entries: list[tuple[bytes, bytes]] = []
        for path, text in files.items():
            name, slash, rest = path.partition("/")
            if slash:
                folders.setdefault(name, {})[rest] = text
            else:
                blob = self.put("blob", text.encode())
                entries.append(
                    (name.encode(), b"100644 %s\0" % name.encode() + bytes.fromhex(blob))
                )
        for name, inside in folders.items():
            tree = self._tree_of(inside)
            key = name.encode() + b"/"
            entries.append((key, b"40000 %s\0" % name.encode() + bytes.fromhex(tree)))
        data = b"".join(one for _, one in sorted(entries))
        assert parse_tree(data) is not None
        return self.put("tree", data)

    def _line(self, commit: str | None) -> list[str]:
        found = []
        while commit is not None:
            found.append(commit)
            commit = self._parents[commit]
        return found

    def _merge_base(self, one: str, other: str) -> str | None:
        above = set(self._line(one))
        return next((commit for commit in self._line(other) if commit in above), None)

    def _commits_between(self, base: str, head: str) -> tuple[str, ...]:
        known = set(self._line(base))
        return tuple(one for one in reversed(self._line(head)) if one not in known)

    def _mergeable(self, base: str, head: str) -> bool:
        return True


class MemoryDiffer(Differ):
    """Comparisons without git."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self._memory = store

    def _changes(self, base: str, head: str) -> tuple[Change, ...]:
        old, new = self._memory.files(base), self._memory.files(head)
        gone = {path: text for path, text in old.items() if path not in new}
        made = []
        for path, text in new.items():
            if path in old:
                if old[path] != text:
                    made.append(self._change("modified", path, path, old[path], text))
                continue
            before = _alike(text, gone)
            if before is None:
                made.append(self._change("added", path, None, "", text))
            else:
                made.append(self._change("renamed", path, before, gone.pop(before), text))
        made += [self._change("removed", path, path, text, "") for path, text in gone.items()]
        return tuple(sorted(made, key=lambda one: one.path))

    def _change(self, status: str, path: str, before: str | None, old: str, new: str) -> Change:
        patch = _patch(old, new)
        lines = (patch or "").split("\n")
        return Change(
            path=path,
            status=status,
            oid=None if status == "removed" else _blob(new),
            previous_path=before if status == "renamed" else None,
            previous_oid=None if status == "added" else _blob(old),
            mode=0o100644,
            previous_mode=0o100644,
            additions=sum(line.startswith("+") for line in lines),
            deletions=sum(line.startswith("-") for line in lines),
            binary=False,
            patch=patch,
            full_patch=patch,
        )


def _blob(text: str) -> str:
    data = text.encode()
    return hashlib.sha1(b"blob %d\0%s" % (len(data), data)).hexdigest()


def _alike(text: str, gone: Files) -> str | None:
    """The removed file that a new one was: the same share of lines that git asks for."""
    lines = text.split("\n")
    for path, old in sorted(gone.items()):
        if old == text or difflib.SequenceMatcher(a=old.split("\n"), b=lines).ratio() > 0.5:
            return path
    return None


def _patch(old: str, new: str) -> str | None:
    rows = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=3))[2:]
    return "\n".join(rows) or None


def repository(standin: StandIn, full_name: str) -> Repository:
    """A repository of the stand-in over a store in memory."""
    owner, _, name = full_name.partition("/")
    store = MemoryStore()
    made = Repository(
        standin,
        standin.next_id("repository"),
        standin.user(owner),
        name,
        False,
        "main",
        store,
        MemoryDiffer(store),
        standin.clock(),
    )
    standin.repositories.append(made)
    return made


class DirectAPI:
    """:class:`bot.github.port.RepositoryAPI` without sockets: calls go straight to the rules."""

    def __init__(
        self,
        standin: StandIn,
        installation: Installation,
        found: Repository,
        permissions: Mapping[str, str] | None = None,
    ) -> None:
        self._standin = standin
        self._server = ApiServer(standin)
        granted = dict(permissions or installation.permissions)
        self._token = auth.mint(standin, installation, granted, [found])
        self._app = installation.app
        self.calls = 0
        self.before: Callable[[str], None] = lambda asked: None
        self.after: Callable[[str], None] = lambda asked: None
        """Called around each call; what they raise goes to the caller, as a kill would."""

    @property
    def app_id(self) -> int:
        return self._app.id

    @property
    def app_slug(self) -> str:
        return self._app.slug

    async def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Any:
        return self._call("GET", path, params, None).body

    async def pages(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        key: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[Any]:
        page, given = 1, 0
        while True:
            query = {**(params or {}), "per_page": 100, "page": page}
            answer = self._call("GET", path, query, None)
            items = answer.body[key] if key else answer.body
            for item in items:
                if limit is not None and given >= limit:
                    return
                given += 1
                yield item
            if 'rel="next"' not in answer.headers.get("Link", ""):
                return
            page += 1

    async def post(self, path: str, body: Mapping[str, Any], *, idempotent: bool = False) -> Any:
        return self._call("POST", path, None, dict(body)).body

    async def patch(self, path: str, body: Mapping[str, Any], *, idempotent: bool = False) -> Any:
        return self._call("PATCH", path, None, dict(body)).body

    async def put(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._call("PUT", path, None, dict(body)).body

    async def graphql(self, query: str, variables: Mapping[str, Any] | None = None) -> Any:
        body = {"query": query, "variables": dict(variables or {})}
        answer = self._call("POST", "/graphql", None, body).body
        data, errors = answer.get("data"), answer.get("errors")
        if errors and not any(one is not None for one in (data or {}).values()):
            raise graphql_fault(errors, {}, datetime.now(UTC))
        return data

    def _call(self, method: str, path: str, params: Mapping[str, Any] | None, body: Any) -> Answer:
        self.calls += 1
        self.before(f"{method} {path}")
        query = {name: str(value) for name, value in (params or {}).items()}
        headers = {"user-agent": "a test", "authorization": f"Bearer {self._token.text}"}
        target = urlsplit(path).path
        exchange = Exchange(method, target, query, {}, body)
        self._standin.exchanges.append(exchange)
        call = Call(self._standin, method, target, query, headers, body)
        call.complaints = exchange.complaints
        answer = self._server.answer(call, exchange, True)
        exchange.status, exchange.response = answer.status, answer.body
        self._standin.note_complaints(exchange)
        self.after(f"{method} {path}")
        if answer.status >= 300:
            raise classify(answer.status, answer.headers, _dump(answer.body), datetime.now(UTC))
        return answer
