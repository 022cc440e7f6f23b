"""The checks on secrets that stand in a repository: in production, and in the data of tests."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Iterator

from checks.clock import timed
from checks.events import TextEvent
from checks.languages.paths import language_of
from checks.model import Aspect, Confidence, Role, Severity, Span, Surface
from checks.registry import TEST_ROLES, TEXT, check
from checks.report import MAX_FINDINGS, Report
from checks.secrets import assignments, decoding, formats, generic, kinds, own
from checks.secrets.matching import Scan, scan
from checks.secrets.naming import Kind
from checks.secrets.secret import Secret, loading

_MAX_TOLD = MAX_FINDINGS + 1
"""One more than a report takes, so that it says that there are more."""
_COMMENTS = (b"#", b"//", b";", b"--", b"*", b"<!--")
_MAX_INDENT = 400
_EVERY_LANGUAGE = frozenset({"python", "text"})


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
    _tell(_in_production(event, report), report)


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
    _tell(_in_tests(event, report), report)


def _tell(secrets: Iterable[Secret], report: Report) -> None:
    allowed = report.settings.test_data
    real = (one for one in secrets if not own.is_test_data(one.value, allowed))
    for secret in itertools.islice(real, _MAX_TOLD):
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
    seen = scan(event.source.data, report.expired)
    found = [*_known(event, report, seen)]
    if report.role is Role.PRODUCTION:
        found.append(_named(event, seen, report))
    return _apart(itertools.chain.from_iterable(found))


def _in_tests(event: TextEvent, report: Report) -> Iterator[Secret]:
    seen = scan(event.source.data, report.expired)
    return _apart(_first_note(itertools.chain.from_iterable(_known(event, report, seen))))


def _known(event: TextEvent, report: Report, seen: Scan) -> Iterator[Iterable[Secret]]:
    """All kinds that are known by themselves; what is known best comes first."""
    data, role, path, expired = event.source.data, report.role, event.path, report.expired
    yield own.found(data, report.settings.secret_patterns, path, expired)
    yield kinds.issued(data, seen.found, path, in_tests=role.is_test_code)
    yield kinds.blocks(event, data, seen.blocks)
    yield kinds.tokens(data, timed(seen.tokens, expired), role, path)
    yield kinds.addresses(data, timed(seen.addresses, expired), role, path)
    yield kinds.connections(data, timed(seen.parameters, expired), role, path)
    yield kinds.headers(data, timed(seen.headers, expired), role, path)
    yield kinds.logins(data, timed(seen.commands, expired), role, path)
    for text in decoding.decoded(data, expired):
        yield kinds.hidden(event, text, expired)


def _first_note(secrets: Iterable[Secret]) -> Iterator[Secret]:
    """All of them, but of the keys that are notes the first: one of a test is as good as ten."""
    told = False
    for secret in secrets:
        is_note = secret.identity == kinds.PRIVATE_KEY and secret.severity <= Severity.LOW
        if not (is_note and told):
            yield secret
        told = told or is_note


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


def _named(event: TextEvent, seen: Scan, report: Report) -> Iterator[Secret]:
    """Passwords and keys of one's own, known by what they are given to."""
    data, path = event.source.data, event.path
    if event.module is not None:
        said = seen.names or assignments.may_log_in(data)
        literals = assignments.in_python(event.module, generic.tells) if said else iter(())
    elif kinds.speaks_of_tests(path):
        return
    else:
        language = language_of(path, data[:256])
        literals = formats.literals(data, path, language, timed(seen.names, report.expired))
    for literal in timed(literals, report.expired):
        judgement = generic.judge(
            literal.name,
            literal.value,
            in_code=event.module is not None,
            beside_user=literal.beside_user,
        )
        if judgement is None:
            continue
        what = "password" if judgement.kind is Kind.PASSWORD else "secret"
        written = f", {literal.way}," if literal.way else ""
        idle = _is_comment(data, literal.span.start)
        yield Secret(
            literal.span,
            f"named:{literal.name}",
            judgement.secret,
            f"`{literal.name[:60]}` is given a {what} of {len(judgement.secret)} characters"
            f"{written} that stands in the code.",
            f"Change it, and read the new one from {loading(path)}.",
            Severity.MEDIUM if idle else Severity.HIGH,
            judgement.confidence,
            Surface.SUMMARY if idle else Surface.INLINE,
        )


def _is_comment(data: bytes, at: int) -> bool:
    """Whether the line at ``at`` is a comment: a setting that is switched off, often an example."""
    start = max(data.rfind(b"\n", max(at - _MAX_INDENT, 0), at) + 1, at - _MAX_INDENT, 0)
    return data[start:at].lstrip().startswith(_COMMENTS)
