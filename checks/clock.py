"""Long loops that end with the time of the file they look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from checks.languages.python.parse import Expired

_T = TypeVar("_T")

_LOOK_EVERY = 256
"""Items between two looks at the clock."""


def timed(items: Iterable[_T], expired: Callable[[], bool]) -> Iterator[_T]:
    """The same items, as long as there is time.

    Raises:
        Expired: the time was over before the last one.
    """
    for number, item in enumerate(items, 1):
        if number % _LOOK_EVERY == 0 and expired():
            raise Expired
        yield item
