"""What is no secret, point by point."""

# ruff: noqa: E501 - the lines of lock files are as long as they are

from __future__ import annotations

import base64
import datetime
import json
import random
import string
import textwrap

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.checks.secrets.looking import look
from tests.checks.secrets.shapes import draw

HEX = "0123456789abcdef"
SEEDS = st.integers(0, 2**32)


def h(chance: random.Random, length: int) -> str:
    return draw(chance, HEX, length)


def b(chance: random.Random, size: int) -> str:
    return base64.b64encode(chance.randbytes(size)).decode()


def locks(c: random.Random) -> dict[str, str]:
    """A piece of every ecosystem's lock file, with drawn digests."""
    return {
        "package-lock.json": json.dumps({"integrity": f"sha512-{b(c, 64)}", "version": "1.0.0"}),
        "yarn.lock": f'a@1:\n  resolved "https://r.acme.io/a.tgz#{h(c, 40)}"\n  integrity sha512-{b(c, 64)}\n',
        "pnpm-lock.yaml": f"  /a@1:\n    resolution: {{integrity: sha512-{b(c, 64)}}}\n",
        "bun.lock": json.dumps({"packages": {"a": ["a@1", "", {}, f"sha512-{b(c, 64)}"]}}),
        "deno.lock": json.dumps({"remote": {"https://d.acme.io/a.ts": h(c, 64)}}),
        "Cargo.lock": f'[[package]]\nname = "a"\nchecksum = "{h(c, 64)}"\n',
        "poetry.lock": f'files = [{{file = "a.whl", hash = "sha256:{h(c, 64)}"}}]\ncontent-hash = "{h(c, 64)}"\n',
        "uv.lock": f'sdist = {{ url = "https://f.acme.io/{h(c, 2)}/{h(c, 60)}/a.tar.gz", hash = "sha256:{h(c, 64)}" }}\n',
        "Pipfile.lock": json.dumps({"_meta": {"hash": {"sha256": h(c, 64)}}, "a": {"hashes": [f"sha256:{h(c, 64)}"]}}),
        "requirements.txt": f"a==1 \\\n    --hash=sha256:{h(c, 64)} \\\n    --hash=sha256:{h(c, 64)}\n",
        "go.sum": f"acme.io/secret-token v1.0.0 h1:{b(c, 32)}\nacme.io/a v1/go.mod h1:{b(c, 32)}\n",
        "Gemfile.lock": f"CHECKSUMS\n  devise-token (1.0) sha256={h(c, 64)}\n  revision: {h(c, 40)}\n",
        "composer.lock": json.dumps({"content-hash": h(c, 32), "dist": {"reference": h(c, 40), "shasum": h(c, 40)}}),
        "mix.lock": f'"a": {{:hex, :a, "1.0", "{h(c, 64)}", [:mix], [], "hexpm", "{h(c, 64)}"}},\n',
        "pubspec.lock": f'  a:\n    description:\n      sha256: "{h(c, 64)}"\n',
        "Podfile.lock": f"SPEC CHECKSUMS:\n  TokenKit: {h(c, 40)}\n\nPODFILE CHECKSUM: {h(c, 40)}\n",
        "packages.lock.json": json.dumps({"A": {"resolved": "1.0", "contentHash": b(c, 64)}}),
        "gradle/verification-metadata.xml": f'<artifact name="a"><sha256 value="{h(c, 64)}"/></artifact>\n',
        "gradle.lockfile": "com.acme:token:1.0=compileClasspath\n",
        ".terraform.lock.hcl": f'  hashes = [\n    "h1:{b(c, 32)}",\n    "zh:{h(c, 64)}",\n  ]\n',
        "flake.lock": json.dumps({"locked": {"narHash": f"sha256-{b(c, 32)}", "rev": h(c, 40)}}),
        "Chart.lock": f"digest: sha256:{h(c, 64)}\ngenerated: 2026-01-01\n",
        "Package.resolved": json.dumps({"state": {"revision": h(c, 40), "version": "1.0"}}),
        "WORKSPACE": f'http_archive(\n    name = "auth_token",\n    sha256 = "{h(c, 64)}",\n)\n',
        "SHA256SUMS": f"{h(c, 64)}  private_key.tar.gz\n{h(c, 64)}  password.txt\n",
        "conda-lock.yml": f"  hash:\n    md5: {h(c, 32)}\n    sha256: {h(c, 64)}\n",
        "stack.yaml.lock": f"    pantry-tree:\n      sha256: {h(c, 64)}\n",
    }  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_lock_files(seed: int) -> None:
    flagged = {path: text for path, text in locks(random.Random(seed)).items() if look(text, path)}
    assert flagged == {}


@settings(max_examples=30, deadline=None)
@given(
    seed=SEEDS,
    name=st.sampled_from(
        [
            "revision",
            "sha256",
            "commit",
            "etag",
            "checksum",
            "md5sum",
            "digest",
            "git_hash",
            "KEY_ID",
            "token_hash",
        ]
    ),
)
def test_hashes_and_identifiers(seed: int, name: str) -> None:
    chance = random.Random(seed)
    uuid = "-".join(h(chance, size) for size in (8, 4, 4, 4, 12))
    for value in (h(chance, 32), h(chance, 40), h(chance, 64), h(chance, 128), uuid):
        for path in ("app/a.py", "web/a.ts", "a.json"):
            assert look(f'"{name}" = "{value}"\n{name} = "{value}"\n', path) == []
    for secret in ("password", "api_key", "token"):
        assert look(f'{secret} = "{uuid}"\n') == []


HASHED = ("$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW",
          "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b7dWRWJTmaaJObG",
          "pbkdf2_sha256$600000$salt1$Ux7pQm2vRk9Lw3ZtUx7pQm2vRk9Lw3Zt=",
          "$6$rounds=5000$usesomesil$D4IrlXatmP7rx3P3InaxBeoomnAihCKRVQAr/36",
          "{SSHA}DkMTwBl+a/3DQTxCYEApdUtNXGgdUac3")  # fmt: skip


@pytest.mark.parametrize("value", HASHED)
def test_hashes_of_passwords(value: str) -> None:
    assert look(f"PASSWORD = '{value}'\n") == []
    assert look(f"password: {value}\n", "users.yaml") == []


def certificate() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "acme.io")])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), 1, start, start + datetime.timedelta(days=1)
    )
    return made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def public_keys() -> dict[str, str]:
    keys: dict[str, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey] = {
        "RSA": rsa.generate_private_key(65537, 2048).public_key(),
        "EC": ec.generate_private_key(ec.SECP256R1()).public_key(),
        "Ed25519": ed25519.Ed25519PrivateKey.generate().public_key(),
    }
    made = {"certificate": certificate()}
    for name, key in keys.items():
        made[name] = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        made[f"{name} for SSH"] = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    return made


PUBLIC = public_keys()


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_public_keys_and_certificates(name: str) -> None:
    text = PUBLIC[name]
    assert look(text, "deploy/key.pem") == []
    assert look(f"KEY = {json.dumps(text)}\nSSH_KEY = {json.dumps(text)}\n") == []
    encoded = base64.b64encode(text.encode()).decode()
    assert look(f"kind: Secret\ndata:\n  tls.crt: {encoded}\n", "a.yaml") == []
    wrapped = textwrap.indent(text, "    ")
    assert look(f"ca: |\n{wrapped}", "a.yaml") == []


def test_fingerprints() -> None:
    chance = random.Random(1)
    colons = ":".join(h(chance, 2) for _ in range(20))
    assert look(f"fingerprint: {colons}\nhost_key: SHA256:{b(chance, 32)[:43]}\n", "a.yaml") == []
    assert (
        look(f"acme.io ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB{b(chance, 200)}\n", "known_hosts") == []
    )


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_minified_code(seed: int) -> None:
    chance = random.Random(seed)
    names = [draw(chance, string.ascii_lowercase, chance.randint(1, 3)) for _ in range(40)]
    parts = [
        chance.choice([
            f"function {name}(t,e){{return t.token===e?t.password:null}}",
            f'{name}.apiKey=t.apiKey||n("apiKey"),',
            f'{name}={{secret:!0,password:"password",token:"access_token"}};',
            f'e.exports="{h(chance, 20)}",',
        ])
        for name in names
    ]  # fmt: skip
    assert look("!" + "".join(parts) * 5, "static/app.min.js") == []
    assert look("!" + "".join(parts) * 5, "web/bundle.js") == []


TRANSLATIONS = {
    "locale/de.json": '{"password": "Passwort", "api_key": "API-Schlüssel", "token": "Zugangs-Token"}',
    "locale/fr.yaml": "fr:\n  password: Mot de passe\n  secret: Clé-secrète\n  token: Jeton d'accès\n",
    "res/values/strings.xml": '<string name="password">Passwort eingeben</string>\n'
    '<string name="prompt_password">Kennwort-1</string>\n',
    "i18n/messages.properties": "login.password=Your password\nlogin.password.error=Wrong password\n",
    "web/labels.ts": 'export const t = { password: "Passwort", secretKey: "Geheimer Schlüssel" };\n',
}


@pytest.mark.parametrize("path", sorted(TRANSLATIONS))
def test_translations(path: str) -> None:
    assert look(TRANSLATIONS[path], path) == []


REFERENCES = (
    "${DB_PASSWORD}", "$DB_PASSWORD", "$(cat /run/secrets/db)", "{{ db_password }}",
    "{{.Values.password}}", "{% password %}", "<your-key>", "<PASSWORD>", "[your token]",
    "%DB_PASSWORD%", "#{ENV['PASSWORD']}", "@@password@@", "__PASSWORD__", "env:DB_PASSWORD",
    "vault:secret/data/db#password", "op://vault/item/password", "arn:aws:secretsmanager:eu:1:a",
    "/run/secrets/db_password", "ssm:/prod/db/password", "!Ref DbPassword", "process.env.PASSWORD",
    "os.environ['PASSWORD']", "your-api-key", "your_api_key_here", "insert-key-here", "changeme",
    "change-me-please1", "xxxxxxxxxxxxxxxx", "****************", "................", "TODO: key 1",
    "dummy-password-1", "example-password-1", "fake-token-1234", "test-password-1", "password123abc",
    "not-a-real-password1", "REDACTED-1", "placeholder1", "foobar123", "1234567890", "abcdef123456",
    "123456789012345678", "0000000000000000", "aaaaaaaaaaaaaaaa1",
)  # fmt: skip


@pytest.mark.parametrize("value", REFERENCES)
def test_references_templates_and_placeholders(value: str) -> None:
    for name in ("password", "api_key", "DB_PASSWORD", "secret_token"):
        assert look(f'{name} = "{value}"\n') == []
        assert look(f"{name}: {value}\n", "a.yaml") == []
        assert look(f"{name}={value}\n", "deploy/.env") == []
        assert look(f'const x = {{ {name}: "{value}" }};\n', "a.js") == []
        assert look(json.dumps({name: value}), "a.json") == []


def test_files_of_examples() -> None:
    for path in (
        ".env.example",
        ".env.sample",
        "config.template.yaml",
        "settings.py.dist",
        "a.env.j2",
    ):
        assert look("DB_PASSWORD=Tr4vel!Lamp77\n", path) == [], path


DOCUMENTED = (
    "AKIA" + "IOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG" + "/bPxRfiCYEXAMPLEKEY",
    "sk_test_4eC39HqLyjW" + "DarjtT1zdp7dc",
    "ghp_" + "x" * 36,
    "xoxb-" + "123456789012-1234567890123-" + "a" * 24,
    "AIzaSy" + "EXAMPLE" + "x" * 26,
    "https://hooks.slack.com/services/" + "T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
    "SG." + "x" * 22 + "." + "y" * 43,
    "glpat-" + "x" * 20,
    "npm_" + "0" * 36,
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    "postgresql://user:password@localhost:5432/app",
    "mongodb://admin:secret@example.com/db",
    "https://user:hunter2@example.org/",
    "amqp://guest:guest@rabbitmq:5672//",
    "Server=localhost;User Id=sa;Password=Tr4vel!Lamp77;",
)


@pytest.mark.parametrize("value", DOCUMENTED)
def test_documented_examples(value: str) -> None:
    for path in ("app/a.py", "docs/a.md", "tests/test_a.py", "a.yaml"):
        assert look(f'value = "{value}"\n', path) == [], path


FAKE = ("s3cr3t", "s3cr3t-Passw0rd", "hunter2", "correct-horse-battery-staple", "P@ssw0rd!",
        "letmein1", "abc123!", "Tr4vel!Lamp77", "k9sdf8gh2lk4jh5g6d7f8s9a0qwe")  # fmt: skip


@pytest.mark.parametrize("value", FAKE)
def test_a_made_up_password_in_a_test_never_counts(value: str) -> None:
    for path in ("tests/test_login.py", "tests/fixtures/user.json", "src/login.test.ts",
                 "spec/login_spec.rb", "pkg/login_test.go", "tests/data/app.env"):  # fmt: skip
        text = f'password = "{value}"\nSECRET_KEY: "{value}"\n{{"token": "{value}"}}\n'
        assert look(text, path) == [], path


def test_names_that_have_the_length_of_a_key() -> None:
    words = (
        "<md-datepicker-input-masks class='md-autocomplete-suggestion vcp_SomeLongNameOfAFunction'>"
    )
    assert look(words, "web/a.vue") == []
    assert look('trace = "api-1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"\n') == []
    assert look('digest = "YCe0Fz3kQ8sVb1LmXw7RtA9uHnJd2GpKo5ECy4Ti"\n') == []
