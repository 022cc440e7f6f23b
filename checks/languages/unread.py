"""What of a file its parser could not read: the same for every language."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tree_sitter

from checks.model import Lines

MAX_ERROR_LIMITS = 5
"""How many unreadable places are named one by one."""


def error_nodes(root: tree_sitter.Node) -> list[tree_sitter.Node]:
    """The outermost ERROR and missing nodes of a tree, in order."""
    found, stack = [], [root]
    while stack:
        node = stack.pop()
        if node.is_missing or node.is_error:
            found.append(node)
        elif node.has_error:
            stack.extend(reversed(node.children))
    return found


def unread_lines(
    root: tree_sitter.Node, lines: Callable[[tree_sitter.Node], Lines], whole: tuple[str, ...]
) -> list[Lines]:
    """The lines that could not be read, those that touch each other as one.

    One bad line can make the parser put the whole file under one ERROR node; the statements that
    it recognised in there were read all the same and are not counted.

    Args:
        root: of the tree.
        lines: the lines that a node touches.
        whole: how the kinds end of what was read in spite of an error around it.
    """
    found: list[Lines] = []
    for node in error_nodes(root):
        pieces = node.children if node.is_error else []
        rest = [one for one in pieces if not one.type.endswith(whole)]
        for piece in rest or [node]:
            first, last = lines(piece)
            if found and first <= found[-1].end + 1:
                found[-1] = Lines(found[-1].start, max(last, found[-1].end))
            else:
                found.append(Lines(first, last))
    return found


def limits(unread: Sequence[Lines], too_deep: int | None) -> list[str]:
    """What of a file the checks do not see, in plain words.

    Args:
        unread: the lines that could not be read.
        too_deep: the depth from which code was read without its scopes; ``None`` when all was
            above it.
    """
    found = []
    for first, last in unread[:MAX_ERROR_LIMITS]:
        where = f"line {first}" if first == last else f"lines {first}-{last}"
        found.append(f"{where} could not be parsed")
    if len(unread) > MAX_ERROR_LIMITS:
        found.append(f"{len(unread) - MAX_ERROR_LIMITS} more places could not be parsed")
    if too_deep is not None:
        found.append(f"code nested more than {too_deep} deep was read without its scopes")
    return found
