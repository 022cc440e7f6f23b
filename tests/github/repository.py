"""A repository of the stand-in: branches over a shared object store, pull requests, checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.github import events
from tests.github.diff import Differ
from tests.github.git import Content, ObjectStore, Person
from tests.github.pull import PullRequest
from tests.github.state import App, CheckRun, CheckSuite, User, node_id

if TYPE_CHECKING:
    from tests.github.standin import StandIn


@dataclass(slots=True, eq=False)
class Repository:
    """One repository; its forks share its objects, as on GitHub.

    ``branches`` is the truth about branches (name to commit); git's own refs follow it and keep
    the objects alive.
    """

    standin: StandIn
    id: int
    owner: User
    name: str
    private: bool
    default_branch: str
    store: ObjectStore
    differ: Differ
    created_at: datetime
    parent: Repository | None = None
    branches: dict[str, str] = field(default_factory=dict)
    pulls: dict[int, PullRequest] = field(default_factory=dict)
    suites: list[CheckSuite] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    description: str | None = None
    deleted: bool = False
    code_scanning: bool = True
    """Whether GitHub takes results of code scanning (*Code security*)."""
    analyses: dict[tuple[str, str, str, str], dict[str, Any]] = field(default_factory=dict)
    """What was uploaded to code scanning, by ref, commit, tool and category: a SARIF run."""

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    @property
    def node_id(self) -> str:
        return node_id("R", self.id)

    @property
    def url(self) -> str:
        """The API address; ids never change, so paging uses them."""
        return f"{self.standin.api_url}/repos/{self.full_name}"

    @property
    def html_url(self) -> str:
        return f"{self.standin.url}/{self.full_name}"

    # ── people ───────────────────────────────────────────────────────────────────────────────

    def set_permission(self, login: str, role: str) -> None:
        """Give a user a role: admin, maintain, write, triage, read, or none."""
        if role not in ("admin", "maintain", "write", "triage", "read", "none"):
            raise ValueError(f"{role} is not a role of GitHub")
        self.standin.user(login)
        self.roles[login] = role

    def role_of(self, user: User) -> str:
        """The user's role here; on a public repository everybody may at least read."""
        if user is self.owner:
            return "admin"
        return self.roles.get(user.login, "none" if self.private else "read")

    def association_of(self, user: User) -> str:
        """GitHub's ``author_association``."""
        if user is self.owner:
            return "OWNER"
        return "COLLABORATOR" if user.login in self.roles else "NONE"

    # ── git ──────────────────────────────────────────────────────────────────────────────────

    def ref_name(self, branch: str) -> str:
        """The full ref of a branch in the shared store."""
        if self.parent is None:
            return f"refs/heads/{branch}"
        return f"refs/networks/{self.id}/heads/{branch}"

    def set_branch(self, branch: str, sha: str) -> None:
        """Point a branch at a commit."""
        self.set_branches({branch: sha})

    def set_branches(self, tips: Mapping[str, str]) -> None:
        """Point several branches at commits, in one step."""
        self.store.set_refs({self.ref_name(name): sha for name, sha in tips.items()})
        self.branches.update(tips)

    def commit(
        self,
        files: Mapping[str, Content],
        branch: str | None = None,
        message: str = "Change",
        author: str | Person = "octocat",
        parent: str | None = None,
    ) -> str:
        """Commit files (None deletes) to a branch, and return the commit's id.

        The commit stands on ``parent``, else on the branch, else on the default branch, else on
        nothing. No event is sent: `PullRequest.push` does that.
        """
        branch = branch or self.default_branch
        known = self.branches
        onto = self.resolve(parent) if parent else known.get(branch, known.get(self.default_branch))
        if parent and onto is None:
            raise ValueError(f"no commit {parent} in {self.full_name}")
        if isinstance(author, str):
            author = Person(author, f"{author}@users.noreply.github.com")
        sha = self.store.write_commit(
            self.ref_name(branch),
            files,
            message=message,
            author=author,
            when=self.standin.clock(),
            parent=onto,
        )
        known[branch] = sha
        return sha

    def resolve(self, ref: str) -> str | None:
        """The commit that a ref of the API names: a branch, a full ref, HEAD, or an id."""
        if ref in ("HEAD", ""):
            return self.branches.get(self.default_branch)
        for prefix in ("", "refs/heads/", "heads/"):
            if ref.startswith(prefix) and ref[len(prefix) :] in self.branches:
                return self.branches[ref[len(prefix) :]]
        parts = ref.removeprefix("refs/").split("/")
        if len(parts) == 3 and parts[0] == "pull" and parts[1].isdigit():
            pull = self.pulls.get(int(parts[1]))
            return pull.head_sha if pull and parts[2] == "head" else None
        return self.store.revision(ref)

    async def push(
        self,
        files: Mapping[str, Content],
        branch: str | None = None,
        message: str = "Change",
        author: str = "octocat",
        parent: str | None = None,
    ) -> str:
        """Commit to a branch as a push: open pull requests from it follow, and apps are told."""
        branch = branch or self.default_branch
        sha = self.commit(files, branch, message, author, parent)
        self.announce_moved(branch, self.standin.user(author))
        return sha

    def announce_moved(self, branch: str, sender: User) -> None:
        """Move the open pull requests of a branch to its new tip."""
        for repository in self.standin.repositories:
            for pull in repository.pulls.values():
                if pull.head_repository is self and pull.head_ref == branch:
                    pull.follow(sender)

    def delete_branch(self, branch: str) -> None:
        """Delete a branch; its commits stay."""
        del self.branches[branch]
        self.store.delete_ref(self.ref_name(branch))

    def fork(self, login: str, name: str | None = None) -> Repository:
        """A fork that belongs to a user, with the same branches and shared objects."""
        return self.standin.fork(self, login, name or self.name)

    # ── pull requests ────────────────────────────────────────────────────────────────────────

    async def open_pull(
        self,
        head: str,
        base: str | None = None,
        title: str = "A change",
        author: str = "octocat",
        draft: bool = False,
        body: str | None = None,
    ) -> PullRequest:
        """Open a pull request from ``branch`` or ``owner:branch``, and tell the apps."""
        pull = self.add_pull(head, base, title, author, draft, body)
        self.announce_push(pull, None)
        self.standin.emit(events.pull_request(pull, "opened", pull.user))
        return pull

    def add_pull(
        self,
        head: str,
        base: str | None = None,
        title: str = "A change",
        author: str = "octocat",
        draft: bool = False,
        body: str | None = None,
    ) -> PullRequest:
        """The same without telling anybody: a pull request from before the app was installed."""
        owner, colon, branch = head.rpartition(":")
        source = self.standin.fork_of(self, owner) if colon else self
        now = self.standin.clock()
        if branch not in source.branches:
            raise ValueError(f"no branch {branch} in {source.full_name}")
        number = max(self.pulls, default=0) + 1
        pull = PullRequest(
            standin=self.standin,
            repository=self,
            id=self.standin.next_id("pull"),
            number=number,
            title=title,
            body=body,
            user=self.standin.user(author),
            head_repository=source,
            head_ref=branch,
            head_sha=source.branches[branch],
            base_ref=base or self.default_branch,
            draft=draft,
            created_at=now,
            updated_at=now,
        )
        pull.base_sha = self.branches[pull.base_ref]
        self.pulls[number] = pull
        self.store.set_refs({f"refs/pull/{number}/head": pull.head_sha})
        return pull

    def announce_push(self, pull: PullRequest, before: str | None) -> None:
        """A push to this repository opens a check suite for every app that writes checks."""
        if pull.head_repository is not self:
            return
        for installation in self.standin.installations_of(self):
            if installation.permissions.get("checks") == "write":
                suite = self.suite(installation.app, pull.head_sha, before)
                self.standin.emit(events.check_suite(suite, "requested", pull.user))

    # ── checks ───────────────────────────────────────────────────────────────────────────────

    def suite(self, app: App, sha: str, before: str | None = None) -> CheckSuite:
        """The app's suite on a commit, made when there is none."""
        for suite in self.suites:
            if suite.app is app and suite.head_sha == sha:
                return suite
        now = self.standin.clock()
        made = CheckSuite(
            id=self.standin.next_id("suite"),
            repository=self,
            app=app,
            head_sha=sha,
            head_branch=next((name for name, tip in self.branches.items() if tip == sha), None),
            before=before,
            created_at=now,
            updated_at=now,
        )
        self.suites.append(made)
        return made

    @property
    def all_check_runs(self) -> list[CheckRun]:
        """Every run of the repository, oldest first."""
        return sorted((run for suite in self.suites for run in suite.runs), key=lambda run: run.id)

    def check_runs(self, sha: str) -> list[CheckRun]:
        """The runs on a commit, oldest first."""
        return [run for run in self.all_check_runs if run.head_sha == sha]

    def check_run(self, run_id: int) -> CheckRun | None:
        """The run of that id."""
        return next((run for run in self.all_check_runs if run.id == run_id), None)

    def pulls_of(self, sha: str) -> list[PullRequest]:
        """The open pull requests that the checks of a commit know: never those of forks."""
        return [
            pull
            for pull in self.pulls.values()
            if pull.state == "open" and pull.head_repository is self and pull.head_sha == sha
        ]

    async def rerequest_check_run(self, run_id: int, sender: str) -> None:
        """Somebody presses *Re-run*: the suite is reset, and the app that owns the run is told."""
        run = self._run(run_id)
        run.suite.reset = True
        self.standin.emit(events.check_run(run, "rerequested", self.standin.user(sender)))

    async def rerequest_suite(self, sha: str, sender: str) -> None:
        """Somebody presses *Re-run all checks* on a commit."""
        for suite in self.suites:
            if suite.head_sha == sha:
                suite.reset = True
                self.standin.emit(
                    events.check_suite(suite, "rerequested", self.standin.user(sender))
                )

    async def request_action(self, run_id: int, identifier: str, sender: str) -> None:
        """Somebody presses a button of a check run."""
        run = self._run(run_id)
        if identifier not in [action["identifier"] for action in run.actions]:
            raise ValueError(f"check run {run_id} has no action {identifier}")
        who = self.standin.user(sender)
        self.standin.emit(events.check_run(run, "requested_action", who, identifier))

    def _run(self, run_id: int) -> CheckRun:
        run = self.check_run(run_id)
        if run is None:
            raise ValueError(f"no check run {run_id} in {self.full_name}")
        return run
