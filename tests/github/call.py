"""One API request as the routes see it, the answer they give, and the table of routes.

A route is a pure step over the state: it takes a `Call` and returns an `Answer` or raises a
`Refusal`. Sockets, logs, faults and limits are the server's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode

from tests.github.rules import refuse
from tests.github.state import App, Token, User

if TYPE_CHECKING:
    from tests.github.repository import Repository
    from tests.github.standin import StandIn


@dataclass(slots=True)
class Answer:
    """What goes back: JSON, or raw bytes under another media type."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    content_type: str = "application/json"


@dataclass(slots=True)
class Call:
    """One request, authenticated. ``path`` is relative to the API root, still encoded."""

    standin: StandIn
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    values: dict[str, str] = field(default_factory=dict)
    app: App | None = None
    token: Token | None = None
    found: Repository | None = None
    caller: str = "anonymous"
    accepted: str = ""
    complaints: list[str] = field(default_factory=list)

    @property
    def repository(self) -> Repository:
        """The repository of the path."""
        assert self.found is not None, "the route has no repository"
        return self.found

    @property
    def actor(self) -> User:
        """The app's bot user."""
        return self.caller_app.bot

    @property
    def caller_app(self) -> App:
        """The app that calls, by JWT or by token."""
        if self.token is not None:
            return self.token.installation.app
        assert self.app is not None, "the route needs no credentials"
        return self.app

    def number(self, name: str) -> int:
        """A numeric part of the path."""
        text = self.values[name]
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            raise refuse("not-found")
        return int(text)

    def accepts(self, word: str) -> bool:
        """Whether the Accept header asks for a media type with that word (``diff``, ``raw``)."""
        wanted = re.findall(
            r"application/vnd\.github(?:\.v3)?\.([a-z]+)", self.headers.get("accept", "")
        )
        return word in wanted

    def require(self, *alternatives: str) -> None:
        """Refuse unless the token holds one of these permissions (``checks=write``)."""
        assert self.token is not None
        if not any(self.token.allows(one) for one in alternatives):
            wanted = "; ".join(alternatives)
            raise refuse("permission", headers={"X-Accepted-GitHub-Permissions": wanted})

    def page(self, items: Sequence[Any]) -> tuple[Sequence[Any], dict[str, str]]:
        """The page that the query asks for, and its Link header."""
        size = self._positive("per_page", 30)
        size = min(size, 100) or 30
        at = max(1, self._positive("page", 1))
        last = max(1, -(-len(items) // size))
        links = []
        if at > 1:
            links += [("prev", min(at - 1, last)), ("first", 1)]
        if at < last:
            links = [*links, ("next", at + 1), ("last", last)]
        written = ", ".join(f'<{self._page_url(page)}>; rel="{name}"' for name, page in links)
        return items[(at - 1) * size : at * size], {"Link": written} if links else {}

    def _positive(self, name: str, default: int) -> int:
        text = self.query.get(name)
        if text is None:
            return default
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise refuse("pagination", reason=f"{name} is not a positive number.")
        if name == "per_page" and int(text) > 100:
            self.complaints.append(f"per_page={text}: GitHub gives at most 100 items a page")
        return int(text)

    def _page_url(self, page: int) -> str:
        """GitHub's Link headers name repositories by id."""
        path = self.path
        if self.found is not None:
            tail = re.sub(r"^/(?:repos/[^/]+/[^/]+|repositories/\d+)", "", path)
            path = f"/repositories/{self.found.id}{tail}"
        query = urlencode({**self.query, "page": str(page)})
        return f"{self.standin.api_url}{path}?{query}"


Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path template with what a caller needs to use it."""

    method: str
    template: str
    pattern: re.Pattern[str]
    handler: Handler
    auth: str
    permissions: tuple[str, ...]
    content: bool
    effect: bool


class Routes:
    """The table. ``{name}`` is one segment of the path, ``{name:path}`` one or more."""

    def __init__(self) -> None:
        self.all: list[Route] = []

    def add(
        self,
        method: str,
        template: str,
        *permissions: str,
        auth: str = "token",
        content: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Register a handler. ``auth`` is ``token``, ``jwt`` or ``none``.

        ``permissions`` are alternatives; ``content`` says that the call creates what people read.
        A template that starts with ``/repo`` stands for a repository by name and by id.
        """

        def register(handler: Handler) -> Handler:
            roots: tuple[str, ...] = ("",)
            tail = template
            if template == "/repo" or template.startswith("/repo/"):
                roots = ("/repos/{owner}/{repo}", "/repositories/{repository_id}")
                tail = template[len("/repo") :]
            for root in roots:
                self.all.append(
                    Route(
                        method,
                        root + tail,
                        _compile(root + tail),
                        handler,
                        auth,
                        permissions,
                        content,
                        method != "GET",
                    )
                )
            # What ends in a path of any length is tried last.
            self.all.sort(key=lambda route: route.template.endswith(":path}"))
            return handler

        return register

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route of a request, and the decoded parts of its path."""
        for route in self.all:
            if route.method == method and (match := route.pattern.fullmatch(path)):
                return route, {name: unquote(text) for name, text in match.groupdict().items()}
        return None


def _compile(template: str) -> re.Pattern[str]:
    def part(match: re.Match[str]) -> str:
        return f"(?P<{match[1]}>{'.+' if match[2] else '[^/]+'})"

    return re.compile(re.sub(r"\{(\w+)(:path)?\}", part, template))
