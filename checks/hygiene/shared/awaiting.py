"""Which methods of objects are coroutine functions: by their class, or by how tests call them."""

from __future__ import annotations

from checks.events import Call, Class, Function, Module, calls_of
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
    and the same in its function; or it is a parameter, and the same function awaits it.
    """
    function = call.function
    if function is None or not function.is_async or call.receiver is None:
        return False
    maker = _maker(call.receiver, function)
    if not maker or any("sync" in one for one in call.keywords):
        return False
    habits = call.module.remember(is_awaited_elsewhere, lambda: _habits(call.module))
    awaited, plain = habits.get((call.cls, maker, call.method), (0, 0))
    return awaited >= plain > 0


def _habits(module: Module) -> dict[_Habit, tuple[int, int]]:
    """How often the method of an object is awaited in coroutines, and how often it is not."""
    found: dict[_Habit, tuple[int, int]] = {}
    for call in calls_of(module):
        function = call.function
        if call.receiver is None or function is None or not function.is_async:
            continue
        if call.receiver.node.type != "identifier":
            continue
        maker = _maker(call.receiver, function)
        if maker:
            key = (call.cls, maker, call.method)
            awaited, plain = found.get(key, (0, 0))
            found[key] = (awaited + call.is_awaited, plain + (not call.is_awaited))
    return found


def _maker(receiver: Value, function: Function) -> str:
    """What makes an object that a name of the function holds from its only assignment on."""
    if receiver.node.type != "identifier":
        return ""
    origin = receiver.origin
    node = origin.node
    if node.type == "await" and node.named_children:
        node = node.named_children[0]
    called = node.child_by_field_name("function") if node.type == "call" else None
    if called is not None and origin.context.function is function:
        return origin.module.text_of(called)
    # What is handed in is one and the same object in all of the function.
    given = any(one.name == receiver.text for one in function.parameters)
    bound = function.scope_of_body.bindings.get(receiver.text, ())
    return f"{function.qualified_name}({receiver.text})" if given and len(bound) == 1 else ""
