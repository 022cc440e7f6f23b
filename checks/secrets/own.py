"""What a repository says of secrets itself: its own credentials, and which values are test data.

The expressions come from the configuration of the base branch. They run on RE2, in linear time and
bounded memory; one that RE2 does not take is left out, and the configuration's problems say so.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any

from checks import expressions
from checks.clock import timed
from checks.model import SecretPattern, Span
from checks.secrets.placeholders import has_filler
from checks.secrets.secret import Secret, described, loading

MAX_PATTERNS = 50
MAX_TEST_DATA = 100
_MAX_MATCHES = 2_000
"""Matches of one expression that are looked at in one text."""
_MIN_SECRET = 4
"""Bytes: what is shorter is no secret, however it was described."""


def found(
    data: bytes, patterns: tuple[SecretPattern, ...], path: str, expired: Callable[[], bool]
) -> Iterator[Secret]:
    """The credentials of a repository's own in a text.

    Raises:
        Expired: the time was over before the end of the text.
    """
    for pattern in patterns[:MAX_PATTERNS]:
        expression = _compiled(pattern.pattern)
        if expression is None:
            continue
        group = 1 if expression.groups else 0
        matches = itertools.islice(expression.finditer(data), _MAX_MATCHES)
        for match in timed(matches, expired):
            span = Span(*match.span(group))
            secret = data[span.start : span.end]
            if len(secret) < _MIN_SECRET or has_filler(secret):
                continue
            yield Secret(
                span,
                f"own:{pattern.name}",
                secret.decode("utf-8", "replace"),
                f"{described(secret)} is a secret of your own: {pattern.name[:80]}.",
                f"Revoke it where it was issued, then load the new one from {loading(path)}.",
                pattern.severity,
            )


def is_test_data(value: str, patterns: tuple[str, ...]) -> bool:
    """Whether one of a repository's expressions matches a value from its first to its last sign."""
    data = value.encode("utf-8", "replace")
    for pattern in patterns[:MAX_TEST_DATA]:
        expression = _compiled(pattern)
        if expression is not None and expression.fullmatch(data) is not None:
            return True
    return False


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any | None:
    return expressions.compiled(pattern)
