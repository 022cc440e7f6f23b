"""Comment commands: which texts are one, and which only look like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.commands import words
from bot.commands.parse import Command, Unknown, Verb, command_line, parse

unhurried = hypothesis_settings(deadline=None)
"""Other work on the machine makes no test fail."""

RECHECK = Command(Verb.RECHECK)
HELP = Command(Verb.HELP)
IGNORE = Command(Verb.IGNORE, "a cache key, no signature")


@pytest.mark.parametrize(
    ("body", "command"),
    [
        ("/assay recheck", RECHECK),
        ("/ASSAY Recheck", RECHECK),
        ("/assay recheck please, CI was flaky", Command(Verb.RECHECK, "please, CI was flaky")),
        ("/assay ignore a cache key,  no\tsignature\nmore", IGNORE),
        ("/assay ignore", Command(Verb.IGNORE)),
        ("/assay unignore tests", Command(Verb.UNIGNORE, "tests")),
        ("/assay Explain!", Command(Verb.EXPLAIN)),
        ("/assay pause", Command(Verb.PAUSE)),
        ("/assay resume", Command(Verb.RESUME)),
        ("/assay config", Command(Verb.CONFIG)),
        ("/assay ignroe this", Unknown("ignroe", Verb.IGNORE)),
        ("/assay recheck!", RECHECK),
        ("/assay\trecheck", RECHECK),
        ("/assay recheck\r\nsecond line", RECHECK),
        ("\r\n\n/assay recheck", RECHECK),
        ("   /assay recheck", RECHECK),
        ("/assay help", HELP),
        ("/assay", HELP),
        ("/assay  ", HELP),
        ("/assay rechek", Unknown("rechek", Verb.RECHECK)),
        ("/assay halp", Unknown("halp", Verb.HELP)),
        ("/assay deploy", Unknown("deploy", None)),
        ("/assay @octocat", Unknown("", None)),
        ("/assay `x` <img>", Unknown("", None)),
    ],
)
def test_a_command(body: str, command: Command | Unknown) -> None:
    assert parse(body) == command


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   \n\n",
        "assay recheck",
        "/assayer recheck",
        "/assay-recheck",
        "please /assay recheck",
        "Looks good.\n/assay recheck",
        "> /assay recheck",
        "```\n/assay recheck\n```",
        "~~~\n/assay recheck\n~~~",
        "    /assay recheck",
        "\t/assay recheck",
        "`/assay recheck`",
        "<!-- -->\n/assay recheck",
        "<!--\n/assay recheck\n-->",
        "<!-- /assay recheck -->",
        "> why?\n\n/assay ignore because",
    ],
)
def test_no_command(body: str) -> None:
    assert parse(body) is None


@unhurried
@given(st.text())
def test_any_text_is_read(body: str) -> None:
    parse(body)
    parse(f"/assay {body}")


@unhurried
@given(st.text(max_size=400))
def test_the_stored_line_means_what_the_comment_means(rest: str) -> None:
    body = f"/assay recheck {rest}"
    line = command_line(body)
    assert line is not None
    command = parse(body)
    assert parse(line) == command
    assert isinstance(command, Command)
    assert command.verb is Verb.RECHECK


@unhurried
@given(st.text())
def test_an_answer_holds_nothing_dangerous_of_the_comment(rest: str) -> None:
    command = parse(f"/assay x{rest}")
    if isinstance(command, Unknown):
        answer = words.unknown_answer(command)
        assert "@" not in answer
        assert "<" not in answer
        assert answer.count("`") % 2 == 0


def test_help_names_every_command() -> None:
    for verb in Verb:
        assert f"\n- `/assay {verb}" in words.help_answer()
    assert "`/assay ignore REASON`" in words.help_answer()


def test_a_slip_is_corrected() -> None:
    assert "Did you mean `/assay recheck`?" in words.unknown_answer(Unknown("rechek", Verb.RECHECK))
    assert "`/assay help`" in words.unknown_answer(Unknown("deploy", None))
