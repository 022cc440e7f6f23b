"""Statements: each runs on the frame's state and says whether control comes out at its end."""

from __future__ import annotations

from checks import ir
from checks.flow import (
    binding,
    calls,
    cases,
    construct,
    copies,
    forks,
    guards,
    holders,
    library,
    lookup,
    loops,
    operators,
    protocols,
    verdicts,
)
from checks.flow.machine import EXECUTORS, Frame, Machine, ModuleRun, Snapshot
from checks.flow.values import (
    NONE,
    NOTHING,
    VAGUE,
    Api,
    Bound,
    LocalFunction,
    LocalModule,
    Value,
    content,
    join,
)

_KINDS = {
    "staticmethod": "static", "classmethod": "class", "property": "property",
    "functools.cached_property": "property", "abc.abstractproperty": "property",
    "django.utils.functional.cached_property": "property",
    "cached_property.cached_property": "property",
    "werkzeug.utils.cached_property": "property", "contextlib.contextmanager": "context",
    "contextlib.asynccontextmanager": "context", "abc.abstractclassmethod": "class",
}  # fmt: skip


def _assign(machine: Machine, frame: Frame, node: ir.Assign) -> bool:
    if node.value is None:
        return True
    value = machine.evaluate(frame, node.value)
    if frame.dead:
        return False
    for target in node.targets:
        binding.bind(machine, frame, target, value)
        if isinstance(target, ir.Name):
            verdicts.remember(frame, target.id, node.value)
            copies.remember(frame, target.id, node.value)
    return True


def _augment(machine: Machine, frame: Frame, node: ir.Augment) -> bool:
    left = machine.evaluate(frame, node.target)
    right = machine.evaluate(frame, node.value)
    own = protocols.operated(machine, frame, node.operator, left, right, node, in_place=True)
    if own is not None:
        binding.bind(machine, frame, node.target, own)
        return True
    if node.operator == "+" and binding.extend(machine, frame, left, right, node):
        return True
    value = operators.operate(machine, node.operator, left, right)
    binding.bind(machine, frame, node.target, value)
    return True


def _evaluate(machine: Machine, frame: Frame, node: ir.Evaluate) -> bool:
    machine.evaluate(frame, node.value)
    return True


def _branch(machine: Machine, frame: Frame, node: ir.Branch) -> bool:
    ends: list[Snapshot] = []
    answers = dict(frame.answers)
    known = frame.forks
    for test, body in node.branches:
        truth = guards.test(machine, frame, test)
        if frame.dead:
            frame.dead = False
            break
        if truth is False:
            continue
        if truth is True:
            if machine.execute(frame, body):
                ends.append(machine.state(frame))
            break
        kept = machine.snapshot(frame)
        guards.refine(machine, frame, test, truth=True)
        if machine.execute(frame, body):
            ends.append(machine.state(frame))
        machine.return_to(frame, kept)
        guards.refine(machine, frame, test, truth=False)
    else:
        if machine.execute(frame, node.otherwise):
            ends.append(machine.state(frame))
    frame.answers = {name: one for name, one in answers.items() if frame.answers.get(name) is one}
    if len(ends) == 1:
        machine.return_to(frame, ends[0])
        frame.forks = known
        return True
    alive = machine.enter(frame, ends)
    forks.met(machine, frame, ends, known)
    return alive


def _try(machine: Machine, frame: Frame, node: ir.Try) -> bool:
    before = machine.snapshot(frame)
    known = frame.forks
    raised, frame.raised = frame.raised, []
    ends: list[Snapshot] = []
    done = machine.execute(frame, node.body)
    thrown = frame.raised
    frame.raised = raised
    middle = machine.left_state(frame) if node.otherwise else machine.state(frame)
    if done and machine.execute(frame, node.otherwise):
        ends.append(machine.state(frame))
    left: list[Snapshot] = [] if node.handlers else [before, middle]
    for handler in node.handlers:
        # The body may have been left anywhere: before its first effect or after its last.
        machine.restore(frame, machine.join(before, middle))
        if handler.type is not None:
            machine.evaluate(frame, handler.type)
        if handler.name:
            error = content(*(machine.heap.flat(one) for one in thrown)) if thrown else VAGUE
            frame.names[handler.name] = Value(
                error.taints, error.vague, NOTHING, (Api("@exception"),)
            )
        if machine.execute(frame, handler.body):
            ends.append(machine.state(frame))
        else:
            left.append(machine.state(frame))
    if not node.final:
        if not node.handlers:
            frame.raised = [*frame.raised, *thrown]
        alive = machine.enter(frame, ends)
        forks.met(machine, frame, ends, known)
        return alive
    if ends:
        _finish(machine, frame, node.final, left)
        machine.enter(frame, ends)
        return machine.execute(frame, node.final)
    machine.restore(frame, machine.join(before, middle))
    machine.execute(frame, node.final)
    return False


def _finish(machine: Machine, frame: Frame, final: ir.Block, left: list[Snapshot]) -> None:
    """Run ``finally`` for the ways past it: an error, or a handler that leaves.

    An error may come before the first effect of the body, so what it checks is unchecked here.
    """
    if left:
        whole = left[0]
        for one in left[1:]:
            whole = machine.join(whole, one)
        machine.restore(frame, whole)
        machine.execute(frame, final)


def _with(machine: Machine, frame: Frame, node: ir.With) -> bool:
    suppresses = False
    managers: list[tuple[Value, ir.Expression]] = []
    for expression, target in node.items:
        value = machine.evaluate(frame, expression)
        if frame.dead:
            return False
        paths = [one.path for one in value.references if isinstance(one, Api)]
        suppresses = suppresses or "contextlib.suppress()" in paths
        entered = protocols.entered(machine, frame, value, expression)
        managers.append((value, expression))
        if target is not None:
            binding.bind(machine, frame, target, entered)
    if not suppresses:
        done = machine.execute(frame, node.body)
        for value, expression in reversed(managers):
            protocols.left(machine, frame, value, expression)
        return done
    before = machine.snapshot(frame)
    ends = [before]
    if machine.execute(frame, node.body):
        ends.append(machine.state(frame))
    return machine.enter(frame, ends)


def _return(machine: Machine, frame: Frame, node: ir.Return) -> bool:
    value = NONE if node.value is None else machine.evaluate(frame, node.value)
    if frame.dead:
        return False
    if frame.stated is not None:
        frame.stated.append((node.value, (dict(frame.names), dict(machine.heap.top))))
    frame.result = value if frame.result is None else join(frame.result, value)
    if machine.on_return is not None and len(machine.active) == 1:
        machine.on_return(frame, node, value)
    state = machine.left_state(frame)
    frame.returns = state if frame.returns is None else machine.join(frame.returns, state)
    return False


def _raise(machine: Machine, frame: Frame, node: ir.Raise) -> bool:
    if node.value is not None:
        value = machine.evaluate(frame, node.value)
        if isinstance(node.value, ir.Call) and frame.function is not None:
            path = library.path_of(machine, frame, node.value.function)
            if path.endswith(".gen.Return") and frame.function.is_coroutine:
                result = node.value.arguments[0] if node.value.arguments else None
                return _return(machine, frame, ir.Return(node.start, node.end, result))
        if value.taints:
            frame.raised.append(value)
    return False


def _assert(machine: Machine, frame: Frame, node: ir.Assert) -> bool:
    truth = guards.test(machine, frame, node.test)
    if truth is False:
        return False
    guards.refine(machine, frame, node.test, truth=True)
    return True


def _jump(machine: Machine, frame: Frame, node: ir.Jump) -> bool:
    if len(frame.jumps) >= 2:
        frame.jumps[-2 if node.type == "break" else -1].append(machine.left_state(frame))
    return False


def _delete(machine: Machine, frame: Frame, node: ir.Delete) -> bool:
    for target in node.targets:
        if isinstance(target, ir.Name):
            frame.names.pop(target.id, None)
        else:
            binding.delete(machine, frame, target)
    return True


def _import(machine: Machine, frame: Frame, node: ir.Import) -> bool:
    qualified = node.qualified
    if node.level:
        qualified = absolute(frame.module.name, qualified, node.level,
                             is_package=frame.module.module.is_package)  # fmt: skip
    if node.alias == "*":
        _import_all(machine, frame, qualified.removesuffix(".*"))
        return True
    found = _local(machine, frame.module, qualified)
    if not node.alias:
        return True
    frame.names[node.alias] = library.imported(machine.facts, qualified) if found is None else found
    return True


def _local(machine: Machine, near: ModuleRun, qualified: str) -> Value | None:
    """What a file of the change has under a name."""
    owner, _, name = qualified.rpartition(".")
    run = machine.find_module(owner, near) if owner else None
    if run is not None and (found := run.frame.names.get(name)) is not None:
        return found
    inner = machine.find_module(qualified, near)
    if inner is not None:
        return Value(references=(LocalModule(inner),))
    return None


def _import_all(machine: Machine, frame: Frame, name: str) -> None:
    run = machine.find_module(name, frame.module)
    if run is None:
        frame.module.stars.append(name)
        return
    for key, value in run.frame.names.items():
        if not key.startswith("_"):
            frame.names[key] = value
    frame.module.stars += run.stars


def absolute(module: str, name: str, level: int, *, is_package: bool) -> str:
    """A relative import's name made absolute."""
    parts = module.split(".")
    up = level - 1 if is_package else level
    kept = parts[: len(parts) - up] if up else parts
    return ".".join([*kept, name] if name else kept)


def _declare(_machine: Machine, frame: Frame, node: ir.Declare) -> bool:
    for name in node.names:
        frame.elsewhere[name] = node.type
        frame.names.pop(name, None)
    return True


def _function(machine: Machine, frame: Frame, node: ir.Function) -> bool:
    paths = tuple(library.path_of(machine, frame, one) for one in node.decorators)
    kind = next((_KINDS[path] for path in paths if path in _KINDS), "")
    cls = frame.cls
    function = LocalFunction(node, frame, node.name, kind, cls, paths)
    if frame.function is not None:
        function.defaults = calls.defaults(machine, frame, node)
    if frame.module is machine.collecting:
        frame.module.functions.append(function)
    whole = _accessor(machine, frame, node, function)
    if whole is not None:
        frame.names[node.name] = Value(references=(whole,))
        return True
    value = Value(references=(function,))
    for decorator in reversed(node.decorators):
        value = _decorated(machine, frame, decorator, value)
    if node.decorators and not any(
        isinstance(one, LocalFunction) or holders.is_callable(machine, one)
        for one in value.references
    ):
        value = Value(references=(function,))
    frame.names[node.name] = value
    if node.decorators:
        holders.registered(frame, node, value)
    return True


def _accessor(
    machine: Machine, frame: Frame, node: ir.Function, function: LocalFunction
) -> LocalFunction | None:
    """``@name.setter``: the property, which is assigned to through the function from here on."""
    for one in node.decorators:
        if not isinstance(one, ir.Attribute) or one.name not in ("setter", "deleter"):
            continue
        for known in machine.evaluate(frame, one.value).references:
            if isinstance(known, LocalFunction) and known.kind == "property":
                whole = LocalFunction(known.definition, known.frame, known.name, known.kind,
                                      known.cls, known.decorators)  # fmt: skip
                whole.setter = function if one.name == "setter" else known.setter
                return whole
    return None


def _decorated(machine: Machine, frame: Frame, decorator: ir.Expression, value: Value) -> Value:
    """A decorator of the change is called; those of libraries leave what they decorate."""
    target = machine.evaluate(frame, decorator)
    if any(
        isinstance(one, (LocalFunction, Bound)) or holders.makes_callables(machine, one)
        for one in target.references
    ):
        return lookup.apply(machine, frame, target, [value], decorator)
    return value


def _class(machine: Machine, frame: Frame, node: ir.Class) -> bool:
    cls = construct.made_class(machine, frame, node)
    frame.names[node.name] = Value(references=(cls,))
    return True


EXECUTORS.update(
    {
        ir.Assign: _assign,
        ir.Augment: _augment,
        ir.Evaluate: _evaluate,
        ir.Branch: _branch,
        ir.Loop: loops.loop,
        ir.While: loops.run_while,
        ir.Try: _try,
        ir.With: _with,
        ir.Match: cases.match,
        ir.Return: _return,
        ir.Raise: _raise,
        ir.Assert: _assert,
        ir.Jump: _jump,
        ir.Delete: _delete,
        ir.Import: _import,
        ir.Declare: _declare,
        ir.Function: _function,
        ir.Class: _class,
    }
)
