"""The tables of providers, one file a field of business, one entry a kind of secret."""

from __future__ import annotations

from checks.secrets.provider import Provider
from checks.secrets.providers import (
    ai,
    azure,
    business,
    clouds,
    data,
    forges,
    hosting,
    identity,
    infrastructure,
    keys,
    messaging,
    observability,
    payments,
    registries,
    webhooks,
)

PROVIDERS: tuple[Provider, ...] = (
    *forges.PROVIDERS,
    *registries.PROVIDERS,
    *clouds.PROVIDERS,
    *azure.PROVIDERS,
    *hosting.PROVIDERS,
    *infrastructure.PROVIDERS,
    *ai.PROVIDERS,
    *webhooks.PROVIDERS,
    *messaging.PROVIDERS,
    *payments.PROVIDERS,
    *data.PROVIDERS,
    *observability.PROVIDERS,
    *business.PROVIDERS,
    *identity.PROVIDERS,
    *keys.PROVIDERS,
)
"""All kinds of secrets. Of two that match the same bytes the earlier one is meant."""

BY_ID: dict[str, Provider] = {one.id: one for one in PROVIDERS}
