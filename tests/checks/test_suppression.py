"""Comments that silence a finding."""

import pytest

from checks.engine import analyse
from checks.model import ChangedFile, IdleComment, Lines, Settings
from tests.checks.making import look


@pytest.mark.parametrize(
    "head",
    [
        "eval(x)  # assay: ignore[a-check] trusted input\n",
        "# assay: ignore[a-check] trusted input\neval(x)\n",
        "# assay: ignore[other, a-check] trusted input\n# and more words\neval(x)\n",
        "eval(\n    x\n)  # assay: ignore[a-check]: trusted input\n",
        "eval(  # assay: ignore[a-check] trusted input\n    x\n)\n",
        '"""About."""\n# assay: ignore-file[a-check] trusted input\n\n\neval(x)\n',
        "#assay:ignore[a-check]trusted input\neval(x)\n",
        "def f():\n    # assay: ignore[a-check] trusted input\n    eval(x)\n",
        "eval(x)  # type: ignore  # assay: ignore[a-check] trusted input\n",
        "eval(x)  # Assay: Ignore [a-check] trusted input\n",
    ],
)
def test_silenced(head: str) -> None:
    report = look(head)
    assert not report.findings
    (silenced,) = report.suppressed
    assert silenced.check == "a-check"
    assert silenced.reason == "trusted input"
    assert silenced.added


@pytest.mark.parametrize(
    "head",
    [
        pytest.param("eval(x)  # assay: ignore[other]\n", id="another check"),
        pytest.param("eval(x)  # assay: ignore\n", id="no check named"),
        pytest.param("eval(x)  # assay: ignore[]\n", id="an empty list"),
        pytest.param("eval(x)\n# assay: ignore[a-check]\n", id="below"),
        pytest.param("# assay: ignore[a-check]\n\neval(x)\n", id="a line between"),
        pytest.param("y = 1  # assay: ignore[a-check]\neval(x)\n", id="end of the line above"),
        pytest.param("eval('# assay: ignore[a-check]')\n", id="in a string"),
        pytest.param("eval('''\n# assay: ignore[a-check]\n''')\n", id="in a long string"),
        pytest.param("#\n" * 10 + "# assay: ignore-file[a-check]\neval(x)\n", id="too far down"),
        pytest.param("# note: assay: ignore[a-check]\neval(x)\n", id="not at the start"),
    ],
)
def test_not_silenced(head: str) -> None:
    report = look(head)
    assert len(report.findings) == 1
    assert not report.suppressed


def test_only_the_next_line() -> None:
    report = look("# assay: ignore[a-check]\neval(x)\neval(y)\n")
    assert [one.region.start_line for one in report.findings] == [3]
    assert report.suppressed[0].lines == (2, 2)


def test_whether_the_change_adds_it() -> None:
    head = "# assay: ignore[a-check]\neval(x)\n"
    assert not look(head, added=(Lines(2, 2),)).suppressed[0].added
    assert look(head, added=(Lines(1, 1),)).suppressed[0].added


def test_a_check_that_does_not_exist_is_told_of() -> None:
    report = look("x = 1  # assay: ignore[no-such-check]\n")
    assert report.limits == (
        "line 1: no check is called no-such-check, so the comment silences nothing",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1  # assay: ignore\n", "line 1: the comment names no check, so it silences nothing"),
        ("# assay: ignore a-check\nx = 1\n", "line 1: the comment names no check"),
        ("x = 1  # assay: ignore[]\n", "line 1: the comment names no check"),
        ("#\n" * 10 + "# assay: ignore-file[sql-injection]\n", "line 11: ignore-file counts in"),
        (
            "x = 1  # assay: ignore[SQL_injection]\n",
            "line 1: no check is called SQL_injection (but sql-injection is one), so the comment",
        ),
    ],
)
def test_one_that_is_written_otherwise_is_told_of(text: str, said: str) -> None:
    report = look(text)
    (told,) = report.limits
    assert told.startswith(said)
    assert report.idle == ()


def test_a_long_block_of_comments_costs_no_more_than_it_is_long() -> None:
    report = look("# assay: ignore[a-check]\n" * 15_000 + "eval(x)\n")
    assert not report.findings


IDLE = "eval('1')\n# assay: ignore[sql-injection] it is checked above\nx = 1\n"


def test_one_that_silences_nothing_is_told_of() -> None:
    (found,) = analyse([ChangedFile("app/a.py", IDLE.encode())], Settings(), strict=True)
    assert found.idle == (IdleComment(2, ("sql-injection",)),)


@pytest.mark.parametrize(
    ("text", "added", "settings"),
    [
        pytest.param(IDLE, (Lines(1, 1),), Settings(), id="not of this change"),
        pytest.param(IDLE.replace("sql-", "any-"), None, Settings(), id="no such check"),
        pytest.param(
            IDLE, None, Settings(disabled=frozenset({"sql-injection"})), id="a check that is off"
        ),
        pytest.param(IDLE.replace("assay: ignore", "nosec"), None, Settings(), id="another tool's"),
        pytest.param(
            "import hashlib\nhashlib.md5(password)  # assay: ignore[weak-hash]\n", None, Settings(),
            id="it silences something",
        ),
    ],
)  # fmt: skip
def test_one_that_need_not_be_told_of(
    text: str, added: tuple[Lines, ...] | None, settings: Settings
) -> None:
    file = ChangedFile("app/a.py", text.encode(), added=added, base=b"" if added else None)
    (found,) = analyse([file], settings, strict=True)
    assert found.idle == ()


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("web/a.test.js", "// assay: ignore[focused-test] for now\nit.only('a', f)\n", "for now"),
        ("web/a.test.js", "it.only('a', f) /* assay: ignore[focused-test] so */\n", "so"),
        ("a.test.ts", "/*\n x\n*/\n/* assay: ignore[focused-test]: so */\nit.only('a', f)\n", "so"),
    ],
)  # fmt: skip
def test_comments_of_other_languages(path: str, text: str, reason: str) -> None:
    (found,) = analyse([ChangedFile(path, text.encode())], Settings(), strict=True)
    assert "focused-test" not in [one.check for one in found.findings]
    assert [one.reason for one in found.suppressed if one.check == "focused-test"] == [reason]


def test_many_comments_and_many_added_lines_cost_no_product() -> None:
    head = "x = 1  # assay: ignore[sql-injection]\n\n" * 9_000
    added = tuple(Lines(number, number) for number in range(1, 18_000, 2))
    file = ChangedFile("app/a.py", head.encode(), base=b"", added=added)
    (found,) = analyse([file], Settings(), strict=True)
    assert len(found.idle) == 9_000
