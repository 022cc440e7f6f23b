"""The check ``path-traversal``: a path that a request decides."""

from __future__ import annotations

from checks.events import Flow
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell


@check(
    id="path-traversal",
    title="File is chosen by a request",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=flows("path"),
    cwe=(22,),
    security=True,
)
def path_traversal(flow: Flow, report: Report) -> None:
    """A path that holds untrusted data is opened, served, moved or deleted.

    Names that were reduced to their last part, tested against a list, or resolved and found to lie
    in a directory are clean.

    Why:
        `../../etc/passwd`, or an absolute path, leaves the directory that was meant, and whoever
        sends it reads, writes or deletes what the application can.
    Bad:
        import os
        from flask import Flask, request

        app = Flask(__name__)

        @app.get("/report")
        def report():
            return open(os.path.join("/srv/reports", request.args["name"])).read()
    Bad:
        from pathlib import Path
        from fastapi import FastAPI
        from fastapi.responses import FileResponse

        app = FastAPI()

        @app.get("/files/{name:path}")
        def download(name: str):
            return FileResponse(Path("/srv/files") / name)
    Good:
        from flask import Flask, send_from_directory

        app = Flask(__name__)

        @app.get("/report/<name>")
        def report(name):
            return send_from_directory("/srv/reports", name)
    Good:
        from pathlib import Path
        from flask import Flask, abort, request

        app = Flask(__name__)
        ROOT = Path("/srv/reports")

        @app.get("/report")
        def report():
            path = (ROOT / request.args["name"]).resolve()
            if not path.is_relative_to(ROOT):
                abort(404)
            return path.read_text()
    Suppress:
        Where whoever sends the request may read every file anyway: say so in the reason.
    """
    tell(
        flow,
        report,
        how=" as an archive" if flow.label == "archive" else " as a path",
        why="A path with `..` in it, or an absolute one, leaves the directory that was meant.",
        fix="Resolve the path and test it with `is_relative_to`, or look the name up in a list.",
    )
