"""Secrets that do not stand in one piece, or not as they are."""

from __future__ import annotations

import base64
import json
import random
import textwrap
import urllib.parse

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.model import Severity, Surface
from checks.secrets.decoding import decoded
from tests.checks.secrets.looking import look, said
from tests.checks.secrets.shapes import SHAPES

CHANCE = random.Random(9)
GITHUB = SHAPES["github-token"][0](CHANCE)
WHOLE = ("github-token", "npm-token", "slack-app-token", "stripe-key", "gitlab-token",
         "datadog-key", "google-api-key", "sendgrid-key")  # fmt: skip
PEM = (
    ec.generate_private_key(ec.SECP256R1())
    .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    .decode()
)


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), padding=st.sampled_from(["", "\n", "token: ", "a b c "]))
def test_base64(name: str, seed: int, padding: str) -> None:
    secret = SHAPES[name][0](random.Random(seed))
    for text in (b64(padding + secret), b64(padding + secret).rstrip("=")):
        (one,) = look(f"value: {text}\n", "deploy/values.yaml")
        assert one.identity == name
        assert "in Base64" in one.message
        assert secret[4:12] not in said(one)
        assert text[4:12] not in said(one)


def test_a_whole_key_in_base64() -> None:
    text = b64(PEM)
    (one,) = look(f"users:\n- user:\n    client-key-data: {text}\n", "kubeconfig")
    assert (one.severity, one.identity) == (Severity.CRITICAL, "private-key")
    assert "in Base64" in one.message
    wrapped = "\n".join(f"    {line}" for line in textwrap.wrap(text, 76))
    (one,) = look(f"data:\n  tls.key: |\n{wrapped}\n", "deploy/tls.yaml")
    assert one.identity == "private-key"
    (noted,) = look(f"data:\n  tls.key: {text}\n", "tests/tls.yaml")
    assert noted.surface is Surface.SUMMARY


def test_an_address_in_base64() -> None:
    text = b64("postgresql://app:Ux7pQm2vRk9Lw3Zt@db.acme.io/app")
    (one,) = look(f"kind: Secret\ndata:\n  url: {text}\n", "deploy/db.yaml")
    assert "db.acme.io" in one.message
    assert look(f"data:\n  url: {b64('postgresql://app:secret@localhost/app')}\n", "a.yaml") == []


def test_what_is_encoded_and_harmless() -> None:
    chance = random.Random(2)
    for text in ("the quick brown fox jumps over the lazy dog", "user:changeme", "0" * 60):
        assert look(f"value: {b64(text)}\n", "a.yaml") == []
    image = base64.b64encode(chance.randbytes(3_000)).decode()
    assert look(f'<img src="data:image/png;base64,{image}">\n', "a.html") == []
    assert look("\n".join(textwrap.wrap(image, 76)), "a.txt") == []


def test_percent_encoding() -> None:
    secret = SHAPES["azure-storage-account-key"][0](CHANCE)
    quoted = urllib.parse.quote(secret, safe="")
    (one,) = look(f"url: https://x.acme.io/?key={quoted}&a=b\n", "a.yaml")
    assert one.identity == "azure-storage-account-key"
    assert "percent-encoded" in one.message
    hidden = "".join(f"%{ord(sign):02X}" for sign in GITHUB)
    (one,) = look(f"u = '/login?token={hidden}'\n")
    assert one.identity == "github-token"
    assert look("a = 'https://acme.io/a%20b?c=%7Bd%7D'\nb = '%s%20d' % 5\n") == []


SPLITS = {
    "plus.py": '{a}" + "{b}',
    "implicit.py": '{a}" "{b}',
    "lines.py": '{a}"\n    "{b}',
    "prefixed.py": '{a}" f"{b}',
    "slash.py": '{a}" \\\n    "{b}',
    "plus.js": "{a}' + '{b}",
    "lines.js": '{a}" +\n    "{b}',
    "before.ts": '{a}"\n    + "{b}',
    "ticks.ts": "{a}` + `{b}",
    "plus.go": '{a}" +\n\t"{b}',
    "plus.java": '{a}"\n        + "{b}',
    "dot.php": "{a}' . '{b}",
    "join.rb": '{a}" \\\n  "{b}',
    "join.c": '{a}"\n"{b}',
    "words.sh": "{a}\"'{b}",
    "folded.yaml": "{a}\\\n  {b}",
}


@pytest.mark.parametrize("path", sorted(SPLITS))
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), at=st.integers(2, 38))
def test_in_parts(path: str, seed: int, at: int) -> None:
    secret = SHAPES["github-token"][0](random.Random(seed))
    quote = {"'": "'", "`": "`"}.get(SPLITS[path][3], '"')
    between = SPLITS[path].format(a=secret[:at], b=secret[at:])
    text = f"x: {quote}{between}{quote}\n"
    if path == "words.sh":
        text = f"x=\"{secret[:at]}\"'{secret[at:]}'\n"
    (one,) = look(text, f"app/{path}")
    assert (one.identity, one.message.split(",")[1]) == ("github-token", " in parts")
    assert "(40 characters)" in one.message
    assert text.encode()[slice(*one.span)].decode() in text


def test_in_many_parts_and_in_notebooks() -> None:
    parts = textwrap.wrap(GITHUB, 7)
    (one,) = look("T = (" + "\n".join(f'    "{part}"' for part in parts) + ")\n")
    assert one.identity == "github-token"
    assert one.region.end_line - one.region.start_line == len(parts) - 1
    source = f'token = "{GITHUB[:9]}" + "{GITHUB[9:]}"\n'
    (one,) = look(json.dumps({"source": [source]}), "a.ipynb")
    assert one.identity == "github-token"


def test_a_name_and_a_value_in_parts() -> None:
    secret = SHAPES["datadog-key"][0](CHANCE).partition("=")[2]
    (one,) = look(f'const DD_API_KEY = "{secret[:10]}" +\n  "{secret[10:]}";\n', "a.js")
    assert one.identity == "datadog-key"


def test_words_beside_each_other_are_no_secret() -> None:
    assert look('WORDS = ["ghp_", "abc"] + ["def"]\nX = "a" "b" \'c\'\n') == []
    assert look(f'A = "{GITHUB[:20]}", "{GITHUB[20:]}"\n') == []


def test_one_secret_is_told_once() -> None:
    assert len(look(f'A = "{GITHUB}" + "&x=%20"\n')) == 1
    assert len(look(f'A = "{GITHUB[:9]}" + "{GITHUB[9:]}"\nB = "{GITHUB}"\n')) == 2


@settings(max_examples=200, deadline=None)
@given(
    data=st.binary(max_size=300),
    pieces=st.lists(
        st.sampled_from(
            [b'"', b"'", b'" + "', b"\\\n", b"%41", b"A" * 40, b"=", b"\r\n", b'\\"', b"eyJ"]
        ),
        max_size=30,
    ),
)
def test_any_bytes_are_decoded(data: bytes, pieces: list[bytes]) -> None:
    text = data.join(pieces) if pieces else data
    for one in decoded(text, lambda: False):
        assert len(one.data) <= 2 * len(text) + 2_000
        assert all(0 <= span.start <= span.end <= len(text) for span in one.spans)
    assert look(text, "app/a.txt") is not None
