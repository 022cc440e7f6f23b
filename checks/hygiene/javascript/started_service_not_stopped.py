"""The check ``started-service-not-stopped`` in JavaScript: a server that nobody closes."""

from __future__ import annotations

from checks.hygiene.javascript.shared.releases import is_released
from checks.languages.javascript.events import JsFileEvent
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_SERVERS = frozenset(
    {
        "http.createServer()",
        "https.createServer()",
        "net.createServer()",
        "express()",
        "koa()",
        "fastify()",
        "http2.createServer()",
        "http2.createSecureServer()",
        "tls.createServer()",
    }
)


@also("started-service-not-stopped", languages=JAVASCRIPT, on=MODULE)
def started_service_not_stopped(event: JsFileEvent, report: Report) -> None:
    """A server listens, and nothing closes it.

    Bad:
        // file: test/server.test.js
        import http from 'node:http';

        it('answers', async () => {
          const server = http.createServer(handler);
          server.listen(0);
          expect((await get(server.address())).status).toBe(200);
        });
    Good:
        // file: test/server.test.js
        import http from 'node:http';

        it('answers', async () => {
          const server = http.createServer(handler);
          server.listen(0);
          expect((await get(server.address())).status).toBe(200);
          server.close();
        });
    """
    file = event.file
    for call in file.calls_named("listen"):
        name, receiver = call.name, call.receiver
        if name is None or receiver is None or name.removesuffix(".listen") not in _SERVERS:
            continue
        block = file.block_at(call.node)
        if block is None or is_released(file, call, receiver):
            continue
        report(
            at=call,
            message=f"`{call.short}` starts a server that nothing closes.",
            why="It keeps its port and the process alive after the test.",
            fix="Close it in `afterEach`, or at the end of the test in a `finally`.",
        )
