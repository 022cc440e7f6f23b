"""Apps: who am I, installations, tokens, and the manifest flow's last step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.github import auth, render
from tests.github.bodies import Field, check
from tests.github.call import Answer, Call
from tests.github.clock import stamp
from tests.github.routes.table import ROUTES
from tests.github.rules import refuse
from tests.github.state import Installation

if TYPE_CHECKING:
    from tests.github.repository import Repository


@ROUTES.add("GET", "/app", auth="jwt")
def get_app(call: Call) -> Answer:
    return Answer(
        render.app(call.caller_app, call.standin)
        | {"installations_count": len(_installations(call))}
    )


@ROUTES.add("GET", "/app/installations", auth="jwt")
def list_installations(call: Call) -> Answer:
    page, links = call.page(
        [render.installation(one, call.standin) for one in _installations(call)]
    )
    return Answer(page, headers=links)


@ROUTES.add("GET", "/app/installations/{installation_id}", auth="jwt")
def get_installation(call: Call) -> Answer:
    return Answer(render.installation(_installation(call), call.standin))


@ROUTES.add("GET", "/repos/{owner}/{repo}/installation", auth="jwt")
def get_repository_installation(call: Call) -> Answer:
    for one in _installations(call):
        if any(each is call.repository for each in one.repositories):
            return Answer(render.installation(one, call.standin))
    raise refuse("not-found")


@ROUTES.add("POST", "/app/installations/{installation_id}/access_tokens", auth="jwt")
def create_token(call: Call) -> Answer:
    """Mint a token; narrowed to the repositories and permissions that the body names."""
    installation = _installation(call)
    if installation.suspended:
        raise refuse("suspended")
    body = call.body
    for name, kind in (("permissions", dict), ("repositories", list), ("repository_ids", list)):
        if name in body and not isinstance(body[name], kind):
            raise refuse("token-bad-body")
    shape = {
        "permissions": Field(dict),
        "repositories": Field(list, items=str),
        "repository_ids": Field(list, items=int),
    }
    check(call, shape)
    repositories = _narrowed(installation, body)
    permissions = _permissions(installation, body.get("permissions"))
    token = auth.mint(call.standin, installation, permissions, repositories)
    answer: dict[str, Any] = {
        "token": token.text,
        "expires_at": stamp(token.expires_at),
        "permissions": permissions,
        "repository_selection": "selected",
    }
    if repositories is not None:
        answer["repositories"] = [render.repository(one) for one in repositories]
    return Answer(answer, 201)


@ROUTES.add("DELETE", "/installation/token")
def revoke_token(call: Call) -> Answer:
    assert call.token is not None
    call.token.revoked = True
    return Answer(status=204)


@ROUTES.add("GET", "/installation/repositories")
def list_repositories(call: Call) -> Answer:
    assert call.token is not None
    mine = [one for one in call.token.installation.repositories if call.token.opens(one)]
    page, links = call.page([render.repository(one) for one in mine])
    body = {
        "total_count": len(mine),
        "repository_selection": "selected",
        "repositories": page,
    }
    return Answer(body, headers=links)


@ROUTES.add("POST", "/app-manifests/{code}/conversions", auth="none")
def convert_manifest(call: Call) -> Answer:
    """The code works once."""
    app = call.standin.manifest_codes.pop(call.values["code"], None)
    if app is None:
        raise refuse("not-found")
    return Answer(render.manifest_conversion(app, call.standin), 201)


def _installations(call: Call) -> list[Installation]:
    return [one for one in call.standin.installations if one.app is call.caller_app]


def _installation(call: Call) -> Installation:
    number = call.number("installation_id")
    for one in _installations(call):
        if one.id == number:
            return one
    raise refuse("not-found")


def _narrowed(installation: Installation, body: dict[str, Any]) -> list[Repository] | None:
    if "repositories" not in body and "repository_ids" not in body:
        return None
    names = {name.lower(): False for name in body.get("repositories", [])}
    wanted = dict.fromkeys(body.get("repository_ids", []), False)
    chosen = []
    for one in installation.repositories:
        if one.name.lower() in names or one.id in wanted:
            names[one.name.lower()] = wanted[one.id] = True
            chosen.append(one)
    if not all(names.values()) or not all(wanted.values()):
        raise refuse("token-repositories")
    return chosen


def _permissions(installation: Installation, asked: dict[str, Any] | None) -> dict[str, str]:
    if asked is None:
        return dict(installation.permissions)
    order = ("read", "write", "admin")
    for name, level in asked.items():
        held = installation.permissions.get(name)
        if held is None or level not in order or order.index(level) > order.index(held):
            raise refuse("token-permissions")
    return {"metadata": "read", **asked}
