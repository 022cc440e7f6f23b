"""Aspect 5, test data: blocks of literals and what in them could pass for real data."""

from __future__ import annotations

from checks.events import Node
from checks.evidence.registry import gather
from checks.hygiene.shared.blocks import is_docstring
from checks.hygiene.shared.texts import (
    email_domains,
    has_private_key,
    is_made_up,
    is_reserved,
    url_hosts,
    uuids,
)
from checks.model import Aspect, Role
from checks.registry import nodes
from checks.report import EvidenceSink

_ROLES = frozenset({Role.TEST, Role.TEST_SUPPORT, Role.EXAMPLE})
_LINES = 4
"""From how many lines on a literal is a block of data."""

_MAX_TEXT = 50_000
_KINDS = ("string", "concatenated_string", "list", "dictionary", "tuple", "set")


@gather(Aspect.TEST_DATA, on=nodes(*_KINDS), roles=_ROLES)
def blocks(node: Node, evidence: EvidenceSink) -> None:
    """Literals of several lines that hold nothing but fixed data; the outermost ones."""
    first, last = node.module.lines(node.node)
    if last - first + 1 < _LINES or not _is_block(node):
        return
    text = node.text[:_MAX_TEXT]
    noun, plural = _kind(node, text)
    evidence.add(node, noun, plural, _fate(text))


def _is_block(node: Node) -> bool:
    if is_docstring(node) or not node.value().fixed:
        return False
    for one in node.ancestors():
        if one.kind in _KINDS and one.value().fixed:
            return False
        if one.kind not in ("pair", *_KINDS, "parenthesized_expression"):
            return True
    return True


def _in_block(node: Node) -> bool:
    """Whether a block of data around it speaks for it."""
    for one in node.ancestors():
        if one.kind not in ("pair", *_KINDS):
            return False
        first, last = one.module.lines(one.node)
        if last - first + 1 >= _LINES and one.value().fixed:
            return True
    return False


def _kind(node: Node, text: str) -> tuple[str, str]:
    if node.kind in ("string", "concatenated_string"):
        inside = text.lstrip("rbfuRBFU").strip("'\"").strip()
        if inside.startswith(("{", "[")) and inside.endswith(("}", "]")):
            return "JSON document", "JSON documents"
        if inside.startswith("<"):
            return "markup document", "markup documents"
        if inside.startswith("-----BEGIN"):
            return "PEM block", "PEM blocks"
        return "block of text", "blocks of text"
    return "table of literals", "tables of literals"


def _fate(text: str) -> str:
    """What a block holds that names something, and what it does not."""
    parts = []
    if found := uuids(text):
        made_up = all(is_made_up(one) for one in found)
        parts.append("with hand-made uuids" if made_up else "with uuids")
    hosts = url_hosts(text)
    if any(not is_reserved(one) for one in hosts):
        parts.append("with public hosts")
    elif hosts:
        parts.append("with reserved or local hosts")
    domains = email_domains(text)
    if any(not is_reserved(one) for one in domains):
        parts.append("with e-mail addresses at public domains")
    elif domains:
        parts.append("with reserved e-mail addresses")
    if has_private_key(text):
        parts.append("with a private key")
    missing = [
        word
        for word, there in (
            ("host", hosts), ("e-mail address", domains), ("key", has_private_key(text)),
        )
        if not there
    ]  # fmt: skip
    if missing:
        parts.append("no " + " or ".join(filter(None, (", ".join(missing[:-1]), missing[-1]))))
    return ", ".join(parts)


@gather(Aspect.TEST_DATA, on=nodes("string"), roles=_ROLES)
def addresses(node: Node, evidence: EvidenceSink) -> None:
    """URLs and e-mail addresses in short texts."""
    start, end = node.node.byte_range
    data = node.module.source.data[start:end]
    if b"@" not in data and b"://" not in data:
        return
    first, last = node.module.lines(node.node)
    if last - first + 1 >= _LINES or is_docstring(node) or _in_block(node):
        return
    text = data.decode("utf-8", "replace")
    hosts = url_hosts(text)
    if hosts:
        public = any(not is_reserved(one) for one in hosts)
        evidence.add(node, "URL", "URLs", "with a public host" if public
                     else "with a reserved or local host")  # fmt: skip
        return
    if domains := email_domains(text):
        public = any(not is_reserved(one) for one in domains)
        evidence.add(node, "e-mail address", "e-mail addresses", "at a public domain" if public
                     else "at a reserved domain")  # fmt: skip
