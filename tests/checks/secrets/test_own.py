"""What a repository says of secrets itself."""

from __future__ import annotations

import random

import pytest

from checks.expressions import MAX_LENGTH
from checks.model import SecretPattern, Settings, Severity, Surface
from checks.secrets import own
from checks.secrets.own import MAX_PATTERNS
from tests.checks.secrets.looking import look, said
from tests.checks.secrets.shapes import SHAPES, draw

CHANCE = random.Random(4)
DEPLOY = SecretPattern("Acme deploy token", r"acme-[a-z0-9]{24}", Severity.CRITICAL)
TOKEN = "acme-" + draw(CHANCE, "abcdefghijklmnopqrstuvwxyz0123456789", 24)
OWN = Settings(secret_patterns=(DEPLOY,))


@pytest.mark.parametrize("path", ["app/a.py", "notes.txt", "a.env", "tests/test_a.py", "x.min.js"])
def test_a_credential_of_ones_own_is_found_in_any_text(path: str) -> None:
    (one,) = look(f"value: '{TOKEN}'\n", path, OWN)
    assert (one.severity, one.surface) == (Severity.CRITICAL, Surface.INLINE)
    assert "Acme deploy token" in one.message
    assert TOKEN[5:11] not in said(one)
    assert look(f"value: '{TOKEN}'\n", path) == []


def test_the_first_group_is_the_secret() -> None:
    grouped = SecretPattern("key", r"deploy with ([a-z0-9]{20}) now")
    text = "deploy with a8f3k2m9x7q1w5e6r4t0 now\n"
    (one,) = look(text, "a.txt", Settings(secret_patterns=(grouped,)))
    assert text[slice(*one.span)] == "a8f3k2m9x7q1w5e6r4t0"


def test_placeholders_of_ones_own_are_none() -> None:
    assert look("t = 'acme-xxxxxxxxxxxxxxxxxxxxxxxx'\n", settings=OWN) == []


@pytest.mark.parametrize(
    "pattern", ["(", "(?=x)a", r"(a)\1", "a*", "", "x" * (MAX_LENGTH + 1), "[a-z]{1001}", "(?:)|x"]
)
def test_an_expression_that_cannot_be_used_is_left_out(pattern: str) -> None:
    settings = Settings(secret_patterns=(SecretPattern("bad", pattern), DEPLOY))
    assert len(look(f"A = '{TOKEN}'\n", settings=settings)) == 1
    assert not own.is_test_data("anything", (pattern, "("))


def test_a_long_text_without_a_keyword_is_searched_in_linear_time() -> None:
    nested = SecretPattern("nested", r"(?:[a-z]+)+[0-9]{8}")
    settings = Settings(secret_patterns=(nested,) * MAX_PATTERNS)
    assert look("a" * 200_000 + "\n", "a.txt", settings) == []


def test_more_patterns_than_are_used() -> None:
    many = (SecretPattern("none", "never-matches"),) * MAX_PATTERNS
    assert look(f"A = '{TOKEN}'\n", settings=Settings(secret_patterns=(*many, DEPLOY))) == []


GITHUB = SHAPES["github-token"][0](CHANCE)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (f"A = '{GITHUB}'\n", "app/a.py"),
        (f"A = '{GITHUB}'\n", "tests/test_a.py"),
        ("PASSWORD = 'Tr4vel!Lamp77'\n", "app/a.py"),
        ("password: Tr4vel!Lamp77\n", "a.yaml"),
        ("u = 'postgresql://app:Tr4vel!Lamp77@db.acme.io/app'\n", "app/a.py"),
        (f"A = '{TOKEN}'\n", "app/a.py"),
        (f"A = '{GITHUB[:9]}' + '{GITHUB[9:]}'\n", "app/a.py"),
    ],
)
def test_test_data_is_no_secret(text: str, path: str) -> None:
    allowed = (r"ghp_.*", r"Tr4vel!\w+", "acme-.*")
    settings = Settings(secret_patterns=(DEPLOY,), test_data=allowed)
    assert len(look(text, path, OWN)) == 1
    assert look(text, path, settings) == []
    # A value must match from end to end.
    partly = Settings(secret_patterns=(DEPLOY,), test_data=("ghp_", "Tr4vel", "acme"))
    assert len(look(text, path, partly)) == 1
