"""Secrets planted to be looked for: what they are, where they stand, how they could get out."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import urllib.parse
from collections.abc import Iterable, Iterator
from pathlib import Path

import ahocorasick_rs
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.checks.secrets.corpus import KINDS
from tests.checks.secrets.shapes import ALNUM, SHAPES, draw

_HASHES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "blake2s")
_BLAKE_SIZES = (12, 16, 20, 32, 64)
_TRUNCATED = 16
"""Hexadecimal digits of a hash that give it away."""


class Canaries:
    """Draws canaries, each used once, and finds them again in whatever was written."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._where: dict[str, str] = {}
        self._ready = -1

    def __len__(self) -> int:
        return len(self._where)

    def drawn(self, where: str, kind: str = "github-token") -> str:
        """A secret of a provider; ``where`` says in which place it is planted."""
        return self._keep(where, SHAPES[kind][0](self._chance))

    def password(self, where: str) -> str:
        """A password as a person would make one up."""
        return self._keep(where, f"Lamp-{draw(self._chance, ALNUM, 14)}!7x")

    def key(self, where: str) -> str:
        """A private key in PEM; its second line is looked for."""
        pem = (
            ec.generate_private_key(ec.SECP256R1())
            .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            .decode()
        )
        self._keep(where, pem.splitlines()[2])
        return pem

    def _keep(self, where: str, secret: str) -> str:
        self._where[secret] = where
        return secret

    def found_in(self, data: bytes) -> list[tuple[str, str]]:
        """Which canaries left a trace in some bytes: where each was planted, and which trace."""
        return sorted({self._names[index] for index, *_ in self._search(data)})

    def _search(self, data: bytes) -> Iterable[tuple[int, int, int]]:
        if len(self._where) != self._ready:
            self._ready = len(self._where)
            every = [
                (where, name, trace)
                for secret, where in self._where.items()
                for name, trace in traces(secret)
            ]
            self._names = [(where, name) for where, name, _ in every]
            self._automaton = ahocorasick_rs.BytesAhoCorasick([trace for *_, trace in every])
        return self._automaton.find_matches_as_indexes(data, overlapping=True)


def traces(secret: str) -> Iterator[tuple[str, bytes]]:
    """In which forms a secret can leave: itself, encoded, or as a hash that everybody can make."""
    raw = secret.encode()
    # The first four characters may be shown, and a word of a made-up password is no trace.
    yield "itself", raw[5:]
    yield "its end", raw[-10:]
    yield "in hexadecimal", raw.hex().encode()
    yield "percent-encoded", "".join(f"%{byte:02X}" for byte in raw).encode()
    yield "quoted for an address", urllib.parse.quote(secret, safe="").encode()[5:]
    yield "in JSON", json.dumps(secret).encode()[6:-1]
    for shift in range(3):
        for name, text in (
            ("Base64", base64.b64encode(b" " * shift + raw)),
            ("Base64 for addresses", base64.urlsafe_b64encode(b" " * shift + raw)),
        ):
            yield name, text[8:-4]
    for text in (raw, raw + b"\n", b'"' + raw + b'"', b"'" + raw + b"'"):
        for name, digest in _digests(text):
            yield name, digest.hex()[:_TRUNCATED].encode()
            yield f"{name} in Base64", base64.b64encode(digest)[:_TRUNCATED]
            yield f"{name} as bytes", digest[:12]


def _digests(text: bytes) -> Iterator[tuple[str, bytes]]:
    for name in _HASHES:
        yield name, hashlib.new(name, text).digest()
    for size in _BLAKE_SIZES:
        yield f"blake2b of {size}", hashlib.blake2b(text, digest_size=size).digest()


def planted(canaries: Canaries) -> dict[str, bytes]:
    """Files with a canary each: every kind of file, broken ones, and such that cost much."""
    files: dict[str, bytes] = {}
    for kind in KINDS:
        password = canaries.password(f"password in {kind.name}")
        files[kind.path] = kind.write("DB_PASSWORD", password).encode()
        token = canaries.drawn(f"token in {kind.name}", "stripe-key")
        folder = Path(kind.path)
        files[f"{folder.parent}/more/{folder.name}".removeprefix("./")] = kind.write(
            "SERVICE_ACCESS", token
        ).encode()
    files["deploy/server.key"] = canaries.key("private key").encode()
    files["deploy/tls.yaml"] = (
        "kind: Secret\ndata:\n  tls.key: "
        + base64.b64encode(canaries.key("private key in Base64").encode()).decode()
        + "\n"
    ).encode()
    address = f"postgresql://app:{canaries.password('address')}@db.acme.io/app"
    files["app/db.py"] = f'import db\n\nconnection = db.connect("{address}")\n'.encode()
    half = canaries.drawn("in parts")
    files["app/parts.py"] = f'KEY = (\n    "{half[:9]}"\n    + "{half[9:]}"\n)\n'.encode()
    files["app/calls.py"] = (
        "import os, requests, subprocess\n\n\n"
        "def run(host, cursor):\n"
        f'    requests.get(host, auth=("app", "{canaries.drawn("argument")}"), verify=False)\n'
        f'    os.system("curl -u app:{canaries.drawn("command")} " + host)\n'
        f'    subprocess.run(f"mysql -p{canaries.password("option")} {{host}}", shell=True)\n'
        f'    eval("{canaries.drawn("evaluated")}" + host)\n'
        f'    print("{canaries.drawn("printed")}")  # assay: ignore[code-injection] '
        f"{canaries.drawn('reason')}\n"
    ).encode()
    files["tests/test_login.py"] = (
        "def test_login(client):\n"
        f'    assert (client.login("{canaries.drawn("assertion")}"), "it works")\n'
        f'    client.post("/x", token="{canaries.drawn("test", "npm-token")}")\n'
    ).encode()
    broken = canaries.drawn("broken file")
    files["app/broken.py"] = b"def (:\n  \xff\x00\n" + f"T = '{broken}\n".encode()
    files["app/latin.py"] = (
        f"# coding: latin-1\nT = '\xe9{canaries.drawn('other encoding')}'\n".encode("latin-1")
    )
    files["app/wide.txt"] = canaries.drawn("UTF-16").encode("utf-16")
    files["app/picture.bin"] = b"\x89PNG\0\0" + canaries.drawn("binary file").encode()
    files["app/long.js"] = b"x=1;" * 3_000 + canaries.drawn("long line").encode()
    soup = random.Random(5)
    lines = ["".join(soup.choices("([{}])=:,'\"abc 123+-*", k=90)) for _ in range(9_000)]
    lines.insert(8_500, f"T = '{canaries.drawn('costly file')}'")
    files["app/costly.py"] = "\n".join(lines).encode()
    many = "".join(f"password_{n} = 'Qx{n}-wTz'\n" for n in range(400))
    files["app/many.py"] = (many + f"PASSWORD = '{canaries.password('many')}'\n").encode()
    same = canaries.drawn("the same in many files")
    files |= {f"deploy/env-{n}.yaml": f"token: {same}\n".encode() for n in range(12)}
    return files


def everything_below(folders: Iterable[Path]) -> Iterator[tuple[Path, bytes]]:
    """All files of some folders, whatever they hold."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield path, path.read_bytes()
