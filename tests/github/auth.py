"""Who calls: app JWTs and installation tokens, with every rule that GitHub checks on them."""

from __future__ import annotations

import base64
import math
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeGuard

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.github.rules import refuse
from tests.github.state import App, Installation, Token

if TYPE_CHECKING:
    from tests.github.repository import Repository
    from tests.github.standin import StandIn

JWT_SECONDS = 600
TOKEN_LIFE = timedelta(hours=1)
_KEYS: list[tuple[str, str]] = []


def key_pair(index: int) -> tuple[str, str]:
    """The private and public key (PEM) of the n-th app of this process; making one is slow."""
    while len(_KEYS) <= index:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        _KEYS.append((private.decode(), public.decode()))
    return _KEYS[index]


def credential(headers: Mapping[str, str]) -> str | None:
    """The bearer token of a request, None without one."""
    scheme, _, text = headers.get("authorization", "").partition(" ")
    return text.strip() if scheme.lower() in ("bearer", "token") and text.strip() else None


def looks_like_jwt(text: str) -> bool:
    """Whether a credential is a JWT and not an installation token."""
    return text.count(".") == 2 and not text.startswith("ghs_")


def check_jwt(standin: StandIn, text: str) -> App:
    """The app that a JWT proves, by GitHub's rules for ``alg``, ``iss``, ``iat`` and ``exp``."""
    try:
        header = jwt.get_unverified_header(text)
        claims: dict[str, Any] = jwt.decode(text, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise refuse("jwt-signature") from None
    issuer = claims.get("iss")
    app = next(
        (
            one
            for one in standin.apps
            if isinstance(issuer, str) and issuer in (str(one.id), one.client_id)
        ),
        None,
    )
    if app is None or header.get("alg") != "RS256":
        raise refuse("jwt-signature")
    try:
        jwt.decode(
            text,
            app.public_key_pem,
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
    except jwt.PyJWTError:
        raise refuse("jwt-signature") from None
    _check_times(claims, standin.clock())
    return app


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    seconds = now.timestamp()
    expires, issued = claims.get("exp"), claims.get("iat")
    if not _is_number(issued) or issued > seconds:
        raise refuse("jwt-iat-future")
    if not _is_number(expires) or expires <= seconds:
        raise refuse("jwt-exp-past")
    # Exactly ten minutes already fails (github/docs#36558).
    if expires - seconds >= JWT_SECONDS:
        raise refuse("jwt-exp-max")


def _is_number(value: Any) -> TypeGuard[float]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) or math.isfinite(value)


def check_token(standin: StandIn, text: str) -> Token:
    """The installation token behind a credential; dead ones are refused."""
    token = standin.tokens.get(text)
    if token is None or token.revoked:
        raise refuse("bad-credentials")
    if token.expires_at <= standin.clock():
        raise refuse("token-expiry")
    if token.installation.suspended:
        raise refuse("suspended")
    if token.installation not in standin.installations:
        raise refuse("bad-credentials")
    return token


def mint(
    standin: StandIn,
    installation: Installation,
    permissions: dict[str, str],
    repositories: list[Repository] | None,
) -> Token:
    """A new installation token in the long form that GitHub gives since April 2026."""
    text = f"ghs_{installation.app.id}_{_segment(36)}.{_segment(270)}.{_segment(64)}"
    token = Token(text, installation, permissions, repositories, standin.clock() + TOKEN_LIFE)
    standin.tokens[text] = token
    return token


def _segment(size: int) -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(size)).decode().rstrip("=")


def masked(authorization: str) -> str:
    """An Authorization header fit for a log."""
    scheme, _, text = authorization.partition(" ")
    return f"{scheme} {text[:4]}…({len(text)})" if text else scheme[:4]
