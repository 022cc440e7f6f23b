"""The yardstick: an aiohttp server that reads a delivery and answers 202, and does nothing else."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bench.children import serve


async def handle(request: web.Request) -> web.Response:
    """Read the body, acknowledge."""
    await request.read()
    return web.json_response({"result": "stored"}, status=202)


async def main() -> None:
    """Serve until the standard input ends; says its address."""
    app = web.Application(client_max_size=26 * 1024 * 1024)
    app.router.add_post("/webhook", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await serve({"url": f"http://127.0.0.1:{runner.addresses[0][1]}"}, lambda: None)


if __name__ == "__main__":
    asyncio.run(main())
