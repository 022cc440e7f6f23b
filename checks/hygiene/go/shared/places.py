"""Where a piece of a Go test stands: its statement, its test, what is around it."""

from __future__ import annotations

import bisect
from collections.abc import Iterator

import tree_sitter

from checks.languages.go.blocks import Block, Kind
from checks.languages.go.file import GoFile
from checks.languages.go.grammar import FUNCTIONS
from checks.languages.syntax.located import MAX_ANCESTORS, Located

_LISTS = frozenset(
    {"block", "communication_case", "default_case", "expression_case", "source_file",
     "statement_list", "type_case"}
)  # fmt: skip


def statement(located: Located) -> Located:
    """The statement that holds it: the last node below a list of statements."""
    return located.statement(_LISTS)


def statements(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    """The statements of a body, without comments."""
    inner = [one for one in node.named_children if one.type != "comment"]
    if len(inner) == 1 and inner[0].type == "statement_list":
        inner = [one for one in inner[0].named_children if one.type != "comment"]
    return inner


def following(located: Located) -> list[tree_sitter.Node]:
    """The statements after it in its list."""
    above = statement(located).place[2]
    if above is None:
        return []
    file, block = located.file, above[0]
    every = file.remember((statements, block.id), lambda: statements(block))
    return every[bisect.bisect_left(every, located.node.end_byte, key=_start) :]


def preceding(located: Located) -> list[tree_sitter.Node]:
    """The statements before it in its list."""
    above = statement(located).place[2]
    if above is None:
        return []
    file, block = located.file, above[0]
    every = file.remember((statements, block.id), lambda: statements(block))
    return every[: bisect.bisect_left(every, statement(located).node.start_byte, key=_start)]


def _start(node: tree_sitter.Node) -> int:
    return node.start_byte


def own_test(file: GoFile, located: Located) -> Block | None:
    """The test or hook whose function runs it itself, not a function in it."""
    block = file.block_at(located.node)
    if block is None:
        return None
    function = block.node if block.call is None else block.call.callback
    return block if function is not None and located.names.function.node == function else None


def own_helper(file: GoFile, located: Located) -> Block | None:
    """The helper that is handed the test, ``func get(t *testing.T, …)``, and runs it itself."""
    function = located.names.function.node
    if function.type != "function_declaration" or file.block_at(located.node) is not None:
        return None
    body = function.child_by_field_name("body")
    listed = function.child_by_field_name("parameters")
    for one in () if listed is None else listed.named_children:
        kind, name = one.child_by_field_name("type"), one.child_by_field_name("name")
        if body is None or kind is None or name is None:
            continue
        if file.text_of(kind) in ("*testing.T", "testing.TB"):
            return Block(file, Kind.HOOK, "", function, body, None, file.text_of(name))
    return None


def outermost(located: Located) -> tree_sitter.Node:
    """The function at the top of the file around it: what it defers runs after all subtests."""
    found = located.node
    for above in located.ancestors():
        if above.kind in FUNCTIONS:
            found = above.node
    return found


def is_statement(located: Located) -> bool:
    """Whether it is a statement of its own."""
    above = located.parent
    return above is not None and above.kind == "expression_statement"


def within_kinds(located: Located, *kinds: str) -> Iterator[Located]:
    """The nodes of these kinds around it, up to the function that runs it."""
    return located.around(*kinds, up_to=FUNCTIONS)


def runs_in(located: Located, kind: str) -> bool:
    """Whether a function literal around it is what a ``go`` or ``defer`` statement runs."""
    place = located.place[2]
    kinds = located.file.grammar.kinds
    for _ in range(MAX_ANCESTORS):
        if place is None:
            return False
        if kinds[place[1]] in FUNCTIONS:
            call = place[2]
            runner = None if call is None else call[2]
            return runner is not None and kinds[runner[1]] == kind
        place = place[2]
    return False


def short(file: GoFile, node: tree_sitter.Node | None, limit: int = 60) -> str:
    """What is written, on one line and cut where it is long."""
    if node is None:
        return ""
    plain = " ".join(file.text_of(node).split()).replace("`", "'")
    return plain if len(plain) <= limit else f"{plain[: limit - 1]}…"


def holds_word(text: str, word: str) -> bool:
    """Whether a text holds a word, not as a part of a longer one and not behind a dot."""
    start = 0
    while (at := text.find(word, start)) >= 0:
        before, after = text[at - 1 : at], text[at + len(word) : at + len(word) + 1]
        if not (before.isalnum() or before in ("_", ".")) and not (after.isalnum() or after == "_"):
            return True
        start = at + len(word)
    return False
