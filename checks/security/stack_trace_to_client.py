"""The check ``stack-trace-to-client``: what went wrong inside is told to whoever asks."""

from __future__ import annotations

from collections.abc import Iterator

from checks.events import Call, Node, calls_of
from checks.languages.python.context import Context, Located
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, calls, check, nodes
from checks.report import Report
from checks.security.handlers import is_handler
from checks.security.purpose import Destination, destinations, uses

_TRACES = "{format_exc,format_exception,format_tb,format_stack}"
_RESPONSES = frozenset(
    {"Response", "HttpResponse", "JsonResponse", "JSONResponse", "HTMLResponse", "jsonify",
     "PlainTextResponse", "make_response", "json_response", "HttpResponseServerError",
     "HttpResponseBadRequest", "HTTPInternalServerError", "HTTPException", "APIException", "abort",
     "StreamingHttpResponse", "ORJSONResponse", "render_template_string", "HTTPResponse",
     "send_error", "HTTPBadRequest", "InternalServerError"}
)  # fmt: skip
_WRITERS = frozenset({"self.write", "self.finish", "response.write", "self.wfile.write",
                      "self.send_error", "web.Response", "web.json_response"})  # fmt: skip
_BROAD = frozenset({"Exception", "BaseException"})
_LOGS = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log", "print",
                   "capture_exception", "send_mail", "warn"})  # fmt: skip
_MAX_NAMED = 12
"""How often the name of a helper may stand in a file whose calls are looked for."""
_DEBUGS = ("debug", "DEBUG", "is_dev", "development", "testing", "is_staff", "is_superuser",
           "is_admin")  # fmt: skip


@check(
    id="stack-trace-to-client",
    title="Stack trace sent to the client",
    aspect=Aspect.ERRORS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=(calls(f"traceback.{_TRACES}"), nodes("except_clause")),
    cwe=(209, 497),
    security=True,
)
def stack_trace_to_client(event: Call | Node, report: Report) -> None:
    """A response holds a stack trace, or the text of an exception that may be anything.

    The text of an exception of a known kind is most often a message for the user, and clean. Under
    a switch for debugging it is clean, too.

    Why:
        Traces name files, libraries and queries, and the texts of database and network errors hold
        hosts, paths and values. It tells an attacker where to go on.
    Bad:
        import traceback
        from flask import Flask

        app = Flask(__name__)

        @app.errorhandler(Exception)
        def failed(error):
            return traceback.format_exc(), 500
    Bad:
        from django.http import JsonResponse

        def order(request):
            try:
                return JsonResponse(place(request))
            except Exception as error:
                return JsonResponse({"error": str(error)}, status=500)
    Good:
        import logging
        from django.http import JsonResponse

        def order(request):
            try:
                return JsonResponse(place(request))
            except Exception:
                logging.exception("order failed")
                return JsonResponse({"error": "The order failed."}, status=500)
    Good:
        from django.http import JsonResponse

        def order(request):
            try:
                return JsonResponse(place(request))
            except ValueError as error:
                return JsonResponse({"error": str(error)}, status=400)
    Suppress:
        Where only the operators of the service can reach the page.
    """
    if event.function is None or _for_debugging(event):
        return
    if isinstance(event, Call):
        if _is_sent(event):
            report(
                at=event,
                message=f"`{event.name}()` is sent to the client.",
                why="It names files, libraries and queries, and shows where to go on.",
                fix="Log it, and answer with a short text and an id to find it by.",
            )
        return
    for told in _texts(event):
        if _for_debugging(told):
            continue
        report(
            at=told,
            message="The text of an unknown exception is sent to the client.",
            why="It may hold queries, hosts, paths or values of other people.",
            fix="Log it, and answer with a text of your own.",
            severity=Severity.LOW,
            confidence=Confidence.MEDIUM,
            surface=Surface.INLINE,
        )
        return


def _is_sent(event: Call) -> bool:
    """Whether a trace comes into an answer, here or where a helper's result is used."""
    for one in destinations(event, in_parts=True):
        if _is_answer(event, one):
            return True
        if one.how != "returned" or event.function is None or _is_logged(event):
            continue
        written = event.function.name.encode()
        if event.function.is_method or event.module.source.data.count(written) > _MAX_NAMED:
            continue
        for call in calls_of(event.module):
            if call.target.text == one.name and any(
                _is_answer(call, each) for each in destinations(call, in_parts=True)
            ):
                return True
    return False


def _texts(clause: Node) -> Iterator[Located]:
    """The places where a broad ``except`` puts its exception's text into an answer."""
    name = _caught(clause)
    if name is None:
        return
    start, end = clause.node.byte_range
    for use in uses(clause.module, clause.context, name, start):
        if use.node.start_byte >= end:
            return
        way = destinations(use)
        called = [one.name for one in way if one.how == "argument"]
        textual = bool(called) and called[0] in ("str", "repr")
        above = use.parent
        textual = textual or (above is not None and above.kind == "interpolation")
        if not textual:
            continue
        if any(_is_answer(use, one) for one in way):
            yield use


def _caught(clause: Node) -> str | None:
    """The name of the exception, when nearly every exception is caught."""
    for child in clause.children():
        if child.type == "as_pattern":
            parts = [one for one in child.named_children if one.type != "comment"]
            caught = clause.value(parts[0])
            if (caught.name or caught.text) in _BROAD and len(parts) > 1:
                return clause.module.text_of(parts[1])
    return None


def _is_answer(at: Located, one: Destination) -> bool:
    function = at.function
    if function is None:
        return False
    if one.how == "argument":
        last = one.name.rpartition(".")[2]
        if one.name in _WRITERS:
            return is_handler(function)
        return last in _RESPONSES and (last != "HTTPException" or "detail" in at.statement.text)
    return one.how == "returned" and is_handler(function) and not _is_logged(at)


def _is_logged(at: Located) -> bool:
    """Whether the value is an argument of a call that only writes it down."""
    for above in at.ancestors():
        if above.kind == "call":
            target = above.child("function")
            name = "" if target is None else above.module.text_of(target).rpartition(".")[2]
            if name in _LOGS:
                return True
        if above.kind.endswith("_statement"):
            return False
    return False


def _for_debugging(at: Located) -> bool:
    """Whether a switch for developers, or a right, is asked before."""
    kinds = ("if_statement", "elif_clause", "conditional_expression")
    places: list[Located | Context] = [one for one in at.ancestors() if one.kind in kinds]
    places += [one for one in at.context.chain() if one.kind in kinds]
    for one in places:
        node = one.node
        condition = node.child_by_field_name("condition")
        if condition is None and node.type == "conditional_expression":
            condition = node.named_children[1] if len(node.named_children) > 1 else None
        text = "" if condition is None else at.module.text_of(condition)[:200]
        if any(word in text for word in _DEBUGS):
            return True
    return False
