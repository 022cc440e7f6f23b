"""Environment variables that a test puts back although they may not have been set."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.hygiene.javascript.shared.places import text
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import FUNCTIONS, bare
from checks.languages.syntax.located import Located
from checks.languages.syntax.scopes import Bound

_SET = frozenset(
    {"HOME", "HOMEPATH", "LANG", "LOGNAME", "NODE_ENV", "PATH", "PWD", "SHELL", "TEMP", "TERM",
     "TMP", "TMPDIR", "TZ", "USER", "USERPROFILE"}
)  # fmt: skip
"""Variables that as a rule are set; ``TZ`` is set by many runs of tests."""
_ENV = "process.env"


def back_as_text(file: JavaScriptFile) -> Iterator[tuple[Located, str]]:
    """Assignments that may put the text ``undefined`` into the environment: place and target.

    Node.js makes a string of what is assigned to a property of ``process.env``:
    https://nodejs.org/api/process.html#processenv.
    """
    for one in file.nodes("assignment_expression"):
        left, right = one.child("left"), one.child("right")
        if left is None or right is None:
            continue
        name, value = _variable(file, left, one), bare(right)
        if not name or name in _SET or value.type != "identifier":
            continue
        if file.block_at(one.node) is None or _is_guarded(file, one, file.text_of(value)):
            continue
        if _was_read(file, one, value, name):
            yield one, text(file, left)


def _variable(file: JavaScriptFile, node: tree_sitter.Node, at: Located) -> str:
    """The variable of the environment that an expression is, empty when it is none."""
    node = bare(node)
    if node.type not in ("member_expression", "subscript_expression"):
        return ""
    owner = node.child_by_field_name("object")
    if owner is None or file.resolve(owner, at.names) != _ENV:
        return ""
    key = node.child_by_field_name("property")
    if key is not None:
        return file.text_of(key)
    index = node.child_by_field_name("index")
    return "" if index is None else file.string(index) or file.text_of(index)


def _was_read(file: JavaScriptFile, at: Located, value: tree_sitter.Node, name: str) -> bool:
    """Whether the value is what the same variable held before, and nothing else."""
    found = [
        one
        for one in at.names.find(file.text_of(value))
        if one.value is not None and one.how in (Bound.VALUE, Bound.ASSIGNED)
    ]
    return bool(found) and all(
        one.value is not None and _variable(file, one.value, at) == name for one in found
    )


def _is_guarded(file: JavaScriptFile, at: Located, value: str) -> bool:
    """Whether it is looked at first whether there was a value."""
    for above in at.ancestors():
        if above.kind in ("if_statement", "ternary_expression"):
            condition = above.child("condition")
            if condition is not None and value in file.text_of(condition):
                return True
        if above.kind in ("binary_expression", "switch_statement"):
            return True
        if above.kind in FUNCTIONS:
            return any(
                value in file.text_of(condition)
                for one in file.within(above.node, "if_statement")
                if one.node.end_byte <= at.node.start_byte
                and (condition := one.child("condition")) is not None
            )
    return False
