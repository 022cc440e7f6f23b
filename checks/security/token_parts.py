"""Tokens that are taken apart by hand: the claims between two dots, decoded and believed.

Reads, judges nothing: what the check on tokens that nobody verifies asks of ``b64decode``.
"""

from __future__ import annotations

import re2
import tree_sitter

from checks.events import Call, Value, argument_nodes
from checks.secrets.naming import words_of

DECODERS = ("base64.urlsafe_b64decode", "base64.b64decode")
_TOKENS = frozenset({"token", "jwt", "assertion", "bearer", "jws"})
_CHECKED = ("verif", "hmac", "signature", "compare", "signing", "jwks")
"""What stands in a function that looks at the signature as well."""
_OUTSIDE = ("authorization", "header", "cookie", "request")
_MAX_TEXT = 20_000
_MAX_STEPS = 6


def is_believed(call: Call) -> bool:
    """Whether a call decodes the claims of a token, in a function that checks no signature."""
    function = call.function
    if function is None or not call.arguments:
        return False
    text = function.text[:_MAX_TEXT]
    lower = text.lower()
    if "json" not in lower or any(word in lower for word in _CHECKED):
        return False
    return _is_middle(call.arguments[0], text)


def is_from_outside(call: Call) -> bool:
    """Whether the function speaks of what a client sends."""
    text = "" if call.function is None else call.function.text[:_MAX_TEXT].lower()
    return any(word in text for word in _OUTSIDE)


def _is_middle(value: Value, text: str) -> bool:
    """``token.split(".")[1]``, also with padding, or as the second of three names."""
    origin = value.origin
    for _ in range(_MAX_STEPS):
        node = origin.node
        inner: tree_sitter.Node | None = None
        if node.type == "binary_operator":
            inner = node.child_by_field_name("left")
        elif node.type == "call":
            function = node.child_by_field_name("function")
            inner = None if function is None else function.child_by_field_name("object")
        elif node.type == "subscript":
            return _is_second(origin)
        elif node.type == "identifier":
            return _is_unpacked(origin, text)
        if inner is None:
            return False
        origin = Value(origin.module, inner, origin.context).origin
    return False


def _is_second(origin: Value) -> bool:
    owner = origin.node.child_by_field_name("value")
    key = origin.node.child_by_field_name("subscript")
    if owner is None or key is None or origin.module.text_of(key) != "1":
        return False
    made = Value(origin.module, owner, origin.context).origin
    function = made.node.child_by_field_name("function") if made.node.type == "call" else None
    first = argument_nodes(made.node)[:1] if function is not None else []
    if function is None or not first or made.module.text_of(first[0]).strip("b\"'") != ".":
        return False
    written = made.module.text_of(function)
    return written.endswith(".split") and bool(_TOKENS & set(words_of(written)))


def _is_unpacked(origin: Value, text: str) -> bool:
    """``header, body, signature = token.split(".")``."""
    name = re2.escape(origin.text[:60])
    found = re2.search(rf"\w+\s*,\s*{name}\s*,\s*\w+\s*=\s*([\w.]+)\.split\(b?[\"']\.", text)
    return found is not None and bool(_TOKENS & set(words_of(found.group(1))))
