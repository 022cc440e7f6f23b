"""Ways to save and restore the state of a process that save or restore nothing."""

from __future__ import annotations

from collections import Counter

import tree_sitter

from checks.events import Call, Module, Value, argument_nodes
from checks.hygiene.shared.assertions import asserts
from checks.languages.python.context import Located

_ENVIRONMENT = "os.environ"
_COPIES = frozenset({"os.environ.copy", "copy.copy", "copy.deepcopy", "dict"})
_ASKING = frozenset({"getattr", "hasattr"})
_OWN = frozenset(
    {"clear", "copy", "decodekey", "decodevalue", "encodekey", "encodevalue", "fromkeys", "get",
     "items", "keys", "pop", "popitem", "putenv", "setdefault", "unsetenv", "update", "values"}
)  # fmt: skip
_REPLACED = frozenset({"sys.argv", "sys.path", "sys.stderr", "sys.stdin", "sys.stdout"})


def puts_back_copy(event: Located) -> bool:
    """Whether ``os.environ`` becomes a copy that was taken of it: ``os.environ = self.saved``.

    The copy is a plain dictionary: what is written to it reaches neither the process nor the
    programs that it starts, and what the test changed in the real environment stays.
    """
    left, right = event.child("left"), event.child("right")
    if left is None or right is None or left.type != "attribute":
        return False
    if event.value(left).name != _ENVIRONMENT:
        return False
    value = event.value(right)
    return any(_is_copy(one) for one in (value, *value.assignments))


def _is_copy(value: Value) -> bool:
    if value.callee_name not in _COPIES:
        return False
    given = argument_nodes(value.node)
    return value.callee_name == "os.environ.copy" or (
        bool(given) and Value(value.module, given[0], value.context).name == _ENVIRONMENT
    )


def asks_for_attribute(call: Call) -> str:
    """The variable that ``getattr(os.environ, "TZ", None)`` means and never finds, else ``""``."""
    if call.name not in _ASKING and call.method not in _ASKING:
        return ""
    first, second = call.argument(0), call.argument(1)
    if first is None or second is None or first.name != _ENVIRONMENT:
        return ""
    wanted = second.constant
    return wanted if isinstance(wanted, str) and wanted not in _OWN else ""


def replaced_for_good(event: Located) -> str:
    """What of ``sys`` a statement at the top of a file replaces, and no other code of it does.

    ``sys.path = [folder]``: one assignment puts it there, and no second one takes it away.
    """
    left, right = event.child("left"), event.child("right")
    if event.context.kind != "module" or left is None or right is None:
        return ""
    name = _replaced(event, left)
    if not name or name in event.module.text_of(right):
        return ""
    module = event.module
    return name if module.remember(replaced_for_good, lambda: _times(module))[name] == 1 else ""


def _times(module: Module) -> Counter[str]:
    """How often a file replaces each of them, in functions too."""
    lefts = ((one, one.child("left")) for one in module.nodes("assignment"))
    return Counter(_replaced(one, left) for one, left in lefts if left is not None)


def _replaced(event: Located, left: tree_sitter.Node) -> str:
    name = event.value(left).name if left.type == "attribute" else None
    return name if name in _REPLACED else ""


def may_fail_between(first: Located, second: Located) -> bool:
    """Whether an assertion of the same function stands between two places."""
    function = first.function
    if function is None or first.module is not second.module:
        return False
    end = second.node.start_byte
    return any(
        one.node.end_byte <= end and one.function is function and asserts(one)
        for one in first.module.within(
            function.node, "assert_statement", "call", after=first.node.end_byte
        )
    )
