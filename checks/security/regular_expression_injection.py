"""The check ``regular-expression-injection``: a regular expression made from data."""

from __future__ import annotations

from checks.events import Flow
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell


@check(
    id="regular-expression-injection",
    title="Pattern is made from data",
    aspect=Aspect.INPUT,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=flows("regex"),
    cwe=(1333,),
    security=True,
)
def regular_expression_injection(flow: Flow, report: Report) -> None:
    """Untrusted data becomes a regular expression.

    `re.escape` makes it clean.

    Why:
        A pattern such as `(a+)+$` takes longer than anybody waits: one request keeps one worker
        busy until it is killed.
    Bad:
        import re
        from flask import Flask, request

        app = Flask(__name__)
        TEXT = "a text"

        @app.get("/search")
        def search():
            return {"found": bool(re.search(request.args["pattern"], TEXT))}
    Good:
        import re
        from flask import Flask, request

        app = Flask(__name__)
        TEXT = "a text"

        @app.get("/search")
        def search():
            return {"found": bool(re.search(re.escape(request.args["word"]), TEXT))}
    Suppress:
        Where a limit of time holds for the match: say so in the reason.
    """
    tell(
        flow,
        report,
        how=" as a pattern",
        why="A pattern can be made to run for longer than anybody waits.",
        fix="Escape the value with `re.escape`, or use an engine that is linear (RE2).",
        severity=Severity.MEDIUM,
    )
