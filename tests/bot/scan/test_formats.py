"""The formats of a scan: SARIF by its schema, JSON by its shape, the terminal without surprises."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.review.model import Unread
from bot.review.report import assemble
from bot.review.words import escape
from bot.scan import as_json, markdown, sarif, terminal
from bot.scan.run import Scan
from checks.model import (
    Edit,
    FileReport,
    Lines,
    Problem,
    Region,
    Settings,
    Severity,
    Span,
    Step,
    Suggestion,
    Suppressed,
    Threshold,
)
from tests.bot.review import values
from tests.bot.review.test_words_escape import texts
from tests.bot.review.values import CATALOGUE, POLL, REPORTS, SECRET, SLEEP, SQL


def _schema() -> jsonschema_rs.Validator:
    packed = Path(__file__).parent / "sarif-2.1.0.json.gz"
    schema = json.loads(gzip.decompress(packed.read_bytes()))
    # The one pattern of the schema that is no regular expression; no log of ours has a language.
    for holder in ("run", "toolComponent"):
        del schema["definitions"][holder]["properties"]["language"]["pattern"]
    return jsonschema_rs.validator_for(schema)


SCHEMA = _schema()
TEXT = b"".join(b"line %d\n" % n for n in range(1, 100))


def scan(
    files: tuple[FileReport, ...] = REPORTS,
    unread: tuple[Unread, ...] = (Unread("assets/logo.png", "binary"),),
    **changes: Any,
) -> Scan:
    report = assemble(
        files,
        unread=unread,
        order=[one.path for one in files],
        settings_source="defaults",
        whole_files=True,
        catalogue=CATALOGUE,
    )
    made = Scan(report, {one.path: TEXT for one in files}, Settings(), CATALOGUE)
    return replace(made, **changes)


def sarif_run(made: Scan, docs_url: str = "") -> dict[str, Any]:
    log = json.loads(sarif.write(made, "0.1.0", docs_url))
    SCHEMA.validate(log)
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def result(made: Scan, check: str) -> dict[str, Any]:
    (found,) = [one for one in sarif_run(made)["results"] if one["ruleId"] == check]
    assert isinstance(found, dict)
    return found


def test_sarif_rules_carry_what_code_scanning_reads() -> None:
    run = sarif_run(scan(), "https://example.com/checks/")
    rules = run["tool"]["driver"]["rules"]
    assert [one["id"] for one in rules] == list(CATALOGUE)
    sql = rules[0]
    assert sql["shortDescription"]["text"] == "SQL built from input"
    assert sql["helpUri"] == "https://example.com/checks/sql-injection.md"
    assert sql["help"]["markdown"].startswith("# SQL built from input")
    assert sql["properties"]["tags"] == ["security", "external/cwe/cwe-089"]
    assert sql["properties"]["security-severity"] == "5.5"
    assert "security-severity" not in rules[2]["properties"]


def test_sarif_results_carry_place_identity_and_weight() -> None:
    found = result(scan(), "sql-injection")
    assert found["ruleIndex"] == 0
    assert found["level"] == "error"
    assert found["partialFingerprints"] == {
        "assay/v1": SQL.fingerprint,
        "primaryLocationLineHash": f"{SQL.fingerprint}:1",
    }
    assert found["properties"] == {
        "surface": "inline",
        "aspect": 3,
        "aspectName": "Input handling",
        "severity": "high",
        "confidence": "high",
    }
    (location,) = found["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "app/orders.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 12, "startColumn": 5, "endLine": 13, "endColumn": 30},
    }
    steps = found["codeFlows"][0]["threadFlows"][0]["locations"]
    assert len(steps) == 4
    assert result(scan(), "bounded-poll")["properties"]["surface"] == "summary"


@pytest.mark.parametrize(
    ("text", "suggestion", "becomes"),
    [
        (b"a\nbb\nc\n", Suggestion(Lines(2, 2), "XX"), "a\nXX\nc\n"),
        (b"a\r\nbb\r\nc\r\n", Suggestion(Lines(2, 2), "XX\r\nYY"), "a\r\nXX\r\nYY\r\nc\r\n"),
        (b"a\nbb", Suggestion(Lines(1, 2), "X"), "X"),
        (b"a\nbb\nc\n", Suggestion(Lines(1, 2), "", deletes=True), "c\n"),
        ("é\n\U0001f600b\n".encode(), Suggestion(Lines(2, 2), "x"), "é\nx\n"),
    ],
)
def test_sarif_fixes_do_what_the_suggestion_says(
    text: bytes, suggestion: Suggestion, becomes: str
) -> None:
    found = replace(SQL, suggestion=suggestion, edits=(Edit(Span(0, 1), ""),))
    made = scan((values.report(SQL.path, findings=(found,)),), texts={SQL.path: text})
    (fix,) = result(made, SQL.check)["fixes"]
    (change,) = fix["artifactChanges"][0]["replacements"]
    assert applied(text.decode(), change) == becomes


def applied(text: str, change: dict[str, Any]) -> str:
    """What a viewer makes of a replacement, by SARIF's rules for regions."""
    lines = text.split("\n")
    region = change["deletedRegion"]

    def offset(line: int, column: int) -> int:
        return sum(len(one) + 1 for one in lines[: line - 1]) + column - 1

    start = offset(region["startLine"], region["startColumn"])
    end = offset(region["endLine"], region["endColumn"])
    inserted = str(change.get("insertedContent", {"text": ""})["text"])
    return text[:start] + inserted + text[end:]


def test_sarif_names_what_was_silenced_and_what_was_not_analysed() -> None:
    made = scan(problems=(Problem(3, "fail-on", "no such severity"),))
    silenced = result(made, "swallowed-exception")
    assert silenced["suppressions"] == [
        {"kind": "inSource", "justification": "the peer may be gone"}
    ]
    (invocation,) = sarif_run(made)["invocations"]
    notes = [one["message"]["text"] for one in invocation["toolExecutionNotifications"]]
    assert notes == [
        "Not looked at: binary.",
        "Not looked at: larger than 1 MB.",
        "Not looked at: lines 90-120 could not be parsed.",
    ]
    (problem,) = invocation["toolConfigurationNotifications"]
    assert problem["message"]["text"] == "Line 3, fail-on: no such severity"


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/ü#?.py", "a%20b/%C3%BC%23%3F.py"),
        ("c:/x.py", "c%3A/x.py"),
        ("bad\udcff.py", "bad%FF.py"),
    ],
)
def test_sarif_paths_are_percent_encoded(path: str, uri: str) -> None:
    made = scan((values.report(path, findings=(replace(SQL, path=path),)),))
    place = result(made, SQL.check)["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == uri


@given(text=texts, path=texts.filter(bool), line=st.integers(0, 3), column=st.integers(0, 3))
def test_every_format_stands_hostile_text(text: str, path: str, line: int, column: int) -> None:
    region = Region(line, column, line, column)
    found = replace(
        SQL,
        path=path,
        message=text,
        why=text,
        fix=text,
        region=region,
        scope=text,
        check=text or "x",
        trace=(Step(path, region, text),),
        suggestion=Suggestion(Lines(1, 1), text),
    )
    file = values.report(
        path,
        findings=(found,),
        suppressed=(Suppressed(text, Lines(1, 1), text, True),),
        limits=(text,),
    )
    made = scan((file,), (Unread(path, text),), problems=(Problem(1, text, text),))
    sarif_run(made)
    json.loads(as_json.write(made, "0.1.0"))
    markdown.write(made, "0.1.0").encode()
    shown = terminal.write(made, colour=False, width=100)
    shown.encode()
    assert not escape.hides(shown)
    assert "\t" not in shown
    assert "\r" not in shown


def test_sarif_message_holds_no_link() -> None:
    made = scan((values.report(SQL.path, findings=(replace(SQL, message="[x](https://evil)"),)),))
    assert result(made, SQL.check)["message"]["text"].startswith("[x\\](https://evil)")


def test_json_has_a_stable_shape() -> None:
    document = json.loads(as_json.write(scan(), "0.1.0"))
    assert list(document) == [
        "version",
        "tool",
        "verdict",
        "failed",
        "aspects",
        "findings",
        "files",
        "notLookedAt",
        "assumptions",
        "configurationProblems",
    ]
    assert document["version"] == 1
    assert [one["number"] for one in document["aspects"]] == list(range(1, 9))
    assert document["aspects"][0] == {
        "number": 1,
        "name": "Mocks and fakes",
        "state": "clean",
        "clause": "3 patchers, stopped by addCleanup; 1 fake connection",
        "places": [{"path": "tests/test_orders.py", "lines": [[11, 12], [18, 24], [73, 87]]}],
    }
    first = document["findings"][0]
    assert first["check"] == SECRET.check
    assert (first["severity"], first["confidence"], first["surface"]) == (
        "critical",
        "high",
        "inline",
    )
    assert first["suggestion"] is None
    assert document["findings"][1]["cwe"] == [89]
    assert document["findings"][1]["suggestion"]["startLine"] == 12
    assert document["notLookedAt"][0] == {"path": "assets/logo.png", "reason": "binary"}


def test_the_terminal_groups_by_file_and_ends_with_the_verdict() -> None:
    shown = terminal.write(scan(), colour=False, width=100)
    lines = shown.splitlines()
    assert lines[0] == "app/orders.py"
    assert lines[1] == "  12:5  high  sql-injection"
    assert shown.index("app/settings.py") < shown.index("tests/test_orders.py")
    assert "✓ clean          Mocks and fakes" in shown
    assert "(app/settings.py, line 4)" in shown.replace("`", "")
    assert all(len(line) <= 100 for line in lines)


def test_colours_only_when_asked() -> None:
    assert "\x1b" not in terminal.write(scan(), colour=False)
    assert "\x1b[31mhigh\x1b[0m" in terminal.write(scan(), colour=True)


@pytest.mark.parametrize(
    ("finding", "fail_on", "failed"),
    [
        (SQL, Threshold.HIGH, True),
        (SQL, Threshold.CRITICAL, False),
        (SLEEP, Threshold.HIGH, False),
        (POLL, Threshold.INFO, True),
        (replace(SQL, severity=Severity.CRITICAL), Threshold.NEVER, False),
    ],
)
def test_a_scan_fails_from_the_threshold_on(finding: Any, fail_on: Threshold, failed: bool) -> None:
    made = scan(
        (values.report("a.py", findings=(finding,)),), settings=replace(Settings(), fail_on=fail_on)
    )
    assert made.failed is failed
