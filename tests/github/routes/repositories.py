"""Repositories: themselves, their branches, people's permissions, and the caller's limits."""

from __future__ import annotations

from tests.github import render
from tests.github.call import Answer, Call
from tests.github.render.repositories import full_repository
from tests.github.routes.table import ROUTES
from tests.github.rules import refuse

_LEGACY = {"maintain": "write", "triage": "read"}


@ROUTES.add("GET", "/repo", "metadata=read")
def get_repository(call: Call) -> Answer:
    return Answer(full_repository(call.repository))


@ROUTES.add("GET", "/repo/branches/{branch:path}", "contents=read")
def get_branch(call: Call) -> Answer:
    repository, name = call.repository, call.values["branch"]
    sha = repository.branches.get(name)
    if sha is None:
        raise refuse("not-found")
    url = f"{repository.url}/branches/{name}"
    body = {
        "name": name,
        "commit": render.commit(repository.store.commit(sha), repository),
        "_links": {"self": url, "html": f"{repository.html_url}/tree/{name}"},
        "protected": False,
        "protection": {"enabled": False},
        "protection_url": f"{url}/protection",
    }
    return Answer(body)


@ROUTES.add("GET", "/repo/collaborators/{login}/permission", "metadata=read")
def get_permission(call: Call) -> Answer:
    """``permission`` knows four words only; ``role_name`` has the real role."""
    user = call.standin.users.get(call.values["login"])
    if user is None:
        raise refuse("not-found")
    role = call.repository.role_of(user)
    held = ("none", "read", "triage", "write", "maintain", "admin").index(role)
    body = {
        "permission": _LEGACY.get(role, role),
        "role_name": role,
        "user": render.user(user, call.standin)
        | {
            "role_name": role,
            "permissions": {
                "pull": held >= 1,
                "triage": held >= 2,
                "push": held >= 3,
                "maintain": held >= 4,
                "admin": held >= 5,
            },
        },
    }
    return Answer(body)


@ROUTES.add("GET", "/rate_limit", "metadata=read")
def get_rate_limit(call: Call) -> Answer:
    assert call.token is not None
    limits = call.standin.limits
    caller = f"installation:{call.token.installation.id}"
    resources = {}
    for name, who in (("core", caller), ("graphql", f"{caller}:graphql")):
        head = limits.headers(who)
        resources[name] = {
            "limit": int(head["X-RateLimit-Limit"]),
            "remaining": int(head["X-RateLimit-Remaining"]),
            "reset": int(head["X-RateLimit-Reset"]),
            "used": int(head["X-RateLimit-Used"]),
        }
    resources["search"] = {**resources["core"], "limit": 30, "remaining": 30, "used": 0}
    limits.give_back(caller)
    return Answer({"resources": resources, "rate": resources["core"]})
