"""The markers of other tools: they silence the same defect, and nothing else."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import registry, suppression_markers
from checks.engine import analyse
from checks.model import ChangedFile, FileReport, Settings
from checks.suppression_markers import markers
from tests.checks.secrets.shapes import checked

GITHUB_TOKEN = checked("ghp_")(random.Random(7))
SHELL = (
    "import os, flask\n@flask.Flask('x').route('/')\ndef f():\n"
    "    os.system(flask.request.args['q']){}\n"
)


def report(text: str, path: str = "app/views.py") -> FileReport:
    (found,) = analyse([ChangedFile(path, text.encode())], Settings(), strict=True)
    return found


def rules(found: FileReport) -> list[str]:
    return [one.check for one in found.findings]


@pytest.mark.parametrize(
    ("comment", "marker"),
    [
        ("# nosec", "nosec"),
        ("# nosec B605", "nosec"),
        ("#nosec: B605, B607", "nosec"),
        ("# nosec B605 - the value is one of three", "nosec"),
        ("# noqa: S605", "noqa"),
        ("# NOQA:S605,E501", "noqa"),
        ("# noqa: E501, S605", "noqa"),
        ("# nosemgrep", "nosemgrep"),
        ("# nosemgrep: python.lang.security.audit.dangerous-system-command", "nosemgrep"),
        ("# type: ignore  # nosec B605", "nosec"),
    ],
)
def test_the_same_defect_is_silenced(comment: str, marker: str) -> None:
    assert rules(report(SHELL.format(""))) == ["command-injection"]
    found = report(SHELL.format(f"  {comment}"))
    assert rules(found) == []
    (silenced,) = found.suppressed
    assert (silenced.check, silenced.marker, silenced.comment) == ("command-injection", marker, 4)
    assert silenced.added


@pytest.mark.parametrize(
    "comment",
    [
        "# nosec B608",
        "# nosec assert_used",
        "# nosecurity",
        "# noqa",
        "# noqa: E501",
        "# noqa: S608",
        "# nosemgrep: python.lang.sqli",
        "# type: ignore",
        "# pragma: no cover",
        "# gitleaks:allow",
        "# zizmor: ignore[template-injection]",
        "# eslint-disable-line security/detect-child-process is for other files",
    ],
)
def test_another_defect_is_not_silenced(comment: str) -> None:
    if comment.startswith("# eslint"):
        comment = "# eslint-disable-next-line security/detect-child-process"
    assert rules(report(SHELL.format(f"  {comment}"))) == ["command-injection"]


def test_a_marker_above_speaks_of_the_next_line_only_where_its_tool_says_so() -> None:
    above = SHELL.format("").replace("    os.system", "    # {}\n    os.system")
    assert rules(report(above.replace("{}", "nosemgrep"))) == []
    assert rules(report(above.replace("{}", "nosec"))) == ["command-injection"]


def test_a_marker_in_a_text_silences_nothing() -> None:
    text = "import os\ndef f(x):\n    os.system(x + '# nosec')\n"
    wanted = rules(report(text))
    assert wanted == rules(report(text.replace("# nosec", "nothing")))


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("deploy.sh", "export TOKEN={token}  # {words}\n"),
        ("config.yaml", "token: {token}  # {words}\n"),
        ("config.yaml", "token: '{token}'  # {words}\n"),
        ("main.tf", 'token = "{token}" // {words}\n'),
        ("schema.sql", "-- {words} {token}\n"),
        ("settings.ini", "token = {token} ; {words}\n"),
        (".env", "TOKEN={token} # {words}\n"),
        ("page.html", "<p>{token}</p> <!-- {words} -->\n"),
        ("app.go", 'const token = "{token}" // {words}\n'),
        ("app.js", 'const token = "{token}"; // {words}\n'),
        ("app.py", 'TOKEN = "{token}"  # {words}\n'),
    ],
)
@pytest.mark.parametrize(
    "words",
    [
        "gitleaks:allow",
        "pragma: allowlist secret",
        "pragma: whitelist secret",
        "trufflehog:ignore",
        "assay: ignore[hard-coded-secret] it is revoked",
    ],
)
def test_secrets_are_silenced_in_the_comments_of_every_language(
    path: str, line: str, words: str
) -> None:
    if line.startswith("--") and words.startswith("assay"):
        pytest.skip("of ours nothing but the rule may stand before the reason")
    bare = line.format(token=GITHUB_TOKEN, words="the token of the robot")
    assert rules(report(bare, path)) == ["hard-coded-secret"]
    found = report(line.format(token=GITHUB_TOKEN, words=words), path)
    assert rules(found) == []
    assert [one.comment for one in found.suppressed] == [1]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("config.yaml", 'token: "{token} # gitleaks:allow"\n'),
        ("config.json", '{{"token": "{token}"}} // gitleaks:allow\n'),
        ("config.yaml", "token: {token}\n# gitleaks:allow\n"),
        ("config.yaml", "# gitleaks:allow\ntoken: {token}\n"),
        ("config.yaml", "token: {token}#gitleaks:allow\n"),
        ("config.yaml", "token: {token} gitleaks:allow\n"),
        ("page.html", "<p>{token}</p> # gitleaks:allow\n"),
        ("app.go", "const token = `{token} // gitleaks:allow`\n"),
    ],
)
def test_what_is_no_comment_silences_nothing(path: str, text: str) -> None:
    assert rules(report(text.format(token=GITHUB_TOKEN), path)) == ["hard-coded-secret"]


def test_the_next_line_where_detect_secrets_says_so() -> None:
    text = f"# pragma: allowlist nextline secret\ntoken: {GITHUB_TOKEN}\n"
    assert rules(report(text, "config.yaml")) == []


def test_workflows_and_zizmor() -> None:
    text = (
        "on: issues\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
        "      - run: echo ${{ github.event.issue.title }}  # zizmor: ignore[template-injection]\n"
    )
    path = ".github/workflows/x.yml"
    assert "workflow-template-injection" in rules(report(text.replace("zizmor", "y"), path))
    assert "workflow-template-injection" not in rules(report(text, path))


def test_focused_tests_and_eslint() -> None:
    text = "// eslint-disable-next-line no-only-tests/no-only-tests -- while it is mended\n{}"
    only = "it.only('works', () => { expect(1).toBe(1); });\n"
    assert "focused-test" in rules(report(only, "web/a.test.js"))
    assert "focused-test" not in rules(report(text.format(only), "web/a.test.js"))
    assert "focused-test" in rules(report(text.format("\n" + only), "web/a.test.js"))


ONLY = "it.only('works', () => { expect(1).toBe(1); });\n"
DEBUG = "debugger;\n"
RULE = "no-only-tests/no-only-tests"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"/* eslint-disable {RULE} */\n{ONLY}{DEBUG}", ["leftover-debugger"]),
        (f"/* eslint-disable {RULE}, no-debugger -- while it is mended */\n{ONLY}{DEBUG}", []),
        (f"/* eslint-disable */\n{ONLY}\n{DEBUG}", []),
        (f"/* eslint-disable {RULE} */\n/* eslint-enable {RULE} */\n{ONLY}", ["focused-test"]),
        (f"/* eslint-disable {RULE} */\n{ONLY}/* eslint-enable */\n{DEBUG}", ["leftover-debugger"]),
        (
            f"/* eslint-disable */\n{ONLY}/* eslint-enable no-debugger */\n{DEBUG}{ONLY}",
            ["leftover-debugger"],
        ),
        (
            f"{ONLY}/* eslint-disable {RULE} */\n{ONLY}/* eslint-enable {RULE} */\n{ONLY}",
            ["focused-test", "focused-test"],
        ),
        (f"/*\n eslint-disable\n {RULE},\n no-debugger\n*/\n{ONLY}{DEBUG}", []),
        (f"// eslint-disable {RULE}\n{ONLY}", ["focused-test"]),
        (f"/* eslint-disable semi */\n{ONLY}", ["focused-test"]),
        (f"/* that was eslint-disable {RULE} */\n{ONLY}", ["focused-test"]),
        (f"const s = '/* eslint-disable {RULE} */';\n{ONLY}", ["focused-test"]),
        (f"/* eslint-enable {RULE} */\n{ONLY}", ["focused-test"]),
    ],
)
def test_blocks_of_eslint(text: str, left: list[str]) -> None:
    found = report(text, "web/a.test.js")
    told = [one for one in rules(found) if one in ("focused-test", "leftover-debugger")]
    assert told == left
    assert all(one.marker == "eslint-disable" and one.comment for one in found.suppressed)


def test_every_check_that_is_named_exists() -> None:
    tables = (
        suppression_markers.BANDIT,
        suppression_markers.RUFF,
        suppression_markers.GOSEC,
        suppression_markers.ESLINT,
        suppression_markers.ZIZMOR,
        suppression_markers.SEMGREP,
    )
    named = {check for table in tables for those in table.values() for check in those}
    assert named | suppression_markers.SECRETS <= registry.load().keys()


@given(st.text(max_size=400))
def test_any_comment_is_read(text: str) -> None:
    for one in markers(text):
        assert one.checks <= registry.load().keys()
