"""Which methods of objects are coroutine functions: by their class, or by how tests call them."""

from __future__ import annotations

from checks.events import Call, Class, Function, Module, as_call
from checks.languages.python.index import Index
from checks.languages.python.values import Value

_Habit = tuple[Class | None, str, str]
"""A class of tests (``None`` for the top of the file), what makes an object, and its method."""


def method_of_instance(call: Call, index: Index) -> Function | None:
    """The method that ``aiohttp.TCPConnector().close`` names, when that class is known."""
    owner, dots, method = (call.name or "").rpartition("().")
    if not dots or not owner or "()" in owner or "." in method:
        return None
    cls = index.find_class(owner.replace(":", "."))
    if cls is None or any(method in one.attributes for one in index.chain(cls)):
        return None
    return index.methods(cls).get(method)


def is_awaited_elsewhere(call: Call) -> bool:
    """Whether the tests of the same class, or of a file without classes, await this very call.

    The object is made by the same expression there, ``manager = self.make_manager()``, and is one
    and the same in its function.
    """
    function = call.function
    if function is None or not function.is_async or call.receiver is None:
        return False
    maker = _maker(call.receiver, function)
    if not maker:
        return False
    return (call.cls, maker, call.method) in call.module.remember(
        is_awaited_elsewhere, lambda: _habits(call.module)
    )


def _habits(module: Module) -> frozenset[_Habit]:
    found = set()
    for one in module.nodes("await"):
        children = one.children()
        if len(children) != 1 or children[0].type != "call":
            continue
        call = next(
            (
                made
                for inner in module.within(one.node, "call")
                if inner.node == children[0] and (made := as_call(inner)) is not None
            ),
            None,
        )
        if call is None or call.receiver is None or call.function is None:
            continue
        maker = _maker(call.receiver, call.function)
        if maker:
            found.add((call.cls, maker, call.method))
    return frozenset(found)


def _maker(receiver: Value, function: Function) -> str:
    """What makes an object that a name of the function holds from its only assignment on."""
    if receiver.node.type != "identifier":
        return ""
    origin = receiver.origin
    node = origin.node
    if node.type == "await" and node.named_children:
        node = node.named_children[0]
    called = node.child_by_field_name("function") if node.type == "call" else None
    if called is None or origin.context.function is not function:
        return ""
    return origin.module.text_of(called)
