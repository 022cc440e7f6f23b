"""The demo: opens a pull request on a stand-in GitHub and lets the real bot review it.

The bot is the real program, started as a person would start it (`assay serve`) with the embedded
database; only GitHub is played, by the stand-in of the tests. Started by ``script/demo``.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.github import PullRequest, Repository, StandIn  # noqa: E402 - the path comes first
from tests.running import BotProcess, NotReady  # noqa: E402

SAMPLE = ROOT / "script" / "sample"
# A made-up token in the shape of a real one. It is put together here so that no scanner of this
# repository takes it for a leak.
SAMPLE_TOKEN = "-".join(("xoxb", "263594206564", "2343594206574", "FGqddMF8t08v8N7Oq4i57vs1"))


def main() -> int:
    """Run the demo; 0 when the review was completed."""
    parser = argparse.ArgumentParser(
        prog="script/demo", description="Review a pull request on a stand-in GitHub."
    )
    parser.add_argument("--repo", type=Path, help="a local git repository (default: the sample)")
    parser.add_argument("--base", help="the revision the pull request goes to")
    parser.add_argument("--head", help="the revision it brings")
    parser.add_argument("--exit", action="store_true", help="end when the review is printed")
    parser.add_argument("--port", type=int, default=0, help="port of the pages (default: any)")
    parser.add_argument("--timeout", type=float, default=180, help="seconds to wait for the review")
    arguments = parser.parse_args()
    if arguments.repo and not (arguments.base and arguments.head):
        parser.error("--repo needs --base and --head, for example --base HEAD~20 --head HEAD")
    if arguments.repo:
        arguments.repo = (Path(os.environ.get("ASSAY_DEMO_FROM", ".")) / arguments.repo).resolve()
    with contextlib.suppress(KeyboardInterrupt):
        return asyncio.run(demo(arguments))
    return 0


async def demo(arguments: argparse.Namespace) -> int:
    """Start GitHub and the bot, open the pull request, wait, print, and stay up if wanted."""
    with tempfile.TemporaryDirectory(prefix="assay-demo-") as folder:
        async with await StandIn.start(port=arguments.port) as github:
            if arguments.repo:
                repository = local_repository(github, arguments, Path(folder))
            else:
                repository = sample_repository(github)
            async with running_bot(github, repository, Path(folder)):
                pull = await open_pull(repository, arguments)
                page = f"{github.url}/{repository.full_name}/pull/{pull.number}"
                print(f"Opened {page}", flush=True)
                if not await reviewed(repository, pull, arguments.timeout):
                    print("The review did not complete in time.", file=sys.stderr)
                    return 1
                print_review(github, repository, pull)
                print(f"\nLook at it: {page}")
                if not arguments.exit:
                    print("Stop with Ctrl-C.", flush=True)
                    await asyncio.Event().wait()
    return 0


def sample_repository(github: StandIn) -> Repository:
    """The sample that ships with Assay: a lending library, before and after a pull request."""
    repository = github.create_repository("octo/lending-library")
    repository.commit(sample_files("base"), branch="main", message="Books, readers and loans")
    before = sample_files("base")
    after = sample_files("head")
    changed: dict[str, str | None] = {
        path: text for path, text in after.items() if before.get(path) != text
    }
    changed.update({path: None for path in before if path not in after})
    repository.commit(
        changed, branch="reservations", message="Reservations, exports and letters", parent="main"
    )
    return repository


def sample_files(name: str) -> dict[str, str | None]:
    """The files of one side of the sample."""
    folder = SAMPLE / name
    return {
        path.relative_to(folder).as_posix(): path.read_text().replace(
            "@@SLACK_TOKEN@@", SAMPLE_TOKEN
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def local_repository(github: StandIn, arguments: argparse.Namespace, folder: Path) -> Repository:
    """A bare copy of a local repository, the range as two branches; the original is only read."""
    copy = folder / "copy.git"
    git("clone", "--quiet", "--bare", "--no-tags", "--", str(arguments.repo), str(copy))
    for branch, revision in (("assay-base", arguments.base), ("assay-head", arguments.head)):
        what = f"{revision}^{{commit}}"
        commit = git("rev-parse", "--verify", "--end-of-options", what, folder=arguments.repo)
        git("fetch", "--quiet", str(arguments.repo), commit, folder=copy)
        git("update-ref", f"refs/heads/{branch}", commit, folder=copy)
    name = arguments.repo.name.removesuffix(".git").lstrip(".") or "repository"
    return github.create_repository(f"octo/{name}", path=copy, default_branch="assay-base")


def git(*arguments: str, folder: Path | None = None) -> str:
    """Run git; its output. Exits with the command and git's own words when it fails."""
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, cwd=folder)
    if done.returncode:
        sys.exit(f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


async def open_pull(repository: Repository, arguments: argparse.Namespace) -> PullRequest:
    """Open the pull request as a person would; the stand-in sends the delivery."""
    if arguments.repo:
        return await repository.open_pull(
            head="assay-head",
            base="assay-base",
            title=f"{arguments.base}...{arguments.head}",
            author="alice",
        )
    return await repository.open_pull(
        head="reservations", base="main", title="Reservations, exports and letters", author="alice"
    )


@contextlib.asynccontextmanager
async def running_bot(github: StandIn, repository: Repository, folder: Path) -> AsyncIterator[None]:
    """The real bot in a process of its own, with the embedded database, stopped at the end."""
    app = github.create_app(slug="assay", webhook_secret=secrets.token_hex(16))
    github.create_user("alice")
    repository.set_permission("alice", "write")
    github.install(app, [repository])
    bot = BotProcess(
        {
            "ASSAY_APP_ID": str(app.id),
            "ASSAY_PRIVATE_KEY": app.private_key_pem,
            "ASSAY_WEBHOOK_SECRET": app.webhook_secret,
            "ASSAY_GITHUB_API_URL": github.api_url,
        },
        folder,
    )
    try:
        await bot.start()
        app.webhook_url = f"{bot.url}/webhook"
        yield
    except NotReady as problem:
        sys.exit(f"The bot did not become ready:\n{problem}")
    finally:
        await bot.stop()
        if keep := os.environ.get("ASSAY_DEMO_LOG"):
            shutil.copyfile(bot.log, keep)


async def reviewed(repository: Repository, pull: PullRequest, seconds: float) -> bool:
    """Whether the head got its completed check run in time."""
    for _ in range(int(seconds * 10)):
        if any(run.status == "completed" for run in repository.check_runs(pull.head_sha)):
            return True
        await asyncio.sleep(0.1)
    return False


def print_review(github: StandIn, repository: Repository, pull: PullRequest) -> None:
    """The review as the terminal can show it."""
    run = repository.check_runs(pull.head_sha)[-1]
    print(f"\n{run.name}: {run.conclusion}. {run.title}\n")
    print(plain(run.summary or ""))
    comments = sorted(pull.review_comments, key=lambda one: (one.path, one.original_line or 0))
    print(f"\n{len(comments)} inline comments:")
    for comment in comments:
        anchor = pull.anchor(comment)
        line = comment.original_line if anchor is None else anchor.line
        where = f"{comment.path}:{line}"
        print(f"\n── {where}\n{comment.body.split('<!--')[0].strip()}")
    print(f"\n{len(github.exchanges)} API calls.")


def plain(markdown: str) -> str:
    """Markdown without the addresses of its links, which only a page can follow."""
    return re.sub(r"\[([^]]*)\]\(http[^)\s]*\)", r"\1", markdown).replace("<br>", "; ")


if __name__ == "__main__":
    sys.exit(main())
