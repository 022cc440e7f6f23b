"""What the interpreter saw at calls whose arguments matter by their value, not by their origin.

The size of a key, the mode of a cipher, the policy for unknown hosts: checks read them where they
are written. Where they come through a field, an enum, a table or another function, a run knows.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

from checks.flow.values import NOTHING, Api, Cell, Value
from checks.light import dataclass

if TYPE_CHECKING:
    from checks.flow.heap import Heap
    from checks.flow.site import Site
    from checks.models.facts import ArgumentAt

WATCHED: Final = frozenset(
    {"AES.new", "rsa.generate_private_key", "dsa.generate_private_key", "RSA.generate",
     "DSA.generate", "dh.generate_parameters", "dsa.generate_parameters", "RSAKey.generate",
     "rsa.newkeys", "*.set_missing_host_key_policy", "os.chmod", "os.fchmod", "*.chmod",
     "requests.get", "requests.post", "requests.request", "requests.put", "requests.delete",
     "requests.patch", "requests.head", "httpx.Client", "httpx.AsyncClient", "httpx.get",
     "httpx.post", "httpx.request"}
)  # fmt: skip
"""The last two parts of what is called."""
_MAX_SEEN = 6
_MAX_ARGUMENTS = 8

Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Named:
    """Something of a library, by its path: ``Crypto.Cipher.AES.MODE_ECB``."""

    path: str


@dataclass(frozen=True, slots=True)
class Seen:
    """The arguments of one evaluation of a call: constants and :class:`Named` things."""

    positional: tuple[object, ...]
    """:data:`NOTHING` for those that are not known."""
    keywords: dict[str, object]

    def argument(self, position: int | None, keyword: str) -> object:
        """An argument; :data:`NOTHING` when it is not given or not known."""
        if keyword in self.keywords:
            return self.keywords[keyword]
        if position is not None and position < len(self.positional):
            return self.positional[position]
        return NOTHING


@functools.lru_cache(maxsize=8_192)
def is_watched(path: str) -> bool:
    """Whether a call is one of those."""
    owner, _, method = path.rpartition(".")
    return f"{owner.rpartition('.')[2]}.{method}" in WATCHED or f"*.{method}" in WATCHED


def seen(site: Site) -> Seen | None:
    """What is known of the arguments of a call; ``None`` when that is nothing."""
    heap = site.machine.heap
    positional = tuple(_known(heap, one) for one in site.arguments[:_MAX_ARGUMENTS])
    keywords = {name: _known(heap, one) for name, one in site.keywords.items()}
    if all(one is NOTHING for one in (*positional, *keywords.values())):
        return None
    return Seen(positional, keywords)


def _known(heap: Heap, value: Value) -> object:
    """The constant that a value is, or what of a library."""
    if value.constant is not NOTHING:
        return value.constant
    if value.taints or len(value.references) != 1:
        return NOTHING
    one = value.references[0]
    if isinstance(one, Api):
        return Named(one.path)
    if isinstance(one, Cell):
        made = heap.get(one)
        inner = made.fields.get("value")  # of a member of an enum that is a number, too
        if made.cls is not None and made.cls.is_enum and inner is not None:
            return inner.constant
    return NOTHING


class Watch:
    """What was seen at calls, by their place."""

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: dict[Place, list[Seen]] = {}

    def at(self, place: Place, argument: ArgumentAt) -> list[object]:
        """What an argument of a call is, one for each way to it."""
        found = (one.argument(*argument) for one in self.found.get(place, ()))
        return [one for one in found if one is not NOTHING]

    def note(self, site: Site) -> None:
        """Keep what is known of the arguments of a call."""
        one = seen(site)
        if one is None:
            return
        known = self.found.setdefault((site.frame.module.path, site.node.start, site.node.end), [])
        if len(known) < _MAX_SEEN and one not in known:
            known.append(one)
