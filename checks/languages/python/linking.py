"""Which Python files of a change the analysis of one of them may look into.

A file can only use what another one defines by saying the name of its module: in an import, or in
a text like those that patchers are given (``"app.db.connect"``). So it sees the files whose names
it says there, those that they see, the packages around it and the conftest files above it, and no
others. That makes the result of one file depend on few: a review knows, from the texts alone,
whose result still holds when a file has changed. Linear in the texts, and nothing is parsed; a name
too many costs a look into a file that is not used, and nothing else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

import re2

MAX_REACH = 80
"""Files that one file sees, the nearest first. A larger neighbourhood is cut off there."""
MAX_BYTES = 1_000_000
"""Of a text that is looked at; a larger one is not read as code either."""

_options = re2.Options()
_options.encoding = re2.Options.Encoding.LATIN1
_SAYS = re2.compile(
    rb"\b(?:from|import)\b[^\n(\\]*(?:\([^)]*\)?|(?:\\\r?\n[^\n\\]*)+)?"  # also of many lines
    rb"|[\"'](?:[\w\x80-\xff]+\.)+[\w\x80-\xff]+[\"']"  # a dotted name in quotes
    rb"|\bpytest_plugins\b[^\n(\[]*(?:[(\[][^)\]]*)?",
    options=_options,
)
"""Where a file says names of modules."""

_CONFTEST = "conftest"
_PACKAGE = "__init__"
_WORD_BYTES = frozenset(
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
) | frozenset(range(0x80, 0x100))
_WORDS = bytes(byte if byte in _WORD_BYTES else 0x20 for byte in range(256))
"""Turns everything that no identifier holds into a blank (:meth:`bytes.translate`)."""


class Links:
    """Which files of a change say whose name."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        """Read the Python files of a change, by path, as it leaves them."""
        self._links = _links(texts)
        self._reached: dict[str, tuple[str, ...]] = {}
        self._users: dict[str, list[str]] = {path: [] for path in texts}
        for path in sorted(self._links):
            for other in self._links[path]:
                self._users[other].append(path)

    @property
    def paths(self) -> frozenset[str]:
        """The files."""
        return frozenset(self._links)

    def reach(self, path: str) -> tuple[str, ...]:
        """The files that the analysis of a file may look into: itself, then near ones first."""
        known = self._reached.get(path)
        if known is None:
            known = self._reached[path] = self._reach(path)
        return known

    def _reach(self, path: str) -> tuple[str, ...]:
        seen = {path: None}
        queue = deque([path])
        while queue and len(seen) < MAX_REACH:
            for other in self._links[queue.popleft()]:
                if other not in seen and len(seen) < MAX_REACH:
                    seen[other] = None
                    queue.append(other)
        return tuple(seen)

    def users(self, path: str) -> tuple[str, ...]:
        """The files that say the name of a file, those that import it among them."""
        return tuple(self._users[path])


def said(text: bytes, names: frozenset[bytes]) -> frozenset[bytes]:
    """Those of the names of modules that a text says."""
    if len(text) > MAX_BYTES:
        return frozenset()
    parts = b" ".join(match.group() for match in _SAYS.finditer(text))
    return names.intersection(parts.translate(_WORDS).split())


def _links(texts: Mapping[str, bytes]) -> dict[str, list[str]]:
    """By path, the other files whose names a file says, in the order of their paths."""
    by_name: dict[bytes, list[str]] = {}
    conftests: dict[str, str] = {}
    for path in sorted(texts):
        folder, _, file = path.rpartition("/")
        stem = file.partition(".")[0]
        if stem == _CONFTEST:
            conftests[folder] = path
        name = folder.rpartition("/")[2] if stem == _PACKAGE else stem
        by_name.setdefault(_encoded(name), []).append(path)
    names = frozenset(by_name)
    links: dict[str, list[str]] = {}
    for path, text in texts.items():
        folders = path.split("/")[:-1]
        # A relative import says no more of a package than a dot.
        heard = said(text, names) | names.intersection(map(_encoded, folders))
        found = {other for name in heard for other in by_name[name]}
        above = ("/".join(folders[:end]) for end in range(len(folders) + 1))
        found.update(conftests[folder] for folder in above if folder in conftests)
        found.discard(path)
        links[path] = sorted(found)
    return links


def _encoded(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
