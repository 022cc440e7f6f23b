"""The check ``workflow-artifact-poisoning``: files of a fork's run are run with more rights."""

from __future__ import annotations

from checks.model import Aspect, Confidence, Severity
from checks.model import Step as Hop
from checks.registry import CODE_ROLES, WORKFLOW, check
from checks.report import Report
from checks.workflows.artifacts import Download, downloads
from checks.workflows.conditions import Reach, reach_of
from checks.workflows.event import WorkflowEvent
from checks.workflows.execution import executes
from checks.workflows.model import Job


@check(
    id="workflow-artifact-poisoning",
    title="Files of a stranger's run are run",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    roles=CODE_ROLES,
    on=WORKFLOW,
    languages=frozenset({"yaml"}),
    cwe=(829,),
    security=True,
)
def workflow_artifact_poisoning(event: WorkflowEvent, report: Report) -> None:
    """A `workflow_run` workflow downloads what another run uploaded, and runs files of it.

    The run that came before may have been that of a fork's pull request, and then the files are the
    fork's. To read a number from them is clean; to unpack them over a checkout and build, or to run
    one of them, is not.

    Why:
        The run of the fork had no rights. This one has, and does what the fork's files say.
    Bad:
        # file: .github/workflows/deploy-preview.yml
        on:
          workflow_run:
            workflows: [test]
            types: [completed]
        jobs:
          deploy:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
              - uses: dawidd6/action-download-artifact@bf251b5aa9c2f7eeb574a96ee720e24f801b7c11
                with:
                  run_id: ${{ github.event.workflow_run.id }}
                  name: site
              - run: npm run deploy
    Good:
        # file: .github/workflows/comment.yml
        on:
          workflow_run:
            workflows: [test]
            types: [completed]
        jobs:
          comment:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/download-artifact@d3f86a106a0bac45b974a628896c90dbdf5c8093
                with:
                  run-id: ${{ github.event.workflow_run.id }}
                  path: results
              - run: head -c 20 results/number
    Suppress:
        Where the run before cannot be that of a fork: say why.
    """
    if "workflow_run" not in event.document.triggers:
        return
    for job in event.document.jobs:
        for download in downloads(job):
            _judge(event, report, job, download)


def _judge(event: WorkflowEvent, report: Report, job: Job, download: Download) -> None:
    for step in job.steps[download.step.index :]:
        if step.index == download.step.index and step.uses is not None:
            continue
        found = executes(step, download.folder)
        if found is None or not found.certain:
            continue
        reach = min(
            reach_of(event.document, job, download.step, "workflow_run"),
            reach_of(event.document, job, step, "workflow_run"),
        )
        if reach is Reach.CLOSED:
            return
        source = event.source
        report(
            at=download.span,
            message=f"Files of another run are unpacked here, and `{found.what}` runs them.",
            why="That run may have been a fork's, and this job has the repository's rights.",
            fix="Unpack them into a folder of their own below `${{ runner.temp }}`, and only read.",
            severity=Severity.HIGH if reach is Reach.OPEN else Severity.MEDIUM,
            trace=(
                Hop(event.path, source.region(download.span), "files of another run are unpacked"),
                Hop(event.path, source.region(found.span), f"`{found.what}` runs what it finds"),
            ),
            scope=job.scope_of(download.step),
        )
        return
