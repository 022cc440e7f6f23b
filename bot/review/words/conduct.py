"""The sentences about a repository's configuration: what holds, what would change, what is skipped.

Plain text with ```code``` in backticks, unless a function says that it gives Markdown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.review.model import Proposal, Snapshot
from bot.review.words.comment import sentence
from bot.review.words.document import Block, Each, folding
from bot.review.words.escape import code, one_line, shorten
from bot.review.words.sentences import listed
from checks.configuration import Difference
from checks.configuration.words import LANGUAGES
from checks.model import Problem, Profile

_OPEN_UP_TO = 8
_VALUE_LENGTH = 160
_LANGUAGE_NAMES = {
    "python": "Python",
    "javascript": "JavaScript",
    "typescript": "TypeScript",
    "go": "Go",
    "yaml": "YAML",
}


def source(files: Sequence[str]) -> str:
    """Where the settings come from: the files, the lowest first."""
    return " over ".join(one_line(one) for one in reversed(files)) or "defaults"


def bot_profile(profile: Profile) -> str:
    """Why another profile holds than the file's."""
    return f"profile `{profile.value}`, because a bot opened this pull request"


def languages(known_as: frozenset[str]) -> str:
    """Which code is checked at all."""
    names = [_LANGUAGE_NAMES[name] for name, group in LANGUAGES.items() if known_as & set(group)]
    return f"code in other languages than {listed(names)} is searched for secrets only"


DRAFT_SUMMARY = "This is a draft: comments on lines come when it is ready for review."


def draft() -> tuple[str, str]:
    """Why a draft is not reviewed, and what to do."""
    return (
        "This pull request is a draft, and drafts are not reviewed here",
        "It is reviewed when you mark it as ready for review.",
    )


def labelled(label: str) -> tuple[str, str]:
    """Why a pull request with a label is not reviewed, and what to do."""
    return (
        f"This pull request has the label {_quoted(label)}, which keeps it from being reviewed",
        "Take the label off to have it reviewed.",
    )


def other_branch(branch: str) -> tuple[str, str]:
    """Why pull requests into a branch are not reviewed, and what to do."""
    return (
        f"Pull requests into {_quoted(branch)} are not reviewed here",
        "`base-branches` in the configuration says which are.",
    )


ASK = "To have it reviewed all the same, press Re-run, or comment `/assay recheck`."


def _quoted(name: str) -> str:
    return "`" + shorten(one_line(name).replace("`", "'"), 100) + "`"


def blocks(snapshot: Snapshot) -> Iterable[Block]:
    """Markdown: how this pull request is treated, and what it would change in that."""
    if snapshot.remark:
        yield Block(sentence(snapshot.remark), noun="remark")
    yield from proposed(snapshot.proposal)


def proposed(proposal: Proposal | None) -> Iterable[Block]:
    """Markdown: what merging the pull request would change in the configuration."""
    if proposal is None:
        return
    if proposal.unread:
        yield Block(
            f"This pull request changes the configuration, and its file could not be read: "
            f"{sentence(proposal.unread, 200)}"
        )
        return
    if proposal.differences:
        heading = "This pull request changes the configuration. Once it is merged"
        yield from _list(
            heading, Each(proposal.differences, difference), "change of the configuration"
        )
    else:
        yield Block("This pull request edits the configuration; what is in force stays the same.")
    if proposal.problems:
        heading = "The changed configuration has mistakes"
        yield from _list(heading, Each(proposal.problems, problem), "configuration mistake")


def _list(heading: str, items: Sequence[str], noun: str) -> Iterable[Block]:
    if len(items) > _OPEN_UP_TO:
        head, tail = folding(f"{heading} ({len(items):,})")
        yield Block(head, items, tail, noun)
    else:
        yield Block(f"**{heading}:**\n", items, "", noun)


def difference(one: Difference) -> str:
    """Markdown: one value that would change, as an item of a list."""
    key = code(shorten(one_line(one.key), _VALUE_LENGTH))
    if one.after is None:
        return f"- {key} is no longer {_value(one.before)}"
    if one.before is None:
        return f"- {key} is {_value(one.after)}"
    return f"- {key} is {_value(one.after)} instead of {_value(one.before)}"


def _value(text: str | None) -> str:
    shown = shorten(one_line(text or ""), _VALUE_LENGTH)
    return code(shown) if shown else "empty"


def problem(one: Problem) -> str:
    """Markdown: one mistake in a configuration file, as an item of a list."""
    where = f"line {one.line}{' of ' + one.source if one.source else ''}"
    key = f", {code(one.key)}" if one.key else ""
    return f"- {where}{key}: {sentence(one.message, 300)}"
