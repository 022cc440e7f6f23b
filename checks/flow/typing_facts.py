"""What a type annotation says of a value that a framework converts to the type."""

from __future__ import annotations

from checks import ir
from checks.flow import lookup
from checks.flow.machine import Frame, Machine
from checks.flow.values import Api, LocalClass, Value

_HARMLESS = frozenset(
    {"int", "float", "bool", "complex", "uuid.UUID", "datetime.datetime", "datetime.date",
     "datetime.time", "datetime.timedelta", "decimal.Decimal", "ipaddress.IPv4Address",
     "ipaddress.IPv6Address", "pydantic.PositiveInt", "pydantic.NonNegativeInt", "pydantic.UUID4",
     "pydantic.conint()", "pydantic.StrictInt", "pydantic.StrictBool", "pydantic.NegativeInt",
     "pydantic.types.PositiveInt", "pydantic.UUID1", "pydantic.confloat()", "NoneType",
     "pydantic.PositiveFloat", "enum.Enum", "enum.IntEnum", "enum.StrEnum"}
)  # fmt: skip
_WRAPPERS = frozenset({"Optional", "Union", "Annotated", "List", "list", "Set", "set", "Sequence",
                       "Tuple", "tuple", "FrozenSet", "frozenset", "Iterable"})  # fmt: skip
_MAX_DEPTH = 6


def _text(node: ir.Expression) -> ir.Expression:
    """The annotation itself; one that is written as a text is read when it is a plain name."""
    if isinstance(node, ir.Constant) and isinstance(node.value, str):
        parts = node.value.split(".")
        if all(part.isidentifier() for part in parts):
            found: ir.Expression = ir.Name(node.start, node.end, parts[0])
            for part in parts[1:]:
                found = ir.Attribute(node.start, node.end, found, part)
            return found
    return node


def _last(node: ir.Expression) -> str:
    if isinstance(node, ir.Attribute):
        return node.name
    return node.id if isinstance(node, ir.Name) else ""


def inner_types(node: ir.Expression, depth: int = 0) -> list[ir.Expression]:
    """The types that a value of the annotation is made of: those in ``Optional[list[int]]``."""
    node = _text(node)
    if depth > _MAX_DEPTH:
        return [node]
    if isinstance(node, ir.Operation) and node.operator == "|":
        return inner_types(node.left, depth + 1) + inner_types(node.right, depth + 1)
    if isinstance(node, ir.Subscript):
        name = _last(node.value)
        items = node.key.items if isinstance(node.key, ir.Sequence) else (node.key,)
        if name == "Annotated":
            return inner_types(items[0], depth + 1) if items else [node]
        if name == "Literal":
            return [ir.Name(node.start, node.end, "int")]
        if name in _WRAPPERS:
            return [found for one in items for found in inner_types(one, depth + 1)]
        return [node.value]
    return [node]


def resolved(machine: Machine, frame: Frame, node: ir.Expression | None) -> list[Value]:
    """What the types of an annotation are."""
    if node is None:
        return []
    return [
        Value(constant=None) if isinstance(one, ir.Constant) else machine.evaluate(frame, one)
        for one in inner_types(node)
    ]


def is_harmless(machine: Machine, frame: Frame, node: ir.Expression | None) -> bool:
    """Whether a text that was converted to this type can do no harm any more."""
    found = resolved(machine, frame, node)
    if not found:
        return False
    for value in found:
        if value.constant is None:
            continue
        if not any(_is_harmless(machine, one) for one in value.references):
            return False
    return True


def is_number(machine: Machine, frame: Frame, node: ir.Expression | None) -> bool:
    """Whether a value that was converted to this type may be a number of any size."""
    return any(
        isinstance(one, Api) and one.path in ("int", "float")
        for value in resolved(machine, frame, node)
        for one in value.references
    )


def _is_harmless(machine: Machine, one: object) -> bool:
    if isinstance(one, Api):
        return one.path in _HARMLESS
    if isinstance(one, LocalClass):
        return one.is_enum or bool(
            set(lookup.library_bases(machine, one)) & {"int", "float", "bool", "enum.Enum"}
        )
    return False


def model_of(machine: Machine, frame: Frame, node: ir.Expression | None) -> LocalClass | None:
    """The class of the change that an annotation names."""
    for value in resolved(machine, frame, node):
        for one in value.references:
            if isinstance(one, LocalClass) and not one.is_enum:
                return one
    return None


def path_of(machine: Machine, frame: Frame, node: ir.Expression | None) -> str:
    """The path of the library's class that an annotation names, ``""`` for none."""
    for value in resolved(machine, frame, node):
        for one in value.references:
            if isinstance(one, Api):
                return one.path
    return ""
