"""Sleeps, clocks and timers."""

from __future__ import annotations

import tree_sitter

from checks.hygiene.javascript.shared.places import promise_of
from checks.languages.javascript.blocks import Block
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import FUNCTIONS, bare
from checks.languages.syntax.scopes import Bound, Scope, sole

FAKE_CLOCKS = frozenset(
    {
        "jest.useFakeTimers",
        "vi.useFakeTimers",
        "sinon.useFakeTimers",
        "jasmine.clock().install",
        "cy.clock",
        "test.mock.timers.enable",
        "mock.timers.enable",
        "@sinonjs/fake-timers.install",
        "lolex.install",
        "mockdate.set",
        "timekeeper.freeze",
        "timekeeper.travel",
        "vi.setSystemTime",
        "jest.setSystemTime",
        "timers.useFakeTimers",
        "setSystemTime",
    }
)
"""Calls that replace the clock."""

_SLEEPERS = frozenset({"delay", "pause", "sleep"})
"""What functions that only sleep are called, where their code is not seen."""

_MOST_ARGUMENTS = 2
_LIBRARIES = frozenset(
    {
        "delay",
        "sleep-promise",
        "timers/promises.scheduler.wait",
        "timers/promises.setTimeout",
    }
)
_METHODS = frozenset({"setTimeout", "wait"})
_TIMERS = frozenset(
    {
        "setTimeout",
        "globalThis.setTimeout",
        "window.setTimeout",
        "timers.setTimeout",
        "global.setTimeout",
    }
)
_PATIENT = ("waitForTimeout",)


def slept(file: JavaScriptFile, call: JsCall) -> object:
    """For a call that sleeps: how long in milliseconds, or ``None`` when that is not known.

    ``NOT_A_SLEEP`` for any other call: ``new Promise(r => setTimeout(r, 10))``, ``sleep(10)`` where
    ``sleep`` is so made or imported, ``page.waitForTimeout(10)``, ``cy.wait(10)``.
    """
    if call.is_new:
        return _promise(file, call.node, call.names)
    method = call.method
    if call.target.type == "member_expression":
        if method in _PATIENT:
            return _milliseconds(file, call.argument(0), call.names)
        if method not in _METHODS:
            return NOT_A_SLEEP
        name = call.name or ""
        value = _milliseconds(file, call.argument(0), call.names)
        if name == "cy.wait":
            return NOT_A_SLEEP if value is None else value
        return value if name in _LIBRARIES else NOT_A_SLEEP
    if call.target.type != "identifier" or len(call.arguments) > _MOST_ARGUMENTS:
        return NOT_A_SLEEP
    name = call.name or ""
    if name.startswith(":"):
        return _local(file, call)
    imported = name in _LIBRARIES or name.rpartition("/")[2].rpartition(".")[2] in _SLEEPERS
    if imported and call.arguments:
        return _milliseconds(file, call.argument(0), call.names)
    return NOT_A_SLEEP


class _NotASleep:
    pass


NOT_A_SLEEP = _NotASleep()


def _local(file: JavaScriptFile, call: JsCall) -> object:
    """What a call of a function of this file sleeps, when all it does is to sleep."""
    found = sole(call.names.find(file.text_of(call.target)))
    if found is None or found.value is None or found.how not in (Bound.FUNCTION, Bound.VALUE):
        return NOT_A_SLEEP
    function = found.value
    parameters = function.child_by_field_name("parameters")
    single = function.child_by_field_name("parameter")
    given = (
        [single]
        if single is not None
        else list(() if parameters is None else parameters.named_children)
    )
    result = _returned(function)
    if result is None or result.type != "new_expression":
        return NOT_A_SLEEP
    inside = found.scope
    timer = _timer_of(file, result, inside)
    if timer is None:
        return NOT_A_SLEEP
    delay = timer[1]
    if delay is None:
        return 0
    written = file.text_of(bare(delay))
    for index, one in enumerate(given):
        name = one.child_by_field_name("pattern") or one.child_by_field_name("left") or one
        if file.text_of(name) == written:
            argument = call.argument(index)
            if argument is None:
                default = one.child_by_field_name("value") or one.child_by_field_name("right")
                return None if default is None else _milliseconds(file, default, inside)
            return _milliseconds(file, argument, call.names)
    return _milliseconds(file, delay, inside)


def _returned(function: tree_sitter.Node) -> tree_sitter.Node | None:
    """The one thing that a function does: give, or await, this."""
    body = function.child_by_field_name("body")
    if body is None:
        return None
    if body.type != "statement_block":
        return promise_of(body)
    inner = [one for one in body.named_children if one.type != "comment"]
    if len(inner) != 1 or inner[0].type not in ("return_statement", "expression_statement"):
        return None
    return promise_of(inner[0].named_children[0]) if inner[0].named_children else None


def _promise(file: JavaScriptFile, node: tree_sitter.Node, scope: Scope) -> object:
    timer = _timer_of(file, node, scope)
    if timer is None:
        return NOT_A_SLEEP
    return 0 if timer[1] is None else _milliseconds(file, timer[1], scope)


def _timer_of(
    file: JavaScriptFile, node: tree_sitter.Node, scope: Scope
) -> tuple[tree_sitter.Node, tree_sitter.Node | None] | None:
    """The ``setTimeout(resolve, delay)`` that is all a new promise does, and its delay."""
    constructor = node.child_by_field_name("constructor")
    if constructor is None or file.text_of(constructor) != "Promise":
        return None
    arguments = node.child_by_field_name("arguments")
    executor = next(iter(() if arguments is None else arguments.named_children), None)
    if executor is None or executor.type not in FUNCTIONS:
        return None
    single = executor.child_by_field_name("parameter")
    parameters = executor.child_by_field_name("parameters")
    given = (
        [single]
        if single is not None
        else list(() if parameters is None else parameters.named_children)
    )
    if not given:
        return None
    resolve = file.text_of(given[0].child_by_field_name("pattern") or given[0])
    body = executor.child_by_field_name("body")
    if body is None:
        return None
    if body.type == "statement_block":
        inner = [one for one in body.named_children if one.type != "comment"]
        if len(inner) != 1 or not inner[0].named_children:
            return None
        body = inner[0].named_children[0]
    body = bare(body)
    callee = body.child_by_field_name("function") if body.type == "call_expression" else None
    if callee is None or file.resolve(callee, scope) not in _TIMERS:
        return None
    given_to = body.child_by_field_name("arguments")
    timer = [
        one
        for one in (() if given_to is None else given_to.named_children)
        if one.type != "comment"
    ]
    if not timer or not _resolves(file, timer[0], resolve):
        return None
    return body, timer[1] if len(timer) > 1 else None


def _resolves(file: JavaScriptFile, node: tree_sitter.Node, name: str) -> bool:
    """Whether a timer's function does nothing but resolve the promise."""
    node = bare(node)
    if node.type == "identifier":
        return file.text_of(node) == name
    if node.type not in FUNCTIONS:
        return False
    body = node.child_by_field_name("body")
    if body is None:
        return False
    if body.type == "statement_block":
        inner = [one for one in body.named_children if one.type != "comment"]
        if len(inner) != 1 or not inner[0].named_children:
            return False
        body = inner[0].named_children[0]
    body = bare(body)
    callee = body.child_by_field_name("function") if body.type == "call_expression" else None
    return callee is not None and file.text_of(callee) == name


def _milliseconds(
    file: JavaScriptFile, node: tree_sitter.Node | None, scope: Scope
) -> float | None:
    if node is None:
        return None
    value = file.constant(node, scope)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value)


def fakes_clock(file: JavaScriptFile, block: Block | None) -> bool:
    """Whether the clock is replaced where a block runs: in it, in its hooks, or in the file."""
    calls = file.remember(fakes_clock, lambda: tuple(_clock_calls(file)))
    if not calls:
        return False
    around = {None, *(() if block is None else (block, *block.around()))}
    for call in calls:
        where = file.block_at(call.node)
        if where is None:
            return True
        if where in around or (where.is_hook and where.parent in around):
            return True
    return False


def _clock_calls(file: JavaScriptFile) -> list[JsCall]:
    words = {name.rpartition(".")[2] for name in FAKE_CLOCKS}
    found = []
    for word in sorted(words):
        for call in file.calls_named(word):
            name = call.name or ""
            if (
                name in FAKE_CLOCKS
                or (word in ("useFakeTimers", "setSystemTime", "install") and "lock" in name)
                or word == "useFakeTimers"
            ):
                found.append(call)
    return found


def reads_clock(call: JsCall) -> bool:
    """Whether a call asks what time it is."""
    name = call.name or ""
    if call.is_new:
        return name == "Date" and not call.arguments
    return name in (
        "Date.now",
        "performance.now",
        "process.hrtime",
        "process.hrtime.bigint",
        "perf_hooks.performance.now",
        "process.uptime",
    )


def measures(file: JavaScriptFile, block: Block) -> bool:
    """Whether a test or hook asks what time it is."""
    key = (measures, block.call.node.id)
    return file.remember(key, lambda: any(reads_clock(one) for one in block.calls()))
