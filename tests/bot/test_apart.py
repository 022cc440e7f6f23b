"""Receiver and worker as two processes that share nothing but the database."""

from __future__ import annotations

from pathlib import Path

from tests.bot.waiting import eventually
from tests.github import StandIn
from tests.running import BotProcess


async def test_a_delivery_goes_from_one_to_the_other(tmp_path: Path) -> None:
    async with await StandIn.start() as github:
        app = github.create_app(webhook_secret="x" * 32)
        repository = github.create_repository("octo/repo")
        repository.commit({"app.py": "x = 1\n"}, branch="main", message="Begin")
        repository.commit({"app.py": "x = 2\n"}, branch="change", message="Go on", parent="main")
        github.install(app, [repository])
        common = {
            "ASSAY_APP_ID": str(app.id),
            "ASSAY_PRIVATE_KEY": app.private_key_pem,
            "ASSAY_GITHUB_API_URL": github.api_url,
            "ASSAY_STATE_DIR": str(tmp_path / "state"),
        }
        for name in ("receiver", "worker"):
            (tmp_path / name).mkdir()
        receiver = BotProcess(
            {**common, "ASSAY_WEBHOOK_SECRET": app.webhook_secret},
            tmp_path / "receiver",
            command=("serve", "--no-worker"),
        )
        # The worker is not given the webhook secret: it needs none.
        worker = BotProcess(common, tmp_path / "worker", command=("worker",))
        try:
            await receiver.start()
            app.webhook_url = f"{receiver.url}/webhook"
            pull = await repository.open_pull(head="change")
            await github.settle()
            assert repository.check_runs(pull.head_sha) == []
            await worker.start()
            await eventually(
                lambda: any(
                    run.status == "completed" for run in repository.check_runs(pull.head_sha)
                )
            )
        finally:
            statuses = [await worker.stop(), await receiver.stop()]
        assert statuses == [0, 0]
        assert "review of pull request" in worker.read_log()
        assert "review of pull request" not in receiver.read_log()
        for process in (receiver, worker):
            assert app.webhook_secret not in process.read_log()
            assert "PRIVATE KEY" not in process.read_log()
