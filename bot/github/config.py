"""How to reach GitHub, and as which app: one frozen value, checked when it is made."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.github.urls import checked_root, derive_graphql_url


@dataclass(frozen=True, slots=True)
class GitHubSettings:
    """The app's identity and GitHub's addresses.

    ``graphql_url`` is derived from ``api_url`` when empty. The private key never shows in a repr.

    Raises:
        ValueError: with a sentence that says which value is wrong, never showing the key.
    """

    app_id: int
    private_key: str = field(repr=False)
    """PEM text of the app's RSA key."""
    api_url: str = "https://api.github.com"
    graphql_url: str = ""
    user_agent: str = "assay"

    def __post_init__(self) -> None:
        if self.app_id <= 0:
            raise ValueError("the app id must be a positive number")
        if not (self.user_agent.isascii() and self.user_agent.isprintable() and self.user_agent):
            raise ValueError("the user agent must be printable ASCII text")
        root = checked_root(self.api_url)
        object.__setattr__(self, "api_url", root)
        graphql = checked_root(self.graphql_url or derive_graphql_url(root))
        object.__setattr__(self, "graphql_url", graphql)
