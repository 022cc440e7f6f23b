"""One repository of GitHub in memory: real answers to what a review asks, and all it wrote.

Every request is held against GitHub's own description, and every GraphQL document is executed on
GitHub's own schema, so that a request that GitHub would not understand fails the test at once. It
refuses comments outside the diff as GitHub does. For one test at a time; no network, no git.
"""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from bot.github.blobs import blob_id
from bot.github.faults import GitHubFault, GiveUp, OurBug
from bot.review.diff import parse
from tests.bot.review import fake_graphql
from tests.bot.review.fake_graphql import BASE, SUBMODULE
from tests.github import contract

HEAD = "a" * 40
MERGE_BASE = "c" * 40
APP = 29310
SLUG = "assay-test"
FILE, LINK = 0o100644, 0o120000

Tree = dict[str, tuple[int, bytes]]


def file(text: str | bytes, mode: int = FILE) -> tuple[int, bytes]:
    return mode, text.encode() if isinstance(text, str) else text


def oid_of(content: bytes) -> str:
    return blob_id(content, "")


@dataclass
class FakeAPI:
    """``api.trees[commit][path]`` are the files; ``api.files`` is GitHub's list of the change."""

    trees: dict[str, Tree] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    full_name: str = "octo/hello"
    repository_id: int = 7
    number: int = 5
    head: str = HEAD
    base_ref: str = "main"
    default_branch: str = "main"
    state: str = "open"
    from_fork: bool = False
    draft: bool = False
    by_bot: bool = False
    private: bool = False
    labels: list[str] = field(default_factory=list)
    shared: Tree | None = None
    """What the owner's repository ``.github`` holds; None: there is none that can be read."""
    changed_files: int | None = None
    graphql_works: bool = True
    locked: bool = False
    comments: list[dict[str, Any]] = field(default_factory=list)
    reviews: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    """Comments in the conversation."""
    runs: list[dict[str, Any]] = field(default_factory=list)
    annotations: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    """Every request, as ``"GET pulls/5"``."""
    writes: list[tuple[str, Any]] = field(default_factory=list)
    hooks: list[Callable[[str], None]] = field(default_factory=list)
    """Called with each request before it is answered; may raise a fault or change the state."""
    after: list[Callable[[str], None]] = field(default_factory=list)
    """The same after it was carried out: raising here loses the answer."""
    app_id: int = APP
    app_slug: str = SLUG
    _id: int = 1000

    @property
    def calls(self) -> int:
        return len(self.log)

    # ── the port ─────────────────────────────────────────────────────────────────────────────

    async def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Any:
        return self._call("GET", path, dict(params or {}), None)

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
            items = answer[key] if key else answer
            for item in items:
                if limit is not None and given >= limit:
                    return
                given += 1
                yield item
            if len(items) < 100 or (limit is not None and given >= limit):
                return
            page += 1

    async def post(self, path: str, body: Mapping[str, Any], *, idempotent: bool = False) -> Any:
        return self._call("POST", path, {}, dict(body))

    async def patch(self, path: str, body: Mapping[str, Any], *, idempotent: bool = False) -> Any:
        return self._call("PATCH", path, {}, dict(body))

    async def put(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._call("PUT", path, {}, dict(body))

    async def graphql(self, query: str, variables: Mapping[str, Any] | None = None) -> Any:
        name = query.split("(")[0].removeprefix("query ").removeprefix("mutation ").strip()
        self._before(f"GRAPHQL {name}")
        assert contract.complaints_about_document(query) == []
        if not self.graphql_works:
            raise GiveUp("no GraphQL here", status=404)
        return fake_graphql.execute(self, query, variables or {})

    def asked(self, start: str) -> list[str]:
        return [one for one in self.log if one.startswith(start)]

    def change(
        self,
        path: str,
        head: bytes | str,
        base: bytes | str | None = None,
        *,
        patch: str | None = None,
        status: str | None = None,
        old_path: str | None = None,
        mode: int = FILE,
    ) -> None:
        """Put a changed file into the trees and into GitHub's list."""
        head = head.encode() if isinstance(head, str) else head
        base = base.encode() if isinstance(base, str) else base
        self.trees.setdefault(self.head, {})[path] = (mode, head)
        if base is not None:
            self.trees.setdefault(MERGE_BASE, {})[old_path or path] = (mode, base)
        if patch is None and base is None:
            lines = head.decode().split("\n")
            if not lines[-1]:
                lines.pop()
            patch = "\n".join([f"@@ -0,0 +1,{len(lines)} @@", *(f"+{one}" for one in lines)])
            if head and not head.endswith(b"\n"):
                patch += "\n\\ No newline at end of file"
        added, removed = parse(patch or "").counts
        entry = {
            "sha": oid_of(head),
            "filename": path,
            "status": status or ("added" if base is None else "modified"),
            "additions": added,
            "deletions": removed,
            "changes": added + removed,
        }
        if patch:
            entry["patch"] = patch
        if old_path:
            entry["previous_filename"] = old_path
        self.files.append(entry)

    def remove(self, path: str, base: str, *, patch: bool = True) -> None:
        """Put a file into the merge base and, as removed, into GitHub's list.

        Without ``patch`` GitHub shows neither its lines nor their number, as on a page that is
        full.
        """
        lines = base.removesuffix("\n").split("\n") if base else []
        shown = "\n".join([f"@@ -1,{len(lines)} +0,0 @@", *(f"-{one}" for one in lines)])
        self.change(path, base, base, status="removed", patch=shown if patch and lines else "")
        del self.trees[self.head][path]

    # ── REST ─────────────────────────────────────────────────────────────────────────────────

    def _before(self, asked: str) -> None:
        self.log.append(asked)
        for hook in self.hooks:
            hook(asked)

    def _call(self, method: str, path: str, query: dict[str, Any], body: Any) -> Any:
        prefix = f"/repos/{self.full_name}/"
        asked = f"{method} {path.removeprefix(prefix)}"
        self._before(asked)
        if path.startswith("/repositories/"):
            if path != f"/repositories/{self.repository_id}":
                raise GiveUp("Not Found", status=404)
            return {"id": self.repository_id, "full_name": self.full_name}
        named = {key: str(value) for key, value in query.items()}
        assert contract.complaints_about_request(method, path, named, body) == []
        if not path.startswith(prefix):
            raise GiveUp("Not Found", status=404)
        if method != "GET":
            self.writes.append((asked, body))
        answer = self._route(method, unquote(path.removeprefix(prefix)), query, body)
        for hook in self.after:
            hook(asked)
        return answer

    def _route(self, method: str, path: str, query: dict[str, Any], body: Any) -> Any:
        handlers: list[tuple[str, str, Callable[..., Any]]] = [
            ("GET", rf"pulls/{self.number}", lambda: self._pull()),
            ("GET", rf"pulls/{self.number}/files", lambda: self._page(self.files, query)),
            ("GET", rf"pulls/{self.number}/comments", lambda: self._page(self.comments, query)),
            ("GET", rf"pulls/{self.number}/reviews", lambda: self._page(self.reviews, query)),
            ("GET", rf"issues/{self.number}/comments", lambda: self._page(self.notes, query)),
            ("GET", rf"pulls/{self.number}/commits", lambda: [{"sha": self.head}]),
            ("POST", rf"pulls/{self.number}/reviews", lambda: self._review(body)),
            ("POST", rf"pulls/{self.number}/reviews/(\d+)/events", self._submit),
            ("PATCH", r"pulls/comments/(\d+)", lambda number: self._edit(int(number), body)),
            ("GET", r"compare/(.+)\.\.\.(.+)", self._compare),
            ("GET", r"contents/(.+)", lambda name: self._contents(name, query)),
            ("GET", r"git/blobs/(\w+)", self._blob),
            ("GET", r"git/trees/(\w+)", self._tree),
            ("GET", r"commits/(\w+)/check-runs", lambda sha: self._find_runs(sha, query)),
            ("POST", r"check-runs", lambda: self._make_run(body)),
            ("PATCH", r"check-runs/(\d+)", lambda number: self._change_run(int(number), body)),
            (
                "GET",
                r"check-runs/(\d+)/annotations",
                lambda number: self._page(self.annotations[int(number)], query),
            ),
        ]
        for its_method, pattern, handler in handlers:
            match = re.fullmatch(pattern, path)
            if its_method == method and match:
                return handler(*match.groups())
        raise GiveUp("Not Found", status=404)

    def _page(self, items: list[Any], query: Mapping[str, Any]) -> list[Any]:
        size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
        return items[(page - 1) * size : page * size]

    def _next_id(self) -> int:
        self._id += 1
        return self._id

    def _pull(self) -> dict[str, Any]:
        here = {"id": self.repository_id, "full_name": self.full_name}
        there = {"id": 8, "full_name": "someone/hello"} if self.from_fork else here
        return {
            "number": self.number,
            "title": "Add a thing",
            "state": self.state,
            "draft": self.draft,
            "labels": [{"name": one} for one in self.labels],
            "html_url": f"https://github.com/{self.full_name}/pull/{self.number}",
            "changed_files": self._changed_files(),
            "user": (
                {"login": "dependabot[bot]", "type": "Bot"}
                if self.by_bot
                else {"login": "octocat", "type": "User"}
            ),
            "head": {"ref": "topic", "sha": self.head, "repo": there},
            "base": {"ref": self.base_ref, "sha": BASE, "repo": here},
        }

    def _changed_files(self) -> int:
        return len(self.files) if self.changed_files is None else self.changed_files

    def _compare(self, base: str, head: str) -> Any:
        assert (base, head) == (BASE, self.head)
        return {"merge_base_commit": {"sha": MERGE_BASE}}

    def _contents(self, name: str, query: Mapping[str, Any]) -> Any:
        found = self.trees.get(query.get("ref", self.default_branch), {}).get(name)
        if found is None:
            raise GiveUp("Not Found", status=404)
        content = base64.encodebytes(found[1]).decode()
        return {"type": "file", "encoding": "base64", "content": content}

    def _blob(self, oid: str) -> Any:
        for tree in self.trees.values():
            for mode, content in tree.values():
                if mode != SUBMODULE and oid_of(content) == oid:
                    encoded = base64.encodebytes(content).decode()
                    return {"sha": oid, "content": encoded, "encoding": "base64"}
        raise GiveUp("Not Found", status=404)

    def _tree(self, commit: str) -> Any:
        return {
            "tree": [
                {"path": name, "mode": f"{mode:06o}", "sha": oid_of(text), "size": len(text)}
                for name, (mode, text) in self.trees[commit].items()
            ]
        }

    # ── comments ─────────────────────────────────────────────────────────────────────────────

    def _review(self, body: dict[str, Any]) -> Any:
        if self.locked:
            raise GiveUp("Lock prevents review", status=403)
        if any(one["state"] == "PENDING" for one in self.reviews):
            text = "User can only have one pending review per pull request"
            raise OurBug("refused", status=422, detail=text)
        hunks = {one["filename"]: parse(one.get("patch", "")).hunks for one in self.files}
        for comment in body["comments"]:
            assert comment["side"] == "RIGHT"
            start, end = comment.get("start_line", comment["line"]), comment["line"]
            assert "start_line" not in comment or start < end
            fits = any(
                hunk.head and hunk.head.start <= start and end <= hunk.head.end
                for hunk in hunks.get(comment["path"], ())
            )
            if not fits:
                detail = "Pull request review thread line must be part of the diff"
                raise OurBug("refused", status=422, detail=detail)
        review = {"id": self._next_id(), "state": "COMMENTED", "user": self._bot()}
        self.reviews.append({**review, "body": body.get("body", "")})
        for comment in body["comments"]:
            self.add_comment(comment["path"], comment["line"], comment["body"])
        return review

    def add_comment(
        self, path: str, line: int | None, body: str, *, login: str = f"{SLUG}[bot]"
    ) -> int:
        number = self._next_id()
        user = {"login": login, "type": "Bot" if login.endswith("[bot]") else "User"}
        self.comments.append({"id": number, "path": path, "line": line, "body": body, "user": user})
        return number

    def _submit(self, number: str) -> Any:
        for review in self.reviews:
            if review["id"] == int(number):
                review["state"] = "COMMENTED"
        return {}

    def _edit(self, number: int, body: dict[str, Any]) -> Any:
        for comment in self.comments:
            if comment["id"] == number:
                comment["body"] = body["body"]
                return comment
        raise GiveUp("Not Found", status=404)

    def _bot(self) -> dict[str, str]:
        return {"login": f"{SLUG}[bot]", "type": "Bot"}

    # ── check runs ───────────────────────────────────────────────────────────────────────────

    def _find_runs(self, sha: str, query: Mapping[str, Any]) -> Any:
        runs = [
            run
            for run in self.runs
            if run["head_sha"] == sha
            and run["name"] == query["check_name"]
            and run["app"]["id"] == query["app_id"]
        ]
        return {"total_count": len(runs), "check_runs": self._page(runs, query)}

    def _make_run(self, body: dict[str, Any]) -> Any:
        number = self._next_id()
        run = {
            "id": number,
            "name": body["name"],
            "head_sha": body["head_sha"],
            "app": {"id": self.app_id},
            "conclusion": None,
        }
        self.annotations[number] = []
        self.runs.append(run)
        return self._change_run(number, body)

    def _change_run(self, number: int, body: dict[str, Any]) -> Any:
        (run,) = (one for one in self.runs if one["id"] == number)
        assert run.get("status") != "completed", "a completed run is not opened again"
        output = dict(body.get("output", {}))
        self.annotations[number] += output.pop("annotations", [])
        run["output"] = output | {"annotations_count": len(self.annotations[number])}
        for name in ("status", "conclusion", "external_id"):
            if name in body:
                run[name] = body[name]
        assert (run["status"] == "completed") == (run["conclusion"] is not None)
        return run


def fail_on(api: FakeAPI, start: str, fault: GitHubFault, *, times: int = 1) -> None:
    """Have the next requests that begin so fail before anything happens."""
    left = [times]

    def hook(asked: str) -> None:
        if asked.startswith(start) and left[0]:
            left[0] -= 1
            raise fault

    api.hooks.append(hook)


def lose_answer(api: FakeAPI, start: str, fault: GitHubFault) -> None:
    """Have the next request that begins so be carried out, and its answer lost."""
    left = [1]

    def hook(asked: str) -> None:
        if asked.startswith(start) and left[0]:
            left[0] -= 1
            raise fault

    api.after.append(hook)
