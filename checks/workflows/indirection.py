"""The edit that takes an expression out of a script: a variable of the step in its place.

Only where it is certain: a POSIX shell for sure, one expression, outside of single quotes and
here-documents, and a step whose ``env`` is absent or a plain block.
"""

from __future__ import annotations

from checks.model import Edit, Span
from checks.text import SourceText
from checks.workflows import shell
from checks.workflows.expressions import Placed
from checks.workflows.model import Document, Job, Step, Text
from checks.workflows.shell import Word
from checks.workflows.tree import Mapping

_RUNNERS = ("ubuntu", "macos")
_SHELLS = ("bash", "sh")


def edits_for(
    document: Document, job: Job, step: Step, run: Text, placed: Placed, path: str
) -> tuple[Edit, ...]:
    """The edits, or none where they are not certain.

    Args:
        document: the file.
        job: the job.
        step: the step.
        run: its script.
        placed: the expression in it.
        path: the context that it takes up, which the variable is named after.
    """
    written = run.text[placed.start : placed.end]
    span = run.place(placed)
    if span == run.span or not _is_posix(job, step) or run.text.count(written) != 1:
        return ()
    name = _name(document, job, step, path)
    quoted = _quoting(run.text, placed)
    if name is None or quoted is None:
        return ()
    given = _given(run.scalar.source, step, name, written)
    if given is None:
        return ()
    return (given, Edit(span, f"${{{name}}}" if quoted else f'"${{{name}}}"'))


def _is_posix(job: Job, step: Step) -> bool:
    if step.shell:
        return step.shell.split(" ")[0] in _SHELLS
    return bool(job.runs_on) and all(one.text.startswith(_RUNNERS) for one in job.runs_on)


def _name(document: Document, job: Job, step: Step, path: str) -> str | None:
    """A name for the variable that nothing else has: ``TITLE`` for ``github.event.issue.title``."""
    last = path.rpartition(".")[2].upper().replace("-", "_")
    if not last or not last.isascii() or not last.replace("_", "a").isalnum() or last[0].isdigit():
        return None
    taken = {one.name for one in (*document.env, *job.env, *step.env)}
    return None if last in taken or last in ("PATH", "HOME", "NAME", "EMAIL") else last


def _quoting(script: str, placed: Placed) -> bool | None:
    """Whether an expression stands in double quotes; ``None`` where it must stay as it is."""
    best: Word | None = None
    for command in shell.commands(script):
        for word in command.words:
            holds = word.start <= placed.start and placed.end <= word.end
            if holds and (best is None or word.start >= best.start):
                best = word
    if best is None:
        return None
    double = single = False
    at = best.start
    while at < placed.start:
        one = script[at]
        if one == "\\" and not single:
            at += 2
            continue
        if one == "'" and not double:
            single = not single
        elif one == '"' and not single:
            double = not double
        elif script.startswith("$(", at) or one == "`":
            return None
        at += 1
    return None if single else double


def _given(source: SourceText, step: Step, name: str, written: str) -> Edit | None:
    """The edit that gives the variable to the step."""
    key, env = step.node.key("run"), step.node.get("env")
    if key is None:
        return None
    if env is None:
        indent = " " * (source.column_of(key.span.start) - 1)
        text = f"env:\n{indent}  {name}: {written}\n{indent}"
        return Edit(Span(key.span.start, key.span.start), text)
    if not isinstance(env, Mapping) or not env.pairs:
        return None
    start = env.pairs[0][0].span.start
    line, column = source.line_of(start), source.column_of(start)
    if source.line_text(line)[: column - 1].strip():
        return None
    indent = " " * (column - 1)
    return Edit(Span(start, start), f"{name}: {written}\n{indent}")
