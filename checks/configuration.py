"""``.github/assay.yml``: what a repository wishes, and what is wrong with how it says so.

Pure: bytes in, :class:`Configuration` out, never an exception. A mistake costs what it touches and
no more: it becomes a :class:`~checks.model.Problem` with its line and a sentence that says what is
allowed, and the rest of the file counts. ``configuration.schema.json`` beside this file says the
same to editors, and ``docs/configuration.md`` to people.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from checks import globs, registry, yaml_tree
from checks.model import Problem, Profile, Role, Settings, Severity, Threshold
from checks.policy import Policy
from checks.yaml_tree import Mapping, Node, Scalar, Sequence

PATH = ".github/assay.yml"
"""Where the file lies, on the base branch."""

MAX_BYTES = 64 << 10
MAX_COMMENTS = 50
MAX_GLOBS = 500
"""Most globs under one key; every one is matched with every path."""
MAX_PROBLEMS = 50
"""After these, one more says that there are more."""

PROFILES = {profile.value: profile for profile in Profile}
THRESHOLDS = {threshold.name.lower(): threshold for threshold in Threshold}
SEVERITIES = {severity.name.lower(): severity for severity in Severity}
ROLES = {
    "test": Role.TEST,
    "test-support": Role.TEST_SUPPORT,
    "production": Role.PRODUCTION,
    "example": Role.EXAMPLE,
    "generated": Role.GENERATED,
}
SWITCH = {
    **dict.fromkeys(("on", "true", "yes"), True),
    **dict.fromkeys(("off", "false", "no"), False),
}
"""YAML 1.1 takes all of these for booleans, so people mean the same by all of them."""

_SHOWN = 60
_DISTANCE = 3

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Configuration:
    """A repository's settings, with the mistakes in its file in the order of their lines."""

    settings: Settings = field(default_factory=Settings)
    policy: Policy = field(default_factory=Policy)
    problems: tuple[Problem, ...] = ()


def parse(text: bytes, checks: Collection[str] | None = None) -> Configuration:
    """Read a configuration file.

    Args:
        text: the file.
        checks: the ids of all checks; None for those of the catalogue.
    """
    if len(text) > MAX_BYTES:
        return _unreadable(1, f"The file is larger than {MAX_BYTES >> 10} KB.")
    try:
        root = yaml_tree.read(text.removeprefix(codecs.BOM_UTF8).decode())
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        return _unreadable(line, "The file is not UTF-8.")
    except yaml_tree.NotReadable as error:
        return _unreadable(error.line, error.sentence)
    if root is None or _is_empty(root):
        return Configuration()
    if not isinstance(root, Mapping):
        return _unreadable(root.line, "The file must hold keys with values, like `fail-on: high`.")
    return _Reader(checks).read(root)


def _unreadable(line: int, sentence: str) -> Configuration:
    message = f"{sentence} Nothing in the file was used."
    return Configuration(problems=(Problem(line, "", message),))


class _Reader:
    """Goes through the file once; collects settings and problems."""

    def __init__(self, checks: Collection[str] | None) -> None:
        self._checks = checks
        self._settings = Settings()
        self._problems: list[Problem] = []

    def read(self, root: Mapping) -> Configuration:
        keys: dict[str, Callable[[str, Node], None]] = {
            "profile": self._profile,
            "fail-on": self._fail_on,
            "max-comments": self._max_comments,
            "baseline": self._baseline,
            "checks": self._read_checks,
            "ignore": self._ignore,
            "roles": self._roles,
        }
        for key, value in self._pairs("", root):
            if key.text in keys:
                keys[key.text](key.text, value)
            else:
                allowed = f"The keys are {_words(keys)}."
                self._complain(key, key.text, "This key is not known.", allowed, keys)
        # A stable sort: the problems of one line stay in the order in which they were met.
        problems = sorted(self._problems, key=lambda problem: problem.line)
        return Configuration(self._settings, problems=tuple(problems))

    def _profile(self, key: str, node: Node) -> None:
        if (profile := self._word(key, node, PROFILES)) is not None:
            self._settings = replace(self._settings, profile=profile)

    def _fail_on(self, key: str, node: Node) -> None:
        never = {word: Threshold.NEVER for word, meaning in SWITCH.items() if not meaning}
        if (threshold := self._word(key, node, {**never, **THRESHOLDS}, THRESHOLDS)) is not None:
            self._settings = replace(self._settings, fail_on=threshold)

    def _max_comments(self, key: str, node: Node) -> None:
        text = node.text if isinstance(node, Scalar) and not node.quoted else ""
        # Four digits are plenty, and int() of more is slow work for nothing.
        if text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= MAX_COMMENTS:
            self._settings = replace(self._settings, max_comments=int(text))
        else:
            self._complain(node, key, f"It must be a whole number from 0 to {MAX_COMMENTS}.")

    def _baseline(self, key: str, node: Node) -> None:
        if (baseline := self._word(key, node, SWITCH, ("on", "off"))) is not None:
            self._settings = replace(self._settings, baseline=baseline)

    def _read_checks(self, key: str, node: Node) -> None:
        known = registry.load() if self._checks is None else self._checks
        disabled: set[str] = set()
        severities: dict[str, Severity] = {}
        wishes: dict[str, Severity | bool] = {**SWITCH, **SEVERITIES}
        for name, value in self._children(key, node, "checks with a severity or `off`"):
            path = f"{key}.{name.text}"
            if name.text not in known:
                self._complain(name, path, "There is no check of this name.", "", known)
                continue
            wish = self._word(path, value, wishes, ("off", "on", *SEVERITIES))
            disabled.discard(name.text)
            severities.pop(name.text, None)
            if isinstance(wish, Severity):
                severities[name.text] = wish
            elif wish is False:
                disabled.add(name.text)
        self._settings = replace(
            self._settings, disabled=frozenset(disabled), severities=severities
        )

    def _ignore(self, key: str, node: Node) -> None:
        if not isinstance(node, Sequence):
            if not _is_empty(node):
                self._complain(node, key, "It must be a list of globs, one `- glob` a line.")
            return
        found: list[str] = []
        for index, item in enumerate(node.items):
            path = f"{key}[{index}]"
            if index == MAX_GLOBS:
                self._complain(item, path, f"Only the first {MAX_GLOBS} globs are used.")
                break
            if not isinstance(item, Scalar):
                self._complain(item, path, "It must be one glob, like `docs/`.")
            elif self._is_glob(item, path):
                found.append(item.text)
        self._settings = replace(self._settings, ignored_paths=tuple(found))

    def _roles(self, key: str, node: Node) -> None:
        found: list[tuple[str, Role]] = []
        for index, (glob, value) in enumerate(self._children(key, node, "globs with a role")):
            path = f"{key}.{glob.text}"
            if index == MAX_GLOBS:
                self._complain(glob, path, f"Only the first {MAX_GLOBS} globs are used.")
                break
            role = self._word(path, value, ROLES)
            if glob.text.startswith("!"):
                self._complain(glob, path, "A glob for a role cannot begin with `!`.")
            elif self._is_glob(glob, path) and role is not None:
                found.append((glob.text, role))
        self._settings = replace(self._settings, roles=tuple(found))

    def _is_glob(self, node: Scalar, path: str) -> bool:
        if globs.is_valid(node.text):
            return True
        sentence = "This glob matches nothing: see docs/configuration.md for how to write one."
        self._complain(node, path, sentence)
        return False

    def _word(
        self,
        path: str,
        node: Node,
        meanings: dict[str, _T],
        shown: Collection[str] = (),
    ) -> _T | None:
        """What a word means; None, and a problem, when it is not one of them."""
        shown = shown or meanings
        if isinstance(node, Scalar):
            text = node.text.lower() if node.text.lower() in SWITCH else node.text
            if text in meanings:
                return meanings[text]
        self._complain(node, path, f"It must be {_words(shown, 'or')}.", "", shown)
        return None

    def _children(self, path: str, node: Node, what: str) -> Iterator[tuple[Scalar, Node]]:
        if isinstance(node, Mapping):
            yield from self._pairs(path, node)
        elif not _is_empty(node):
            self._complain(node, path, f"It must hold {what}, one a line.")

    def _pairs(self, path: str, node: Mapping) -> Iterator[tuple[Scalar, Node]]:
        """The pairs of a mapping whose keys are words; a key that comes again is named."""
        seen: set[str] = set()
        for key, value in node.pairs:
            if not isinstance(key, Scalar):
                self._complain(key, path, "A key must be one word.")
                continue
            if key.text in seen:
                full = f"{path}.{key.text}" if path else key.text
                self._complain(key, full, "This key comes twice. The last one counts.")
            seen.add(key.text)
            yield key, value

    def _complain(
        self,
        node: Node,
        path: str,
        sentence: str,
        allowed: str = "",
        names: Iterable[str] = (),
    ) -> None:
        """Note a problem, with the name that was probably meant."""
        if len(self._problems) >= MAX_PROBLEMS:
            if len(self._problems) == MAX_PROBLEMS:
                more = "There are more mistakes from this line on."
                self._problems.append(Problem(node.line, "", more))
            return
        sentences = [sentence]
        written = node.text if isinstance(node, Scalar) else ""
        if (nearest := _nearest(written, names)) is not None:
            sentences.append(f"Did you mean `{nearest}`?")
        if allowed:
            sentences.append(allowed)
        self._problems.append(Problem(node.line, _shown(path), " ".join(sentences)))


def _is_empty(node: Node) -> bool:
    """Whether a key stands there without a value: ``ignore:`` is an empty list."""
    return isinstance(node, Scalar) and not node.quoted and node.text in ("", "~", "null")


def _words(names: Iterable[str], joint: str = "and") -> str:
    *most, last = (f"`{name}`" for name in names)
    return f"{', '.join(most)} {joint} {last}"


def _shown(text: str) -> str:
    """A text from the file, short and on one line."""
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return "".join(character if character.isprintable() else "�" for character in cut)


def _nearest(word: str, names: Iterable[str]) -> str | None:
    """The name within few edits of a word, the nearest and first one."""
    if not 1 < len(word) <= _SHOWN:
        return None
    word = word.lower().replace("_", "-")
    best, nearest = min(_DISTANCE, len(word) - 1) + 1, None
    for name in names:
        if abs(len(name) - len(word)) < best and (distance := _distance(word, name)) < best:
            best, nearest = distance, name
    return nearest


def _distance(first: str, second: str) -> int:
    """Insertions, deletions, replacements and swaps of neighbours that turn one into the other.

    The optimal string alignment distance, by its usual table of three rows.
    """
    before: list[int] = []
    last = list(range(len(second) + 1))
    for i, one in enumerate(first, 1):
        row = [i]
        for j, other in enumerate(second, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (one != other))
            if i > 1 and j > 1 and one == second[j - 2] and first[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
