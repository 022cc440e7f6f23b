"""The check ``csrf-protection-off``: forms and views that other sites may send."""

from __future__ import annotations

from collections.abc import Iterator

from checks.events import Call, Change, Class, Function, Module, Node, Value, calls_of
from checks.languages.python.context import Located
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import CHANGE, CLASSES, FUNCTIONS, PRODUCTION_ROLES, calls, check, nodes
from checks.report import At, Report
from checks.security.cookies import is_development
from checks.security.purpose import words_in

_EXEMPT = "django.views.decorators.csrf.csrf_exempt"
_FLASK = ("flask_wtf.csrf.CSRFProtect().exempt", "flask_wtf.CSRFProtect().exempt",
          "flask_wtf.csrf.CsrfProtect().exempt", "flask_seasurf.SeaSurf().exempt")  # fmt: skip
_SETTINGS = frozenset({"WTF_CSRF_ENABLED", "CSRF_ENABLED"})
_MIDDLEWARE = "django.middleware.csrf.CsrfViewMiddleware"
_LOGGED_IN = "django.contrib.auth.middleware.AuthenticationMiddleware"
_PROVES = frozenset({"hmac", "signature", "compare", "verify", "verified", "webhook", "token",
                     "bearer", "authorization", "construct", "secret", "jwt", "apikey", "key",
                     "saml", "oauth", "basic", "xmlrpc", "jsonrpc", "ipn", "lti"})  # fmt: skip
_SESSION = frozenset({"user", "session", "login_required", "permission_required", "cookies",
                      "COOKIES", "current_user"})  # fmt: skip
_WHY = "Another site can make a visitor's browser send this request with the visitor's cookies."
_SENT = ("request.POST", "request.GET", "request.data", "request.form", "request.args")
_GATES = ("LoginRequiredMixin", "PermissionRequiredMixin", "UserPassesTestMixin")
"""Classes that let in who is logged in, by the cookie of the session."""
_MAX_OWNER = 40
_MAX_TEXT = 20_000


@check(
    id="csrf-protection-off",
    title="Protection against forged requests is off",
    aspect=Aspect.INPUT,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=(FUNCTIONS, CLASSES, calls(_EXEMPT), nodes("assignment", "keyword_argument"), CHANGE),
    cwe=(352,),
    words=("csrf", "middleware"),
    security=True,
)
def csrf_protection_off(event: Function | Class | Call | Node | Change, report: Report) -> None:
    """A view or the whole application takes requests that a page elsewhere has made.

    A view that proves by other means who sends (a signature, a token in a header) is clean; one
    that does not use the session of the visitor is a line in the summary.

    Why:
        The browser adds the cookies by itself. Without a token in the form nobody can tell the
        visitor's own request from one that some page has made in their name.
    Bad:
        from django.contrib.auth.decorators import login_required
        from django.views.decorators.csrf import csrf_exempt

        @csrf_exempt
        @login_required
        def transfer(request):
            request.user.account.send(request.POST["to"], request.POST["amount"])
    Bad:
        from flask import Flask

        app = Flask(__name__)
        app.config["WTF_CSRF_ENABLED"] = False
    Good:
        import hmac
        from django.views.decorators.csrf import csrf_exempt

        @csrf_exempt
        def payment_webhook(request):
            if not hmac.compare_digest(request.headers["X-Signature"], sign(request.body)):
                raise PermissionError
            book(request.body)
    Good:
        from django.contrib.auth.decorators import login_required

        @login_required
        def transfer(request):
            request.user.account.send(request.POST["to"], request.POST["amount"])
    Suppress:
        Where the view is authenticated by a header that no other site can set.
    """
    if isinstance(event, Change):
        _removed(event, report)
    elif isinstance(event, Node):
        _switched_off(event, report)
    elif isinstance(event, Call):
        _wrapped(event, report)
    else:
        _exempted(event, report)


def _is_skipped(one: Function) -> bool:
    """``enforce_csrf`` of an authentication of Django REST framework that does nothing."""
    if one.name != "enforce_csrf" or not one.is_method or one.body is None:
        return False
    statements = [child for child in one.body.named_children if child.type != "comment"]
    return all(
        child.type == "pass_statement"
        or (child.type == "return_statement" and not child.named_children)
        or (child.type == "expression_statement" and child.named_children[0].type == "string")
        for child in statements
    )


def _exempted(one: Function | Class, report: Report) -> None:
    if isinstance(one, Function) and _is_skipped(one):
        report(
            at=one.name_span,
            message="`enforce_csrf` does nothing: sessions are taken without a token.",
            why=_WHY,
            fix="Leave the method out.",
        )
        return
    decorator = next(_exemptions(one), None)
    if decorator is None:
        return
    if isinstance(one, Function) and one.is_method and one.name != "dispatch":
        return
    if _PROVES & words_in(_names(one)):
        return
    inline = _is_of_visitor(one)
    report(
        at=decorator,
        message=f"`{one.name}` takes requests without a token against forgery.",
        why=_WHY,
        fix="Keep the protection, and send the token along; or authenticate by a header.",
        severity=None if inline else Severity.LOW,
        confidence=Confidence.HIGH if inline else Confidence.LOW,
        surface=Surface.INLINE if inline else Surface.SUMMARY,
    )


def _wrapped(call: Call, report: Report) -> None:
    """``path("pay/", csrf_exempt(pay))`` for a view of the file that uses the visitor's session."""
    view = call.argument(0, "view_func")
    if view is None or view.node.type != "identifier" or call.is_decorator:
        return
    known = call.module.functions_by_name.get(view.text, ())
    if len(known) != 1 or known[0].is_method or _PROVES & words_in(_names(known[0])):
        return
    if not _is_of_visitor(known[0]):
        return
    report(
        at=call,
        message=f"`{known[0].name}` takes requests without a token against forgery.",
        why=_WHY,
        fix="Keep the protection, and send the token along; or authenticate by a header.",
    )


def _is_of_visitor(one: Function | Class) -> bool:
    """Whether a view does something in the name of whoever is logged in."""
    text = one.text[:_MAX_TEXT]
    return (
        any(f"request.{word}" in text for word in ("user", "session", "COOKIES"))
        or any(name.rpartition(".")[2] in _SESSION for name in one.decorator_names)
        or "current_user" in text
        or (isinstance(one, Class) and any(base.text.endswith(_GATES) for base in one.bases))
    )


def _exemptions(one: Function | Class) -> Iterator[Value]:
    for value in one.decorators:
        name = value.callee_name or value.name or ""
        within = name.endswith("method_decorator") and "csrf_exempt" in value.text
        if within or name == _EXEMPT or name in _FLASK or name.endswith(".csrf.exempt"):
            yield value


def _names(one: Function | Class) -> Iterator[str]:
    """The names that say how a view proves who sends."""
    yield one.name
    for count, call in enumerate(calls_of(one.module, one.node)):
        if count > 200:
            return
        yield call.target.text
    for text in one.module.within(one.node, "string"):
        if not _is_field(text):
            yield text.text


def _is_field(text: Located) -> bool:
    """Whether a text names a field of what was sent, which proves nothing by itself."""
    above = text.parent
    if above is not None and above.kind == "argument_list":
        above = above.parent
    if above is None or above.kind not in ("subscript", "call"):
        return False
    owner = above.child("value") or above.child("function")
    written = "" if owner is None else text.module.text_of(owner)[-_MAX_OWNER:]
    return written.removesuffix(".get").endswith(_SENT)


def _switched_off(node: Node, report: Report) -> None:
    if node.kind == "keyword_argument":
        name, value = node.child("name"), node.child("value")
    else:
        name, value = node.child("left"), node.child("right")
    if node.kind == "assignment" and name is not None and name.type == "identifier":
        _left_out(node, node.module.text_of(name), report)
    if name is None or value is None or value.type not in ("false", "identifier", "dictionary"):
        return
    text = node.module.text_of(name)[-80:]
    if node.value(value).constant is not False and value.type != "dictionary":
        return
    if not _is_switch(node, text, value.type == "dictionary") or is_development(node.module.path):
        return
    report(
        at=node,
        message=f"`{text.strip()}` switches the protection against forged requests off.",
        why=_WHY,
        fix="Leave it on; in tests switch it off in the test's own configuration.",
    )


def _left_out(node: Node, name: str, report: Report) -> None:
    """Django's middleware knows who is logged in by a cookie, and checks no token."""
    if name not in ("MIDDLEWARE", "MIDDLEWARE_CLASSES") or node.function is not None:
        return
    found = _middleware(node.module)
    if found is None or _LOGGED_IN not in found[1] or is_development(node.module.path):
        return
    data = node.module.source.data
    if len(node.module.scope.bindings.get(name, ())) > 1 or b"csrf" in data.lower():
        return
    if b"MIDDLEWARE.insert" in data or b"MIDDLEWARE.append" in data or _is_partial(node):
        return
    report(
        at=node,
        message=f"`{name}` knows who is logged in, and holds no `CsrfViewMiddleware`.",
        why=_WHY,
        fix=f'Add `"{_MIDDLEWARE}"` to the list, after the sessions.',
        confidence=Confidence.MEDIUM,
    )


def _is_partial(node: Node) -> bool:
    """Whether the list has parts that are not read."""
    value = node.child("right")
    elements = None if value is None else node.value(value).elements
    return elements is None or any(not isinstance(one.constant, str) for one in elements)


def _is_switch(node: Node, text: str, is_mapping: bool) -> bool:
    if any(one.kind in ("if_statement", "else_clause") for one in node.context.chain()):
        return False
    if is_mapping:
        value = node.child("value")
        entries = None if value is None else node.value(value).mapping
        return (
            text == "meta"
            and entries is not None
            and "csrf" in entries
            and entries["csrf"].constant is False
        )
    if node.kind == "keyword_argument":
        return text in _SETTINGS or text == "csrf_enabled"
    if text.rpartition(".")[2] in _SETTINGS:
        return not _is_of_tests(node)
    if text.startswith(("app.", "application.", "config", "self.app")) and text.endswith("]"):
        return any(f"{quote}{one}{quote}]" in text for one in _SETTINGS for quote in "'\"")
    cls = node.cls
    return text == "csrf" and cls is not None and cls.name == "Meta" and node.function is None


def _is_of_tests(node: Node) -> bool:
    return node.cls is not None and bool({"test", "testing", "dev", "development", "local"}
                                         & words_in([node.cls.name]))  # fmt: skip


def _removed(change: Change, report: Report) -> None:
    """Django's middleware, which the base had and the head has not."""
    if change.base is None or change.head is None:
        return
    before, after = _middleware(change.base), _middleware(change.head)
    if before is None or after is None:
        return
    if _MIDDLEWARE in before[1] and not any("csrf" in one.lower() for one in after[1]):
        report(
            at=after[0],
            message="The change removes `CsrfViewMiddleware`: no view checks for forged requests.",
            why=_WHY,
            fix=f'Put `"{_MIDDLEWARE}"` back into the list.',
            severity=Severity.HIGH,
        )


def _middleware(module: Module) -> tuple[At, list[str]] | None:
    for name in ("MIDDLEWARE", "MIDDLEWARE_CLASSES"):
        for binding in module.scope.bindings.get(name, [])[-1:]:
            if binding.node is None or binding.context is None:
                continue
            value = Value(module, binding.node, binding.context)
            if value.elements is not None:
                texts = [one.constant for one in value.elements]
                return value, [one for one in texts if isinstance(one, str)]
    return None
