"""Values for the tests of the report, the plan and the words: a small review, and its parts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.review.model import FileDiff, FileStatus, Hunk, Pull, Snapshot, Unread
from bot.review.words.place import Voice
from checks import registry
from checks.model import (
    Aspect,
    ChangedFile,
    Confidence,
    Evidence,
    FileReport,
    Finding,
    Lines,
    Region,
    Role,
    RoleDecision,
    Settings,
    Severity,
    Span,
    Step,
    Suggestion,
    Suppressed,
    Surface,
)
from checks.registry import Check

HEAD = "0f3c9a1d5e7b24680f3c9a1d5e7b24680f3c9a1d"


def _do_nothing(event: Any, report: Any) -> None:
    """A check of the tests, that never runs."""


def check(
    check_id: str, title: str, *, security: bool = False, module: str = "checks.hygiene.x"
) -> Check:
    def run(event: Any, report: Any) -> None:
        _do_nothing(event, report)

    run.__module__ = module
    run.__doc__ = f"{title}.\n\nWhy:\n    Because.\nBad:\n    bad()\nGood:\n    good()\n"
    return Check(
        id=check_id,
        title=title,
        aspect=Aspect.INPUT,
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        surface=Surface.INLINE,
        cwe=(89,) if security else (),
        languages=frozenset({"python"}),
        roles=registry.ALL_ROLES,
        on=(registry.MODULE,),
        run=run,
        security=security,
    )


CATALOGUE = {
    one.id: one
    for one in (
        check("sql-injection", "SQL built from input", security=True),
        check("provider-secret", "Hard-coded secret", security=True, module="checks.secrets.p"),
        check("sleep-in-test", "Fixed sleep used as synchronisation"),
        check("patcher-not-stopped", "Patcher that is never stopped"),
        check("swallowed-exception", "Exception swallowed"),
        check("bounded-poll", "Bounded polling loop"),
    )
}

VOICE = Voice(
    version="0.1.0",
    catalogue=CATALOGUE,
    docs_url="https://github.com/assay-review/assay/blob/main/docs/checks",
)


def finding(**changes: Any) -> Finding:
    """A grave and certain finding on lines 12 to 13 of ``app/orders.py``."""
    made = Finding(
        check="sql-injection",
        aspect=Aspect.INPUT,
        path="app/orders.py",
        span=Span(300, 380),
        region=Region(12, 5, 13, 30),
        message="The `status` argument of the request reaches `cursor.execute` inside the SQL text",
        why="Anyone who may open the page can read or change every table of this database",
        fix="Pass it as a parameter: `execute(sql, (status,))`",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        surface=Surface.INLINE,
        scope="list_orders",
        fingerprint="a1b2c3d4e5f60718",
    )
    return replace(made, **changes)


def diff(path: str, *hunks: tuple[int, int], **changes: Any) -> FileDiff:
    """A modified file with hunks over these head lines."""
    made = FileDiff(
        path=path,
        old_path=None,
        status=FileStatus.MODIFIED,
        hunks=tuple(Hunk(Lines(*one), Lines(*one)) for one in hunks),
        added=tuple(Lines(*one) for one in hunks),
    )
    return replace(made, **changes)


PULL = Pull(
    number=7,
    title="List orders by status",
    author="octocat",
    draft=False,
    open=True,
    head_sha=HEAD,
    base_sha="b" * 40,
    base_ref="main",
    merge_base_sha="b" * 40,
    changed_files=4,
    from_fork=False,
    html_url="https://github.com/octo/shop/pull/7",
)


def report(
    path: str, role: Role = Role.PRODUCTION, reason: str = "its path", **changes: Any
) -> FileReport:
    return replace(FileReport(path, RoleDecision(role, reason), "python"), **changes)


TRACE = (
    Step("app/web.py", Region(31, 14, 31, 40), "`request.args` comes from the client"),
    Step("app/web.py", Region(33, 5, 33, 40), "passed to `list_orders`"),
    Step("app/orders.py", Region(11, 5, 11, 60), "formatted into `sql`"),
    Step("app/orders.py", Region(12, 5, 13, 30), "run by `cursor.execute`"),
)

SQL = finding(
    trace=TRACE,
    suggestion=Suggestion(Lines(12, 13), "    cursor.execute(sql, (status,))"),
)
SECRET = finding(
    check="provider-secret",
    aspect=Aspect.CREDENTIALS,
    path="app/settings.py",
    region=Region(4, 11, 4, 60),
    message="A live Stripe secret key (`sk_l••••••••`) stands in the code",
    why="Whoever can read the repository can charge cards with it",
    fix="Revoke it in Stripe, then read it from the environment",
    severity=Severity.CRITICAL,
    fingerprint="5ec2e7000000aaaa",
)
SLEEP = finding(
    check="sleep-in-test",
    aspect=Aspect.TIME,
    path="tests/test_orders.py",
    region=Region(40, 9, 40, 22),
    message="`time.sleep(5)` waits for the job instead of asking whether it is done",
    why="The test takes five seconds on a fast machine and fails on a slow one",
    fix="Poll with a bound: the class has `wait_for`",
    severity=Severity.MEDIUM,
    fingerprint="77aa77aa77aa77aa",
)
POLL = finding(
    check="bounded-poll",
    aspect=Aspect.TIME,
    path="tests/test_orders.py",
    region=Region(51, 5, 57, 22),
    message="Bounded polling, 50 × 0.1 s = 5 s at most",
    why="A loaded machine may need more",
    fix="",
    severity=Severity.INFO,
    surface=Surface.SUMMARY,
    fingerprint="b0b0b0b0b0b0b0b0",
)

PATCHED = Evidence(Aspect.MOCKS, Lines(11, 11), "patcher", "patchers", "stopped by addCleanup")


REPORTS = (
    report("app/orders.py", findings=(SQL,), preexisting=2),
    report("app/settings.py", findings=(SECRET,)),
    report(
        "tests/test_orders.py",
        Role.TEST,
        findings=(SLEEP, POLL),
        evidence=(
            PATCHED,
            replace(PATCHED, lines=Lines(12, 12)),
            replace(PATCHED, lines=Lines(18, 24)),
            Evidence(Aspect.MOCKS, Lines(73, 87), "fake connection", "fake connections"),
            Evidence(Aspect.ERRORS, Lines(44, 48), "assertion", "assertions", "with a message"),
            Evidence(Aspect.ERRORS, Lines(60, 60), "assertion", "assertions", "with a message"),
            Evidence(Aspect.LOGGING, Lines(30, 30), "log call", "log calls", "formatted lazily"),
            Evidence(
                Aspect.TEST_DATA, Lines(5, 9), "", "", detail="made-up uuids of repeated digits"
            ),
        ),
        suppressed=(
            Suppressed("swallowed-exception", Lines(66, 66), "the peer may be gone", True),
        ),
        limits=("lines 90-120 could not be parsed",),
    ),
    report("web/bundle.min.js", Role.GENERATED, "minified", not_analysed="larger than 1 MB"),
)

SNAPSHOT = Snapshot(
    pull=PULL,
    diffs=(
        diff("app/orders.py", (8, 20)),
        diff("app/settings.py", (1, 9)),
        diff("tests/test_orders.py", (1, 30), (36, 60)),
        diff("web/bundle.min.js"),
    ),
    files=tuple(ChangedFile(one.path, b"") for one in REPORTS),
    unread=(Unread("assets/logo.png", "binary"),),
    settings=Settings(),
    settings_source="`.github/assay.yml` on `main`",
)
