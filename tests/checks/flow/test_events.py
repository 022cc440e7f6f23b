"""What a check hears of a flow, and how checks that look at calls by themselves yield to it."""

from __future__ import annotations

import textwrap

from checks.engine import analyse
from checks.model import ChangedFile, Confidence, FileReport, Settings, Severity
from checks.registry import load


def _reports(files: dict[str, str], *checks: str) -> list[FileReport]:
    changed = [ChangedFile(path, textwrap.dedent(text).encode()) for path, text in files.items()]
    wanted = {name: load()[name] for name in checks}
    return list(analyse(changed, Settings(), strict=True, checks=wanted, evidence=[]))


def test_a_flow_is_told_once_with_its_way() -> None:
    (report,) = _reports(
        {
            "app/views.py": """
            from flask import Flask, request
            import sqlite3
            app = Flask(__name__)

            @app.get("/a")
            def a():
                name = request.args["name"]
                query = f"SELECT * FROM t WHERE n = '{name}'"
                return sqlite3.connect("x").execute(query).fetchall()
            """
        },
        "sql-injection",
    )
    (finding,) = report.findings
    assert finding.message == "`name` from the query string reaches `execute` as part of the SQL."
    assert finding.severity is Severity.CRITICAL
    assert finding.confidence is Confidence.HIGH
    assert [(step.region.start_line, step.path) for step in finding.trace] == [
        (8, "app/views.py"), (9, "app/views.py"), (10, "app/views.py"),
    ]  # fmt: skip
    assert finding.trace[0].note == "`name` from the query string comes in"


def test_what_is_proved_clean_is_not_told() -> None:
    (report,) = _reports(
        {
            "app/service.py": """
            import os

            def _run(line):
                os.system("ls " + line)

            def both():
                _run("a")
                _run("b")
            """
        },
        "command-injection",
    )
    assert report.findings == ()


def test_what_is_unknown_is_left_to_the_call_itself() -> None:
    (report,) = _reports(
        {
            "app/service.py": """
            import os

            def run(line):
                os.system("ls " + line)
            """
        },
        "command-injection",
    )
    (finding,) = report.findings
    assert not finding.trace


def test_ten_sinks_behind_one_helper_are_one() -> None:
    sinks = "\n".join(f"    os.system('x{n} ' + line)" for n in range(10))
    (report,) = _reports(
        {
            "app/views.py": "import os\nfrom flask import Flask, request\n"
            "app = Flask(__name__)\n\n"
            f"def run(line):\n{sinks}\n\n"
            "@app.get('/a')\ndef a():\n    run(request.args['x'])\n    return ''\n"
        },
        "command-injection",
    )
    assert len(report.findings) == 1


def test_a_sink_in_another_file_is_told_where_the_data_leaves() -> None:
    reports = _reports(
        {
            "app/views.py": """
            from flask import Flask, request
            from app.shell import run
            app = Flask(__name__)

            @app.get("/a")
            def a():
                run(request.args["x"])
                return ""
            """,
            "app/shell.py": """
            import os

            def run(line):
                os.system("ls " + line)
            """,
        },
        "command-injection",
    )
    (finding,) = reports[0].findings
    assert finding.region.start_line == 8
    assert finding.message.endswith("in `shell.py`.")
    assert finding.trace[-1].path == "app/shell.py"
    assert [one.confidence for one in reports[1].findings] == [Confidence.HIGH]


def test_the_command_line_is_trusted() -> None:
    (report,) = _reports(
        {
            "tool/main.py": """
            import sys

            def main():
                open(sys.argv[1])
            """
        },
        "path-traversal",
    )
    assert report.findings == ()
