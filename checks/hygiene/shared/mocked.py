"""Whether the traffic of a test goes to doubles and never leaves the process."""

from __future__ import annotations

from checks.hygiene.shared.tests import decorators, is_replaced, own_calls, preparations
from checks.languages.python.context import Located
from checks.languages.python.index import Index

LIBRARIES = frozenset(
    {"aioresponses", "betamax", "httpretty", "mocket", "moto", "pook", "pytest_httpx",
     "requests_mock", "respx", "responses", "vcr", "pytest_recording", "pytest_httpserver"}
)  # fmt: skip
_PARAMETERS = frozenset(
    {"aioresponses", "betamax_session", "httpserver", "httpx_mock", "mock_http", "mocked_responses",
     "recorder", "requests_mock", "respx_mock", "responses", "vcr", "vcr_cassette"}
)  # fmt: skip
_MARKS = ("vcr", "network", "online", "internet", "smoke", "live", "block_network", "recorded",
          "respx", "responses", "httpretty", "integration", "e2e")  # fmt: skip
_FOLDERS = ("cassettes", "smoke", "network", "live")


def _asks_for_network(text: str) -> bool:
    """Whether a call makes sure that the network is there: ``requires("network")``."""
    head = text[:120].lower()
    return ("require" in head or "skip" in head or "transient" in head) and (
        "network" in head or "internet" in head or "online" in head
    )


def traffic_is_mocked(located: Located, index: Index) -> bool:
    """Whether a library of doubles, a fixture, a mark or a patch keeps the traffic inside.

    Marks and folders that say that a test goes out on purpose count as well.
    """
    tops = {entry.qualified.partition(".")[0] for entry in located.module.imports}
    if not LIBRARIES.isdisjoint(tops):
        return True
    for function in preparations(located, index):
        if any(one.name in _PARAMETERS for one in function.parameters):
            return True
    if located.function is not None and any(
        _asks_for_network(call.text) for call in own_calls(located.function)
    ):
        return True
    for value in decorators(located):
        text = value.text.partition("(")[0].lower()
        if text.rpartition(".")[2] in _MARKS:
            return True
    marks = located.module.scope.bindings.get("pytestmark", [])
    for one in marks:
        text = "" if one.node is None else located.module.text_of(one.node)[:500]
        if any(f"mark.{word}" in text for word in _MARKS):
            return True
    folders = located.module.path.split("/")[:-1]
    if any(folder in _FOLDERS for folder in folders):
        return True
    return is_replaced(
        located, index, "get", "post", "put", "patch", "delete", "request", "urlopen", "Session",
        "send", "connect", "create_connection", "create_engine", "client", "Client", "getaddrinfo",
        "requests", "httpx", "boto3", "session", "socket", "resource",
    )  # fmt: skip
