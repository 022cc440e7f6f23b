"""What the whole analysis says about workflows: findings, ways, edits, limits, silence."""

from __future__ import annotations

import pytest

from checks.model import Aspect, Severity, State, Surface
from checks.model import Settings as Wishes
from tests.checks.workflows.making import PATH, found, report

INJECTION = """\
on: issues
permissions: {}
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - id: t
        env:
          TITLE: ${{ github.event.issue.title }}
        run: echo "title=$TITLE" >> "$GITHUB_OUTPUT"
      - name: say
        run: echo "${{ steps.t.outputs.title }}"
"""


def test_a_finding_tells_the_way() -> None:
    (one,) = found(INJECTION)
    assert [(step.region.start_line, step.note) for step in one.trace] == [
        (9, "goes into `TITLE`"),
        (12, "becomes part of the script"),
    ]
    assert one.scope == "jobs.a.say"
    assert one.region.start_line == 12
    assert (one.region.start_column, one.region.end_column) == (20, 48)


def test_rights_decide_how_grave_it_is() -> None:
    (one,) = found(INJECTION)
    assert one.severity is Severity.MEDIUM
    (one,) = found(INJECTION.replace("permissions: {}", "permissions:\n  issues: write"))
    assert one.severity is Severity.HIGH
    secret = INJECTION.replace("runs-on: ubuntu-latest", "runs-on: ubuntu-latest\n    env:\n"
                               "      KEY: ${{ secrets.KEY }}")  # fmt: skip
    assert [one.severity for one in found(secret)] == [Severity.HIGH]


def test_inputs_are_one_note() -> None:
    (one,) = found(
        """
        on:
          workflow_dispatch:
            inputs:
              one:
              two:
                type: string
        jobs:
          a:
            runs-on: ubuntu-latest
            steps:
              - run: echo ${{ inputs.one }} ${{ inputs.two }}
              - run: echo ${{ github.event.inputs.two }}
        """
    )
    assert one.severity is Severity.INFO
    assert one.surface is Surface.SUMMARY
    assert "2 more inputs" in one.message


@pytest.mark.parametrize(
    ("run", "mended"),
    [
        ("run: echo ${{ github.event.issue.title }}", 'echo "${TITLE}"'),
        ('run: echo "a ${{ github.event.issue.title }} b"', 'echo "a ${TITLE} b"'),
        ("run: echo $(cat ${{ github.event.issue.title }})", 'echo $(cat "${TITLE}")'),
    ],
)
def test_an_expression_becomes_a_variable(run: str, mended: str) -> None:
    head = f"on: issues\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - {run}\n"
    one = next(one for one in found(head) if one.check == "workflow-template-injection")
    assert one.suggestion is not None
    lines = head.split("\n")
    lines[one.suggestion.lines.start - 1 : one.suggestion.lines.end] = [one.suggestion.text]
    after = "\n".join(lines)
    assert mended in after
    assert "TITLE: ${{ github.event.issue.title }}" in after
    assert not [one for one in found(after) if one.check == "workflow-template-injection"]


@pytest.mark.parametrize(
    "step",
    [
        "run: echo '${{ github.event.issue.title }}'",
        "run: echo ${{ github.event.issue.title }} ${{ github.event.issue.title }}",
        "{run: 'echo ${{ github.event.issue.title }}', shell: pwsh}",
        "{run: 'echo ${{ github.event.issue.title }}', env: {TITLE: x}}",
    ],
)
def test_what_is_not_certain_is_not_offered(step: str) -> None:
    head = f"on: issues\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - {step}\n"
    findings = [one for one in found(head) if one.check == "workflow-template-injection"]
    assert findings
    assert all(one.suggestion is None for one in findings)


@pytest.mark.parametrize("given", ["", "        with:\n          fetch-depth: 0\n"])
def test_the_checkout_is_told_to_keep_nothing(given: str) -> None:
    head = (
        "on: push\njobs:\n  a:\n    steps:\n      - name: get\n        uses: actions/checkout@v4\n"
        f"{given}      - uses: actions/upload-artifact@v3\n        with:\n          path: .\n"
    )
    one = next(one for one in found(head) if one.check == "workflow-credentials-persisted")
    assert one.suggestion is not None
    lines = head.split("\n")
    lines[one.suggestion.lines.start - 1 : one.suggestion.lines.end] = [one.suggestion.text]
    after = "\n".join(lines)
    assert "          persist-credentials: false" in after
    assert not [one for one in found(after) if one.check == "workflow-credentials-persisted"]


def test_only_what_is_new_is_told() -> None:
    moved = INJECTION.replace("jobs:\n", "concurrency: one\njobs:\n")
    assert found(moved, INJECTION) == []
    assert report(moved, INJECTION).preexisting == 1
    more = INJECTION + '      - run: echo "${{ github.event.issue.body }}"\n'
    (one,) = found(more, INJECTION)
    assert one.region.start_line == 13


def test_a_comment_silences() -> None:
    line = '        run: echo "${{ steps.t.outputs.title }}"'
    silent = INJECTION.replace(
        line, f"{line} # assay: ignore[workflow-template-injection] only maintainers open issues"
    )
    said = report(silent)
    assert [one.check for one in said.findings if one.check == "workflow-template-injection"] == []
    (one,) = said.suppressed
    assert one.reason == "only maintainers open issues"


def test_settings_hold() -> None:
    off = Wishes(disabled=frozenset({"workflow-template-injection"}))
    assert report(INJECTION, settings=off).findings == ()
    graver = Wishes(severities={"workflow-template-injection": Severity.CRITICAL})
    assert [one.severity for one in report(INJECTION, settings=graver).findings] == [
        Severity.CRITICAL
    ]


def test_a_file_that_is_no_yaml_says_so() -> None:
    said = report("on: push\njobs: [\n")
    assert said.findings == ()
    (limit,) = said.limits
    assert limit.startswith("line ")
    assert "not read as a workflow: It is not valid YAML" in limit


def test_other_yaml_is_not_read() -> None:
    assert report(INJECTION, path="deploy/a.yml").limits == ()
    assert report("a: [\n", path="deploy/a.yml").limits == ()


def test_a_base_that_is_no_yaml_hides_nothing() -> None:
    (one,) = found(INJECTION, "on: [\n")
    assert one.check == "workflow-template-injection"


def test_evidence_tells_what_was_looked_at() -> None:
    said = report(
        """
        on: issues
        permissions: {}
        jobs:
          a:
            runs-on: ubuntu-latest
            env:
              ALL: ${{ secrets.ALL }}
            steps:
              - uses: actions/checkout@v4
              - uses: acme/x@c7f1a0e9d4b35a26c85f0e1d2b3a4f5968778695
              - run: echo ${{ github.sha }} "$TITLE"
                env:
                  TITLE: ${{ github.event.issue.title }}
                  KEY: ${{ secrets.KEY }}
        """
    )
    assert {(one.aspect, one.noun, one.fate) for one in said.evidence} == {
        (Aspect.CREDENTIALS, "use of a secret", "in the environment of several steps"),
        (Aspect.CREDENTIALS, "use of a secret", "handed to one step"),
        (Aspect.CREDENTIALS, "action", "GitHub's own, by a tag"),
        (Aspect.CREDENTIALS, "action", "pinned to a commit"),
        (Aspect.INPUT, "expression in a script", "nothing that others write"),
        (Aspect.INPUT, "text of others", "read from the environment"),
    }
    assert all(one.state is State.CLEAN for one in said.evidence)


def test_a_stranger_who_is_kept_out_is_quieter() -> None:
    head = """
        on: pull_request_target
        permissions:
          contents: write
        jobs:
          a:
            {guard}
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v4
                with:
                  ref: ${{{{ github.event.pull_request.head.sha }}}}
              - run: make
    """

    def weight(guard: str) -> tuple[Severity, Surface] | None:
        all_found = [
            one
            for one in found(head.format(guard=guard))
            if one.check == "workflow-untrusted-checkout"
        ]
        return (all_found[0].severity, all_found[0].surface) if all_found else None

    assert weight("name: a") == (Severity.HIGH, Surface.INLINE)
    assert weight("environment: external") == (Severity.LOW, Surface.SUMMARY)
    label = "if: contains(github.event.pull_request.labels.*.name, 'ok')"
    assert weight(label) == (Severity.MEDIUM, Surface.INLINE)
    assert weight("if: github.event.pull_request.author_association == 'OWNER'") is None


@pytest.mark.parametrize(
    "text",
    [
        "on: push\njobs:\n" + "".join(f"  j{i}:\n    steps: []\n" for i in range(2_000)),
        "on: issues\njobs:\n  a:\n    steps:\n" + "      - run: echo ${{ env.A }}\n" * 4_000,
        "on: issues\njobs:\n  a:\n    steps:\n      - run: |\n"
        + "          echo ${{ github.event.issue.title }} >> $GITHUB_ENV\n" * 4_000,
        "on: issues\nenv:\n"
        + "".join(f"  A{i}: ${{{{ env.A{i + 1} }}}}\n" for i in range(4_000))
        + "jobs:\n  a:\n    steps:\n      - run: echo ${{ env.A0 }}\n",
        "on: issues\njobs:\n  a:\n    steps:\n"
        + "".join(
            f"      - run: echo ${{{{ github.event.issue.title || '{i}' }}}}\n"
            for i in range(4_000)
        ),
        "on: issue_comment\njobs:\n  a:\n    steps:\n"
        + "      - if: github.actor == 'a' || github.actor == 'b'\n        run: make\n" * 3_000,
        "on: pull_request_target\njobs:\n  a:\n    steps:\n"
        + "      - run: gh pr checkout 1\n      - run: cat x\n" * 2_500,
    ],
    ids=["jobs", "steps", "lines", "variables", "injections", "conditions", "checkouts"],
)
def test_hostile_files_end(text: str) -> None:
    said = report(text.encode())
    assert said.not_analysed is None


def test_the_path_decides() -> None:
    nested = ".github/workflows/old/a.yml"
    assert report(INJECTION, path=nested).findings == ()
    assert report(INJECTION, path=PATH.replace(".yml", ".yaml")).findings


def test_a_password_is_told_once() -> None:
    said = report(
        """
        on: push
        jobs:
          a:
            container:
              image: registry.acme.io/a
              credentials: {username: ci, password: Tr4vel!Lamp77xQ}
            steps: []
        """
    )
    assert [one.check for one in said.findings] == ["hard-coded-secret"]
