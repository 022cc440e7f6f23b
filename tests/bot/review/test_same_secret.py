"""A secret in many places is one finding: it names the others, and is said once everywhere."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.review.causes import one_per_cause
from bot.review.report import assemble
from bot.review.settled import Settled, without
from bot.review.state import Decision
from bot.review.words import comment, details, summary
from bot.review.words.place import Blobs, Voice
from bot.scan import as_json, sarif, terminal
from bot.scan.run import Scan
from checks import engine, registry
from checks.model import ChangedFile, FileReport, Finding, Settings, Severity
from tests.checks.secrets.shapes import SHAPES

CHANCE = random.Random(12)
GITHUB, OTHER = (SHAPES["github-token"][0](CHANCE) for _ in range(2))
CATALOGUE = registry.load()
VOICE = Voice(version="1", catalogue=CATALOGUE)
NO_LINKS = Blobs("")


def analysed(texts: dict[str, str]) -> tuple[tuple[FileReport, ...], dict[str, bytes]]:
    files = [ChangedFile(path, text.encode()) for path, text in texts.items()]
    return engine.analyse(files, Settings()), {one.path: one.head for one in files}


def told(texts: dict[str, str]) -> list[Finding]:
    reports, data = analysed(texts)
    return [
        finding
        for one in one_per_cause(reports, data)
        for finding in one.findings
        if finding.identity
    ]


TEN = {
    "tests/test_a.py": f"TOKEN = '{GITHUB}'\n",
    **{f"deploy/env-{number}.yaml": f"\ntoken: {GITHUB}\n" for number in range(8)},
    "app/a.py": f'\n\nTOKEN = "{GITHUB}"\nAGAIN = "{GITHUB[:9]}" + "{GITHUB[9:]}"\n',
}


def test_ten_files_are_one_finding_with_ten_places() -> None:
    found = told(TEN)
    leader = next(one for one in found if one.also)
    assert (leader.path, len(leader.also)) == ("app/a.py", 9)
    assert {one.path for one in leader.also} == set(TEN) - {"app/a.py"}
    assert all(one.region.start_line == 2 for one in leader.also if "deploy" in one.path)
    # What stands in parts is another text: it is told of by itself.
    assert [one.path for one in found if not one.also] == ["app/a.py"]


def test_a_password_is_the_same_under_other_names() -> None:
    (one,) = told({
        "app/a.py": "DB_PASSWORD = 'Tr4vel!Lamp77'\n",
        "app/b.js": 'const password = "Tr4vel!Lamp77";\n',
        "c.yaml": "db:\n  password: Tr4vel!Lamp77\n",
    })  # fmt: skip
    assert len(one.also) == 2


def test_a_password_in_a_notebook_is_the_same_as_elsewhere() -> None:
    for quote in ('\\"', "'"):
        code = f"password = {quote}Tr4vel!Lamp77{quote}\\n"
        (one,) = told({
            "app/a.py": "DB_PASSWORD = 'Tr4vel!Lamp77'\n",
            "notes/try.ipynb": f'{{"cells": [{{"source": ["{code}"]}}]}}\n',
            "backup.sh": "curl -u deploy:Tr4vel!Lamp77 https://api.acme.io/dump\n",
        })  # fmt: skip
        assert (one.path, len(one.also)) == ("app/a.py", 2)


def test_other_secrets_stand_for_themselves() -> None:
    assert len(told({"a.yaml": f"a: {GITHUB}\n", "b.yaml": f"a: {OTHER}\n"})) == 2
    reports, _ = analysed({"a.yaml": f"a: {GITHUB}\n", "b.yaml": f"a: {GITHUB}\n"})
    assert one_per_cause(reports) == reports  # without the texts nobody can tell


@settings(max_examples=10, deadline=None)
@given(st.permutations(sorted(TEN)))
def test_the_order_of_files_decides_nothing(order: list[str]) -> None:
    found = told({path: TEN[path] for path in order})
    assert [one for one in found if one.also] == [one for one in told(TEN) if one.also]


def test_it_is_told_once_in_every_form() -> None:
    reports, texts = analysed({path: TEN[path] for path in list(TEN)[:9]})
    report = assemble(reports, settings_source="defaults", catalogue=CATALOGUE, texts=texts)
    (leader,) = [one for one in report.findings if one.identity]
    assert sum(len(lines) for row in report.rows for _, lines in row.places) == 9
    body = comment.finding(leader, voice=VOICE, blobs=NO_LINKS, suggestion=None, marker="")
    assert "<details>" in body
    assert "The same stands at 8 other places" in body
    assert body.count("deploy/env-") == 7
    line = summary.finding_line(leader, voice=VOICE, blobs=NO_LINKS, reasons=True)
    assert "and 3 other places." in line
    text = details.files(report.files, voice=VOICE, blobs=NO_LINKS)
    assert "The same stands at 8 other places." in text
    scan = Scan(report, texts, Settings(), CATALOGUE, root=Path())
    (result,) = [
        one
        for one in json.loads(sarif.write(scan, "1"))["runs"][0]["results"]
        if one["ruleId"] == leader.check
    ]
    assert len(result["relatedLocations"]) == 8
    assert len({one["id"] for one in result["relatedLocations"]}) == 8
    (as_value,) = [one for one in json.loads(as_json.write(scan, "1"))["findings"] if one["also"]]
    assert len(as_value["also"]) == 8
    assert terminal.write(scan, colour=False, width=100).count("also at ") == 8
    for form in (body, line, text, json.dumps(result)):
        assert GITHUB[4:] not in form


def test_whoever_decides_on_it_decides_on_all_its_places() -> None:
    reports, texts = analysed({path: TEN[path] for path in list(TEN)[:9]})
    merged = one_per_cause(reports, texts)
    (leader,) = [each for one in merged for each in one.findings if each.identity]
    apart = {leader.fingerprint: Settled(leader, Decision("alice", "revoked"))}
    left = [each for one in without(reports, apart) for each in one.findings if each.identity]
    assert left == []


def test_the_gravest_place_speaks() -> None:
    reports, texts = analysed({"a.yaml": f"a: {GITHUB}\n", "b.yaml": f"a: {GITHUB}\n"})
    low = replace(
        reports[0],
        findings=tuple(replace(one, severity=Severity.LOW) for one in reports[0].findings),
    )
    (leader,) = [each for one in one_per_cause([low, reports[1]], texts) for each in one.findings]
    assert (leader.path, leader.also[0].path) == ("b.yaml", "a.yaml")
