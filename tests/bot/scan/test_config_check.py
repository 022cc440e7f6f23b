"""``assay config check``: every mistake with its place, and the exit status."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli import main


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["config", "check", *arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_a_file_without_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "assay.yml"
    file.write_text("profile: quiet\n")
    assert checked(capsys, str(file)) == (0, f"{file}: no problems\n", "")


def test_mistakes_have_their_line_and_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "assay.yml"
    file.write_text("profile: quite\nsecrets:\n  test-data:\n    - 'ä'\n    - \"ö\" \n    - '('\n")
    status, out, err = checked(capsys, str(file))
    assert (status, err) == (1, "")
    first, second = out.splitlines()
    assert first.startswith(f"{file}:1:10: profile: It must be `quiet`")
    assert first.endswith("Did you mean `quiet`?")
    assert second.startswith(f"{file}:6:7: secrets.test-data[2]: This is no expression")


def test_columns_count_characters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "assay.yml"
    file.write_text('{"ä𝄞": 1, fail-on: hihg}\n', encoding="utf-8")
    _, out, _ = checked(capsys, str(file))
    assert f"{file}:1:2: ä𝄞" in out
    assert f"{file}:1:20: fail-on" in out


@pytest.mark.parametrize(
    ("text", "place"), [("a: [\n", "1:1"), ("é: é: é\n", "1:5"), ("x" * 70_000, "1:1")]
)
def test_a_file_that_cannot_be_parsed_has_one_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, place: str
) -> None:
    file = tmp_path / "assay.yml"
    file.write_text(text)
    status, out, _ = checked(capsys, str(file))
    assert status == 1
    (only,) = out.splitlines()
    assert only.startswith(f"{file}:{place}:")
    assert "Nothing in the file was used." in only


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = checked(capsys, str(tmp_path / "no.yml"))
    assert (status, out) == (2, "")
    assert "No such file" in err
    assert checked(capsys, str(tmp_path))[0] == 2


def test_the_file_of_this_folder_is_checked_when_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github/assay.yml").write_text("profile: loud\n")
    status, out, _ = checked(capsys)
    assert status == 1
    assert out.startswith(".github/assay.yml:1:10: profile:")


def test_it_needs_no_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ASSAY_APP_ID", raising=False)
    file = tmp_path / "assay.yml"
    file.write_text("")
    assert checked(capsys, str(file))[0] == 0
