"""The check ``nosql-injection``: a query document made from data."""

from __future__ import annotations

from checks.events import Flow
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell


@check(
    id="nosql-injection",
    title="Database query is made from data",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=flows("nosql"),
    cwe=(943,),
    security=True,
)
def nosql_injection(flow: Flow, report: Report) -> None:
    """A query of a document database is an object that a request sends.

    Texts as values of fixed keys, and values that were converted, are clean.

    Why:
        An object in place of a text brings operators of its own: `{"$ne": ""}` as a password
        matches every password.
    Bad:
        from flask import Flask, request
        from pymongo import MongoClient

        app = Flask(__name__)
        users = MongoClient().shop.users

        @app.post("/login")
        def login():
            body = request.get_json()
            user = users.find_one({"name": body["name"], "password": body["password"]})
            return {"ok": user is not None}
    Good:
        from flask import Flask, request
        from pymongo import MongoClient

        app = Flask(__name__)
        users = MongoClient().shop.users

        @app.post("/login")
        def login():
            body = request.get_json()
            user = users.find_one({"name": str(body["name"])})
            return {"ok": user is not None}
    Suppress:
        Where a schema has made the values texts before: say so in the reason.
    """
    tell(
        flow,
        report,
        how=" as a query",
        why="An object in the data brings query operators of its own.",
        fix="Convert each value with `str` or `int` before it becomes part of the query.",
    )
