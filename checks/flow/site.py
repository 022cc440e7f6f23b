"""A call as it is evaluated: what is called, with which values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.flow.values import NOTHING, Cell, Value, content
from checks.light import dataclass

if TYPE_CHECKING:
    from checks import ir
    from checks.flow.machine import Frame, Machine
    from checks.models.facts import ArgumentAt


@dataclass(slots=True)
class Site:
    """One evaluation of one call."""

    machine: Machine
    frame: Frame
    node: ir.Call
    callee: str
    """The path of what is called, ``*.name`` for a method of something unknown."""
    receiver: Value | None
    arguments: list[Value]
    keywords: dict[str, Value]
    star: Value | None = None
    """What ``*args`` and ``**kwargs`` that are not known hold."""
    tested: Value | None = None
    """The argument that a condition of a fact is asked about."""

    @property
    def method(self) -> str:
        """The last part of the name of what is called."""
        return self.callee.rpartition(".")[2]

    def get(self, position: int | None, keyword: str = "") -> Value | None:
        """An argument; ``None`` when it is not given."""
        if keyword and (found := self.keywords.get(keyword)) is not None:
            return found
        if position is not None and position < len(self.arguments):
            return self.arguments[position]
        return None

    def at(self, place: ArgumentAt) -> Value | None:
        """An argument by its place in a fact."""
        position, keyword = place
        if position is None and keyword == "self":
            return self.receiver
        if position is None and keyword == "*":
            return self.everything()
        return self.get(position, keyword)

    def everything(self) -> Value:
        """All arguments as one, with the contents of what they refer to."""
        flat = self.machine.heap.flat
        values = [flat(one) for one in (*self.arguments, *self.keywords.values())]
        if self.star is not None:
            values.append(flat(self.star))
        return content(*values)

    def constant(self, position: int | None, keyword: str = "") -> object:
        """The constant that an argument is; ``NOTHING`` when it is none or is not given."""
        found = self.get(position, keyword)
        return NOTHING if found is None else found.constant

    def items(self, value: Value) -> list[Value] | None:
        """The items of a list or tuple that are known one by one."""
        for one in value.references:
            if isinstance(one, Cell):
                made = self.machine.heap.get(one)
                if made.type in ("list", "tuple") and made.size is not None:
                    return [made.fields[index] for index in range(made.size)]
        return None

    def node_of(self, value: Value) -> ir.Expression:
        """The expression that gave an argument; the call itself when that is not known."""
        for index, one in enumerate(self.arguments):
            if one is value and index < len(self.node.arguments):
                return self.node.arguments[index]
        for name, expression in self.node.keywords:
            if name is not None and self.keywords.get(name) is value:
                return expression
        return self.node
