"""The check ``server-side-request-forgery``: a request to an address that comes from outside."""

from __future__ import annotations

from checks.events import Flow
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell


@check(
    id="server-side-request-forgery",
    title="Server asks an address that a request chooses",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=flows("request"),
    cwe=(918,),
    security=True,
)
def server_side_request_forgery(flow: Flow, report: Report) -> None:
    """The server sends a request to a host that untrusted data decides.

    Addresses with a fixed host, and those whose host was tested against a list, are clean.

    Why:
        The server stands inside the network: it reaches services and metadata that the outside
        does not, and hands their answers or their effects to whoever chose the address.
    Bad:
        import requests
        from flask import Flask, request

        app = Flask(__name__)

        @app.get("/preview")
        def preview():
            return {"size": len(requests.get(request.args["url"], timeout=5).content)}
    Good:
        import requests
        from flask import Flask, request

        app = Flask(__name__)

        @app.get("/user")
        def user():
            name = request.args["name"]
            return requests.get(f"https://api.example.com/users/{name}", timeout=5).json()
    Good:
        from urllib.parse import urlsplit

        import requests
        from flask import Flask, abort, request

        app = Flask(__name__)
        HOSTS = {"api.example.com", "cdn.example.com"}

        @app.get("/preview")
        def preview():
            url = request.args["url"]
            if urlsplit(url).hostname not in HOSTS:
                abort(400)
            return {"size": len(requests.get(url, timeout=5).content)}
    Suppress:
        Where the request goes through a proxy that lets only public hosts pass: say so.
    """
    tell(
        flow,
        report,
        how=" as the address",
        why="The server can be made to ask services that only it can reach.",
        fix="Test the host of the address against a list of allowed hosts before the request.",
    )
