"""The check ``unsafe-import``: an import whose module untrusted data names."""

from __future__ import annotations

from checks.events import Flow
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell


@check(
    id="unsafe-import",
    title="Module is chosen by a request",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=flows("import"),
    cwe=(470,),
    security=True,
)
def unsafe_import(flow: Flow, report: Report) -> None:
    """The name of a module that is imported or run comes from untrusted data.

    Names that were looked up in a table or tested against a list are clean.

    Why:
        Importing runs the module's code: whoever names it decides what runs, and with an uploaded
        file runs code of their own.
    Bad:
        import importlib
        from flask import Flask, request

        app = Flask(__name__)

        @app.get("/export")
        def export():
            return importlib.import_module(request.args["format"]).export()
    Good:
        import importlib
        from flask import Flask, abort, request

        app = Flask(__name__)
        FORMATS = {"csv": "app.export_csv", "json": "app.export_json"}

        @app.get("/export")
        def export():
            name = FORMATS.get(request.args["format"])
            if name is None:
                abort(400)
            return importlib.import_module(name).export()
    Suppress:
        Where only administrators can send the request: say so in the reason.
    """
    tell(
        flow,
        report,
        how=" as a module's name",
        why="Importing a module runs its code.",
        fix="Look the module up in a table of those that are allowed.",
    )
