"""The check ``mass-assignment``: fields by names from outside."""

from __future__ import annotations

from checks.events import UNKNOWN, Class, Flow, Value
from checks.model import Aspect, Confidence, Severity
from checks.registry import CLASSES, PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell

_FORMS = ("ModelForm", "ModelSerializer")
_USERS = frozenset({"django.contrib.auth.models.User", "django.contrib.auth.get_user_model()",
                    "django.contrib.auth.models.AbstractUser"})  # fmt: skip
_POWERS = frozenset({"is_admin", "is_superuser", "is_staff", "is_owner", "role", "roles",
                     "permissions", "user_permissions", "balance", "credit"})  # fmt: skip


@check(
    id="mass-assignment",
    title="Request chooses which fields are written",
    aspect=Aspect.INPUT,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=(flows("assign"), CLASSES),
    cwe=(915,),
    security=True,
)
def mass_assignment(event: Flow | Class, report: Report) -> None:
    """A request says which fields of an object are written.

    Names that were tested against a list, and what a form, a serializer or a schema let through,
    are clean; but not a form with all fields of a model that says what its users may do.

    Why:
        The request can hold fields that no page asks for: `is_admin`, `owner_id`, `balance`. They
        are written like the others.
    Bad:
        from django.http import JsonResponse
        from shop.models import Customer

        def create(request):
            customer = Customer.objects.create(**request.POST.dict())
            return JsonResponse({"id": customer.pk})
    Bad:
        from flask import Flask, request
        from shop.models import Customer, session

        app = Flask(__name__)

        @app.patch("/customer/<int:pk>")
        def change(pk):
            customer = session.get(Customer, pk)
            for name, value in request.get_json().items():
                setattr(customer, name, value)
            return ""
    Good:
        from django.http import JsonResponse
        from shop.models import Customer

        def create(request):
            customer = Customer.objects.create(name=request.POST["name"])
            return JsonResponse({"id": customer.pk})
    Good:
        from flask import Flask, request
        from shop.models import Customer, session

        app = Flask(__name__)
        OPEN = ("name", "address")

        @app.patch("/customer/<int:pk>")
        def change(pk):
            customer = session.get(Customer, pk)
            for name, value in request.get_json().items():
                if name in OPEN:
                    setattr(customer, name, value)
            return ""
    Suppress:
        Where every field may be written by whoever sends the request.
    """
    if isinstance(event, Class):
        _all_fields(event, report)
    else:
        _followed(event, report)


def _followed(flow: Flow, report: Report) -> None:
    if flow.confidence is not Confidence.HIGH or flow.origin == "queued":
        return  # a function that is not known may have picked the names from a list
    if flow.source.endswith("from the query"):
        return  # an input of GraphQL has the fields of its schema
    tell(
        flow,
        report,
        how=" as names of attributes" if flow.label == "setattr" else " as names of fields",
        why="The request can hold fields that it must not write, such as `is_admin`.",
        fix="Name the fields that may be written, and take only these from the request.",
        severity=Severity.MEDIUM,
    )


def _all_fields(cls: Class, report: Report) -> None:
    """``fields = "__all__"`` of a form for a model that holds what its users may do."""
    bases = [one.text.rpartition(".")[2] for one in cls.bases]
    if not any(one.endswith(_FORMS) for one in bases):
        return
    wanted = f"{cls.qualified_name}.Meta"
    meta = next((one for one in cls.module.classes if one.qualified_name == wanted), None)
    if meta is None:
        return
    fields, model = _value(meta, "fields"), _value(meta, "model")
    if fields is None or model is None or fields.constant != "__all__":
        return
    power = _power(model, report)
    kept = _value(meta, "read_only_fields")
    if power is None or (kept is not None and (kept.constant is UNKNOWN or power in kept.text)):
        return
    report(
        at=fields,
        message=f"`{cls.name}` takes all fields of `{model.short}` from a request, `{power}` too.",
        why="Whoever sends the form decides what they may do.",
        fix="Name the fields that may be written.",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
    )


def _value(cls: Class, name: str) -> Value | None:
    """What a name of a class body is bound to."""
    for binding in cls.inner.scope.bindings.get(name, [])[-1:]:
        if binding.node is not None and binding.context is not None:
            return Value(cls.module, binding.node, binding.context)
    return None


def _power(model: Value, report: Report) -> str | None:
    """A field of a model that says what its users may do."""
    name = model.origin.name or ""
    called = model.origin.callee_name or ""
    if name in _USERS or f"{called}()" in _USERS:
        return "is_superuser"
    found = report.index.find_class(name) if name else None
    if found is None:
        return None
    for one in report.index.chain(found):
        for power in sorted(_POWERS & set(one.inner.scope.bindings)):
            return power
    return None
