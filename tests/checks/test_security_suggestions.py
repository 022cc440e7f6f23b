"""The mends that security checks offer for one click: the text that they leave behind.

The engine has proved each: the finding is gone, the file parses, nothing new appears. What is
tested here is that the text is the one that a careful person would write.
"""

from __future__ import annotations

import textwrap

import pytest

from checks import registry
from checks.engine import analyse
from checks.model import ChangedFile, FileReport, Settings

FLASK = (
    "import sqlite3\nimport subprocess\nfrom flask import Flask, request\n\napp = Flask(__name__)\n"
)
FLASK += "db = sqlite3.connect('shop.db')\n\n\n"


def look(check: str, text: str) -> FileReport:
    change = ChangedFile("shop/views.py", text.encode())
    catalogue = {check: registry.load()[check]}
    (report,) = analyse([change], Settings(), strict=True, checks=catalogue)
    return report


def mended(check: str, text: str) -> str | None:
    """The text with the suggestion of its only finding applied; None when there is none."""
    (finding,) = look(check, text).findings
    if finding.suggestion is None:
        return None
    lines = text.split("\n")
    start, end = finding.suggestion.lines
    new = [] if finding.suggestion.deletes else finding.suggestion.text.split("\n")
    return "\n".join([*lines[: start - 1], *new, *lines[end:]])


def view(body: str) -> str:
    head = "@app.route('/')\ndef view():\n    name = request.args['name']\n"
    return FLASK + head + textwrap.indent(body, "    ")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "return db.execute(f\"SELECT * FROM users WHERE name = '{name}'\").fetchall()\n",
            'return db.execute("SELECT * FROM users WHERE name = ?", (name,)).fetchall()\n',
        ),
        (
            "db.execute(\"DELETE FROM users WHERE name = '%s'\" % name)\n",
            'db.execute("DELETE FROM users WHERE name = ?", (name,))\n',
        ),
        (
            'db.execute("SELECT 1 FROM users WHERE name = \'" + name + "\' AND age > 3")\n',
            'db.execute("SELECT 1 FROM users WHERE name = ? AND age > 3", (name,))\n',
        ),
        (
            "db.execute(\"INSERT INTO users VALUES ('{}', {})\".format(name, 3))\n",
            'db.execute("INSERT INTO users VALUES (?, ?)", (name, 3))\n',
        ),
        (
            "db.execute(f\"SELECT 1 FROM users WHERE name LIKE '%{name}%'\")\n",
            'db.execute("SELECT 1 FROM users WHERE name LIKE ?", (f"%{name}%",))\n',
        ),
        (
            'db.execute(f"""\n    SELECT *\n    FROM users\n    WHERE name = {name}\n""")\n',
            'db.execute("""\n    SELECT *\n    FROM users\n    WHERE name = ?\n""", (name,))\n',
        ),
    ],
)
def test_a_statement_gets_placeholders(before: str, after: str) -> None:
    assert mended("sql-injection", view(before)) == view(after)


@pytest.mark.parametrize(
    "body",
    [
        'db.execute(f"SELECT * FROM {name}")\n',
        'db.execute(f"SELECT * FROM users ORDER BY {name}")\n',
        'db.execute(f"SELECT * FROM users WHERE name = {name!r}")\n',
        "db.execute(f\"SELECT * FROM users WHERE name = 'a{name}'\")\n",
        'query = f"SELECT * FROM users WHERE name = {name}"\ndb.execute(query)\n',
        'unknown.execute(f"SELECT * FROM users WHERE name = \'{name}\' OR \\"a\\" = 1")\n',
        'db.execute(f"SELECT * FROM users WHERE a = ? AND name = {name}", (1,))\n',
    ],
)
def test_what_is_not_certain_is_left_to_the_author(body: str) -> None:
    assert mended("sql-injection", view(body)) is None


def test_the_placeholder_is_that_of_the_driver() -> None:
    text = (
        "import psycopg2\nfrom flask import request\n\n\ndef view(cursor):\n"
        "    cursor.execute(f\"SELECT 1 FROM t WHERE a = '{request.args['a']}'\")\n"
    )
    after = (
        "import psycopg2\nfrom flask import request\n\n\ndef view(cursor):\n"
        "    cursor.execute(\"SELECT 1 FROM t WHERE a = %s\", (request.args['a'],))\n"
    )
    assert mended("sql-injection", text) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'subprocess.run(f"tar czf /srv/all.tgz {name}", shell=True, check=True)\n',
            'subprocess.run(["tar", "czf", "/srv/all.tgz", name], check=True)\n',
        ),
        (
            'subprocess.check_output("ping -c 1 " + name, shell=True)\n',
            'subprocess.check_output(["ping", "-c", "1", name])\n',
        ),
        (
            'subprocess.call("convert %s.png %s.jpg" % (name, name), shell=True)\n',
            'subprocess.call(["convert", f"{name}.png", f"{name}.jpg"])\n',
        ),
    ],
)
def test_a_command_becomes_a_list(before: str, after: str) -> None:
    assert mended("command-injection", view(before)) == view(after)


@pytest.mark.parametrize(
    "body",
    [
        'subprocess.run(f"cat {name} | wc -l", shell=True)\n',
        "subprocess.run(f\"cat '{name}'\", shell=True)\n",
        'subprocess.run(f"ls {name}/*", shell=True)\n',
        'subprocess.run(f"{name} -v", shell=True)\n',
        'subprocess.run(f"LANG=C ls {name}", shell=True)\n',
    ],
)
def test_what_only_a_shell_understands_stays(body: str) -> None:
    assert mended("command-injection", view(body)) is None


@pytest.mark.parametrize(
    ("check", "before", "after"),
    [
        (
            "missing-timeout",
            "import requests\n\nrequests.get('https://a.example')\n",
            "import requests\n\nrequests.get('https://a.example', timeout=30)\n",
        ),
        (
            "missing-timeout",
            "import requests\n\nrequests.get(\n    'https://a.example',\n    json=1,\n)\n",
            (
                "import requests\n\nrequests.get(\n    'https://a.example',\n    json=1,\n"
                "    timeout=30,\n)\n"
            ),
        ),
        (
            "missing-timeout",
            "import requests\n\nrequests.get(\n    'https://a.example',\n    json=1\n)\n",
            (
                "import requests\n\nrequests.get(\n    'https://a.example',\n    json=1,\n"
                "    timeout=30\n)\n"
            ),
        ),
        (
            "missing-timeout",
            "import requests\n\nrequests.get('https://a.example', timeout=None)\n",
            "import requests\n\nrequests.get('https://a.example', timeout=30)\n",
        ),
        (
            "cookie-without-httponly",
            "def f(response, token):\n    response.set_cookie('session', token, secure=True)\n",
            (
                "def f(response, token):\n"
                "    response.set_cookie('session', token, secure=True, httponly=True)\n"
            ),
        ),
        (
            "cookie-without-secure",
            "SESSION_COOKIE_SECURE = False\n",
            "SESSION_COOKIE_SECURE = True\n",
        ),
        (
            "archive-extraction-unsafe",
            (
                "import tarfile\n\n\ndef f(upload, to):\n"
                "    with tarfile.open(fileobj=upload) as file:\n        file.extractall(to)\n"
            ),
            (
                "import tarfile\n\n\ndef f(upload, to):\n"
                "    with tarfile.open(fileobj=upload) as file:\n"
                '        file.extractall(to, filter="data")\n'
            ),
        ),
        (
            "template-autoescape-off",
            "import jinja2\n\nenv = jinja2.Environment()\nenv.get_template('a.html')\n",
            (
                "import jinja2\n\nenv = jinja2.Environment(autoescape=True)\n"
                "env.get_template('a.html')\n"
            ),
        ),
        (
            "permissive-file-mode",
            "import os\n\nos.chmod('a', 0o777)\n",
            "import os\n\nos.chmod('a', 0o755)\n",
        ),
        (
            "tls-verification-off",
            (
                "import requests\n\nrequests.get(\n    'https://a.acme.io',\n    verify=False,\n"
                "    timeout=3,\n)\n"
            ),
            "import requests\n\nrequests.get(\n    'https://a.acme.io',\n    timeout=3,\n)\n",
        ),
    ],
)
def test_an_argument_is_added_replaced_or_taken_away(check: str, before: str, after: str) -> None:
    assert mended(check, before) == after
