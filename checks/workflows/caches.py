"""The check ``workflow-cache-poisoning``: caches that strangers fill, or that a release trusts."""

from __future__ import annotations

from checks.model import Aspect, Confidence, Severity, Span, Surface
from checks.registry import CODE_ROLES, WORKFLOW, check
from checks.report import Report
from checks.workflows import knowledge
from checks.workflows.event import WorkflowEvent
from checks.workflows.model import Document, Job, Step

_COMMANDS = {
    "npm": {"publish"}, "pnpm": {"publish"}, "yarn": {"publish"}, "bun": {"publish"},
    "cargo": {"publish"}, "poetry": {"publish"}, "uv": {"publish"}, "hatch": {"publish"},
    "twine": {"upload"}, "gem": {"push"}, "docker": {"push"}, "vsce": {"publish"},
}  # fmt: skip
"""Programs that publish, and the words that make them."""
_WORDS = ("publish", "push", "upload")
_OFF = ("false", "no", "0", "")


@check(
    id="workflow-cache-poisoning",
    title="Release built from a shared cache",
    aspect=Aspect.INPUT,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    roles=CODE_ROLES,
    on=WORKFLOW,
    languages=frozenset({"yaml"}),
    cwe=(349, 829),
    surface=Surface.SUMMARY,
    security=True,
)
def workflow_cache_poisoning(event: WorkflowEvent, report: Report) -> None:
    """A job that publishes puts back files of a cache that other runs fill.

    Told in the summary, once a job. Caches of jobs that only test are clean.

    Why:
        Runs of the default branch share their caches. Whoever gets code into one of them, by a
        `pull_request_target` job or a dependency, can leave files there that the release is built
        from, without any trace in the repository.
    Bad:
        # file: .github/workflows/release.yml
        on:
          release:
            types: [published]
        jobs:
          publish:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v6
              - uses: actions/cache@v4
                with:
                  path: node_modules
                  key: modules
              - run: npm publish
    Good:
        # file: .github/workflows/release.yml
        on:
          release:
            types: [published]
        jobs:
          publish:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v6
              - run: npm ci
              - run: npm publish
    Good:
        # file: .github/workflows/test.yml
        on: push
        jobs:
          test:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/cache@v4
                with:
                  path: node_modules
                  key: modules
              - run: npm test
    Suppress:
        Where the key of the cache cannot be written by another job.
    """
    document = event.document
    for job in document.jobs:
        published = _publishes(job)
        if published is None or not _releases(document):
            continue
        for step in job.steps:
            span = _cache(step)
            if span is None:
                continue
            report(
                at=span,
                message=f"This puts back a cache in a job that publishes with `{published}`.",
                why="Other runs fill the cache, and what they leave goes into what is published.",
                fix="Build releases without caches.",
                scope=job.scope_of(step),
            )
            break


def _releases(document: Document) -> bool:
    """Whether what starts the workflow is a release: an event of that name, a tag, or a person."""
    return not {"release", "push", "workflow_dispatch", "workflow_run"}.isdisjoint(
        document.triggers
    )


def _publishes(job: Job) -> str | None:
    """What of a job publishes."""
    for step in job.steps:
        if step.uses is not None:
            if step.uses.name in knowledge.PUBLISHES:
                return step.uses.name
            pushes = (step.input("push") or "").strip().lower() == "true"
            if step.uses.name in knowledge.BUILDS_IMAGES and pushes:
                return step.uses.name
        if step.run is None or not any(word in step.run.text for word in _WORDS):
            continue
        for command in step.run.commands:
            words = _COMMANDS.get(command.program, set())
            arguments = [one.plain for one in command.arguments]
            if words.intersection(arguments[:2]) and "--dry-run" not in arguments:
                return f"{command.program} {arguments[0]}"[:60]
    return None


def _cache(step: Step) -> Span | None:
    """Where a step puts back a cache, if it says so itself."""
    use = step.uses
    if use is None:
        return None
    if use.full_name in knowledge.CACHES or use.name in knowledge.CACHES:
        off = (step.input("lookup-only") or "").strip().lower() == "true"
        return None if off or use.path == "save" else use.scalar.span
    name = knowledge.CACHE_INPUTS.get(use.full_name)
    variable = None if name is None else step.inputs.get(name)
    if variable is None:
        return None
    value = variable.value.text.strip().lower()
    return None if value in _OFF or not variable.value.is_constant else variable.key.span
