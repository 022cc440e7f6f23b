"""Objects that hold something for later: context variables, futures, weak references, stacks.

And what is called later with it: executors, and functions that are chosen by the type of what they
are given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from checks import ir
from checks.flow import calls, iterating, lookup, protocols, sequences
from checks.flow.heap import Object, make
from checks.flow.kinds import FULL
from checks.flow.machine import Frame, Machine
from checks.flow.site import Site
from checks.flow.values import (
    NONE,
    VAGUE,
    Api,
    Bound,
    Cell,
    LocalClass,
    LocalFunction,
    Reference,
    Value,
    api,
    join,
)

TYPE: Final = "variable"
"""The type of what holds one value."""
_PARTIAL: Final = "@partialmethod"
_DISPATCHES: Final = frozenset({"functools.singledispatch", "functools.singledispatchmethod"})


def _variable(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``ContextVar("name", default=value)``, ``Future()``."""
    default = site.get(None, "default")
    fields: dict[object, Value] = {} if default is None else {0: default}
    return Value(references=(machine.heap.new(Object(TYPE, fields)),))


def of_variable(
    machine: Machine, frame: Frame, cell: Cell, made: Object, name: str, site: Site
) -> Value:
    """A method of what holds one value."""
    if name in ("set", "set_result") and site.arguments:
        frame.writes = True
        machine.heap.put(cell, made.with_field(0, site.arguments[0]))
        return VAGUE
    if name in ("get", "result"):
        held = made.fields.get(0)
        default = site.get(0, "default") if name == "get" else None
        if held is None:
            return VAGUE if default is None else join(default, Value(vague=VAGUE.vague))
        return held if default is None else join(held, default)
    if name == "add_done_callback" and site.arguments:
        lookup.apply(machine, frame, site.arguments[0], [Value(references=(cell,))], site.node)
        return NONE
    return VAGUE


def _local(machine: Machine, _frame: Frame, _target: Value, _site: Site) -> Value:
    """``threading.local()``."""
    return Value(references=(machine.heap.new(Object("instance", {})),))


def _reference(_machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``weakref.ref(value)``: called, it gives the value."""
    if not site.arguments:
        return VAGUE
    return Value(references=(Bound(api("@weakref"), (site.arguments[0],), {}),))


def _referred(_machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    return site.arguments[0] if site.arguments else VAGUE


def _gathered(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``await gather(first, second)``: the results, in order."""
    if site.star is not None:
        whole = site.star
        for one in site.arguments:
            whole = join(whole, one)
        return sequences.some(machine, whole)
    return sequences.listed(machine, site.arguments)


def _waited(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """``done, pending = await wait(tasks)``."""
    if not site.arguments:
        return VAGUE
    part = lookup.element(machine, frame, site.arguments[0], site.node)
    some = sequences.some(machine, part)
    return Value(references=(machine.heap.new(make({0: some, 1: some}, "tuple")),))


def _applied(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """``pool.apply(function, (argument,))``."""
    function, given = site.get(0, "func"), site.get(1, "args")
    if function is None:
        return VAGUE
    parts = [] if given is None else lookup.known_items(machine, given)
    star = None
    if parts is None and given is not None:
        star = lookup.element(machine, frame, given, site.node)
    named = site.get(2, "kwds")
    made = Object("dict", {}) if named is None else lookup.updated(
        machine, Object("dict", {}), named
    )  # fmt: skip
    keywords = {str(key): value for key, value in made.fields.items()}
    inner = Site(machine, frame, site.node, site.callee, None, parts or [], keywords, star)
    result = calls.invoke(machine, frame, function, inner)
    frame.dead = False
    return result


def _entered(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """``stack.enter_context(manager)``: what the manager gives."""
    if not site.arguments:
        return VAGUE
    return protocols.entered(machine, frame, site.arguments[0], site.node)


def makes_callables(machine: Machine, one: Reference) -> bool:
    """Whether a decorator is a class whose objects are called in the place of functions."""
    return isinstance(one, LocalClass) and (
        lookup.class_attribute(machine, one, "__call__") is not None
    )  # fmt: skip


def is_callable(machine: Machine, one: Reference) -> bool:
    """Whether an object is called in the place of the function that was decorated."""
    cls = machine.heap.get(one).cls if isinstance(one, Cell) else None
    return cls is not None and makes_callables(machine, cls)


def _served(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """``websockets.serve(handler, host, port)``: the handler is called with a connection."""
    if site.arguments:
        connection = Value((), FULL, references=(Api("@websocket"),))
        lookup.apply(machine, frame, site.arguments[0], [connection], site.node)
    return VAGUE


def _partial_method(_machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``partialmethod(function, argument)``: a method with some arguments given."""
    if not site.arguments:
        return VAGUE
    return Value(references=(Bound(api(_PARTIAL), tuple(site.arguments), dict(site.keywords)),))


def as_method(one: Bound, receiver: Value) -> Bound:
    """What such a method is of an object."""
    if not any(getattr(ref, "path", "") == _PARTIAL for ref in one.function.references):
        return one
    function, *given = one.arguments
    return Bound(function, (receiver, *given), one.keywords)


def registered(frame: Frame, node: ir.Function, value: Value) -> None:
    """``@write.register``: the function is called through the one that it is registered with."""
    for one in node.decorators:
        place = one.function if isinstance(one, ir.Call) else one
        if not isinstance(place, ir.Attribute) or place.name != "register":
            continue
        if not isinstance(place.value, ir.Name):
            continue
        known = frame.names.get(place.value.id)
        if known is not None and any(
            isinstance(ref, LocalFunction) and not _DISPATCHES.isdisjoint(ref.decorators)
            for ref in known.references
        ):
            frame.names[place.value.id] = join(known, value)


_POOLS = ("concurrent.futures.ThreadPoolExecutor()", "concurrent.futures.ProcessPoolExecutor()",
          "multiprocessing.Pool()", "multiprocessing.pool.ThreadPool()", "gevent.pool.Pool()",
          "multiprocessing.pool.Pool()", "multiprocessing.dummy.Pool()",
          "eventlet.GreenPool()")  # fmt: skip
_STACKS = ("contextlib.ExitStack()", "contextlib.AsyncExitStack()")
_Handler = Callable[[Machine, Frame, Value, Site], Value]
TABLE: Final[dict[str, _Handler]] = {
    "contextvars.ContextVar": _variable, "asyncio.Future": _variable,
    "concurrent.futures.Future": _variable,
    "asyncio.get_running_loop().create_future": _variable,
    "asyncio.get_event_loop().create_future": _variable, "gevent.event.AsyncResult": _variable,
    **dict.fromkeys([
        "threading.local", "asgiref.local.Local", "werkzeug.local.Local", "gevent.local.local",
        "eventlet.corolocal.local", "_threading_local.local",
    ], _local),
    "weakref.ref": _reference, "@weakref": _referred, "weakref.proxy": _referred,
    "contextlib.nullcontext": _referred,
    "asyncio.gather": _gathered, "asyncio.wait": _waited, "concurrent.futures.wait": _waited,
    **{f"{pool}.{name}": sequences.TABLE["map"] for pool in _POOLS
       for name in ("map", "imap", "imap_unordered", "map_async")},
    **{f"{pool}.starmap": iterating.TABLE["itertools.starmap"] for pool in _POOLS},
    **{f"{pool}.{name}": _applied for pool in _POOLS for name in ("apply", "apply_async")},
    **{f"{stack}.{name}": _entered for stack in _STACKS
       for name in ("enter_context", "enter_async_context")},
    "functools.partialmethod": _partial_method,
    **dict.fromkeys([
        f"websockets.{one}" for one in ("serve", "unix_serve", "server.serve",
                                        "asyncio.server.serve", "sync.server.serve")
    ], _served),
}  # fmt: skip
"""By the path of what is called."""
