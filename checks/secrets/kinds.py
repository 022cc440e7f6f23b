"""The kinds of secrets that are known by themselves, each as what is to be told of it.

Keys of providers, private keys, tokens with claims, addresses and connection strings with a
password, headers of basic authentication, commands that log in.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator

from checks.clock import timed
from checks.events import TextEvent
from checks.model import Confidence, Role, Severity, Span, Surface
from checks.secrets import commands, special
from checks.secrets.decoding import Decoded
from checks.secrets.hosts import host_of, is_reserved_host
from checks.secrets.matching import Found, Scan, scan
from checks.secrets.naming import words_of
from checks.secrets.providers.clouds import AWS_KEY_ID
from checks.secrets.secret import Secret, described, loading

PRIVATE_KEY = "private-key"
"""The identity of all private keys but those of service accounts."""
_MADE_UP = ("dummy", "fake", "mock", "test", "example", "sample", "demo", "snakeoil", "self-signed",
            "selfsigned", "self_signed")  # fmt: skip
_TESTING = frozenset({"test", "tests", "testing", "unit", "unittest", "selftest", "fixtures",
                      "sample", "samples", "example", "examples", "demo", "demos", "doc", "docs",
                      "documentation"})  # fmt: skip

Place = Callable[[Span], Span | None]
"""Where a part of a decoded text stands in the file."""


def as_it_stands(span: Span) -> Span:
    """For a text that is the file itself."""
    return span


def issued(
    data: bytes, found: Iterable[Found], path: str, *, in_tests: bool, way: str = "",
    place: Place = as_it_stands,
) -> Iterator[Secret]:  # fmt: skip
    """Secrets of providers; an AWS key id counts with its secret only.

    Args:
        data: the text.
        found: what of it has a provider's shape.
        path: of the file.
        in_tests: whether the file runs in tests only.
        way: how they are written, when not as they are.
        place: where they stand in the file.
    """
    for one in found:
        provider = one.provider
        severity, surface, confidence = provider.severity, Surface.INLINE, provider.confidence
        what = provider.what
        if provider.id == AWS_KEY_ID:
            pair = special.secret_of_pair(data, one.span)
            if pair is None:
                if in_tests:
                    continue
                severity, surface, confidence = Severity.LOW, Surface.SUMMARY, Confidence.MEDIUM
                what = "the id of an access key, without its secret"
            else:
                what = "an access key with its secret"
        if provider.near:
            confidence = Confidence.MEDIUM
        if severity <= Severity.LOW or (provider.by_name and in_tests):
            # What opens nothing alone; and a value that may be made up in that shape.
            surface = Surface.SUMMARY
        span = place(one.span)
        if span is None:
            continue
        secret = data[one.span.start : one.span.end]
        written = f", {way}," if way else ""
        yield Secret(
            span,
            provider.id,
            secret.decode("latin-1"),
            f"{described(secret)}{written} is {what} of {provider.issuer}.",
            f"Revoke it at `{provider.revoke}`, then load the new one from {loading(path)}.",
            severity,
            confidence,
            surface,
        )


def blocks(
    event: TextEvent, data: bytes, places: list[int], way: str = "", place: Place = as_it_stands
) -> Iterator[Secret]:
    """Private keys: PEM of all labels, OpenSSH, OpenPGP, PuTTY."""
    role = event.role
    for_tests = role.is_test_code or role is Role.EXAMPLE or speaks_of_tests(event.path)
    for at, following in itertools.zip_longest(places, places[1:], fillvalue=len(data)):
        block = special.private_key(data, at, following) or special.putty_key(data, at, following)
        span = None if block is None else place(block.span)
        if block is None or span is None:
            continue
        service = b'"service_account"' in data[max(at - 1_500, 0) : at]
        severity, surface = Severity.CRITICAL, Surface.INLINE
        where = "the servers and services that trust it"
        written = f", {way}" if way else ""
        message = f"A private key stands here{written}: `{block.label}`."
        identity = PRIVATE_KEY
        if service:
            message = "The private key of a Google Cloud service account stands here."
            where = "https://console.cloud.google.com/iam-admin/serviceaccounts"
            identity = "google-service-account"
        elif for_tests:
            severity, surface = Severity.LOW, Surface.SUMMARY
        elif role is Role.GENERATED:
            severity, surface = Severity.MEDIUM, Surface.SUMMARY
        elif block.is_encrypted:
            severity = Severity.MEDIUM
            message = "A private key stands here, encrypted with a passphrase."
        yield Secret(
            span,
            identity,
            data[block.span.start : block.span.end].decode("latin-1"),
            message,
            f"Replace it at {where}, and load the new one from a secret store.",
            severity,
            surface=surface,
        )


def tokens(data: bytes, places: Iterable[int], role: Role, path: str) -> Iterator[Secret]:
    """JSON Web Tokens whose claims open something."""
    for at in places:
        token = special.web_token(data, at)
        if token is None or token.claims.get("role") == "anon":
            continue
        issuer = token.claims.get("iss")
        host = host_of(issuer) if isinstance(issuer, str) else None
        is_real = host is not None and not is_reserved_host(host)
        if role.is_test_code and not (is_real and token.header["alg"][:2] != "HS"):
            continue
        in_code = role is Role.PRODUCTION
        secret = data[token.span.start : token.span.end]
        yield Secret(
            token.span,
            "json-web-token",
            secret.decode("latin-1"),
            f"{described(secret)} is a JSON Web Token{_of(host)} with its signature.",
            f"End the session that it belongs to, and load tokens from {loading(path)}.",
            Severity.MEDIUM,
            Confidence.MEDIUM,
            Surface.INLINE if in_code else Surface.SUMMARY,
        )


def _of(issuer: str | None) -> str:
    return f" of `{issuer[:60]}`" if issuer else ""


def addresses(
    data: bytes, places: Iterable[int], role: Role, path: str, place: Place = as_it_stands
) -> Iterator[Secret]:
    """Addresses with a user and a password before the host."""
    for at in places:
        found = special.address(data, at, drawn=role is not Role.PRODUCTION)
        span = None if found is None else place(found.span)
        if found is None or span is None:
            continue
        yield _password(span, found, f"The address of `{found.host[:60]}`", role, path)


def connections(data: bytes, places: Iterable[int], role: Role, path: str) -> Iterator[Secret]:
    """Connection strings with a password: ``Server=…;User Id=…;Password=…;``, ``?password=…``."""
    for at in places:
        found = special.connection(data, at, drawn=role is not Role.PRODUCTION)
        if found is not None:
            what = f"The connection to `{found.host[:60]}`" if found.host else "A connection string"
            yield _password(found.span, found, what, role, path)


def headers(data: bytes, places: Iterable[int], role: Role, path: str) -> Iterator[Secret]:
    """``Authorization: Basic …`` with a user and a password in it."""
    for at in places:
        found = special.basic(data, at, drawn=role is not Role.PRODUCTION)
        if found is not None:
            yield _password(found.span, found, "A header of basic authentication", role, path)


def logins(data: bytes, places: Iterable[int], role: Role, path: str) -> Iterator[Secret]:
    """``curl -u user:password``, and what is like it."""
    for found in commands.logins(data, places, drawn=role is not Role.PRODUCTION):
        yield _password(found.span, found, "A command", role, path)


def _password(
    span: Span, found: special.Address, what: str, role: Role, path: str
) -> Secret:  # fmt: skip
    return Secret(
        span,
        f"address:{found.host}",
        found.password,
        f"{what} holds a password of {len(found.password)} characters.",
        f"Change the password, and load it from {loading(path)}.",
        Severity.HIGH,
        Confidence.MEDIUM,
        Surface.SUMMARY if role is Role.EXAMPLE else Surface.INLINE,
    )


def hidden(event: TextEvent, text: Decoded, expired: Callable[[], bool]) -> Iterator[Secret]:
    """The same kinds in a text that was decoded."""
    data = bytes(text.data)
    seen: Scan = scan(data, expired)
    role, place = event.role, text.origin
    yield from issued(
        data, seen.found, event.path, in_tests=role.is_test_code, way=text.way, place=place
    )
    yield from blocks(event, data, seen.blocks, text.way, place)
    yield from addresses(data, timed(seen.addresses, expired), role, event.path, place)


def speaks_of_tests(path: str) -> bool:
    """Whether a part of the path says that what stands there is made up: ``dummyserver/certs``."""
    return any(
        part.startswith(_MADE_UP) or not _TESTING.isdisjoint(words_of(part))
        for part in path.lower().split("/")
    )
