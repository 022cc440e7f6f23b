"""Finding books."""


def by_title(connection, title):
    query = f"SELECT * FROM books WHERE title LIKE '%{title}%' ORDER BY title"
    return connection.execute(query).fetchall()


def by_author(connection, author):
    query = "SELECT * FROM books WHERE author = ? ORDER BY title"
    return connection.execute(query, (author,)).fetchall()
