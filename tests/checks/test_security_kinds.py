"""How grave the findings of the followed kinds are, and where they are shown."""

from __future__ import annotations

import textwrap

import pytest

from checks import registry
from checks.engine import analyse
from checks.model import ChangedFile, Confidence, Finding, Settings, Severity, Surface


def found(check: str, text: str, path: str = "app/service.py") -> list[Finding]:
    file = ChangedFile(path, textwrap.dedent(text).encode())
    checks = {check: registry.load()[check]}
    (report,) = analyse([file], Settings(), strict=True, checks=checks)
    return list(report.findings)


def only(check: str, text: str) -> Finding:
    (one,) = found(check, text)
    return one


def test_a_task_is_less_certain_than_a_request() -> None:
    task = only(
        "command-injection",
        """
        import os
        from celery import shared_task

        @shared_task
        def clean(name):
            os.system("rm " + name)
        """,
    )
    request = only(
        "command-injection",
        """
        import os
        from flask import Flask, request
        app = Flask(__name__)

        @app.post("/")
        def clean():
            os.system("rm " + request.form["name"])
            return ""
        """,
    )
    assert task.severity < request.severity
    assert task.confidence < request.confidence
    assert (task.surface, request.surface) == (Surface.SUMMARY, Surface.INLINE)
    assert "`name` from the task" in task.message


@pytest.mark.parametrize("check", ["log-injection", "mass-assignment", "formula-injection"])
def test_nothing_is_said_of_lines_and_fields_in_tasks(check: str) -> None:
    assert not found(
        check,
        """
        import csv, io, logging
        from celery import shared_task
        from shop.models import Order

        @shared_task
        def clean(name, fields):
            logging.getLogger("a").warning("no %s", name)
            csv.writer(io.StringIO()).writerow([name])
            for field in fields:
                setattr(Order, field, 1)
        """,
    )


PARSERS = """
    from lxml import etree
    from xml.etree import ElementTree
    from flask import Flask, request
    app = Flask(__name__)

    @app.post("/")
    def load():
        return {{"tag": {call}.tag}}
"""


@pytest.mark.parametrize(
    ("call", "severity", "surface"),
    [
        ("ElementTree.fromstring(request.data)", Severity.LOW, Surface.SUMMARY),
        (
            "etree.fromstring(request.data, etree.XMLParser(huge_tree=True))",
            Severity.MEDIUM,
            Surface.INLINE,
        ),
    ],
)
def test_a_parser_that_was_told_to_do_without_limits_is_graver(
    call: str, severity: Severity, surface: Surface
) -> None:
    one = only("xml-entity-expansion", PARSERS.format(call=call))
    assert (one.severity, one.surface) == (severity, surface)


def test_a_slow_pattern_is_graver_where_a_request_is_matched_with_it() -> None:
    unknown = only("slow-regular-expression", "import re\nNAME = re.compile(r'^(a+)+$')\n")
    request = only(
        "slow-regular-expression",
        """
        import re
        from flask import Flask, request
        app = Flask(__name__)
        NAME = re.compile(r"^(a+)+$")

        @app.post("/")
        def check():
            return {"ok": NAME.match(request.form["name"]) is not None}
        """,
    )
    assert (unknown.severity, unknown.confidence) == (Severity.MEDIUM, Confidence.MEDIUM)
    assert (request.severity, request.confidence) == (Severity.HIGH, Confidence.HIGH)
    assert request.trace
    assert not unknown.trace
    assert "`name` from the form" in request.message


def test_the_attack_is_shown_short_and_escaped() -> None:
    one = only("slow-regular-expression", r"""
        import re
        NAME = re.compile("^(\n+)+`$")
        """)  # fmt: skip
    assert r"'\n' * 40 + '!'" in one.message
    assert one.message.count("`") == 2
    assert one.message.isprintable()


def test_the_square_of_a_long_text_is_a_line_of_the_summary() -> None:
    template = """
        import re
        from flask import Flask, request
        app = Flask(__name__)

        @app.post("/")
        def check():
            return {{"ok": re.search(r"{pattern}", request.form["name"]) is not None}}
    """
    square = only("slow-regular-expression", template.format(pattern=r"\s+$"))
    cube = only("slow-regular-expression", template.format(pattern=r"^\s*a?\s*a?\s*$"))
    assert (square.severity, square.surface) == (Severity.LOW, Surface.SUMMARY)
    assert (cube.severity, cube.surface) == (Severity.MEDIUM, Surface.INLINE)
    assert "quadratic" in square.message
    assert "cubic" in cube.message


def test_one_root_cause_is_one_finding() -> None:
    """A pattern that two functions match requests with is told of once, where it stands."""
    one = only(
        "slow-regular-expression",
        """
        import re
        from flask import Flask, request
        app = Flask(__name__)
        NAME = re.compile(r"^(a+)+$")

        @app.post("/a")
        def a():
            return {"ok": NAME.match(request.form["name"]) is not None}

        @app.post("/b")
        def b():
            return {"ok": NAME.match(request.form["other"]) is not None}
        """,
    )
    assert one.region.start_line == 5


@pytest.mark.parametrize(
    ("handler", "severity"),
    [("except Exception:", Severity.HIGH), ("except ConnectionError:", Severity.MEDIUM)],
)
def test_a_failure_that_is_named_is_less_grave(handler: str, severity: Severity) -> None:
    head = "def has_access(user):\n    try:\n        return ask(user)\n"
    text = f"{head}    {handler}\n        return True\n"
    assert only("access-granted-on-failure", text).severity is severity


@pytest.mark.parametrize(
    "check",
    ["slow-regular-expression", "access-granted-on-failure", "log-injection", "mass-assignment"],
)
def test_tests_are_not_looked_at(check: str) -> None:
    assert not found(
        check,
        """
        import logging, re
        from flask import request
        from shop.models import Order
        NAME = re.compile(r"^(a+)+$")

        def has_permission(user):
            try:
                return ask(user)
            except Exception:
                return True

        def test_it(client):
            logging.getLogger("a").warning("no %s", request.args["x"])
            assert Order(**request.json)
        """,
        "tests/test_it.py",
    )
