"""Mappings as a call opens them: what ``**options`` hands on, and what ``TABLE["key"]`` is.

Read are displays, ``dict(…)``, copies with more entries, what a function of the file returns at
its only ``return``, and entries that are put in between. What is not known is said to be so:
nothing here guesses that an entry is absent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import re2
import tree_sitter

from checks.languages.python import evaluate, grammar
from checks.languages.python.unknown import UNKNOWN

if TYPE_CHECKING:
    from checks.languages.python.context import Context
    from checks.languages.python.evaluate import Part
    from checks.languages.python.module import Module

MAX_NESTED = 6
_MAX_SCANNED = 20_000
_MAX_RETURNS = 3

Entries = dict[object, "Part"]


def opened(
    module: Module, node: tree_sitter.Node, context: Context, call: tree_sitter.Node
) -> tuple[Entries, bool]:
    """The entries of a mapping that a call opens, and whether there are no others.

    Args:
        module: the file.
        node: the expression after ``**``.
        context: where it stands.
        call: the call.
    """
    entries, whole = entries_of(module, node, context)
    if node.type == "identifier":
        whole = _changed(module, node, context, call, entries) and whole
    return entries, whole


def entries_of(
    module: Module, node: tree_sitter.Node, context: Context, depth: int = 0
) -> tuple[Entries, bool]:
    """The entries that an expression's mapping has, and whether there are no others."""
    if depth > MAX_NESTED:
        return {}, False
    node, context = evaluate.origin(module, node, context)
    if node.type == "dictionary":
        return _of_display(module, node, context, depth)
    if node.type == "binary_operator" and evaluate.operator_of(node) == "|":
        left = node.child_by_field_id(grammar.LEFT)
        right = node.child_by_field_id(grammar.RIGHT)
        if left is not None and right is not None:
            return _over(
                entries_of(module, left, context, depth + 1),
                entries_of(module, right, context, depth + 1),
            )
    if node.type == "call":
        return _of_call(module, node, context, depth)
    return {}, False


def _over(below: tuple[Entries, bool], above: tuple[Entries, bool]) -> tuple[Entries, bool]:
    """One mapping's entries over another's; those that an unknown one may hide are not known."""
    if not above[1]:
        return dict(above[0]), False
    return {**below[0], **above[0]}, below[1]


def _of_display(
    module: Module, node: tree_sitter.Node, context: Context, depth: int
) -> tuple[Entries, bool]:
    found: tuple[Entries, bool] = {}, True
    for one in evaluate.children(node)[: evaluate.MAX_ELEMENTS]:
        if one.type == "dictionary_splat":
            inner = one.named_children
            part = entries_of(module, inner[0], context, depth + 1) if inner else ({}, False)
            found = _over(found, part)
            continue
        key = one.child_by_field_id(grammar.KEY)
        value = one.child_by_field_id(grammar.VALUE)
        name = UNKNOWN if key is None else evaluate.constant(module, key, context)
        if value is None or not isinstance(name, (str, bytes, int, float)):
            found = found[0], False
        else:
            found[0][name] = (value, context)
    return found


def _of_call(
    module: Module, node: tree_sitter.Node, context: Context, depth: int
) -> tuple[Entries, bool]:
    function = node.child_by_field_id(grammar.FUNCTION)
    name = None if function is None else module.resolve(function, context)
    if name == "dict":
        return _of_dict(module, node, context, depth)
    if function is None or name is None or function.type != "identifier":
        return {}, False
    return _returned(module, node, module.text_of(function), name, context, depth)


def _of_dict(
    module: Module, node: tree_sitter.Node, context: Context, depth: int
) -> tuple[Entries, bool]:
    """``dict(other, key=value, **more)``."""
    found: tuple[Entries, bool] = {}, True
    for one in evaluate.argument_nodes(node):
        name, value = one.child_by_field_id(grammar.NAME), one.child_by_field_id(grammar.VALUE)
        if one.type == "keyword_argument" and name is not None and value is not None:
            found[0][module.text_of(name)] = (value, context)
        elif one.type == "dictionary_splat" and one.named_children:
            found = _over(found, entries_of(module, one.named_children[0], context, depth + 1))
        else:
            found = _over(found, entries_of(module, one, context, depth + 1))
    return found


def _returned(
    module: Module,
    call: tree_sitter.Node,
    name: str,
    qualified: str,
    context: Context,
    depth: int,
) -> tuple[Entries, bool]:
    """What a function of the file returns; its parameters stand for what the call gives them."""
    functions = module.functions_by_name.get(name, ())
    if len(functions) != 1 or not qualified.endswith(f":{name}") or functions[0].is_method:
        return {}, False
    function = functions[0]
    returns = [one for one in function.own("return_statement") if one.node.named_children]
    if len(returns) != 1 or function.is_generator or function.decorators:
        return {}, False
    given = returns[0].node.named_children[0]
    entries, whole = entries_of(module, given, returns[0].context, depth + 1)
    parameters = {one.name: one for one in function.parameters}
    found: Entries = {}
    for key, (node, where) in entries.items():
        known = (node, where)
        if node.type == "identifier" and module.text_of(node) in parameters:
            known = _given(module, call, context, [*parameters], module.text_of(node)) or known
        found[key] = known
    return found, whole


def _given(
    module: Module, call: tree_sitter.Node, context: Context, names: list[str], wanted: str
) -> Part | None:
    """The argument of a call that a parameter stands for; ``None`` for its default."""
    for index, one in enumerate(evaluate.argument_nodes(call)):
        if one.type == "keyword_argument":
            name = one.child_by_field_id(grammar.NAME)
            value = one.child_by_field_id(grammar.VALUE)
            if name is not None and value is not None and module.text_of(name) == wanted:
                return value, context
        elif one.type in ("list_splat", "dictionary_splat"):
            return None
        elif index < len(names) and names[index] == wanted:
            return one, context
    return None


def _changed(
    module: Module,
    name: tree_sitter.Node,
    context: Context,
    call: tree_sitter.Node,
    entries: Entries,
) -> bool:
    """Put in what is put into a named mapping before a call; whether all of that is known.

    Only what stands on the way to the call for certain is put in: in its own block, or in a block
    around it.
    """
    text = module.text_of(name)
    whole = True
    where = module.tree.root_node if context.function is None else context.function.node
    for one in module.within(where, "assignment", "augmented_assignment", "call"):
        if one.node.start_byte >= call.start_byte:
            continue
        if one.kind == "call":
            function = one.child("function")
            written = "" if function is None else module.text_of(function)[:80]
            owner, _, method = written.rpartition(".")
            if owner == text and method in ("update", "setdefault", "pop", "clear"):
                whole = False
            continue
        left = one.child("left")
        if left is None or one.kind != "assignment":
            whole = whole and (left is None or module.text_of(left)[:80] != text)
            continue
        owner_node = left.child_by_field_id(grammar.VALUE) if left.type == "subscript" else None
        if owner_node is None or module.text_of(owner_node)[:80] != text:
            continue
        key_node = left.child_by_field_name("subscript")
        right = one.child("right")
        key = UNKNOWN if key_node is None else evaluate.constant(module, key_node, one.context)
        statement = one.node.parent
        block = None if statement is None else statement.parent
        if not isinstance(key, str) or right is None:
            whole = False
        elif block is None or not block.start_byte <= call.start_byte < block.end_byte:
            entries.pop(key, None)
            whole = False
        else:
            entries[key] = (right, one.context)
    return whole


def item(module: Module, node: tree_sitter.Node, context: Context) -> Part | None:
    """What ``TABLE["key"]`` is, for a table that is made once and never written to."""
    owner = node.child_by_field_id(grammar.VALUE)
    key_node = node.child_by_field_name("subscript")
    if owner is None or key_node is None or owner.type not in ("identifier", "attribute"):
        return None
    key = evaluate.constant(module, key_node, context)
    if not isinstance(key, (str, bytes, int)) or isinstance(key, bool):
        return None
    made, where = evaluate.origin(module, owner, context, items=False)
    if made is owner or made.end_byte - made.start_byte > _MAX_SCANNED:
        return None
    if _is_written(module, module.text_of(owner)):
        return None
    if made.type in ("list", "tuple"):
        items = evaluate.children(made)
        if not isinstance(key, int) or any(one.type == "list_splat" for one in items):
            return None
        return (items[key], where) if -len(items) <= key < len(items) else None
    return entries_of(module, made, where)[0].get(key)


def _is_written(module: Module, name: str) -> bool:
    """Whether anything in the file writes to the entries of a name."""

    def scan() -> bool:
        written = re2.escape(name[:80].rpartition(".")[2]).encode()
        pattern = (
            rb"\b" + written + rb"(?:\s*\[[^\]\n]*\]\s*(?:=[^=]|[-+|*/]=)"
            rb"|\.(?:update|setdefault|pop|popitem|clear|append|insert|extend|sort|reverse)\s*\()"
        )
        return re2.search(pattern, module.source.data) is not None

    return module.remember((_is_written, name), scan)
