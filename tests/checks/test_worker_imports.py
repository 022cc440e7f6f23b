"""A confined worker has no file system: what it may ever import is there before it locks itself."""

from __future__ import annotations

import json
import subprocess
import sys

# Runs in a process of its own, because in this one everything may be imported already.
_PROGRAM = r"""
import json, sys
import yaml
from checks import configuration, engine, registry, worker
from checks.model import ChangedFile, Settings

worker.prepare()
seen = set()
sys.addaudithook(lambda event, arguments: seen.add(f"{event} {arguments[0]}")
                 if event in ("import", "open", "os.listdir", "os.scandir") else None)

texts = [b"checks:\n  x: [\n", b"checks: off\n", b"a: &b c\n", b"\xff", b"a: \x00\n"]
for text in texts:
    configuration.parse(text)
examples = [one for check in registry.load().values() for one in check.documentation.examples]
files = [
    ChangedFile(
        one.path,
        one.code.encode(),
        base=None if one.base is None else one.base.encode(),
        old_path=one.path,
    )
    for one in examples
]
odd = [
    ("odd.py", "# -*- coding: cp1252 -*-\nx = '\u00e9'\n".encode("cp1252")),
    ("bom.py", b"\xef\xbb\xbfx = 1\n"),
    ("wide.py", "x = 1\n".encode("utf-16")),
    ("unknown.py", b"# coding: no-such-codec\nx = 1\n"),
    ("idna.py", "import requests\nrequests.get('http://b\u00fccher.example/')\n".encode()),
    ("names.py", b"x = '\\N{BULLET} \\u00e9 \\777'\ny = b'\\xff'\n"),
    ("broken.py", b"def f(:\n  x = (\n"),
]
files += [ChangedFile(path, text) for path, text in odd]
found = sum(len(report.findings) for report in engine.analyse(files, Settings()))
print(json.dumps([found, sorted(seen)]))
"""


def test_nothing_is_imported_or_opened_once_a_worker_is_prepared() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True
    )
    found, seen = json.loads(done.stdout)
    assert found > 0
    assert seen == []


def test_a_worker_starts_without_what_only_its_parent_needs() -> None:
    program = "import sys; import checks.worker; print('asyncio' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
