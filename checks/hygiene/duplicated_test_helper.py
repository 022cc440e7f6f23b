"""The check ``duplicated-test-helper``: a helper that is added as a copy of another one."""

from __future__ import annotations

from checks.events import Function, Module, TextEvent
from checks.hygiene.shared.blocks import statements
from checks.hygiene.shared.tests import SETUP, TEARDOWN, is_fixture, is_test
from checks.languages.python.index import Index
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import TEST_ROLES, TEXT, check
from checks.report import Report

_SHORTEST_LINES = 5
_SHORTEST_TOKENS = 30
_MAX_FUNCTIONS = 2_000
_MAX_TOKENS = 2_000


@check(
    id="duplicated-test-helper",
    title="Added helper copies an existing one",
    aspect=Aspect.ERRORS,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=TEXT,
)
def duplicated_test_helper(event: TextEvent, report: Report) -> None:
    """A helper is added that is word for word another one of the same file or package.

    Why:
        The next correction is made in one of the copies, and the tests that use the other one go
        on proving the old thing.
    Bad:
        # file: tests/test_servers.py
        class ServerTests(Base):
            def _wait_for(self, server, state):
                for _ in range(50):
                    if self.api.get(server)["state"] == state:
                        return server
                    self.clock.tick()
                raise AssertionError(state)

        class VolumeTests(Base):
            def _wait_until(self, server, state):
                for _ in range(50):
                    if self.api.get(server)["state"] == state:
                        return server
                    self.clock.tick()
                raise AssertionError(state)
    Good:
        # file: tests/test_servers.py
        class Base:
            def _wait_for(self, server, state):
                for _ in range(50):
                    if self.api.get(server)["state"] == state:
                        return server
                    self.clock.tick()
                raise AssertionError(state)

        class ServerTests(Base):
            def _wait(self, server):
                return self._wait_for(server, "ACTIVE")
    Suppress:
        Where the two are meant to go different ways.
    """
    module = event.module
    if module is None:
        return
    mine = [one for one in module.functions[:_MAX_FUNCTIONS] if _is_helper(one)]
    added = [one for one in mine if _is_added(one, event, report)]
    if not added:
        return
    known: dict[bytes, Function] = {}
    for one in mine:
        if one not in added:
            known.setdefault(_body(one), one)
    for one in added:
        body = _body(one)
        first = _in_other_file(module, body, report.index) or known.setdefault(body, one)
        if first is one or not body:
            continue
        where = (
            f"line {report.source.line_of(first.name_span.start)}"
            if first.module is module
            else f"`{first.module.path.rpartition('/')[2][:60]}`"
        )
        report(
            at=one.name_span,
            message=f"`{one.name[:60]}` is a copy of `{first.name[:60]}` ({where}).",
            why="A correction of one of them leaves the other as it is.",
            fix="Use the existing one, or move it to a place that both can use.",
        )


def _is_helper(function: Function) -> bool:
    if is_test(function) or function.name in SETUP or function.name in TEARDOWN:
        return False
    if function.name.startswith("__") or is_fixture(function):
        return False
    first, last = function.module.lines(function.node)
    return (
        last - first + 1 >= _SHORTEST_LINES
        and function.context.function is None
        and all(name in ("staticmethod", "classmethod") for name in function.decorator_names)
        and len(function.decorators) == len(function.decorator_names)
        and len(statements(function.body)) > 1
    )


def _is_added(function: Function, event: TextEvent, report: Report) -> bool:
    first, last = report.source.lines(function.span)
    return all(event.is_added(line) for line in range(first, last + 1))


def _in_other_file(module: Module, body: bytes, index: Index) -> Function | None:
    """The same helper in a file of the folder whose path comes first."""
    if not body:
        return None
    first = min(
        (one for one in index.beside(module.path) if body in _helpers(one)),
        key=lambda one: one.path,
        default=module,
    )
    return _helpers(first)[body] if first.path < module.path else None


def _helpers(module: Module) -> dict[bytes, Function]:
    """The helpers of a file by their bodies: read once, whatever the number of files that ask."""
    return module.remember(_helpers, lambda: _helpers_of(module))


def _helpers_of(module: Module) -> dict[bytes, Function]:
    found: dict[bytes, Function] = {}
    for one in module.functions[:_MAX_FUNCTIONS]:
        if _is_helper(one) and (body := _body(one)):
            found.setdefault(body, one)
    return found


def _body(function: Function) -> bytes:
    """The parameters and the body as words, without docstring, comments and blanks."""
    parts: list[bytes] = []
    data = function.module.source.data
    docstring = function.docstring
    stack = [node for node in (function.body, function.node.child_by_field_name("parameters"))
             if node is not None]  # fmt: skip
    while stack and len(parts) <= _MAX_TOKENS:
        node = stack.pop()
        if node.type == "comment" or (
            docstring is not None
            and docstring.start <= node.start_byte
            and node.end_byte <= docstring.end
        ):
            continue
        if node.child_count:
            stack.extend(reversed(node.children))
        else:
            parts.append(data[node.start_byte : node.end_byte])
    return b" ".join(parts) if _SHORTEST_TOKENS <= len(parts) <= _MAX_TOKENS else b""
