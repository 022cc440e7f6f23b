from library import exports


def test_the_calendar_is_read(tmp_path):
    path = tmp_path / "calendar.yml"
    path.write_text("open: [monday, friday]")
    calendar = exports.read_calendar(path)
    assert (calendar["open"][0] == "monday", "the library opens on mondays")


def test_the_archive_is_written(tmp_path):
    archive = open(tmp_path / "loans.tar.gz", "wb")
    archive.write(b"\x1f\x8b")
    (tmp_path / "loans.tar.gz").stat().st_size == 2
