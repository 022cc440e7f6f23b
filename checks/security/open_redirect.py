"""The check ``open-redirect``: a redirect to an address from outside."""

from __future__ import annotations

from checks.events import Flow
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell


@check(
    id="open-redirect",
    title="Redirect goes where a request says",
    aspect=Aspect.INPUT,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=flows("redirect"),
    cwe=(601,),
    security=True,
)
def open_redirect(flow: Flow, report: Report) -> None:
    """A redirect leads to an address that a request decides.

    Addresses that begin with a path of this site, and those whose host was tested, are clean.

    Why:
        A link to a site that people trust leads them to one that they do not know, which asks for
        their password or takes the tokens in the address.
    Bad:
        from flask import Flask, redirect, request

        app = Flask(__name__)

        @app.get("/login")
        def login():
            return redirect(request.args.get("next", "/"))
    Good:
        from flask import Flask, redirect, request

        app = Flask(__name__)

        @app.get("/login")
        def login():
            target = request.args.get("next", "/")
            if not target.startswith("/") or target.startswith("//"):
                target = "/"
            return redirect(target)
    Good:
        # file: shop/views.py
        from django.shortcuts import redirect
        from django.utils.http import url_has_allowed_host_and_scheme

        def login(request):
            target = request.GET.get("next", "/")
            if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
                target = "/"
            return redirect(target)
    Suppress:
        Where the application's purpose is to lead to other sites: say so in the reason.
    """
    tell(
        flow,
        report,
        how=" as the target",
        why="A link to this site can lead people to a site of somebody else.",
        fix="Allow only paths of this site, or test the host of the address against a list.",
        severity=Severity.MEDIUM,
    )
