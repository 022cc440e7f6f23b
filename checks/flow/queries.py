"""What a field of a GraphQL schema says of the arguments that its resolver is given."""

from __future__ import annotations

from collections.abc import Iterator

from checks import ir
from checks.flow import library
from checks.flow.machine import Machine
from checks.flow.values import Api, LocalClass, LocalFunction

_HARMLESS = frozenset({"Int", "Float", "Boolean", "BigInt", "Decimal", "UUID", "Date", "DateTime",
                       "Time", "Enum"})  # fmt: skip
"""Scalars of graphene that hold no free text."""
_ARGUMENTS = ("Arguments", "Input")
"""The class in a mutation that names its arguments."""


def is_typed(machine: Machine, function: LocalFunction, name: str) -> bool:
    """Whether the type that the schema gives an argument of a resolver lets no free text through.

    ``field = graphene.List(Book, first=graphene.Int())`` with ``resolve_field(root, info, first)``,
    and the arguments of a mutation.
    """
    cls = function.cls
    if cls is None:
        return False
    for node in _declared(cls, function.name, name):
        return _is_harmless(machine, cls, node)
    return False


def _declared(cls: LocalClass, method: str, name: str) -> Iterator[ir.Expression]:
    """What the class declares an argument of the method to be."""
    field = method.removeprefix("resolve_")
    for statement in cls.definition.body:
        if isinstance(statement, ir.Class) and statement.name in _ARGUMENTS and method == "mutate":
            yield from (value for target, value in _assigned(statement.body) if target == name)
        elif isinstance(statement, ir.Assign):
            for target, value in _assigned((statement,)):
                if target == field and isinstance(value, ir.Call):
                    yield from (one for keyword, one in value.keywords if keyword == name)


def _assigned(block: ir.Block) -> Iterator[tuple[str, ir.Expression]]:
    for statement in block:
        if isinstance(statement, ir.Assign) and statement.value is not None:
            for target in statement.targets:
                if isinstance(target, ir.Name):
                    yield target.id, statement.value


def _is_harmless(machine: Machine, cls: LocalClass, node: ir.Expression) -> bool:
    """``graphene.Int()``, ``graphene.List(graphene.Int)``, ``graphene.Argument(Colour)``."""
    outer = node.function if isinstance(node, ir.Call) else node
    path = library.path_of(machine, cls.frame, outer)
    last = path.rpartition(".")[2]
    if last in ("List", "NonNull", "Argument", "Scalar") and isinstance(node, ir.Call):
        first = node.arguments[0] if node.arguments else None
        return first is not None and _is_harmless(machine, cls, first)
    if path:
        return last in _HARMLESS and "graphene" in path
    return any(
        isinstance(one, LocalClass)
        and (one.is_enum or any(base.path.endswith("graphene.Enum") for base in _bases(one)))
        for one in machine.evaluate(cls.frame, outer).references
    )


def _bases(cls: LocalClass) -> Iterator[Api]:
    for value in cls.bases:
        for one in value.references:
            if isinstance(one, Api):
                yield one
