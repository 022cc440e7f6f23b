"""A pull request that changes workflows, end to end: what is new, and what only a change shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.sandbox.zizmor import Zizmor
from tests.e2e.scene import scene

PREVIEW = """\
name: preview
on: pull_request
permissions:
  contents: read
jobs:
  preview:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: acme/publish@c7f1a0e9d4b35a26c85f0e1d2b3a4f5968778695 # v3
        with:
          token: ${{ secrets.PREVIEW }}
      - run: echo "an older line ${{ github.head_ref }}"
"""
CHANGED = """\
name: preview
on: pull_request_target
permissions:
  contents: write
jobs:
  preview:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          ref: ${{ github.event.pull_request.head.sha }}
      - run: npm ci
      - uses: acme/publish@v4
        with:
          token: ${{ secrets.PREVIEW }}
      - run: echo "an older line ${{ github.head_ref }}"
"""
TRIAGE = """\
on: issues
permissions:
  issues: write
jobs:
  greet:
    runs-on: ubuntu-latest
    env:
      TITLE: ${{ github.event.issue.title }}
    steps:
      - name: greet
        run: ./greet "${{ env.TITLE }}"
"""
BROKEN = "on: push\njobs: [\n"


async def test_workflows_are_reviewed(tmp_path: Path) -> None:
    async with scene(tmp_path) as world:
        world.repository.commit({".github/workflows/preview.yml": PREVIEW}, message="Preview")
        await world.serve()
        pull = await world.open(
            {
                ".github/workflows/preview.yml": CHANGED,
                ".github/workflows/triage.yml": TRIAGE,
                ".github/workflows/broken.yml": BROKEN,
            }
        )
        (run,) = await world.reviewed(pull)
        said = {
            (one.path, one.original_line, rule)
            for one in pull.review_comments
            for rule in ("untrusted-checkout", "pin-removed", "permissions-widened",
                         "secret-within-reach", "template-injection",
                         "trigger-adds-rights")
            if f"workflow-{rule}" in one.body
        }  # fmt: skip
        assert said == {
            (".github/workflows/preview.yml", 2, "secret-within-reach"),
            (".github/workflows/preview.yml", 4, "permissions-widened"),
            (".github/workflows/preview.yml", 11, "untrusted-checkout"),
            (".github/workflows/preview.yml", 13, "pin-removed"),
            (".github/workflows/preview.yml", 16, "trigger-adds-rights"),
            (".github/workflows/triage.yml", 11, "template-injection"),
        }
        (greeting,) = (one for one in pull.review_comments if "triage" in one.path)
        assert "goes into `TITLE`" in greeting.body
        assert run.conclusion == "failure"
        assert run.summary is not None
        assert "not read as a workflow" in run.summary
        rows = {row.split("|")[2].strip(): row for row in run.summary.split("\n") if "| " in row}
        assert "finding" in rows["Input handling"]
        assert "finding" in rows["Credentials and configuration"]
        assert "not applicable" in rows["Mocks and fakes"]


async def test_a_workflow_that_is_as_it_should_be(tmp_path: Path) -> None:
    good = TRIAGE.replace('"${{ env.TITLE }}"', '"$TITLE"')
    async with scene(tmp_path) as world:
        await world.serve()
        pull = await world.open({".github/workflows/triage.yml": good})
        (run,) = await world.reviewed(pull)
        assert run.conclusion == "success"
        assert pull.review_comments == []


@pytest.mark.skipif(Zizmor.installed() is None, reason="zizmor is not installed")
async def test_zizmor_adds_what_only_it_knows(tmp_path: Path) -> None:
    line = "      - uses: actions-rs/toolchain@16499b5e05bf2e26879000db0c1d13f7e13fa3af\n"
    async with scene(tmp_path, ASSAY_ZIZMOR="on") as world:
        await world.serve()
        pull = await world.open({".github/workflows/triage.yml": TRIAGE + line})
        (run,) = await world.reviewed(pull)
        said = " ".join([run.summary or "", *(one.body for one in pull.review_comments)])
        assert "This action's repository is archived." in said
        assert said.count("workflow-template-injection") >= 1
        assert said.count("workflow-zizmor") >= 1
