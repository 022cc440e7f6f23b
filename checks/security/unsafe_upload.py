"""The check ``unsafe-upload``: uploads under a name of the sender where a server hands them out."""

from __future__ import annotations

from checks.events import Flow
from checks.model import Aspect, Confidence, Severity, Span
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell


@check(
    id="unsafe-upload",
    title="Upload keeps the ending that its sender chose",
    aspect=Aspect.INPUT,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    roles=PRODUCTION_ROLES,
    on=flows("upload"),
    cwe=(434,),
    security=True,
)
def unsafe_upload(flow: Flow, report: Report) -> None:
    """A file is stored under its sender's name in a folder that a web server hands out.

    Names whose ending is tested, and names that the program makes, are clean.

    Why:
        The ending decides what a server and a browser do with the file: `.html` and `.svg` run
        scripts in the name of this site, `.php` and `.py` may run on the server.
    Bad:
        import os
        from flask import Flask, request
        from werkzeug.utils import secure_filename

        app = Flask(__name__)

        @app.post("/avatar")
        def avatar():
            file = request.files["file"]
            file.save(os.path.join("static/avatars", secure_filename(file.filename)))
            return ""
    Good:
        import os
        from flask import Flask, abort, request
        from werkzeug.utils import secure_filename

        app = Flask(__name__)

        @app.post("/avatar")
        def avatar():
            file = request.files["file"]
            name = secure_filename(file.filename)
            if os.path.splitext(name)[1].lower() not in (".png", ".jpg"):
                abort(400)
            file.save(os.path.join("static/avatars", name))
            return ""
    Good:
        import uuid
        from flask import Flask, request

        app = Flask(__name__)

        @app.post("/avatar")
        def avatar():
            request.files["file"].save(f"static/avatars/{uuid.uuid4()}.png")
            return ""
    Suppress:
        Where the server hands the folder out as attachments only.
    """
    if _tests_ending(flow) or report.flow(flow.span, "path") is not None:
        return
    tell(
        flow,
        report,
        how=", in a folder that is handed out",
        why="An ending such as `.html` or `.php` makes the server or a browser run the file.",
        fix="Allow a list of endings, or store the file under a name of your own.",
        severity=Severity.MEDIUM,
    )


_TESTS = ("splitext", "rsplit(", "endswith(", ".suffix", "rpartition(", "content_type", "mimetype",
          "imghdr", "filetype.", "magic.", "Image.open", ".verify(", "allowed", "extension",
          "validate", "partition(", "split(")  # fmt: skip
"""What code says that looks at the ending, or at what is in the file."""


def _tests_ending(flow: Flow) -> bool:
    """Whether a function on the way looks at the ending or the content."""
    starts = {step.region.start_line for step in flow.trace if step.path == flow.module.path}
    for function in flow.module.functions:
        lines = flow.module.source.lines(Span(*function.node.byte_range))
        if any(lines.start <= one <= lines.end for one in starts):
            text = function.text
            if any(word in text for word in _TESTS):
                return True
    return False
