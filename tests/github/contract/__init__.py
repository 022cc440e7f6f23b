"""GitHub's own published word on what a request, an answer, a delivery, a document looks like.

The excerpts in ``tests/github/schemas`` are made from GitHub's descriptions by
``script/github-schemas``. Every function here gives a list of complaints, empty when all is well.
"""

from __future__ import annotations

import functools
import gzip
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import graphql
import jsonschema_rs

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
MOST_COMPLAINTS = 8


@dataclass(frozen=True, slots=True)
class Operation:
    """One REST operation of GitHub's description."""

    key: str
    """``"GET /repos/{owner}/{repo}/pulls/{pull_number}"``."""
    query: frozenset[str]
    body: dict[str, Any] | None
    answers: dict[str, dict[str, Any] | None]


@functools.cache
def _packed(name: str) -> Any:
    return json.loads(gzip.decompress((SCHEMAS / name).read_bytes()))


@functools.cache
def _operations() -> list[tuple[str, re.Pattern[str], Operation]]:
    found = []
    for key, entry in _packed("rest.json.gz")["entries"].items():
        method, path = key.split(" ")
        parts = (
            (r"(?:.+)" if part == "{path}" else r"[^/]+")
            if part.startswith("{")
            else re.escape(part)
            for part in path.split("/")
        )
        operation = Operation(key, frozenset(entry["query"]), entry["body"], entry["answers"])
        found.append((method, re.compile("/".join(parts)), operation))
    # A fixed path comes before one with a placeholder: /pulls/comments/{id} before /pulls/{number}.
    return sorted(found, key=lambda one: one[2].key.count("{"))


def operation(method: str, path: str) -> Operation | None:
    """The operation that serves a path, also in its ``/repositories/{id}`` form, or None."""
    path = re.sub(r"^/repositories/\d+", "/repos/owner/repo", path)
    for its_method, pattern, found in _operations():
        if its_method == method and pattern.fullmatch(path):
            return found
    return None


@functools.lru_cache(maxsize=512)
def _validator(pack: str, key: str, part: str) -> jsonschema_rs.Draft202012Validator | None:
    packed = _packed(pack)
    schema = packed["entries"][key]
    if part == "body":
        schema = schema["body"]
    elif part:
        answers = schema["answers"]
        schema = answers.get(part) or answers.get("default")
    if schema is None:
        return None
    return jsonschema_rs.Draft202012Validator(
        {"$ref": "#/entry", "entry": schema, "schemas": packed["schemas"]}, validate_formats=False
    )


def _complaints(validator: jsonschema_rs.Draft202012Validator | None, value: Any) -> list[str]:
    if validator is None:
        return []
    found = []
    for error in validator.iter_errors(value):
        where = "/".join(str(part) for part in error.instance_path)
        found.append(f"{where or 'body'}: {error.message[:300]}")
        if len(found) == MOST_COMPLAINTS:
            break
    return found


def complaints_about_request(method: str, path: str, query: dict[str, str], body: Any) -> list[str]:
    """Whether GitHub's description allows a request of the bot: path, query, body."""
    known = operation(method, path)
    if known is None:
        return [f"GitHub's description has no {method} {path}"]
    found = [
        f"{known.key} has no query parameter {name}" for name in query if name not in known.query
    ]
    if body is not None and known.body is None:
        found.append(f"{known.key} takes no body")
    elif body is not None:
        found += _complaints(_validator("rest.json.gz", known.key, "body"), body)
        found += _unknown_fields(known, body)
    return found


def _unknown_fields(known: Operation, body: Any) -> list[str]:
    """Fields that GitHub ignores in silence, and that somebody therefore misspelled."""
    names = _property_names(known.body)
    if not isinstance(body, dict) or not names:
        return []
    return [f"{known.key} has no field {name}" for name in body if name not in names]


def _property_names(schema: Any) -> set[str]:
    if not isinstance(schema, dict):
        return set()
    names = set(schema.get("properties", {}))
    for part in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(part, ()):
            names |= _property_names(one)
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        names |= _property_names(_packed("rest.json.gz")["schemas"][name])
    return names


def complaints_about_answer(method: str, path: str, status: int, body: Any) -> list[str]:
    """Whether an answer of the stand-in is one that GitHub gives."""
    known = operation(method, path)
    if known is None:
        return [f"GitHub's description has no {method} {path}"]
    if str(status) not in known.answers:
        # The description does not list what every operation may answer.
        return [] if status in (400, 401, 403, 404, 422, 429, 500, 502, 503) else [f"{status}?"]
    return _complaints(_validator("rest.json.gz", known.key, str(status)), body)


def complaints_about_delivery(event: str, payload: dict[str, Any]) -> list[str]:
    """Whether GitHub's webhook description knows such a payload."""
    action = payload.get("action")
    key = "-".join(filter(None, (event, action))).replace("_", "-")
    if key not in _packed("webhooks.json.gz")["entries"]:
        return [f"GitHub's description has no delivery {key}"]
    return _complaints(_validator("webhooks.json.gz", key, ""), payload)


@functools.cache
def graphql_schema() -> graphql.GraphQLSchema:
    """GitHub's GraphQL schema, whole."""
    text = gzip.decompress((SCHEMAS / "schema.graphql.gz").read_bytes()).decode()
    return graphql.build_schema(text, assume_valid=True)


def complaints_about_document(document: str) -> list[str]:
    """Whether a GraphQL document is valid against GitHub's schema."""
    try:
        parsed = graphql.parse(document)
    except graphql.GraphQLError as error:
        return [error.message]
    return [error.message for error in graphql.validate(graphql_schema(), parsed)]


def example_deliveries() -> list[tuple[str, dict[str, Any]]]:
    """GitHub's published example deliveries: event and payload."""
    return [
        (entry["name"], example)
        for entry in _packed("deliveries.json.gz")
        for example in entry["examples"]
    ]
