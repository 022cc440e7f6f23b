"""The check ``decompression-bomb``: compressed data from outside that grows without limit."""

from __future__ import annotations

from checks.events import Flow
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell


@check(
    id="decompression-bomb",
    title="Compressed data from outside grows without limit",
    aspect=Aspect.INPUT,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=PRODUCTION_ROLES,
    on=flows("unpack"),
    cwe=(409,),
    security=True,
)
def decompression_bomb(flow: Flow, report: Report) -> None:
    """Compressed data from outside is unpacked without a limit of its size.

    Where the sizes of the members are looked at, or a limit is given, it is clean.

    Why:
        A file of ten megabytes unpacks to ten gigabytes of zeros: it fills the memory or the disk,
        and every other request fails with it.
    Bad:
        import zipfile
        from flask import Flask, request

        app = Flask(__name__)

        @app.post("/import")
        def load():
            with zipfile.ZipFile(request.files["archive"]) as archive:
                archive.extractall("/srv/import")
            return ""
    Bad:
        import gzip
        from flask import Flask, request

        app = Flask(__name__)

        @app.post("/import")
        def load():
            return {"size": len(gzip.decompress(request.get_data()))}
    Good:
        import zipfile
        from flask import Flask, abort, request

        app = Flask(__name__)

        @app.post("/import")
        def load():
            with zipfile.ZipFile(request.files["archive"]) as archive:
                if sum(one.file_size for one in archive.infolist()) > 100_000_000:
                    abort(413)
                archive.extractall("/srv/import")
            return ""
    Good:
        import gzip
        from flask import Flask, request

        app = Flask(__name__)

        @app.post("/import")
        def load():
            with gzip.GzipFile(fileobj=request.stream) as file:
                return {"size": len(file.read(1_000_000))}
    Suppress:
        Where the process has a limit of memory and disk of its own.
    """
    if _looks_at_sizes(flow):
        return
    tell(
        flow,
        report,
        how=" and is unpacked whole",
        why="A small file can hold gigabytes of zeros, which fill the memory or the disk.",
        fix="Look at the sizes first, or read at most as much as you allow.",
        severity=Severity.LOW,
    )


_SIZES = ("file_size", "max_length", "max_size", "MAX_", ".size", "getsize", "RLIMIT")


def _looks_at_sizes(flow: Flow) -> bool:
    """Whether the function that unpacks looks at sizes."""
    for function in flow.module.functions:
        start, end = function.node.byte_range
        if start <= flow.span.start < end and any(word in function.text for word in _SIZES):
            return True
    return False
