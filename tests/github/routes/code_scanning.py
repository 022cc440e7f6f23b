"""Code scanning: uploads of SARIF, which replace those of the same tool, category and commit."""

from __future__ import annotations

import base64
import binascii
import functools
import gzip
import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs

from tests.github.bodies import Field, check
from tests.github.call import Answer, Call
from tests.github.routes.table import ROUTES
from tests.github.rules import refuse

_SHAPE = {
    "commit_sha": Field(str, required=True),
    "ref": Field(str, required=True),
    "sarif": Field(str, required=True),
    "checkout_uri": Field(str),
    "started_at": Field(str),
    "tool_name": Field(str),
    "validate": Field(bool),
}
_REF = re.compile(r"refs/(heads/.+|tags/.+|pull/\d+/(head|merge))")
_SCHEMA = Path(__file__).parents[2] / "bot" / "scan" / "sarif-2.1.0.json.gz"


@ROUTES.add("POST", "/repo/code-scanning/sarifs", "security_events=write")
def upload_sarif(call: Call) -> Answer:
    """GitHub answers before it has read the log; here what is wrong with it is complained of."""
    repository = call.repository
    if not repository.code_scanning:
        raise refuse("code-scanning-off")
    body = check(call, _SHAPE)
    if not _REF.fullmatch(body["ref"]) or not repository.store.is_commit(body["commit_sha"]):
        raise refuse("not-found")
    log = _log(body["sarif"])
    call.complaints += [f"SARIF: {one}" for one in _complaints(log)]
    for run in log.get("runs", []):
        category = run.get("automationDetails", {}).get("id", "")
        tool = run["tool"]["driver"]["name"]
        repository.analyses[body["ref"], body["commit_sha"], tool, category] = run
    number = f"{call.standin.next_id('sarif'):08x}-0000-11f0-8000-000000000000"
    url = f"{repository.url}/code-scanning/sarifs/{number}"
    return Answer({"id": number, "url": url}, 202)


def _log(packed: str) -> dict[str, Any]:
    try:
        log = json.loads(gzip.decompress(base64.b64decode(packed, validate=True)))
    except (binascii.Error, OSError, EOFError, ValueError) as error:
        raise refuse("sarif-unreadable") from error
    if not isinstance(log, dict):
        raise refuse("sarif-unreadable")
    return log


@functools.cache
def _validator() -> jsonschema_rs.Validator:
    schema = json.loads(gzip.decompress(_SCHEMA.read_bytes()))
    # The one pattern of the schema that is no regular expression.
    for holder in ("run", "toolComponent"):
        del schema["definitions"][holder]["properties"]["language"]["pattern"]
    return jsonschema_rs.validator_for(schema)


def _complaints(log: dict[str, Any]) -> list[str]:
    found = [str(error.message) for error in _validator().iter_errors(log)]
    for run in log.get("runs", []):
        for result in run.get("results", []):
            if "primaryLocationLineHash" not in result.get("partialFingerprints", {}):
                where = result.get("ruleId")
                if "suppressions" not in result:
                    found.append(f"{where}: without a fingerprint that GitHub looks at")
    return found[:20]
