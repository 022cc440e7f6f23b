"""The commands of a ``run:`` script, as far as a POSIX shell's grammar tells them apart.

One linear scan: words, quotes, redirections, here-documents, and commands within ``$(…)`` and
backquotes. It knows enough to say which variables a word takes up, what is written to a file and
which programs are called; it does not expand anything.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.light import dataclass, field

_MAX_NESTING = 50
_BLANKS = " \t\r"
_NAME_START = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_NAME = _NAME_START | frozenset("0123456789")
_OPENERS = frozenset({"{", "do", "then", "else", "elif", "if", "while", "until", "!", "time"})


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is written, quotes included."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """The position after it."""
        return self.start + len(self.text)

    @property
    def plain(self) -> str:
        """The word without its quotes."""
        return self.text.replace('"', "").replace("'", "")


@dataclass(slots=True)
class Command:
    """One simple command."""

    words: list[Word] = field(default_factory=list)
    writes_to: list[Word] = field(default_factory=list)
    """Where its output goes, by ``>`` or ``>>``, those of an enclosing group included."""
    document: tuple[int, int] | None = None
    """The here-document that it reads."""
    document_is_quoted: bool = False
    """Whether nothing in that is expanded."""
    piped: bool = False
    """Whether its output is the next command's input."""
    start: int = 0

    @property
    def program(self) -> str:
        """What is called: the first word that is no assignment, without its folder."""
        return next((one.plain for one in self.words if not is_assignment(one)), "")

    @property
    def arguments(self) -> list[Word]:
        """The words after the program."""
        at = next((i for i, one in enumerate(self.words) if not is_assignment(one)), None)
        return [] if at is None else self.words[at + 1 :]

    @property
    def end(self) -> int:
        """The position after its last word, or after what it reads."""
        last = max((one.end for one in (*self.words, *self.writes_to)), default=self.start)
        return last if self.document is None else max(last, self.document[1])


def is_assignment(word: Word) -> bool:
    """Whether a word gives a variable its value: ``NAME=…``."""
    name, equals, _ = word.text.partition("=")
    return bool(equals) and bool(name) and name[0] in _NAME_START and set(name) <= _NAME


def commands(script: str) -> list[Command]:
    """The commands of a script, in the order in which they begin."""
    scanner = _Scanner(script)
    scanner.scan()
    found = [one for one in scanner.found if one.words or one.writes_to]
    _share_redirections(found)
    for one in found:
        while one.words and one.words[0].text in _OPENERS:
            one.words.pop(0)
    return sorted(
        (one for one in found if one.words), key=lambda one: (one.words[0].start, one.start)
    )


def _share_redirections(found: list[Command]) -> None:
    """Let the commands of a group write where the group's end says."""
    opened: list[int] = []
    for index, one in enumerate(found):
        first = one.words[0].text if one.words else ""
        if first in ("{", "for", "while", "until", "if", "case"):
            opened.append(index)
        elif first in ("}", "done", "fi", "esac") and opened:
            start = opened.pop()
            if one.writes_to and index - start <= 500:
                for inner in found[start:index]:
                    inner.writes_to = inner.writes_to or list(one.writes_to)


class _Scanner:
    def __init__(self, script: str) -> None:
        self._script = script
        self._at = 0
        self.found: list[Command] = []
        self._stack: list[tuple[Command, int, bool, str]] = []
        """Of each enclosing substitution: its command, where its word began, whether it is within
        double quotes, and what ends it."""
        self._command = Command()
        self._word = -1
        self._quoted = False
        self._closer = ""
        self._target = False
        self._documents: list[tuple[Command, str, bool, bool]] = []

    def scan(self) -> None:
        """Read all of the script."""
        script = self._script
        while self._at < len(script):
            one = script[self._at]
            if one == "\\":
                self._begin_word()
                self._at += 2
            elif self._expression():
                pass
            elif self._quoted:
                self._in_quotes(one)
            else:
                self._bare(one)
        self._end_command()
        while self._stack:
            self._close()
            self._end_command()

    def _expression(self) -> bool:
        """Skip an expression of the workflow: it is text by the time that the shell reads it."""
        if not self._script.startswith("${{", self._at):
            return False
        self._begin_word()
        end = self._script.find("}}", self._at)
        self._at = len(self._script) if end < 0 else end + 2
        return True

    def _in_quotes(self, one: str) -> None:
        if one == '"':
            self._quoted = False
            self._at += 1
        elif not self._substitution(one):
            self._at += 1

    def _bare(self, one: str) -> None:
        script = self._script
        if one in _BLANKS:
            self._end_word()
            self._at += 1
        elif one == "\n":
            self._end_command()
            self._at += 1
            self._read_documents()
        elif one == "#" and self._word < 0:
            end = script.find("\n", self._at)
            self._at = len(script) if end < 0 else end
        elif one == "'":
            self._begin_word()
            end = script.find("'", self._at + 1)
            self._at = len(script) if end < 0 else end + 1
        elif one == '"':
            self._begin_word()
            self._quoted = True
            self._at += 1
        elif self._substitution(one):
            pass
        elif one in ";&|()":
            self._operator(one)
        elif one in "<>":
            self._redirection(one)
        else:
            self._begin_word()
            self._at += 1

    def _operator(self, one: str) -> None:
        script = self._script
        if one == "&" and script.startswith("&>", self._at):
            self._at += 1
            return
        if one == ")" and self._closer == ")":
            self._end_command()
            self._close()
            self._at += 1
            return
        double = script.startswith(one * 2, self._at)
        self._end_command(piped=one == "|" and not double)
        self._at += 2 if double and one in "&|;" else 1

    def _redirection(self, one: str) -> None:
        script, at = self._script, self._at
        if self._word >= 0 and script[self._word : at].isdigit():
            self._word = -1
        self._end_word()
        if script.startswith("<<", at) and not script.startswith("<<<", at):
            self._open_document(at + 2)
            return
        if script.startswith(("<(", ">("), at):
            self._at += 1
            return
        while self._at < len(script) and script[self._at] in "<>|&":
            self._at += 1
        self._target = one == ">"

    def _open_document(self, at: int) -> None:
        script = self._script
        strips = script.startswith("-", at)
        at += strips
        while at < len(script) and script[at] in _BLANKS:
            at += 1
        start = at
        while at < len(script) and script[at] not in " \t\r\n;|&)>":
            at += 1
        name = script[start:at]
        bare = name.strip("'\"").replace("\\", "")
        if bare:
            self._documents.append((self._command, bare, bare != name, strips))
        self._at = at

    def _read_documents(self) -> None:
        for command, name, quoted, strips in self._documents:
            start = self._at
            while True:
                end = self._script.find("\n", self._at)
                line = self._script[self._at : len(self._script) if end < 0 else end]
                line = line.rstrip("\r")
                if (line.lstrip("\t") if strips else line) == name or end < 0:
                    stop = self._at
                    self._at = len(self._script) if end < 0 else end + 1
                    break
                self._at = end + 1
            command.document = (start, stop)
            command.document_is_quoted = quoted
        self._documents.clear()

    def _substitution(self, one: str) -> bool:
        """Enter or leave ``$(…)`` or backquotes; whether there was one."""
        if one == "`" and self._closer == "`":
            self._end_command()
            self._close()
            self._at += 1
            return True
        size = 1 if one == "`" else 2 if self._script.startswith("$(", self._at) else 0
        if not size or len(self._stack) >= _MAX_NESTING:
            return False
        self._begin_word()
        self._stack.append((self._command, self._word, self._quoted, self._closer))
        self._at += size
        self._command, self._word, self._quoted = Command(start=self._at), -1, False
        self._closer = "`" if one == "`" else ")"
        return True

    def _close(self) -> None:
        self._command, self._word, self._quoted, self._closer = self._stack.pop()

    def _begin_word(self) -> None:
        if self._word < 0:
            self._word = self._at

    def _end_word(self) -> None:
        if self._word < 0:
            return
        word = Word(self._script[self._word : self._at], self._word)
        (self._command.writes_to if self._target else self._command.words).append(word)
        self._target = False
        self._word = -1

    def _end_command(self, *, piped: bool = False) -> None:
        self._end_word()
        self._target = False
        self._command.piped = piped
        self.found.append(self._command)
        self._command = Command(start=self._at + 1)


def variables(text: str) -> Iterator[str]:
    """The variables that a text takes up as they are, in double quotes or bare.

    PowerShell's ``$env:NAME`` is one of them. Not those in single quotes, and not those that an
    expansion cleans: ``${x//[^a-z]/}``, ``${x@Q}``, ``${#x}``.
    """
    at, double = 0, False
    while at < len(text):
        one = text[at]
        if one == "\\":
            at += 2
            continue
        if one == '"':
            double = not double
        elif one == "'" and not double:
            end = text.find("'", at + 1)
            at = len(text) if end < 0 else end
        elif one == "$" and not text.startswith("${{", at):
            brace = text.startswith("{", at + 1)
            start = at + 1 + brace
            end = start
            while end < len(text) and text[end] in _NAME:
                end += 1
            if text[start:end].lower() == "env" and text.startswith(":", end):
                # PowerShell: `$env:NAME`, `${env:NAME}`.
                start = end = end + 1
                while end < len(text) and text[end] in _NAME:
                    end += 1
            if end > start and not (brace and text[end : end + 1] in ("/", "@", "%", "#")):
                yield text[start:end]
                at = end
                continue
        at += 1
