"""Who may do what: JWTs, installation tokens, permissions, and rules of every request."""

from __future__ import annotations

import jwt
import pytest

from tests.github.auth import key_pair
from tests.github.client import Client, app_jwt
from tests.github.conftest import World


async def as_app(world: World, credential: str) -> Client:
    """Let the world's client call with another credential."""
    world.client.credential = credential
    return world.client


async def test_installations_are_found_by_their_app(world: World) -> None:
    world.standin.create_repository("octo/elsewhere")
    client = await as_app(world, app_jwt(world.standin, world.app))
    one = (await client.get(f"/app/installations/{world.installation.id}")).json
    assert (await client.get("/app/installations")).json == [one]
    assert (await client.get(f"{world.repo}/installation")).json == one
    world.refused(await client.get("/app/installations/1"), "not-found")
    world.refused(await client.get("/repos/octo/elsewhere/installation"), "not-found")


async def test_a_good_jwt_opens_the_app(world: World) -> None:
    for issuer in (str(world.app.id), world.app.client_id):
        client = await as_app(world, app_jwt(world.standin, world.app, iss=issuer))
        assert (await client.get("/app")).json["slug"] == "assay"


@pytest.mark.parametrize(
    ("rule", "exp", "iat"),
    [
        ("jwt-exp-max", 600, -60),
        ("jwt-exp-max", 3600, -60),
        ("jwt-exp-past", 0, -60),
        ("jwt-exp-past", None, -60),
        ("jwt-iat-future", 540, 1),
        ("jwt-iat-future", 540, None),
    ],
)
async def test_times_of_a_jwt(world: World, rule: str, exp: int | None, iat: int | None) -> None:
    now = int(world.clock().timestamp())
    claims = {"exp": exp, "iat": iat}
    given = {name: None if shift is None else now + shift for name, shift in claims.items()}
    client = await as_app(world, app_jwt(world.standin, world.app, **given))
    world.refused(await client.get("/app"), rule)


async def test_a_jwt_just_inside_ten_minutes(world: World) -> None:
    now = int(world.clock().timestamp())
    client = await as_app(world, app_jwt(world.standin, world.app, iat=now, exp=now + 599))
    assert (await client.get("/app")).status == 200


async def test_the_key_the_algorithm_and_the_issuer_must_fit(world: World) -> None:
    now = int(world.clock().timestamp())
    claims = {"iat": now - 60, "exp": now + 540, "iss": str(world.app.id)}
    bad = (
        jwt.encode(claims, key_pair(1)[0], algorithm="RS256"),
        jwt.encode(claims, "x" * 32, algorithm="HS256"),
        jwt.encode({**claims, "iss": "1"}, world.app.private_key_pem, algorithm="RS256"),
        "a.b.c",
    )
    for text in bad:
        client = await as_app(world, text)
        world.refused(await client.get("/app"), "jwt-signature")


async def test_each_credential_opens_its_own_doors(world: World) -> None:
    world.refused(await world.client.get("/app"), "jwt-scope")
    client = await as_app(world, app_jwt(world.standin, world.app))
    world.refused(await client.get(f"{world.repo}/pulls/1"), "jwt-scope")


async def test_no_credential_and_a_wrong_one(world: World) -> None:
    client = await as_app(world, "ghs_wrong")
    world.refused(await client.get(f"{world.repo}/pulls/1"), "bad-credentials")
    client.credential = None
    world.refused(await client.get(f"{world.repo}/pulls/1"), "no-credentials")


async def test_a_token_lives_one_hour(world: World) -> None:
    world.clock.advance(3599)
    assert (await world.client.get(f"{world.repo}/pulls/1")).status == 200
    world.clock.advance(1)
    world.refused(await world.client.get(f"{world.repo}/pulls/1"), "token-expiry")


async def test_a_revoked_token_is_dead(world: World) -> None:
    assert (await world.client.call("DELETE", "/installation/token")).status == 204
    world.refused(await world.client.get(f"{world.repo}/pulls/1"), "bad-credentials")


async def test_tokens_have_the_long_form(world: World) -> None:
    assert world.client.credential is not None
    assert world.client.credential.startswith(f"ghs_{world.app.id}_")
    assert world.client.credential.count(".") == 2
    assert len(world.client.credential) > 400


async def test_a_token_may_be_narrowed(world: World) -> None:
    other = world.standin.create_repository("octo/other")
    world.standin.add_repositories(world.installation, [other])
    await world.client.authenticate(
        world.installation, repository_ids=[world.repository.id], permissions={"contents": "read"}
    )
    listed = await world.client.get("/installation/repositories")
    assert [one["name"] for one in listed.json["repositories"]] == ["demo"]
    world.refused(await world.client.get("/repos/octo/other"), "no-access-404")
    world.refused(await world.client.get(f"{world.repo}/pulls/1"), "permission")


@pytest.mark.parametrize(
    ("rule", "body"),
    [
        ("token-permissions", {"permissions": {"administration": "read"}}),
        ("token-permissions", {"permissions": {"contents": "write"}}),
        ("token-permissions", {"permissions": {"contents": "everything"}}),
        ("token-repositories", {"repositories": ["none"]}),
        ("token-repositories", {"repository_ids": [1]}),
        ("token-bad-body", {"permissions": "all"}),
        ("token-bad-body", {"repository_ids": "1"}),
    ],
)
async def test_a_token_cannot_ask_for_more(world: World, rule: str, body: object) -> None:
    client = await as_app(world, app_jwt(world.standin, world.app))
    path = f"/app/installations/{world.installation.id}/access_tokens"
    world.refused(await client.post(path, body), rule)


async def test_a_suspended_installation(world: World) -> None:
    world.standin.suspend(world.installation)
    world.refused(await world.client.get(f"{world.repo}/pulls/1"), "suspended")
    client = await as_app(world, app_jwt(world.standin, world.app))
    path = f"/app/installations/{world.installation.id}/access_tokens"
    world.refused(await client.post(path), "suspended")
    world.standin.unsuspend(world.installation)
    assert (await client.post(path)).status == 201


async def test_an_uninstalled_app(world: World) -> None:
    world.standin.uninstall(world.installation)
    world.refused(await world.client.get(f"{world.repo}/pulls/1"), "bad-credentials")


async def test_a_missing_permission_says_which(world: World) -> None:
    await world.client.authenticate(world.installation, permissions={"checks": "read"})
    reply = await world.check()
    world.refused(reply, "permission")
    assert reply.headers["X-Accepted-GitHub-Permissions"] == "checks=write"
    reply = await world.client.post(f"{world.repo}/issues/1/comments", {"body": "hi"})
    world.refused(reply, "permission")
    accepted = reply.headers["X-Accepted-GitHub-Permissions"]
    assert accepted == "issues=write; pull_requests=write"


async def test_outside_the_installation_nothing_exists(world: World) -> None:
    world.standin.create_repository("octo/secret")
    world.refused(await world.client.get("/repos/octo/secret"), "no-access-404")
    world.refused(await world.client.get("/repos/octo/missing"), "not-found")


async def test_a_renamed_repository_redirects(world: World) -> None:
    world.standin.rename_repository(world.repository, "renamed")
    url = f"{world.standin.api_url}/repositories/{world.repository.id}"
    for method, status in (("GET", 301), ("POST", 307)):
        reply = await world.client.call(method, "/repos/octo/demo/pulls/1/reviews", follow=False)
        assert (reply.status, reply.headers["Location"]) == (status, f"{url}/pulls/1/reviews")
        assert world.standin.exchanges[-1].refused_by == "moved"
    followed = await world.client.get("/repos/octo/demo")
    assert followed.json["full_name"] == "octo/renamed"


async def test_the_diff_needs_contents_as_well(world: World) -> None:
    diff = {"Accept": "application/vnd.github.diff"}
    path = f"{world.repo}/pulls/1"
    reply = await world.client.call("GET", path, headers=diff)
    assert reply.text.startswith("diff --git a/new.py b/new.py")
    await world.client.authenticate(world.installation, permissions={"pull_requests": "read"})
    reply = await world.client.call("GET", path, headers=diff)
    world.refused(reply, "diff-needs-contents")


async def test_a_diff_that_is_too_large(world: World) -> None:
    await world.pull.push({"huge.txt": "x\n" * 20_001})
    reply = await world.client.call(
        "GET", f"{world.repo}/pulls/1", headers={"Accept": "application/vnd.github.v3.diff"}
    )
    assert world.refused(reply, "diff-max")[0]["code"] == "too_large"


async def test_every_request_names_its_agent_and_a_known_version(world: World) -> None:
    path = f"{world.repo}/pulls/1"
    world.refused(await world.client.get(path, user_agent=""), "user-agent")
    world.refused(await world.client.get(path, x_github_api_version="1999-01-01"), "api-version")
    reply = await world.client.get(path, x_github_api_version="2026-03-10")
    assert reply.headers["X-GitHub-Api-Version-Selected"] == "2026-03-10"


async def test_unknown_paths_are_kept_for_the_tests(world: World) -> None:
    world.refused(await world.client.get(f"{world.repo}/pulls/1/"), "trailing-slash")
    world.refused(await world.client.get(f"{world.repo}/nonsense"), "unknown-route")
    assert [one.path for one in world.standin.unknown_requests] == [
        f"{world.repo}/pulls/1/",
        f"{world.repo}/nonsense",
    ]


@pytest.mark.parametrize(
    ("rule", "raw"), [("bad-json", b"{"), ("body-object", b"[]"), ("bad-json", b"[" * 100_000)]
)
async def test_bodies_must_be_json_objects(world: World, rule: str, raw: bytes) -> None:
    reply = await world.client.call("POST", f"{world.repo}/check-runs", raw=raw)
    world.refused(reply, rule)


async def test_a_manifest_code_works_once(world: World) -> None:
    world.standin.manifest_codes["abc"] = world.app
    world.client.credential = None
    first = await world.client.post("/app-manifests/abc/conversions")
    assert first.json["pem"] == world.app.private_key_pem
    assert first.json["webhook_secret"] == world.app.webhook_secret
    world.refused(await world.client.post("/app-manifests/abc/conversions"), "not-found")


async def test_odd_numbers_in_paths_are_simply_not_found(world: World) -> None:
    for odd in ("0", "-1", "x", "9" * 30, "%00", "٣"):
        world.refused(await world.client.get(f"{world.repo}/pulls/{odd}"), "not-found")
