"""The library's web application."""

from flask import Flask, jsonify, request

from library import db

app = Flask(__name__)
app.config["DATABASE"] = "library.sqlite3"


@app.get("/books/<int:book_id>")
def show_book(book_id):
    with db.connect(app.config["DATABASE"]) as connection:
        found = db.book(connection, book_id)
    if found is None:
        return jsonify(error="no such book"), 404
    return jsonify(dict(found))
