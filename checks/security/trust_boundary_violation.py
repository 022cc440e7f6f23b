"""The check ``trust-boundary-violation``: untrusted data in a session."""

from __future__ import annotations

from checks.events import Flow
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell


@check(
    id="trust-boundary-violation",
    title="Session holds what a request sends",
    aspect=Aspect.INPUT,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    surface=Surface.SUMMARY,
    roles=PRODUCTION_ROLES,
    on=flows("session"),
    cwe=(501,),
    security=True,
)
def trust_boundary_violation(flow: Flow, report: Report) -> None:
    """Untrusted data is put into the session as it came.

    Values that were tested or converted are clean.

    Why:
        Code that reads a session takes what is in it for checked: data that was put there unchecked
        is believed everywhere else.
    Bad:
        from flask import Flask, request, session

        app = Flask(__name__)

        @app.post("/role")
        def role():
            session["role"] = request.form["role"]
            return ""
    Good:
        from flask import Flask, abort, request, session

        app = Flask(__name__)

        @app.post("/role")
        def role():
            role = request.form["role"]
            if role not in ("reader", "writer"):
                abort(400)
            session["role"] = role
            return ""
    Suppress:
        Where every reader treats the value as untrusted: say so in the reason.
    """
    tell(
        flow,
        report,
        how=", which is believed later",
        why="What is in a session is taken for checked by the code that reads it.",
        fix="Test the value before it is put into the session.",
        severity=Severity.LOW,
    )
