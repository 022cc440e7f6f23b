"""What a ``run:`` script does with values: what it writes to the runner's files, what it evaluates.

The files are those of
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands: a line of
``$GITHUB_ENV`` is a variable of all steps that follow, a line of ``$GITHUB_PATH`` a folder in which
they look for programs.
"""

from __future__ import annotations

import bisect
import enum
from collections.abc import Iterator, Mapping, Sequence

from checks.light import dataclass, field
from checks.pattern import Pattern
from checks.workflows import shell
from checks.workflows.expressions import Placed
from checks.workflows.model import Text
from checks.workflows.shell import Command, Word
from checks.workflows.taint import Taint

_POSIX = ("", "bash", "sh", "dash", "zsh")
_POWERSHELL = ("pwsh", "powershell")
_CLEANING = Pattern(
    r"(?:^|[\s|(`/])(?:tr|sed|grep|egrep|awk|jq|yq|cut|wc|basename|dirname|sha\d+sum|md5sum|base64|"
    r"sort|uniq|xxd|iconv|date|git|gh|curl)\s|%q"
)
"""Programs that give something else than what they were handed."""
_READS_FILE = Pattern(r"\$\(\s*(?:cat\s|<|head\s|tail\s|more\s)|`\s*cat\s")
_READERS = frozenset({"cat", "head", "tail", "more"})
_PAYLOAD = Pattern(r"(?:context|github\.context)\.payload((?:\??\.[A-Za-z_]\w*)+)")
_SET_OUTPUT = Pattern(r"setOutput\(\s*['\"`]([\w-]+)['\"`]")
_OLD_OUTPUT = Pattern(r"::(set-output|set-env) name=([\w-]+)::|::(add-path)::")


class Target(enum.StrEnum):
    """A file of the runner that a script writes to."""

    OUTPUT = "GITHUB_OUTPUT"
    ENVIRONMENT = "GITHUB_ENV"
    PATH = "GITHUB_PATH"


@dataclass(frozen=True, slots=True)
class Write:
    """Something that a script writes to one of them."""

    target: Target
    name: str
    """Of the variable or output; empty where it is not known."""
    start: int
    end: int
    """Positions in the script."""
    taint: Taint | None
    """What a stranger's part in it is."""
    fenced: bool
    """Whether the value stands between lines that a stranger cannot foresee."""


def is_posix(shell_name: str) -> bool:
    """Whether a step's ``shell`` speaks the language that is read here."""
    return shell_name.split(" ")[0].rpartition("/")[2] in _POSIX


def is_followed(shell_name: str) -> bool:
    """Whether variables are followed through a step's script: PowerShell's are in plain forms."""
    return is_posix(shell_name) or shell_name.split(" ")[0] in _POWERSHELL


@dataclass(slots=True)
class _Script:
    """A script under way: what its variables hold so far."""

    text: str
    local: dict[str, Taint]
    placed: Sequence[tuple[Placed, Taint]]
    files: Taint | None
    starts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.starts = [placed.start for placed, _ in self.placed]

    def taint(self, start: int, end: int, *, quoted: bool = False) -> Taint | None:
        """What a stranger's part in a piece of the script is."""
        piece = self.text[start:end]
        cleaned = list(_cleaned(piece))
        at = bisect.bisect_left(self.starts, start)
        while at < len(self.starts) and self.starts[at] < end:
            here = self.starts[at] - start
            if not any(first <= here < last for first, last in cleaned):
                return self.placed[at][1]
            at += 1
        for first, last in reversed(cleaned):
            piece = piece[:first] + piece[last:]
        if not quoted:
            for name in shell.variables(piece):
                if name in self.local:
                    return self.local[name]
            if self.files is not None and _READS_FILE.search(piece):
                return self.files
        return None

    def lines(self, command: Command) -> Iterator[tuple[int, int, bool]]:
        """The texts that a command writes: that of ``echo``, or the lines of a here-document."""
        start, end, quoted = _body(command)
        if command.document is None:
            yield start, end, quoted
            return
        for line in self.text[start:end].split("\n"):
            if line.strip():
                yield start, start + len(line), quoted
            start += len(line) + 1

    def assign(self, command: Command) -> None:
        """Remember what the assignments of a command put into variables."""
        words = command.words
        if words and words[0].text in ("export", "local", "declare", "readonly"):
            words = words[1:]
        for word in words:
            if not shell.is_assignment(word):
                break
            name, _, _ = word.text.partition("=")
            taint = self.taint(word.start + len(name) + 1, word.end)
            if taint is None:
                self.local.pop(name, None)
            else:
                self.local[name] = taint


def writes(
    run: Text,
    variables: Mapping[str, Taint],
    placed: Sequence[tuple[Placed, Taint]],
    files: Taint | None,
) -> list[Write]:
    """What a script writes to the runner's files.

    Args:
        run: the script.
        variables: those of its environment that hold something of a stranger's.
        placed: its expressions that do.
        files: set when a stranger's files lie in the workspace.
    """
    text = run.text
    if not any(name in text for name in ("GITHUB_", "::set-", "::add-path")):
        return []
    script = _Script(text, dict(variables), placed, files)
    found: list[Write] = []
    fence: dict[Target, tuple[str, str, bool]] = {}
    written = run.commands
    for number, command in enumerate(written):
        script.assign(command)
        target = _target(command, written, number)
        if target is None:
            found += _old_style(command, script)
            continue
        for start, end, quoted in script.lines(command):
            taint = script.taint(start, end, quoted=quoted)
            if taint is None and _copies_file(command):
                taint = files
            content = text[start:end].strip().strip("\"'")
            if target in fence:
                name, mark, known = fence[target]
                if content == mark:
                    del fence[target]
                else:
                    found.append(Write(target, name, start, end, taint, not known))
                continue
            name, mark = _named(content)
            if mark and not content[len(name) + 2 + len(mark) :].strip():
                fence[target] = (name, mark, "$" not in mark)
                continue
            fenced = bool(mark) and "$" in mark
            found.append(Write(target, name, start, end, taint, fenced))
    return found


def _cleaned(piece: str) -> Iterator[tuple[int, int]]:
    """The parts of a text that a command puts in, where it gives something else than it got."""
    at = 0
    while (first := piece.find("$(", at)) >= 0:
        depth, last = 0, first + 1
        while last < len(piece):
            depth += (piece[last] == "(") - (piece[last] == ")")
            last += 1
            if depth == 0:
                break
        if _CLEANING.search(piece[first:last]) is not None:
            yield first, last
        at = last
    first = piece.find("`")
    last = piece.find("`", first + 1)
    if 0 <= first < last and "$(" not in piece and _CLEANING.search(piece[first:last]) is not None:
        yield first, last + 1


def _target(command: Command, written: Sequence[Command], number: int) -> Target | None:
    words = list(command.writes_to)
    if command.piped and number + 1 < len(written):
        after = written[number + 1]
        if after.program in ("tee", "Out-File", "out-file"):
            words += after.arguments
    for word in words:
        for target in Target:
            if target.value in word.text:
                return target
    return None


def _body(command: Command) -> tuple[int, int, bool]:
    """Where the text that a command writes stands, and whether nothing in it is expanded."""
    if command.document is not None:
        start, end = command.document
        return start, end, command.document_is_quoted
    # PowerShell writes a text that stands alone: `"a=b" >> $env:GITHUB_OUTPUT`.
    words = [one for one in command.arguments or command.words if not _is_option(one)]
    if not words:
        return command.end, command.end, False
    return words[0].start, words[-1].end, False


def _is_option(word: Word) -> bool:
    return word.text.startswith("-") and len(word.text) <= 3


def _copies_file(command: Command) -> bool:
    """Whether a file is copied as it is: ``cat x >> "$GITHUB_ENV"``."""
    return command.program in _READERS and bool(command.arguments) and command.document is None


def _named(content: str) -> tuple[str, str]:
    """The name that a line begins with, and the mark after ``<<`` that ends its value."""
    end = 0
    while end < len(content) and (content[end].isalnum() or content[end] in "_-."):
        end += 1
    name = content[:end]
    if content.startswith("=", end):
        return name, ""
    if content.startswith("<<", end):
        mark = content[end + 2 :].split("\n")[0].split("\\n")[0].strip("\"' ")
        return name, mark
    return "", ""


def _old_style(command: Command, script: _Script) -> Iterator[Write]:
    """``echo "::set-output name=x::$VALUE"``: the form before the files."""
    if command.program not in ("echo", "printf"):
        return
    for word in command.arguments:
        match = _OLD_OUTPUT.search(word.text)
        if match is None:
            continue
        targets = {"set-output": Target.OUTPUT, "set-env": Target.ENVIRONMENT}
        target = targets.get(match.group(1) or "", Target.PATH)
        taint = script.taint(word.start, command.arguments[-1].end)
        yield Write(target, match.group(2) or "", word.start, word.end, taint, fenced=True)
        return


def javascript_outputs(script: str) -> Iterator[tuple[str, str, int]]:
    """What a script of ``actions/github-script`` puts out as it came: name, context, position."""
    start = 0
    for line in script.split("\n"):
        match = _PAYLOAD.search(line)
        if match is not None:
            path = "github.event" + match.group(1).replace("?", "").lower()
            named = _SET_OUTPUT.search(line)
            if named is not None:
                yield named.group(1).lower(), path, start + match.start()
            elif line.strip().startswith("return "):
                yield "result", path, start + match.start()
        start += len(line) + 1


_SHELLS = frozenset({"bash", "sh", "zsh", "dash", "ksh"})
_EXPRESSIONS = ("invoke-expression", "iex")
_INTERPRETERS = {"python": "-c", "python3": "-c", "node": "-e", "perl": "-e", "ruby": "-e",
                 "php": "-r"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A variable that a script runs as code."""

    program: str
    variable: str
    start: int
    end: int
    taint: Taint


def evaluated(run: Text, variables: Mapping[str, Taint]) -> Iterator[Evaluated]:
    """The variables of a stranger's that a script hands to ``eval``, ``sh -c`` or their kin."""
    if not variables:
        return
    script = _Script(run.text, dict(variables), (), None)
    for command in run.commands:
        script.assign(command)
        code = _code_words(command)
        for word in code:
            for name in shell.variables(word.text):
                if name in script.local:
                    yield Evaluated(
                        command.program, name, command.words[0].start, word.end, script.local[name]
                    )
                    return


def _code_words(command: Command) -> list[Word]:
    """The words of a command that are run as code."""
    program, arguments = command.program, command.arguments
    if program == "eval" or program.lower() in _EXPRESSIONS:
        return arguments
    name = program.rpartition("/")[2]
    option = "-c" if name in _SHELLS else _INTERPRETERS.get(name)
    if option is None:
        return []
    for index, word in enumerate(arguments):
        text = word.text
        takes = text == option or (
            name in _SHELLS
            and text.startswith("-")
            and not text.startswith("--")
            and text.endswith("c")
        )
        if takes:
            return arguments[index + 1 : index + 2]
    return []
