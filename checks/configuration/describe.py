"""A configuration as a list of keys and values, and what differs between two of them.

For people who ask what holds here, or what a change of the file would change. Pure; the values are
texts as one would write them in the file, the sentences around them are made elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checks.configuration.values import Configuration, Origin
from checks.configuration.words import LANGUAGES, ROLES
from checks.light import dataclass
from checks.model import PathSettings, Settings, Severity
from checks.policy import Policy

_ROLE_NAMES = {role: name for name, role in ROLES.items()}


@dataclass(frozen=True, slots=True)
class Value:
    """One value that holds."""

    key: str
    """With dots: ``fail-on``, ``checks.sleep-in-test``, ``labels.skip``."""
    text: str
    """As one would write it; the items of a list with commas, ``""`` for an empty one."""
    origin: Origin | None = None
    """Where it was written; None for a default."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that two configurations do not share; None where a configuration has no entry."""

    key: str
    before: str | None
    after: str | None


def describe(configuration: Configuration) -> tuple[Value, ...]:
    """Every value in force, in the order of the documentation.

    Words, numbers and lists are there with their defaults, too; entries of mappings (``checks``,
    ``roles``, ``paths``) only where there are some.
    """
    return tuple(
        Value(key, text, configuration.origins.get(key)) for key, text in _values(configuration)
    )


def differences(before: Configuration, after: Configuration) -> tuple[Difference, ...]:
    """What differs, in the order of :func:`describe`; entries that are gone stand behind.

    Of ``roles`` and ``paths`` a later entry wins, so that another order of the same entries is a
    difference as well: the last ones, whose values are the globs in their order.
    """
    old, new = dict(_values(before)), dict(_values(after))
    found = [
        Difference(key, old.get(key), new.get(key))
        for key in dict.fromkeys([*new, *old])
        if old.get(key) != new.get(key)
    ]
    ordered = (
        (
            "roles",
            [one for one, _ in before.settings.roles],
            [one for one, _ in after.settings.roles],
        ),
        ("paths", _globs(before.settings.paths), _globs(after.settings.paths)),
    )
    for key, were, are in ordered:
        first = [one for one in were if one in set(are)]
        then = [one for one in are if one in set(were)]
        if first != then:
            found.append(Difference(key, ", ".join(first), ", ".join(then)))
    return tuple(found)


def _values(configuration: Configuration) -> Iterator[tuple[str, str]]:
    settings, policy = configuration.settings, configuration.policy
    yield "profile", settings.profile.value
    yield "fail-on", settings.fail_on.name.lower()
    yield "max-comments", str(settings.max_comments)
    yield "baseline", _switch(settings.baseline)
    for check, wish in _wishes(settings.disabled, settings.severities):
        yield f"checks.{check}", wish
    yield "ignore", ", ".join(settings.ignored_paths)
    for glob, role in settings.roles:
        yield f"roles.{glob}", _ROLE_NAMES.get(role, role.value)
    yield "languages", _languages(settings)
    yield from _paths(settings.paths)
    yield from _conduct(policy)
    yield (
        "secrets.patterns",
        ", ".join(
            f"{one.name} ({one.severity.name.lower()}): {one.pattern}"
            for one in settings.secret_patterns
        ),
    )
    yield "secrets.test-data", ", ".join(settings.test_data)
    yield "trusted-arguments", _switch(settings.trusted_arguments)
    yield "code-scanning", _switch(policy.upload_sarif)


def _conduct(policy: Policy) -> Iterator[tuple[str, str]]:
    yield "drafts", policy.drafts.value
    yield "base-branches", ", ".join(policy.base_branches) or "all"
    yield "labels.skip", ", ".join(sorted(policy.skip_labels))
    yield "labels.force", ", ".join(sorted(policy.force_labels))
    yield "commands.permission", policy.command_permission.name.lower()
    yield "bots.profile", policy.bot_profile.value


def _paths(paths: Iterable[PathSettings]) -> Iterator[tuple[str, str]]:
    for one in paths:
        globs = ", ".join(one.globs)
        for check, wish in _wishes(one.disabled, one.severities, one.enabled):
            yield f"paths.{globs}.checks.{check}", wish


def _globs(paths: Iterable[PathSettings]) -> list[str]:
    return [", ".join(one.globs) for one in paths]


def _wishes(
    disabled: frozenset[str],
    severities: dict[str, Severity],
    enabled: frozenset[str] = frozenset(),
) -> list[tuple[str, str]]:
    wishes = dict.fromkeys(disabled, "off") | dict.fromkeys(enabled, "on")
    wishes |= {check: severity.name.lower() for check, severity in severities.items()}
    return sorted(wishes.items())


def _languages(settings: Settings) -> str:
    if settings.languages is None:
        return "all"
    return ", ".join(
        name for name, known_as in LANGUAGES.items() if settings.languages.intersection(known_as)
    )


def _switch(value: bool) -> str:
    return "on" if value else "off"
