"""The environment: accepted in every shape that platforms hand it over, refused in plain words."""

from __future__ import annotations

import base64
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.settings import LogFormat, Role, Settings, SettingsError, load

unhurried = hypothesis_settings(deadline=None)
"""Other work on the machine makes no test fail."""

SECRET = "a-long-enough-secret"


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def pem_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    ).decode()


@cache
def pem() -> str:
    return pem_of(rsa_key())


def environment(**changes: str) -> dict[str, str]:
    base = {
        "ASSAY_APP_ID": "1234",
        "ASSAY_PRIVATE_KEY": pem(),
        "ASSAY_WEBHOOK_SECRET": SECRET,
    }
    return {name: value for name, value in {**base, **changes}.items() if value != "-"}


def settings(**changes: str) -> Settings:
    return load(environment(**changes)).settings


def problems(**changes: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load(environment(**changes))
    return caught.value.problems


def number(key: str) -> int:
    loaded = load_pem_private_key(key.encode(), password=None)
    assert isinstance(loaded, rsa.RSAPrivateKey)
    return loaded.private_numbers().d


def test_three_variables_are_enough() -> None:
    loaded = load(environment())
    assert loaded.warnings == ()
    assert loaded.settings == Settings(
        app_id=1234,
        private_key=loaded.settings.private_key,
        webhook_secrets=(SECRET.encode(),),
        api_url="https://api.github.com",
        graphql_url=None,
        state_dir=Path(".assay"),
        database_url=None,
        host="127.0.0.1",
        port=8000,
        concurrency=16,
        log_format=LogFormat.TEXT,
        grace=timedelta(seconds=25),
        sweep_every=timedelta(minutes=10),
        docs_url="",
    )


def test_every_variable_is_heard() -> None:
    found = settings(
        ASSAY_GITHUB_API_URL="https://ghe.example.com/api/v3/",
        ASSAY_GITHUB_GRAPHQL_URL="https://ghe.example.com/api/graphql",
        ASSAY_STATE_DIR="/var/lib/assay",
        ASSAY_DATABASE_URL="postgres://assay:hunter2hunter2@db/assay",
        ASSAY_HOST="0.0.0.0",
        PORT="80",
        ASSAY_CONCURRENCY="9",
        ASSAY_LOG_FORMAT="JSON",
        ASSAY_SHUTDOWN_GRACE="3",
        ASSAY_SWEEP_MINUTES="0",
        ASSAY_DOCS_URL="https://docs.example.com/checks/",
        ASSAY_ZIZMOR="On",
    )
    assert found.api_url == "https://ghe.example.com/api/v3"
    assert found.graphql_url == "https://ghe.example.com/api/graphql"
    assert found.state_dir == Path("/var/lib/assay")
    assert found.database_url == "postgresql://assay:hunter2hunter2@db/assay"
    assert (found.host, found.port, found.concurrency) == ("0.0.0.0", 80, 9)
    assert found.log_format is LogFormat.JSON
    assert found.grace == timedelta(seconds=3)
    assert found.sweep_every == timedelta(0)
    assert found.docs_url == "https://docs.example.com/checks"
    assert found.zizmor


@pytest.mark.parametrize(
    "mangle",
    [
        lambda key: key,
        lambda key: key.replace("\n", "\\n"),
        lambda key: key.replace("\n", "\r\n"),
        lambda key: key.replace("\n", " "),
        lambda key: f'"{key}"',
        lambda key: base64.b64encode(key.encode()).decode(),
        lambda key: base64.encodebytes(key.encode()).decode(),
        lambda key: "  \n" + key + "\n\n",
    ],
    ids=["pem", "escapes", "crlf", "spaces", "quotes", "base64", "wrapped base64", "blank lines"],
)
def test_the_key_is_read_in_every_shape(mangle: object) -> None:
    assert callable(mangle)
    found = settings(ASSAY_PRIVATE_KEY=mangle(pem()))
    assert number(found.private_key) == number(pem())


def test_pkcs8_is_read() -> None:
    key = rsa_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    assert number(settings(ASSAY_PRIVATE_KEY=key).private_key) == number(pem())


def test_the_key_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "app.pem"
    file.write_text(pem())
    found = settings(ASSAY_PRIVATE_KEY="-", ASSAY_PRIVATE_KEY_FILE=str(file))
    assert number(found.private_key) == number(pem())


def test_the_key_before_a_rotation_is_read_too(tmp_path: Path) -> None:
    assert settings().previous_private_key == ""
    file = tmp_path / "old.pem"
    file.write_text(pem())
    inline = settings(ASSAY_PREVIOUS_PRIVATE_KEY=pem())
    named = settings(ASSAY_PREVIOUS_PRIVATE_KEY_FILE=str(file))
    for found in (inline, named):
        assert number(found.previous_private_key) == number(pem())
        assert pem().splitlines()[1] in found.secrets()
        assert "PRIVATE KEY" not in repr(found)
    (said,) = problems(ASSAY_PREVIOUS_PRIVATE_KEY="hello")
    assert said.startswith("ASSAY_PREVIOUS_PRIVATE_KEY ")
    both = problems(ASSAY_PREVIOUS_PRIVATE_KEY=pem(), ASSAY_PREVIOUS_PRIVATE_KEY_FILE=str(file))
    assert "both set" in both[0]


def bad_keys() -> dict[str, tuple[str, str]]:
    key = rsa_key()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"pass"))
    old_locked = key.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"pass")
    )
    return {
        "nonsense": ("hello there", "neither a PEM key nor the base64"),
        "base64 of nonsense": (base64.b64encode(b"hello").decode(), "not a whole PEM key"),
        "cut off": (pem()[:600], "not a whole PEM key"),
        "damaged": (pem().replace("MII", "MIX"), "damaged"),
        "public": (public.decode(), "public key"),
        "certificate": (pem().replace("RSA PRIVATE KEY", "CERTIFICATE"), "not a private key"),
        "pass phrase": (locked.decode(), "pass phrase"),
        "old pass phrase": (old_locked.decode(), "pass phrase"),
        "elliptic": (pem_of(ec.generate_private_key(ec.SECP256R1())), "not an RSA key"),
        "short": (pem_of(rsa_key(1024)), "1024 bits"),
    }


@pytest.mark.parametrize("name", list(bad_keys()))
def test_a_bad_key_is_one_line_without_the_key(name: str) -> None:
    key, said = bad_keys()[name]
    (problem,) = problems(ASSAY_PRIVATE_KEY=key)
    assert problem.startswith("ASSAY_PRIVATE_KEY ")
    assert said in problem
    assert "\n" not in problem
    assert not any(line in problem for line in key.splitlines() if len(line) > 30)


def test_a_bad_key_file_is_said(tmp_path: Path) -> None:
    absent = str(tmp_path / "absent.pem")
    for path, said in [(absent, "does not exist"), (str(tmp_path), "cannot be read")]:
        (problem,) = problems(ASSAY_PRIVATE_KEY="-", ASSAY_PRIVATE_KEY_FILE=path)
        assert problem.startswith("ASSAY_PRIVATE_KEY_FILE ")
        assert said in problem
    huge = tmp_path / "huge"
    huge.write_bytes(b"x" * 100_000)
    (problem,) = problems(ASSAY_PRIVATE_KEY="-", ASSAY_PRIVATE_KEY_FILE=str(huge))
    assert "too large" in problem


@unhurried
@given(st.data())
def test_a_key_with_any_bit_wrong_is_a_key_or_one_line(data: st.DataObject) -> None:
    der = bytearray(
        rsa_key().private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    )
    for place in data.draw(st.lists(st.integers(0, len(der) - 1), min_size=1, max_size=3)):
        der[place] = data.draw(st.integers(0, 255))
    body = base64.b64encode(bytes(der)).decode()
    key = f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----"
    said: tuple[str, ...] = ("ASSAY_PRIVATE_KEY is fine",)
    try:
        load(environment(ASSAY_PRIVATE_KEY=key))
    except SettingsError as error:
        said = error.problems
    assert [line.split()[0] for line in said] == ["ASSAY_PRIVATE_KEY"]


def test_a_key_twice_is_refused() -> None:
    (problem,) = problems(ASSAY_PRIVATE_KEY_FILE="/somewhere.pem")
    assert "both set" in problem


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load({"PORT": "http", "ASSAY_LOG_FORMAT": "xml", "ASSAY_DATABASE_URL": "mysql://x"})
    named = [problem.split(" ", 1)[0] for problem in caught.value.problems]
    assert sorted(named) == [
        "ASSAY_APP_ID",
        "ASSAY_DATABASE_URL",
        "ASSAY_LOG_FORMAT",
        "ASSAY_PRIVATE_KEY",
        "ASSAY_WEBHOOK_SECRET",
        "PORT",
    ]
    assert all("docs/running.md" in problem for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASSAY_APP_ID", "assay"),
        ("ASSAY_APP_ID", "0"),
        ("ASSAY_APP_ID", "٣"),
        ("ASSAY_APP_ID", "Iv1.0123456789abcdef"),
        ("ASSAY_WEBHOOK_SECRET", ""),
        ("ASSAY_WEBHOOK_SECRET", "   "),
        ("ASSAY_WEBHOOK_SECRET", "fifteen-letters"),
        ("ASSAY_WEBHOOK_SECRET", f"{SECRET},"),
        ("ASSAY_WEBHOOK_SECRET", f"{SECRET},short"),
        ("ASSAY_WEBHOOK_SECRET", f"{SECRET},{SECRET}2,{SECRET}3"),
        ("ASSAY_GITHUB_API_URL", "http://ghe.example.com/api/v3"),
        ("ASSAY_GITHUB_API_URL", "ghe.example.com"),
        ("ASSAY_GITHUB_API_URL", "https://user:word@ghe.example.com"),
        ("ASSAY_GITHUB_API_URL", "https://ghe.example.com/?a=b"),
        ("ASSAY_GITHUB_API_URL", "https://[ghe"),
        ("ASSAY_GITHUB_API_URL", "https://ghe.example.com/{x}"),
        ("ASSAY_GITHUB_GRAPHQL_URL", "http://ghe.example.com/api/graphql"),
        ("ASSAY_GITHUB_API_URL", "https://ghe.example.com:99999"),
        ("ASSAY_DATABASE_URL", "sqlite:///x"),
        ("ASSAY_DATABASE_URL", "db.example.com"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("ASSAY_CONCURRENCY", "0"),
        ("ASSAY_CONCURRENCY", "many"),
        ("ASSAY_SHUTDOWN_GRACE", "forever"),
        ("ASSAY_SWEEP_MINUTES", "1441"),
        ("ASSAY_SWEEP_MINUTES", "0.5"),
        ("ASSAY_ZIZMOR", "yes"),
        ("ASSAY_DOCS_URL", "docs/checks"),
        ("ASSAY_DOCS_URL", "http://docs.example.com"),
        ("ASSAY_DOCS_URL", "https://user:word@docs.example.com"),
        ("ASSAY_DOCS_URL", "https://docs.example.com/?page="),
        ("ASSAY_DOCS_URL", "javascript:alert(1)"),
        ("ASSAY_STATE_DIR", __file__),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_variable(name: str, value: str) -> None:
    (problem,) = problems(**{name: value})
    assert problem.startswith(f"{name} ")
    assert "\n" not in problem


def test_plain_http_is_for_this_machine() -> None:
    for host in ("127.0.0.1:8080", "localhost", "[::1]:1"):
        assert settings(ASSAY_GITHUB_API_URL=f"http://{host}").api_url == f"http://{host}"


def test_two_secrets_while_rotating() -> None:
    found = settings(ASSAY_WEBHOOK_SECRET=f"{SECRET}, another-long-secret")
    assert found.webhook_secrets == (SECRET.encode(), b"another-long-secret")


def test_a_role_asks_only_for_what_it_needs() -> None:
    worker = load(environment(ASSAY_WEBHOOK_SECRET="-"), Role.WORKER).settings
    assert worker.webhook_secrets == ()
    store = load({"ASSAY_STATE_DIR": "/x"}, Role.STORE).settings
    assert (store.state_dir, store.private_key) == (Path("/x"), "")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("ASSAY_WEBHOOK_SECRETS", "did you mean ASSAY_WEBHOOK_SECRET?"),
        ("ASSAY_PORT", "did you mean PORT?"),
        ("ASSAY_APPID", "did you mean ASSAY_APP_ID?"),
        ("ASSAY_FRUIT_SALAD_DRESSING", "docs/running.md"),
    ],
)
def test_an_unknown_variable_is_a_warning_with_the_nearest_name(name: str, hint: str) -> None:
    (warning,) = load(environment(**{name: "x"})).warnings
    assert name in warning
    assert hint in warning


def test_the_repr_shows_no_secret() -> None:
    found = settings(ASSAY_DATABASE_URL="postgresql://assay:hunter2hunter2@db/assay")
    shown = f"{found!r} {found!s}"
    assert SECRET not in shown
    assert "hunter2" not in shown
    assert "PRIVATE" not in shown


def test_what_a_log_must_not_show() -> None:
    found = settings(ASSAY_DATABASE_URL="postgresql://assay:p%40ssword123@db/assay")
    secrets = found.secrets()
    assert {SECRET, "p%40ssword123", "p@ssword123"} <= set(secrets)
    assert all(line in secrets for line in pem().splitlines()[1:-1])


@unhurried
@given(st.dictionaries(st.sampled_from(sorted(environment())), st.text(max_size=200)))
def test_any_environment_gives_settings_or_errors_of_one_line(changes: dict[str, str]) -> None:
    said: tuple[str, ...] = ("settings",)
    try:
        load(environment(**changes))
    except SettingsError as error:
        said = error.problems
    assert said
    assert all(len(problem.splitlines()) == 1 for problem in said)
