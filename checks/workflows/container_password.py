"""The check ``workflow-container-password``: the password of a registry in the file."""

from __future__ import annotations

from checks.model import Aspect, Confidence, Severity
from checks.registry import CODE_ROLES, WORKFLOW, check
from checks.report import Report
from checks.workflows.event import WorkflowEvent
from checks.workflows.model import Text

_PLACEHOLDERS = ("", "x", "xxx", "changeme", "password", "none", "null")


@check(
    id="workflow-container-password",
    title="Password of a registry in a workflow",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=CODE_ROLES,
    on=WORKFLOW,
    languages=frozenset({"yaml"}),
    cwe=(798,),
    security=True,
)
def workflow_container_password(event: WorkflowEvent, report: Report) -> None:
    """The password with which a job's image is pulled stands in the workflow.

    Why:
        Everyone who can read the repository can use it, and removing the line leaves it in the
        history.
    Bad:
        # file: .github/workflows/test.yml
        on: push
        jobs:
          test:
            runs-on: ubuntu-latest
            container:
              image: registry.acme.io/build:4
              credentials:
                username: ci
                password: hackme-not-7
            steps:
              - run: make test
    Good:
        # file: .github/workflows/test.yml
        on: push
        jobs:
          test:
            runs-on: ubuntu-latest
            container:
              image: registry.acme.io/build:4
              credentials:
                username: ci
                password: ${{ secrets.REGISTRY_PASSWORD }}
            services:
              db:
                image: postgres:17
                env:
                  POSTGRES_PASSWORD: postgres
            steps:
              - run: make test
    Suppress:
        Where the registry takes any password.
    """
    for job in event.document.jobs:
        for container in job.containers:
            password = container.credentials.get("password")
            if password is None or not password.is_constant:
                continue
            if password.text.strip().lower() in _PLACEHOLDERS:
                continue
            if _is_told(report, password):
                continue
            where = f"the service `{container.name}`" if container.name else "the job's container"
            report(
                at=password.span,
                message=f"The password of the registry of {where} stands in the file.",
                why="Removing the line is not enough: it stays in the history of the repository.",
                fix="Change it, and read the new one from `${{ secrets… }}`.",
                identity=f"container:{container.name}",
                scope=job.scope,
            )


def _is_told(report: Report, password: Text) -> bool:
    """Whether the check on secrets in any text has told of it already."""
    start, end = password.span
    return any(
        one.check == "hard-coded-secret" and one.span.start < end and start < one.span.end
        for one in report.said
    )
