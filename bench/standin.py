"""The stand-in GitHub of a benchmark, with all its pull requests open and none of them delivered.

It says what a bot must know and the deliveries as bytes; then, whenever asked, how the reviews
stand. One installation for each repository: GitHub limits what an installation writes.
"""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from typing import Any

from bench import change
from bench.children import serve
from tests.github import PullRequest, StandIn

SECRET = "a secret of the benchmark alone"


async def main() -> None:
    """Serve until the standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("pulls", type=int)
    parser.add_argument("installations", type=int)
    given = parser.parse_args()
    async with await StandIn.start() as github:
        app = github.create_app(webhook_secret=SECRET)
        repositories = []
        for number in range(given.installations):
            repository = github.create_repository(f"owner-{number}/orders")
            repository.commit(dict(change.BASE), branch="main", message="Begin")
            github.install(app, [repository])
            repositories.append(repository)
        pulls = []
        for number in range(given.pulls):
            repository = repositories[number % len(repositories)]
            branch = f"change-{number}"
            repository.commit(
                dict(change.files(number)), branch=branch, message="Letters", parent="main"
            )
            pulls.append(await repository.open_pull(head=branch, author="alice"))
        deliveries = [one for one in github.deliveries if one.event == "pull_request"]
        ready = {
            "environment": {
                "ASSAY_APP_ID": str(app.id),
                "ASSAY_PRIVATE_KEY": app.private_key_pem,
                "ASSAY_WEBHOOK_SECRET": app.webhook_secret,
                "ASSAY_GITHUB_API_URL": github.api_url,
            },
            "deliveries": [
                {"headers": one.headers(), "body": one.body.decode()} for one in deliveries
            ],
        }
        await serve(ready, lambda: standing(github, pulls))


def standing(github: StandIn, pulls: list[PullRequest]) -> dict[str, Any]:
    """How the reviews stand. A pull request is reviewed when its one check run is completed."""
    reviewed = 0
    conclusions: Counter[str] = Counter()
    for pull in pulls:
        runs = pull.repository.check_runs(pull.head_sha)
        if len(runs) == 1 and runs[0].status == "completed":
            reviewed += 1
            conclusions[runs[0].conclusion or ""] += 1
    return {
        "reviewed": reviewed,
        "conclusions": dict(conclusions),
        "comments": sum(len(pull.review_comments) for pull in pulls),
        "requests": len(github.exchanges),
        "problems": [
            *github.failures,
            *github.complaints,
            *(f"{one.method} {one.path}: unknown" for one in github.unknown_requests),
        ],
    }


if __name__ == "__main__":
    asyncio.run(main())
