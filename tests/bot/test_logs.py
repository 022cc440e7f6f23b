"""Log lines: their fields, their one line, and that no secret gets through."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
from collections.abc import Callable

import jwt
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot import logs
from tests.bot.test_settings import pem

unhurried = hypothesis_settings(deadline=None)
"""Other work on the machine makes no test fail."""

OWN = "the-webhook-secret-of-this-app"
TOKENS = [
    "ghs_" + "a1B2" * 9,
    "ghp_" + "a1B2" * 9,
    "github_pat_" + "a1B2_" * 10,
    f"ghs_1234_{jwt.encode({'iss': '1'}, 'k' * 40)}",
    jwt.encode({"iss": "1234"}, "k" * 40),
    OWN,
]


def logged(style: str, write: Callable[[logging.Logger], None]) -> str:
    stream = io.StringIO()
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    try:
        logs.setup(style, [OWN], stream)
        write(logging.getLogger("tests.logs"))
    finally:
        root.handlers[:], root.level = before
    return stream.getvalue()


def fail(log: logging.Logger, words: str) -> None:
    try:
        raise RuntimeError(words)
    except RuntimeError:
        log.exception("it failed")


@pytest.mark.parametrize("style", ["text", "json"])
@pytest.mark.parametrize("token", TOKENS)
def test_no_token_gets_through(style: str, token: str) -> None:
    def write(log: logging.Logger) -> None:
        log.warning("message with %s in it", token)
        with logs.fields(delivery=f"x{token}"):
            log.warning("field")
        fail(log, f"Authorization: Bearer {token}")

    text = logged(style, write)
    assert token not in text
    assert token.split(".")[-1] not in text
    assert text.count(logs.REDACTED) >= 3


@pytest.mark.parametrize("style", ["text", "json"])
@pytest.mark.parametrize("cut", [None, 400])
@pytest.mark.parametrize("escape", [False, True])
def test_no_key_gets_through(style: str, cut: int | None, escape: bool) -> None:
    key = pem()[:cut]
    shown = key.replace("\n", "\\n") if escape else key
    text = logged(style, lambda log: fail(log, f"cannot read {shown}"))
    assert not any(line in text for line in key.splitlines()[1:])


@pytest.mark.parametrize("style", ["text", "json"])
def test_no_password_of_a_database_gets_through(style: str) -> None:
    text = logged(style, lambda log: log.error("at postgresql://assay:hunter2@db/assay"))
    assert "hunter2" not in text
    assert "@db/assay" in text


def test_ordinary_text_is_left_alone() -> None:
    redact = logs.Redactor([OWN, ""])
    text = "eyJ is how a JWT begins; ghs_short; https://example.com:8080/a@b; 0123456789abcdef"
    assert redact(text) == text


@unhurried
@given(st.text())
def test_redaction_never_fails(text: str) -> None:
    assert OWN not in logs.Redactor([OWN])(text + OWN)


def test_bytes_that_are_no_text_can_be_logged() -> None:
    assert "\\udcff" in logged("text", lambda log: log.error("header %s", "a\udcff"))


def test_a_text_line_holds_its_fields() -> None:
    def write(log: logging.Logger) -> None:
        with logs.fields(delivery="d-1", repository="octo/repo", pull=7, nothing=None):
            log.info("review done")
        log.info("after")

    first, second = logged("text", write).splitlines()
    assert first.endswith("info tests.logs: review done delivery=d-1 repository=octo/repo pull=7")
    assert second.endswith("after")


def test_a_json_line_is_one_object() -> None:
    def write(log: logging.Logger) -> None:
        with logs.fields(delivery="d-1"), logs.fields(pull=7):
            fail(log, "line one\nline two")

    (line,) = logged("json", write).splitlines()
    found = json.loads(line)
    assert (found["delivery"], found["pull"], found["level"]) == ("d-1", "7", "error")
    assert "line two" in found["traceback"]


def test_text_from_outside_cannot_forge_a_line() -> None:
    text = logged("text", lambda log: log.info("title: %s", "x\n2026 error root: \x1b[31mforged"))
    assert len(text.splitlines()) == 1
    assert "\x1b" not in text


async def test_jobs_that_run_together_keep_their_own_fields() -> None:
    seen: dict[str, str] = {}

    async def job(name: str, turn: asyncio.Barrier) -> None:
        with logs.fields(delivery=name):
            await turn.wait()
            seen[name] = logged("text", lambda log: log.info("line"))

    barrier = asyncio.Barrier(2)
    await asyncio.gather(job("one", barrier), job("two", barrier))
    assert "delivery=one" in seen["one"]
    assert "delivery=two" in seen["two"]


def test_arguments_that_do_not_fit_are_no_crash(capsys: pytest.CaptureFixture[str]) -> None:
    text = logged("text", lambda log: log.info("%d", "words"))
    assert "do not fit" in text
    assert "Traceback" not in capsys.readouterr().err
    assert sys.stderr is not None
