"""Getting an installation token: asked for with the least permissions, for one repository.

The work is shared by all reviews of a process; :class:`InstallationProof` is one review's view.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from cachetools import TTLCache

from bot.github.auth import (
    WANTED,
    AppSigner,
    InstallationToken,
    Secret,
    TokenKey,
    TokenStore,
    grantable,
    read_token,
)
from bot.github.client import Caller
from bot.github.clock import Clock
from bot.github.faults import BadCredentials, GiveUp, OurBug
from bot.github.transport import Tally
from bot.github.urls import path

_GRANTS_AGE = 3_600.0
_MOST_INSTALLATIONS = 10_000


class AppProof:
    """The app's own JWT."""

    def __init__(self, signer: AppSigner) -> None:
        self._signer = signer

    async def secret(self) -> Secret:
        """A JWT."""
        return self._signer.secret()

    def refused(self, secret: Secret, fault: GiveUp) -> bool:  # noqa: ARG002
        """A JWT is refused for good, unless our clock is off and GitHub shows its own."""
        if not isinstance(fault, BadCredentials) or fault.server_time is None:
            return False
        said = fault.detail.lower()
        if not any(word in said for word in ("'exp'", "'iat'", "expiration time", "issued at")):
            return False
        self._signer.correct(fault.server_time)
        return True


class Minter:
    """Mints tokens as the app (docs: "Create an installation access token for an app")."""

    def __init__(self, signer: AppSigner, clock: Clock, as_app: Callable[[Tally], Caller]) -> None:
        self._signer = signer
        self._as_app = as_app
        self._store = TokenStore(clock)
        self._granted: TTLCache[int, Mapping[str, str]] = TTLCache(
            _MOST_INSTALLATIONS, _GRANTS_AGE, timer=clock.monotonic
        )

    async def token(
        self, installation: int, repository: int, tally: Tally
    ) -> tuple[TokenKey, InstallationToken]:
        """A token, stored or new, and the key under which it is stored.

        The requests that minting takes are counted in ``tally``.
        """
        permissions = self._granted.get(installation, WANTED)
        key = TokenKey(installation, repository, tuple(sorted(permissions.items())))

        async def mint() -> InstallationToken:
            return await self._mint(key, tally)

        return key, await self._store.get(key, mint)

    async def _mint(self, key: TokenKey, tally: Tally) -> InstallationToken:
        """Mint; where the installation grants less than wanted, with what it grants.

        What it grants is remembered for an hour, so that the detour is taken once.
        """
        app = self._as_app(tally)
        where = path("/app/installations/{id}", id=key.installation)
        body: dict[str, Any] = {
            "repository_ids": [key.repository],
            "permissions": dict(key.permissions),
        }
        try:
            answer = await app.post(f"{where}/access_tokens", body, idempotent=True)
        except OurBug as fault:
            if "not granted" not in fault.detail.lower():
                raise
            known = await app.get(where)
            granted = known.get("permissions") if isinstance(known, dict) else None
            body["permissions"] = permissions = grantable(WANTED, granted)
            self._granted[key.installation] = permissions
            answer = await app.post(f"{where}/access_tokens", body, idempotent=True)
        return read_token(answer, self._signer.now())

    def drop(self, key: TokenKey, secret: Secret) -> None:
        """Forget a token that GitHub refused, and what the installation was seen to grant."""
        self._store.drop(key, secret)
        self._granted.pop(key.installation, None)


class InstallationProof:
    """Tokens for one repository, for one review.

    ``introduce`` runs before the first token: it finds out who the app is.
    """

    def __init__(
        self,
        minter: Minter,
        installation: int,
        repository: int,
        tally: Tally,
        introduce: Callable[[Tally], Awaitable[None]],
    ) -> None:
        self._minter = minter
        self._installation = installation
        self._repository = repository
        self._tally = tally
        self._introduce = introduce
        self._key: TokenKey | None = None

    async def secret(self) -> Secret:
        """A token."""
        await self._introduce(self._tally)
        self._key, token = await self._minter.token(
            self._installation, self._repository, self._tally
        )
        return token.secret

    def refused(self, secret: Secret, fault: GiveUp) -> bool:
        """Let go of a refused token; another one helps when this one was not accepted (401).

        A token that lacks a permission is let go too: once an owner has accepted a permission,
        only new tokens have it.
        """
        if self._key is not None and fault.status in {401, 403}:
            self._minter.drop(self._key, secret)
        return isinstance(fault, BadCredentials)
