"""The library's web application."""

from flask import Flask, jsonify, request

from library import db, exports, search

app = Flask(__name__)
app.config["DATABASE"] = "library.sqlite3"


@app.get("/books/<int:book_id>")
def show_book(book_id):
    with db.connect(app.config["DATABASE"]) as connection:
        found = db.book(connection, book_id)
    if found is None:
        return jsonify(error="no such book"), 404
    return jsonify(dict(found))


@app.get("/books")
def find_books():
    with db.connect(app.config["DATABASE"]) as connection:
        found = search.by_title(connection, request.args.get("title", ""))
    return jsonify([dict(row) for row in found])


@app.get("/exports/<year>")
def export_year(year):
    return jsonify(path=exports.archive(year))


@app.post("/reservations")
def reserve():
    wanted = request.get_json()
    with db.connect(app.config["DATABASE"]) as connection:
        db.reserve(connection, int(wanted["book"]), int(wanted["reader"]))
    return jsonify(status="reserved"), 201
