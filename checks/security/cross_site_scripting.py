"""The check ``cross-site-scripting``: a page with unescaped data in it."""

from __future__ import annotations

from checks.events import Flow
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell


@check(
    id="cross-site-scripting",
    title="Page holds what a request sends",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=flows("html"),
    cwe=(79,),
    security=True,
)
def cross_site_scripting(flow: Flow, report: Report) -> None:
    """Untrusted data becomes part of a page without being escaped.

    Templates that escape by themselves, `escape`, JSON and plain text are clean.

    Why:
        A script in the data runs in the browser of whoever opens the page, with that person's
        session: it reads what they see and does what they may do.
    Bad:
        from flask import Flask, request

        app = Flask(__name__)

        @app.get("/hello")
        def hello():
            return f"<h1>Hello {request.args['name']}</h1>"
    Bad:
        # file: shop/views.py
        from django.http import HttpResponse

        def search(request):
            return HttpResponse("No results for " + request.GET.get("q", ""))
    Good:
        from flask import Flask, request
        from markupsafe import escape

        app = Flask(__name__)

        @app.get("/hello")
        def hello():
            return f"<h1>Hello {escape(request.args['name'])}</h1>"
    Good:
        # file: shop/views.py
        from django.shortcuts import render

        def search(request):
            return render(request, "search.html", {"q": request.GET.get("q", "")})
    Suppress:
        Where the data is a page that was cleaned before: say by what in the reason.
    """
    tell(
        flow,
        report,
        how=" unescaped",
        why="A script in the data runs in the browser of whoever opens the page.",
        fix="Render a template that escapes by itself, or use `markupsafe.escape` on the value.",
    )
