"""The stand-in GitHub: strict, stateful, over real git, on a real port.

It is what the tests and the demonstration talk to in GitHub's place. It refuses what GitHub
refuses (`rules.py`), remembers what it was told, and sends signed deliveries.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.github import events
from tests.github.auth import key_pair
from tests.github.clock import Clock, system_clock
from tests.github.deliveries import Courier, Delivery
from tests.github.diff import Differ
from tests.github.exchanges import Exchange, Exchanges
from tests.github.faults import Faults
from tests.github.git import ObjectStore
from tests.github.limits import Limits
from tests.github.repository import Repository
from tests.github.server import make_app
from tests.github.state import App, Installation, Token, User

PERMISSIONS = {
    "metadata": "read",
    "contents": "read",
    "pull_requests": "write",
    "checks": "write",
    "issues": "write",
    "merge_queues": "read",
}
EVENTS = (
    "check_run",
    "check_suite",
    "issue_comment",
    "merge_group",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
)
_FIRST = {"user": 1_000, "app": 29_310, "installation": 51_000, "repository": 186_853_000}
_ALWAYS = ("installation", "installation_repositories", "ping")


class StandIn:
    """One GitHub. Use it as an async context manager, or `start` and `stop` it."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock: Clock = clock or system_clock
        self.users: dict[str, User] = {}
        self.apps: list[App] = []
        self.installations: list[Installation] = []
        self.tokens: dict[str, Token] = {}
        self.repositories: list[Repository] = []
        self.exchanges = Exchanges()
        self.unknown_requests: list[Exchange] = []
        self.complaints: list[str] = []
        self.failures: list[str] = []
        self.limits = Limits(self.clock)
        self.courier = Courier(self.clock)
        self.faults = Faults(self.courier)
        self.moved: dict[str, Repository] = {}
        self.manifest_codes: dict[str, App] = {}
        self.url = ""
        self._ids: Counter[str] = Counter(_FIRST)
        self._directory = Path(tempfile.mkdtemp(prefix="stand-in-github-"))
        self._stores: list[ObjectStore] = []
        self._runner: web.AppRunner | None = None

    @classmethod
    async def start(cls, port: int = 0, *, clock: Clock | None = None) -> StandIn:
        """Serve on 127.0.0.1; port 0 takes a free one."""
        standin = cls(clock)
        await standin._serve(port)
        return standin

    async def _serve(self, port: int = 0) -> None:
        self._runner = web.AppRunner(make_app(self), access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, "127.0.0.1", port).start()
        except OSError:
            await self.stop()
            raise
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop serving and forget everything."""
        await self.courier.close()
        if self._runner is not None:
            await self._runner.cleanup()
        self.close()

    def close(self) -> None:
        """Let go of the repositories; enough for a stand-in that was never served."""
        for store in self._stores:
            store.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    async def __aenter__(self) -> Self:
        if self._runner is None:
            await self._serve()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def api_url(self) -> str:
        """The root of the REST API, as on GitHub Enterprise Server."""
        return f"{self.url}/api/v3"

    @property
    def graphql_url(self) -> str:
        """The GraphQL endpoint."""
        return f"{self.url}/api/graphql"

    @property
    def deliveries(self) -> list[Delivery]:
        """All deliveries, oldest first."""
        return self.courier.deliveries

    async def redeliver(self, guid: str) -> Delivery:
        """Send a delivery again under its GUID."""
        return await self.courier.redeliver(guid)

    async def settle(self) -> None:
        """Wait until all deliveries under way are answered."""
        await self.courier.settle()

    # ── making things ────────────────────────────────────────────────────────────────────────

    def next_id(self, kind: str) -> int:
        """The next id of a kind."""
        self._ids[kind] += 1
        return self._ids[kind]

    def create_user(self, login: str, type: str = "User") -> User:  # noqa: A002
        """A person or an organisation."""
        if login in self.users:
            raise ValueError(f"there is a user {login} already")
        made = self.users[login] = User(self.next_id("user"), login, type)
        return made

    def user(self, login: str) -> User:
        """The user of that name, made when new."""
        return self.users.get(login) or self.create_user(login)

    def create_app(
        self,
        slug: str = "assay",
        webhook_url: str | None = None,
        webhook_secret: str = "a secret that only the tests know",
        permissions: Mapping[str, str] | None = None,
        events: Sequence[str] = EVENTS,
        owner: str = "octo",
    ) -> App:
        """Register an app with a key of its own. ``webhook_url`` may be set later."""
        number = self.next_id("app")
        private, public = key_pair(len(self.apps))
        bot = self.create_user(f"{slug}[bot]", "Bot")
        app = App(
            id=number,
            slug=slug,
            name=slug.capitalize(),
            owner=self.user(owner),
            bot=bot,
            private_key_pem=private,
            public_key_pem=public,
            webhook_secret=webhook_secret,
            webhook_url=webhook_url,
            permissions={
                "metadata": "read",
                **(PERMISSIONS if permissions is None else permissions),
            },
            events=list(events),
            external_url=f"https://{slug}.example",
            created_at=self.clock(),
            client_id=f"Iv23li{number:014d}",
            client_secret=f"{number:040x}",
            hook_id=self.next_id("hook") + 109_948_000,
        )
        bot.app = app
        self.apps.append(app)
        return app

    def create_repository(
        self,
        full_name: str,
        path: Path | str | None = None,
        private: bool = False,
        default_branch: str = "main",
    ) -> Repository:
        """An empty repository, or one over an existing git directory (which is never written)."""
        owner, _, name = full_name.partition("/")
        if self.repository_by_name(owner, name) is not None:
            raise ValueError(f"there is a repository {full_name} already")
        number = self.next_id("repository")
        source = Path(path) if path is not None else None
        store = ObjectStore.create(self._directory / f"{number}.git", objects_of=source)
        self._stores.append(store)
        made = Repository(
            self,
            number,
            self.user(owner),
            name,
            private,
            default_branch,
            store,
            Differ(store),
            self.clock(),
        )
        if source is not None:
            refs = store.refs_of(source)
            store.set_refs(refs)
            head = "refs/heads/"
            made.branches = {
                ref.removeprefix(head): sha for ref, sha in refs.items() if ref.startswith(head)
            }
        self.repositories.append(made)
        return made

    def fork(self, parent: Repository, login: str, name: str) -> Repository:
        """A fork of a repository; it shares the parent's objects."""
        made = Repository(
            self,
            self.next_id("repository"),
            self.user(login),
            name,
            parent.private,
            parent.default_branch,
            parent.store,
            parent.differ,
            self.clock(),
            parent=parent,
        )
        made.set_branches(parent.branches)
        self.repositories.append(made)
        return made

    def fork_of(self, parent: Repository, login: str) -> Repository:
        """The repository of ``login`` in the parent's network."""
        for one in self.repositories:
            if one.owner.login == login and one.store is parent.store and not one.deleted:
                return one
        raise ValueError(f"{login} has no fork of {parent.full_name}")

    def rename_repository(self, repository: Repository, name: str) -> None:
        """Give it another name; the old one redirects from now on."""
        self.moved[repository.full_name.lower()] = repository
        repository.name = name

    def delete_repository(self, repository: Repository) -> None:
        """Delete it; pull requests from it lose their head repository."""
        repository.deleted = True
        self.repositories.remove(repository)
        for other in self.repositories:
            for pull in other.pulls.values():
                if pull.head_repository is repository:
                    pull.head_repository = None

    def repository_by_id(self, number: int) -> Repository | None:
        """The repository of that id."""
        return next((one for one in self.repositories if one.id == number), None)

    def repository_by_name(self, owner: str, name: str) -> Repository | None:
        """The repository of that name; GitHub's names do not mind case."""
        wanted = f"{owner}/{name}".lower()
        return next((one for one in self.repositories if one.full_name.lower() == wanted), None)

    # ── installations ────────────────────────────────────────────────────────────────────────

    def install(
        self,
        app: App,
        repositories: Sequence[Repository],
        permissions: Mapping[str, str] | None = None,
    ) -> Installation:
        """Install the app on repositories of one account, and tell it."""
        granted = dict(app.permissions if permissions is None else permissions)
        made = Installation(
            self.next_id("installation"),
            app,
            repositories[0].owner if repositories else app.owner,
            list(repositories),
            {"metadata": "read", **granted},
            self.clock(),
        )
        self.installations.append(made)
        self.emit(events.installation(self, made, "created", made.account))
        return made

    def uninstall(self, installation: Installation) -> None:
        """Take the app away; its tokens die."""
        self.installations.remove(installation)
        self.emit(events.installation(self, installation, "deleted", installation.account))

    def suspend(self, installation: Installation) -> None:
        """Suspend it: no tokens, no events."""
        installation.suspended_at, installation.suspended_by = self.clock(), installation.account
        self.emit(events.installation(self, installation, "suspend", installation.account))

    def accept_permissions(
        self, installation: Installation, permissions: Mapping[str, str]
    ) -> None:
        """The owner accepts what the app newly asks for."""
        installation.permissions = {**installation.permissions, **permissions}
        event = events.installation(
            self, installation, "new_permissions_accepted", installation.account
        )
        self.emit(event)

    def unsuspend(self, installation: Installation) -> None:
        """Let it work again."""
        installation.suspended_at = installation.suspended_by = None
        self.emit(events.installation(self, installation, "unsuspend", installation.account))

    def add_repositories(self, installation: Installation, more: Sequence[Repository]) -> None:
        """Give the installation more repositories."""
        installation.repositories.extend(more)
        event = events.installation_repositories(
            self, installation, "added", list(more), installation.account
        )
        self.emit(event)

    def remove_repositories(self, installation: Installation, less: Sequence[Repository]) -> None:
        """Take repositories away from the installation."""
        installation.repositories = [one for one in installation.repositories if one not in less]
        event = events.installation_repositories(
            self, installation, "removed", list(less), installation.account
        )
        self.emit(event)

    def installations_of(self, repository: Repository) -> list[Installation]:
        """The working installations on a repository."""
        return [
            one
            for one in self.installations
            if not one.suspended and any(each is repository for each in one.repositories)
        ]

    # ── events and notes ─────────────────────────────────────────────────────────────────────

    def emit(self, event: events.Event) -> None:
        """Deliver an event to every app that subscribed to it and may see it."""
        if event.repository is None:
            targets = [(event.only, event.installation)]
        else:
            targets = [
                (one.app, one)
                for one in self.installations_of(event.repository)
                if event.only in (None, one.app) and _may_see(one, event)
            ]
        for app, installation in targets:
            assert app is not None
            payload = dict(event.payload)
            if event.repository is not None and installation is not None:
                stub = {"id": installation.id, "node_id": f"MDIzOk{installation.id}"}
                payload["installation"] = stub
            self.courier.post(
                app,
                event.name,
                event.action,
                payload,
                installation_id=installation.id if installation else None,
                repository_id=event.repository.id if event.repository else None,
            )

    def ping(self, app: App) -> None:
        """Send the hook's ping."""
        self.emit(events.ping(self, app))

    def note_complaints(self, exchange: Exchange) -> None:
        """Keep what was odd about a request, with where it was."""
        self.complaints += [
            f"{exchange.method} {exchange.path}: {text}" for text in exchange.complaints
        ]


def _may_see(installation: Installation, event: events.Event) -> bool:
    if event.name not in _ALWAYS and event.name not in installation.app.events:
        return False
    if event.needs is None:
        return True
    name, _, level = event.needs.partition("=")
    held = installation.permissions.get(name)
    return held == "write" or (held == "read" and level == "read")
