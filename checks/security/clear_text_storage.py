"""The check ``clear-text-storage``: secrets that are kept as they came in."""

from __future__ import annotations

from checks.events import Flow
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell

_PLACES = {
    "field": ", which is kept as it is",
    "database": ", which keeps it as it is",
    "file": ", which keeps it as it is",
    "cookie": ", which the browser keeps as it is",
}


@check(
    id="clear-text-storage",
    title="A password is kept as it came in",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=flows("plain"),
    cwe=(312, 256, 315),
    security=True,
)
def clear_text_storage(flow: Flow, report: Report) -> None:
    """A password, a card number or the like goes into a database, a file or a cookie unchanged.

    What was hashed or encrypted, and what a function that is not known returned, is clean; so are
    models whose methods or properties take the password in.

    Why:
        Whoever reads the database, a backup or a browser's files once has the passwords of all
        users, and most people use theirs elsewhere, too.
    Bad:
        from flask import Flask, request
        from flask_sqlalchemy import SQLAlchemy

        app = Flask(__name__)
        db = SQLAlchemy(app)

        class User(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            password = db.Column(db.String(80))

        @app.post("/register")
        def register():
            db.session.add(User(password=request.form["password"]))
            db.session.commit()
            return ""
    Bad:
        from django.http import HttpResponse

        def remember(request):
            response = HttpResponse("")
            response.set_cookie("password", request.POST["password"], secure=True)
            return response
    Good:
        from flask import Flask, request
        from flask_sqlalchemy import SQLAlchemy
        from werkzeug.security import generate_password_hash

        app = Flask(__name__)
        db = SQLAlchemy(app)

        class User(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            password = db.Column(db.String(80))

        @app.post("/register")
        def register():
            hashed = generate_password_hash(request.form["password"])
            db.session.add(User(password=hashed))
            db.session.commit()
            return ""
    Suppress:
        Where the column encrypts what is written: name its type in the reason.
    """
    cookie = flow.label == "cookie"
    tell(
        flow,
        report,
        how=_PLACES[flow.label],
        why="Whoever reads it there has the passwords of all users."
        if not cookie
        else "Whoever reads the browser's files, or a header on the way, has it.",
        fix="Keep a random identifier in the cookie, and the rest on the server."
        if cookie
        else "Keep a hash that is made for passwords, such as argon2 or bcrypt.",
        severity=Severity.MEDIUM if cookie else Severity.HIGH,
    )
