"""Where code changes a value in place: ``x.append(1)``, ``x["a"] = 1``, ``x += [1]``."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.events import Function, Module, as_call
from checks.languages.python.context import Located

CHANGING = frozenset(
    {"add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem",
     "remove", "reverse", "setdefault", "sort", "update"}
)  # fmt: skip
EMPTYING = frozenset({"clear", "pop", "remove", "discard", "popitem"})
MAKERS = frozenset(
    {"list", "dict", "set", "collections.defaultdict", "collections.OrderedDict",
     "collections.deque", "collections.Counter", "bytearray"}
)  # fmt: skip
DISPLAYS = ("list", "dictionary", "set", "list_comprehension", "dictionary_comprehension",
            "set_comprehension")  # fmt: skip


def mutations(function: Function, name: str) -> Iterator[Located]:
    """The places in a function that change what a name, dotted as written, holds."""
    module = function.module
    for one in module.within(
        function.node, "call", "assignment", "augmented_assignment", "delete_statement"
    ):
        call = as_call(one)
        if call is not None:
            receiver = call.receiver
            if receiver is not None and receiver.text == name and call.method in CHANGING:
                yield one
        elif one.kind == "delete_statement":
            if any(_is_part(module, child, name) for child in one.children()):
                yield one
        else:
            left = one.child("left")
            if left is None:
                continue
            if _is_part(module, left, name) or (
                one.kind == "augmented_assignment" and module.text_of(left) == name
            ):
                yield one


def empties(function: Function, name: str) -> bool:
    """Whether a function clears what a name holds, or gives the name a new value."""
    module = function.module
    for one in mutations(function, name):
        call = as_call(one)
        if one.kind == "delete_statement" or (call is not None and call.method in EMPTYING):
            return True
    for one in module.within(function.node, "assignment"):
        left = one.child("left")
        if left is not None and module.text_of(left).removesuffix("[:]") == name:
            return True
    return False


def _is_part(module: Module, node: tree_sitter.Node, name: str) -> bool:
    """Whether a target is an element of what the name holds: ``name[key]``."""
    owner = node.child_by_field_name("value") if node.type == "subscript" else None
    return owner is not None and module.text_of(owner) == name
