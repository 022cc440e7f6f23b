"""Values of strangers, followed through a file: contexts, variables, outputs, jobs.

Ask :class:`Values` what an expression or a variable may hold at a step. It goes through ``env`` at
its three levels, ``matrix``, the outputs of steps and jobs, and what scripts write to
``$GITHUB_OUTPUT`` and ``$GITHUB_ENV``. What no rule speaks of holds nothing of a stranger's.
"""

from __future__ import annotations

import itertools

from checks.light import dataclass, replace
from checks.workflows import artifacts, contexts, expressions, knowledge, scripts
from checks.workflows.contexts import CALLER, Level
from checks.workflows.expressions import Placed, Result
from checks.workflows.model import Document, Job, Step, Text, Variable
from checks.workflows.paths import Kind
from checks.workflows.scripts import Write
from checks.workflows.taint import Hop, Taint

_MAX_DEPTH = 12
"""Jobs, outputs and variables through which one value is followed."""
_MAX_VARIABLES = 300
"""Variables of one level that are followed."""


@dataclass(slots=True)
class _Facts:
    """What was found out about a job."""

    outputs: dict[str, dict[str, Taint]]
    """By the step's id."""
    written: list[dict[str, Taint]]
    """For each step: the variables that steps before it wrote to ``$GITHUB_ENV``."""
    writes: list[list[Write]]
    """For each step: what its script writes."""


class Values:
    """What a document's expressions and variables may hold."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._facts: dict[str, _Facts] = {}
        self._depth = 0
        called = document.kind is Kind.ACTION or CALLER in document.triggers
        self._events = frozenset(document.triggers) | ({CALLER} if called else set())

    def in_text(self, text: Text, job: Job, step: Step | None) -> list[tuple[Placed, Taint]]:
        """The expressions of a text that hold something of a stranger's."""
        found = []
        for placed in text.expressions:
            taint = self._in_expression(placed, job, step)
            if taint is not None:
                found.append((placed, taint))
        return found

    def variables(self, job: Job, step: Step) -> dict[str, Taint]:
        """The variables of a step's environment that hold something of a stranger's."""
        found = dict(self._job(job).written[step.index])
        for variable in itertools.chain(
            self._document.env[:_MAX_VARIABLES], job.env[:_MAX_VARIABLES], step.env[:_MAX_VARIABLES]
        ):
            taint = self._of_variable(variable, job, step)
            if taint is None:
                found.pop(variable.name, None)
            else:
                found[variable.name] = taint
        return found

    def writes(self, job: Job, step: Step) -> list[Write]:
        """What a step's script writes to the files of the runner."""
        return self._job(job).writes[step.index]

    def _in_expression(self, placed: Placed, job: Job, step: Step | None) -> Taint | None:
        if placed.expression is None:
            return None
        for one in expressions.results(placed.expression):
            taint = self._of(one, job, step)
            if taint is not None:
                return replace(taint, as_json=one.as_json)
        return None

    def _of(self, result: Result, job: Job, step: Step | None) -> Taint | None:
        if self._depth >= _MAX_DEPTH:
            return None
        self._depth += 1
        try:
            parts = result.path.split(".")
            match parts:
                case ["github", "event", "inputs", name] | ["inputs", name]:
                    return self._input(result.path, name)
                case ["github", "event", "client_payload", *_]:
                    return self._payload(result.path)
                case ["github", *_]:
                    return self._context(result)
                case ["env", name]:
                    return self._variable(name, job, step)
                case ["steps", name, "outputs", output]:
                    return self._step_output(name, output, job)
                case ["needs", name, "outputs", output]:
                    return self._job_output(name, output)
                case ["matrix", name, *_]:
                    return self._matrix(name, job)
                case _:
                    return None
        finally:
            self._depth -= 1

    def _context(self, result: Result) -> Taint | None:
        entry = contexts.matching(result.path, whole=result.as_json)
        if entry is None:
            return None
        events = entry.events & self._events
        if not events and CALLER in self._events:
            events = frozenset({CALLER})
        if not events:
            return None
        return Taint(entry.what, result.path, events, entry.level, entry.lines)

    def _input(self, path: str, name: str) -> Taint | None:
        document = self._document
        if document.kind is Kind.ACTION:
            if path.startswith("github.") or name not in document.inputs:
                return None
            return self._given(path, f"the input `{name}` of the action", Level.CALLER)
        for event, level in ((CALLER, Level.CALLER), ("workflow_dispatch", Level.MEMBER)):
            trigger = document.triggers.get(event)
            declared = None if trigger is None else trigger.inputs.get(name)
            if declared is not None and declared.type == "string":
                return self._given(path, f"the input `{declared.name}` of the workflow", level)
        return None

    def _given(self, path: str, what: str, level: Level) -> Taint:
        events = frozenset({CALLER if level is Level.CALLER else "workflow_dispatch"})
        return Taint(what, path, events, level, lines=True)

    def _payload(self, path: str) -> Taint | None:
        events = self._events & {"repository_dispatch"}
        if not events:
            return None
        return Taint("the payload of the dispatch", path, events, Level.MEMBER, lines=True)

    def _variable(self, name: str, job: Job, step: Step | None) -> Taint | None:
        """A variable by its name, which expressions compare without case."""
        levels = [*(step.env if step is not None else ()), *job.env, *self._document.env]
        for variable in levels:
            if variable.name.lower() == name:
                return self._of_variable(variable, job, step)
        facts = self._job(job)
        at = step.index if step is not None else len(facts.written) - 1
        written = facts.written[at] if 0 <= at < len(facts.written) else {}
        return next((one for key, one in written.items() if key.lower() == name), None)

    def _of_variable(self, variable: Variable, job: Job, step: Step | None) -> Taint | None:
        for placed, taint in self.in_text(variable.value, job, step):
            return taint.then(variable.value.place(placed), f"goes into `{variable.name}`")
        return None

    def _step_output(self, name: str, output: str, job: Job) -> Taint | None:
        outputs = self._job(job).outputs.get(name)
        if outputs is None:
            return None
        found = outputs.get(output)
        return found if found is not None else outputs.get("*")

    def _job_output(self, name: str, output: str) -> Taint | None:
        job = next((one for one in self._document.jobs if one.id.lower() == name), None)
        text = None if job is None else job.outputs.get(output)
        if job is None or text is None:
            return None
        for placed, taint in self.in_text(text, job, None):
            return taint.then(text.place(placed), f"is the output `{output}` of the job `{job.id}`")
        return None

    def _matrix(self, name: str, job: Job) -> Taint | None:
        for text in (*job.matrix.get(name, ()), *job.matrix.get("*", ())):
            for placed, taint in self.in_text(text, job, None):
                return taint.then(text.place(placed), f"is a value of `matrix.{name}`")
        return None

    def _job(self, job: Job) -> _Facts:
        facts = self._facts.get(job.id)
        if facts is None:
            # Put down before it is filled: a step sees the steps before it, and no job itself.
            facts = self._facts[job.id] = _Facts(
                {}, [{} for _ in job.steps], [[] for _ in job.steps]
            )
            self._fill(facts, job)
        return facts

    def _fill(self, facts: _Facts, job: Job) -> None:
        environment: dict[str, Taint] = {}
        files: Taint | None = None
        for step in job.steps:
            facts.written[step.index] = dict(environment)
            outputs = self._of_action(step)
            if step.run is not None:
                writes = self._run(step.run, job, step, files)
                facts.writes[step.index] = writes
                for one in writes:
                    if one.taint is None:
                        continue
                    if one.target is scripts.Target.OUTPUT:
                        outputs[one.name.lower()] = one.taint
                    elif one.target is scripts.Target.ENVIRONMENT and one.name:
                        environment[one.name] = one.taint
            files = files or self._brings_files(step)
            if step.id and outputs:
                facts.outputs[step.id.lower()] = outputs

    def _run(self, run: Text, job: Job, step: Step, files: Taint | None) -> list[Write]:
        if not scripts.is_followed(step.shell):
            return []
        return scripts.writes(run, self.variables(job, step), self.in_text(run, job, step), files)

    def _brings_files(self, step: Step) -> Taint | None:
        """The files of a run that a stranger may have caused, once they are downloaded."""
        if "workflow_run" not in self._events or artifacts.download_of(step) is None:
            return None
        key = step.key
        at = step.node.span if key is None else key.span
        hop = Hop(at, "files of the run that came before are downloaded")
        return Taint("a file of the artifact", "artifact", frozenset({"workflow_run"}),
                     Level.OUTSIDER, lines=True, trace=(hop,))  # fmt: skip

    def _of_action(self, step: Step) -> dict[str, Taint]:
        """What an action that is known puts out."""
        use = step.uses
        if use is None:
            return {}
        if use.name == "actions/github-script":
            return self._of_script(step)
        events = self._events & (contexts.PULL_REQUEST_EVENTS | {"push", CALLER, "issue_comment"})
        if use.name == knowledge.CHANGED_FILES:
            safe = step.input("safe_output")
            if safe is None or safe.strip().lower() != "false":
                return {}
            taint = Taint("the names of changed files", f"steps.{step.id}", events, Level.OUTSIDER)
            return {"*": self._placed(taint, step)} if events else {}
        found: dict[str, Taint] = {}
        for output in knowledge.OUTPUTS.get(use.name, ()):
            taint = Taint(
                output.what, f"steps.{step.id}", self._events, Level.OUTSIDER, output.lines
            )
            for name in output.names:
                found[name.rstrip("*") or "*"] = self._placed(taint, step)
        return found

    def _placed(self, taint: Taint, step: Step) -> Taint:
        use = step.uses
        at = step.node.span if use is None else use.scalar.span
        return taint.then(at, f"is what `{'' if use is None else use.name}` puts out")

    def _of_script(self, step: Step) -> dict[str, Taint]:
        variable = step.inputs.get("script")
        if variable is None:
            return {}
        found: dict[str, Taint] = {}
        for name, path, at in scripts.javascript_outputs(variable.value.text):
            taint = self._context(Result(path))
            if taint is not None:
                span = variable.value.scalar.span_of(at, at + 1)
                found[name] = taint.then(span, f"is put out as `{name}`")
        return found
