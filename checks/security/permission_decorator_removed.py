"""The check ``permission-decorator-removed``: a change opens a view that was closed."""

from __future__ import annotations

from checks.events import Change, Class, Function, Module, Value
from checks.hygiene.shared.comparing import ALIKE, Comparison
from checks.languages.python import grammar
from checks.model import Aspect, Confidence, Severity
from checks.registry import CHANGE, PRODUCTION_ROLES, check
from checks.report import At, Report
from checks.secrets.naming import words_of

_ASKING = frozenset({"require", "requires", "required", "needs", "check", "checks", "verify",
                     "only", "protected", "ensure", "with", "allowed"})  # fmt: skip
_RIGHTS = frozenset({"login", "auth", "authenticated", "authentication", "permission",
                     "permissions", "perm", "perms", "role", "roles", "admin", "staff", "scope",
                     "scopes", "jwt", "token", "superuser", "user", "access", "authorized",
                     "authorize", "apikey", "fresh", "signin", "logged"})  # fmt: skip
_ALONE = frozenset({"authenticated", "authorize", "authorized", "protected", "jwt_required",
                    "requires_auth", "requires_csrf_token", "user_passes_test", "secured",
                    "permission_classes", "authentication_classes", "has_permission",
                    "permissions", "roles_accepted", "auth_required",
                    "login_required"})  # fmt: skip
_CLASS_FIELDS = ("permission_classes", "authentication_classes", "permission_required")
_MIXINS = ("LoginRequiredMixin", "PermissionRequiredMixin", "UserPassesTestMixin",
           "AccessMixin", "StaffRequiredMixin", "SuperuserRequiredMixin")  # fmt: skip
_FRAMEWORKS = ("django.", "rest_framework.", "flask.", "starlette.", "fastapi.")
_MAX_BASES = 4
_ROUTERS = (b"Router(dependencies=", b"FastAPI(dependencies=")
_OPEN = frozenset({"AllowAny"})
_STRICT = frozenset({"admin", "staff", "superuser", "perm", "perms", "role", "roles", "scope",
                     "scopes", "owner", "permission", "fresh", "moderator"})  # fmt: skip
_DEPENDENCIES = ("Depends", "Security")
_WHY = "Whoever can reach the address may now do what only some could before."
_FIX = "Put it back, or check the right in the body before anything else."


@check(
    id="permission-decorator-removed",
    title="The change removes a check of rights",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=CHANGE,
    cwe=(862, 306),
    security=True,
)
def permission_decorator_removed(change: Change, report: Report) -> None:
    """A view loses what made sure that only some may use it, while the view itself stands.

    Decorators (`@login_required`, `@permission_required`, `@jwt_required()`), dependencies of
    FastAPI (`Depends(current_user)`), `permission_classes` of Django REST framework, and mixins of
    classes, also the project's own (`StaffOnly`). One that another of the kind replaces is clean,
    and so is one that moved to the class, the router or the body.

    Why:
        Nothing fails when such a line goes: the page works, for everybody.
    Bad:
        # before
        from django.contrib.auth.decorators import login_required

        @login_required
        def invoices(request):
            return render(request, "invoices.html")
        # after
        def invoices(request):
            return render(request, "invoices.html")
    Bad:
        # before
        class Orders(ModelViewSet):
            permission_classes = [IsAuthenticated]
            queryset = Order.objects.all()
        # after
        class Orders(ModelViewSet):
            permission_classes = [AllowAny]
            queryset = Order.objects.all()
    Good:
        # before
        from django.contrib.auth.decorators import login_required

        @login_required
        def invoices(request):
            return render(request, "invoices.html")
        # after
        from django.contrib.auth.decorators import permission_required

        @permission_required("shop.view_invoice")
        def invoices(request):
            return render(request, "invoices.html")
    Good:
        # before
        @login_required
        def invoices(request):
            return render(request, "invoices.html")
        # after
        def invoices(request):
            if not request.user.is_authenticated:
                raise PermissionDenied
            return render(request, "invoices.html")
    Suppress:
        Where the page is meant for everybody now.
    """
    if change.base is None or change.head is None:
        return
    if change.base.source.data == change.head.source.data:
        return
    for pair in Comparison(change.base, change.head).pairs:
        head = pair.head
        if head is None or head.module is not change.head:
            continue
        if pair.likeness >= ALIKE or pair.base.name == head.name:
            _function(pair.base, head, report)
    _before_requests(change.base, change.head, report)
    heads = {one.qualified_name: one for one in change.head.classes}
    for old in change.base.classes:
        if (new := heads.get(old.qualified_name)) is not None:
            _class(old, new, report)


def _before_requests(base: Module, head: Module, report: Report) -> None:
    """A function that asked for a right before every view of the file, and is gone."""
    if b"before_request" in head.source.data or b"before_request" not in base.source.data:
        return
    names = {one.name for one in head.functions}
    lost = next(
        (
            one
            for one in base.functions
            if one.name not in names
            and any("before_request" in decorator.text for decorator in one.decorators)
            and (_guards(one) or _checks_inside(one))
        ),
        None,
    )
    views = (one for one in head.functions if any(".route(" in d.text or _is_verb(d)
                                                  for d in one.decorators))  # fmt: skip
    view = next(views, None)
    if lost is None or view is None or _guards(view) or _checks_inside(view):
        return
    report(
        at=view.name_span,
        message=f"The change removes `{lost.name}`, which asked for a right before every view.",
        why=_WHY,
        fix=_FIX,
    )


def _is_verb(decorator: Value) -> bool:
    return _name(decorator) in ("get", "post", "put", "patch", "delete")


def _function(base: Function, head: Function, report: Report) -> None:
    before, after = _guards(base), _guards(head)
    loosened = bool(after) and _is_strict(before) and not _is_strict(after)
    if not before or (after and not loosened):
        return
    if _checks_inside(head) or _is_guarded_outside(head, base):
        return
    _tell(before[0], after, head, report)


def _tell(lost: str, after: list[str], head: Function | Class, report: Report) -> None:
    at: At = head.name_span
    report(
        at=at,
        message=f"The change leaves only `{after[0]}` of `{lost}` at `{head.name}`."
        if after
        else f"The change removes `{lost}` from `{head.name}`.",
        why=_WHY,
        fix=_FIX,
        confidence=Confidence.MEDIUM if after else Confidence.HIGH,
    )


def _is_strict(guards: list[str]) -> bool:
    """Whether more is asked for than to be logged in."""
    named = (one.removeprefix("permission_classes = ") for one in guards)
    return any(_STRICT & set(words_of(one)) for one in named)


def _guards(function: Function) -> list[str]:
    found = [_short(one) for one in function.decorators if _asks(one)]
    for parameter in function.parameters:
        text = parameter.annotation
        default = parameter.default
        if default is not None and default.node.type == "call":
            text += " " + default.text
        if _is_dependency(text):
            found.append(" ".join(text.split())[:60].replace("`", "'"))
    # @router.get("/", dependencies=[Depends(current_user)])
    texts = (one.text for one in function.decorators)
    return [*found, *("dependencies" for one in texts if "dependencies" in one
                      and _is_dependency(one))]  # fmt: skip


def _asks(decorator: Value) -> bool:
    name = _name(decorator)
    if name == "permission_classes":
        return not any(word in decorator.text for word in _OPEN) and "[]" not in decorator.text
    if name == "method_decorator":
        return any(word in decorator.text for word in ("login_required", "permission_required"))
    if name in _ALONE:
        return "optional=True" not in decorator.text.replace(" ", "")
    words = set(words_of(name))
    return bool(words & _ASKING and words & _RIGHTS)


def _name(decorator: Value) -> str:
    node = decorator.node
    called = node.child_by_field_id(grammar.FUNCTION) if node.type == "call" else node
    return "" if called is None else decorator.module.text_of(called).rpartition(".")[2]


def _short(decorator: Value) -> str:
    return f"@{decorator.short}"


def _is_dependency(text: str) -> bool:
    for maker in _DEPENDENCIES:
        start = text.find(f"{maker}(")
        if start >= 0:
            words = set(words_of(text[start + len(maker) : start + 100]))
            if words & _RIGHTS and "optional" not in words:
                return True
    return False


def _checks_inside(function: Function) -> bool:
    """Whether the body asks for a right itself."""
    body = function.body
    if body is None:
        return False
    for one in function.module.within(body, "call", "if_statement"):
        part = one.child("function") or one.child("condition")
        words = set(words_of("" if part is None else function.module.text_of(part)[:120]))
        if words & {"permission", "permissions", "perm", "authenticated", "authorize", "authorized",
                    "admin", "staff", "superuser", "owner", "forbidden", "login", "role",
                    "access", "can"}:  # fmt: skip
            return True
        if words & _ASKING and words & _RIGHTS:
            return True
    return False


def _is_guarded_outside(head: Function, base: Function) -> bool:
    """Whether the check moved to the class, or to the router of the module."""
    if head.cls is not None and base.cls is not None:
        if _class_guards(head.cls) and not _class_guards(base.cls):
            return True
        if any(one.name.rpartition(".")[2] in ("dispatch", "before_request") for one in
               head.cls.methods.values()) and "dispatch" not in base.cls.methods:  # fmt: skip
            return True
    before, after = base.module.source.data, head.module.source.data
    if any(after.count(one) > before.count(one) for one in _ROUTERS):
        return True
    return _router_guards(after) > _router_guards(before)


def _router_guards(data: bytes) -> int:
    return data.count(b"dependencies=[") + data.count(b"before_request")


def _guarding_bases(cls: Class, depth: int = 0) -> list[str]:
    """The bases that ask for a right, of the class and of those bases that stand in the file."""
    found: list[str] = []
    for one in cls.bases:
        last = one.text.rpartition(".")[2]
        words = set(words_of(last))
        if last in _MIXINS or (words & _ASKING and words & _RIGHTS):
            found.append(one.text[:60].replace("`", "'"))
            continue
        known = cls.module.classes_by_name.get(last, ())
        if len(known) == 1 and known[0] is not cls and depth < _MAX_BASES:
            found += _guarding_bases(known[0], depth + 1)
    return found


def _has_new_base(base: Class, head: Class) -> bool:
    """Whether the class got a base that was not read: what that asks for is not known."""
    before = {one.text for one in base.bases}
    return any(
        one.text not in before
        and one.text.rpartition(".")[2] not in head.module.classes_by_name
        and not (one.name or "").startswith(_FRAMEWORKS)
        for one in head.bases
    )


def _class(base: Class, head: Class, report: Report) -> None:
    before, after = _class_guards(base), _class_guards(head)
    lost = [one for one in before if one not in after]
    loosened = bool(after) and _is_strict(before) and not _is_strict(after)
    if lost and (not after or loosened) and not _has_new_base(base, head):
        _tell(lost[0], after, head, report)


def _class_guards(cls: Class) -> list[str]:
    found = [_short(one) for one in cls.decorators if _asks(one)]
    found += _guarding_bases(cls)
    for field in _CLASS_FIELDS:
        for binding in cls.inner.scope.bindings.get(field, [])[-1:]:
            if binding.node is None or binding.context is None:
                continue
            value = Value(cls.module, binding.node, binding.context)
            elements = value.elements
            names = [] if elements is None else [one.text.rpartition(".")[2] for one in elements]
            if elements is not None and (not names or _OPEN & set(names)):
                continue
            if field != "authentication_classes":
                what = " ".join(cls.module.text_of(binding.node).split())[:50]
                found.append(f"{field} = {what}".replace("`", "'") if elements else field)
    if "get_permissions" in cls.methods or "check_permissions" in cls.methods:
        found.append("get_permissions")
    return found
