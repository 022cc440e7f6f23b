"""The check ``none-result-compared``: the result of a method that returns None is compared."""

from __future__ import annotations

import tree_sitter

from checks.events import Call, Value, as_call
from checks.hygiene.shared.assertions import is_assertion
from checks.hygiene.shared.blocks import holders, mentions
from checks.hygiene.shared.conditions import bare, comparison
from checks.languages.python.context import Located
from checks.model import Aspect, Confidence, Edit, Severity
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_LIST = frozenset({"sort", "reverse", "append", "extend", "insert", "clear"})
_DICT = frozenset({"update", "clear"})
_SET = frozenset({"add", "update", "discard", "clear", "remove"})
_OF_KIND = {"list": _LIST, "dict": _DICT, "set": _SET}
_LIST_MAKERS = frozenset({"list", "sorted"})
_LIST_METHODS = frozenset({"split", "splitlines", "readlines", "rsplit"})
_ONLY_LISTS = frozenset({"append", "extend", "insert"})
_EQUALS = frozenset(
    {"assertEqual", "assertEquals", "assertListEqual", "assertNotEqual", "assertCountEqual",
     "assertSequenceEqual", "assertDictEqual", "assertItemsEqual"}
)  # fmt: skip
_MAX_DEPTH = 4


@check(
    id="none-result-compared",
    title="Result of an in-place method is compared",
    aspect=Aspect.ERRORS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    once=True,
    on=calls("*.{sort,reverse,append,extend,insert,clear,update,add,discard,remove}",
             "random.shuffle"),
    cwe=(670,),
)  # fmt: skip
def none_result_compared(call: Call, report: Report) -> None:
    """Methods that change a list in place return None: comparing what they return compares None.

    Why:
        `left.sort() == right.sort()` is `None == None`: the test passes whatever the lists hold.
    Bad:
        # file: tests/test_images.py
        class ImageTests(unittest.TestCase):
            def test_names(self):
                names = [one.name for one in self.images]
                names = names.sort()
                self.assertEqual(self.sanitized, names)
    Bad:
        # file: tests/test_images.py
        def test_same(left, right):
            assert left.sort() == right.sort()
    Good:
        # file: tests/test_images.py
        def test_same(left, right):
            assert sorted(left) == sorted(right)
    Good:
        # file: tests/test_users.py
        def test_order(users):
            rows = users.find({"active": True}).sort("name")
            assert rows[0].name == "ann"
    Suppress:
        Where the object is no list and its method does return something, say so.
    """
    if call.name == "random.shuffle":
        thing = call.arguments[0] if call.arguments else None
    else:
        thing = call.receiver
    if thing is None or call.is_awaited:
        return
    if call.assigned_to:
        _assigned(call, thing, report)
    else:
        _compared(call, thing, report)


def _assigned(call: Call, thing: Value, report: Report) -> None:
    name = call.assigned_to
    above = call.parent
    target = None if above is None else above.child("left")
    if target is None or target.type != "identifier":
        return
    use = _asserted_later(call, name)
    if use is None or not (_returns_none(call, thing) or _is_in_place(call, use, name)):
        return
    same = thing.text == name
    report(
        at=call,
        message=f"`{name}` is None: `{call.target.short}` changes `{thing.short}` in place.",
        why="The assertion below compares None with what it gets, not the values.",
        fix=f"Use `{_instead(call, thing) or 'the object itself'}`.",
        edits=_edits(call, thing) if same or not _is_mentioned_after(call, thing.text) else [],
    )


def _compared(call: Call, thing: Value, report: Report) -> None:
    """``a.sort() == b.sort()`` and ``assertEqual(a.sort(), b.sort())``."""
    sides = _sides(call)
    if sides is None:
        return
    left, right, place = sides
    other = right if bare(left) == call.node else left
    other_call = _call_at(call, bare(other))
    both = other_call is not None and (
        _is_void_like(other_call)
        or (other_call.receiver is not None and _returns_none(other_call, other_call.receiver))
    )
    if not both and not (bare(other).type == "none" or _returns_none(call, thing)):
        return
    if bare(other).type == "none" or (both and bare(other) == call.node):
        return
    if bare(right) == call.node and (both or _is_in_place_like(other_call)):
        return  # Said once, at the left side.
    edits = []
    if both and other_call is not None and other_call.receiver is not None:
        mine = _edits(call, thing)
        theirs = _edits(other_call, other_call.receiver)
        end = place.span.end
        later = any(
            _is_mentioned_after_offset(call, text, end)
            for text in (thing.text, other_call.receiver.text)
        )
        edits = [*mine, *theirs] if mine and theirs and not later else []
    report(
        at=call,
        message=f"`{call.target.short}` changes `{thing.short}` in place and returns None.",
        why="Both sides are None, so the test passes whatever the values are."
        if both
        else "The comparison is with None, not with the values.",
        fix=f"Compare `{_instead(call, thing) or thing.short}`.",
        edits=edits,
    )


def _is_in_place_like(call: Call | None) -> bool:
    return call is not None and call.receiver is not None and call.method in _LIST | _DICT | _SET


def _sides(call: Call) -> tuple[tree_sitter.Node, tree_sitter.Node, Located] | None:
    """The two sides of the assertion's comparison that the call is one of."""
    for above in call.ancestors():
        if above.kind in ("block", "module"):
            return None
        outer = as_call(above)
        if outer is not None:
            if outer.method not in _EQUALS or len(outer.arguments) < 2:
                return None
            left, right = outer.arguments[0].node, outer.arguments[1].node
            return (left, right, outer) if call.node in (bare(left), bare(right)) else None
        if above.kind == "comparison_operator":
            pair = comparison(above.node)
            if pair is None or pair.operator not in ("==", "!="):
                return None
            if call.node not in (bare(pair.left), bare(pair.right)):
                return None
            held = any(
                one.kind == "assert_statement"
                or ((made := as_call(one)) is not None and is_assertion(made))
                for one in above.ancestors()
            )
            return (pair.left, pair.right, above) if held else None
    return None


def _call_at(call: Call, node: tree_sitter.Node) -> Call | None:
    if node.type != "call":
        return None
    for one in call.module.within(call.statement.node, "call"):
        if one.node == node:
            return Call(one.module, one.place)
    return None


def _is_void_like(call: Call) -> bool:
    """``x.sort()`` on a plain name or attribute, with nothing that a query would take."""
    receiver = call.receiver
    return (
        call.method in ("sort", "reverse", "update", "extend", "append")
        and receiver is not None
        and receiver.node.type in ("identifier", "attribute")
        and not (call.method in ("sort", "reverse") and call.arguments)
    )


def _is_in_place(call: Call, use: Located, name: str) -> bool:
    """Whether the other side of the later comparison is the result of such a method as well."""
    if not _is_void_like(call):
        return False
    pair = next(
        (
            found
            for one in call.module.within(use.node, "comparison_operator")
            if (found := comparison(one.node)) is not None
        ),
        None,
    )
    if pair is not None:
        sides = [pair.left, pair.right]
    else:
        asserting = as_call(use) or next(
            (made for one in call.module.within(use.node, "call")
             if (made := as_call(one)) is not None and made.method in _EQUALS), None
        )  # fmt: skip
        sides = [] if asserting is None else [one.node for one in asserting.arguments[:2]]
    for side in sides:
        if call.module.text_of(side) == name or side.type not in ("identifier", "call"):
            continue
        value = Value(call.module, side, call.context)
        node = value.origin.node
        origin = None if node.type != "call" else _find_call(call, node)
        if origin is not None and _is_void_like(origin):
            return True
    return False


def _find_call(call: Call, node: tree_sitter.Node) -> Call | None:
    if call.function is None:
        return None
    for one in call.module.within(call.function.node, "call"):
        if one.node == node:
            return Call(one.module, one.place)
    return None


def _returns_none(call: Call, thing: Value) -> bool:
    """Whether the object is known to be a list, dict or set whose method this is."""
    if call.name == "random.shuffle":
        return True
    kind = _kind(thing, call, 0)
    return call.method in _OF_KIND.get(kind, ())


def _kind(thing: Value, call: Call, depth: int) -> str:
    if depth > _MAX_DEPTH or thing.node.type not in ("identifier", "attribute"):
        return _literal_kind(thing, depth)
    kinds = set()
    for one in thing.assignments:
        if one.node == call.node:
            continue
        kinds.add(_literal_kind(one, depth))
    if len(kinds) == 1 and (kind := kinds.pop()):
        return kind
    return "list" if not kinds and _is_used_as_list(thing, call) else ""


def _literal_kind(value: Value, depth: int) -> str:
    node = bare(value.node)
    if node.type in ("list", "list_comprehension"):
        return "list"
    if node.type in ("dictionary", "dictionary_comprehension"):
        return "dict"
    if node.type in ("set", "set_comprehension"):
        return "set"
    if node.type == "call":
        name = value.callee_name or ""
        if name in _LIST_MAKERS:
            return "list"
        if name in ("dict", "set"):
            return name
        if value.text.partition("(")[0].rpartition(".")[2] in _LIST_METHODS:
            return "list"
    if node.type == "binary_operator" and depth <= _MAX_DEPTH:
        left = node.child_by_field_name("left")
        if left is not None:
            return _literal_kind(Value(value.module, left, value.context), depth + 1)
    return ""


def _is_used_as_list(thing: Value, call: Call) -> bool:
    if thing.node.type != "identifier" or call.function is None:
        return False
    return any(
        one.method in _ONLY_LISTS
        and one.receiver is not None
        and one.receiver.text == thing.text
        and one.result_is_ignored
        for located in call.module.within(call.function.node, "call")
        if (one := as_call(located)) is not None
    )


def _asserted_later(call: Call, name: str) -> Located | None:
    """The assertion that mentions the name before it gets another value."""
    function = call.function
    if function is None:
        return None
    start = call.statement.node.end_byte
    module = call.module
    assigned = holders(module, function.node, name, "assignment", after=start)
    again = next(
        (one.node.start_byte for one, child in assigned if one.child("left") == child),
        function.span.end,
    )
    for one in module.within(function.node, "assert_statement", "call", after=start):
        if one.node.start_byte >= again or one.function is not function:
            continue
        made = as_call(one)
        if made is not None and not (is_assertion(made) and made.method in _EQUALS):
            continue
        if not any(True for _ in mentions(module, one.node, name)):
            continue
        if "None" in module.text_of(one.node):
            return None  # That it is None is what the test is about.
        return one if made is not None or _compares(one, name) else None
    return None


def _compares(located: Located, name: str) -> bool:
    for one in located.module.within(located.node, "comparison_operator"):
        pair = comparison(one.node)
        if pair is not None and pair.operator in ("==", "!="):
            texts = [located.module.text_of(bare(side)) for side in (pair.left, pair.right)]
            if name in texts:
                return True
    return False


def _instead(call: Call, thing: Value) -> str:
    arguments = call.module.text_of(call.node).partition("(")[2].rpartition(")")[0].strip()
    if call.method == "sort":
        return f"sorted({thing.text}{', ' if arguments else ''}{arguments})"
    if call.method == "reverse" and not arguments:
        return f"list(reversed({thing.text}))"
    return ""


def _edits(call: Call, thing: Value) -> list[Edit]:
    if call.name == "random.shuffle" or call.arguments or "\n" in call.text:
        return []
    instead = _instead(call, thing)
    return [Edit(call.span, instead)] if instead else []


def _is_mentioned_after(call: Call, name: str) -> bool:
    return _is_mentioned_after_offset(call, name, call.statement.node.end_byte)


def _is_mentioned_after_offset(call: Call, name: str, end: int) -> bool:
    if call.function is None:
        return True
    return any(node.start_byte >= end for node in mentions(call.module, call.function.node, name))
