"""The check ``leftover-debugger``: a call that stops the program for a debugger."""

from __future__ import annotations

from checks.events import Call, ModuleEvent
from checks.hygiene.shared.blocks import statements
from checks.hygiene.shared.texts import words
from checks.languages.python.imports import Import
from checks.model import Aspect, Confidence, Edit, Severity, Span
from checks.registry import CODE_ROLES, MODULE, calls, check
from checks.report import Report

_STOPS = frozenset(
    {"breakpoint", "celery.contrib.rdb.set_trace", "debugpy.breakpoint", "IPython.embed",
     "IPython.core.debugger.set_trace", "bpdb.set_trace", "ipdb.set_trace", "ipdb.sset_trace",
     "pdb.set_trace", "pdbpp.set_trace", "pudb.set_trace", "pytest.set_trace",
     "remote_pdb.set_trace", "rpdb.set_trace", "web_pdb.set_trace", "wdb.set_trace",
     "pdb.Pdb().set_trace", "ptpdb.set_trace", "trepan.api.debug", "bdb.set_trace"}
)  # fmt: skip
_LAST = frozenset(one.rpartition(".")[2] for one in _STOPS) | {"set_trace", "pause"}
_MODULES = frozenset({"bpdb", "ipdb", "pdbpp", "ptpdb", "pudb", "remote_pdb", "rpdb", "wdb",
                      "web_pdb"})  # fmt: skip
"""Packages that are there for nothing else."""

_SPEAKS = frozenset(
    {"bdb", "breakpoint", "breakpointhook", "breakpoints", "debug", "debugger", "debugging",
     "embed", "interact", "interactive", "ipdb", "ipython", "pdb", "pudb", "rdb", "repl", "shell",
     "trace", "settrace", "trap"}
)  # fmt: skip
_PAGES = ("playwright.sync_api.", "playwright.async_api.")


@check(
    id="leftover-debugger",
    title="Debugger call left in",
    aspect=Aspect.LOGGING,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=CODE_ROLES,
    on=(calls(), MODULE),
    cwe=(489,),
)
def leftover_debugger(event: Call | ModuleEvent, report: Report) -> None:
    """A breakpoint stops the program until somebody types into a terminal that is not there.

    Why:
        In CI the test hangs until the job's time is over, or fails because there is no input;
        in production the request does.
    Bad:
        # file: tests/test_orders.py
        def test_total(order):
            breakpoint()
            assert order.total == 3
    Bad:
        # file: app/orders.py
        def total(order):
            import pdb; pdb.set_trace()
            return sum(line.price for line in order.lines)
    Good:
        # file: tests/test_orders.py
        def test_total(order):
            assert order.total == 3
    Good:
        # file: app/cli.py
        import pdb

        def main(arguments):
            if arguments.pdb:
                pdb.set_trace()
            run(arguments)
    Suppress:
        Where stopping is what the function is for.
    """
    if isinstance(event, Call):
        if _stops(event) and not _is_meant(event, report):
            report(
                at=event,
                message=f"`{event.target.short}()` stops here for a debugger.",
                why="Where nobody sits at the terminal it hangs or fails.",
                fix="Delete it.",
                edits=_deletion(event),
            )
        return
    for one in event.module.imports:
        if one.module in _MODULES and not _is_used(one, event) and not _is_optional(one):
            report(
                at=one.span,
                message=f"The debugger `{one.module}` is imported and not used.",
                why="It is a tool of the developer's machine: elsewhere the import fails.",
                fix="Delete the import.",
            )


def _stops(call: Call) -> bool:
    if not call.may_be(_LAST):
        return False
    if call.name in _STOPS:
        return True
    if call.method == "set_trace" and call.receiver is not None:
        made = call.receiver
        if made.callee_name in ("__import__", "importlib.import_module"):
            return any(f'"{name}"' in made.text.replace("'", '"') for name in (*_MODULES, "pdb"))
    return call.method == "pause" and not call.arguments and _is_page(call)


def _is_page(call: Call) -> bool:
    """Whether it is the ``pause`` of a page that Playwright drives."""
    receiver = call.receiver
    if receiver is None or receiver.node.type not in ("identifier", "attribute"):
        return False
    if call.name is not None:
        return call.name.startswith(_PAGES)
    driven = any(one.module.startswith("playwright") for one in call.module.imports)
    plugin = call.function is not None and any(
        one.name == "page" and not one.annotation for one in call.function.parameters
    )
    uses = plugin and f"{receiver.text}.goto(" in call.module.text_of(
        call.function.node if call.function is not None else call.node
    )
    return receiver.text.rpartition(".")[2] == "page" and (driven or uses)


def _is_meant(call: Call, report: Report) -> bool:
    """Whether a debugger is what the code is about: its tests, a wrapper, behind an option."""
    for name in (call.scope, report.path.rpartition("/")[2].partition(".")[0]):
        parts = [part for piece in name.split(".") for part in words(piece)]
        if not _SPEAKS.isdisjoint(parts):
            return True
    if any(_is_replaced(call, word) for word in ("breakpointhook", "PYTHONBREAKPOINT")):
        return True
    module = call.module
    for context in call.enclosing("if_statement", "elif_clause", "except_clause"):
        if context.kind == "except_clause":
            continue
        condition = context.node.child_by_field_name("condition")
        if condition is not None and not _SPEAKS.isdisjoint(words(module.text_of(condition))):
            return True
    return any(context.kind == "lambda" for context in call.context.chain())


def _is_replaced(call: Call, word: str) -> bool:
    return word.encode() in call.module.source.data


def _deletion(call: Call) -> list[Edit]:
    """The whole line, when nothing else stands on it and the block keeps a statement."""
    statement = call.statement
    above = statement.parent
    if not call.result_is_ignored or above is None:
        return []
    data = call.module.source.data
    start = data.rfind(b"\n", 0, statement.node.start_byte) + 1
    end = data.find(b"\n", statement.node.end_byte)
    end = len(data) if end < 0 else end + 1
    siblings = statements(above.node)
    on_line = [one for one in siblings if start <= one.start_byte < end or
               start < one.end_byte <= end]  # fmt: skip
    if len(siblings) <= len(on_line):
        return []
    for one in on_line:
        text = call.module.text_of(one)
        same = one == statement.node
        imports = one.type == "import_statement" and text.removeprefix("import ").strip() in (
            *_MODULES, "pdb", "IPython",
        )  # fmt: skip
        if not same and not (imports and _is_used_here_only(call, text)):
            return []
    if data[start : min(one.start_byte for one in on_line)].strip():
        return []
    return [Edit(Span(start, end), "")]


def _is_used_here_only(call: Call, text: str) -> bool:
    name = text.removeprefix("import ").strip().encode()
    return call.module.source.data.count(name + b".") == 1


def _is_used(one: Import, event: ModuleEvent) -> bool:
    name = one.alias.encode()
    return event.module.source.data.count(name + b".") + event.module.source.data.count(
        name + b"("
    ) > (1 if b"from " + one.module.encode() + b"." in event.module.source.data else 0)


def _is_optional(one: Import) -> bool:
    """Whether the import may fail, or happens under a condition."""
    return any(context.kind in ("try_statement", "if_statement") for context in one.context.chain())
