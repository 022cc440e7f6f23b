"""Kept reports: a review that uses them says what one without them says, and looks at less."""

from __future__ import annotations

import asyncio
import dataclasses
import textwrap
from collections.abc import Mapping, Sequence

import hypothesis.strategies as st
from hypothesis import given, settings

from bot.review.cache import TextCache
from bot.review.neighbours import Neighbours
from bot.review.remembering import Remembering
from bot.review.results import Kept, ResultCache
from bot.review.texts import Source
from checks import engine
from checks.model import ChangedFile, FileReport, Lines, Settings
from checks.repository import Beside
from checks.sandbox import AsyncLookup
from tests.bot.review.fake_api import FakeAPI, file

WISHES = Settings()


def code(text: str) -> str:
    return textwrap.dedent(text)


HELPER = """
    def wait_for(server, state, clock, limit):
        for attempt in range(limit):
            server.refresh(clock.now(), attempt)
            if server.state == state:
                return server
            clock.tick(server.pace, attempt + 1)
        raise AssertionError(state)
"""
CHANGE: dict[str, list[str]] = {
    "app/__init__.py": ["", "from .store import run\n"],
    "app/store.py": [
        "def run(text):\n    return 'done'\n",
        "def run(text):\n    import os\n    os.system(text)\n",
        "import os\ndef run(text):\n    os.system('ls ' + text)\n",
        "password = 'hunter2hunter2X9'\n",
    ],
    "app/views.py": [
        """
        import flask
        from app.store import run
        app = flask.Flask(__name__)
        @app.route("/")
        def index():
            return run(flask.request.args["q"])
        """,
        """
        import flask
        from app.legacy import run
        app = flask.Flask(__name__)
        @app.route("/")
        def index():
            return run(flask.request.args["q"])
        """,
        "from app import run\nrun('x')\n",
        "x = 1\n",
    ],
    "tests/conftest.py": [
        (
            "import pytest\nfrom unittest import mock\n@pytest.fixture\ndef undo():\n"
            "    yield\n    mock.patch.stopall()\n"
        ),
        "import pytest\n@pytest.fixture\ndef undo():\n    return 1\n",
    ],
    "tests/test_a.py": [
        """
        import time
        from unittest import mock
        from tests.base import Base
        class ATest(Base):
            def setUp(self):
                mock.patch("app.store.run").start()
            def test_waits(self):
                time.sleep(5)
                self.wait()
        """,
        HELPER + "\n    def test_it(undo):\n        wait_for(1, 2, 3, 4)\n",
    ],
    "tests/test_b.py": [
        HELPER.replace("wait_for", "wait_until") + "\n    def test_b():\n        assert True\n",
        "from app import views\ndef test_b():\n    assert views.index()\n",
        "from tests.test_a import wait_for\n",
    ],
    "web/page.js": ["const key = 'x';\n", "describe.only('x', () => {});\n"],
}
REPOSITORY: dict[str, list[str]] = {
    "tests/base.py": [
        "import unittest\nclass Base(unittest.TestCase):\n    def wait(self): pass\n",
        (
            "import unittest\nfrom unittest import mock\nclass Base(unittest.TestCase):\n"
            "    def setUp(self):\n        self.addCleanup(mock.patch.stopall)\n"
        ),
        "from tests.deeper import Deep as Base\n",
    ],
    "tests/deeper.py": [
        "import unittest\nclass Deep(unittest.TestCase):\n    def tearDown(self): pass\n"
    ],
    "app/legacy.py": [
        "import os\ndef run(text):\n    os.system(text)\n",
        "def run(text):\n    return text\n",
    ],
}
States = list[dict[str, int]]


def states() -> st.SearchStrategy[States]:
    """Pushes: what version each file has, in the change or beside it; absent is -1."""
    parts = {
        path: st.sampled_from([*range(len(versions)), -1])
        for path, versions in {**CHANGE, **REPOSITORY}.items()
    }
    some = st.fixed_dictionaries({}, optional=parts)
    return st.tuples(st.fixed_dictionaries(parts), st.lists(some, min_size=1, max_size=5)).map(
        lambda drawn: [drawn[0], *drawn[1]]
    )


class Engine:
    """The real analysis, in this process; remembers what it was given."""

    def __init__(self) -> None:
        self.given: list[list[str]] = []
        self.beside: list[list[str]] = []

    async def analyse(
        self,
        files: Sequence[ChangedFile],
        settings: Settings,
        lookup: AsyncLookup | None = None,
        *,
        beside: Beside | None = None,
    ) -> tuple[FileReport, ...]:
        beside = beside or Beside()
        self.given.append([one.path for one in files])
        self.beside.append([one.path for one in beside.files])
        loop = asyncio.get_running_loop()

        def read(paths: Sequence[str]) -> Mapping[str, bytes | None]:
            assert lookup is not None
            answer: Mapping[str, bytes | None] = asyncio.run_coroutine_threadsafe(
                _awaited(lookup, paths), loop
            ).result()
            return answer

        return await asyncio.to_thread(
            lambda: tuple(
                engine.iterate(files, settings, strict=True, repository=read, beside=beside)
            )
        )


async def _awaited(lookup: AsyncLookup, paths: Sequence[str]) -> Mapping[str, bytes | None]:
    return await lookup(paths)


class Pull:
    """A pull request of files in a dict, pushed to again and again."""

    def __init__(self, kept: ResultCache | None = None) -> None:
        self.api = FakeAPI()
        self.engine = Engine()
        self.cache = TextCache()
        self.kept = ResultCache() if kept is None else kept
        self.pushes = 0

    async def push(
        self,
        change: Mapping[str, str | ChangedFile],
        beside: Mapping[str, str],
        wishes: Settings = WISHES,
    ) -> tuple[FileReport, ...]:
        """The reports on a change after a push; ``beside`` is the rest of the repository."""
        self.pushes += 1
        head = f"{self.pushes:040x}"
        files = [
            one if isinstance(one, ChangedFile) else ChangedFile(path, code(one).encode())
            for path, one in change.items()
        ]
        tree = {one.path: file(one.head) for one in files}
        self.api.trees[head] = tree | {path: file(code(text)) for path, text in beside.items()}
        source = Source(self.api, "octo/hello", 7, 3, self.cache)
        analysis = Remembering(self.engine, self.kept, source)
        return await analysis.analyse(5, files, wishes, Neighbours(source, head))

    @property
    def looked_at(self) -> list[str]:
        """The files of the last push that were analysed."""
        return sorted({path for given in self.engine.given for path in given})

    def forget(self) -> None:
        self.engine.given.clear()
        self.engine.beside.clear()
        self.api.log.clear()


def of(state: Mapping[str, int], versions: Mapping[str, list[str]]) -> dict[str, str]:
    return {
        path: texts[state[path]] for path, texts in versions.items() if state.get(path, -1) >= 0
    }


@settings(max_examples=40, deadline=None)
@given(states())
def test_a_review_with_kept_reports_says_what_one_without_says(pushes: States) -> None:
    async def run() -> None:
        pull, state = Pull(), dict[str, int]()
        for push in pushes:
            state |= push
            change, beside = of(state, CHANGE), of(state, REPOSITORY)
            found = await pull.push(change, beside)
            assert found == await Pull().push(change, beside)

    asyncio.run(run())


INDEPENDENT = {f"lib/part{number}.py": f"import os\nx = {number}\n" for number in range(28)}


async def test_only_what_changed_is_looked_at() -> None:
    pull = Pull()
    await pull.push({**INDEPENDENT, "lib/a.py": "a = 1\n", "lib/b.py": "b = 1\n"}, {})
    pull.forget()
    reports = await pull.push({**INDEPENDENT, "lib/a.py": "a = 2\n", "lib/b.py": "b = 2\n"}, {})
    assert len(reports) == 30
    assert pull.engine.given == [["lib/a.py", "lib/b.py"]]
    assert pull.engine.beside == [[]]
    pull.forget()
    assert (
        len(await pull.push({**INDEPENDENT, "lib/a.py": "a = 2\n", "lib/b.py": "b = 2\n"}, {}))
        == 30
    )
    assert pull.engine.given == []


async def test_a_file_is_looked_at_again_when_what_it_uses_changes() -> None:
    views, store = CHANGE["app/views.py"][0], CHANGE["app/store.py"]
    pull = Pull()
    (clean, _) = await pull.push({"app/views.py": views, "app/store.py": store[0]}, {})
    assert clean.findings == ()
    pull.forget()
    (found, _) = await pull.push({"app/views.py": views, "app/store.py": store[1]}, {})
    assert pull.looked_at == ["app/store.py", "app/views.py"]
    assert [one.check for one in found.findings] == ["command-injection"]


async def test_what_is_used_is_beside_what_changed_and_not_looked_at_again() -> None:
    views, store = CHANGE["app/views.py"], CHANGE["app/store.py"][1]
    pull = Pull()
    await pull.push({"app/views.py": views[3], "app/store.py": store, "app/more.py": ""}, {})
    pull.forget()
    (found, *_) = await pull.push(
        {"app/views.py": views[0], "app/store.py": store, "app/more.py": ""}, {}
    )
    assert (pull.engine.given, pull.engine.beside) == ([["app/views.py"]], [["app/store.py"]])
    assert [one.check for one in found.findings] == ["command-injection"]


async def test_a_file_of_the_repository_that_changed_counts_and_costs_one_query() -> None:
    change = {"tests/test_a.py": CHANGE["tests/test_a.py"][0], "tests/test_z.py": "z = 1\n"}
    pull = Pull()
    (before, _) = await pull.push(change, {"tests/base.py": REPOSITORY["tests/base.py"][0]})
    pull.forget()
    await pull.push(change, {"tests/base.py": REPOSITORY["tests/base.py"][0]})
    assert (pull.looked_at, pull.api.log) == ([], ["GRAPHQL Texts"]), "ids tell that it is the same"
    pull.forget()
    (after, _) = await pull.push(change, {"tests/base.py": REPOSITORY["tests/base.py"][1]})
    assert pull.looked_at == ["tests/test_a.py"]
    assert before.findings != after.findings


async def test_who_searches_the_change_is_looked_at_again_with_all_of_it() -> None:
    """A helper that is a copy of one in a file whose name it does not say."""
    copies = {"tests/test_a.py": CHANGE["tests/test_a.py"][1], "tests/test_x.py": "x = 1\n"}
    pull = Pull()
    await pull.push({**copies, "tests/test_b.py": "b = 1\n"}, {})
    pull.forget()
    reports = await pull.push({**copies, "tests/test_b.py": CHANGE["tests/test_b.py"][0]}, {})
    found = {one.path: [finding.check for finding in one.findings] for one in reports}
    assert "duplicated-test-helper" in found["tests/test_b.py"]
    assert "tests/test_x.py" not in pull.looked_at


async def test_other_settings_other_lines_and_other_bases_are_other_reports() -> None:
    text = "import os\ndef f(x):\n    os.system('ls ' + x)\n"
    one = ChangedFile("app/x.py", text.encode(), base=b"", added=(Lines(1, 3),))
    pull = Pull()
    await pull.push({"app/x.py": one}, {})
    for other, wishes in (
        (one, dataclasses.replace(WISHES, max_comments=3)),
        (dataclasses.replace(one, added=(Lines(1, 1),)), WISHES),
        (dataclasses.replace(one, base=text.encode()), WISHES),
        (dataclasses.replace(one, generated=True), WISHES),
        (dataclasses.replace(one, path="app/y.py"), WISHES),
        (dataclasses.replace(one, old_path="app/z.py"), WISHES),
    ):
        pull.forget()
        await pull.push({other.path: other}, {}, wishes)
        assert pull.looked_at == [other.path]


async def test_a_report_that_another_run_may_not_give_is_not_kept() -> None:
    pull = Pull()
    slow = Engine()

    async def analyse(
        files: Sequence[ChangedFile],
        settings: Settings,
        lookup: AsyncLookup | None = None,
        *,
        beside: Beside | None = None,
    ) -> tuple[FileReport, ...]:
        reports = await slow.analyse(files, settings, lookup, beside=beside)
        return tuple(
            dataclasses.replace(one, not_analysed="time limit") if one.path == "lib/a.py" else one
            for one in reports
        )

    pull.engine.analyse, real = analyse, pull.engine.analyse  # type: ignore[method-assign]
    change = {"lib/a.py": "a = 1\n", "lib/uses.py": "import a\n", "lib/other.py": "x = 1\n"}
    await pull.push(change, {})
    pull.engine.analyse = real  # type: ignore[method-assign]
    await pull.push(change, {})
    assert pull.looked_at == ["lib/a.py", "lib/uses.py"], "nor one that depends on it"


async def test_the_cache_is_bounded_and_apart_for_each_installation() -> None:
    cache = ResultCache(max_bytes=3_000)
    kept = Kept(b"x" * 1_000, (), ())
    for number in range(10):
        cache.put(1, 2, b"%d" % number, kept)
    assert sum(cache.get(1, 2, b"%d" % number) is not None for number in range(10)) == 2
    cache.put(1, 2, b"large", Kept(b"x" * 4_000, (), ()))
    assert cache.get(1, 2, b"large") is None
    assert cache.get(1, 2, b"9") is not None
    assert cache.get(2, 2, b"9") is None


async def test_a_path_that_is_no_utf8_harms_nothing() -> None:
    odd = ChangedFile("lib/\udcff.py", b"x = 1\n")
    pull = Pull()
    await pull.push({"lib/a.py": "a = 1\n"}, {})
    reports = await pull.push({"lib/a.py": "a = 1\n", odd.path: odd}, {})
    assert [one.path for one in reports] == ["lib/a.py", odd.path]
