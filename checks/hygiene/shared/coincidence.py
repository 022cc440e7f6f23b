"""Two draws of a test that must differ, and are the same now and then."""

from __future__ import annotations

from collections import Counter

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
    names, differ = outer.module.remember((may_coincide, outer), lambda: _look_at(outer))
    return differ and names[function.name] > 1


def _look_at(outer: Function) -> tuple[Counter[str], bool]:
    """How often a test calls each name, and whether it asserts that two results differ."""
    found = [made for one in outer.module.within(outer.node, "call") if (made := as_call(one))]
    own = [one for one in found if one.function is outer]
    # The limit may come in as a parameter: ``draw(1_000_000_000)``.
    large = any(_is_large(value) for one in own for value in one.arguments)
    return Counter(one.method for one in found), not large and _says_different(outer)


def _is_large(value: Value) -> bool:
    known = value.constant
    return isinstance(known, int) and known >= _LARGE


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
