"""The tables of providers, one file a field of business, one entry a kind of secret."""

from __future__ import annotations

from checks.secrets.provider import Provider
from checks.secrets.providers import ai, clouds, forges, keys, messaging, payments, services

PROVIDERS: tuple[Provider, ...] = (
    *forges.PROVIDERS,
    *clouds.PROVIDERS,
    *ai.PROVIDERS,
    *messaging.PROVIDERS,
    *payments.PROVIDERS,
    *services.PROVIDERS,
    *keys.PROVIDERS,
)
"""All kinds of secrets. Of two that match the same bytes the earlier one is meant."""

BY_ID: dict[str, Provider] = {one.id: one for one in PROVIDERS}
