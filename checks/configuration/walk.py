"""Goes through the tree of a configuration file, and notes what is wrong with it.

The steps that all keys share: words, switches, lists and mappings. What the keys mean is in
:mod:`checks.configuration.keys`.
"""

from __future__ import annotations

from collections import abc
from collections.abc import Collection, Iterable, Iterator
from typing import TypeVar

from checks import globs
from checks.configuration.values import Layer
from checks.configuration.words import SWITCH, listed, nearest, shown
from checks.model import Problem
from checks.secrets.masking import without_keys
from checks.yaml_tree import Mapping, Node, Scalar, Sequence

MAX_PROBLEMS = 50
"""After these, one more says that there are more."""

_T = TypeVar("_T")


class Walker:
    """Reads one layer; collects its problems."""

    def __init__(self, layer: Layer) -> None:
        self.problems: list[Problem] = []
        self._source = layer.source if layer.inherited else ""

    def word(
        self, path: str, node: Node, meanings: abc.Mapping[str, _T], named: Collection[str] = ()
    ) -> _T | None:
        """What a word means; None, and a problem, when it is not one of them.

        ``named`` are the words that the problem names; all of them unless it is given.
        """
        named = named or meanings
        if isinstance(node, Scalar):
            text = node.text.lower() if node.text.lower() in SWITCH else node.text
            if text in meanings:
                return meanings[text]
        self.complain(node, path, f"It must be {listed(named, 'or')}.", "", named)
        return None

    def switch(self, path: str, node: Node) -> bool | None:
        """``on`` or ``off``, in any of YAML's words for them."""
        return self.word(path, node, SWITCH, ("on", "off"))

    def items(self, path: str, node: Node, what: str, most: int) -> list[tuple[str, Node]] | None:
        """The items of a list, each with its path; no more than ``most`` of them.

        ``what`` names the items in a problem: "globs", with "glob" for one of them. None, and a
        problem, when it is no list; a key without a value is an empty one.
        """
        if is_empty(node):
            return []
        if not isinstance(node, Sequence):
            one = what.removesuffix("s")
            self.complain(node, path, f"It must be a list of {what}, one `- {one}` a line.")
            return None
        if len(node.items) > most:
            first = node.items[most]
            self.complain(first, f"{path}[{most}]", f"Only the first {most} {what} are used.")
        return [(f"{path}[{index}]", item) for index, item in enumerate(node.items[:most])]

    def children(
        self, path: str, node: Node, what: str, most: int | None = None
    ) -> Iterator[tuple[Scalar, Node]]:
        """The pairs of a mapping; a problem when it is none."""
        if not isinstance(node, Mapping):
            if not is_empty(node):
                self.complain(node, path, f"It must hold {what}, one a line.")
            return
        for index, (key, value) in enumerate(self.pairs(path, node)):
            if index == most:
                where = f"{path}.{key.text}"
                self.complain(key, where, f"Only the first {most} of {path} are used.")
                return
            yield key, value

    def pairs(self, path: str, node: Mapping) -> Iterator[tuple[Scalar, Node]]:
        """The pairs of a mapping whose keys are words; of a key that comes twice, the last one."""
        found: dict[str, tuple[Scalar, Node]] = {}
        for key, value in node.pairs:
            if not isinstance(key, Scalar):
                self.complain(key, path, "A key must be one word.")
                continue
            if key.text in found:
                full = f"{path}.{key.text}" if path else key.text
                self.complain(key, full, "This key comes twice. The last one counts.")
                # The order is the order in which things count: the last one, where it stands.
                del found[key.text]
            found[key.text] = (key, value)
        yield from found.values()

    def is_glob(self, node: Scalar, path: str) -> bool:
        """Whether a text is a glob that can match anything; a problem when it is not."""
        if globs.is_valid(node.text):
            return True
        sentence = "This glob matches nothing: see docs/configuration.md for how to write one."
        self.complain(node, path, sentence)
        return False

    def unknown(self, key: Scalar, path: str, known: Collection[str]) -> None:
        """Note a key that is not known."""
        allowed = f"The keys are {listed(known)}." if len(known) > 1 else f"It has {listed(known)}."
        self.complain(key, path, "This key is not known.", allowed, known)

    def complain(
        self,
        node: Node,
        path: str,
        sentence: str,
        allowed: str = "",
        names: Iterable[str] = (),
    ) -> None:
        """Note a problem, with the name that was probably meant."""
        if len(self.problems) >= MAX_PROBLEMS:
            if len(self.problems) == MAX_PROBLEMS:
                self._note(node, "", "There are more mistakes from this line on.")
            return
        sentences = [sentence]
        written = node.text if isinstance(node, Scalar) else ""
        if (near := nearest(written, names)) is not None:
            sentences.append(f"Did you mean `{near}`?")
        elif allowed:
            sentences.append(allowed)
        self._note(node, shown(path), " ".join(sentences))

    def _note(self, node: Node, path: str, message: str) -> None:
        # A problem is told in public, and what is wrong may be a secret at the wrong place.
        key, said = without_keys(path), without_keys(message)
        self.problems.append(Problem(node.line, key, said, node.column, self._source))


def is_empty(node: Node) -> bool:
    """Whether a key stands there without a value: ``ignore:`` is an empty list."""
    return isinstance(node, Scalar) and not node.quoted and node.text in ("", "~", "null")
