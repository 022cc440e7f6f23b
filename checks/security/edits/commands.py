"""A command line for a shell becomes a list of arguments, which needs none."""

from __future__ import annotations

from checks.events import Call
from checks.model import Edit
from checks.security.edits.arguments import without
from checks.security.edits.pieces import Hole, Piece, formatted, pieces_of

_ACTIVE = frozenset("|&;<>()$`\\\"'*?[]#~%{}!\n\r\t")
"""What a shell gives a meaning (POSIX.1-2017, Shell Command Language, 2.2)."""
_RUNNERS = frozenset(
    f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "Popen")
)


def as_list(call: Call) -> list[Edit]:
    """``run(f"tar czf {name}", shell=True)`` as ``run(["tar", "czf", name])``.

    Only where the whole command stands in the call and holds nothing that a shell gives a meaning.
    """
    shell = call.argument(None, "shell")
    if call.name not in _RUNNERS or shell is None or shell.constant is not True:
        return []
    command = call.argument(0, "args")
    pieces = None if command is None else pieces_of(command)
    if command is None or pieces is None:
        return []
    words = _words(pieces)
    if not words or not isinstance(words[0][0], str):
        return []
    written = [formatted(word) for word in words]
    known = [one for one in written if one is not None]
    if len(known) < len(written):
        return []
    return [Edit(command.span, f"[{', '.join(known)}]"), *without(call, "shell")]


def _words(pieces: list[Piece]) -> list[list[Piece]] | None:
    """The words of a command line; ``None`` when it holds what only a shell understands."""
    words: list[list[Piece]] = [[]]
    for one in pieces:
        if isinstance(one, Hole):
            words[-1].append(one)
            continue
        if _ACTIVE & set(one):
            return None
        first, *others = one.split(" ")
        if first:
            words[-1].append(first)
        words += [[other] if other else [] for other in others]
    found = [word for word in words if word]
    # `NAME=value` before the program sets a variable.
    return None if found and "=" in str(found[0][0]) else found
