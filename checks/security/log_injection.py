"""The check ``log-injection``: line ends from outside in a log."""

from __future__ import annotations

from checks.events import Flow
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell


@check(
    id="log-injection",
    title="Log takes line ends from a request",
    aspect=Aspect.LOGGING,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=PRODUCTION_ROLES,
    on=flows("log"),
    cwe=(117,),
    security=True,
    once_a_file=True,
)
def log_injection(flow: Flow, report: Report) -> None:
    """Untrusted text is written to a log with its line ends.

    What is written with `%r` or `!r`, as a number, as JSON or by a structured log is clean. The
    first place in a file is told of: how logs are formatted is decided in one place as a rule.

    Why:
        A line end in the text begins a line that looks like one of the program's own: an attacker
        writes entries of logins that never were, and hides those that were.
    Bad:
        import logging
        from flask import Flask, request

        app = Flask(__name__)
        logger = logging.getLogger(__name__)

        @app.post("/login")
        def login():
            logger.warning("login of %s failed", request.form["name"])
            return "", 401
    Good:
        import logging
        from flask import Flask, request

        app = Flask(__name__)
        logger = logging.getLogger(__name__)

        @app.post("/login")
        def login():
            logger.warning("login of %r failed", request.form["name"])
            return "", 401
    Good:
        import structlog
        from flask import Flask, request

        app = Flask(__name__)
        logger = structlog.get_logger()

        @app.post("/login")
        def login():
            logger.warning("login failed", name=request.form["name"])
            return "", 401
    Suppress:
        Where the formatter of the log escapes line ends, or writes JSON.
    """
    # A value that a function handed on which is not known may have lost its line ends there.
    if flow.confidence is not Confidence.HIGH or flow.origin == "queued":
        return
    tell(
        flow,
        report,
        how=" with its line ends",
        why="A line end in it begins an entry that looks like one of the program's own.",
        fix="Write it with `%r`, or as a field of a structured log.",
        severity=Severity.LOW,
    )
