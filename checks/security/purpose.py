"""What a value is for: where it goes from the expression that makes it, in the words of the code.

A digest, a random number or a text of an exception is harmless or grave by what becomes of it. The
way of a value is followed up through the expression that holds it, and on through the names that
it is assigned to, within one function. Names are read as words; nothing is looked up elsewhere.
"""

from __future__ import annotations

import bisect
import functools
import itertools
from collections.abc import Iterable, Iterator

import tree_sitter

from checks.events import Call, Function, Module, calls_of
from checks.languages.python import grammar
from checks.languages.python.context import Context, Located, Place
from checks.light import dataclass
from checks.secrets.naming import words_of

MAX_USES = 8
"""Uses of one name that are followed."""

MAX_DESTINATIONS = 60
MAX_CALLS = 300
"""Calls of one function that are looked through for something that belongs together."""

_ENDINGS = ("_statement", "_clause", "_definition")
_MAX_NODES = 50_000
_MAX_TEXT = 120
_MAX_STRINGS = 200

_ASSIGNING = frozenset({"assignment", "augmented_assignment", "named_expression"})
_ENDS = frozenset({"block", "module", "lambda"})


@dataclass(frozen=True, slots=True)
class Destination:
    """One place that a value comes to.

    ``how`` is ``target`` (a name, attribute or element that it is assigned to), ``keyword`` (an
    argument's name), ``key`` (of a dictionary), ``argument`` (of a call: ``name`` is what is
    called), ``input`` (of ``value.update(name)``), ``returned`` (``name`` is the function) or
    ``compared`` (``name`` is the other side).
    """

    how: str
    name: str
    node: tree_sitter.Node


def destinations(start: Located, depth: int = 2, *, in_parts: bool = False) -> list[Destination]:
    """Where the value of an expression goes, near places first; bounded.

    Args:
        start: the expression.
        depth: how many names it is followed through.
        in_parts: follow also what it is made a part of: ``answer`` of ``answer["trace"] = value``.
    """
    found: list[Destination] = []
    for one in _follow(start, depth, in_parts=in_parts):
        found.append(one)
        if len(found) >= MAX_DESTINATIONS:
            break
    return found


def words_in(texts: Iterable[str]) -> frozenset[str]:
    """The words of some pieces of code, in lower case."""
    return frozenset(word for text in texts for word in words_of(text[:_MAX_TEXT]))


@functools.lru_cache(maxsize=64)
def strings_of(function: Function) -> frozenset[str]:
    """The words of the texts that stand in a function, its documentation left out."""
    docstring = function.docstring
    texts = []
    for one in function.module.within(function.node, "string"):
        if one.span != docstring:
            texts.append(one.text)
        if len(texts) >= _MAX_STRINGS:
            break
    return words_in(texts)


@functools.lru_cache(maxsize=8)
def calls_in(module: Module, function: Function | None) -> tuple[Call, ...]:
    """The first calls of a function, or of the module where there is none; bounded."""
    node = None if function is None else function.node
    return tuple(itertools.islice(calls_of(module, node), MAX_CALLS))


def uses(module: Module, context: Context, name: str, after: int = 0) -> Iterator[Located]:
    """The places after a byte at which a name stands, in the function that a context is in."""
    function = context.function
    root = module.context if function is None else function.inner
    places = _identifiers(module, root).get(name, [])
    first = bisect.bisect_left(places, after, key=lambda place: place[0].start_byte)
    for place in places[first : first + MAX_USES]:
        yield Located(module, place)


def _follow(start: Located, depth: int, *, in_parts: bool = False) -> Iterator[Destination]:
    module = start.module
    below = start.node
    for above in start.ancestors():
        kind = above.kind
        node = above.node
        if kind in _ENDS or (kind != "for_in_clause" and kind.endswith(_ENDINGS)):
            if kind == "return_statement" and above.function is not None:
                yield Destination("returned", above.function.name, node)
            return
        if kind == "keyword_argument":
            name = node.child_by_field_id(grammar.NAME)
            yield Destination("keyword", "" if name is None else module.text_of(name), node)
        elif kind == "pair":
            key = node.child_by_field_id(grammar.KEY)
            if key is not None and key != below:
                yield Destination("key", module.text_of(key)[:_MAX_TEXT], node)
        elif kind == "call":
            yield from _through_call(module, node, below)
        elif kind == "comparison_operator":
            for side in node.named_children:
                if side != below:
                    yield Destination("compared", module.text_of(side)[:_MAX_TEXT], node)
            return
        elif kind in _ASSIGNING:
            yield from _through_assignment(above, below, depth, in_parts=in_parts)
        below = node


def _through_call(
    module: Module, node: tree_sitter.Node, below: tree_sitter.Node
) -> Iterator[Destination]:
    function = node.child_by_field_id(grammar.FUNCTION)
    if function is None:
        return
    if below != function:
        yield Destination("argument", module.text_of(function)[-_MAX_TEXT:], node)
        return
    method = function.child_by_field_id(grammar.ATTRIBUTE) if function.type == "attribute" else None
    arguments = node.child_by_field_id(grammar.ARGUMENTS)
    if method is not None and arguments is not None and module.text_of(method) == "update":
        yield Destination("input", module.text_of(arguments)[:_MAX_TEXT], arguments)


def _through_assignment(
    above: Located, below: tree_sitter.Node, depth: int, *, in_parts: bool
) -> Iterator[Destination]:
    left = above.child("left") or above.child("name")
    if left is None or left == below:
        return
    text = above.module.text_of(left)
    yield Destination("target", text[:_MAX_TEXT], left)
    if in_parts and left.type == "subscript":
        owner = left.child_by_field_id(grammar.VALUE)
        if owner is not None and owner.type == "identifier":
            left, text = owner, above.module.text_of(owner)
    if left.type == "identifier" and depth > 0:
        for use in uses(above.module, above.context, text, above.node.end_byte):
            yield from _follow(use, depth - 1, in_parts=in_parts)


@functools.lru_cache(maxsize=8)
def _identifiers(module: Module, root: Context) -> dict[str, list[Place]]:
    """The identifiers of a function or module by their text, each with its place."""
    node = module.tree.root_node if root.kind == "module" else root.node
    first: Place = (node, min(node.kind_id, grammar.ERROR), None, root)
    found: dict[str, list[Place]] = {}
    stack = [first]
    count = 0
    while stack and count < _MAX_NODES:
        place = stack.pop()
        count += 1
        for child in reversed(place[0].named_children):
            kind = min(child.kind_id, grammar.ERROR)
            stack.append((child, kind, place, root))
        if place[0].type == "identifier" and not _is_label(place):
            found.setdefault(module.text_of(place[0]), []).append(place)
    return found


def _is_label(place: Place) -> bool:
    """Whether an identifier is the name of an attribute or of a keyword, and no variable."""
    above = place[2]
    if above is None or above[0].type not in ("attribute", "keyword_argument"):
        return False
    field = grammar.ATTRIBUTE if above[0].type == "attribute" else grammar.NAME
    return above[0].child_by_field_id(field) == place[0]
