"""The rules' pages, made from the checks themselves: ``docs/checks/<id>.md`` and an index.

The one source of a rule's words is the docstring of its check. Those are our own words, so that
Markdown in them is meant; only the examples are fenced.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.review.words.escape import code, prose, raw_fence
from bot.review.words.sentences import ASPECTS
from checks.model import Aspect, Surface
from checks.registry import Check, Example

INDEX = "README.md"
_LANGUAGES = {
    ".py": "python",
    ".js": "javascript",
    ".ts": "typescript",
    ".go": "go",
    ".yml": "yaml",
    ".yaml": "yaml",
    ".json": "json",
    ".toml": "toml",
    ".sh": "sh",
}


def page(check: Check) -> str:
    """One rule's page."""
    documentation = check.documentation
    parts = [
        f"# {prose(check.title)}",
        _facts(check),
        documentation.summary,
        "## Why",
        documentation.why,
        "## Flagged",
        *(_example(one) for one in documentation.examples if one.flagged),
        "## Not flagged",
        *(_example(one) for one in documentation.examples if not one.flagged),
        "## To silence it",
        documentation.suppress or _silence(check),
    ]
    return "\n\n".join(parts) + "\n"


def index(catalogue: Mapping[str, Check]) -> str:
    """The list of all rules, by aspect."""
    parts = [
        "# Rules",
        (
            "What Assay looks for, by the eight aspects that every review speaks about. These "
            f"pages are made from the checks by {code('assay rules --write-docs docs/checks')}."
        ),
    ]
    for aspect in Aspect:
        checks = [one for one in catalogue.values() if one.aspect is aspect]
        if not checks:
            continue
        rows = "\n".join(
            f"| [{code(one.id)}]({one.id}.md) | {prose(one.title, cell=True)} "
            f"| {one.severity.name.lower()} | {_where(one)} |"
            for one in checks
        )
        parts.append(f"## {int(aspect)}. {ASPECTS[aspect]}")
        parts.append(f"| Rule | What it finds | Severity | Shown |\n|---|---|---|---|\n{rows}")
    return "\n\n".join(parts) + "\n"


def all_pages(catalogue: Mapping[str, Check]) -> dict[str, str]:
    """Every page by file name, the index among them."""
    made = {f"{check.id}.md": page(check) for check in catalogue.values()}
    return made | {INDEX: index(catalogue)}


def write(folder: Path, catalogue: Mapping[str, Check]) -> int:
    """Write all pages into ``folder`` and remove those of rules that are gone; how many there are.

    Raises:
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = all_pages(catalogue)
    for old in folder.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return len(made)


def _facts(check: Check) -> str:
    cwe = ", ".join(
        f"[CWE-{number}](https://cwe.mitre.org/data/definitions/{number}.html)"
        for number in check.cwe
    )
    facts = [
        code(check.id),
        ASPECTS[check.aspect],
        f"{check.severity.name.lower()} severity",
        f"{check.confidence.name.lower()} confidence",
        _where(check),
        cwe,
    ]
    return " · ".join(fact for fact in facts if fact)


def _where(check: Check) -> str:
    return "on the line" if check.surface is Surface.INLINE else "in the summary"


def _example(example: Example) -> str:
    language = _LANGUAGES.get(Path(example.path).suffix, "")
    return f"{code(example.path)}:\n\n{raw_fence(example.code, language, ends=True)}"


def _silence(check: Check) -> str:
    return (
        "Put a comment on the line, or on a line of its own above it, and say why:\n\n"
        f"{raw_fence(f'# assay: ignore[{check.id}] the reason', 'python')}\n\n"
        f"To switch the rule off for the repository, disable {code(check.id)} in "
        f"{code('.github/assay.yml')}."
    )
