"""The checks on secrets that stand in a repository: in production, and in the data of tests."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checks.clock import timed
from checks.events import TextEvent
from checks.languages.paths import language_of
from checks.model import Aspect, Confidence, Role, Severity, Span, Surface
from checks.registry import TEST_ROLES, TEXT, check
from checks.report import MAX_FINDINGS, Report
from checks.secrets import assignments, generic, special
from checks.secrets.hosts import host_of, is_reserved_host
from checks.secrets.matching import Found, Scan, scan
from checks.secrets.naming import Kind, words_of
from checks.secrets.providers.clouds import AWS_KEY_ID

_MAX_TOLD = MAX_FINDINGS + 1
"""One more than a report takes, so that it says that there are more."""
_SHOWN = 4
"""Characters of a secret that a message may show."""
_MADE_UP = ("dummy", "fake", "mock", "test", "example", "sample", "demo", "snakeoil", "self-signed",
            "selfsigned", "self_signed")  # fmt: skip
_TESTING = frozenset({"test", "tests", "testing", "unit", "unittest", "selftest", "fixtures"})
_EVERY_LANGUAGE = frozenset({"python", "text"})
_REVOKE = "Revoke it at `{page}`, then load the new one from the environment or a secret store."
_HISTORY = "Removing the line is not enough: it stays in the history of the repository."


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret as it is told of. Nothing in it but ``span`` leads to the secret itself."""

    span: Span
    identity: str
    """What its fingerprint is made of: never the secret, nor anything computed from it."""
    message: str
    fix: str
    severity: Severity
    confidence: Confidence = Confidence.HIGH
    surface: Surface = Surface.INLINE
    why: str = _HISTORY


@check(
    id="hard-coded-secret",
    title="Secret in the code",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=frozenset({Role.PRODUCTION, Role.EXAMPLE, Role.GENERATED}),
    on=TEXT,
    languages=_EVERY_LANGUAGE,
    cwe=(798,),
    security=True,
)
def hard_coded_secret(event: TextEvent, report: Report) -> None:
    """A key, a token or a password stands in a file of the repository.

    Keys of known providers are looked for in every text file by their published shapes and
    checksums; passwords and keys of one's own by the name of what they are given to. Placeholders,
    documented examples, hashes, templates and values that are read from elsewhere are clean.

    Why:
        Everyone who can read the repository, now or later, can use it, and removing the line
        leaves it in the history. It has to be revoked where it was issued.
    Bad:
        import smtplib

        def mailer():
            server = smtplib.SMTP_SSL("smtp.acme.io")
            server.login("letters", password="Tr4vel!Lamp77")
            return server
    Bad:
        SECRET_KEY = "k9sdf8gh2lk4jh5g6d7f8s9a0qwe"
    Bad:
        DATABASE = "postgresql://library:Ux7pQm2vRk9Lw3Zt@db.acme.io/library"
    Good:
        import os

        MAIL_PASSWORD = os.environ["MAIL_PASSWORD"]
    Good:
        TOKEN_URL = "https://login.acme.io/oauth2/token"
        PASSWORD_FIELD = "password1"
        API_KEY = "your-api-key"
    Good:
        DATABASE = "postgresql://postgres:postgres@localhost/library"
    Suppress:
        Where the value is public by design, as the key of a map on a web page: say so in the
        reason.
    """
    for secret in itertools.islice(_in_production(event, report), _MAX_TOLD):
        _tell(secret, report)


@check(
    id="real-secret-in-test-data",
    title="Live-looking secret in a test or fixture",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=TEXT,
    languages=_EVERY_LANGUAGE,
    cwe=(798,),
    security=True,
)
def real_secret_in_test_data(event: TextEvent, report: Report) -> None:
    """A test holds a value that a provider could have issued.

    Made-up passwords are clean, and so are keys of test modes, documented examples, and private
    keys that a test makes for its own server: those are a note in the summary.

    Why:
        Tests are written by trying things out, and the key they were tried with stays behind.
    Bad:
        # file: tests/test_database.py
        URL = "mysql://reports:Ux7pQm2vRk9Lw3Zt@db.acme.io/reports"
    Good:
        # file: tests/test_login.py
        PASSWORD = "s3cr3t-Passw0rd"
        CREDENTIALS = {"user": "reader", "password": "correct-horse-battery-staple"}
    Good:
        # file: tests/test_client.py
        URL = "https://user:secret@example.com/"
    Suppress:
        Where the value was revoked, or never issued: say which in the reason.
    """
    for secret in itertools.islice(_in_tests(event, report), _MAX_TOLD):
        _tell(secret, report)


def _tell(secret: Secret, report: Report) -> None:
    report(
        at=secret.span,
        message=secret.message,
        why=secret.why,
        fix=secret.fix,
        severity=secret.severity,
        confidence=secret.confidence,
        surface=secret.surface,
        identity=secret.identity,
    )


def _in_production(event: TextEvent, report: Report) -> Iterator[Secret]:
    data, role = event.source.data, report.role
    seen = scan(data, report.expired)
    kinds = [
        _issued(data, seen.found, in_tests=False),
        _blocks(event, seen),
        _tokens(data, timed(seen.tokens, report.expired), role),
        _addresses(data, timed(seen.addresses, report.expired), role),
    ]
    if role is Role.PRODUCTION:
        kinds.append(_named(event, seen, report))
    return _apart(itertools.chain.from_iterable(kinds))


def _in_tests(event: TextEvent, report: Report) -> Iterator[Secret]:
    data = event.source.data
    seen = scan(data, report.expired)
    return _apart(
        itertools.chain(
            _issued(data, seen.found, in_tests=True),
            _first_note(_blocks(event, seen)),
            _tokens(data, timed(seen.tokens, report.expired), report.role),
            _addresses(data, timed(seen.addresses, report.expired), report.role),
        )
    )


def _first_note(secrets: Iterable[Secret]) -> Iterator[Secret]:
    """All that is grave, and of the rest the first: one key of a test is as good as ten."""
    told = False
    for secret in secrets:
        if secret.severity > Severity.LOW or not told:
            told = told or secret.severity <= Severity.LOW
            yield secret


def _apart(secrets: Iterable[Secret]) -> Iterator[Secret]:
    """Of two that share bytes the first: what is known best comes first."""
    starts: list[int] = []
    taken: list[Span] = []
    for secret in secrets:
        at = bisect.bisect(starts, secret.span.start)
        before, after = taken[at - 1 : at], taken[at : at + 1]
        if any(one.end > secret.span.start for one in before) or any(
            one.start < secret.span.end for one in after
        ):
            continue
        starts.insert(at, secret.span.start)
        taken.insert(at, secret.span)
        yield secret


def _issued(data: bytes, found: Iterable[Found], *, in_tests: bool) -> Iterator[Secret]:
    """Secrets of providers; an AWS key id counts with its secret only."""
    for one in found:
        provider, span = one.provider, one.span
        severity, surface = provider.severity, Surface.INLINE
        confidence = Confidence.HIGH
        what = provider.what
        if provider.id == AWS_KEY_ID:
            pair = special.secret_of_pair(data, span)
            if pair is None:
                if in_tests:
                    continue
                severity, surface, confidence = Severity.LOW, Surface.SUMMARY, Confidence.MEDIUM
                what = "the id of an access key, without its secret"
            else:
                what = "an access key with its secret"
        if provider.near:
            confidence = Confidence.MEDIUM
        yield Secret(
            span,
            provider.id,
            f"{_described(data, span)} is {what} of {provider.issuer}.",
            _REVOKE.format(page=provider.revoke),
            severity,
            confidence,
            surface,
        )


def _blocks(event: TextEvent, seen: Scan) -> Iterator[Secret]:
    data, role = event.source.data, event.role
    for_tests = role.is_test_code or role is Role.EXAMPLE or _speaks_of_tests(event.path)
    for at, following in itertools.zip_longest(seen.blocks, seen.blocks[1:], fillvalue=len(data)):
        block = special.private_key(data, at, following)
        if block is None:
            continue
        service = b'"service_account"' in data[max(at - 1_500, 0) : at]
        severity, surface = Severity.CRITICAL, Surface.INLINE
        page = "the servers and services that trust it"
        message = f"A private key stands here: `{block.label}`."
        identity = "private-key"
        if service:
            message = "The private key of a Google Cloud service account stands here."
            page = "https://console.cloud.google.com/iam-admin/serviceaccounts"
            identity = "google-service-account"
        elif for_tests:
            severity, surface = Severity.LOW, Surface.SUMMARY
        elif role is Role.GENERATED:
            severity, surface = Severity.MEDIUM, Surface.SUMMARY
        elif block.is_encrypted:
            severity = Severity.MEDIUM
            message = "A private key stands here, encrypted with a passphrase."
        yield Secret(
            block.span,
            identity,
            message,
            f"Replace it at {page}, and load the new one from a secret store.",
            severity,
            surface=surface,
        )


def _tokens(data: bytes, places: Iterable[int], role: Role) -> Iterator[Secret]:
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
        yield Secret(
            token.span,
            "json-web-token",
            f"{_described(data, token.span)} is a JSON Web Token with its signature.",
            "End the session that it belongs to, and load tokens from the environment.",
            Severity.MEDIUM,
            Confidence.MEDIUM,
            Surface.INLINE if in_code else Surface.SUMMARY,
        )


def _addresses(data: bytes, places: Iterable[int], role: Role) -> Iterator[Secret]:
    for at in places:
        found = special.address(data, at, drawn=role is not Role.PRODUCTION)
        if found is None:
            continue
        yield Secret(
            found.span,
            f"address:{found.host}",
            f"The address of `{found.host[:60]}` holds a password of {len(found.password)} "
            "characters.",
            "Change the password, and load the address from the environment or a secret store.",
            Severity.HIGH,
            Confidence.MEDIUM,
            Surface.SUMMARY if role is Role.EXAMPLE else Surface.INLINE,
        )


def _named(event: TextEvent, seen: Scan, report: Report) -> Iterator[Secret]:
    """Passwords and keys of one's own, known by what they are given to."""
    data = event.source.data
    if event.module is not None:
        literals = assignments.in_python(event.module) if seen.names else iter(())
    else:
        language = language_of(event.path, data[:256])
        literals = assignments.in_text(
            data, event.path, language, timed(seen.names, report.expired)
        )
    for literal in timed(literals, report.expired):
        judgement = generic.judge(literal.name, literal.value)
        if judgement is None:
            continue
        what = "password" if judgement.kind is Kind.PASSWORD else "secret"
        yield Secret(
            literal.span,
            f"named:{literal.name}",
            f"`{literal.name[:60]}` is given a {what} of {len(judgement.secret)} characters that "
            "stands in the code.",
            "Change it, and read the new one from the environment or a secret store.",
            Severity.HIGH,
            judgement.confidence,
        )


def _speaks_of_tests(path: str) -> bool:
    """Whether a part of the path says that what stands there is made up: ``dummyserver/certs``."""
    return any(
        part.startswith(_MADE_UP) or not _TESTING.isdisjoint(words_of(part))
        for part in path.lower().split("/")
    )


def _described(data: bytes, span: Span) -> str:
    """A secret as far as it may be shown: how it begins, and how long it is."""
    start = data[span.start : span.start + _SHOWN].decode("latin-1")
    shown = "".join(one for one in start if one.isalnum() or one in "_-.:")
    return f"`{shown}…` ({span.end - span.start} characters)"
