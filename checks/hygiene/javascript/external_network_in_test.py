"""The check ``external-network-in-test`` in JavaScript: the test needs the Internet."""

from __future__ import annotations

from checks.hygiene.javascript.shared.network import host_called, is_mocked
from checks.hygiene.javascript.shared.places import test_around
from checks.languages.javascript.events import JsFileEvent
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report
from checks.secrets.hosts import is_reserved_host


@also("external-network-in-test", languages=JAVASCRIPT, on=MODULE)
def external_network_in_test(event: JsFileEvent, report: Report) -> None:
    """A test asks a host on the Internet.

    Bad:
        // file: test/user.test.js
        it('loads a user', async () => {
          const response = await fetch('https://api.github.com/users/anna');
          expect(response.status).toBe(200);
        });
    Good:
        // file: test/user.test.js
        import nock from 'nock';

        it('loads a user', async () => {
          nock('https://api.github.com').get('/users/anna').reply(200, {});
          const response = await fetch('https://api.github.com/users/anna');
          expect(response.status).toBe(200);
        });
    """
    file = event.file
    if is_mocked(file):
        return
    for call in file.calls():
        host = host_called(file, call)
        if not host or is_reserved_host(host):
            continue
        block = file.block_at(call.node)
        if block is None or (test_around(file, call.node) is None and not block.is_hook):
            continue
        report(
            at=call,
            message=f"The test needs `{host}` to be there and to answer as expected.",
            why="It fails when that host is down, slow or changed, and where there is no network.",
            fix="Answer from a server of the test on localhost, or from a mock of the network.",
        )
