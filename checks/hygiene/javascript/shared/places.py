"""Where a piece of a test stands: its statement, its test, what is around it."""

from __future__ import annotations

import bisect
from collections.abc import Iterator

import tree_sitter

from checks.languages.javascript.blocks import Block
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import FUNCTIONS, bare
from checks.languages.syntax.located import MAX_ANCESTORS, Located, Place

_MOST_FOLLOWING = 50
_LISTS = ("class_static_block", "program", "statement_block", "switch_case", "switch_default")


def statement(located: Located) -> Located:
    """The statement that holds it: the last node below a block or the file."""
    return located.statement(_LISTS)


def siblings(located: Located) -> list[tree_sitter.Node]:
    """The statements of the block in which the statement of ``located`` stands."""
    above = statement(located).place[2]
    if above is None:
        return []
    file, block = located.file, above[0]
    return file.remember((statements, block.id), lambda: statements(block))


def statements(block: tree_sitter.Node) -> list[tree_sitter.Node]:
    """The statements of a block, without comments."""
    return [one for one in block.named_children if one.type not in ("comment", "empty_statement")]


def following(located: Located) -> list[tree_sitter.Node]:
    """The statements after it in its block, the first fifty of them."""
    every = siblings(located)
    index = bisect.bisect_left(every, located.node.end_byte, key=lambda one: one.start_byte)
    return every[index : index + _MOST_FOLLOWING]


def stands_in(located: Located, block: Block) -> bool:
    """Whether the function of the block runs it itself, not a function in it."""
    return block.callback is not None and located.names.function.node == block.callback


def own_block(file: JavaScriptFile, located: Located) -> Block | None:
    """The test or hook whose function runs it itself."""
    block = file.block_at(located.node)
    return block if block is not None and stands_in(located, block) else None


def test_around(file: JavaScriptFile, node: tree_sitter.Node) -> Block | None:
    """The test in whose function a node stands, at any depth."""
    block = file.block_at(node)
    while block is not None and not block.is_test:
        block = block.parent
    return block


def is_awaited(located: Located) -> bool:
    """Whether the value is awaited, returned, or what a function without a block gives."""
    place = located.place
    kinds = located.file.grammar.kinds
    for _ in range(10):
        above = place[2]
        if above is None:
            return False
        kind = kinds[above[1]]
        if kind in ("await_expression", "return_statement", "yield_expression"):
            return True
        if kind == "arrow_function":
            return True
        if kind not in ("parenthesized_expression", "as_expression", "non_null_expression"):
            return False
        place = above
    return False


def is_statement(located: Located) -> bool:
    """Whether it is a statement of its own, awaited or not."""
    above = located.parent
    for _ in range(5):
        if above is None or above.kind not in ("await_expression", "parenthesized_expression"):
            break
        above = above.parent
    return above is not None and above.kind == "expression_statement"


def within_kinds(located: Located, *kinds: str) -> Iterator[Located]:
    """The nodes of these kinds around it, up to the function that runs it."""
    return located.around(*kinds, up_to=FUNCTIONS)


def functions_around(located: Located) -> Iterator[Place]:
    """The functions around it, innermost first."""
    place = located.place[2]
    kinds = located.file.grammar.kinds
    for _ in range(MAX_ANCESTORS):
        if place is None:
            return
        if kinds[place[1]] in FUNCTIONS:
            yield place
        place = place[2]


def text(file: JavaScriptFile, node: tree_sitter.Node | None, limit: int = 60) -> str:
    """What is written, on one line and cut where it is long."""
    if node is None:
        return ""
    plain = " ".join(file.text_of(node).split())
    return plain if len(plain) <= limit else f"{plain[: limit - 1]}…"


def promise_of(node: tree_sitter.Node) -> tree_sitter.Node:
    """The expression that is awaited, when it is one that is."""
    node = bare(node)
    if node.type == "await_expression" and node.named_children:
        return bare(node.named_children[0])
    return node


def runs_in_cypress(file: JavaScriptFile) -> bool:
    """Whether the file gives commands to Cypress, which runs what ``then`` is given in its turn.

    Source: https://docs.cypress.io/app/core-concepts/introduction-to-cypress#Commands-Are-Asynchronous
    """
    return any((call.name or "").startswith(("cy.", "Cypress.")) for call in file.calls())
