"""The check ``cross-site-scripting``: a page with unescaped data in it."""

from __future__ import annotations

from checks.events import Call, Flow, Value
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, calls, check, flows
from checks.report import Report
from checks.secrets.masking import masked
from checks.security.flowing import is_decided, tell
from checks.security.origins import constant_text, harmless, is_parameter, method_of

_ESCAPING = ("escape", "clean", "sanitize", "sanitise", "quote", "urlencode", "render", "reverse",
             "url_for", "static", "format_html", "mark_safe", "markup", "highlight", "gettext",
             "ngettext", "flatatt", "linebreaks", "widget", "as_p", "as_ul", "dumps")  # fmt: skip
_WHY = "A script in the data runs in the browser of whoever opens the page."
_FIX = "Render a template that escapes by itself, or use `markupsafe.escape` on the value."


@check(
    id="cross-site-scripting",
    title="Page holds what a request sends",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=(
        flows("html"),
        calls(
            "django.utils.safestring.{mark_safe,SafeString,SafeText}",
            "django.utils.html.{mark_safe,format_html}",
            "markupsafe.Markup",
            "flask.Markup",
            "jinja2.Markup",
        ),
    ),
    cwe=(79,),
    security=True,
)
def cross_site_scripting(event: Call | Flow, report: Report) -> None:
    """Untrusted data becomes part of a page without being escaped.

    Templates that escape by themselves, `escape`, JSON and plain text are clean. Where the origin
    of a value is not known, a text that is marked as safe HTML is a line in the summary.

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
    if isinstance(event, Flow):
        tell(event, report, how=" unescaped", why=_WHY, fix=_FIX)
    else:
        _look_at(event, report)


def _look_at(call: Call, report: Report) -> None:
    """Judge a text that is said to be HTML by itself, where no origin is known."""
    text = call.argument(0, "format_string") or call.argument(0, "s")
    if text is None or text.fixed or "<" not in constant_text(text):
        return
    varying = [one for one in text.parts if not harmless(one, _is_escaped)]
    given = next(
        (one for one in varying if is_parameter(one) and one.node.type == "identifier"), None
    )
    if given is None or is_decided(call, report, "html"):
        return
    report(
        at=call,
        message=f"`{masked(given.short)}` becomes part of what `{call.target.short}` calls HTML.",
        why="If a user can choose it, a script in it runs in the browser of every reader.",
        fix='Use `format_html("<b>{}</b>", value)`, or `markupsafe.escape` on the value.',
        severity=Severity.MEDIUM,
        confidence=Confidence.LOW,
        surface=Surface.SUMMARY,
    )


def _is_escaped(value: Value) -> bool:
    """Whether a call makes HTML, or makes a text harmless in it, by its name."""
    method = method_of(value) or (value.callee_name or "").rpartition(".")[2]
    return any(word in method.lower() for word in _ESCAPING)
