"""A scan as JSON, in a shape that stays: names are added, never changed or taken away.

``version`` is the version of the shape. Lines and columns are counted from 1, columns in Unicode
code points, ``endColumn`` is the one after the last character. Severity and confidence are words.
The shape is described in ``docs/reading-a-review.md``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.review.words.sentences import ASPECTS
from bot.scan.run import Scan
from checks.model import FileReport, Finding, Region, Suggestion
from checks.registry import Check

SHAPE = 1


def write(scan: Scan, version: str) -> str:
    """The scan as one JSON document; text that is not UTF-8 is replaced, so that it is valid."""
    report = scan.report
    document = {
        "version": SHAPE,
        "tool": {"name": "assay", "version": version},
        "verdict": report.verdict,
        "failed": scan.failed,
        "aspects": [
            {
                "number": int(row.aspect),
                "name": ASPECTS[row.aspect],
                "state": row.state.value,
                "clause": row.clause,
                "places": [
                    {"path": path, "lines": [list(one) for one in lines]}
                    for path, lines in row.places
                ],
            }
            for row in report.rows
        ],
        "findings": [_finding(one, scan.catalogue) for one in report.findings],
        "files": [_file(one) for one in report.files],
        "notLookedAt": [{"path": one.path, "reason": one.reason} for one in report.not_looked_at],
        "assumptions": list(report.assumptions),
        "configurationProblems": [
            {
                "line": one.line,
                "column": one.column,
                "key": one.key,
                "message": one.message,
                "source": one.source or None,
            }
            for one in scan.problems
        ],
    }
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return text.encode("utf-8", "replace").decode() + "\n"


def _finding(finding: Finding, catalogue: Mapping[str, Check]) -> dict[str, Any]:
    check = catalogue.get(finding.check)
    return {
        "check": finding.check,
        "title": check.title if check else finding.check,
        "security": bool(check and check.security),
        "cwe": list(check.cwe) if check else [],
        "aspect": int(finding.aspect),
        "aspectName": ASPECTS[finding.aspect],
        "path": finding.path,
        "region": _region(finding.region),
        "scope": finding.scope,
        "message": finding.message,
        "why": finding.why,
        "fix": finding.fix,
        "severity": finding.severity.name.lower(),
        "confidence": finding.confidence.name.lower(),
        "surface": finding.surface.value,
        "fingerprint": finding.fingerprint,
        "trace": [
            {"path": one.path, "region": _region(one.region), "note": one.note}
            for one in finding.trace
        ],
        "also": [{"path": one.path, "region": _region(one.region)} for one in finding.also],
        "suggestion": _suggestion(finding.suggestion),
    }


def _file(report: FileReport) -> dict[str, Any]:
    return {
        "path": report.path,
        "role": report.role.role.value,
        "roleReason": report.role.reason,
        "language": report.language,
        "notAnalysed": report.not_analysed,
        "limits": list(report.limits),
        "olderFindings": report.preexisting,
        "suppressed": [
            {
                "check": one.check,
                "startLine": one.lines.start,
                "endLine": one.lines.end,
                "reason": one.reason,
                "marker": one.marker,
                "commentLine": one.comment or None,
            }
            for one in report.suppressed
        ],
        "idleComments": [{"line": one.line, "checks": list(one.checks)} for one in report.idle],
    }


def _region(region: Region) -> dict[str, int]:
    return {
        "startLine": region.start_line,
        "startColumn": region.start_column,
        "endLine": region.end_line,
        "endColumn": region.end_column,
    }


def _suggestion(suggestion: Suggestion | None) -> dict[str, Any] | None:
    if suggestion is None:
        return None
    return {
        "startLine": suggestion.lines.start,
        "endLine": suggestion.lines.end,
        "text": suggestion.text,
        "deletes": suggestion.deletes,
    }
