"""The guide to writing a check is true: its example is a check, and its cases come out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.checks import cases

ROOT = Path(__file__).resolve().parent.parent.parent
GUIDE = ROOT / "docs" / "writing-a-check.md"

# The check is put into a catalogue of its own: the guide's example is no check of Assay's.
PROGRAM = """
import sys
from checks import registry
from checks.engine import analyse
from checks.model import ChangedFile, Settings

sys.path.insert(0, sys.argv[1])
import float_equality

check = registry._catalogue["float-equality"]
def flagged(path, code):
    file = ChangedFile(path, code.encode())
    (report,) = analyse([file], Settings(), strict=True, checks={check.id: check})
    return [one.region.start_line for one in report.findings]

for example in check.documentation.examples:
    assert bool(flagged(example.path, example.code)) == example.flagged, example
print(flagged(sys.argv[2], sys.stdin.read()))
"""


def _fences(text: str) -> list[str]:
    """The texts of the guide's fences of four backticks, and of its Python fences."""
    parts = text.split("```python\n")
    return [part.split("\n```", 1)[0] + "\n" for part in parts[1:]]


def test_the_guide_s_check_does_what_the_guide_says(tmp_path: Path) -> None:
    text = GUIDE.read_text()
    (tmp_path / "float_equality.py").write_text(_fences(text)[0])
    case_file = tmp_path / "float-equality.md"
    case_file.write_text(text.split("````markdown\n")[1].split("\n````")[0] + "\n")
    shown = cases.read(case_file)
    assert [case.bad for case in shown] == [True, False]
    for case in shown:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(tmp_path), case.path],
            input=case.head,
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip() == str(list(case.lines))
