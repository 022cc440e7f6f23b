"""The check ``cookie-without-secure``: cookies that are sent over connections anyone can read."""

from __future__ import annotations

from checks.events import Call, Node
from checks.languages.python.values import UNKNOWN
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, check
from checks.report import Report
from checks.security.cookies import ON, attribute, mended


@check(
    id="cookie-without-secure",
    title="Cookie without Secure",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=ON,
    cwe=(614,),
    words=("cookie_",),
    security=True,
)
def cookie_without_secure(event: Call | Node, report: Report) -> None:
    """A cookie may be sent over plain HTTP: `secure` is switched off, or left out for a session.

    A cookie that is deleted is clean, and so is a value that a setting or the request decides.
    Cookies that identify nobody are a line in the summary at most.

    Why:
        One request over HTTP is enough, even one to an image: whoever is on the way takes the
        cookie and is logged in as its owner.
    Bad:
        from flask import make_response

        def login(user):
            response = make_response("welcome")
            response.set_cookie("session_id", user.new_session(), httponly=True)
            return response
    Bad:
        # file: shop/settings/production.py
        SESSION_COOKIE_SECURE = False
    Good:
        from flask import make_response

        def login(user):
            response = make_response("welcome")
            response.set_cookie("session_id", user.new_session(), secure=True, httponly=True)
            return response
    Good:
        import os

        SESSION_COOKIE_SECURE = os.environ.get("INSECURE") is None
    Suppress:
        Where the service is reached over the loopback interface only.
    """
    for one in attribute(event, "secure", "SECURE"):
        said = None if one.value is None else one.value.constant
        if one.value is not None and (said is UNKNOWN or said):
            continue
        grave = one.sensitive or (one.value is not None and not one.for_scripts)
        what = "is left out" if one.value is None else "is switched off"
        report(
            at=one.at,
            message=f"{one.label} is {'off' if one.is_setting else 'set and `secure` ' + what}.",
            why="The cookie is sent over plain HTTP as well, where anyone on the way takes it.",
            fix="Switch it on; read it from a setting where developers work without TLS.",
            severity=None if grave else Severity.LOW,
            surface=Surface.INLINE if grave else Surface.SUMMARY,
            confidence=Confidence.HIGH if grave else Confidence.LOW,
            edits=mended(one, "secure", "True"),
        )
