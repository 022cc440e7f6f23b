"""The check ``mass-assignment``: fields by names from outside."""

from __future__ import annotations

from checks.events import Class, Flow
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import CLASSES, PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell
from checks.security.model_forms import opened


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
    are clean; but not a form, serializer or view with all fields of a model that says what its
    users may do. Where the model holds fields that the program sets by itself, or was not seen,
    that is a line of the summary.

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
    Bad:
        from django.contrib.auth.models import AbstractUser
        from django.db import models
        from rest_framework import serializers

        class Member(AbstractUser):
            nickname = models.CharField(max_length=40)

        class MemberSerializer(serializers.ModelSerializer):
            class Meta:
                model = Member
                exclude = ("password",)
    Good:
        from django.contrib.auth.models import AbstractUser
        from django.db import models
        from rest_framework import serializers

        class Member(AbstractUser):
            nickname = models.CharField(max_length=40)

        class MemberSerializer(serializers.ModelSerializer):
            class Meta:
                model = Member
                fields = ("nickname", "email")
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
    """``fields = "__all__"`` or ``exclude = ()`` of a form whose model has fields to be kept."""
    found = opened(cls, report.index)
    if found is None:
        return
    model, field = found.model.short, found.field
    beside = "." if field is None else f", `{field}` too."
    report(
        at=found.at,
        message=f"`{cls.name}` takes all fields of `{model}` from a request{beside}",
        why="Whoever sends the form decides what they may do."
        if found.is_power
        else "A field that is added to the model later is open to requests at once."
        if field is None
        else f"Whoever sends the form chooses `{field}`.",
        fix="Name the fields that may be written.",
        severity=Severity.MEDIUM if found.is_power else Severity.LOW,
        confidence=Confidence.LOW if field is None else Confidence.MEDIUM,
        surface=Surface.INLINE if found.is_power else Surface.SUMMARY,
    )
