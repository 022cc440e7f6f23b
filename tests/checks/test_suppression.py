"""Comments that silence a finding."""

import pytest

from checks.model import Lines
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


def test_a_long_block_of_comments_costs_no_more_than_it_is_long() -> None:
    report = look("# assay: ignore[a-check]\n" * 15_000 + "eval(x)\n")
    assert not report.findings
