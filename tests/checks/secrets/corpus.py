"""Files in which a secret may stand: how each kind of file writes a name and its value.

For the tests and for the benchmark: both put drawn secrets, and what only looks like one, into
every kind of file.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import re2

from tests.checks.secrets.shapes import SHAPES, draw

_NAMED = re2.compile(r"^([A-Z][A-Z0-9_]+)=([^;]+)$|^([a-z]+) = '(.+)$")
PLAIN_NAME = "SERVICE_ACCESS"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file."""

    name: str
    path: str
    write: Callable[[str, str], str]
    """The text of a file that gives a name a value."""
    encodes: bool = False
    """Whether it writes values in Base64."""
    names: bool = True
    """Whether the name of one's own choice stands in it."""


def _notebook(name: str, value: str) -> str:
    cell = {"cell_type": "code", "source": [f'{name} = "{value}"\n'], "outputs": []}
    return json.dumps({"cells": [cell], "nbformat": 4}, indent=1)


def _manifest(name: str, value: str) -> str:
    data = base64.b64encode(value.encode()).decode()
    return f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\ndata:\n  {name}: {data}\n"


def _docker(_name: str, value: str) -> str:
    auth = base64.b64encode(f"robot:{value}".encode()).decode()
    return json.dumps({"auths": {"registry.acme.io": {"auth": auth}}}, indent=2)


KINDS = (
    Kind("Python", "app/settings.py", lambda n, v: f'import os\n\n{n} = "{v}"\n'),
    Kind("JavaScript", "web/config.js", lambda n, v: f"const {n} = '{v}';\n"),
    Kind("TypeScript", "web/client.ts", lambda n, v: f'export const {n}: string = "{v}";\n'),
    Kind("Go", "cmd/main.go", lambda n, v: f'package main\n\nconst {n} = "{v}"\n'),
    Kind("Java", "src/Client.java",
         lambda n, v: f'class Client {{\n  private static final String {n} = "{v}";\n}}\n'),
    Kind("C#", "src/Client.cs", lambda n, v: f'class Client {{ const string {n} = "{v}"; }}\n'),
    Kind("Ruby", "lib/client.rb", lambda n, v: f"{n} = '{v}'.freeze\n"),
    Kind("PHP", "src/config.php", lambda n, v: f"<?php\ndefine('{n}', '{v}');\n"),
    Kind("C", "src/client.c", lambda n, v: f'static const char *{n} = "{v}";\n'),
    Kind("shell", "deploy.sh", lambda n, v: f"#!/bin/sh\nexport {n}='{v}'\n"),
    Kind("Dockerfile", "Dockerfile", lambda n, v: f"FROM alpine\nENV {n}={v}\n"),
    Kind("Makefile", "Makefile", lambda n, v: f"{n} := {v}\n\nall:\n\t./deploy\n"),
    Kind("YAML", "config/app.yaml", lambda n, v: f'app:\n  {n}: "{v}"\n'),
    Kind("Compose", "docker-compose.yml",
         lambda n, v: f"services:\n  web:\n    environment:\n      - {n}={v}\n"),
    Kind("workflow", ".github/workflows/ci.yml", lambda n, v: f"on: push\nenv:\n  {n}: '{v}'\n"),
    Kind("JSON", "config/app.json", lambda n, v: json.dumps({"app": {n: v}}, indent=2)),
    Kind("TOML", "config/app.toml", lambda n, v: f'[app]\n{n} = "{v}"\n'),
    Kind("INI", "config/app.ini", lambda n, v: f"[app]\n{n} = {v}\n"),
    Kind("properties", "src/application.properties", lambda n, v: f"{n}={v}\n"),
    Kind("environment", "deploy/.env", lambda n, v: f"{n}={v}\n"),
    Kind("XML", "app/Web.config.xml",
         lambda n, v: f'<settings>\n  <add key="{n}" value="{v.replace("&", "&amp;")}" />\n'
         "</settings>\n"),
    Kind("Terraform", "infra/main.tf", lambda n, v: f'locals {{\n  {n} = "{v}"\n}}\n'),
    Kind("variables of Terraform", "infra/prod.tfvars", lambda n, v: f'{n} = "{v}"\n'),
    Kind("notebook", "notes/try.ipynb", _notebook),
    Kind("SQL", "db/users.sql",
         lambda n, v: f"INSERT INTO settings (name, value) VALUES ('{n}', '{v}');\n"),
    Kind("Kubernetes secret", "deploy/secret.yaml", _manifest, encodes=True),
    Kind("kubeconfig", "deploy/kubeconfig",
         lambda n, v: f"users:\n- name: admin\n  user:\n    token: {v}\n", names=False),
    Kind("Docker login", "deploy/config.json", _docker, encodes=True, names=False),
    Kind(".netrc", ".netrc", lambda n, v: f"machine acme.io\n  login deploy\n  password {v}\n",
         names=False),
    Kind(".npmrc", ".npmrc", lambda n, v: f"//npm.acme.io/:_authToken={v}\n", names=False),
    Kind(".pypirc", ".pypirc", lambda n, v: f"[pypi]\nusername = __token__\npassword = {v}\n",
         names=False),
    Kind("Markdown", "docs/setup.md", lambda n, v: f"# Setup\n\n    export {n}={v}\n"),
)  # fmt: skip
"""Thirty-two kinds of files."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A file with one secret in it, or with none that is."""

    path: str
    text: str
    secret: str
    provider: str
    """The id of the kind of secret, or of that which it nearly is."""
    kind: str
    """The kind of the file."""


def split(text: str) -> tuple[str, str]:
    """A name and a value of a drawn text; the name is one's own where the shape needs none."""
    match = _NAMED.match(text)
    if match is None:
        return PLAIN_NAME, text
    return (match.group(1) or match.group(3).upper() + "_ACCESS"), (
        match.group(2) or match.group(4)
    )


def planted(seed: int, *, rounds: int) -> Iterator[Planted]:
    """Drawn secrets of all kinds in all kinds of files: each kind of secret ``rounds`` times."""
    chance = random.Random(seed)
    number = 0
    for _ in range(rounds):
        for provider, makers in SHAPES.items():
            name, value = split(chance.choice(makers)(chance))
            usable = [one for one in KINDS if one.names or name == PLAIN_NAME]
            kind = usable[number % len(usable)]
            number += 1
            yield Planted(kind.path, kind.write(name, value), value, provider, kind.name)


def missed_by_a_sign(seed: int, *, rounds: int) -> Iterator[Planted]:
    """Near misses: one character of another alphabet in the middle of what was drawn.

    Only kinds whose shape says all, in files that do not encode: what stands beside a name that
    speaks of a secret may be one of one's own.
    """
    chance = random.Random(seed)
    number = 0
    for _ in range(rounds):
        for provider, makers in SHAPES.items():
            drawn = chance.choice(makers)(chance)
            name, value = split(drawn)
            if name != PLAIN_NAME or value.startswith(("https:", "kubeadm", "Endpoint")):
                continue
            usable = [one for one in KINDS if not one.encodes and one.names]
            kind = usable[number % len(usable)]
            number += 1
            at = len(value) // 3
            broken = value[:at] + "~!"[provider in _TILDE] + value[at + 1 :]
            yield Planted(kind.path, kind.write(name, broken), broken, provider, kind.name)


_TILDE = frozenset({"azure-client-secret"})
"""Kinds whose alphabet holds the tilde."""


def harmless(seed: int, *, rounds: int) -> Iterator[Planted]:
    """What is no secret, in all kinds of files: hashes, identifiers, references, placeholders."""
    chance = random.Random(seed)
    digits = "0123456789abcdef"

    def uuid() -> str:
        return "-".join(draw(chance, digits, size) for size in (8, 4, 4, 4, 12))

    makers: dict[str, Callable[[], tuple[str, str]]] = {
        "SHA-1": lambda: ("REVISION", draw(chance, digits, 40)),
        "SHA-256": lambda: ("CHECKSUM", "sha256:" + draw(chance, digits, 64)),
        "MD5": lambda: ("ETAG", draw(chance, digits, 32)),
        "integrity": lambda: (
            "INTEGRITY", "sha512-" + base64.b64encode(chance.randbytes(64)).decode()
        ),
        "UUID": lambda: ("REQUEST_ID", uuid()),
        "UUID of a token": lambda: ("TOKEN_ID", uuid()),
        "public key": lambda: (
            "DEPLOY_KEY", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + draw(chance, digits, 43)
        ),
        "fingerprint": lambda: (
            "HOST_FINGERPRINT", "SHA256:" + base64.b64encode(chance.randbytes(32)).decode()[:43]
        ),
        "reference": lambda: ("API_TOKEN", "${" + "API_TOKEN}"),
        "template": lambda: ("API_TOKEN", "{{ api_token }}"),
        "placeholder": lambda: ("API_KEY", "<your-api-key>"),
        "example": lambda: ("API_KEY", "your-api-key-here"),
        "hash of a password": lambda: ("PASSWORD_HASH", "$2b$12$" + draw(chance, digits, 53)),
        "place": lambda: ("SECRET_PATH", "/run/secrets/db_password"),
        "address": lambda: ("TOKEN_URL", "https://login.acme.io/oauth2/token"),
        "picture": lambda: (
            "LOGO", "data:image/png;base64,iVBORw0KGgo" + base64.b64encode(
                chance.randbytes(90)).decode()
        ),
    }  # fmt: skip
    usable = [one for one in KINDS if one.names]
    for turn in range(rounds):
        for number, (what, make) in enumerate(makers.items()):
            kind = usable[(turn * 7 + number) % len(usable)]
            name, value = make()
            yield Planted(kind.path, kind.write(name, value), value, what, kind.name)
