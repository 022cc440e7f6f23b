"""The connection to the library's database."""

import sqlite3


def connect(path):
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    return connection


def book(connection, book_id):
    cursor = connection.execute("SELECT * FROM books WHERE id = ?", (book_id,))
    return cursor.fetchone()


def old_report(connection, table):
    # Known and accepted: the names of the tables are our own.
    return connection.execute("SELECT count(*) FROM %s" % table).fetchone()[0]
