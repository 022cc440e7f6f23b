"""The one walk over a syntax tree, in any language but Python.

It records every node that a check could listen to with the place where it stands, opens scopes
and binds names as the language's handlers say. It is iterative, so no depth of nesting can exhaust
a stack, and it never asks a node for its parent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import tree_sitter

from checks.languages.python.parse import Expired
from checks.languages.syntax.grammar import COMMENT, RECORD
from checks.languages.syntax.located import Place
from checks.languages.syntax.scopes import Scope

if TYPE_CHECKING:
    from checks.languages.syntax.source_file import SourceFile

_CHECK_EVERY = 2_000
"""Nodes between two looks at the deadline."""

Handler: TypeAlias = Callable[[Place], "Scope | None"]
"""Looks at one node; gives the scope of what stands in it, ``None`` when that does not change."""

Handlers: TypeAlias = Mapping[str, Handler]
"""The handlers by the grammar's kind names."""


def walk(
    file: SourceFile, root: tree_sitter.Node, handlers: Handlers, expired: Callable[[], bool]
) -> None:
    """Fill ``file`` from its tree.

    Raises:
        Expired: the time was over before the end.
    """
    grammar = file.grammar
    table = [handlers.get(name) for name in grammar.kinds]
    actions, error = grammar.actions, grammar.error
    places, comments = file.places, file.comment_nodes
    stack: list[Place] = [(root, min(root.kind_id, error), None, file.names)]
    countdown = _CHECK_EVERY
    while stack:
        place = stack.pop()
        node, kind, _, scope = place
        countdown -= 1
        if not countdown:
            countdown = _CHECK_EVERY
            if expired():
                raise Expired
        places[kind].append(place)
        handler = table[kind]
        if handler is not None and (inner := handler(place)) is not None:
            scope = inner
        children = node.named_children
        if len(children) > 1:
            children.reverse()
        for child in children:
            number = child.kind_id
            if number > error:
                number = error
            elif (action := actions[number]) != RECORD:
                if action == COMMENT:
                    comments.append(child)
                continue
            stack.append((child, number, place, scope))
    comments.sort(key=_start)


def _start(node: tree_sitter.Node) -> int:
    return node.start_byte
