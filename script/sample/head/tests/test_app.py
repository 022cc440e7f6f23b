import pytest

from library import db


@pytest.fixture
def connection(tmp_path):
    connection = db.connect(tmp_path / "library.sqlite3")
    connection.execute("CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT, author TEXT)")
    yield connection
    connection.close()


def test_a_book_that_is_not_there(connection):
    assert db.book(connection, 1) is None
