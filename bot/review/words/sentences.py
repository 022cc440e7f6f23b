"""The sentences of a report: the verdict, the clauses of the eight aspects, the assumptions.

Plain text in which ```code``` may stand in backticks: the same sentences go to a terminal, a log
and, escaped, into Markdown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from bot.review.words.escape import one_line, shorten, shorten_path
from checks.light import dataclass
from checks.model import Aspect, Finding, Role

ASPECTS: Mapping[Aspect, str] = {
    Aspect.MOCKS: "Mocks and fakes",
    Aspect.CREDENTIALS: "Credentials and configuration",
    Aspect.INPUT: "Input handling",
    Aspect.ERRORS: "Error handling and assertions",
    Aspect.TEST_DATA: "Test data",
    Aspect.CLEANUP: "Resource cleanup",
    Aspect.LOGGING: "Logging",
    Aspect.TIME: "Time-based logic",
}

_NOTHING: Mapping[Aspect, str] = {
    Aspect.MOCKS: "no mocks or fakes",
    Aspect.CREDENTIALS: "no credentials or configuration values",
    Aspect.INPUT: "no SQL, HTML, shell or file path built from input",
    Aspect.ERRORS: "no error handling or assertions",
    Aspect.TEST_DATA: "no test data",
    Aspect.CLEANUP: "no resources to clean up",
    Aspect.LOGGING: "no log calls",
    Aspect.TIME: "no waits, polls or clocks",
}

_TAKEN_FOR: Mapping[Role, str] = {
    Role.TEST: "tests",
    Role.TEST_SUPPORT: "test support",
    Role.PRODUCTION: "production code",
    Role.EXAMPLE: "examples or documentation",
    Role.GENERATED: "generated code (searched for secrets only)",
}
_TESTS_ONLY = {
    "go": "Go",
    "javascript": "JavaScript",
    "tsx": "TypeScript",
    "typescript": "TypeScript",
}
"""Languages in which no values are followed."""
_SECRETS_ONLY = {
    "c": "C",
    "cpp": "C++",
    "csharp": "C#",
    "dockerfile": "Dockerfiles",
    "hcl": "HCL",
    "html": "HTML",
    "java": "Java",
    "kotlin": "Kotlin",
    "notebook": "notebooks",
    "php": "PHP",
    "ruby": "Ruby",
    "rust": "Rust",
    "scala": "Scala",
    "shell": "shell scripts",
    "sql": "SQL",
    "svelte": "Svelte",
    "swift": "Swift",
    "vue": "Vue",
}
"""Languages of code that are not read as code."""

_CLAUSE_LENGTH = 200
_MESSAGE_LENGTH = 240
_REASONS = 4


@dataclass(frozen=True, slots=True)
class Tally:
    """How many findings there are of each kind that the verdict tells apart."""

    security: int = 0
    tests: int = 0
    """Problems in test code that are no security defects."""
    code: int = 0
    """Problems elsewhere that are no security defects."""
    notes: int = 0

    @property
    def problems(self) -> int:
        """All findings that ask for a change."""
        return self.security + self.tests + self.code


def count(number: int, noun: str, plural: str = "") -> str:
    """``1 file``, ``2 files``, ``1,200 files``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(parts: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1]))) if parts else ""


def verdict(
    tally: Tally,
    gravest: Finding | None,
    *,
    analysed: int,
    known: int,
    whole_files: bool = False,
    deleted: Collection[str] = (),
    silenced: int = 0,
    ignored: int = 0,
    partly: str = "",
    settled: int = 0,
) -> str:
    """The review in one sentence: what was found, where the gravest is, and in how much of it.

    ``known`` counts the files that there are, ``analysed`` those that were looked at; ``deleted``
    are paths of which neither counts anything, though something may be found in them. ``silenced``
    counts what the change itself keeps from being found, ``ignored`` the files that the
    configuration leaves out, ``partly`` is what :func:`partly` says, and ``settled`` counts the
    findings that people ignored or dismissed.
    """
    if not known and gravest is None:
        return "There is no file to look at."
    if known and not analysed:
        if ignored == known:
            return _all_ignored(known)
        if known == 1:
            return "The file could not be analysed, so that nothing can be said about it."
        return f"None of the {known:,} files could be analysed: nothing can be said about them."
    where = "in the changed code"
    if whole_files:
        where = "in the file" if known == 1 else f"in the {known:,} files"
    if analysed < known:
        which = "are reviewed here" if known - analysed == ignored else "could be read"
        where = f"in the {analysed:,} of {known:,} files that {which}"
    aside = ""
    if settled:
        verb = "was" if settled == 1 else "were"
        aside = f"; {count(settled, 'finding')} {verb} ignored or dismissed"
    if not tally.problems or gravest is None:
        notes = f"; there {_is(tally.notes)} {count(tally.notes, 'note')}" if tally.notes else ""
        if silenced:
            notes += f"; the change silences {count(silenced, 'finding')}"
        if partly:
            notes += f"; {partly}"
        notes += aside
        return f"No security defects were found {where}{notes}."
    kinds = [
        count(number, noun)
        for number, noun in (
            (tally.security, "security defect"),
            (tally.tests, "test problem"),
            (tally.code, "code problem"),
        )
        if number
    ]
    verb = "was" if tally.problems == 1 else "were"
    found = f"{listed(kinds)} {verb} found {where}"
    if not tally.security:
        found = f"No security defects were found {where}, but {listed(kinds)}"
    which = ": " if tally.problems == 1 else ", the gravest: "
    return f"{found}{which}{gravest_message(gravest, deleted)}{aside}."


def _all_ignored(known: int) -> str:
    if known == 1:
        return "The file is not reviewed here: the configuration ignores it."
    return f"None of the {known:,} files is reviewed here: the configuration ignores them."


def partly(languages: Iterable[str], read: frozenset[str] | None) -> str:
    """What is not looked for in some languages; empty where all that Assay knows is looked for.

    ``read`` are the languages that the configuration lets be checked, None for all.
    """
    tests: set[str] = set()
    secrets: set[str] = set()
    for one in languages:
        off = read is not None and one not in read
        if one in _TESTS_ONLY and not off:
            tests.add(_TESTS_ONLY[one])
        elif one in _SECRETS_ONLY or off:
            secrets.add({**_SECRETS_ONLY, **_TESTS_ONLY, "python": "Python"}.get(one, ""))
    names, others = sorted(tests), sorted(filter(None, secrets))
    said = [f"in {listed(names)} only secrets and test problems are looked for"] if names else []
    if others:
        said.append(f"in {listed(others)} only secrets{'' if names else ' are looked for'}")
    return ", ".join(said)


def gravest_message(finding: Finding, deleted: Collection[str] = ()) -> str:
    """A finding in the middle of a sentence, with its place."""
    message = shorten(one_line(finding.message).rstrip(". "), _MESSAGE_LENGTH)
    path = shorten_path(finding.path).replace("`", "'")
    place = "deleted" if finding.path in deleted else f"line {finding.region.start_line}"
    return f"{message} (`{path}`, {place})"


def found(findings: Sequence[Finding]) -> str:
    """The clause of an aspect with findings: the gravest in short, and how many more."""
    message = shorten(one_line(findings[0].message).rstrip(". "), _CLAUSE_LENGTH)
    more = len(findings) - 1
    return f"{message}, and {more:,} more" if more else message


def counted(number: int, noun: str, plural: str, fate: str) -> str:
    """``3 patchers, stopped by addCleanup``."""
    things = count(number, noun, plural)
    return f"{things}, {fate}" if fate else things


def clause(parts: Sequence[str]) -> str:
    """The parts as one clause of bounded length; what does not fit is counted."""
    said = ""
    for index, part in enumerate(parts):
        short = shorten(one_line(part).rstrip(". "), _CLAUSE_LENGTH)
        longer = f"{said}; {short}" if said else short
        if said and len(longer) > _CLAUSE_LENGTH:
            return f"{said}, and {len(parts) - index:,} more"
        said = longer
    return said


def nothing(aspect: Aspect, analysed: bool) -> str:
    """The clause of an aspect of which nothing was seen."""
    return _NOTHING[aspect] if analysed else "no file could be analysed"


def roles(role: Role, by_reason: Mapping[str, Sequence[str]]) -> str:
    """What files are taken for, and why: ``Taken for tests: 3 files (their path).``."""
    parts = []
    for reason, paths in list(by_reason.items())[:_REASONS]:
        path = shorten_path(one_line(paths[0])).replace("`", "'")
        why = shorten(one_line(reason), 80)
        if len(paths) == 1:
            parts.append(f"`{path}` ({why})")
        else:
            several = f"their {why[4:]}" if why.startswith("its ") else why
            parts.append(f"{count(len(paths), 'file')} ({several})")
    more = sum(len(paths) for paths in list(by_reason.values())[_REASONS:])
    if more:
        parts.append(count(more, "more file"))
    return f"Taken for {_TAKEN_FOR[role]}: {listed(parts)}."


def settings(source: str) -> str:
    """Where the settings come from."""
    return f"Settings: {one_line(source).rstrip('. ')}."


def preexisting(number: int) -> str:
    """How many findings are older than the change."""
    verb = "is" if number == 1 else "are"
    return f"{count(number, 'older finding')} that this change did not introduce {verb} left out."


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def shared_limit(limit: str, others: int) -> str:
    """A limit that many files share, said of one of them."""
    return f"{limit.rstrip('. ')} (the same for {count(others, 'more file')})"
