"""The identity of a finding over pushes.

It is made of the check, the path, the enclosing scope, the flagged text with its white space
evened out, and the ordinal among equals: never of a line number, so that a line added above moves
nothing. Where the flagged text is a secret its check gives another text for it: a fingerprint
stands in public comments, and a short password could be guessed from its hash. Secrets are taken
out of what any other check flags, too.

A finding also has a ``kin``, which equal ones share wherever they stand: what tells a finding that
was moved to another file, or whose function got another name, from a new one.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

from checks.light import replace
from checks.model import Finding
from checks.redaction import masked, places_of_secrets
from checks.text import SourceText

_BYTES = 16
_KIN = 16
"""Hexadecimal digits: enough for the few findings of one pull request."""


def normalised(source: SourceText, finding: Finding) -> bytes:
    """The flagged text with every run of white space as one blank."""
    return b" ".join(source.slice(finding.span).split())


def with_fingerprints(findings: Iterable[Finding], source: SourceText) -> list[Finding]:
    """The findings of one file, in order, each with its fingerprint and its kin."""
    findings = list(findings)
    secrets = places_of_secrets(findings)
    seen: Counter[tuple[str, str, bytes]] = Counter()
    result = []
    for finding in findings:
        text = finding.identity.encode("utf-8", "replace") or b" ".join(
            masked(source.data, finding.span, secrets).split()
        )
        key = (finding.check, finding.scope, text)
        fingerprint = _digest((finding.check, finding.path, finding.scope), text, seen[key])
        kin = _digest((finding.check,), text, 0)[:_KIN]
        result.append(replace(finding, fingerprint=fingerprint, kin=kin))
        seen[key] += 1
    return result


def _digest(parts: tuple[str, ...], text: bytes, ordinal: int) -> str:
    digest = hashlib.blake2b(digest_size=_BYTES)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    digest.update(len(text).to_bytes(8, "big") + text)
    digest.update(ordinal.to_bytes(8, "big"))
    return digest.hexdigest()
