"""The check ``workflow-secret-for-all``: a secret in the environment of every step."""

from __future__ import annotations

from collections.abc import Iterator

from checks.model import Aspect, Confidence, Severity, Span, Surface
from checks.registry import CODE_ROLES, WORKFLOW, check
from checks.report import Report
from checks.workflows import knowledge
from checks.workflows.event import WorkflowEvent
from checks.workflows.judging import secret_in
from checks.workflows.model import Document, UseKind

_SHOWN = 60


@check(
    id="workflow-secret-for-all",
    title="Secret in the environment of every step",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    roles=CODE_ROLES,
    on=WORKFLOW,
    languages=frozenset({"yaml"}),
    cwe=(668,),
    surface=Surface.SUMMARY,
    security=True,
)
def workflow_secret_for_all(event: WorkflowEvent, report: Report) -> None:
    """A secret stands in the environment of a whole workflow that uses actions of others.

    Why:
        Every action sees every variable of the environment. A secret that one step needs is thereby
        given to all of them.
    Bad:
        # file: .github/workflows/release.yml
        on: push
        env:
          NPM_TOKEN: ${{ secrets.NPM_TOKEN }}
        jobs:
          publish:
            runs-on: ubuntu-latest
            steps:
              - uses: acme/notify@c7f1a0e9d4b35a26c85f0e1d2b3a4f5968778695
              - run: npm publish
    Good:
        # file: .github/workflows/release.yml
        on: push
        jobs:
          publish:
            runs-on: ubuntu-latest
            steps:
              - uses: acme/notify@c7f1a0e9d4b35a26c85f0e1d2b3a4f5968778695
              - run: npm publish
                env:
                  NPM_TOKEN: ${{ secrets.NPM_TOKEN }}
    Suppress:
        Where every step needs it.
    """
    document = event.document
    other = next(_of_others(document), None)
    if other is None:
        return
    seen = [(one, name) for one in document.env if (name := secret_in(one)) is not None]
    for variable, name in seen[:1]:
        more = f", and {len(seen) - 1} more" if len(seen) > 1 else ""
        report(
            at=Span(variable.key.span.start, variable.value.span.end),
            message=f"Every step of every job sees the secret `{name[:_SHOWN]}`{more}.",
            why=f"`{other[:_SHOWN]}` and all other actions of the workflow can read it.",
            fix="Put it into the `env:` of the step that needs it.",
            scope="env",
        )


def _of_others(document: Document) -> Iterator[str]:
    for _, step, use in document.uses():
        own = use.kind in (UseKind.LOCAL, UseKind.OWN)
        known = own or use.owner in knowledge.FIRST_PARTY
        if step is not None and not known:
            yield use.scalar.text.strip()
