"""Where a job downloads what another run uploaded."""

from __future__ import annotations

from checks.light import dataclass, replace
from checks.model import Span
from checks.workflows import execution, knowledge
from checks.workflows.model import Job, Step


@dataclass(frozen=True, slots=True)
class Download:
    """A step that brings in files of another run."""

    step: Step
    span: Span
    folder: str
    """Where to, relative to the workspace; ``""`` for the workspace itself."""


def downloads(job: Job) -> list[Download]:
    """The steps of a job that bring in files of another run."""
    found = [one for step in job.steps if (one := download_of(step)) is not None]
    return [unpacked for one in found if (unpacked := _unpacked(job, one)) is not None]


def _unpacked(job: Job, download: Download) -> Download | None:
    """Where the files of a download lie; ``None`` where they stay in an archive.

    A script gets an archive, which a later step unpacks.
    """
    use = download.step.uses
    if use is None or use.name != "actions/github-script":
        return download
    for step in job.steps[download.step.index + 1 :]:
        for command in [] if step.run is None else step.run.commands:
            if command.program == "unzip":
                words = [one.plain for one in command.arguments]
                at = words.index("-d") + 1 if "-d" in words else len(words)
                folder = words[at] if at < len(words) else step.working_directory
                return replace(download, folder=execution.relative(folder))
    return None


def download_of(step: Step) -> Download | None:
    """What a step downloads from another run; ``None`` when it does not.

    Without a run's id ``actions/download-artifact`` brings what this run made itself.
    """
    use, run = step.uses, step.run
    if use is not None and use.name in knowledge.DOWNLOADS:
        if use.name == "actions/download-artifact" and "run-id" not in step.inputs:
            return None
        if step.input("event") == "push":
            return None
        return Download(step, use.scalar.span, _folder(step))
    if use is not None and use.name == "actions/github-script":
        script = step.inputs.get("script")
        if script is not None and "downloadArtifact" in script.value.text:
            return Download(step, use.scalar.span, "")
        return None
    if run is not None and "gh run download" in run.text:
        at = run.text.index("gh run download")
        end = run.text.find("\n", at)
        line = run.text[at : len(run.text) if end < 0 else end]
        words = line.split()
        folder = next(
            (words[index + 1] for index, one in enumerate(words[:-1]) if one in ("-D", "--dir")),
            step.working_directory,
        )
        span = run.scalar.span_of(at, at + len(line))
        return Download(step, span, execution.relative(folder.strip("\"'")))
    return None


def _folder(step: Step) -> str:
    path = (step.input("path") or "").strip()
    if path.startswith(("/", "~", "${{ runner.temp", "${{runner.temp", "$RUNNER_TEMP")):
        return path
    return execution.relative(path)
