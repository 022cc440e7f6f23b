"""The check ``cookie-without-samesite``: session cookies that other sites may use."""

from __future__ import annotations

from checks.events import Call, Node
from checks.languages.python.values import UNKNOWN
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, check
from checks.report import Report
from checks.security.cookies import ON, attribute, mended


@check(
    id="cookie-without-samesite",
    title="Cookie without SameSite",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    roles=PRODUCTION_ROLES,
    on=ON,
    cwe=(1275,),
    words=("cookie_",),
    security=True,
)
def cookie_without_samesite(event: Call | Node, report: Report) -> None:
    """A session's cookie is sent along with requests that other sites make.

    `SameSite=None` that is asked for is a finding; where it is left out, some browsers take `Lax`
    by themselves, and it is a line in the summary.

    Why:
        A page elsewhere can make a visitor's browser send a request, and the cookie makes it the
        visitor's own: money is sent, a password is changed.
    Bad:
        def login(response, token):
            response.set_cookie("session", token, secure=True, httponly=True, samesite="None")
    Bad:
        # file: shop/settings.py
        SESSION_COOKIE_SAMESITE = "None"
    Good:
        def login(response, token):
            response.set_cookie("session", token, secure=True, httponly=True, samesite="Lax")
    Good:
        # file: shop/settings.py
        SESSION_COOKIE_SAMESITE = "Strict"
    Suppress:
        Where the page is meant to stand in a frame of other sites, and its forms carry a token.
    """
    for one in attribute(event, "samesite", "SAMESITE"):
        said = None if one.value is None else one.value.constant
        if not one.sensitive or (one.value is not None and said is UNKNOWN):
            continue
        asked = isinstance(said, str) and said.lower() == "none"
        if one.value is not None and not asked and said not in (None, False):
            continue
        report(
            at=one.at,
            message=f"{one.label} lets other sites use the cookie."
            if one.value is not None
            else f"{one.label} is set without `samesite`.",
            why="A page elsewhere can make requests in the name of its visitors.",
            fix='Set it to "Lax", or to "Strict" where nobody comes by a link.',
            surface=Surface.INLINE if one.value is not None else Surface.SUMMARY,
            edits=mended(one, "samesite", '"Lax"'),
        )
