"""Lists, tuples, sets, deques and queues: what they hold, and at which place.

A queue is a list that gives back its first item, a stack its last. Where it is not known which item
an operation meant, the places are forgotten, never the items.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from checks import ir
from checks.flow import lookup
from checks.flow.heap import LAST, Object, make
from checks.flow.machine import Frame, Machine
from checks.flow.site import Site
from checks.flow.values import (
    CLEAN,
    NONE,
    NOTHING,
    Cell,
    Value,
    content,
)

_ADDING = frozenset({"append", "add", "put", "put_nowait", "appendleft", "push", "send",
                     "send_nowait", "lpush", "rpush"})  # fmt: skip
_TAKING = frozenset({"pop", "popleft", "get", "get_nowait", "receive", "receive_nowait"})
_FIRST = frozenset({"popleft", "get", "get_nowait", "receive", "receive_nowait"})
_ANY: Final = "any"
"""The trait of a queue that orders its items by what they are."""


def of_list(
    machine: Machine, frame: Frame, cell: Cell, made: Object, name: str, site: Site
) -> Value:
    """A method of a list, a tuple, a set, a deque or a queue."""
    heap = machine.heap
    first = site.arguments[0] if site.arguments else site.get(None, "item")
    if name in _ADDING and first is not None:
        frame.writes = True
        at = 0 if name == "appendleft" else made.size
        heap.put(cell, _with_item(made, first, at))
        return NONE
    if name in ("extend", "update", "union", "extendleft", "__iadd__") and first is not None:
        new = _extended(machine, frame, made, name, first, site.node)
        if name == "union":
            return Value(references=(heap.new(new),))
        frame.writes = True
        heap.put(cell, new)
        return NONE
    if name == "insert" and len(site.arguments) == 2:
        frame.writes = True
        heap.put(cell, _with_item(made, site.arguments[1], site.constant(0)))
        return NONE
    if name in _TAKING:
        return _popped(machine, frame, cell, made, name, site)
    if name == "clear":
        frame.writes = True
        heap.put(cell, _anew(made, []) if made.type != "set" else Object("set", {}))
        return NONE
    if name in ("sort", "reverse", "rotate", "remove", "discard"):
        frame.writes = True
        if name == "remove":
            _is_in(machine, frame, made, site)
        if made.size is not None:
            heap.put(cell, _moved(made, name, site))
        return NONE
    if name == "copy":
        return Value(references=(heap.new(made),))
    if name == "__aiter__" or name == "__iter__":
        return Value(references=(cell,))
    if name == "index":
        _is_in(machine, frame, made, site)
    if name in ("index", "count", "__len__", "qsize", "empty", "full", "task_done"):
        return CLEAN
    if name == "intersection":
        return CLEAN
    if name == "difference":
        return Value(references=(heap.new(made),))
    return content(heap.flat(Value(references=(cell,))), site.everything())


def _is_in(machine: Machine, frame: Frame, made: Object, site: Site) -> None:
    """``items.index(name)`` raises for what is not in it: behind it the name is."""
    if len(site.node.arguments) != 1 or len(site.arguments) != 1:
        return
    if site.arguments[0].taints and not machine.heap.flat(made.any_item()).taints:
        machine.converted(frame, site.node.arguments[0])


def _anew(made: Object, items: list[Value], *, at_left: bool = False) -> Object:
    """A list of the same sort with other items; a deque keeps no more than it may."""
    if isinstance(made.trait, int) and len(items) > made.trait:
        most = made.trait
        items = items[:most] if at_left else items[len(items) - most :]
    new = make(dict(enumerate(items)), made.type)
    new.trait = made.trait
    return new


def _items(made: Object) -> list[Value]:
    return [made.fields[index] for index in range(made.size or 0)]


def _with_item(made: Object, item: Value, at: object) -> Object:
    """A list with one more item, at a place that may not be known."""
    if made.type != "list" or at is None:
        return made.with_rest(item)
    if made.size is None or not isinstance(at, int):
        return made.blurred().with_rest(item)
    items = _items(made)
    items.insert(at, item)
    return _anew(made, items, at_left=at == 0)


def _extended(
    machine: Machine, frame: Frame, made: Object, name: str, other: Value, node: ir.Node
) -> Object:
    items = lookup.known_items(machine, other)
    if items is not None and made.size is not None and name in ("extend", "extendleft"):
        if name == "extend":
            return _anew(made, [*_items(made), *items])
        return _anew(made, [*reversed(items), *_items(made)], at_left=True)
    return made.blurred().with_rest(lookup.element(machine, frame, other, node))


def _moved(made: Object, name: str, site: Site) -> Object:
    """A list of which the items change their places, or one goes."""
    items = _items(made)
    known = [one.constant for one in items]
    if name == "reverse":
        return _anew(made, items[::-1])
    if name == "rotate":
        steps = site.constant(0) if site.arguments else 1
        if isinstance(steps, int) and items:
            steps %= len(items)
            return _anew(made, items[len(items) - steps :] + items[: len(items) - steps])
    elif name == "remove":
        wanted = site.constant(0)
        for index, one in enumerate(known):
            if one is NOTHING or wanted is NOTHING:
                break  # it may be this one, or a later one
            if one == wanted:
                return _anew(made, items[:index] + items[index + 1 :])
    elif name == "sort" and not site.keywords and all(isinstance(one, str) for one in known):
        ordered = sorted(range(len(items)), key=lambda index: str(known[index]))
        return _anew(made, [items[index] for index in ordered])
    return made.blurred()


def _popped(
    machine: Machine, frame: Frame, cell: Cell, made: Object, name: str, site: Site
) -> Value:
    frame.writes = True
    if made.size is None or made.trait == _ANY:
        return made.any_item()
    if not made.size:
        return CLEAN
    at = 0 if name in _FIRST and made.trait != LAST else -1
    if name == "pop" and site.arguments:
        known = site.constant(0)
        if not isinstance(known, int):
            return made.any_item()
        at = known
    items = _items(made)
    if not -len(items) <= at < len(items):
        return CLEAN
    found = items.pop(at)
    machine.heap.put(cell, _anew(made, items))
    return found


def _bounds(machine: Machine, frame: Frame, node: ir.Slice) -> slice | None:
    """A slice whose ends are known."""
    ends: list[int | None] = []
    for one in (node.lower, node.upper, node.step):
        known = None if one is None else machine.evaluate(frame, one).constant
        if known is not None and not isinstance(known, int):
            return None
        ends.append(known)
    return None if ends[2] == 0 else slice(*ends)


def store_slice(
    machine: Machine, frame: Frame, owner: Value, node: ir.Slice, value: Value, at: ir.Node
) -> None:
    """``owner[first:last] = value``."""
    frame.writes = True
    bounds = _bounds(machine, frame, node)
    given = lookup.known_items(machine, value)
    for one in owner.references:
        if not isinstance(one, Cell):
            continue
        made = machine.heap.get(one)
        if bounds == slice(None, None, None) and len(owner.references) == 1:
            if given is not None:
                machine.heap.put(one, _anew(made, given))
            else:
                part = lookup.element(machine, frame, value, at)
                machine.heap.put(one, Object(made.type, {}, part, trait=made.trait))
        elif bounds is not None and given is not None and made.size is not None and (
            len(owner.references) == 1 and bounds.step is None
        ):  # fmt: skip
            items = _items(made)
            items[bounds] = given
            machine.heap.put(one, _anew(made, items))
        else:
            part = lookup.element(machine, frame, value, at)
            machine.heap.put(one, made.blurred().with_rest(part))


def delete_slice(machine: Machine, frame: Frame, owner: Value, node: ir.Slice) -> None:
    """``del owner[first:last]``."""
    frame.writes = True
    bounds = _bounds(machine, frame, node)
    for one in owner.references:
        if not isinstance(one, Cell):
            continue
        made = machine.heap.get(one)
        if made.size is None:
            continue
        if bounds is None or len(owner.references) > 1:
            machine.heap.put(one, made.blurred())
        else:
            items = _items(made)
            del items[bounds]
            machine.heap.put(one, _anew(made, items))


def _deque(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """``deque(items, maxlen)``."""
    most = site.constant(1, "maxlen")
    given = site.get(0, "iterable")
    items = [] if given is None else lookup.known_items(machine, given)
    trait = most if isinstance(most, int) and not isinstance(most, bool) else None
    made = Object("list", {}, size=0, trait=trait)
    if items is None and given is not None:
        part = lookup.element(machine, frame, given, site.node)
        made = Object("list", {}, part, trait=trait)
    else:
        made = _anew(made, items or [])
    return Value(references=(machine.heap.new(made),))


def _queue(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    trait = None
    if site.callee.endswith("LifoQueue"):
        trait = LAST
    elif site.callee.endswith("PriorityQueue"):
        trait = _ANY
    return Value(references=(machine.heap.new(Object("list", {}, size=0, trait=trait)),))


def _channel(machine: Machine, _frame: Frame, _target: Value, _site: Site) -> Value:
    """``send, receive = open_memory_channel(n)``, ``Pipe()``: what goes in here comes out there."""
    cell = Value(references=(machine.heap.new(Object("list", {}, size=0)),))
    return Value(references=(machine.heap.new(make({0: cell, 1: cell}, "tuple")),))


_QUEUES = ("queue.Queue", "queue.SimpleQueue", "queue.LifoQueue", "queue.PriorityQueue",
           "Queue.Queue", "asyncio.Queue", "asyncio.LifoQueue", "asyncio.PriorityQueue",
           "asyncio.queues.Queue", "multiprocessing.Queue", "multiprocessing.JoinableQueue",
           "multiprocessing.SimpleQueue", "multiprocessing.Manager().Queue",
           "multiprocessing.Manager().JoinableQueue", "gevent.queue.Queue",
           "gevent.queue.JoinableQueue", "eventlet.queue.Queue", "eventlet.Queue",
           "tornado.queues.Queue", "tornado.queues.LifoQueue",
           "tornado.queues.PriorityQueue")  # fmt: skip
_CHANNELS = ("trio.open_memory_channel", "anyio.create_memory_object_stream")
TABLE: Final[dict[str, Callable[[Machine, Frame, Value, Site], Value]]] = {
    "collections.deque": _deque,
    **dict.fromkeys(_QUEUES, _queue),
    **dict.fromkeys(_CHANNELS, _channel),
}
"""By the path of what is called."""
