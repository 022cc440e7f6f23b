"""The check ``unlimited-amount``: memory, time and work by a number that a request holds."""

from __future__ import annotations

from checks.events import Flow
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell

_WHY = {
    "memory": "One request with a large number takes all memory, and every other one fails.",
    "time": "A few requests with a large number keep every worker waiting.",
    "workers": "One request with a large number starts more threads or processes than there is "
    "room for.",
    "rounds": "One request with a large number keeps a worker busy for as long as it likes.",
}


@check(
    id="unlimited-amount",
    title="Request says how much memory or time it takes",
    aspect=Aspect.INPUT,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    roles=PRODUCTION_ROLES,
    on=flows("amount"),
    cwe=(400, 770, 789),
    security=True,
)
def unlimited_amount(flow: Flow, report: Report) -> None:
    """A number from a request says how long a text is, how long to wait, how many threads to start.

    Numbers that were compared with a limit, `min(n, LIMIT)`, and parameters whose declaration has a
    limit (`Query(le=100)`) are clean. What a `range` is told is a line of the summary: how dear a
    round is cannot be seen.

    Why:
        The number costs its sender nothing, and the server gigabytes or minutes: a handful of such
        requests stop it for everybody.
    Bad:
        from flask import Flask, request

        app = Flask(__name__)

        @app.get("/pad")
        def pad():
            return {"text": "x" * int(request.args["length"])}
    Bad:
        import time
        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/slow")
        def slow(seconds: float):
            time.sleep(seconds)
            return {}
    Good:
        from flask import Flask, abort, request

        app = Flask(__name__)

        @app.get("/pad")
        def pad():
            length = int(request.args["length"])
            if length > 1000:
                abort(400)
            return {"text": "x" * length}
    Good:
        import time
        from fastapi import FastAPI, Query

        app = FastAPI()

        @app.get("/slow")
        def slow(seconds: float = Query(ge=0, le=5)):
            time.sleep(seconds)
            return {}
    Good:
        from flask import Flask, request

        app = Flask(__name__)

        @app.get("/pages")
        def pages():
            count = min(int(request.args.get("count", 10)), 100)
            return {"pages": [str(n) for n in range(count)]}
    Suppress:
        Where something before the application limits the number: say what.
    """
    rounds = flow.label == "rounds"
    tell(
        flow,
        report,
        how=", and nothing limits it",
        why=_WHY[flow.label],
        fix="Compare it with a limit first, or take the smaller of both with `min`.",
        severity=Severity.LOW if rounds else Severity.MEDIUM,
        surface=Surface.SUMMARY if rounds else None,
    )
