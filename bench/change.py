"""The pull requests of the benchmark: a small service and its tests, and a change of six files.

Each pull request has texts of its own, so that no cache of an earlier one helps a later one.
"""

from __future__ import annotations

from collections.abc import Mapping

BASE: Mapping[str, str] = {
    "README.md": "# Orders\n\nTakes orders and ships them.\n",
    "orders/__init__.py": "",
    "orders/store.py": (
        "import sqlite3\n\n\n"
        "def connect(path):\n"
        "    return sqlite3.connect(path)\n\n\n"
        "def find(connection, number):\n"
        '    return connection.execute("SELECT * FROM orders WHERE number = ?", (number,))\n'
    ),
    "orders/web.py": (
        "from flask import Flask, request\n\n"
        "from orders import store\n\n"
        "app = Flask(__name__)\n\n\n"
        '@app.get("/orders/<int:number>")\n'
        "def show(number):\n"
        '    with store.connect("orders.db") as connection:\n'
        "        return {'rows': list(store.find(connection, number))}\n"
    ),
    "tests/test_store.py": (
        "from orders import store\n\n\n"
        "def test_an_unknown_order_is_not_found(tmp_path):\n"
        '    connection = store.connect(tmp_path / "orders.db")\n'
        "    assert connection is not None\n"
    ),
}


def files(number: int) -> dict[str, str]:
    """What pull request ``number`` changes: three files of the base, and three new ones."""
    return {
        "README.md": f"{BASE['README.md']}Since change {number} it writes letters, too.\n",
        "orders/store.py": _store(number),
        "orders/web.py": _web(number),
        f"orders/letters_{number}.py": _letters(number),
        f"tests/test_letters_{number}.py": _test_letters(number),
        f"tests/test_orders_{number}.py": _test_orders(number),
    }


def _store(number: int) -> str:
    searches = "".join(
        f"\n\ndef orders_of_{field}_{number}(connection, wanted):\n"
        f"    return connection.execute(\n"
        f'        "SELECT * FROM orders WHERE {field} = ? LIMIT {number}", (wanted,)\n'
        f"    )\n"
        for field in ("customer", "day", "city", "state")
    )
    return (
        BASE["orders/store.py"]
        + searches
        + f"\n\ndef search_{number}(connection, text):\n"
        + "    return connection.execute(f\"SELECT * FROM orders WHERE note LIKE '%{text}%'\")\n"
    )


def _web(number: int) -> str:
    return (
        BASE["orders/web.py"]
        + f'\n\n@app.get("/search/{number}")\n'
        + f"def search_{number}():\n"
        + '    with store.connect("orders.db") as connection:\n'
        + f'        found = store.search_{number}(connection, request.args["text"])\n'
        + "        return {'rows': list(found)}\n"
    )


def _letters(number: int) -> str:
    return (
        "import logging\n"
        "import subprocess\n\n"
        "import requests\n\n"
        f"log = logging.getLogger(__name__)\nADDRESS = 'https://letters-{number}.example.com/send'\n"
        "\n\ndef send(order, text):\n"
        "    try:\n"
        "        answer = requests.post(ADDRESS, json=[order, text], verify=False)\n"
        "    except Exception:\n"
        "        return None\n"
        "    return answer.status_code\n"
        "\n\ndef render(template):\n"
        f'    return subprocess.run(f"render-{number} {{template}}", shell=True, check=True)\n'
        "\n\ndef total(formula):\n"
        "    return eval(formula)\n"
    )


def _test_letters(number: int) -> str:
    return (
        "import time\n"
        "from unittest import mock\n\n"
        f"from orders import letters_{number}\n\n\n"
        f"def test_letter_{number}_is_sent():\n"
        f'    with mock.patch.object(letters_{number}.requests, "post") as post:\n'
        "        post.return_value.status_code = 201\n"
        f'        assert letters_{number}.send({number}, "hello") == 201\n'
        "    time.sleep(2)\n"
        '    assert (post.called, "it was sent")\n'
    )


def _test_orders(number: int) -> str:
    cases = "".join(
        f"\n\ndef test_order_{number}_{case}(tmp_path):\n"
        f'    connection = store.connect(tmp_path / "{case}.db")\n'
        f"    assert list(connection.execute('SELECT {case}')) == [({case},)]\n"
        f"    connection.close()\n"
        for case in range(6)
    )
    return "from orders import store\n" + cases
