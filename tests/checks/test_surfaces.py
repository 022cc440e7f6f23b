"""Where a finding is shown: what a comment already says, and what no one could mend."""

from __future__ import annotations

import textwrap

import pytest

from checks import engine
from checks.model import ChangedFile, FileReport, Profile, Settings

PATH = "tests/test_it.py"


def reviewed(head: str, base: str | None = None, profile: Profile = Profile.DEFAULT) -> FileReport:
    before = None if base is None else textwrap.dedent(base).encode()
    file = ChangedFile(PATH, textwrap.dedent(head).encode(), before)
    (report,) = engine.analyse([file], Settings(profile=profile), strict=True)
    return report


def surfaces(report: FileReport, check: str) -> list[tuple[int, str]]:
    return [
        (one.region.start_line, str(one.surface)) for one in report.findings if one.check == check
    ]


SLEEPS = """\
    import time

    def test_one(job):
        job.start()
        time.sleep(1)
        job.stop()
        time.sleep(1)
        assert job.stopped

    def test_other(job):
        job.start()
        time.sleep(1)
        assert job.started
    """


def test_one_comment_a_file_on_sleeps_and_the_rest_in_the_summary() -> None:
    assert surfaces(reviewed(SLEEPS), "sleep-in-test") == [
        (5, "inline"),
        (7, "summary"),
        (12, "summary"),
    ]


def test_a_comment_in_each_function_on_broad_exceptions() -> None:
    raising = "    with pytest.raises(Exception):\n        job()\n"
    report = reviewed(
        f"import pytest\n\ndef test_one(job):\n{raising}{raising}\ndef test_two(job):\n{raising}"
    )
    assert surfaces(report, "broad-raises") == [(4, "inline"), (6, "summary"), (10, "inline")]


def test_the_strict_profile_comments_on_each() -> None:
    report = reviewed(SLEEPS, profile=Profile.STRICT)
    assert surfaces(report, "sleep-in-test") == [(5, "inline"), (7, "inline"), (12, "inline")]


def test_an_older_line_does_not_silence_a_new_one() -> None:
    base = SLEEPS.replace("job.stop()\n        time.sleep(1)", "job.stop()")
    assert base != SLEEPS
    report = reviewed(SLEEPS, base)
    assert surfaces(report, "sleep-in-test") == [(7, "inline")]
    assert report.preexisting == 2


def test_two_dropped_results_are_one_comment() -> None:
    report = reviewed("def test_it(left, right):\n    left.x == 1\n    right.x == 2\n")
    assert surfaces(report, "useless-comparison") == [(2, "inline"), (3, "summary")]


@pytest.mark.parametrize(
    ("after", "surface"),
    [
        ("", "summary"),
        ("time.sleep(0.1)", "summary"),
        ("assert not job.done()", "summary"),
        ("assert not results", "summary"),
        ("job.callback.assert_not_called()", "summary"),
        ("assert job.done()", "inline"),
        ("assert not job.is_alive()", "inline"),
        ("job.stop()", "inline"),
    ],
)
def test_a_sleep_that_waits_for_no_event(after: str, surface: str) -> None:
    report = reviewed(f"import time\n\ndef test_it(job):\n    time.sleep(2)\n    {after}\n")
    assert surfaces(report, "sleep-in-test")[0] == (4, surface)


@pytest.mark.parametrize(
    ("before", "after", "surface"),
    [
        ("assert job.runs == 1", "assert job.runs == 1", "summary"),
        ("runs = job.runs", "assert job.runs == runs", "summary"),
        ("runs = job.runs", "assert runs == job.runs", "summary"),
        ("runs = job.runs", "assert job.runs != runs", "inline"),
        ("runs = job.runs", "assert job.runs == runs + 1", "inline"),
        ("assert job.runs == 1", "assert job.runs == 2", "inline"),
        ("job.runs == 1", "assert job.runs == 1", "inline"),
    ],
)
def test_a_sleep_after_which_all_is_as_before(before: str, after: str, surface: str) -> None:
    report = reviewed(
        f"import time\n\ndef test_it(job):\n    {before}\n    job.poke()\n    time.sleep(2)\n"
        f"    {after}\n"
    )
    assert surfaces(report, "sleep-in-test") == [(6, surface)]


@pytest.mark.parametrize(
    ("before", "surface"),
    [
        ("cache.set('key', 1, ttl=1)", "summary"),
        ("socket = connect(heartbeat_interval=0.5)", "summary"),
        ("cache.set('key', 1, ttl=60)", "inline"),
        ("cache.set('key', 1, keepalive=True)", "inline"),
        ("cache.thread.join(timeout=1)", "inline"),
        ("cache.set('key', 1)", "inline"),
    ],
)
def test_a_sleep_in_which_a_period_runs_out(before: str, surface: str) -> None:
    report = reviewed(
        f"""\
        import time

        def test_it(cache):
            {before}
            time.sleep(2)
            assert cache.get("key") is None
        """
    )
    assert surfaces(report, "sleep-in-test") == [(5, surface)]


@pytest.mark.parametrize(
    ("after", "surface"),
    [
        ("load.assert_called_once_with()", "summary"),
        ("load.assert_not_called()", "summary"),
        ("assert pool.closed", "inline"),
        ("pool.close()", "inline"),
    ],
)
def test_a_broad_exception_with_its_effect_asserted(after: str, surface: str) -> None:
    report = reviewed(
        f"""\
        import pytest

        def test_it(pool, load):
            with pytest.raises(Exception):
                pool.request("/")
            {after}
        """
    )
    assert surfaces(report, "broad-raises") == [(4, surface)]


@pytest.mark.parametrize(
    ("remark", "shown"),
    [
        ("# noqa: B017", []),
        ("# noqa: E501, PT011", []),
        ("# noqa: H202", []),
        ("# noqa: E501", [(4, "inline")]),
    ],
)
def test_a_broad_exception_that_another_linter_was_told_of(
    remark: str, shown: list[tuple[int, str]]
) -> None:
    report = reviewed(
        f"""\
        import pytest

        def test_it(pool):
            with pytest.raises(Exception):  {remark}
                pool.request("/")
        """
    )
    assert surfaces(report, "broad-raises") == shown


def test_a_handler_within_a_block_that_proves_something() -> None:
    report = reviewed(
        """\
        import pytest

        def test_it(pool):
            with pytest.warns(UserWarning):
                try:
                    pool.request("/")
                except OSError as error:
                    assert "no module" in str(error)
        """
    )
    assert surfaces(report, "try-except-in-test") == [(7, "summary")]


DROPPED = """\
    import unittest

    class Base(unittest.TestCase):
        def tearDown(self):
            self.server.stop()

    class One(Base):
        def tearDown(self):
            self.proxy.stop()

    class Two(Base):
        def tearDown(self):
            self.cache.stop()
    """


def test_one_comment_a_file_where_one_mistake_is_made_again_and_again() -> None:
    report = reviewed(DROPPED)
    assert surfaces(report, "missing-super-teardown") == [(8, "inline"), (12, "summary")]


def test_a_mistake_that_is_made_anew_is_a_comment_beside_an_old_one() -> None:
    report = reviewed(DROPPED, DROPPED.partition("    class Two")[0])
    assert surfaces(report, "missing-super-teardown") == [(12, "inline")]


@pytest.mark.parametrize(
    ("made", "surface"),
    [
        ("cache = Cache(size=100)", "summary"),
        ("cache = self._build_cache()", "summary"),
        ("cache = get_cache()", "inline"),
        ("from app import cache", "inline"),
    ],
)
def test_a_patch_of_an_object_that_the_test_has_made(made: str, surface: str) -> None:
    report = reviewed(
        f"""\
        import unittest
        from unittest import mock

        class CacheTest(unittest.TestCase):
            def test_it(self):
                {made}
                mock.patch.object(cache, "free").start()
                self.assertEqual(0, cache.used)
        """
    )
    assert surfaces(report, "patcher-not-stopped") == [(7, surface)]


def test_what_a_mixin_of_unknown_heirs_leaves() -> None:
    report = reviewed(
        """\
        from unittest import mock

        class BridgesTest:
            def setUp(self):
                super().setUp()
                mock.patch("agent.pull").start()

            def test_bridges(self):
                self.assertEqual([], bridges())
        """
    )
    assert surfaces(report, "patcher-not-stopped") == [(6, "summary")]


@pytest.mark.parametrize(
    ("before", "after", "surface"),
    [
        ("updated = pack.updated", "assert pack.updated > updated", "summary"),
        ("first_time = pack.time", "assert first_time != pack.time", "summary"),
        ("updated = pack.updated", "assert pack.saved", "inline"),
        ("count = pack.count", "assert pack.count > count", "inline"),
    ],
)
def test_a_sleep_in_which_the_clock_has_to_go_on(before: str, after: str, surface: str) -> None:
    report = reviewed(
        f"""\
        import time

        def test_it(pack):
            {before}
            time.sleep(1)
            pack.save()
            {after}
        """
    )
    assert surfaces(report, "sleep-in-test") == [(5, surface)]


@pytest.mark.parametrize(
    ("given", "surface"),
    [("open_descriptors()", "summary"), ("(1, 2)", "inline"), ("[b'', b'a']", "inline")],
)
def test_a_handler_in_a_loop_over_what_a_call_gives(given: str, surface: str) -> None:
    report = reviewed(
        f"""\
        def test_it(files):
            for one in {given}:
                try:
                    files.ask(one)
                except OSError as error:
                    assert error.errno == 9
        """
    )
    assert surfaces(report, "try-except-in-test") == [(5, surface)]


@pytest.mark.parametrize(
    ("compared", "surface"),
    [
        ("User.name == 'ed'", "summary"),
        ("column == 5", "summary"),
        ("users.c.id == 5", "summary"),
        ("select(users.c.id) == 5", "summary"),
        ("response.status == 200", "inline"),
    ],
)
def test_a_comparison_that_builds_a_query(compared: str, surface: str) -> None:
    report = reviewed(
        f"""\
        from sqlalchemy import Column, Table, select
        from app import User

        def test_it(client):
            column = Column("a")
            users = Table("users")
            response = client.get("/")
            {compared}
            assert client.closed
        """
    )
    assert surfaces(report, "useless-comparison") == [(8, surface)]


def test_a_failure_that_is_written_like_a_question_is_no_comment() -> None:
    report = reviewed(
        "import unittest\n\nclass T(unittest.TestCase):\n    def test_it(self):\n"
        "        if made():\n            self.assertTrue(False)\n"
    )
    assert surfaces(report, "assert-constant") == [(6, "summary")]


@pytest.mark.parametrize(
    ("before", "after", "surface"),
    [
        ("go run(&calls)", "if c := calls.Load(); c != 0 { t.Fatal(c) }", "summary"),
        ("go run(&calls)", "assert.Zero(t, calls.Load())", "summary"),
        ("go run(&calls)", "assert.Equal(t, int32(0), calls.Load())", "summary"),
        ("go run(&calls)", "assert.Equal(t, int32(1), calls.Load())", "inline"),
        ("server.SetExpiration(time.Second)", "assert.Equal(t, 1, server.Size())", "summary"),
        ("server.SetExpiration(time.Hour)", "assert.Equal(t, 1, server.Size())", "inline"),
    ],
)
def test_a_sleep_in_go_that_waits_for_no_event(before: str, after: str, surface: str) -> None:
    head = (
        'package jobs\n\nimport (\n\t"testing"\n\t"time"\n\n'
        '\t"github.com/stretchr/testify/assert"\n'
        f")\n\nfunc TestRuns(t *testing.T) {{\n\t{before}\n\ttime.Sleep(2 * time.Second)\n"
        f"\t{after}\n}}\n"
    )
    file = ChangedFile("jobs/runner_test.go", head.encode(), None)
    (report,) = engine.analyse([file], Settings(), strict=True)
    assert surfaces(report, "sleep-in-test") == [(12, surface)]


@pytest.mark.parametrize(
    ("before", "after", "surface"),
    [
        ("expect(calls).toBe(1);", "expect(calls).toBe(1);", "summary"),
        ("const seen = host.updates;", "expect(host.updates).toBe(seen);", "summary"),
        ("const seen = host.updates;", "expect(host.updates).toBe(seen + 1);", "inline"),
        ("expect(calls).toBe(1);", "expect(calls).toBe(2);", "inline"),
        ("host.stop();", "expect(host.updates).toBe(3);", "inline"),
    ],
)
def test_a_sleep_in_javascript_after_which_all_is_as_before(
    before: str, after: str, surface: str
) -> None:
    head = (
        f"it('runs', async () => {{\n  {before}\n  host.poke();\n"
        f"  await new Promise((done) => setTimeout(done, 50));\n  {after}\n}});\n"
    )
    file = ChangedFile("test/host.test.js", head.encode(), None)
    (report,) = engine.analyse([file], Settings(), strict=True)
    assert surfaces(report, "sleep-in-test") == [(4, surface)]


@pytest.mark.parametrize(
    ("cleanup", "surface"),
    [
        ("server.stop()", "inline"),
        ("server.close()", "inline"),
        ("api.delete(server)", "summary"),
        ("server.delete()", "summary"),
        ("server.finish()", "summary"),
    ],
)
def test_a_cleanup_that_is_gone(cleanup: str, surface: str) -> None:
    base = f"""\
        def test_it(api):
            server = api.make("a")
            assert server.ready
            {cleanup}
        """
    head = base.replace(f"            {cleanup}\n", "")
    assert surfaces(reviewed(head, base), "removed-cleanup") == [(2, surface)]


@pytest.mark.parametrize(
    ("count", "told"),
    [(1, "."), (2, "; alike: line 5."), (8, "; alike: lines 5, 6, 7, 8, 9 and 2 more.")],
)
def test_one_line_of_the_summary_names_the_others_of_the_file(count: int, told: str) -> None:
    head = "from unittest import TestCase\nclass T(TestCase):\n  def test_it(self):\n"
    text = head + "".join(
        f"    self.assertTrue({number} in self.found)\n" for number in range(count)
    )
    found = [one for one in reviewed(text).findings if one.check == "suboptimal-assert"]
    assert [one.message.partition("values")[2] for one in found] == [told]
    every = reviewed(text, profile=Profile.STRICT)
    assert len(surfaces(every, "suboptimal-assert")) == count
