"""What Assay says in answer to a command. All text of this folder that people read stands here."""

from __future__ import annotations

from bot.commands.parse import MENTION, Unknown, Verb

_MEANINGS = {
    Verb.RECHECK: "review the current head of this pull request again",
    Verb.HELP: "show this list",
}


def help_answer() -> str:
    """The commands, one a line."""
    return (
        "Write one of these as the first line of a comment:\n\n"
        f"{_table()}\n\n"
        "They work for people with write access to this repository."
    )


def unknown_answer(unknown: Unknown) -> str:
    """Kind words for a slip of the pen."""
    said = f"I do not know `{MENTION} {unknown.word}`." if unknown.word else "I did not get that."
    if unknown.nearest is not None:
        return f"{said} Did you mean `{MENTION} {unknown.nearest}`?"
    return f"{said} These I know:\n\n{_table()}"


def _table() -> str:
    return "\n".join(f"- `{MENTION} {verb}`: {meaning}" for verb, meaning in _MEANINGS.items())
