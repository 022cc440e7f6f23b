"""The check ``workflow-zizmor``: what zizmor sees in a workflow and no check of ours has said.

zizmor is run beside the analysis where the operator wants it (:mod:`checks.sandbox.zizmor`); here
its findings are data. Ours win: a defect that one of our checks has told of in the same step is not
told again, and audits that our own checks judge more narrowly on purpose are left out.
"""

from __future__ import annotations

from collections import Counter

from checks.light import dataclass
from checks.model import (
    Aspect,
    AuditHit,
    Confidence,
    Finding,
    Lines,
    Severity,
    Span,
    Surface,
)
from checks.registry import CODE_ROLES, WORKFLOW_CHANGE, check
from checks.report import Report
from checks.text import SourceText
from checks.workflows.event import WorkflowEvent
from checks.workflows.model import Document, Job, Step

CHECK = "workflow-zizmor"


@dataclass(frozen=True, slots=True)
class Words:
    """An audit in our words."""

    message: str
    why: str
    fix: str
    ours: frozenset[str] = frozenset()
    """Our checks for the same defect: where one of them has spoken, this is not said again."""


def _words(message: str, why: str, fix: str, *ours: str) -> Words:
    return Words(message, why, fix, frozenset(ours))


AUDITS: dict[str, Words] = {
    "archived-uses": _words(
        "This action's repository is archived.",
        "Nobody mends it any more, whatever is found in it.",
        "Use one that is kept, or a few lines of script.",
    ),
    "bot-conditions": _words(
        "This condition trusts whoever acted last.",
        "A stranger can get a bot to act on a pull request of theirs.",
        "Compare the author of the pull request instead.",
        "workflow-spoofable-actor",
    ),
    "github-app": _words(
        "The token of a GitHub App is made here with more rights than it needs.",
        "Whoever gets at the token can do everything that the app may.",
        "Name the repositories and permissions that the step needs.",
    ),
    "github-env": _words(
        "This writes to the environment of the steps that follow.",
        "If a stranger's text is part of it, they set variables of the job.",
        "Hand the value to the step that needs it in `env:`.",
        "workflow-environment-file",
    ),
    "hardcoded-container-credentials": _words(
        "The password of a registry stands in the file.",
        "Removing the line is not enough: it stays in the history of the repository.",
        "Change it, and read the new one from `${{ secrets… }}`.",
        "workflow-container-password", "hard-coded-secret",
    ),
    "insecure-commands": _words(
        "Commands that were switched off are allowed here.",
        "Any step that prints a stranger's line can then set variables for the others.",
        "Remove it, and write to `$GITHUB_ENV` and `$GITHUB_PATH` instead.",
        "workflow-insecure-commands",
    ),
    "insecure-url-scheme": _words(
        "Something is loaded here without encryption.",
        "Whoever is on the way can change it.",
        "Use `https`.",
    ),
    "misfeature": _words(
        "This uses a feature of Actions that is easily used wrongly.",
        "It behaves otherwise than it reads.",
        "Write what is meant in a script of its own.",
    ),
    "obfuscation": _words(
        "This is written so that it reads as something else.",
        "A reviewer takes it for what it is not.",
        "Write it in its plain form.",
    ),
    "overprovisioned-secrets": _words(
        "More secrets are taken up here than are needed.",
        "Whoever gets at the step gets at all of them.",
        "Name the secrets that are needed, one by one.",
        "workflow-secret-printed", "workflow-secrets-inherited",
    ),
    "typosquat-uses": _words(
        "The name of this action is nearly that of a well-known one.",
        "Somebody may have registered it for those who mistype the other.",
        "Check the owner and the name letter by letter.",
    ),
    "unpinned-tools": _words(
        "This action installs whatever version of a tool is newest.",
        "A new version of the tool runs in the job unseen.",
        "Name the version of the tool.",
    ),
    "unredacted-secrets": _words(
        "A part of a secret is taken out of JSON here.",
        "The log masks the secret as a whole, not its parts.",
        "Store each part as a secret of its own.",
        "workflow-secret-printed",
    ),
    "unsound-condition": _words(
        "This condition is always true.",
        "It is a text, and a text that is not empty is true.",
        "Write the whole condition as one expression, without braces.",
        "workflow-condition-always-true",
    ),
    "unsound-contains": _words(
        "A list of words is searched as a text here.",
        "A name that is a part of the text passes.",
        "Make a list of the words with `fromJSON`.",
        "workflow-condition-contains",
    ),
    "unsound-ternary": _words(
        "The first value of this choice counts as false, so that it is never chosen.",
        "`a && b || c` gives `c` whenever `b` is empty, `0` or `false`.",
        "Turn the condition around, so that the first value is a true one.",
    ),
}  # fmt: skip
"""By zizmor's name (https://docs.zizmor.sh/audits/). What is not here is not told."""
_INLINE = frozenset({"typosquat-uses"})
"""What is grave and rarely wrong: told on the line."""


@check(
    id=CHECK,
    title="Found by zizmor",
    aspect=Aspect.INPUT,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    roles=CODE_ROLES,
    on=WORKFLOW_CHANGE,
    languages=frozenset({"yaml"}),
    surface=Surface.SUMMARY,
    security=True,
)
def workflow_zizmor(event: WorkflowEvent, report: Report) -> None:
    """Zizmor says something about a workflow that no check of ours has said.

    Only where the operator has switched zizmor on. What our own checks tell of is not told twice,
    only what the change brings is told, and the same in one file once. It is told in the summary;
    on the line where an action's name looks like another's.

    Why:
        It knows actions and habits that we do not, archived actions and misspelled names among
        them.
    Bad:
        # file: .github/workflows/test.yml
        on: push
        jobs:
          test:
            runs-on: ubuntu-latest
            steps:
              - uses: actions-rs/toolchain@16499b5e05bf2e26879000db0c1d13f7e13fa3af
              - run: cargo test
    Good:
        # file: .github/workflows/test.yml
        on: push
        jobs:
          test:
            runs-on: ubuntu-latest
            steps:
              - run: cargo test
    Suppress:
        Where it is known and wanted: say why.
    """
    audits = event.audits
    if audits is None:
        return
    before: Counter[tuple[str, bytes]] = Counter()
    if event.base_source is not None:
        before.update((one.audit, _text(event.base_source, one.span)) for one in audits.base)
    told: set[tuple[str, bytes]] = set()
    for hit in audits.head:
        key = (hit.audit, _text(event.source, hit.span))
        if before[key] > 0:
            before[key] -= 1
            continue
        if key in told:
            continue
        told.add(key)
        words = AUDITS.get(hit.audit)
        if words is None or hit.confidence is Confidence.LOW or _is_said(event, report, hit, words):
            continue
        inline = hit.audit in _INLINE
        report(
            at=_first_line(event.source, hit.span),
            message=words.message,
            why=words.why,
            fix=words.fix,
            severity=Severity.MEDIUM if inline else min(hit.severity, Severity.LOW),
            surface=Surface.INLINE if inline else None,
            scope=_scope(event.document, hit.span),
        )


def _text(source: SourceText, span: Span) -> bytes:
    return b" ".join(source.slice(span).split())


def _first_line(source: SourceText, span: Span) -> Span:
    """The place as far as its first line: a whole job is no place to comment on."""
    end = source.line_span(source.line_of(span.start)).end
    return Span(span.start, max(min(span.end, end), span.start))


def _is_said(event: WorkflowEvent, report: Report, hit: AuditHit, words: Words) -> bool:
    """Whether one of our checks has told of it in the same step or on the same lines."""
    place = _place(event.document, hit.span)
    lines = event.source.lines(hit.span)
    return any(
        one.check in words.ours and (_meet(one, lines) or place == _place(event.document, one.span))
        for one in report.said
    )


def _meet(finding: Finding, lines: Lines) -> bool:
    first, last = finding.region.lines
    return first <= lines.end and lines.start <= last


def _place(document: Document, span: Span) -> tuple[str, int]:
    """The job and the step that hold the begin of a place; ``("", -1)`` outside of all jobs."""
    for job, step in document.steps():
        if step.node.span.start <= span.start <= step.node.span.end:
            return job.id, step.index
    for job in document.jobs:
        if job.node.span.start <= span.start <= job.node.span.end:
            return job.id, -1
    return "", span.start


def _scope(document: Document, span: Span) -> str:
    name, index = _place(document, span)
    job: Job | None = document.job(name)
    if job is None:
        return ""
    steps: tuple[Step, ...] = job.steps
    return job.scope if index < 0 else job.scope_of(steps[index])
