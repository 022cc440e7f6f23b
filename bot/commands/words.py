"""What Assay says in answer to a command. All text of this folder that people read stands here."""

from __future__ import annotations

from collections.abc import Sequence

import re2

from bot.commands.parse import MENTION, Unknown, Verb
from bot.review.words import comment
from bot.review.words.document import Block, compose, folded, folding
from bot.review.words.escape import code, prose
from bot.review.words.place import Voice
from bot.review.words.sentences import count
from checks.configuration import Value
from checks.model import Problem
from checks.policy import Permission

_MEANINGS = {
    Verb.RECHECK: "review the current head of this pull request again",
    Verb.IGNORE: "in reply to a finding: it does not count in this pull request",
    Verb.UNIGNORE: "in reply to a finding: it counts again",
    Verb.EXPLAIN: "in reply to a finding: the rule, the path of the data, how it was decided",
    Verb.PAUSE: "do not review further pushes to this pull request",
    Verb.RESUME: "review them again",
    Verb.CONFIG: "show the settings in force, and where each comes from",
    Verb.HELP: "show this list",
}
_WHO = {
    Permission.READ: "everybody who can read this repository",
    Permission.TRIAGE: "people with triage access to this repository",
    Permission.WRITE: "people with write access to this repository",
    Permission.MAINTAIN: "people who maintain this repository",
    Permission.ADMIN: "people who administer this repository",
}
_GRADES = re2.compile(r" · ([a-z]+) severity · ([a-z]+) confidence · ")
_TRACE = re2.compile(
    r"(?s)<details><summary>(How the data gets there [^<\n]*)</summary>\n\n?(.*?)\n\n?</details>"
)
_LONGEST_TRACE = 30_000

NO_REASON = (
    f"Why should it be ignored? Please reply `{MENTION} ignore` and the reason, on one line: it is "
    "for those who read this later."
)
NO_FINDING = (
    "Which finding? Please write this in reply to a comment of mine that speaks of one. Those "
    "without a comment can be silenced in the code, `# assay: ignore[rule-id] reason`, or in "
    "`.github/assay.yml`."
)
FULL = (
    "There is no room for another ignored finding in this pull request. Please silence it in the "
    "code, `# assay: ignore[rule-id] reason`, or switch the rule off in `.github/assay.yml`."
)
PAUSED = (
    "Pushes to this pull request are not reviewed until somebody comments "
    f"`{MENTION} resume`; `{MENTION} recheck` reviews the head once."
)
TESTS = (
    "Findings in test code do not count in this pull request, until somebody comments "
    f"`{MENTION} unignore tests`."
)
KEPT = "What people asked for in this pull request is kept in mind here."


def help_answer(least: Permission = Permission.WRITE) -> str:
    """The commands, one a line."""
    return (
        "Write one of these as the first line of a comment, or of a reply to a finding:\n\n"
        f"{_table()}\n\n"
        f"They work for {_WHO[least]}; `{MENTION} recheck` also for the author of the pull "
        f"request. `{MENTION} ignore tests`, outside of a thread, ignores all findings in "
        "test code."
    )


def unknown_answer(unknown: Unknown) -> str:
    """Kind words for a slip of the pen."""
    said = f"I do not know `{MENTION} {unknown.word}`." if unknown.word else "I did not get that."
    if unknown.nearest is not None:
        return f"{said} Did you mean `{MENTION} {unknown.nearest}`?"
    return f"{said} These I know:\n\n{_table()}"


def _table() -> str:
    reason = {Verb.IGNORE: " REASON"}
    return "\n".join(
        f"- `{MENTION} {verb}{reason.get(verb, '')}`: {meaning}"
        for verb, meaning in _MEANINGS.items()
    )


def explanation(body: str, rule: str, voice: Voice) -> str:
    """What is behind a finding, from the comment that speaks of it: the last that was reported."""
    check = voice.catalogue.get(rule)
    parts = [f"**{prose(voice.title(rule))}** ({voice.rule(rule)})"]
    if check is not None:
        documentation = check.documentation
        parts += [prose(_flat(documentation.summary)), prose(_flat(documentation.why))]
        weaknesses = ", ".join(f"CWE-{number}" for number in check.cwe)
        kind = f" It stands for {weaknesses}." if weaknesses else ""
    else:
        kind = ""
    grades = _GRADES.search(body)
    if grades is not None:
        parts.append(
            f"How it was decided: {_EVIDENCE[bool(_TRACE.search(body))]}. The "
            f"harm where this code runs is graded {code(grades.group(1))}, and the certainty that "
            f"it is there {code(grades.group(2))}.{kind}"
        )
    trace = _TRACE.search(body)
    if trace is not None and len(trace.group(2)) <= _LONGEST_TRACE:
        parts.append(folded(trace.group(1), trace.group(2).strip()))
    if check is not None and check.documentation.suppress:
        parts.append(prose(_flat(check.documentation.suppress)))
    parts.append(
        f"If it does no harm here, reply {code(f'{MENTION} ignore')} and the reason, or silence it "
        f"in the code with {comment.silence(rule)}."
    )
    return "\n\n".join(filter(None, parts))


_EVIDENCE = {
    True: "by following the data along the steps below",
    False: "from what stands in the file itself",
}


def _flat(text: str) -> str:
    return " ".join(text.split())


def configuration(values: Sequence[Value], problems: Sequence[Problem], source: str) -> str:
    """The settings in force: those that somebody wrote, and folded the defaults."""
    written = [one for one in values if one.origin is not None]
    rest = [one for one in values if one.origin is None]
    blocks = [Block(f"Settings: {prose(source)}.", essential=True)]
    if problems:
        said = count(len(problems), "mistake")
        blocks.append(
            Block(f"The configuration has {said}; the check run tells where.", noun="remark")
        )
    if written:
        rows = tuple(
            f"| {code(one.key, cell=True)} | {_value(one)} | {_from(one)} |" for one in written
        )
        blocks.append(Block("| Key | Value | From |\n|---|---|---|", rows, noun="setting"))
    if rest:
        head, tail = folding(f"Defaults ({len(rest):,})")
        rows = tuple(f"| {code(one.key, cell=True)} | {_value(one)} |" for one in rest)
        blocks.append(
            Block(f"{head}\n| Key | Value |\n|---|---|", rows, tail, "default", separator="\n")
        )
    return compose(blocks)


def _value(one: Value) -> str:
    return code(one.text, cell=True) if one.text else "–"


def _from(one: Value) -> str:
    return prose(f"{one.origin.source}, line {one.origin.line}", cell=True) if one.origin else ""
