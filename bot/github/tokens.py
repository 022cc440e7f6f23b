"""Getting an installation token: asked for with the least permissions, for one repository.

The work is shared by all reviews of a process; :class:`InstallationProof` is one review's view.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import msgspec
from cachetools import TTLCache

from bot.github import repos
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
_FORBIDDEN_AGE = 300.0
_MOST_INSTALLATIONS = 10_000


class _Narrowed(msgspec.Struct, frozen=True):
    repositories: tuple[repos.Named, ...] = ()


class GivenProof:
    """A token that was minted for a single purpose; a refused one is not replaced."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    async def secret(self) -> Secret:
        """The token."""
        return self._secret

    def refused(self, secret: Secret, fault: GiveUp) -> bool:  # noqa: ARG002
        """Nothing can be done."""
        return False


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
        self._learning = asyncio.Lock()
        self._forbidden: TTLCache[int, bool] = TTLCache(
            _MOST_INSTALLATIONS, _FORBIDDEN_AGE, timer=clock.monotonic
        )

    async def exactly(
        self, installation: int, repository: int, permissions: Mapping[str, str], tally: Tally
    ) -> tuple[TokenKey, InstallationToken]:
        """A token with these permissions.

        Raises:
            GiveUp: the installation does not grant them.
        """
        try:
            return await self._get(installation, repository, permissions, tally)
        except OurBug as fault:
            said = fault.detail.lower()
            if "not granted" not in said and "not accessible" not in said:
                raise
            raise GiveUp(
                "the installation does not grant what this needs",
                status=fault.status,
                detail=fault.detail,
            ) from fault

    async def token(
        self, installation: int, repository: int, tally: Tally
    ) -> tuple[TokenKey, InstallationToken]:
        """A token, stored or new, and the key under which it is stored.

        Where the installation grants less than wanted, it is a token with what it grants; that is
        remembered for an hour, so that the detour is taken once. The requests that all this takes
        are counted in ``tally``.
        """
        permissions = self._granted.get(installation, WANTED)
        try:
            return await self._get(installation, repository, permissions, tally)
        except OurBug as fault:
            said = fault.detail.lower()
            if "does not exist or is not accessible" in said:
                # The app was taken off the repository after the delivery: nothing is wrong with us.
                raise GiveUp(
                    "the installation does not reach this repository",
                    status=fault.status,
                    detail=fault.detail,
                ) from fault
            if "not granted" not in said:
                raise
        permissions = await self._learn(installation, permissions, tally)
        return await self._get(installation, repository, permissions, tally)

    async def named(
        self, installation: int, name: str, permissions: Mapping[str, str], tally: Tally
    ) -> tuple[str, Secret] | None:
        """A token for the installation's repository of that name, with its full name.

        None when the installation does not reach one.
        """
        where = path("/app/installations/{id}/access_tokens", id=installation)
        body = {"repositories": [name], "permissions": dict(permissions)}
        try:
            answer = await self._as_app(tally).post(where, body, idempotent=True)
        except OurBug as fault:
            if "not accessible" not in fault.detail.lower():
                raise
            return None
        found = repos.convert(answer, _Narrowed).repositories
        return (
            (found[0].full_name, read_token(answer, self._signer.now()).secret) if found else None
        )

    async def _get(
        self, installation: int, repository: int, permissions: Mapping[str, str], tally: Tally
    ) -> tuple[TokenKey, InstallationToken]:
        key = TokenKey(installation, repository, tuple(sorted(permissions.items())))
        where = path("/app/installations/{id}/access_tokens", id=installation)
        body = {"repository_ids": [repository], "permissions": dict(permissions)}

        async def mint() -> InstallationToken:
            answer = await self._as_app(tally).post(where, body, idempotent=True)
            return read_token(answer, self._signer.now())

        return key, await self._store.get(key, mint)

    async def _learn(
        self, installation: int, refused: Mapping[str, str], tally: Tally
    ) -> Mapping[str, str]:
        """Ask GitHub what the installation grants, unless another review just did."""
        async with self._learning:
            known = self._granted.get(installation, WANTED)
            if known != refused:
                return known
            answer = await self._as_app(tally).get(path("/app/installations/{id}", id=installation))
            granted = answer.get("permissions") if isinstance(answer, dict) else None
            permissions = grantable(WANTED, granted)
            # Without any permission named, GitHub would grant the token all there are.
            if not permissions or permissions == refused:
                raise GiveUp("the installation grants no permission that a review needs")
            self._granted[installation] = permissions
            return permissions

    def drop(self, key: TokenKey, secret: Secret) -> None:
        """Forget a token that GitHub does not accept (401)."""
        self._store.drop(key, secret)

    def drop_forbidden(self, key: TokenKey, secret: Secret) -> None:
        """Forget a token that lacks a permission (403), at most once in five minutes.

        Once an owner has accepted a permission, only new tokens have it.
        """
        if key.installation not in self._forbidden:
            self._forbidden[key.installation] = True
            self._store.drop(key, secret)
            self._granted.pop(key.installation, None)


class InstallationProof:
    """Tokens for one repository, for one review.

    ``introduce`` runs before the first token: it finds out who the app is. With ``exactly`` the
    token has these permissions or there is none.
    """

    def __init__(
        self,
        minter: Minter,
        installation: int,
        repository: int,
        tally: Tally,
        introduce: Callable[[Tally], Awaitable[None]],
        exactly: Mapping[str, str] | None = None,
    ) -> None:
        self._exactly = exactly
        self._minter = minter
        self._installation = installation
        self._repository = repository
        self._tally = tally
        self._introduce = introduce
        self._key: TokenKey | None = None

    async def secret(self) -> Secret:
        """A token."""
        await self._introduce(self._tally)
        if self._exactly is not None:
            self._key, token = await self._minter.exactly(
                self._installation, self._repository, self._exactly, self._tally
            )
            return token.secret
        self._key, token = await self._minter.token(
            self._installation, self._repository, self._tally
        )
        return token.secret

    def refused(self, secret: Secret, fault: GiveUp) -> bool:
        """Let go of a refused token; another one helps when this one was not accepted (401)."""
        if self._key is not None and isinstance(fault, BadCredentials):
            self._minter.drop(self._key, secret)
            return True
        if self._key is not None and fault.status == 403:
            self._minter.drop_forbidden(self._key, secret)
        return False
