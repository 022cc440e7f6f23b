"""What the keys of a configuration file mean, and how one file stands on another.

Layers are read from the lowest to the highest, key by key: a word, a number or a list replaces what
a lower layer says, the entries of a mapping are merged with its entries, and a mistake leaves what
the lower layer says.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeAlias

from checks import expressions, registry
from checks.configuration.values import Configuration, Layer, Origin
from checks.configuration.walk import Walker, is_empty
from checks.configuration.words import (
    DRAFTS,
    LANGUAGES,
    PERMISSIONS,
    PROFILES,
    ROLES,
    SEVERITIES,
    SWITCH,
    THRESHOLDS,
    listed,
)
from checks.light import replace
from checks.model import PathSettings, Problem, Role, SecretPattern, Settings, Severity, Threshold
from checks.policy import Policy
from checks.yaml_tree import Mapping, Node, Scalar

MAX_COMMENTS = 50
MAX_GLOBS = 500
"""Most globs under one key of one file; every one is matched with every path."""
MAX_BRANCHES = 50
MAX_LABELS = 20
MAX_LABEL = 100
"""Longest name of a label in characters: GitHub's own limit is 50."""
MAX_PATTERNS = 50
"""Most own secret patterns; each is one more expression over every line that may hold one."""
MAX_TEST_DATA = 100
MAX_NAME = 60
"""Longest name of a secret pattern in characters."""

_Read: TypeAlias = Callable[[str, Node], None]
_Wish: TypeAlias = Severity | bool
_WISHES: dict[str, _Wish] = {**SWITCH, **SEVERITIES}
_NEVER = {word: Threshold.NEVER for word, meaning in SWITCH.items() if not meaning}


class Reader:
    """Takes layers, the lowest first; holds the configuration that they make together."""

    def __init__(self, checks: Collection[str] | None) -> None:
        self._known = checks
        self._settings = Settings()
        self._policy = Policy()
        self._checks: dict[str, _Wish] = {}
        self._roles: dict[str, Role] = {}
        self._paths: dict[str, dict[str, _Wish]] = {}
        self._origins: dict[str, Origin] = {}
        self._problems: list[Problem] = []
        self._walker = Walker(Layer(b""))
        self._source = ""
        self._keys: dict[str, _Read] = {
            "profile": self._profile,
            "fail-on": self._fail_on,
            "max-comments": self._max_comments,
            "baseline": self._baseline,
            "checks": self._read_checks,
            "ignore": self._ignore,
            "roles": self._read_roles,
            "languages": self._languages,
            "paths": self._read_paths,
            "drafts": self._drafts,
            "base-branches": self._base_branches,
            "labels": self._section({"skip": self._skip_labels, "force": self._force_labels}),
            "commands": self._section({"permission": self._permission}),
            "bots": self._section({"profile": self._bot_profile}),
            "secrets": self._section(
                {"patterns": self._secret_patterns, "test-data": self._test_data}
            ),
            "trusted-arguments": self._trusted_arguments,
            "code-scanning": self._code_scanning,
        }

    def add(self, layer: Layer, root: Mapping) -> None:
        """Read one more layer, on top of those before it."""
        self._walker = Walker(layer)
        self._source = layer.source
        self._dispatch("", root, self._keys)
        # A stable sort: the problems of one line stay in the order in which they were met.
        self._problems += sorted(self._walker.problems, key=lambda problem: problem.line)

    def fail(self, problem: Problem) -> None:
        """Note that a layer, or a document of it, was not read at all."""
        self._problems.append(problem)

    def configuration(self) -> Configuration:
        """All that was read."""
        disabled, severities, _ = _sorted_out(self._checks)
        paths = []
        for glob, wishes in self._paths.items():
            off, weights, on = _sorted_out(wishes)
            paths.append(PathSettings((glob,), off, on, weights))
        settings = replace(
            self._settings,
            disabled=disabled,
            severities=severities,
            roles=tuple(self._roles.items()),
            paths=tuple(paths),
        )
        return Configuration(settings, self._policy, tuple(self._problems), self._origins)

    def _dispatch(self, path: str, node: Mapping, keys: dict[str, _Read]) -> None:
        for key, value in self._walker.pairs(path, node):
            full = f"{path}.{key.text}" if path else key.text
            if key.text in keys:
                keys[key.text](full, value)
            else:
                self._walker.unknown(key, full, keys)

    def _section(self, keys: dict[str, _Read]) -> _Read:
        """The reader of a key whose value is a mapping with keys of its own."""

        def read(path: str, node: Node) -> None:
            if isinstance(node, Mapping):
                self._dispatch(path, node, keys)
            elif not is_empty(node):
                self._walker.complain(node, path, f"It must hold {listed(keys, 'or')}.")

        return read

    def _from(self, key: str, node: Node) -> None:
        self._origins[key] = Origin(self._source, node.line)

    def _profile(self, key: str, node: Node) -> None:
        if (profile := self._walker.word(key, node, PROFILES)) is not None:
            self._settings = replace(self._settings, profile=profile)
            self._from(key, node)

    def _fail_on(self, key: str, node: Node) -> None:
        threshold = self._walker.word(key, node, {**_NEVER, **THRESHOLDS}, THRESHOLDS)
        if threshold is not None:
            self._settings = replace(self._settings, fail_on=threshold)
            self._from(key, node)

    def _max_comments(self, key: str, node: Node) -> None:
        text = node.text if isinstance(node, Scalar) and not node.quoted else ""
        # Four digits are plenty, and int() of more is slow work for nothing.
        if text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= MAX_COMMENTS:
            self._settings = replace(self._settings, max_comments=int(text))
            self._from(key, node)
        else:
            sentence = f"It must be a whole number from 0 to {MAX_COMMENTS}."
            self._walker.complain(node, key, sentence)

    def _baseline(self, key: str, node: Node) -> None:
        if (baseline := self._walker.switch(key, node)) is not None:
            self._settings = replace(self._settings, baseline=baseline)
            self._from(key, node)

    def _trusted_arguments(self, key: str, node: Node) -> None:
        if (trusted := self._walker.switch(key, node)) is not None:
            self._settings = replace(self._settings, trusted_arguments=trusted)
            self._from(key, node)

    def _code_scanning(self, key: str, node: Node) -> None:
        if (upload := self._walker.switch(key, node)) is not None:
            self._policy = replace(self._policy, upload_sarif=upload)
            self._from(key, node)

    def _drafts(self, key: str, node: Node) -> None:
        if (drafts := self._walker.word(key, node, DRAFTS)) is not None:
            self._policy = replace(self._policy, drafts=drafts)
            self._from(key, node)

    def _permission(self, key: str, node: Node) -> None:
        if (permission := self._walker.word(key, node, PERMISSIONS)) is not None:
            self._policy = replace(self._policy, command_permission=permission)
            self._from(key, node)

    def _bot_profile(self, key: str, node: Node) -> None:
        if (profile := self._walker.word(key, node, PROFILES)) is not None:
            self._policy = replace(self._policy, bot_profile=profile)
            self._from(key, node)

    def _read_checks(self, key: str, node: Node) -> None:
        self._wishes(key, node, self._checks)

    def _wishes(self, key: str, node: Node, wishes: dict[str, _Wish]) -> None:
        """Checks with ``off``, ``on`` or a severity, put on top of what is wished already."""
        known = registry.load() if self._known is None else self._known
        for name, value in self._walker.children(key, node, "checks with a severity or `off`"):
            path = f"{key}.{name.text}"
            if name.text not in known:
                self._walker.complain(name, path, "There is no check of this name.", "", known)
                continue
            wish = self._walker.word(path, value, _WISHES, ("off", "on", *SEVERITIES))
            if wish is not None:
                wishes[name.text] = wish
                self._from(path, name)

    def _ignore(self, key: str, node: Node) -> None:
        found = self._globs(key, node, MAX_GLOBS, "one glob, like `docs/`")
        if found is not None:
            self._settings = replace(self._settings, ignored_paths=found)
            self._from(key, node)

    def _globs(self, key: str, node: Node, most: int, what: str) -> tuple[str, ...] | None:
        """The globs of a list, those that are none left out; None when it is no list."""
        items = self._walker.items(key, node, "globs", most)
        if items is None:
            return None
        scalars = ((path, self._scalar(path, item, what)) for path, item in items)
        return tuple(
            scalar.text
            for path, scalar in scalars
            if scalar is not None and self._walker.is_glob(scalar, path)
        )

    def _read_roles(self, key: str, node: Node) -> None:
        for glob, value in self._walker.children(key, node, "globs with a role", MAX_GLOBS):
            path = f"{key}.{glob.text}"
            role = self._walker.word(path, value, ROLES)
            if self._is_plain_glob(glob, path, "a role") and role is not None:
                # The last glob that matches wins, so that it goes to the end.
                self._roles.pop(glob.text, None)
                self._roles[glob.text] = role
                self._from(path, glob)

    def _read_paths(self, key: str, node: Node) -> None:
        for glob, value in self._walker.children(key, node, "globs with settings", MAX_GLOBS):
            path = f"{key}.{glob.text}"
            if not self._is_plain_glob(glob, path, "settings"):
                continue
            wishes = self._paths.pop(glob.text, {})

            def read(where: str, checks: Node, wishes: dict[str, _Wish] = wishes) -> None:
                self._wishes(where, checks, wishes)

            self._section({"checks": read})(path, value)
            if wishes:
                self._paths[glob.text] = wishes

    def _is_plain_glob(self, glob: Scalar, path: str, what: str) -> bool:
        if glob.text.startswith("!"):
            self._walker.complain(glob, path, f"A glob for {what} cannot begin with `!`.")
            return False
        return self._walker.is_glob(glob, path)

    def _languages(self, key: str, node: Node) -> None:
        items = self._walker.items(key, node, "languages", len(LANGUAGES))
        if items == []:
            self._walker.complain(node, key, f"It must name one of {listed(LANGUAGES)}, or more.")
        names = [self._walker.word(path, item, LANGUAGES) for path, item in items or ()]
        if found := frozenset(name for group in names for name in group or ()):
            self._settings = replace(self._settings, languages=found)
            self._from(key, node)

    def _base_branches(self, key: str, node: Node) -> None:
        found = self._globs(key, node, MAX_BRANCHES, "one branch, like `release/*`")
        if found is not None:
            self._policy = replace(self._policy, base_branches=found)
            self._from(key, node)

    def _skip_labels(self, key: str, node: Node) -> None:
        if (found := self._labels(key, node)) is not None:
            self._policy = replace(self._policy, skip_labels=found)
            self._from(key, node)

    def _force_labels(self, key: str, node: Node) -> None:
        if (found := self._labels(key, node)) is not None:
            self._policy = replace(self._policy, force_labels=found)
            self._from(key, node)

    def _labels(self, key: str, node: Node) -> frozenset[str] | None:
        items = self._walker.items(key, node, "labels", MAX_LABELS)
        if items is None:
            return None
        found = set()
        for path, item in items:
            if isinstance(item, Scalar) and 0 < len(item.text.strip()) <= MAX_LABEL:
                found.add(item.text.strip())
            else:
                self._walker.complain(item, path, "It must be the name of one label.")
        return frozenset(found)

    def _secret_patterns(self, key: str, node: Node) -> None:
        items = self._walker.items(key, node, "patterns", MAX_PATTERNS)
        if items is None:
            return
        found: dict[str, SecretPattern] = {}
        for path, item in items:
            if (pattern := self._secret_pattern(path, item)) is None:
                continue
            if pattern.name in found:
                self._walker.complain(item, path, "This name comes twice. The last one counts.")
            found[pattern.name] = pattern
        self._settings = replace(self._settings, secret_patterns=tuple(found.values()))
        self._from(key, node)

    def _secret_pattern(self, path: str, node: Node) -> SecretPattern | None:
        """One pattern; None, and a problem, when a part of it is missing or wrong."""
        if not isinstance(node, Mapping):
            sentence = "It must have a `name` and a `pattern`, and may have a `severity`."
            self._walker.complain(node, path, sentence)
            return None
        parts: dict[str, str | None] = {"name": None, "pattern": None}
        severity: Severity | None = Severity.HIGH
        for key, value in self._walker.pairs(path, node):
            where = f"{path}.{key.text}"
            if key.text == "name":
                parts["name"] = self._name(where, value)
            elif key.text == "pattern":
                parts["pattern"] = self._expression(where, value)
            elif key.text == "severity":
                severity = self._walker.word(where, value, SEVERITIES)
            else:
                self._walker.unknown(key, where, ("name", "pattern", "severity"))
            if key.text in parts and parts[key.text] is None:
                return None
        for part, text in parts.items():
            if text is None:
                self._walker.complain(node, path, f"It must have a `{part}`.")
                return None
        name, pattern = parts["name"] or "", parts["pattern"] or ""
        return None if severity is None else SecretPattern(name, pattern, severity)

    def _name(self, path: str, node: Node) -> str | None:
        text = node.text.strip() if isinstance(node, Scalar) else ""
        if text.isprintable() and 0 < len(text) <= MAX_NAME:
            return text
        sentence = f"It must be a name of at most {MAX_NAME} characters, like `Acme deploy token`."
        self._walker.complain(node, path, sentence)
        return None

    def _test_data(self, key: str, node: Node) -> None:
        items = self._walker.items(key, node, "expressions", MAX_TEST_DATA)
        if items is None:
            return
        read = (self._expression(path, item) for path, item in items)
        found = tuple(expression for expression in read if expression is not None)
        self._settings = replace(self._settings, test_data=found)
        self._from(key, node)

    def _expression(self, path: str, node: Node) -> str | None:
        text = self._scalar(path, node, "one regular expression, in single quotes")
        if text is None:
            return None
        if (sentence := expressions.fault(text.text)) is not None:
            self._walker.complain(Scalar("", node.line, column=node.column), path, sentence)
            return None
        return text.text

    def _scalar(self, path: str, node: Node, what: str) -> Scalar | None:
        if isinstance(node, Scalar):
            return node
        self._walker.complain(node, path, f"It must be {what}.")
        return None


def _sorted_out(
    wishes: dict[str, _Wish],
) -> tuple[frozenset[str], dict[str, Severity], frozenset[str]]:
    """The checks that are off, those with a severity, and those that are on as they are."""
    off = frozenset(name for name, wish in wishes.items() if wish is False)
    on = frozenset(name for name, wish in wishes.items() if wish is True)
    weights = {name: wish for name, wish in wishes.items() if isinstance(wish, Severity)}
    return off, weights, on
