"""zizmor beside the analysis: the real program, what holds it, and what becomes of its words."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

from checks.engine import analyse
from checks.model import (
    AuditHit,
    Audits,
    ChangedFile,
    Confidence,
    FileReport,
    Finding,
    Settings,
    Severity,
    Span,
    Surface,
)
from checks.sandbox import Pool, zizmor
from checks.sandbox.zizmor import AuditLimits, NoAnswer, Zizmor
from checks.workflows import outside
from tests.checks.workflows.making import PATH

INSTALLED = Zizmor.installed()
needs_it = pytest.mark.skipif(INSTALLED is None, reason="zizmor is not installed")

TEXT = """\
on: issues
permissions: {}
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: echo ${{ github.event.issue.title }}
      - uses: actions-rs/toolchain@16499b5e05bf2e26879000db0c1d13f7e13fa3af
      - run: echo ${{ github.event.issue.user.login && '' || 'b' }}
        env:
          ACTIONS_ALLOW_UNSECURE_COMMANDS: true
      - run: make
        env:
          PLAIN: true
"""


def _program() -> Zizmor:
    assert INSTALLED is not None
    return INSTALLED


@needs_it
async def test_the_real_program_answers() -> None:
    hits = await _program().hits(TEXT.encode())
    said = {(one.audit, TEXT[one.span.start : one.span.end]) for one in hits}
    assert ("template-injection", "github.event.issue.title") in said
    assert any(audit == "archived-uses" for audit, _ in said)
    assert {audit for audit, _ in said} & set(outside.AUDITS)


@needs_it
@pytest.mark.parametrize("text", [b"", b"a: [", b"\xff", b"[]", b"a" * 300_000, b"- x\n" * 40_000])
async def test_what_it_cannot_read(text: bytes) -> None:
    with pytest.raises(NoAnswer):
        await _program().hits(text)


@needs_it
@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (AuditLimits(answer=100), "its answer is too long"),
        (AuditLimits(seconds=0.001), "it took too long"),
        (AuditLimits(all_seconds=0.001), "it took too long"),
        (AuditLimits(memory=1 << 20), "it could not read the file"),
    ],
)
async def test_its_limits_hold(limits: AuditLimits, reason: str) -> None:
    found = Zizmor.installed(limits)
    assert found is not None
    (file,) = await found.audit([ChangedFile(PATH, TEXT.encode())])
    assert file.audits == Audits(limit=reason)


@needs_it
async def test_only_workflows_are_audited_and_not_too_many() -> None:
    files = [ChangedFile("action.yml", TEXT.encode()), ChangedFile("a.py", b"x\n")]
    files += [
        ChangedFile(f".github/workflows/{n}.yml", b"on: push\njobs: {}\n")
        for n in range(zizmor.MAX_FILES + 1)
    ]
    audited = await _program().audit(files)
    assert [one.audits for one in audited[:2]] == [None, None]
    last = audited[-1].audits
    assert last is not None
    assert last.limit == "past the 20 workflows that are audited"


def _reports(head: str, base: str | None, audits: Audits) -> FileReport:
    before = None if base is None else base.encode()
    (found,) = analyse(
        [ChangedFile(PATH, head.encode(), before, audits=audits)], Settings(), strict=True
    )
    return found


def _told(head: str, base: str | None, audits: Audits) -> list[Finding]:
    return [one for one in _reports(head, base, audits).findings if one.check == outside.CHECK]


def _hit(
    text: str,
    part: str,
    audit: str,
    severity: Severity = Severity.HIGH,
    confidence: Confidence = Confidence.HIGH,
) -> AuditHit:
    start = text.index(part)
    return AuditHit(audit, Span(start, start + len(part)), severity, confidence)


@needs_it
async def test_through_the_pool() -> None:
    async with Pool(1, auditor=_program()) as pool:
        (report,) = await pool.analyse([ChangedFile(PATH, TEXT.encode())], Settings())
    said = [(one.check, one.region.start_line) for one in report.findings]
    assert ("workflow-template-injection", 7) in said
    assert (outside.CHECK, 8) in said
    assert (outside.CHECK, 7) not in said


def test_ours_win() -> None:
    same = _hit(TEXT, "ACTIONS_ALLOW", "insecure-commands")
    other = _hit(TEXT, "PLAIN: true", "insecure-commands")
    (one,) = _told(TEXT, None, Audits(head=(same, other)))
    assert one.region.start_line == 14
    assert (one.surface, one.severity) == (Surface.SUMMARY, Severity.LOW)


def test_what_is_new_to_us_stands_by_itself() -> None:
    hit = _hit(TEXT, "uses: actions-rs", "archived-uses")
    (one,) = _told(TEXT, None, Audits(head=(hit, hit)))
    assert one.message == "This action's repository is archived."
    assert (one.surface, one.severity) == (Surface.SUMMARY, Severity.LOW)
    (one,) = _told(TEXT, None, Audits(head=(_hit(TEXT, "uses: actions-rs", "typosquat-uses"),)))
    assert (one.surface, one.severity) == (Surface.INLINE, Severity.MEDIUM)


def test_what_was_there_before_is_not_told() -> None:
    hit = _hit(TEXT, "uses: actions-rs", "archived-uses")
    head = "name: x\n" + TEXT
    moved = _hit(head, "uses: actions-rs", "archived-uses")
    assert _told(head, TEXT, Audits(head=(moved,), base=(hit,))) == []
    (one,) = _told(head, TEXT, Audits(head=(moved, moved), base=(hit,)))
    assert one.region.start_line == 9


@pytest.mark.parametrize(
    ("audit", "confidence"),
    [
        ("unpinned-uses", Confidence.HIGH),
        ("template-injection", Confidence.HIGH),
        ("something-new", Confidence.HIGH),
        ("archived-uses", Confidence.LOW),
    ],
)
def test_what_is_left_out(audit: str, confidence: Confidence) -> None:
    hit = _hit(TEXT, "uses: actions-rs", audit, confidence=confidence)
    assert _told(TEXT, None, Audits(head=(hit,))) == []


def test_that_it_gave_no_answer_is_a_limit() -> None:
    assert (
        "zizmor: it took too long" in _reports(TEXT, None, Audits(limit="it took too long")).limits
    )


def test_whole_jobs_are_told_at_their_first_line() -> None:
    start = TEXT.index("  a:")
    hit = AuditHit("github-app", Span(start, len(TEXT)), Severity.HIGH, Confidence.HIGH)
    (one,) = _told(TEXT, None, Audits(head=(hit,)))
    assert one.region.lines == (4, 4)


async def _launched(*command: str) -> tuple[int | None, bytes]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-c", zizmor._BOOTSTRAP, str(Path(zizmor.__file__).parents[2]),
        str(1 << 30), "5", str(os.getpid()), *command,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    answer, _ = await process.communicate()
    return process.returncode, answer


async def test_a_launched_program_sees_no_file_of_ours(tmp_path: Path) -> None:
    cat, echo = shutil.which("cat"), shutil.which("echo")
    assert cat is not None
    assert echo is not None
    assert await _launched(echo, "hello") == (0, b"hello\n")
    async with Pool(1) as pool:
        held = "no file system" in pool.confinement
    secret = tmp_path / "secret"
    secret.write_text("canary")
    status, answer = await _launched(cat, str(secret))
    assert (status != 0 and b"canary" not in answer) or not held
