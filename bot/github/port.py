"""What the rest of the bot may ask of GitHub: one repository, through one installation.

The typed calls (``pulls``, ``checks``, ``reviews``, ``contents``, ``graphql``) and the review take
this port, so that they never meet a token, a header or a status code.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol


class RepositoryAPI(Protocol):
    """GitHub as seen by one installation, narrowed to one repository.

    Paths are relative to the API root and already encoded (:func:`bot.github.urls.path`):
    ``/repositories/1/pulls/2``. Reads are retried on passing trouble; writes are not, unless
    ``idempotent`` says that doing it twice is the same as once. Every method raises a
    :class:`bot.github.faults.GitHubFault` and nothing else.
    """

    @property
    def calls(self) -> int:
        """How many requests went to GitHub so far: what a review costs."""

    @property
    def app_id(self) -> int:
        """The id of our own app: tells our comments and check runs from others'."""

    @property
    def app_slug(self) -> str:
        """The app's slug; its bot user is ``<slug>[bot]``. Known after the first call."""

    async def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Any:
        """Read one JSON value."""

    def pages(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        key: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[Any]:
        """Read a list over all its pages, 100 items a page, at most ``limit`` items.

        ``key`` names the list inside an object (``"check_runs"``).
        """

    async def post(self, path: str, body: Mapping[str, Any], *, idempotent: bool = False) -> Any:
        """Create something."""

    async def patch(self, path: str, body: Mapping[str, Any], *, idempotent: bool = False) -> Any:
        """Change something."""

    async def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """Replace something; doing it twice is the same as once."""

    async def graphql(self, query: str, variables: Mapping[str, Any] | None = None) -> Any:
        """Run a GraphQL document; the ``data`` object.

        Partial errors (``data`` beside ``errors``) come back as data with nulls; without data they
        are raised. Queries are retried on passing trouble, mutations are not: a null that is still
        there after the retries may mean "not there", "not allowed" or "GitHub could not". A rate
        limit is always raised, and so are the errors of a mutation that did nothing.
        """
