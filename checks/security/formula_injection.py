"""The check ``formula-injection``: cells of a table that a spreadsheet runs."""

from __future__ import annotations

from checks.events import Flow
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell


@check(
    id="formula-injection",
    title="Cell of a table begins with what a request sends",
    aspect=Aspect.INPUT,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=PRODUCTION_ROLES,
    on=flows("csv"),
    cwe=(1236,),
    security=True,
)
def formula_injection(flow: Flow, report: Report) -> None:
    """Untrusted text is the beginning of a cell in a CSV file or a sheet.

    Cells that begin with a fixed text, such as a quote, are clean.

    Why:
        Excel, LibreOffice and Google Sheets run a cell that begins with `=`, `+`, `-` or `@`: it
        sends other cells away, or asks whoever opens the file to start a program.
    Bad:
        import csv
        import io
        from flask import Flask, Response, request

        app = Flask(__name__)

        @app.post("/export")
        def export():
            buffer = io.StringIO()
            csv.writer(buffer).writerow([request.form["name"], 1])
            return Response(buffer.getvalue(), mimetype="text/csv")
    Good:
        import csv
        import io
        from flask import Flask, Response, request

        app = Flask(__name__)

        @app.post("/export")
        def export():
            buffer = io.StringIO()
            csv.writer(buffer).writerow(["'" + request.form["name"], 1])
            return Response(buffer.getvalue(), mimetype="text/csv")
    Suppress:
        Where programs read the file, and no spreadsheet.
    """
    if flow.origin == "queued":
        return
    tell(
        flow,
        report,
        how=" as the beginning of a cell",
        why="A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@`.",
        fix="Put a single quote before cells that begin with one of these signs.",
        severity=Severity.LOW,
    )
