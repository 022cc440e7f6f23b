"""The check ``xpath-injection``: an XPath query made from data."""

from __future__ import annotations

from checks.events import Flow
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell


@check(
    id="xpath-injection",
    title="XPath query is made from data",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=flows("xpath"),
    cwe=(643,),
    security=True,
)
def xpath_injection(flow: Flow, report: Report) -> None:
    """Untrusted data becomes part of an XPath query.

    Data that is passed as a variable of the query is clean.

    Why:
        A quote in the data ends the text that it stands in, and the rest changes what the query
        finds: other people's records, or a log-in without a password.
    Bad:
        from lxml import etree
        from flask import Flask, request

        app = Flask(__name__)

        @app.get("/user")
        def user():
            tree = etree.parse("users.xml")
            return {"n": len(tree.xpath("//user[@name='" + request.args["name"] + "']"))}
    Good:
        from lxml import etree
        from flask import Flask, request

        app = Flask(__name__)

        @app.get("/user")
        def user():
            tree = etree.parse("users.xml")
            return {"n": len(tree.xpath("//user[@name=$name]", name=request.args["name"]))}
    Suppress:
        Where people are meant to write queries over their own document: say so.
    """
    tell(
        flow,
        report,
        how=" as a query",
        why="A quote in the data ends the text it stands in and changes the query.",
        fix="Pass the value as a variable: `xpath('//user[@name=$name]', name=value)`.",
    )
