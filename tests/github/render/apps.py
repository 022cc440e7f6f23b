"""Apps and installations as GitHub's ``integration`` and ``installation``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github.clock import stamp, stamp_or_none
from tests.github.render.users import user
from tests.github.state import App, Installation, Json

if TYPE_CHECKING:
    from tests.github.standin import StandIn


def app(found: App, standin: StandIn) -> Json:
    """``integration``."""
    return {
        "id": found.id,
        "client_id": found.client_id,
        "slug": found.slug,
        "node_id": found.node_id,
        "owner": user(found.owner, standin),
        "name": found.name,
        "description": None,
        "external_url": found.external_url,
        "html_url": f"{standin.url}/apps/{found.slug}",
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.created_at),
        "permissions": dict(found.permissions),
        "events": list(found.events),
    }


def manifest_conversion(found: App, standin: StandIn) -> Json:
    """The answer to POST /app-manifests/{code}/conversions: the app with its secrets."""
    return {
        **app(found, standin),
        "client_secret": found.client_secret,
        "webhook_secret": found.webhook_secret,
        "pem": found.private_key_pem,
    }


def installation(found: Installation, standin: StandIn) -> Json:
    """``installation``."""
    return {
        "id": found.id,
        "client_id": found.app.client_id,
        "account": user(found.account, standin),
        "repository_selection": "selected",
        "access_tokens_url": f"{standin.api_url}/app/installations/{found.id}/access_tokens",
        "repositories_url": f"{standin.api_url}/installation/repositories",
        "html_url": f"{standin.url}/settings/installations/{found.id}",
        "app_id": found.app.id,
        "app_slug": found.app.slug,
        "target_id": found.account.id,
        "target_type": found.account.type,
        "permissions": dict(found.permissions),
        "events": list(found.app.events),
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.created_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": user(found.suspended_by, standin) if found.suspended_by else None,
        "suspended_at": stamp_or_none(found.suspended_at),
    }
