"""Calls: of functions and classes of the change; those of libraries go to :mod:`library`."""

from __future__ import annotations

from checks import ir
from checks.flow import (
    amounts,
    assigning,
    construct,
    each,
    folding,
    guards,
    library,
    lookup,
    methods,
)
from checks.flow.heap import Object, as_fields, make
from checks.flow.machine import MAX_CALLS, Frame, Machine, Names, Snapshot
from checks.flow.site import Site
from checks.flow.values import (
    NONE,
    NOTHING,
    VAGUE,
    Api,
    Bound,
    Cell,
    LocalClass,
    LocalFunction,
    Method,
    Parent,
    Reference,
    Value,
    content,
    join,
    stepped,
)

_MAX_TARGETS = 3
NEAR = 3
"""Calls inside each other that are always run."""
MAX_RAISED = 8
"""Values that exceptions carry out of a function."""
LONG = 1_500
"""Bytes of a function that is not run where it can bring nothing."""


def call(machine: Machine, frame: Frame, node: ir.Call) -> Value:
    """Evaluate a call."""
    function = node.function
    if isinstance(function, ir.Name) and function.id == "super" and "super" not in frame.names:
        return _super(frame)
    if isinstance(function, ir.Attribute):
        receiver = machine.evaluate(frame, function.value)
        target = lookup.attribute(machine, frame, receiver, function.name, function)
    else:
        receiver = None
        target = machine.evaluate(frame, function)
    arguments: list[Value] = []
    keywords: dict[str, Value] = {}
    star: Value | None = None
    opened: Value | None = None
    for one in node.arguments:
        if isinstance(one, ir.Star):
            whole = machine.evaluate(frame, one.value)
            items = lookup.known_items(machine, whole)
            if items is not None and star is None:
                arguments += items
            else:
                part = lookup.element(machine, frame, whole, one)
                star = part if star is None else join(star, part)
        else:
            value = machine.evaluate(frame, one)
            if star is None:
                arguments.append(value)
            else:
                star = join(star, value)
    for name, expression in node.keywords:
        value = machine.evaluate(frame, expression)
        if name is not None:
            keywords[name] = value
            continue
        made = lookup.updated(machine, Object("dict", {}), value)
        for key, part in made.fields.items():
            if isinstance(key, str):
                keywords.setdefault(key, part)
        if made.rest is not None:
            star = made.rest if star is None else join(star, made.rest)
        if made.keys is not None and made.keys.taints:
            opened = made.keys
    name = function.name if isinstance(function, ir.Attribute) else getattr(function, "id", "")
    machine.results.visited.add((frame.module.path, node.start, node.end))
    site = Site(machine, frame, node, f"*.{name}" if receiver is not None else name, receiver,
                arguments, keywords, star)  # fmt: skip
    if opened is not None:
        assigning.check(machine, frame, target, site, opened)
    return invoke(machine, frame, target, site)


def invoke(machine: Machine, frame: Frame, target: Value, site: Site) -> Value:
    """Call a value."""
    result: Value | None = None
    dead = 0
    targets = target.references[:_MAX_TARGETS]
    for one in targets:
        frame.dead = False
        part = _invoke_one(machine, frame, target, one, site)
        if frame.dead:
            dead += 1
            continue
        result = part if result is None else join(result, part)
    frame.dead = bool(targets) and dead == len(targets)
    if result is not None or frame.dead:
        return VAGUE if result is None else result
    return library.unknown(target, site)


def _invoke_one(machine: Machine, frame: Frame, target: Value, one: Reference, site: Site) -> Value:
    if isinstance(one, Api):
        site.callee = one.path
        return library.call(machine, frame, target, one, site)
    if isinstance(one, LocalFunction):
        return call_function(
            machine, frame, one, site.arguments, site.keywords, site.star, site.node, site=site
        )
    if isinstance(one, Bound):
        arguments = [*one.arguments, *site.arguments]
        keywords = {**one.keywords, **site.keywords}
        inner = Site(machine, frame, site.node, site.callee, site.receiver, arguments, keywords,
                     site.star)  # fmt: skip
        return invoke(machine, frame, one.function, inner)
    if isinstance(one, LocalClass):
        return construct.instance(machine, frame, one, site)
    if isinstance(one, Method):
        return methods.call(machine, frame, one, site)
    if isinstance(one, Cell):
        made = machine.heap.get(one)
        own = None if made.cls is None else lookup.class_attribute(machine, made.cls, "__call__")
        if own is not None:
            receiver = Value(references=(one,))
            return invoke(
                machine, frame, lookup.bind_method(machine, frame, own, receiver, site.node), site
            )
    return library.unknown(target, site)


def _super(frame: Frame) -> Value:
    one: Frame | None = frame
    while one is not None and (one.function is None or one.function.cls is None):
        one = one.parent
    if one is None or one.function is None or one.function.cls is None:
        return VAGUE
    parameters = one.function.definition.parameters
    receiver = one.names.get(parameters[0].name) if parameters else None
    return Value(references=(Parent(one.function.cls, receiver or VAGUE),))


def call_function(
    machine: Machine,
    frame: Frame,
    function: LocalFunction,
    arguments: list[Value],
    keywords: dict[str, Value],
    star: Value | None,
    node: ir.Node,
    site: Site | None = None,
) -> Value:
    """Run a function of the change with these arguments."""
    definition = function.definition
    if len(machine.active) >= MAX_CALLS or machine.active.count(definition) >= 2:
        machine.truncated = machine.truncated or len(machine.active) >= MAX_CALLS
        flat = [machine.heap.flat(one) for one in (*arguments, *keywords.values())]
        return content(*flat, VAGUE if star is None else star)
    key = _memo_key(function, arguments, keywords, star)
    if key is not None and (known := machine.memo.get(key)) is not None:
        return known
    if _brings_nothing(machine, function, arguments, keywords, star):
        return VAGUE
    inner = enter(machine, function, arguments, keywords, star, node, frame)
    before = machine.heap.top
    machine.heap.mine = None
    machine.way.append((frame.module, node.start, node.end))
    completes = run(machine, inner, function)
    machine.way.pop()
    if inner.raised:
        frame.raised = [*frame.raised, *inner.raised][:MAX_RAISED]
    result = outcome(machine, inner, function, completes=completes)
    if result is None:
        frame.dead = True
        return VAGUE
    plain = not inner.writes and all(isinstance(one, Api) for one in result.references)
    if plain:
        machine.heap.top = before
        machine.heap.mine = None  # what it made is gone with it
    if inner.writes:
        frame.writes = True
    elif key is not None and plain and not result.taints:
        machine.memo[key] = result
    if site is not None and inner.returns is not None:
        _write_back(machine, frame, inner, function, site, arguments, keywords)
    if result.taints:
        words = f"returned by `{function.name}`"
        result = stepped(result, frame.module, node.start, node.end, words)
    return result


def _brings_nothing(
    machine: Machine,
    function: LocalFunction,
    arguments: list[Value],
    keywords: dict[str, Value],
    star: Value | None,
) -> bool:
    """Whether a call far from the entry, or of a long function, can bring nothing untrusted."""
    definition = function.definition
    if len(machine.active) < NEAR and definition.end - definition.start < LONG:
        return False
    if function.frame.function is not None or function.name == "__init__":
        return False
    if machine.may_bring(function):
        return False
    flat = machine.heap.flat
    values = (*arguments, *keywords.values())
    if star is not None:
        values = (*values, star)
    return not any(flat(one).taints for one in values)


def _memo_key(
    function: LocalFunction, arguments: list[Value], keywords: dict[str, Value], star: Value | None
) -> tuple[object, ...] | None:
    """What a call's result depends on, when that is little."""
    if star is not None or function.frame.function is not None:
        return None
    parts: list[object] = [function.definition]
    for name, one in (*(("", one) for one in arguments), *keywords.items()):
        if one.taints or one.text is not None:
            return None
        if any(not isinstance(ref, Api) for ref in one.references):
            return None
        paths = tuple(ref.path for ref in one.references if isinstance(ref, Api))
        known = one.constant
        if not (known is NOTHING or known is None or isinstance(known, (str, bytes, int, float))):
            return None
        parts.append((name, type(known), known, one.vague, paths))
    return tuple(parts)


def enter(
    machine: Machine,
    function: LocalFunction,
    arguments: list[Value],
    keywords: dict[str, Value],
    star: Value | None,
    node: ir.Node,
    caller: Frame,
) -> Frame:
    """A frame with the parameters bound."""
    definition = function.definition
    inner = Frame(function.frame.module, function, function.frame)
    lowered = definition.body.lowered
    inner.assigned = lowered.assigned
    inner.elsewhere = lowered.elsewhere
    position = 0
    rest = dict(keywords)
    for parameter in definition.parameters:
        name = parameter.name
        value: Value | None
        if parameter.kind == "*":
            items: dict[object, Value] = dict(enumerate(arguments[position:]))
            made = make(items, "tuple")
            if star is not None:
                made = made.blurred().with_rest(star)
            value = Value(references=(machine.heap.new(made),))
            position = len(arguments)
        elif parameter.kind == "**":
            made = Object("dict", as_fields(rest))
            if star is not None:
                made = made.with_rest(star, star)
            value = Value(references=(machine.heap.new(made),))
        else:
            value = None
            if position < len(arguments) and not parameter.keyword_only:
                value = arguments[position]
                position += 1
            elif name in rest:
                value = rest.pop(name)
            elif star is not None:
                value = star
            elif name in function.defaults:
                value = function.defaults[name]
            elif parameter.default is not None:
                value = machine.evaluate(function.frame, parameter.default)
            if value is None:
                value = VAGUE
        if value.taints:
            value = stepped(
                value, caller.module, node.start, node.end,
                f"passed to `{function.name}` as `{name}`",
            )  # fmt: skip
        inner.names[name] = value
    if machine.watched is definition:
        machine.seen.append(dict(inner.names))
    return inner


def defaults(machine: Machine, frame: Frame, node: ir.Function | ir.Lambda) -> Names:
    """The defaults that are names, as they are where the function is defined."""
    return {
        one.name: machine.evaluate(frame, one.default)
        for one in node.parameters
        if isinstance(one.default, ir.Name)
    }


def run(machine: Machine, inner: Frame, function: LocalFunction) -> bool:
    """Run a body; whether control comes out at its end."""
    machine.entered.add(function.definition)
    machine.active.append(function.definition)
    try:
        return machine.execute(inner, function.definition.body.lowered.block)
    finally:
        machine.active.pop()


def outcome(
    machine: Machine, inner: Frame, function: LocalFunction, *, completes: bool
) -> Value | None:
    """What the call gives, with the heap as it is after it; ``None`` when it never returns."""
    yields = function.definition.body.lowered.yields and not function.is_coroutine
    states = [] if inner.returns is None else [inner.returns]
    if completes:
        states.append(machine.state(inner))
        inner.result = NONE if inner.result is None else join(inner.result, NONE)
    if not states:
        if yields and inner.yielded is not None:
            inner.result = NONE
        else:
            return None
    else:
        whole = states[0]
        for one in states[1:]:
            whole = machine.join(whole, one)
        inner.returns = whole
        machine.heap.top = whole[1]
        machine.heap.mine = None
    if yields:
        if function.kind == "context":
            return NONE if inner.yielded is None else inner.yielded
        made = Object("list", {}, inner.yielded)
        return Value(references=(machine.heap.new(made),))
    return NONE if inner.result is None else inner.result


def _write_back(
    machine: Machine,
    frame: Frame,
    inner: Frame,
    function: LocalFunction,
    site: Site,
    arguments: list[Value],
    keywords: dict[str, Value],
) -> None:
    """What the function's tests told of its arguments, where it returns at all.

    ``validate(name)`` that raises for what it does not like leaves ``name`` clean.
    """
    if inner.returns is None:
        return
    assigned = inner.assigned
    names = inner.returns[0]
    given: list[tuple[str, Value, ir.Expression | None]] = []
    plain = [one for one in function.definition.parameters if not one.kind]
    offset = len(arguments) - len(site.node.arguments)
    for index, parameter in enumerate(plain):
        if index < len(arguments) and not parameter.keyword_only:
            at = index - offset
            expression = site.node.arguments[at] if 0 <= at < len(site.node.arguments) else None
            given.append((parameter.name, arguments[index], expression))
        elif parameter.name in keywords:
            expression = next(
                (one for name, one in site.node.keywords if name == parameter.name), None
            )
            given.append((parameter.name, keywords[parameter.name], expression))
    for name, value, expression in given:
        if expression is None or name in assigned:
            continue
        after = names.get(name)
        if after is None:
            continue
        if amounts.of(value) is not None and amounts.of(after) is None:
            guards.write(machine, frame, expression, amounts.limited(value))
        if not (value.taints or value.vague):
            continue
        bits = each.gained(value, after)
        if bits:
            guards.clean(machine, frame, expression, bits)


def answers(
    machine: Machine,
    frame: Frame,
    function: LocalFunction,
    before: list[Value],
    given: Names,
    node: ir.Node,
    *,
    truth: bool,
) -> list[Snapshot]:
    """The state at every ``return`` of a function that may give a true (or false) answer."""
    if len(machine.active) >= MAX_CALLS or function.definition in machine.active:
        return []
    top = machine.heap.top
    machine.heap.mine = None
    inner = enter(machine, function, before, given, None, node, frame)
    inner.stated = []
    try:
        completes = run(machine, inner, function)
        if completes:
            inner.stated.append((None, machine.state(inner)))
        return _answering(machine, inner, truth=truth)
    finally:
        machine.heap.top = top
        machine.heap.mine = None


def _answering(machine: Machine, inner: Frame, *, truth: bool) -> list[Snapshot]:
    found: list[Snapshot] = []
    for expression, state in inner.stated or ():
        machine.restore(inner, state)
        if expression is None:
            answer: bool | None = False
        else:
            answer = folding.truth(machine.heap, machine.evaluate(inner, expression))
        if answer is (not truth):
            continue
        if expression is not None:
            guards.refine(machine, inner, expression, truth=truth)
        found.append(machine.state(inner))
    return found
