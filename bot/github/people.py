"""What a person may do in a repository, asked at this moment."""

from __future__ import annotations

import msgspec

from bot.github import repos
from bot.github.faults import GiveUp
from bot.github.port import RepositoryAPI
from checks.policy import Permission

_ROLES = {one.name.lower(): one for one in Permission}


class _Answer(msgspec.Struct, frozen=True):
    permission: str
    role_name: str = ""


async def role(api: RepositoryAPI, repository: str, login: str) -> Permission | None:
    """The role; None for somebody without access.

    ``permission`` says "write" of those who maintain and "read" of those who triage, ``role_name``
    tells them apart; a role of the organisation's own making is known by ``permission`` alone.
    https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
    """
    path = repos.path(repository, "collaborators/{login}/permission", login=login)
    try:
        answer = repos.convert(await api.get(path), _Answer)
    except GiveUp as fault:
        if fault.status == 404:
            return None
        raise
    known = _ROLES.get(answer.permission)
    if known is None:
        return None
    return max(known, _ROLES.get(answer.role_name, known))
