"""Findings for code scanning, where a repository wishes it: the Security tab shows them as well.

Right before the review is published: a worker that is killed in between does both again, and
GitHub replaces what the same tool said of the same commit. An upload is never a reason for a review
to fail or to wait. The token for it is one of its own, because reviews need ``security_events`` for
nothing else; where that is not granted, or code scanning is off, GitHub is not asked again for an
hour. No text of the repository is in what is uploaded but what the comments show.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from cachetools import TTLCache

from bot.github import code_scanning
from bot.github.faults import GitHubFault, GiveUp, OurBug
from bot.github.port import RepositoryAPI
from bot.review.model import Report, Snapshot
from bot.review.runs import Target
from bot.scan import sarif
from bot.scan.run import Scan
from checks.registry import Check

log = logging.getLogger(__name__)

OpenRepository = Callable[[int, int], Awaitable[RepositoryAPI]]
"""GitHub with the right to upload: (installation id, repository id)."""

CATEGORY = "assay"
"""Tells these results from those that the repository's own workflows upload."""

_MOST_REPOSITORIES = 10_000
_HOLDS = 3_600.0


class Uploader:
    """Uploads the findings of reviews. One value per process."""

    def __init__(
        self,
        repository: OpenRepository,
        catalogue: Mapping[str, Check],
        version: str,
        docs_url: str = "",
    ) -> None:
        self._repository = repository
        self._catalogue = catalogue
        self._version = version
        self._docs_url = docs_url
        self._refused: TTLCache[int, bool] = TTLCache(_MOST_REPOSITORIES, _HOLDS)

    async def upload(
        self, installation: int, target: Target, snapshot: Snapshot, report: Report
    ) -> int:
        """Upload, if the repository wishes it and lets us; how many requests it took."""
        if not snapshot.policy.upload_sarif or target.repository_id in self._refused:
            return 0
        said = await asyncio.to_thread(self.write, snapshot, report)
        api = await self._repository(installation, target.repository_id)
        ref = f"refs/pull/{target.pull}/head"
        try:
            await code_scanning.upload(api, target.repository, target.head_sha, ref, said)
        except code_scanning.TooLarge:
            log.warning("pull request %d: too many findings for code scanning", target.pull)
        except (GiveUp, OurBug) as fault:
            log.warning("code scanning of %s takes no results: %s", target.repository, fault)
            self._refused[target.repository_id] = True
        except GitHubFault as fault:
            log.info("code scanning of %s was not reached: %s", target.repository, fault)
        return api.calls

    def write(self, snapshot: Snapshot, report: Report) -> str:
        """The report as SARIF. Pure."""
        spoken = {one.check for one in report.findings}
        spoken |= {one.check for file in report.files for one in file.suppressed}
        rules = {name: check for name, check in self._catalogue.items() if name in spoken}
        # Without the texts, so that no line of a file goes along as part of a fix.
        scan = Scan(report, {}, snapshot.settings, rules, snapshot.problems)
        return sarif.write(scan, self._version, self._docs_url, category=CATEGORY)
