"""The check ``clear-text-storage``: secrets that are kept as they came in."""

from __future__ import annotations

import re2

from checks.events import Call, Flow, Value, argument_nodes
from checks.flow.storing import is_secret
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, calls, check, flows
from checks.report import Report
from checks.security.flowing import tell

_COLUMNS = re2.compile(
    r"(?is)^\s*(?:insert|replace)\s+(?:or\s+\w+\s+)?into\s+[^\s(]+\s*\(([^()]*)\)\s*values"
)
_MAX_STATEMENT = 2_000
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
    on=(flows("plain"), calls("*.execute")),
    cwe=(312, 256, 315),
    security=True,
)
def clear_text_storage(event: Flow | Call, report: Report) -> None:
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
    if isinstance(event, Call):
        _look_at(event, report)
        return
    flow = event
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


def _look_at(call: Call, report: Report) -> None:
    """A statement whose parameters hold a password as it was sent, of which the flow knows nothing.

    ``execute("INSERT INTO users (name, password) VALUES (?, ?)", (name, form["password"]))``
    """
    statement, given = call.argument(0), call.argument(1)
    text = None if statement is None else statement.constant
    values = None if given is None else given.elements
    if not isinstance(text, str) or not values or report.reach(call, "plain") is not None:
        return
    columns = _COLUMNS.search(text[:_MAX_STATEMENT])
    names = [one.strip(" \t\n`\"'") for one in columns.group(1).split(",")] if columns else []
    if len(names) != len(values):
        return
    for name, value in zip(names, values, strict=True):
        if is_secret(name) and _is_as_sent(value):
            report(
                at=call,
                message=f"`{value.short}` is kept in the column `{name[:40]}` as it came in.",
                why="Whoever reads it there has the passwords of all users.",
                fix="Keep a hash that is made for passwords, such as argon2 or bcrypt.",
                confidence=Confidence.MEDIUM,
            )
            return


def _is_as_sent(value: Value) -> bool:
    """``form["password"]``, ``data.get("password")``, ``getpass()``, and names for them."""
    origin = value.origin
    node = origin.node
    if node.type == "subscript":
        key = node.child_by_field_name("subscript")
        constant = None if key is None else Value(origin.module, key, origin.context).constant
        return isinstance(constant, str) and is_secret(constant)
    if node.type != "call":
        return False
    if origin.callee_name in ("getpass.getpass", "input"):
        return True
    function = node.child_by_field_name("function")
    arguments = argument_nodes(node)
    if function is None or not origin.module.text_of(function).endswith(".get") or not arguments:
        return False
    constant = Value(origin.module, arguments[0], origin.context).constant
    return isinstance(constant, str) and is_secret(constant)
