"""Names and literals in files that are neither Python nor lines of ``name = value``.

Markup, queries, notebooks, manifests of Kubernetes, credentials of Docker, npm and curl.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import re2

from checks.model import Span
from checks.secrets.assignments import Literal, in_text
from checks.secrets.decoding import text_of
from checks.secrets.naming import MAX_NAME

_MAX_VALUE = 512
_NAME = rb"([A-Za-z_][A-Za-z0-9_.:-]*)"
_BASE64 = rb"([A-Za-z0-9+/]{8,}={0,2})"
_MANIFEST = re2.compile(rb"""(?m)^[ \t]*["']?kind["']?:[ \t]*["']?Secret\b""")
_ENCODED = re2.compile(
    rb"""(?m)^[ \t]+["']?"""
    + _NAME
    + rb"""["']?:[ \t]*["']?"""
    + _BASE64
    + rb"""["']?,?[ \t\r]*$"""
)
_DOCKER = re2.compile(rb'"auth"[ \t]*:[ \t]*"' + _BASE64 + rb'"')
_NPM = re2.compile(rb"(_auth|_password)[ \t]*=[ \t]*\"?" + _BASE64)
_CURL = re2.compile(rb"(?:machine\s+\S+|default)\s+login\s+\S+\s+password\s+(\S{4,})")
_ELEMENT = re2.compile(rb"<" + _NAME + rb"(?:\s[^<>\n]*)?>([^<>\n]{6,})</")
_KEYED = re2.compile(
    rb"""(?:key|name)=["']([^"'<>\n]+)["'][^<>\n]*?"""
    rb"""(?:[ \t]value=["']([^"'<>\n]{6,})["']|>([^<>\n]{6,})<)"""
)
_ATTRIBUTE = re2.compile(rb"\s" + _NAME + rb"""=["']([^"'<>\n]{6,})["']""")
_QUERY = re2.compile(
    rb"(?i)\b(?:identified(?:\s+with\s+\S+)?\s+by|password)\s*=?\s*N?'([^'\n]{6,})'"
)
_CALLED = re2.compile(
    rb"(?:define|[Ss]etenv|[Ss]etProperty|put|putIfAbsent|SetEnvironmentVariable)\(\s*"
    rb"""["']""" + _NAME + rb"""["']\s*,\s*["']([^"'\\\n]{6,})["']"""
)
_ENVIRONMENT = re2.compile(
    rb"(?m)^[ \t]*(?i:ENV|ARG)[ \t]+" + _NAME + rb"""[ \t]+([^\s="'$][^\s"']{5,})[ \t\r]*$"""
)


def literals(data: bytes, path: str, language: str, names: Iterable[int]) -> Iterator[Literal]:
    """Every name with the literal that it is given, as the format of the file writes it.

    Args:
        data: the text.
        path: its path.
        language: as :func:`checks.languages.paths.language_of` names it.
        names: where keywords of telling names stand, in order.
    """
    name = path.rpartition("/")[2].lower()
    if language == "xml":
        yield from _pairs(_ELEMENT, data)
        yield from _keyed(data)
        yield from _pairs(_ATTRIBUTE, data)
        return
    if language == "sql" or b"IDENTIFIED BY" in data:
        yield from _passwords(_QUERY, data)
    if name in (".netrc", "_netrc"):
        yield from _passwords(_CURL, data)
    if language == "yaml" and _MANIFEST.search(data) is not None:
        yield from _encoded(data)
        plain = in_text(data, path, language, names)
        yield from (one for one in plain if text_of(one.value.strip("\"'").encode()) is None)
        return
    if language == "json" and b'"auths"' in data:
        yield from _credentials(data)
    if name == ".npmrc":
        yield from _npm(data)
    if language == "dockerfile":
        yield from _pairs(_ENVIRONMENT, data)
    if language in ("php", "go", "java", "kotlin", "c", "cpp", "csharp", "scala", "javascript"):
        yield from _pairs(_CALLED, data)
    if language == "notebook":  # its code stands in JSON strings; the offsets hold
        data, language = data.replace(b'\\"', b' "'), "python"
    yield from in_text(data, path, language, names)


def _pairs(expression: re2._Regexp, data: bytes) -> Iterator[Literal]:
    for match in expression.finditer(data):
        yield from _literal(match.group(1), match.group(2), match.span(2))


def _keyed(data: bytes) -> Iterator[Literal]:
    for match in _KEYED.finditer(data):
        group = 2 if match.group(2) else 3
        yield from _literal(match.group(1), match.group(group), match.span(group))


def _passwords(expression: re2._Regexp, data: bytes) -> Iterator[Literal]:
    for match in expression.finditer(data):
        yield from _literal(b"password", match.group(1), match.span(1))


def _encoded(data: bytes) -> Iterator[Literal]:
    """The entries of a manifest's ``data``, which are Base64."""
    for match in _ENCODED.finditer(data):
        text = text_of(match.group(2)) or b""
        yield from _literal(match.group(1), text, match.span(2), "in Base64")


def _credentials(data: bytes) -> Iterator[Literal]:
    """User and password of a registry, as ``docker login`` stores them."""
    for match in _DOCKER.finditer(data):
        user, _, password = (text_of(match.group(1)) or b"").partition(b":")
        if user != password:
            yield from _literal(b"registry_password", password, match.span(1), "in Base64")


def _npm(data: bytes) -> Iterator[Literal]:
    for match in _NPM.finditer(data):
        text = text_of(match.group(2)) or b""
        password = text.partition(b":")[2] if match.group(1) == b"_auth" else text
        yield from _literal(b"registry_password", password, match.span(2), "in Base64")


def _literal(
    name: bytes, value: bytes, span: tuple[int, int], way: str = ""
) -> Iterator[Literal]:  # fmt: skip
    if len(value) <= _MAX_VALUE and len(name) <= MAX_NAME:
        text = value.strip().decode("utf-8", "replace")
        yield Literal(name.decode("latin-1"), text, Span(*span), way)
