"""From a request's headers and raw body to a delivery, or to the status that refuses it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import unquote_to_bytes

import msgspec
import re2

from bot.events import Delivery
from bot.web.signature import genuine, well_formed

LARGEST_BODY = 25 * 1024 * 1024
"""Bytes. GitHub sends no larger payload (docs, "Webhook events and payloads")."""

_EVENT = re2.compile(r"[a-z0-9_]{1,64}")
_DELIVERY = re2.compile(r"[A-Za-z0-9._-]{1,100}")

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that is not taken, and what its sender is told."""

    status: HTTPStatus
    reason: str


def check_headers(headers: Mapping[str, str]) -> Refusal | bytes:
    """Judge what can be judged before the body is read; the digits of the signature if all is well.

    A request that carries no signature is not read: whatever else is wrong with it, a stranger
    learns only that.
    """
    digits = well_formed(headers.get("X-Hub-Signature-256"))
    if digits is None:
        return Refusal(
            HTTPStatus.UNAUTHORIZED,
            "X-Hub-Signature-256 is missing or malformed: is a webhook secret set on GitHub?",
        )
    if headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        return Refusal(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "a compressed body: GitHub sends plain ones"
        )
    length = headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and (len(length) > 12 or int(length) > LARGEST_BODY):
        return too_large()
    return digits


def too_large() -> Refusal:
    """The body is larger than any that GitHub sends."""
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {LARGEST_BODY // 2**20} MB of payload"
    )


def open_delivery(
    headers: Mapping[str, str], body: bytes, digits: bytes, secrets: Sequence[bytes]
) -> Delivery | Refusal:
    """Check the signature over the raw bytes, and only then look at anything."""
    if not genuine(digits, body, secrets):
        return Refusal(
            HTTPStatus.UNAUTHORIZED,
            "the signature does not fit: does the webhook secret here equal the one on GitHub?",
        )
    event = headers.get("X-GitHub-Event", "")
    delivery = headers.get("X-GitHub-Delivery", "")
    if not _EVENT.fullmatch(_text(event)):
        return _malformed("X-GitHub-Event is missing or malformed")
    if not _DELIVERY.fullmatch(_text(delivery)):
        return _malformed("X-GitHub-Delivery is missing or malformed")
    media_type = headers.get("Content-Type", "").split(";", 1)[0].strip().lower()
    if media_type == JSON:
        payload: bytes | None = body
    elif media_type == FORM:
        payload = _form_payload(body)
    else:
        return _malformed(f"the content type must be {JSON}")
    if payload is None:
        return _malformed("the form has no field named payload")
    try:
        # Looks at the whole syntax, and keeps the values as they came.
        msgspec.json.decode(payload, type=dict[str, msgspec.Raw])
    except msgspec.ValidationError:
        return _malformed("the payload is not a JSON object")
    except msgspec.DecodeError:
        return _malformed("the payload is not JSON")
    except RecursionError:
        return _malformed("the payload is nested too deep")
    return Delivery(id=delivery, event=event, body=payload)


def _form_payload(body: bytes) -> bytes | None:
    """The ``payload`` field of a form, the other content type that GitHub offers for webhooks."""
    for pair in body.split(b"&", 16)[:16]:
        name, _, value = pair.partition(b"=")
        if name == b"payload":
            return unquote_to_bytes(value.replace(b"+", b" "))
    return None


def _malformed(reason: str) -> Refusal:
    return Refusal(HTTPStatus.BAD_REQUEST, reason)


def _text(header: str) -> str:
    """A header that the expressions can take: its bytes may be no text (PEP 383)."""
    return header.encode("utf-8", "replace").decode("utf-8")
