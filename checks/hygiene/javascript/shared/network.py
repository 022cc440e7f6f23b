"""Which hosts a test asks, and whether the network is replaced."""

from __future__ import annotations

from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.file import JavaScriptFile
from checks.secrets.hosts import host_of

_CLIENTS = frozenset(
    {
        "axios",
        "axios.delete",
        "axios.get",
        "axios.head",
        "axios.patch",
        "axios.post",
        "axios.put",
        "fetch",
        "got",
        "got.get",
        "got.post",
        "globalThis.fetch",
        "global.fetch",
        "http.get",
        "http.request",
        "https.get",
        "https.request",
        "ky",
        "ky.get",
        "needle",
        "node-fetch",
        "request",
        "request.get",
        "request.post",
        "superagent.get",
        "superagent.post",
        "supertest",
        "undici.fetch",
        "undici.request",
        "WebSocket",
        "ws",
        "window.fetch",
        "cy.visit",
        "cy.request",
        "cross-fetch",
        "ws.WebSocket",
        "EventSource",
    }
)
_PAGES = ("goto",)
_METHODS = frozenset({*_PAGES, *(name.rpartition(".")[2] for name in _CLIENTS)})
_ADDRESSES = frozenset({"identifier", "string", "template_string", "binary_expression"})
_MOCKS = (
    "nock",
    "msw",
    "fetch-mock",
    "jest-fetch-mock",
    "vitest-fetch-mock",
    "axios-mock-adapter",
    "moxios",
    "@pollyjs/core",
    "mockttp",
    "sinon",
    "pretender",
    "miragejs",
    "xhr-mock",
    "talkback",
    "whatwg-fetch-mock",
    "mitm",
    "testdouble",
    "proxyquire",
)
_MARKS = (
    b"fetch = ",
    b"fetch=",
    b"'fetch'",
    b'"fetch"',
    b"MockAgent",
    b"cy.intercept",
    b"jasmine.Ajax",
    b"mockjax",
    b"useFakeXMLHttpRequest",
    b".route(",
    b"routeFromHAR",
    b"setRequestInterception",
    b"jest.mock(",
    b"vi.mock(",
    b"mockFetch",
    b"fetchMock",
    b"interceptors",
    b"msw",
)


def host_called(file: JavaScriptFile, call: JsCall) -> str:
    """The host that a call asks, when it is written out; else ``""``."""
    first = call.argument(0)
    if first is None or first.type not in _ADDRESSES:
        return ""
    if call.target.type == "member_expression" and call.method not in _METHODS:
        return ""
    if call.name not in _CLIENTS and not (call.method in _PAGES and call.receiver is not None):
        return ""
    known = file.constant(first, call.names)
    if not isinstance(known, str) and first.type == "template_string":
        known = file.text_of(first).strip("`").partition("${")[0]
        if known.count("/") < 3:
            return ""
    if not isinstance(known, str) or "://" not in known:
        return ""
    scheme = known.partition(":")[0].lower()
    return (host_of(known) or "") if scheme in ("http", "https", "ws", "wss") else ""


def is_mocked(file: JavaScriptFile) -> bool:
    """Whether the file replaces the network: by a library of mocks, or by a function."""
    if any(one.split("/")[0] in _MOCKS or one in _MOCKS for one in file.imported_modules):
        return True
    return any(mark in file.source.data for mark in _MARKS)
