"""Reviews a pull request, pushes to it again, and measures what each of the two reviews costs.

``python -m bench.second_push`` takes thirty of this project's own files, which use each other, as
the change, has the real review and the real analysis look at them on a stand-in GitHub in this
process, changes two of them and does it again. It prints requests, texts read, files analysed, and
processor time, and ends with 0.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.github.app import GitHubApp
from bot.github.config import GitHubSettings
from bot.github.limits import Limits
from bot.github.port import RepositoryAPI
from bot.jobs import Job, kinds
from bot.review.markers import Signer
from bot.review.run import Reviewer
from bot.review.words.place import Voice
from checks import registry
from checks.configuration import Configuration, Layer
from checks.model import ChangedFile, FileReport, Settings
from checks.repository import Beside
from checks.sandbox import AsyncLookup, Pool
from tests.bot.fakes import MemoryEngine
from tests.github import PullRequest, Repository, StandIn

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("bot/review", "tests/bot/review")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Costs:
    """What one review cost."""

    requests: int = 0
    texts: int = 0
    """Files whose text was asked for."""
    analysed: list[str] = field(default_factory=list)
    beside: int = 0
    """Files that were read along, and not analysed."""
    worker_seconds: float = 0.0
    """Processor time of the analysis."""
    seconds: float = 0.0


class Watched:
    """The analysis, counted."""

    def __init__(self, pool: Pool, costs: Costs) -> None:
        self.pool = pool
        self.costs = costs

    async def analyse(
        self,
        files: Sequence[ChangedFile],
        settings: Settings,
        lookup: AsyncLookup | None = None,
        *,
        beside: Beside | None = None,
    ) -> tuple[FileReport, ...]:
        """See :class:`bot.review.remembering.Analysis`."""
        more = beside or Beside()
        self.costs.analysed += [one.path for one in files]
        self.costs.beside += len(more.files)
        return await self.pool.analyse(files, settings, lookup, beside=more)

    async def read_configuration(self, *layers: Layer) -> Configuration:
        """See :class:`checks.sandbox.Pool`."""
        return await self.pool.read_configuration(*layers)


class _Current(MemoryEngine):
    async def still_current(self, job: Job) -> bool:  # noqa: ARG002 - as the port has it
        return True


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.second_push", description=__doc__)
    parser.add_argument("--files", type=int, default=30, help="files of the pull request")
    parser.add_argument("--changed", type=int, default=2, help="of them, those pushed again")
    parser.add_argument("--json", action="store_true", help="for a program to read")
    arguments = parser.parse_args()
    if not 0 < arguments.changed <= arguments.files:
        parser.error("--changed is at least 1 and at most --files")
    first, second = asyncio.run(measure(arguments.files, arguments.changed))
    if arguments.json:
        json.dump([asdict(first), asdict(second)], sys.stdout, indent=2)
        return 0
    print("| | first push | second push |\n|---|---|---|")
    rows = {
        "requests": (first.requests, second.requests),
        "texts read": (first.texts, second.texts),
        "files analysed": (len(first.analysed), len(second.analysed)),
        "files read along": (first.beside, second.beside),
        "processor time of the analysis": (
            f"{first.worker_seconds:.2f} s",
            f"{second.worker_seconds:.2f} s",
        ),
        "the review, begin to end": (f"{first.seconds:.2f} s", f"{second.seconds:.2f} s"),
    }
    for name, (one, other) in rows.items():
        print(f"| {name} | {one} | {other} |")
    return 0


async def measure(files: int, changed: int) -> tuple[Costs, Costs]:
    """Review a pull request of so many files, push so many of them again, and review it again."""
    sources = [path for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.py"))]
    texts = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in sources}
    half = files // 2
    names = [*[one for one in texts if one.startswith("bot/")][: files - half],
             *[one for one in texts if one.startswith("tests/")][:half]]  # fmt: skip
    async with await StandIn.start() as standin, Pool(1) as pool:
        app = standin.create_app()
        repository = standin.create_repository("octo/demo")
        installation = standin.install(app, [repository])
        # What the change uses is there; the change itself is new.
        repository.commit({path: text for path, text in texts.items() if path not in names})
        repository.commit({path: texts[path] for path in names}, branch="feature")
        pull = await repository.open_pull("feature", author="alice")
        settings = GitHubSettings(
            app_id=app.id,
            private_key=app.private_key_pem,
            api_url=standin.api_url,
            graphql_url=standin.graphql_url,
        )
        async with GitHubApp(settings, limits=Limits(write_spacing=0.0)) as client:
            await client.repository(installation.id, repository.id).get("/rate_limit")
            analysis = Watched(pool, Costs())
            reviewer = _reviewer(client, analysis)
            first = await _review(standin, repository, installation.id, pull, analysis, reviewer)
            # A package's own file concerns all of the package: it is none of those that change.
            plain = [one for one in names if not one.endswith("__init__.py")]
            again = plain[len(plain) // (2 * changed) :: len(plain) // changed][:changed]
            await pull.push({path: f"{texts[path]}\n\nADDED = 1\n" for path in again})
            second = await _review(standin, repository, installation.id, pull, analysis, reviewer)
    return first, second


def _reviewer(client: GitHubApp, analysis: Watched) -> Reviewer:
    async def open_repository(installation: int, repository: int) -> RepositoryAPI:
        return client.repository(installation, repository)

    voice = Voice("0", registry.load())
    return Reviewer(open_repository, _Current(), analysis, Signer([b"k" * 32]), voice)


async def _review(
    standin: StandIn,
    repository: Repository,
    installation: int,
    pull: PullRequest,
    analysis: Watched,
    reviewer: Reviewer,
) -> Costs:
    asked = kinds.ReviewPull(
        installation=installation,
        repository=kinds.Repository(id=repository.id, owner="octo", name="demo"),
        pull=pull.number,
        trigger="opened",
    )
    costs = analysis.costs = Costs()
    standin.exchanges.clear()
    busy, started = _worker_seconds(), time.perf_counter()
    now = datetime.now(UTC)
    await reviewer.review(Job(1, kinds.REVIEW, kinds.encode(asked), 1, "", "", now, None))
    costs.seconds = time.perf_counter() - started
    costs.worker_seconds = _worker_seconds() - busy
    costs.requests = len(standin.exchanges)
    costs.texts = sum((one.document or "").count("text }") for one in standin.exchanges)
    return costs


def _worker_seconds() -> float:
    """Processor time of this process's children so far (Linux, proc(5))."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid():
            total += int(fields[11]) + int(fields[12])
    return total / _TICKS


if __name__ == "__main__":
    raise SystemExit(main())
