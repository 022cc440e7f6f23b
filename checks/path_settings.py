"""What a repository's settings come to for one file. Pure."""

from __future__ import annotations

from checks import globs
from checks.light import replace
from checks.model import Settings


def for_path(settings: Settings, path: str) -> Settings:
    """The settings with those of the matching paths on top, a later one over an earlier one.

    The result has no settings by path any more. What concerns no single file stays as it is.
    """
    if not settings.paths:
        return settings
    disabled, severities = set(settings.disabled), dict(settings.severities)
    for one in settings.paths:
        if not any(globs.matches(glob, path) for glob in one.globs):
            continue
        for check in one.enabled:
            # On as it is: neither off nor of another severity.
            disabled.discard(check)
            severities.pop(check, None)
        for check in one.disabled:
            disabled.add(check)
            severities.pop(check, None)
        for check, severity in one.severities.items():
            disabled.discard(check)
            severities[check] = severity
    return replace(settings, disabled=frozenset(disabled), severities=severities, paths=())


def reads(settings: Settings, language: str) -> bool:
    """Whether a language's code is checked; a file of another is searched for secrets only."""
    return settings.languages is None or language in settings.languages


def enabled_somewhere(settings: Settings) -> frozenset[str]:
    """Ids of checks that may run on some file although they are off for the others."""
    ids: set[str] = set()
    for one in settings.paths:
        ids |= one.enabled
        ids.update(one.severities)
    return frozenset(ids)
