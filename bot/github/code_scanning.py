"""Code scanning: SARIF for the Security tab."""

from __future__ import annotations

import base64
import gzip

from bot.github import repos
from bot.github.port import RepositoryAPI

MAX_BYTES = 10_000_000
"""Of a compressed upload (docs.github.com, "SARIF support for code scanning", "Validating your
file")."""


class TooLarge(ValueError):
    """The compressed file is larger than GitHub takes."""


async def upload(api: RepositoryAPI, repository: str, commit: str, ref: str, sarif: str) -> None:
    """Upload the results for a commit. Those of the same tool and category are replaced.

    Needs ``security_events: write``.
    https://docs.github.com/en/rest/code-scanning/code-scanning#upload-an-analysis-as-sarif-data

    Args:
        api: the repository.
        repository: ``owner/name``.
        commit: the full id of the commit.
        ref: ``refs/pull/7/head`` or ``refs/heads/main``.
        sarif: the log.

    Raises:
        TooLarge: nothing was sent.
        GitHubFault: of status 403 or 404 where code scanning is off or not granted.
    """
    # The same log gives the same bytes: the time of compression is left out.
    packed = gzip.compress(sarif.encode(), mtime=0)
    if len(packed) > MAX_BYTES:
        raise TooLarge
    body = {"commit_sha": commit, "ref": ref, "sarif": base64.b64encode(packed).decode()}
    await api.post(repos.path(repository, "code-scanning/sarifs"), body, idempotent=True)
