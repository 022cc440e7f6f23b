"""Single files of a commit by their path, over REST: for configuration, never for reviewed code.

The contents endpoint follows symbolic links; reviewed files are read as blobs, which do not.
"""

from __future__ import annotations

import base64
import binascii

import msgspec

from bot.github import repos
from bot.github.faults import GitHubFault
from bot.github.port import RepositoryAPI


class _Content(msgspec.Struct, frozen=True):
    type: str
    encoding: str = ""
    content: str = ""


async def text(api: RepositoryAPI, repository: str, path: str, ref: str | None) -> bytes | None:
    """The bytes of a file of at most 1 MB; None when there is none.

    ``ref`` is a branch or a commit; None means the default branch.

    https://docs.github.com/en/rest/repos/contents#get-repository-content
    """
    try:
        answer = await api.get(
            repos.path(repository, "contents/{file+}", file=path), {"ref": ref} if ref else None
        )
    except GitHubFault as fault:
        if fault.status == 404:
            return None
        raise
    if not isinstance(answer, dict):
        return None
    content = repos.convert(answer, _Content)
    if content.type != "file" or content.encoding != "base64":
        return None
    return decode(content.content)


def decode(content: str) -> bytes | None:
    """Undo GitHub's base64, which is wrapped into lines; None when it is none."""
    try:
        return base64.b64decode(content)
    except (binascii.Error, ValueError):
        return None
