"""Proving who we are: the app's JWT, and installation tokens narrowed to one repository.

Secrets live in :class:`Secret`, which never shows what it holds. Nothing here speaks HTTP: the
store of tokens is given a function that mints one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cachetools import TLRUCache
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bot.github.clock import Clock
from bot.github.faults import GitHubFault, RetryNow

WANTED: Mapping[str, str] = {
    "checks": "write",
    "contents": "read",
    "issues": "write",
    "metadata": "read",
    "pull_requests": "write",
}
"""The least that a review needs: read code, write reviews, check runs, comments and reactions."""

RESOLVING: Mapping[str, str] = {
    "contents": "write",
    "metadata": "read",
    "pull_requests": "write",
}
"""What resolving a review thread needs: GitHub asks for the right to write the contents, although
nothing of them is touched (github/gh-aw#35726)."""

UPLOADING: Mapping[str, str] = {"metadata": "read", "security_events": "write"}
"""What an upload to code scanning needs."""

SHARING: Mapping[str, str] = {"contents": "read", "metadata": "read"}
"""What reading the owner's own repository needs."""

_BACKDATED = timedelta(seconds=60)
_JWT_LIFE = timedelta(minutes=9)
"""GitHub refuses more than ten minutes ahead of its own clock; exactly ten is already too much."""
_JWT_USE = timedelta(minutes=7)
_TOKEN_LIFE = timedelta(hours=1)
_TOKEN_MARGIN = timedelta(minutes=5)
_LONGEST_TOKEN = 8_192
_MOST_TOKENS = 10_000


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A token for the ``Authorization`` header."""

    value: str
    is_jwt: bool = False

    def __repr__(self) -> str:
        return "Secret(hidden)"


@dataclass(frozen=True, slots=True)
class InstallationToken:
    """A token, and how long it works from the moment it was minted."""

    secret: Secret
    life: timedelta


def load_private_key(pem: str) -> RSAPrivateKey:
    """The app's key.

    Raises:
        ValueError: it is not an unencrypted RSA key in PEM form. The message never shows it.
    """
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("the private key is not an unencrypted RSA key in PEM form")
    return key


class AppSigner:
    """Makes the JWT with which the app itself speaks (docs: "Generating a JSON Web Token").

    GitHub's clock is the one that counts. When ours is off and GitHub says so, :meth:`correct`
    takes the difference from its ``Date`` header.
    """

    def __init__(self, app_id: int, private_key: str, clock: Clock) -> None:
        self._issuer = str(app_id)
        self._key = load_private_key(private_key)
        self._clock = clock
        self._skew = timedelta()
        self._signed: Secret | None = None
        self._renew_at = float("-inf")

    def now(self) -> datetime:
        """GitHub's time, as far as it is known."""
        return self._clock.now() + self._skew

    def secret(self) -> Secret:
        """A JWT that works for at least two more minutes."""
        now = self._clock.monotonic()
        if self._signed is None or now >= self._renew_at:
            issued = self.now()
            claims = {
                "iat": int((issued - _BACKDATED).timestamp()),
                "exp": int((issued + _JWT_LIFE).timestamp()),
                "iss": self._issuer,
            }
            self._signed = Secret(jwt.encode(claims, self._key, algorithm="RS256"), is_jwt=True)
            self._renew_at = now + _JWT_USE.total_seconds()
        return self._signed

    def correct(self, server_time: datetime) -> None:
        """Reckon with GitHub's clock from now on, and sign anew."""
        self._skew = server_time - self._clock.now()
        self._signed = None


def read_token(answer: Any, now: datetime) -> InstallationToken:
    """Read GitHub's answer to a minting.

    The token's form is not ours to know (it was 40 characters, it is several hundred); only what
    could not stand in a header is refused. ``now`` is GitHub's time.

    Raises:
        RetryNow: there is no usable token in it.
    """
    fields = answer if isinstance(answer, dict) else {}
    value, expires = fields.get("token"), fields.get("expires_at")
    usable = (
        isinstance(value, str)
        and 0 < len(value) <= _LONGEST_TOKEN
        and value.isascii()
        and value.isprintable()
        and " " not in value
    )
    if not usable:
        raise RetryNow("GitHub's answer holds no usable token")
    life = (_moment(expires) or now + _TOKEN_LIFE) - now
    return InstallationToken(Secret(str(value)), min(life, _TOKEN_LIFE))


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def grantable(wanted: Mapping[str, str], granted: Any) -> dict[str, str]:
    """What of ``wanted`` an installation grants: a wanted write shrinks to a granted read."""
    levels = granted if isinstance(granted, dict) else {}
    found: dict[str, str] = {}
    for name, level in wanted.items():
        given = levels.get(name)
        if given in ("read", "write", "admin"):
            found[name] = "read" if "read" in (level, given) else level
    return found


@dataclass(frozen=True, slots=True)
class TokenKey:
    """What a token is good for."""

    installation: int
    repository: int
    permissions: tuple[tuple[str, str], ...]


Mint = Callable[[], Awaitable[InstallationToken]]


class TokenStore:
    """Tokens by what they are good for, each minted once however many ask at the same time."""

    def __init__(self, clock: Clock) -> None:
        self._tokens: TLRUCache[TokenKey, InstallationToken] = TLRUCache(
            maxsize=_MOST_TOKENS, ttu=self._use_until, timer=clock.monotonic
        )
        self._minting: dict[TokenKey, asyncio.Future[InstallationToken | GitHubFault | None]] = {}

    @staticmethod
    def _use_until(_key: TokenKey, token: InstallationToken, now: float) -> float:
        margin = min(_TOKEN_MARGIN, token.life / 2)
        return now + (token.life - margin).total_seconds()

    async def get(self, key: TokenKey, mint: Mint) -> InstallationToken:
        """The stored token, or a new one.

        While one caller mints, the others wait for its outcome, and share its fault. When that
        caller is cancelled, the next one takes over.
        """
        while True:
            if (token := self._tokens.get(key)) is not None:
                return token
            if (flight := self._minting.get(key)) is None:
                return await self._mint(key, mint)
            outcome = await asyncio.shield(flight)
            if isinstance(outcome, GitHubFault):
                raise outcome
            if outcome is not None:
                return outcome

    async def _mint(self, key: TokenKey, mint: Mint) -> InstallationToken:
        flight = asyncio.get_running_loop().create_future()
        self._minting[key] = flight
        outcome: InstallationToken | GitHubFault | None = None
        try:
            outcome = token = await mint()
            self._tokens[key] = token
            return token
        except GitHubFault as fault:
            outcome = fault
            raise
        finally:
            del self._minting[key]
            flight.set_result(outcome)

    def drop(self, key: TokenKey, secret: Secret) -> None:
        """Forget a token that GitHub no longer accepts; a newer one stays."""
        if (token := self._tokens.get(key)) is not None and token.secret == secret:
            del self._tokens[key]
