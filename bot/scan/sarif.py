"""A scan as SARIF 2.1.0, as code scanning services read it.

The format is OASIS Standard "Static Analysis Results Interchange Format (SARIF) Version 2.1.0";
tags and ``security-severity`` follow GitHub's documentation, "SARIF support for code scanning".
Nothing of the machine is in it: paths are relative to the root of the scan.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.review.words.escape import one_line, path_in_url, prose
from bot.review.words.sentences import ASPECTS
from bot.scan import pages
from bot.scan.run import Scan
from checks.model import (
    FileReport,
    Finding,
    Lines,
    Region,
    Severity,
    Step,
    Suggestion,
    Suppressed,
)
from checks.registry import Check

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_BASE = "%SRCROOT%"

_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_SECURITY_SEVERITY = {
    # GitHub: over 9.0 is critical, 7.0 to 8.9 high, 4.0 to 6.9 medium, 0.1 to 3.9 low.
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "1.0",
}


def write(scan: Scan, version: str, docs_url: str = "", *, category: str = "") -> str:
    """The scan as one SARIF log with one run.

    Args:
        scan: the scan.
        version: of Assay.
        docs_url: where the rules' pages are.
        category: tells its results from others of the same tool and commit.
    """
    report = scan.report
    rules = list(scan.catalogue.values())
    spoken = {one.check for one in report.findings}
    spoken |= {one.check for file in report.files for one in file.suppressed}
    # A rule that the catalogue does not know is still a rule of the tool.
    unknown = sorted(spoken - set(scan.catalogue))
    names = [*scan.catalogue, *unknown]
    index = {name: number for number, name in enumerate(names)}
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "Assay",
                "semanticVersion": version,
                "rules": [_rule(one, docs_url) for one in rules]
                + [{"id": name} for name in unknown],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            _BASE: {"description": {"text": "The root of the scan: all paths are relative to it."}}
        },
        "invocations": [_invocation(scan)],
        "artifacts": [_artifact(one) for one in report.files],
        "results": [_result(one, index, scan.texts) for one in report.findings]
        + [
            _suppressed(file, one, index, scan.catalogue)
            for file in report.files
            for one in file.suppressed
        ],
        "properties": {"verdict": report.verdict},
    }
    if category:
        run["automationDetails"] = {"id": f"{category}/"}
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    text = json.dumps(log, ensure_ascii=False, indent=2)
    return text.encode("utf-8", "replace").decode() + "\n"


def _rule(check: Check, docs_url: str) -> dict[str, Any]:
    tags = [f"external/cwe/cwe-{number:03}" for number in check.cwe]
    rule: dict[str, Any] = {
        "id": check.id,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": one_line(check.documentation.summary)},
        "help": {"text": one_line(check.documentation.why), "markdown": pages.page(check)},
        "defaultConfiguration": {"level": _LEVELS[check.severity]},
        "properties": {
            "tags": [*(["security"] if check.security else ["test-hygiene"]), *tags],
            "precision": "very-high" if check.confidence.name == "HIGH" else "medium",
            "problem.severity": {"error": "error", "warning": "warning"}.get(
                _LEVELS[check.severity], "recommendation"
            ),
            "aspect": int(check.aspect),
            "aspectName": ASPECTS[check.aspect],
        },
    }
    if check.security:
        rule["properties"]["security-severity"] = _SECURITY_SEVERITY[check.severity]
    if docs_url:
        rule["helpUri"] = f"{docs_url.rstrip('/')}/{path_in_url(check.id)}.md"
    return rule


def _result(
    finding: Finding, index: Mapping[str, int], texts: Mapping[str, bytes]
) -> dict[str, Any]:
    sentences = [one_line(part) for part in (finding.message, finding.why, finding.fix)]
    result: dict[str, Any] = {
        "ruleId": finding.check,
        "ruleIndex": index[finding.check],
        "level": _LEVELS[finding.severity],
        "message": _message(sentences) if any(sentences) else {"text": finding.check},
        "locations": [_location(finding.path, finding.region, finding.scope)],
        "partialFingerprints": _fingerprints(finding),
        "properties": {
            "surface": finding.surface.value,
            "aspect": int(finding.aspect),
            "aspectName": ASPECTS[finding.aspect],
            "severity": finding.severity.name.lower(),
            "confidence": finding.confidence.name.lower(),
        },
    }
    if finding.also:
        result["relatedLocations"] = [
            _location(one.path, one.region)
            | {"id": number, "message": {"text": "The same stands here."}}
            for number, one in enumerate(finding.also, 1)
        ]
    if finding.trace:
        flow = {"locations": [{"location": _step(one)} for one in finding.trace]}
        result["codeFlows"] = [{"threadFlows": [flow]}]
    if finding.suggestion is not None and finding.path in texts:
        fix = _fix(finding.suggestion, finding.path, texts[finding.path])
        if fix is not None:
            result["fixes"] = [fix | {"description": {"text": sentences[2] or "Replace."}}]
    return result


def _fingerprints(finding: Finding) -> dict[str, str]:
    """The identity of a finding: that of its comment. GitHub looks at the second name only."""
    if not finding.fingerprint:
        return {}
    return {
        "assay/v1": finding.fingerprint,
        "primaryLocationLineHash": f"{finding.fingerprint}:1",
    }


def _message(sentences: Sequence[str]) -> dict[str, str]:
    whole = " ".join(
        part if part.endswith((".", "?", ":")) else f"{part}." for part in sentences if part
    )
    # "[words](1)" in a plain message is a link (3.11.6); a backslash makes it words.
    return {"text": whole.replace("](", "\\]("), "markdown": prose(whole)}


def _suppressed(
    file: FileReport, one: Suppressed, index: Mapping[str, int], catalogue: Mapping[str, Check]
) -> dict[str, Any]:
    check = catalogue.get(one.check)
    suppression = {"kind": "inSource"}
    if one.reason.strip():
        suppression["justification"] = one_line(one.reason)
    return {
        "ruleId": one.check,
        "ruleIndex": index[one.check],
        "level": _LEVELS[check.severity] if check else "none",
        "message": {"text": f"{check.title if check else one.check} (silenced in the code)."},
        "locations": [_location(file.path, Region(one.lines.start, 0, one.lines.end, 0))],
        "suppressions": [suppression],
        "properties": {
            "surface": "summary",
            **({"aspect": int(check.aspect), "aspectName": ASPECTS[check.aspect]} if check else {}),
        },
    }


def _fix(suggestion: Suggestion, path: str, text: bytes) -> dict[str, Any] | None:
    """The suggestion as a replacement of whole lines; None where the text has no such lines."""
    lines = text.split(b"\n")
    first, last = suggestion.lines
    if not 1 <= first <= last <= len(lines):
        return None
    if suggestion.deletes and last < len(lines):
        region = {"startLine": first, "startColumn": 1, "endLine": last + 1, "endColumn": 1}
    else:
        # The line's end stays, so that a file keeps its kind of newline.
        length = len(lines[last - 1].removesuffix(b"\r").decode("utf-8", "replace"))
        region = {
            "startLine": first,
            "startColumn": 1,
            "endLine": last,
            "endColumn": length + 1,
        }
    change: dict[str, Any] = {"deletedRegion": region}
    if suggestion.text:
        change["insertedContent"] = {"text": suggestion.text}
    return {"artifactChanges": [{"artifactLocation": _at(path), "replacements": [change]}]}


def _step(step: Step) -> dict[str, Any]:
    return _location(step.path, step.region) | {"message": {"text": one_line(step.note) or "step"}}


def _location(path: str, region: Region, scope: str = "") -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": _at(path), "region": _region(region)}
    }
    if scope:
        location["logicalLocations"] = [{"fullyQualifiedName": scope}]
    return location


def _at(path: str) -> dict[str, str]:
    return {"uri": path_in_url(path), "uriBaseId": _BASE}


def _region(region: Region) -> dict[str, int]:
    start = max(1, region.start_line)
    lines = Lines(start, max(start, region.end_line))
    if region.start_column < 1 or region.end_column < 1:
        return {"startLine": lines.start, "endLine": lines.end}
    return {
        "startLine": lines.start,
        "startColumn": region.start_column,
        "endLine": lines.end,
        "endColumn": region.end_column,
    }


def _artifact(report: FileReport) -> dict[str, Any]:
    artifact: dict[str, Any] = {
        "location": _at(report.path),
        "properties": {"role": report.role.role.value, "roleReason": report.role.reason},
    }
    if report.language and report.language != "text":
        artifact["sourceLanguage"] = report.language
    return artifact


def _invocation(scan: Scan) -> dict[str, Any]:
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": [
            {
                "level": "warning",
                "message": {"text": f"Not looked at: {one_line(one.reason)}."},
                "locations": [{"physicalLocation": {"artifactLocation": _at(one.path)}}],
            }
            for one in scan.report.not_looked_at
        ],
        "toolConfigurationNotifications": [
            {
                "level": "error",
                "message": {
                    "text": one_line(
                        f"Line {one.line}{f', {one.key}' if one.key else ''}: {one.message}"
                    )
                },
            }
            for one in scan.problems
        ],
    }
