"""What the person who runs a program says: silent, unless a repository does not trust it."""

from __future__ import annotations

import pytest

from checks.engine import analyse
from checks.model import ChangedFile, Finding, Settings, Severity

PROGRAMS = {
    "argv": "import os, sys\ndef main():\n    os.system('ls ' + sys.argv[1])\n",
    "argparse": (
        "import argparse, os\nparser = argparse.ArgumentParser()\nargs = parser.parse_args()\n"
        "def main():\n    os.system('ls ' + args.path)\nmain()\n"
    ),
    "environment": "import os\ndef main():\n    os.system('ls ' + os.environ['WHERE'])\n",
    "getenv": "import os\ndef main():\n    os.system('ls ' + os.getenv('WHERE'))\n",
    "input": "import os\ndef main():\n    os.system('ls ' + input())\n",
    "click": (
        "import os, click\n@click.command()\n@click.argument('path')\n"
        "def main(path):\n    os.system('ls ' + path)\n"
    ),
}


def _flows(text: str, *, trusted: bool) -> list[Finding]:
    settings = Settings(trusted_arguments=trusted)
    (report,) = analyse([ChangedFile("tool/main.py", text.encode())], settings)
    return [one for one in report.findings if one.check == "command-injection" and one.trace]


@pytest.mark.parametrize("name", PROGRAMS)
def test_trusted_by_default(name: str) -> None:
    assert not _flows(PROGRAMS[name], trusted=True)


@pytest.mark.parametrize("name", PROGRAMS)
def test_told_of_as_less_grave_where_they_are_not_trusted(name: str) -> None:
    (finding,) = _flows(PROGRAMS[name], trusted=False)
    assert finding.severity < Severity.CRITICAL
    assert "os.system" in finding.message


def test_what_was_tested_is_silent_there_too() -> None:
    text = (
        "import os, sys\ndef main():\n    where = sys.argv[1]\n"
        "    if where not in ('a', 'b'):\n        return\n    os.system('ls ' + where)\n"
    )
    assert not _flows(text, trusted=False)


def test_a_request_is_as_grave_as_ever() -> None:
    text = (
        "import os\nfrom flask import Flask, request\napp = Flask(__name__)\n"
        "@app.get('/')\ndef show():\n    os.system('ls ' + request.args['x'])\n    return ''\n"
    )
    (one,), (other,) = _flows(text, trusted=True), _flows(text, trusted=False)
    assert one.severity == other.severity >= Severity.HIGH
