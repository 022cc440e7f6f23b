"""Variables that a goroutine of a test writes while the test uses them."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.hygiene.go.shared.places import following, holds_word
from checks.languages.go.file import GoFile
from checks.languages.go.grammar import FUNCTIONS
from checks.languages.syntax.located import Located

_WAITS = ("<-", ".Wait(", ".Lock(", "Eventually(", "select {", ".Join(", "WaitFor")
"""What stands in a statement behind which the goroutine may be done."""

_NEAR = 20
"""Statements behind a ``go`` statement that are looked at."""


def shared_errors(file: GoFile) -> Iterator[tuple[Located, str, tree_sitter.Node]]:
    """Errors of a function that its goroutine writes: where, the name, and who uses it meanwhile.

    Only where nothing waits between the ``go`` statement and the use.
    """
    for one in file.nodes("assignment_statement"):
        left = one.child("left")
        for name in () if left is None else left.named_children:
            text = file.text_of(name)
            if name.type != "identifier" or not text.startswith("err"):
                continue
            runner = _goroutine(one)
            owner = one.names.owner(text)
            if runner is None or owner is None or _is_inside(owner.node, runner.node):
                continue
            use = _used_meanwhile(file, runner, text)
            if use is not None:
                yield one, text, use


def _goroutine(one: Located) -> Located | None:
    """The ``go`` statement whose function holds it."""
    functions = 0
    for above in one.ancestors():
        if above.kind == "go_statement":
            return above if functions == 1 else None
        if above.kind in FUNCTIONS:
            functions += 1
    return None


def _is_inside(node: tree_sitter.Node, other: tree_sitter.Node) -> bool:
    return other.start_byte <= node.start_byte and node.end_byte <= other.end_byte


def _used_meanwhile(file: GoFile, runner: Located, name: str) -> tree_sitter.Node | None:
    """The statement behind the ``go`` statement that uses the name before anything waits."""
    for statement in following(runner)[:_NEAR]:
        text = file.text_of(statement)
        if any(mark in text for mark in _WAITS):
            return None
        if not holds_word(text, name):
            continue
        if statement.type in ("go_statement", "defer_statement") or "func(" in text:
            return None
        if statement.type == "if_statement" and f"{name} := " in text:
            continue
        return statement
    return None
