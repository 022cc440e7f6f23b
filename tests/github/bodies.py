"""Request bodies against what GitHub's description says of them.

A wrong type, a missing field or an unknown word is refused, as GitHub's own JSON schema check does
(*Invalid request.*); an unknown field is let through by GitHub and noted as a complaint here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.github.call import Call
from tests.github.rules import refuse

_NAMES = {str: "string", int: "integer", bool: "boolean", dict: "object", list: "array"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its type, whether it must be there, may be null, and the words it may hold."""

    kind: type
    required: bool = False
    null: bool = False
    words: tuple[str, ...] = ()
    item: Mapping[str, Field] | None = None
    items: type | None = None


Shape = Mapping[str, Field]


def check(call: Call, shape: Shape) -> dict[str, Any]:
    """The body of a call, proven to have that shape."""
    body: dict[str, Any] = call.body
    _check_object(call, body, shape, "")
    return body


def _invalid(reason: str) -> Exception:
    return refuse("schema", reason=reason)


def _check_object(call: Call, body: Mapping[str, Any], shape: Shape, where: str) -> None:
    for name in body:
        if name not in shape:
            call.complaints.append(f"unknown field {where}{name}")
    for name, rule in shape.items():
        if name not in body:
            if rule.required:
                raise _invalid(f'"{name}" wasn\'t supplied.')
            continue
        _check_value(call, body[name], rule, f"{where}{name}")


def _check_value(call: Call, value: Any, rule: Field, where: str) -> None:
    said = f"For 'properties/{where.replace('.', '/')}', "
    if value is None:
        if rule.null:
            return
        raise _invalid(f"{said}nil is not a {_NAMES[rule.kind]}.")
    wrong = isinstance(value, bool) and rule.kind is not bool
    if wrong or not isinstance(value, rule.kind):
        raise _invalid(f"{said}{_shown(value)} is not a {_NAMES[rule.kind]}.")
    if rule.words and value not in rule.words:
        raise _invalid(f"{said}{_shown(value)} is not a member of {list(rule.words)}.")
    if isinstance(value, dict) and rule.item is not None:
        _check_object(call, value, rule.item, f"{where}.")
    if isinstance(value, list):
        for index, one in enumerate(value):
            if rule.item is not None:
                _check_value(call, one, Field(dict, item=rule.item), f"{where}.{index}")
            elif rule.items is not None:
                _check_value(call, one, Field(rule.items), f"{where}.{index}")


def _shown(value: Any) -> str:
    return repr(value)[:80]
