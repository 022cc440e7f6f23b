"""The catalogue of checks, and the decorator that puts a check into it.

A check is one function in one file. Its docstring is its documentation page, and the examples in
it are its first tests::

    @check(
        id="sleep-in-test",
        title="Fixed sleep used as synchronisation",
        aspect=Aspect.TIME,
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        roles=TEST_ROLES,
        on=calls("time.sleep", "asyncio.sleep"),
    )
    def sleep_in_test(call: Call, report: Report) -> None:
        \"\"\"A test that sleeps for a fixed time is slow on a fast machine and fails on a slow one.

        Why:
            ...
        Bad:
            # file: tests/test_jobs.py
            ...
        Good:
            ...
        Suppress:
            ...
        \"\"\"

Checks are loaded by :func:`load`, which imports every module of the check packages.
"""

from __future__ import annotations

import enum
import functools
import importlib
import itertools
import pkgutil
import textwrap
from collections.abc import Callable
from typing import Any

from checks.light import dataclass, replace
from checks.model import Aspect, Confidence, Role, Severity, Surface

CHECK_PACKAGES = ("checks.security", "checks.hygiene", "checks.secrets", "checks.workflows")

ALL_ROLES = frozenset(Role)
CODE_ROLES = frozenset({Role.TEST, Role.TEST_SUPPORT, Role.PRODUCTION, Role.EXAMPLE})
TEST_ROLES = frozenset({Role.TEST, Role.TEST_SUPPORT})
PRODUCTION_ROLES = frozenset({Role.PRODUCTION})

PYTHON = frozenset({"python"})
JAVASCRIPT = frozenset({"javascript", "typescript", "tsx"})
GO = frozenset({"go"})


class EventKind(enum.StrEnum):
    """What a check can listen to."""

    CALL = "call"
    """A call, its callee resolved through imports and assignments, its arguments evaluated."""
    NODE = "node"
    """A syntax node of one of the named kinds, with its context."""
    FUNCTION = "function"
    CLASS = "class"
    MODULE = "module"
    """Once a file, after everything else of it was seen."""
    TEXT = "text"
    """Once a file of any language, with its bytes: what secrets are looked for in."""
    CHANGE = "change"
    """Once a file, with the module of the base and that of the head."""
    FLOW = "flow"
    """Untrusted data that reaches a place of one of the named kinds."""
    WORKFLOW = "workflow"
    """Once a GitHub Actions workflow or composite action, read."""
    WORKFLOW_CHANGE = "workflow change"
    """The same, for what compares it with its base."""


@dataclass(frozen=True, slots=True)
class Events:
    """What a check listens to: made by :func:`calls`, :func:`nodes` and their kin."""

    kind: EventKind
    names: tuple[str, ...] = ()


def calls(*names: str) -> Events:
    """Calls of library functions by qualified name.

    A name may hold alternatives, ``subprocess.{run,call}``, and may begin with ``*.`` for a method
    of an object, ``*.execute`` (a module's own function of that name is not meant). ``()`` stands
    for what a call returns: ``unittest.mock.patch().start``, ``sqlite3.connect().execute``.
    A builtin is named alone, ``eval``; other spellings of one library are read as one, ``mock`` as
    ``unittest.mock``. With no name: every call.
    """
    expanded: list[str] = []
    for name in names:
        head, brace, rest = name.partition("{")
        if not brace:
            expanded.append(name)
            continue
        alternatives, _, tail = rest.partition("}")
        expanded += [f"{head}{one.strip()}{tail}" for one in alternatives.split(",")]
    return Events(EventKind.CALL, tuple(expanded))


def nodes(*kinds: str) -> Events:
    """Syntax nodes by the grammar's kind names, ``nodes("assert_statement")``."""
    return Events(EventKind.NODE, kinds)


def flows(*kinds: str) -> Events:
    """Untrusted data that reaches a place where it does harm, ``flows("sql")``.

    The kinds are those of :mod:`checks.flow.kinds`.
    """
    return Events(EventKind.FLOW, kinds)


FUNCTIONS = Events(EventKind.FUNCTION)
CLASSES = Events(EventKind.CLASS)
MODULE = Events(EventKind.MODULE)
TEXT = Events(EventKind.TEXT)
CHANGE = Events(EventKind.CHANGE)
WORKFLOW = Events(EventKind.WORKFLOW)
WORKFLOW_CHANGE = Events(EventKind.WORKFLOW_CHANGE)


@dataclass(frozen=True, slots=True)
class Example:
    """A piece of code from a check's documentation."""

    code: str
    path: str
    """Where the example pretends to stand: decides its role."""
    flagged: bool
    base: str | None = None
    """The code that it replaces, for a check that compares base and head."""


@dataclass(frozen=True, slots=True)
class Documentation:
    """A check's documentation, cut from its docstring."""

    summary: str
    why: str
    examples: tuple[Example, ...]
    """Those of all languages that the check is written for."""
    suppress: str


@dataclass(frozen=True, slots=True)
class Implementation:
    """How a check looks at some languages."""

    languages: frozenset[str]
    roles: frozenset[Role]
    on: tuple[Events, ...]
    run: Callable[[Any, Any], None]
    once_a_file: bool = False
    """Whether one comment a file says it all: its further findings there go to the summary."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what it is called, what it looks at, how much its findings weigh."""

    id: str
    title: str
    aspect: Aspect
    severity: Severity
    confidence: Confidence
    surface: Surface
    cwe: tuple[int, ...]
    languages: frozenset[str]
    roles: frozenset[Role]
    on: tuple[Events, ...]
    run: Callable[[Any, Any], None]
    security: bool
    """Whether a finding is a security defect: the verdict sentence counts them apart."""
    once: bool = False
    """Whether one comment a function says it all: its further findings there go to the summary."""
    once_a_file: bool = False
    """Whether one comment a file does, in the check's first languages.

    Of a check that speaks in the summary only, one line a file.
    """
    words: tuple[str, ...] = ()
    """Lower-case texts of which one, in any case, stands in each Python file of whose nodes,
    functions and classes it can say something: in other files it is not woken for them."""
    others: tuple[Implementation, ...] = ()
    """How it looks at further languages: see :func:`also`."""

    def implementation(self, language: str) -> Implementation | None:
        """How the check looks at a language; ``None`` when it does not."""
        if language in self.languages:
            return Implementation(self.languages, self.roles, self.on, self.run, self.once_a_file)
        return next((one for one in self.others if language in one.languages), None)

    @property
    def all_languages(self) -> frozenset[str]:
        """Every language that the check is written for."""
        return self.languages.union(*(one.languages for one in self.others))

    @property
    def documentation(self) -> Documentation:
        """The page, cut from the docstrings when somebody wants to read it.

        Raises:
            ValueError: a docstring lacks a summary, a why, a bad or a good example.
        """
        own = _documentation(self.id, _docstring(self.run))
        further = (_examples(self.id, _docstring(one.run)) for one in self.others)
        return replace(own, examples=tuple(itertools.chain(own.examples, *further)))


_catalogue: dict[str, Check] = {}
_others: dict[str, list[Implementation]] = {}


def check(
    *,
    id: str,  # noqa: A002 - the field's own word
    title: str,
    aspect: Aspect,
    severity: Severity,
    confidence: Confidence,
    on: Events | tuple[Events, ...],
    roles: frozenset[Role],
    surface: Surface = Surface.INLINE,
    cwe: tuple[int, ...] = (),
    languages: frozenset[str] = PYTHON,
    security: bool = False,
    once: bool = False,
    once_a_file: bool = False,
    words: tuple[str, ...] = (),
) -> Callable[[Callable[[Any, Any], None]], Callable[[Any, Any], None]]:
    """Put the decorated function into the catalogue.

    The function takes the event (a ``Call``, a ``Node``, …) and the ``Report`` that it speaks to.

    Raises:
        ValueError: the id is taken.
    """

    def register(run: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        if id in _catalogue:
            raise ValueError(f"check id {id!r} is taken")
        _catalogue[id] = Check(
            id=id,
            title=title,
            aspect=aspect,
            severity=severity,
            confidence=confidence,
            surface=surface,
            cwe=cwe,
            languages=languages,
            roles=roles,
            on=on if isinstance(on, tuple) else (on,),
            run=run,
            security=security,
            once=once,
            once_a_file=once_a_file,
            words=words,
        )
        return run

    return register


def also(
    id: str,  # noqa: A002 - the field's own word
    *,
    languages: frozenset[str],
    on: Events | tuple[Events, ...],
    roles: frozenset[Role] | None = None,
    once_a_file: bool = False,
) -> Callable[[Callable[[Any, Any], None]], Callable[[Any, Any], None]]:
    """Let the decorated function be how an existing check looks at further languages.

    The check keeps its one page: the examples of the docstring's ``Bad:`` and ``Good:`` sections
    are added to it, what else the docstring says is for readers of the code.

    Args:
        id: the check's id.
        languages: the languages, none of which the check is written for yet.
        on: what the function listens to.
        roles: the roles of files that it looks at; ``None`` for those of the check.
        once_a_file: whether one comment a file is enough.
    """

    def register(run: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        events = on if isinstance(on, tuple) else (on,)
        wanted = frozenset() if roles is None else roles
        _others.setdefault(id, []).append(
            Implementation(languages, wanted, events, run, once_a_file)
        )
        return run

    return register


@functools.cache
def load() -> dict[str, Check]:
    """Every check by id, sorted by id; imports all check modules the first time.

    Raises:
        ValueError: there is another implementation of a check that does not exist, or two of one
            language.
    """
    for package_name in CHECK_PACKAGES:
        package = importlib.import_module(package_name)
        for module in pkgutil.walk_packages(package.__path__, f"{package_name}."):
            importlib.import_module(module.name)
    unknown = _others.keys() - _catalogue.keys()
    if unknown:
        raise ValueError(f"there are no checks called {sorted(unknown)}")
    return {name: _complete(_catalogue[name]) for name in sorted(_catalogue)}


def find(check_id: str) -> Check | None:
    """A check by id, for those who read its words: imports little more than its module.

    Before :func:`load` was called it lacks what :func:`also` adds for further languages.
    """
    if not load.cache_info().currsize:
        name = check_id.replace("-", "_")
        for package in CHECK_PACKAGES if name.isidentifier() else ():
            module = f"{package}.{name.removeprefix('workflow_')}"
            try:
                importlib.import_module(module)
            except ModuleNotFoundError as error:
                if error.name != module:
                    raise
            if check_id in _catalogue:
                return _catalogue[check_id]
    return load().get(check_id)


def _complete(one: Check) -> Check:
    """A check with its implementations for further languages, and their examples."""
    others = sorted(_others.get(one.id, ()), key=lambda other: sorted(other.languages))
    seen = set(one.languages)
    for other in others:
        if seen & other.languages:
            raise ValueError(f"check {one.id!r} has two implementations of one language")
        seen |= other.languages
    if not others:
        return one
    return replace(
        one, others=tuple(replace(other, roles=other.roles or one.roles) for other in others)
    )


def _docstring(run: Callable[[Any, Any], None]) -> str:
    """A function's docstring, its margin taken off."""
    first, _, rest = (run.__doc__ or "").expandtabs().partition("\n")
    return f"{first.strip()}\n{textwrap.dedent(rest)}".strip()


def _documentation(check_id: str, docstring: str) -> Documentation:
    """Cut a docstring into its sections; the text before the first heading is the summary."""
    texts = _sections(docstring)
    prose = {name: text.strip() for name, text in texts if name in ("Summary", "Why", "Suppress")}
    if not prose.get("Summary") or not prose.get("Why"):
        raise ValueError(f"check {check_id!r}: the docstring needs a summary and a 'Why:' section")
    examples = _examples(check_id, docstring)
    return Documentation(prose["Summary"], prose["Why"], examples, prose.get("Suppress", ""))


def _sections(docstring: str) -> list[tuple[str, str]]:
    sections: list[tuple[str, list[str]]] = [("Summary", [])]
    for line in docstring.splitlines():
        heading = line.removesuffix(":")
        if line.endswith(":") and heading in ("Why", "Bad", "Good", "Suppress"):
            sections.append((heading, []))
        else:
            sections[-1][1].append(line)
    return [(name, textwrap.dedent("\n".join(lines)).strip("\n")) for name, lines in sections]


def _examples(check_id: str, docstring: str) -> tuple[Example, ...]:
    examples = tuple(
        _example(text, flagged=name == "Bad")
        for name, text in _sections(docstring)
        if name in ("Bad", "Good")
    )
    if {example.flagged for example in examples} != {True, False}:
        raise ValueError(f"check {check_id!r}: the docstring needs a 'Bad:' and a 'Good:' example")
    return examples


def _example(text: str, *, flagged: bool) -> Example:
    """Read an example; the lines ``# before`` and ``# after`` part the base from the head.

    The comments begin with ``//`` in languages that have it so.
    """
    path = "app/service.py"
    mark = "//" if text.startswith("//") else "#"
    first, _, rest = text.partition("\n")
    if first.startswith(f"{mark} file: "):
        path, text = first.removeprefix(f"{mark} file: ").strip(), rest
    if text.startswith(f"{mark} before\n"):
        base, _, head = text.removeprefix(f"{mark} before\n").partition(f"\n{mark} after\n")
        return Example(head + "\n", path, flagged, base + "\n")
    return Example(text + "\n", path, flagged)
