"""The check ``cookie-without-httponly``: cookies of a session that scripts can read."""

from __future__ import annotations

from checks.events import Call, Node
from checks.languages.python.values import UNKNOWN
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, check
from checks.report import Report
from checks.security.cookies import ON, attribute, mended


@check(
    id="cookie-without-httponly",
    title="Cookie without HttpOnly",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=ON,
    cwe=(1004,),
    words=("cookie_",),
    security=True,
)
def cookie_without_httponly(event: Call | Node, report: Report) -> None:
    """A cookie that identifies a person can be read by scripts in the page.

    Cookies for scripts, as the token against forged requests or a chosen language, are clean.

    Why:
        One script that gets into a page, through a comment or a library, takes the session of
        everybody who opens it.
    Bad:
        from fastapi import Response

        def login(response: Response, token: str):
            response.set_cookie("access_token", token, secure=True)
    Bad:
        # file: shop/settings.py
        SESSION_COOKIE_HTTPONLY = False
    Good:
        from fastapi import Response

        def login(response: Response, token: str):
            response.set_cookie("access_token", token, secure=True, httponly=True)
    Good:
        def page(response, token):
            response.set_cookie("csrftoken", token, secure=True, httponly=False)
    Suppress:
        Where a script of the page has to read the cookie: say which.
    """
    for one in attribute(event, "httponly", "HTTPONLY"):
        said = None if one.value is None else one.value.constant
        if one.for_scripts or (one.value is not None and (said is UNKNOWN or said)):
            continue
        grave = one.sensitive or (one.value is not None and not one.named)
        if not grave and one.value is None:
            continue
        what = "is left out" if one.value is None else "is switched off"
        report(
            at=one.at,
            message=f"{one.label} is {'off' if one.is_setting else 'set and `httponly` ' + what}.",
            why="Any script that gets into a page can read the cookie and send it away.",
            fix="Set `httponly=True`.",
            severity=None if grave else Severity.LOW,
            surface=Surface.INLINE if grave else Surface.SUMMARY,
            confidence=Confidence.HIGH if grave else Confidence.LOW,
            edits=mended(one, "httponly", "True"),
        )
