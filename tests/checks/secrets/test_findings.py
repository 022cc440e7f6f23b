"""Secrets through the engine: what is said of them, where, and that they are never repeated."""

from __future__ import annotations

import base64
import json
import random

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from checks import registry
from checks.engine import analyse
from checks.model import ChangedFile, Finding, Settings, Severity, Surface
from checks.secrets.providers import BY_ID
from tests.checks.secrets.shapes import BASE32, BASE64, SHAPES, draw, encoded, web_token

IN_CODE, IN_TESTS = "hard-coded-secret", "real-secret-in-test-data"
CHECKS = {one: registry.load()[one] for one in (IN_CODE, IN_TESTS)}
CHANCE = random.Random(11)
GITHUB = SHAPES["github-token"][0](CHANCE)


def look(text: str, path: str = "app/settings.py", base: str | None = None) -> list[Finding]:
    file = ChangedFile(path, text.encode(), None if base is None else base.encode())
    (report,) = analyse([file], Settings(), strict=True, checks=CHECKS)
    return list(report.findings)


def pem(key: object, form: PrivateFormat, password: bytes | None = None) -> str:
    protection = NoEncryption() if password is None else BestAvailableEncryption(password)
    return key.private_bytes(Encoding.PEM, form, protection).decode()  # type: ignore[attr-defined,no-any-return]


RSA = rsa.generate_private_key(65537, 2048)
KEYS = {
    "RSA PRIVATE KEY": pem(RSA, PrivateFormat.TraditionalOpenSSL),
    "PRIVATE KEY": pem(RSA, PrivateFormat.PKCS8),
    "EC PRIVATE KEY": pem(
        ec.generate_private_key(ec.SECP256R1()), PrivateFormat.TraditionalOpenSSL
    ),
    "OPENSSH PRIVATE KEY": pem(ed25519.Ed25519PrivateKey.generate(), PrivateFormat.OpenSSH),
    "small": pem(ed25519.Ed25519PrivateKey.generate(), PrivateFormat.PKCS8),
}


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_a_finding_tells_the_provider_and_never_the_secret(name: str) -> None:
    secret = SHAPES[name][0](CHANCE)
    text = f"# {secret}\n"
    (one,) = look(text)
    flagged = text.encode()[slice(*one.span)].decode()
    said = " ".join((one.message, one.why, one.fix))
    assert BY_ID[name].issuer in one.message
    assert BY_ID[name].revoke in one.fix
    drawn = flagged[-16:]
    assert not any(drawn[at : at + 5] in said for at in range(len(drawn) - 5))
    assert f"({len(flagged)} characters)" in one.message
    # What opens nothing alone is a note.
    assert (one.surface is Surface.INLINE) == (one.severity >= Severity.MEDIUM)


@settings(max_examples=50, deadline=None)
@given(first=st.integers(0, 2**32), second=st.integers(0, 2**32))
def test_a_fingerprint_holds_nothing_of_the_secret(first: int, second: int) -> None:
    make = SHAPES["github-token"][0]
    one, other = make(random.Random(first)), make(random.Random(second))
    (a,), (b,) = look(f"T = '{one}'\n"), look(f"T = '{other}'\n")
    assert a.fingerprint == b.fingerprint
    assert a.identity == "github-token"


def test_a_fingerprint_of_a_password_holds_nothing_of_it() -> None:
    (a,), (b,) = look("DB_PASSWORD = 'Tr4vel!Lamp77'\n"), look("DB_PASSWORD = 'w1nter-Garden'\n")
    assert a.fingerprint == b.fingerprint
    (other,) = look("SMTP_PASSWORD = 'Tr4vel!Lamp77'\n")
    assert other.fingerprint != a.fingerprint


def test_two_secrets_in_one_place_have_two_fingerprints() -> None:
    second = SHAPES["github-token"][0](CHANCE)
    found = look(f"A = '{GITHUB}'\nB = '{second}'\n")
    assert len({one.fingerprint for one in found}) == 2


def test_another_secret_in_its_place_is_new() -> None:
    second = SHAPES["github-token"][0](CHANCE)
    assert look(f"A = '{GITHUB}'\n", base=f"A = '{GITHUB}'\n") == []
    assert len(look(f"A = '{second}'\n", base=f"A = '{GITHUB}'\n")) == 1
    assert look(f"\n\nA = '{GITHUB}'\n", base=f"A = '{GITHUB}'\n") == []


@pytest.mark.parametrize(
    "path",
    ["app/a.py", "web/a.ts", "conf/a.yaml", "a.env", "Dockerfile", "notes.txt", "docs/a.md",
     "package-lock.json", "vendor/a.js", "static/app.min.js", "a.ipynb", "broken.py"],
)  # fmt: skip
def test_every_text_file_is_searched(path: str) -> None:
    text = f"]]] def (\n{GITHUB}\n" if path == "broken.py" else f"x: '{GITHUB}'\n"
    (one,) = look(text, path)
    assert one.check == IN_CODE


@pytest.mark.parametrize("path", ["tests/test_a.py", "tests/fixtures/user.json", "src/a.test.ts"])
def test_in_tests_it_has_a_name_of_its_own(path: str) -> None:
    (one,) = look(f"x = '{GITHUB}'\n", path)
    assert (one.check, one.surface) == (IN_TESTS, Surface.INLINE)


def test_an_aws_key_counts_with_its_secret() -> None:
    key, secret = "AKIA" + draw(CHANCE, BASE32, 16), draw(CHANCE, BASE64, 39) + "x"
    (pair,) = look(f"[default]\nid = {key}\nsecret = {secret}\n", "credentials")
    assert pair.severity is Severity.CRITICAL
    assert "with its secret" in pair.message
    (alone,) = look(f"KEY = '{key}'\n")
    assert (alone.severity, alone.surface) == (Severity.LOW, Surface.SUMMARY)
    assert look(f"KEY = '{key}'\n", "tests/test_a.py") == []
    sha = draw(CHANCE, "0123456789abcdef", 40)
    (beside_a_hash,) = look(f"id = {key}\ncommit = {sha}\n", "notes.txt")
    assert beside_a_hash.surface is Surface.SUMMARY


@pytest.mark.parametrize("name", sorted(KEYS))
def test_private_keys(name: str) -> None:
    text = KEYS[name]
    (in_file,) = look(text, "deploy/server.key")
    assert (in_file.severity, in_file.surface) == (Severity.CRITICAL, Surface.INLINE)
    (in_literal,) = look("KEY = " + json.dumps(text) + "\n")
    assert in_literal.severity is Severity.CRITICAL
    lines = "\n".join(f'    "{line}\\n"' for line in text.splitlines())
    assert len(look(f"KEY = (\n{lines}\n)\n")) == 1
    assert len(look("key: |\n" + "".join(f"  {one}\n" for one in text.splitlines()), "a.yaml")) == 1
    (in_tests,) = look(text * 2, "tests/server.key")
    assert (in_tests.severity, in_tests.surface) == (Severity.LOW, Surface.SUMMARY)
    assert text.splitlines()[1][:8] not in in_file.message


def test_private_keys_that_are_none() -> None:
    text = KEYS["PRIVATE KEY"]
    first, *body, last = text.splitlines()
    assert look("\n".join([first, "...", last]), "a.key") == []
    assert look("\n".join([first, body[0], "…", last]), "a.key") == []
    assert look("\n".join([first, *body[:3], last]), "a.key") == []
    assert look("\n".join([first, "A" * 64, "A" * 64, last]), "a.key") == []
    assert look("\n".join([first, *body]), "a.key") == []
    assert look(f'if text.startswith("{first}"):\n    pass\n') == []
    public = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert look(public.decode(), "a.pem") == []


def test_an_encrypted_key_is_less_grave() -> None:
    for form in (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL):
        (one,) = look(pem(RSA, form, b"phrase"), "deploy/server.key")
        assert one.severity is Severity.MEDIUM


def test_a_service_account_is_one_finding() -> None:
    account = {"type": "service_account", "project_id": "p", "private_key": KEYS["PRIVATE KEY"]}
    for path in ("deploy/account.json", "tests/account.json"):
        (one,) = look(json.dumps(account, indent=1), path)
        assert "service account" in one.message
        assert (one.severity, one.surface) == (Severity.CRITICAL, Surface.INLINE)


def test_web_tokens() -> None:
    claims: dict[str, object] = {"sub": "7f3a", "iss": "https://login.acme.io", "exp": 1}
    (one,) = look(f"T = '{web_token(CHANCE, claims)}'\n")
    assert one.severity is Severity.MEDIUM
    assert "of `login.acme.io`" in one.message
    assert len(look(f"T = '{web_token(CHANCE, claims)}'\n", "tests/test_a.py")) == 1
    assert look(f"T = '{web_token(CHANCE, claims, 'HS256')}'\n", "tests/test_a.py") == []
    made_up: dict[str, object] = {"sub": "1234567890", "name": "John Doe", "iat": 1516239022}
    assert look(f"T = '{web_token(CHANCE, made_up)}'\n") == []
    assert look(f"T = '{web_token(CHANCE, {'some': 'payload'})}'\n") == []
    assert look(f"T = '{web_token(CHANCE, {**claims, 'role': 'anon'})}'\n") == []
    assert look(f"T = '{web_token(CHANCE, claims, 'none')}'\n") == []
    assert look(f"T = '{encoded({'alg': 'x'})}.{encoded(claims)}.{'A' * 40}'\n") == []


@settings(max_examples=200, deadline=None)
@given(
    name=st.sampled_from(["password", "API_KEY", "token", "x", "authorization", "\ud8ff"]),
    value=st.text(max_size=40),
    path=st.sampled_from(["app/a.py", "a.yaml", ".env", "a.js", "a.json", "tests/a.py"]),
)
def test_any_text_is_read(name: str, value: str, path: str) -> None:
    text = f"{name} = {json.dumps(value)}\n{name}: {value}\n{name}={value!r}\n"
    file = ChangedFile(path, text.encode("utf-8", "surrogatepass"))
    (report,) = analyse([file], Settings(), strict=True, checks=CHECKS)
    assert all(value not in one.message for one in report.findings if len(value) > 6)


def test_a_literal_with_a_lone_surrogate_is_read() -> None:
    assert look('PASSWORD = "\\ud8ffabc123"\nT = {"\\ud8ff token": "a1b2c3d4e5"}\n') is not None


def test_a_comment_silences_it_in_python() -> None:
    text = f"A = '{GITHUB}'  # assay: ignore[hard-coded-secret] revoked\n"
    assert look(text) == []


def test_a_setting_that_is_switched_off_is_a_note() -> None:
    for path, mark in (("a.yaml", "#"), ("conf/a.ini", ";"), ("web/a.js", "//"), ("a.go", "//")):
        (one,) = look(f'{mark} password = "Tr4vel!Lamp77"\n', path)
        assert (one.severity, one.surface) == (Severity.MEDIUM, Surface.SUMMARY)
        (one,) = look(f'password = "Tr4vel!Lamp77" {mark} old\n', path)
        assert one.surface is Surface.INLINE


def test_samples_and_documents_hold_none_of_ones_own() -> None:
    text = '{"password": "C4jBpJ6x", "secret": "df8daeaa981b40cea1217fead123bc64"}\n'
    for path in ("doc/api_samples/get.json", "api-ref/source/samples/a.json", "docs/a.txt"):
        assert look(text, path) == []
    assert len(look(text, "app/a.json")) == 2
    (noted,) = look(json.dumps({"key": KEYS["PRIVATE KEY"]}), "doc/api_samples/key.json")
    assert (noted.severity, noted.surface) == (Severity.LOW, Surface.SUMMARY)


def putty(chance: random.Random, version: int, encryption: str) -> str:
    public, private = (base64.b64encode(chance.randbytes(90)).decode() for _ in range(2))
    return (
        f"PuTTY-User-Key-File-{version}: ssh-ed25519\r\nEncryption: {encryption}\r\n"
        f"Comment: deploy\r\nPublic-Lines: 2\r\n{public[:64]}\r\n{public[64:]}\r\n"
        f"Private-Lines: 2\r\n{private[:64]}\r\n{private[64:]}\r\nPrivate-MAC: {'ab12' * 10}\r\n"
    )


def test_keys_of_putty() -> None:
    for version in (2, 3):
        (one,) = look(putty(CHANCE, version, "none"), "deploy/server.ppk")
        assert (one.severity, one.identity) == (Severity.CRITICAL, "private-key")
        (one,) = look(putty(CHANCE, version, "aes256-cbc"), "deploy/server.ppk")
        assert one.severity is Severity.MEDIUM
    public = putty(CHANCE, 3, "none").partition("Private-Lines")[0]
    assert look(public, "deploy/server.ppk") == []
    filled = "PuTTY-User-Key-File-3: x\nEncryption: none\nPrivate-Lines: 1\n" + "A" * 64 + "\n"
    assert look(filled, "deploy/server.ppk") == []


def test_keys_of_openpgp() -> None:
    body = base64.b64encode(b"\x95" + CHANCE.randbytes(400)).decode()
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    label = "PGP PRIVATE KEY BLOCK"
    text = f"-----BEGIN {label}-----\nVersion: 1\n\n{lines}\n=aB3d\n-----END {label}-----\n"
    (one,) = look(text, "deploy/key.asc")
    assert one.identity == "private-key"
    public = text.replace("PRIVATE", "PUBLIC")
    assert look(public, "deploy/key.asc") == []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("db:\n  password: kX9#mP2vL8qR\n", "config.yml"),
        ("PASSWORD=kX9#mP2vL8qR\n", ".env"),
        ("PASSWORD=kX9#mP2vL8qR # the old one\n", ".env"),
    ],
)
def test_a_value_without_quotes_goes_on_behind_a_hash(text: str, path: str) -> None:
    (one,) = look(text, path)
    assert "12 characters" in one.message


@pytest.mark.parametrize("text", ["PASSWORD=#kX9mP2vL8qR\n", "PASSWORD= # kX9mP2vL8qR\n"])
def test_a_comment_is_no_value(text: str) -> None:
    assert look(text, ".env") == []
