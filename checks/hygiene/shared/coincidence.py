"""Two draws of a test that must differ, and are the same now and then."""

from __future__ import annotations

from checks.events import Call, Function, Value, as_call

_DRAWS = frozenset({"random.choice", "random.randint", "random.randrange"})
_LARGE = 1_000_000
"""From so many values on, two draws are the same too seldom to be met."""

_DIFFER = frozenset({"assertNotEqual", "assertNotIn"})


def may_coincide(call: Call) -> bool:
    """Whether a function inside a test returns a draw, and the test asserts that two differ.

    ``def task(): return random.randint(0, 100)``, called twice: ``assert first != second``.
    """
    function, above = call.function, call.parent
    if call.name not in _DRAWS or function is None or above is None:
        return False
    outer = function.context.function
    if above.kind != "return_statement" or outer is None or not outer.name.startswith("test"):
        return False
    if any(_is_large(one) for one in call.arguments):
        return False
    # The limit may come in as a parameter: ``draw(1_000_000_000)``.
    given = (as_call(one) for one in outer.own("call"))
    if any(_is_large(one) for inner in given if inner is not None for one in inner.arguments):
        return False
    return _calls_twice(outer, function.name) and _says_different(outer)


def _is_large(value: Value) -> bool:
    known = value.constant
    return isinstance(known, int) and known >= _LARGE


def _calls_twice(outer: Function, name: str) -> bool:
    found = [
        one
        for one in outer.module.within(outer.node, "call")
        if (call := as_call(one)) is not None and call.method == name
    ]
    return len(found) > 1


def _says_different(outer: Function) -> bool:
    for one in outer.own("assert_statement"):
        parts = one.children()
        if parts and parts[0].type == "comparison_operator":
            signs = [child.type for child in parts[0].children if not child.is_named]
            names = [child.type for child in parts[0].named_children]
            if signs == ["!="] and set(names) <= {"identifier", "await", "call", "attribute"}:
                return True
    return any(
        call.method in _DIFFER and all(one.node.type == "identifier" for one in call.arguments[:2])
        for one in outer.own("call")
        if (call := as_call(one)) is not None
    )
