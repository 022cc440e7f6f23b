"""No part of a path can leave its place, and no token leaves for another host."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.github.config import GitHubSettings
from bot.github.faults import GitHubFault, GiveUp, OurBug
from bot.github.urls import AllowedHosts, derive_graphql_url, follow, path, resolve, route

ROOT = "https://api.github.com"
HOSTILE = st.text() | st.sampled_from(
    [
        "..",
        ".",
        "%2e%2e",
        "a#b",
        "a?b",
        "a\r\nHost: x",
        "//evil",
        "{x}",
        "a b",
        "é",
        "\ud800",
        "\x00",
    ]
)


@given(owner=HOSTILE, file=HOSTILE)
def test_parts_round_trip_or_are_refused(owner: str, file: str) -> None:
    try:
        filled = path("/repos/{owner}/x/contents/{file+}", owner=owner, file=file)
    except OurBug:
        pieces = [owner, *file.split("/")]
        surrogates = any("\ud800" <= c <= "\udfff" for c in owner + file)
        assert surrogates or any(piece in ("", ".", "..") for piece in pieces)
        return
    requested = URL(resolve(ROOT, filled), encoded=True)
    _, repos, owner_, x, contents, *rest = requested.raw_path.split("/")
    assert (repos, x, contents) == ("repos", "x", "contents")
    assert unquote(owner_) == owner
    assert unquote("/".join(rest)) == file
    assert requested.origin() == URL(ROOT)
    assert not requested.raw_query_string
    assert not requested.raw_fragment
    assert filled.isascii()
    assert filled.isprintable()
    assert " " not in filled


@given(st.text(alphabet="/.%2eE#?a{}@:\\\r\n é"))
def test_a_path_made_by_hand_stays_below_the_root_or_is_refused(text: str) -> None:
    try:
        address = resolve("https://ghe.example/api/v3", text)
    except OurBug:
        return
    requested = URL(address)  # what a normalising library would make of it
    assert requested.host == "ghe.example"
    assert requested.raw_path.startswith("/api/v3/")
    assert not requested.raw_query_string


@given(st.dictionaries(st.text(min_size=1), st.text() | st.integers(), max_size=4))
def test_parameters_round_trip(params: dict[str, str | int]) -> None:
    try:
        address = resolve(ROOT, "/x", params)
    except OurBug:
        assert any("\ud800" <= c <= "\udfff" for k, v in params.items() for c in f"{k}{v}")
        return
    assert dict(URL(address).query) == {name: str(value) for name, value in params.items()}


@pytest.mark.parametrize("text", ["/repos//x", "//e.example", "/a/../b", "/a/%2E%2e/b", "/a?b", ""])
def test_paths_that_were_not_made_here_are_our_bug(text: str) -> None:
    with pytest.raises(OurBug):
        resolve(ROOT, text)


def test_missing_and_left_over_parts_are_our_bug() -> None:
    with pytest.raises(OurBug, match="lacks"):
        path("/repos/{owner}")
    with pytest.raises(OurBug, match="no place"):
        path("/repos", owner="x")
    assert path("/x/{template}", template=3) == "/x/3"


@pytest.mark.parametrize(
    ("api", "graphql"),
    [
        ("https://api.github.com", "https://api.github.com/graphql"),
        ("https://api.github.com/", "https://api.github.com/graphql"),
        ("https://ghe.example/api/v3", "https://ghe.example/api/graphql"),
        ("https://ghe.example/api/v3/", "https://ghe.example/api/graphql"),
        ("https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/graphql"),
        ("http://127.0.0.1:8080/some/api", "http://127.0.0.1:8080/some/api/graphql"),
    ],
)
def test_where_graphql_lives(api: str, graphql: str) -> None:
    assert derive_graphql_url(api) == graphql
    assert GitHubSettings(1, "key", api).graphql_url == graphql


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.github.com",
        "ftp://api.github.com",
        "http://ghe.example/api/v3",
        "http://127.0.0.1.evil.example",
        "https://user:secret@ghe.example",
        "https://ghe.example/?x=1",
        "https://ghe.example/#x",
        "https://ghe.example:port",
        "https://[::1",
        "https://ghe.example/a b",
    ],
)
def test_addresses_that_cannot_be_meant(url: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        GitHubSettings(1, "key", url or "x")
    assert "secret" not in str(raised.value)


def test_settings_that_cannot_be_meant() -> None:
    with pytest.raises(ValueError, match="app id"):
        GitHubSettings(0, "key")
    with pytest.raises(ValueError, match="user agent"):
        GitHubSettings(1, "key", user_agent="a\r\nb: c")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "http://api.github.com/x",
        "https://api.github.com:444/x",
        "https://api.github.com@evil.example/x",
        "https://user@api.github.com/x",
        "https://api.github.com.evil.example/",
        "//evil.example/x",
        "/relative",
        "file:///etc/passwd",
        "https://[",
        "",
    ],
)
def test_other_hosts_are_refused(url: str) -> None:
    with pytest.raises(GiveUp):
        AllowedHosts(ROOT).admit(url)


@given(st.text())
def test_whatever_a_header_names_is_encoded_and_checked(target: str) -> None:
    try:
        admitted = AllowedHosts(ROOT).admit(follow(ROOT + "/a/b", target))
    except GitHubFault:
        return
    assert admitted.origin() == URL(ROOT)
    assert str(admitted).isascii()
    assert str(admitted).isprintable()
    assert " " not in str(admitted)


def test_own_hosts_are_admitted() -> None:
    hosts = AllowedHosts("https://ghe.example/api/v3", "https://graphql.example/api/graphql")
    assert str(hosts.admit("https://GHE.example:443/x")).endswith("/x")
    assert hosts.admit("https://graphql.example/api/graphql")


@given(st.lists(st.text(alphabet="ab/.-_0", max_size=5), max_size=12))
def test_routes_are_of_bounded_variety(segments: list[str]) -> None:
    labelled = route(URL(ROOT + "/" + "/".join(segments)))
    assert set(labelled.strip("/").split("/")) <= {"{}"}
    assert labelled.count("/") <= 8


def test_a_route_keeps_only_words_of_the_api() -> None:
    at = "https://ghe.example/api/v3"
    assert route(URL(f"{at}/repos/o/n/pulls/3/files?x=1")) == "/repos/{}/{}/pulls/{}/files"
    assert route(URL("https://ghe.example/api/graphql")) == "/graphql"
