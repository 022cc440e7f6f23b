"""The check ``tls-verify-disabled-in-test`` in JavaScript."""

from __future__ import annotations

from collections.abc import Iterator

from checks.hygiene.javascript.shared.network import host_called
from checks.hygiene.javascript.shared.places import test_around
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.syntax.constants import UNKNOWN
from checks.languages.syntax.located import Located
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report
from checks.secrets.hosts import host_of, is_reserved_host

_VARIABLE = "NODE_TLS_REJECT_UNAUTHORIZED"


@also("tls-verify-disabled-in-test", languages=JAVASCRIPT, on=MODULE)
def tls_verification_off(event: JsFileEvent, report: Report) -> None:
    """A test talks to a host on the Internet and does not verify its certificate.

    Bad:
        // file: test/smoke.test.js
        it('answers', async () => {
          const agent = new https.Agent({ rejectUnauthorized: false });
          expect(await get('https://staging.acme-corp.com/', { agent })).toBe('up');
        });
    Good:
        // file: test/server.test.js
        it('answers', async () => {
          const agent = new https.Agent({ rejectUnauthorized: false });
          expect(await get('https://localhost:8443/', { agent })).toBe('up');
        });
    """
    file = event.file
    for at, written in _switched_off(file):
        if not _asks_a_host(file, at):
            continue
        report(
            at=at,
            message=f"`{written}`: the certificate of the other side is not verified.",
            why="What the test sends, a password for instance, can be read on the way.",
            fix="Trust the authority of the test environment: pass it as `ca`.",
        )


def _switched_off(file: JavaScriptFile) -> Iterator[tuple[Located, str]]:
    for pair in file.nodes("pair"):
        key, value = pair.child("key"), pair.child("value")
        if key is None or value is None or file.text_of(key) != "rejectUnauthorized":
            continue
        known = file.constant(value, pair.names)
        if known is False:
            yield pair, "rejectUnauthorized: false"
    for one in file.nodes("assignment_expression"):
        left, right = one.child("left"), one.child("right")
        if left is None or right is None or _VARIABLE not in file.text_of(left):
            continue
        known = file.constant(right, one.names)
        if known is not UNKNOWN and str(known) == "0":
            yield one, f"{_VARIABLE} = 0"


def _asks_a_host(file: JavaScriptFile, at: Located) -> bool:
    """Whether the test asks a host that is neither reserved nor this machine."""
    block = test_around(file, at.node)
    if block is None:
        return False
    return any(
        bool(host) and not is_reserved_host(host)
        for call in block.calls()
        for host in (host_called(file, call), _host_with_options(file, call))
    )


def _host_with_options(file: JavaScriptFile, call: JsCall) -> str:
    """The host of a call that is given an address and options: ``get(url, { agent })``."""
    first = call.argument(0)
    url = None if first is None else file.string(first)
    if url is None or "://" not in url:
        return ""
    has_options = any(other.type == "object" for other in call.arguments[1:])
    return (host_of(url) or "") if has_options else ""
