"""Takes secrets out of code that a finding quotes.

A finding about a command shows the command, and the command may hold a password.
"""

from __future__ import annotations

from typing import Any

import re2

MASK = "***"

_NAMED = re2.compile(
    r"(?i)((?:passw(?:or)?d|passphrase|pwd|secret|token|api_?key|access_?key|auth)[a-z_]*"
    r"[\"']?\s*(?:=|:|\s)\s*[\"']?)([^\s\"'{}%$&|;,)]+)"
)
_IN_ADDRESS = re2.compile(r"(://[^\s:/@]*:)([^\s/@{}%$]+)(@)")
_OPTION = re2.compile(r"((?:^|\s)-p)([^\s\"'{}%$-][^\s\"'{}%$]{3,})")


def without_keys(text: str) -> str:
    """The text with every key and token of a known provider in it replaced by ``***``."""
    # Its tables are large, and a configuration without a mistake quotes nothing.
    from checks.secrets.matching import scan

    data = text.encode("utf-8", "replace")
    found = scan(data).found
    for one in reversed(found):
        data = data[: one.span.start] + MASK.encode() + data[one.span.end :]
    return data.decode("utf-8", "replace") if found else text


def masked(text: str) -> str:
    """The text with what looks like a secret in it replaced by ``***``."""
    result: Any = without_keys(text).encode("utf-8", "replace").decode()
    result = _IN_ADDRESS.sub(rf"\1{MASK}\3", result)
    result = _NAMED.sub(rf"\1{MASK}", result)
    return str(_OPTION.sub(rf"\1{MASK}", result))
