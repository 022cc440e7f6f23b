"""Serve one stand-in by hand: ``python -m tests.github [--port N] [--webhook URL]``.

It holds one app, one repository and one open pull request, prints what a bot needs to know as
environment variables, and serves until it is interrupted.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shlex

from tests.github.standin import StandIn


async def serve(port: int, webhook: str | None) -> None:
    """Serve until cancelled."""
    async with await StandIn.start(port) as standin:
        app = standin.create_app(webhook_url=webhook)
        repository = standin.create_repository("octo/demo")
        standin.install(app, [repository])
        repository.commit({"README.md": "# Demo\n", "app.py": "print('hello')\n"})
        repository.commit({"app.py": "eval(input())\n"}, branch="feature", message="Ask first")
        pull = await repository.open_pull("feature", title="Ask first", author="alice")
        settings = {
            "ASSAY_APP_ID": str(app.id),
            "ASSAY_PRIVATE_KEY": app.private_key_pem.replace("\n", "\\n"),
            "ASSAY_WEBHOOK_SECRET": app.webhook_secret,
            "ASSAY_GITHUB_API_URL": standin.api_url,
        }
        lines = [f"export {name}={shlex.quote(value)}" for name, value in settings.items()]
        print("\n".join(lines), f"# {pull.html_url}", sep="\n", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.github", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--webhook", help="where deliveries go, as http://127.0.0.1:8000/webhook")
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(given.port, given.webhook))


if __name__ == "__main__":
    main()
