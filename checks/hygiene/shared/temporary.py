"""Paths of fixed names below the system's temporary folder, however they are put together."""

from __future__ import annotations

from checks.events import Value, argument_nodes
from checks.languages.python.index import Index
from checks.languages.python.scopes import Bound

_DEEPEST = 6
"""Steps from a name to the call that gives the folder."""
_PATHS = ("pathlib.Path", "pathlib.PosixPath")


def in_temporary(path: Value, index: Index) -> str:
    """``…/a/b.csv`` for ``os.path.join(tempfile.gettempdir(), "a", "b.csv")``, else nothing.

    Also for ``Path(tempfile.gettempdir()) / "a"`` and for names that hold such a path, of this
    file or of one that it imports.
    """
    found = _below(path, index, _DEEPEST)
    return f"…{found}" if found else ""


def _below(path: Value, index: Index, deepest: int) -> str | None:
    """What follows the temporary folder, ``""`` for the folder itself, ``None`` for others."""
    if deepest == 0:
        return None
    value = path.origin
    if value.callee_name == "tempfile.gettempdir":
        return ""
    if value.node.type == "binary_operator":
        left, right = (value.node.child_by_field_name(one) for one in ("left", "right"))
        operator = value.node.child_by_field_name("operator")
        if left is None or right is None or operator is None or operator.type != "/":
            return None
        sides = [Value(value.module, one, value.context) for one in (left, right)]
        return _joined(sides, index, deepest)
    if value.node.type == "call":
        given = [Value(value.module, one, value.context) for one in argument_nodes(value.node)]
        if value.callee_name == "os.path.join" or (value.callee_name in _PATHS and given):
            return _joined(given, index, deepest)
        return None
    known = _imported(value, index)
    return None if known is None else _below(known, index, deepest - 1)


def _joined(parts: list[Value], index: Index, deepest: int) -> str | None:
    start = _below(parts[0], index, deepest - 1) if parts else None
    rest = [one.constant for one in parts[1:]]
    if start is None or not all(isinstance(one, str) for one in rest):
        return None
    return start + "".join(f"/{one}" for one in rest)


def _imported(value: Value, index: Index) -> Value | None:
    """The value of a constant that another file defines."""
    name = value.name
    owner = index.owner(name) if name else None
    if owner is None or len(owner[1]) != 1 or owner[0] is value.module:
        return None
    module, (last,) = owner[0], owner[1]
    bound = module.scope.bindings.get(last, [])
    if len(bound) != 1 or bound[0].how is not Bound.ASSIGNED or bound[0].node is None:
        return None
    return Value(module, bound[0].node, bound[0].context or module.context)
