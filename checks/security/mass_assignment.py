"""The check ``mass-assignment``: fields by names from outside."""

from __future__ import annotations

from checks.events import Flow
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell


@check(
    id="mass-assignment",
    title="Request chooses which fields are written",
    aspect=Aspect.INPUT,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=flows("assign"),
    cwe=(915,),
    security=True,
)
def mass_assignment(flow: Flow, report: Report) -> None:
    """A request says which fields of an object are written.

    Names that were tested against a list, and what a form, a serializer or a schema let through,
    are clean.

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
