"""GitHub's rules about the content of check runs, over the bodies of requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.github.bodies import Field
from tests.github.rules import Refusal, refuse
from tests.github.state import Annotation

TEXT_MAX = 65_535
ANNOTATIONS_MAX = 50
ANNOTATION_BYTES = 64 * 1024
TITLE_MAX = 255
ACTIONS_MAX = 3
ACTION_SIZES = {"label": 20, "description": 40, "identifier": 20}
STATUSES = ("queued", "in_progress", "completed", "waiting", "requested", "pending")
CONCLUSIONS = (
    "action_required",
    "cancelled",
    "failure",
    "neutral",
    "success",
    "skipped",
    "timed_out",
)
_NO_SUBSCHEMA = (
    'No subschema in "anyOf" matched.\n"conclusion" wasn\'t supplied.\n'
    'completed is not a member of ["queued", "in_progress"].'
)

_ANNOTATION = {
    "path": Field(str, required=True),
    "start_line": Field(int, required=True),
    "end_line": Field(int, required=True),
    "start_column": Field(int),
    "end_column": Field(int),
    "annotation_level": Field(str, required=True, words=("notice", "warning", "failure")),
    "message": Field(str, required=True),
    "title": Field(str),
    "raw_details": Field(str),
}
_IMAGE = {
    "alt": Field(str, required=True),
    "image_url": Field(str, required=True),
    "caption": Field(str),
}
_ACTION = {name: Field(str, required=True) for name in ACTION_SIZES}


def shape(*, create: bool) -> dict[str, Field]:
    """What a body may hold; a title is required only when a run is created."""
    output = {
        "title": Field(str, required=create),
        "summary": Field(str, required=True),
        "text": Field(str),
        "annotations": Field(list, item=_ANNOTATION),
        "images": Field(list, item=_IMAGE),
    }
    body = {
        "name": Field(str, required=create),
        "head_sha": Field(str, required=True),
        "details_url": Field(str),
        "external_id": Field(str),
        "status": Field(str, words=STATUSES[:3] if create else STATUSES),
        "started_at": Field(str),
        "completed_at": Field(str),
        "conclusion": Field(str, words=CONCLUSIONS),
        "output": Field(dict, item=output),
        "actions": Field(list, item=_ACTION),
    }
    if not create:
        del body["head_sha"]
    return body


def check_sizes(body: Mapping[str, Any]) -> None:
    """Everything that GitHub counts: annotations, characters and bytes of output, actions."""
    output: Mapping[str, Any] = body.get("output", {})
    annotations: Sequence[Mapping[str, Any]] = output.get("annotations", ())
    if len(annotations) > ANNOTATIONS_MAX:
        reason = (
            f"No more than {ANNOTATIONS_MAX} items are allowed; {len(annotations)} were supplied."
        )
        raise refuse("annotations-50", reason=reason)
    for name in ("summary", "text"):
        text = output.get(name, "")
        if len(text) > TEXT_MAX:
            reason = f"Only {TEXT_MAX} characters are allowed; {len(text)} were supplied."
            raise refuse("output-max", reason=reason)
    for name in ("summary", "text"):
        if len(output.get(name, "").encode("utf-8", "surrogatepass")) > TEXT_MAX:
            message = f"{name} exceeds a maximum bytesize of {TEXT_MAX}"
            raise _failed("output-max-bytes", name, message)
    _check_actions(body.get("actions", ()))
    for one in annotations:
        _check_annotation(one)


def check_conclusion(body: Mapping[str, Any]) -> None:
    """A completed run has a conclusion."""
    done = body.get("status") == "completed" or "completed_at" in body
    if done and "conclusion" not in body:
        raise refuse("conclusion", reason=_NO_SUBSCHEMA)
    for name in ("started_at", "completed_at"):
        if name in body:
            read_time(body[name], name)


def read_time(text: str, name: str) -> datetime:
    """An ISO 8601 time with a zone."""
    try:
        when = datetime.fromisoformat(text)
        if when.tzinfo is not None:
            return when.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise refuse("schema", reason=f"For 'properties/{name}', {text[:40]} is not a date-time.")


def read_annotation(one: Mapping[str, Any]) -> Annotation:
    """An annotation as a record."""
    return Annotation(**{name: one[name] for name in _ANNOTATION if name in one})


def _check_actions(actions: Sequence[Mapping[str, str]]) -> None:
    if len(actions) > ACTIONS_MAX:
        reason = f"No more than {ACTIONS_MAX} items are allowed; {len(actions)} were supplied."
        raise refuse("actions", reason=reason)
    for action in actions:
        for name, most in ACTION_SIZES.items():
            if len(action[name]) > most:
                reason = f"Only {most} characters are allowed; {len(action[name])} were supplied."
                raise refuse("actions", reason=reason)


def _check_annotation(one: Mapping[str, Any]) -> None:
    if one["start_line"] < 1 or one["end_line"] < one["start_line"]:
        raise _failed("annotation-lines", "annotations")
    start, end = one.get("start_column"), one.get("end_column")
    if (start is None) != (end is None):
        raise _failed("annotation-columns", "annotations")
    if start is not None and end is not None:
        several = one["start_line"] != one["end_line"]
        if several or start < 1 or end < start:
            raise _failed("annotation-columns", "annotations")
    long = any(
        len(one.get(name, "").encode("utf-8", "surrogatepass")) > ANNOTATION_BYTES
        for name in ("message", "raw_details")
    )
    if long or len(one.get("title", "")) > TITLE_MAX or not one["message"].strip():
        raise _failed("annotation-text", "annotations")


def _failed(rule: str, field: str, message: str | None = None) -> Refusal:
    error = {"resource": "CheckRun", "code": "invalid", "field": field}
    if message is not None:
        error |= {"code": "custom", "message": message}
    return refuse(rule, errors=[error])
