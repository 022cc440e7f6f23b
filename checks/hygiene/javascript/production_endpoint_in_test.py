"""The check ``production-endpoint-in-test`` in JavaScript."""

from __future__ import annotations

from checks.hygiene.javascript.shared.network import host_called, is_mocked
from checks.hygiene.production_endpoint_in_test import says_production
from checks.languages.javascript.events import JsFileEvent
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report
from checks.secrets.hosts import is_reserved_host


@also("production-endpoint-in-test", languages=JAVASCRIPT, on=MODULE)
def production_endpoint_in_test(event: JsFileEvent, report: Report) -> None:
    """A test asks a host that is named as production.

    Bad:
        // file: test/orders.test.js
        it('lists the orders', async () => {
          const response = await fetch('https://api-production.acme.io/orders');
          expect(response.ok).toBe(true);
        });
    Good:
        // file: test/urls.test.js
        it('builds the address', () => {
          expect(build('orders')).toBe('https://api.prod.acme.io/orders');
        });
    """
    file = event.file
    if is_mocked(file):
        return
    for call in file.calls():
        host = host_called(file, call)
        if not host or is_reserved_host(host) or not says_production(host):
            continue
        report(
            at=call,
            message=f"The test is set up against `{host}`, which is named as production.",
            why="A run of the suite can change or delete what customers rely on.",
            fix="Use a host of the test environment, or a server that the test starts itself.",
        )
