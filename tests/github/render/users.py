"""Users as GitHub's ``simple-user``."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.github.state import Json, User

if TYPE_CHECKING:
    from tests.github.standin import StandIn


def user(who: User, standin: StandIn) -> Json:
    """``simple-user``."""
    api = f"{standin.api_url}/users/{quote(who.login, safe='')}"
    page = f"apps/{who.app.slug}" if who.app else quote(who.login, safe="")
    return {
        "login": who.login,
        "id": who.id,
        "node_id": who.node_id,
        "avatar_url": f"{standin.url}/avatars/u/{who.id}?v=4",
        "gravatar_id": "",
        "url": api,
        "html_url": f"{standin.url}/{page}",
        "followers_url": f"{api}/followers",
        "following_url": f"{api}/following{{/other_user}}",
        "gists_url": f"{api}/gists{{/gist_id}}",
        "starred_url": f"{api}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{api}/subscriptions",
        "organizations_url": f"{api}/orgs",
        "repos_url": f"{api}/repos",
        "events_url": f"{api}/events{{/privacy}}",
        "received_events_url": f"{api}/received_events",
        "type": who.type,
        "user_view_type": "public",
        "site_admin": False,
    }
