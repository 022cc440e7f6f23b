"""URLs of GitHub's API: made from untrusted parts, and checked before a token goes to them.

Names of files, branches and people come from repositories that may be hostile. All functions here
are pure; none opens a connection.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode, urljoin, urlsplit

from yarl import URL

from bot.github.faults import GiveUp, OurBug

_PLACEHOLDER = re.compile(r"\{(\w+)(\+?)\}")
_ENCODED_PATH = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*")
_DOTS = frozenset({".", ".."})

_KEPT = "%:/?#[]@!$&'()*+,;=~"
"""What :func:`tidy` leaves as it is: reserved characters, and escapes made by others."""

_ROUTE_WORDS = frozenset(
    {
        *("app", "hook", "deliveries", "attempts", "installations", "access_tokens"),
        *("repos", "repositories", "collaborators", "permission", "labels", "statuses"),
        *("pulls", "files", "reviews", "comments", "replies", "reactions", "issues", "events"),
        *("check-runs", "check-suites", "annotations", "rerequest"),
        *("commits", "compare", "contents", "git", "blobs", "trees", "refs", "branches"),
        *("graphql", "meta", "rate_limit"),
    }
)


def derive_graphql_url(api_url: str) -> str:
    """Where GraphQL lives, given the REST root.

    github.com and data-residency hosts: ``<root>/graphql``; GitHub Enterprise Server:
    ``https://HOST/api/graphql`` beside ``https://HOST/api/v3``.
    """
    root = api_url.rstrip("/")
    if root.endswith("/api/v3"):
        return root.removesuffix("v3") + "graphql"
    return root + "/graphql"


def checked_root(url: str) -> str:
    """A configured API address, without a slash at its end.

    Raises:
        ValueError: with a sentence that says what is wrong with it.
    """
    root = url.strip().rstrip("/")
    try:
        parts = urlsplit(root)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise ValueError(f"{root!r} is not a URL") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise ValueError(f"{root!r} is not an http(s) URL such as https://api.github.com")
    if parts.username is not None or parts.password is not None:
        raise ValueError("the GitHub API URL must not contain a user name or password")
    if parts.query or parts.fragment or quote(root, safe=_KEPT) != root:
        raise ValueError(f"{root!r} must be a plain address without a query")
    if parts.scheme == "http" and not _is_loopback(host):
        raise ValueError(
            f"{root!r} is not encrypted: tokens only travel over https, except on this machine"
        )
    return root


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def path(template: str, /, **parts: str | int) -> str:
    """Fill a path template with percent-encoded parts.

    ``path("/repos/{owner}/{repo}/contents/{file+}", owner=…, repo=…, file="a b/c#.py")``. A plain
    ``{name}`` fills one segment; ``{name+}`` may span several, its slashes stay. No part can leave
    its place: ``#``, ``?``, line breaks and the like are encoded, and empty, ``.`` and ``..``
    segments are refused, because servers and HTTP libraries resolve them even when encoded.

    Raises:
        OurBug: a part is missing, left over, or cannot be a path segment.
    """
    used: set[str] = set()

    def fill(match: re.Match[str]) -> str:
        name, spans = match.groups()
        if name not in parts:
            raise OurBug(f"the path {template} lacks {name}")
        used.add(name)
        text = str(parts[name])
        return "/".join(_segment(piece) for piece in (text.split("/") if spans else [text]))

    filled = _PLACEHOLDER.sub(fill, template)
    if left := parts.keys() - used:
        raise OurBug(f"the path {template} has no place for {', '.join(sorted(left))}")
    return filled


def _segment(text: str) -> str:
    if not text or text in _DOTS:
        raise OurBug(f"{text!r} cannot be part of a path")
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise OurBug("a path may not contain lone surrogates") from None


def resolve(api_url: str, api_path: str, params: Mapping[str, str | int] | None = None) -> str:
    """The address of a path below the API root.

    Raises:
        OurBug: the path is not one that :func:`path` makes (it was put together by hand).
    """
    decent = (
        _ENCODED_PATH.fullmatch(api_path)
        and "//" not in api_path
        and _DOTS.isdisjoint(api_path.lower().replace("%2e", ".").split("/"))
    )
    if not decent:
        raise OurBug(f"{api_path!r} is not an encoded path below the API root")
    if not params:
        return api_url + api_path
    try:
        return f"{api_url}{api_path}?{urlencode(params, quote_via=quote, safe='')}"
    except UnicodeEncodeError:
        raise OurBug("a query may not contain lone surrogates") from None


def follow(current: str, target: str) -> str:
    """The address that a ``Location`` or ``Link`` header names, encoded, not yet trusted.

    Raises:
        GiveUp: it is not a URL.
    """
    try:
        return quote(urljoin(current, target), safe=_KEPT)
    except ValueError:
        raise GiveUp("GitHub points to something that is not a URL") from None


class AllowedHosts:
    """The origins (scheme, host and port) that may see a token."""

    def __init__(self, *roots: str) -> None:
        self._origins = frozenset(_origin(URL(root)) for root in roots)

    def admit(self, url: str) -> URL:
        """The parsed URL, exactly as it will be requested.

        Raises:
            GiveUp: it leads to another host; nothing was sent there.
        """
        try:
            parsed = URL(url, encoded=True)
            own = parsed.user is None and parsed.password is None
            own = own and _origin(parsed) in self._origins
        except ValueError:
            raise GiveUp("GitHub points to something that is not a URL") from None
        if not own:
            raise GiveUp(f"GitHub points to another host ({parsed.host!r}); not followed")
        return parsed


def _origin(url: URL) -> tuple[str, str | None, int | None]:
    return url.scheme.lower(), url.host, url.port


def route(url: URL) -> str:
    """The request's route with ids and names replaced, as a label of bounded variety.

    ``/repositories/12/pulls/3/files`` becomes ``/repositories/{}/pulls/{}/files``. Only words that
    Assay itself puts into paths are kept.
    """
    segments = url.raw_path.removeprefix("/api/v3").removeprefix("/api").strip("/").split("/")
    kept = [part if part in _ROUTE_WORDS else "{}" for part in segments[:8]]
    return "/" + "/".join(kept)
