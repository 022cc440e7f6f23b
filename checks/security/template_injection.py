"""The check ``template-injection``: a template made from data."""

from __future__ import annotations

from checks.events import Flow
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell


@check(
    id="template-injection",
    title="Template is made from data",
    aspect=Aspect.INPUT,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=flows("template"),
    cwe=(1336,),
    security=True,
)
def template_injection(flow: Flow, report: Report) -> None:
    """Untrusted data becomes part of a template's text, not of what is filled into it.

    Data that is passed to a fixed template as a value is clean.

    Why:
        Template languages reach the objects of the program: `{{ … }}` in the data reads the
        configuration and runs code with the rights of the application.
    Bad:
        from flask import Flask, render_template_string, request

        app = Flask(__name__)

        @app.get("/hello")
        def hello():
            return render_template_string("<h1>Hello " + request.args["name"] + "</h1>")
    Good:
        from flask import Flask, render_template_string, request

        app = Flask(__name__)

        @app.get("/hello")
        def hello():
            return render_template_string("<h1>Hello {{ name }}</h1>", name=request.args["name"])
    Suppress:
        Where templates are written by administrators in a sandbox: say so in the reason.
    """
    tell(
        flow,
        report,
        how=" as a template",
        why="`{{ … }}` in the data runs code with the rights of the application.",
        fix="Keep the template's text fixed, and pass the data to it as a value.",
        severity=Severity.CRITICAL,
    )
