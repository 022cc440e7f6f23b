"""One finding a root cause, over all files of a review.

The analysis reports file by file, as soon as each is ready. Data that enters in one file and does
harm in another is told at the call through which it leaves, with the way that it takes; the place
where it does harm may have been found on its own as well, or be reached from several calls. The
defect is mended at that one place, so it is said once: with the way, and at the gravest call.

A secret that stands in many places is revoked once, so it is told once: at the gravest place, which
names the others. Whether two secrets are the same is decided on the texts themselves, here, where
they are; no hash of a secret is made, so none can be kept, logged or sent. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from checks.light import replace
from checks.model import Aspect, FileReport, Finding, Place, Surface

_Place: TypeAlias = tuple[str, str, int, int]
"""Check, path, first line and column: where the harm is done."""

_NO_TEXTS: Mapping[str, bytes] = MappingProxyType({})
_SHORTEST = 6
"""Bytes of a text that can be a secret by itself."""
_QUOTES = b"\"'`"
_PREFIXES = b"bBrRuUfF"


def one_per_cause(
    reports: Sequence[FileReport], texts: Mapping[str, bytes] = _NO_TEXTS
) -> tuple[FileReport, ...]:
    """The reports without the findings that another one tells better, in the same order.

    ``texts`` are the files by path; a secret in a file that is not among them stands for itself.
    """
    return _one_per_secret(_one_per_harm(reports), texts)


def _one_per_harm(reports: Sequence[FileReport]) -> tuple[FileReport, ...]:
    elsewhere = {_harm(finding) for finding in _all(reports) if _leaves(finding)}
    if not elsewhere:
        # Within one file the analysis itself tells a defect once.
        return tuple(reports)
    told: dict[_Place, Finding] = {}
    for finding in _all(reports):
        if finding.trace and (place := _harm(finding)) in elsewhere:
            told[place] = min(told.get(place, finding), finding, key=_worth)
    return tuple(
        replace(one, findings=tuple(each for each in one.findings if _stands(each, told)))
        for one in reports
    )


def _all(reports: Sequence[FileReport]) -> Iterable[Finding]:
    return (finding for one in reports for finding in one.findings)


def _leaves(finding: Finding) -> bool:
    """Whether the harm is done in another file than the one in which the finding is told."""
    return bool(finding.trace) and finding.trace[-1].path != finding.path


def _stands(finding: Finding, told: dict[_Place, Finding]) -> bool:
    best = told.get(_harm(finding))
    return best is None or best is finding


def _harm(finding: Finding) -> _Place:
    if finding.trace:
        step = finding.trace[-1]
        return (finding.check, step.path, step.region.start_line, step.region.start_column)
    region = finding.region
    return (finding.check, finding.path, region.start_line, region.start_column)


def _worth(finding: Finding) -> tuple[int, int, str, int]:
    """The gravest, then the surest, then the first."""
    return (-finding.severity, -finding.confidence, finding.path, finding.region.start_line)


def _one_per_secret(
    reports: Sequence[FileReport], texts: Mapping[str, bytes]
) -> tuple[FileReport, ...]:
    same: dict[bytes, list[Finding]] = {}
    for finding in _all(reports):
        if secret := _secret(finding, texts):
            same.setdefault(secret, []).append(finding)
    told: dict[int, Finding] = {}
    left_out: set[int] = set()
    for findings in same.values():
        if len(findings) > 1:
            first, *others = sorted(findings, key=_grave)
            also = (Place(one.path, one.region, one.fingerprint) for one in others)
            told[id(first)] = replace(first, also=tuple(sorted(also, key=_order)))
            left_out.update(id(one) for one in others)
    if not told:
        return tuple(reports)
    return tuple(
        replace(
            one,
            findings=tuple(
                told.get(id(each), each) for each in one.findings if id(each) not in left_out
            ),
        )
        for one in reports
    )


def _secret(finding: Finding, texts: Mapping[str, bytes]) -> bytes:
    """The secret that a finding speaks of, without quotes and white space; empty for others."""
    if finding.aspect is not Aspect.CREDENTIALS or not finding.identity:
        return b""
    flagged = texts.get(finding.path, b"")[slice(*finding.span)]
    # In a notebook code stands in JSON, which escapes its quotes.
    plain = b"".join(flagged.replace(b"\\n", b"").replace(b'\\"', b'"').split())
    if plain[-1:] and plain[-1:] in _QUOTES:
        plain = plain.lstrip(_PREFIXES)
    secret = plain.strip(_QUOTES)
    return secret if len(secret) >= _SHORTEST else b""


def _grave(finding: Finding) -> tuple[int, bool, int, str, int]:
    """The gravest, then what is told on its line, then the surest, then the first."""
    return (
        -finding.severity,
        finding.surface is not Surface.INLINE,
        -finding.confidence,
        finding.path,
        finding.span.start,
    )


def _order(place: Place) -> tuple[str, int]:
    return (place.path, place.region.start_line)
