"""The check ``view-opened-to-everybody``: a change lets everybody write through a view."""

from __future__ import annotations

from checks.events import Change, Class, Function, Value
from checks.model import Aspect, Confidence, Severity
from checks.registry import CHANGE, PRODUCTION_ROLES, check
from checks.report import Report
from checks.secrets.naming import words_of

_OPEN = frozenset({"AllowAny"})
_WRITING = frozenset({"post", "put", "patch", "delete", "create", "update", "destroy",
                      "partial_update", "perform_create", "perform_update",
                      "perform_destroy"})  # fmt: skip
_WRITERS = ("ModelViewSet", "CreateAPIView", "UpdateAPIView", "DestroyAPIView",
            "ListCreateAPIView", "RetrieveUpdateAPIView", "RetrieveDestroyAPIView",
            "RetrieveUpdateDestroyAPIView", "CreateModelMixin", "UpdateModelMixin",
            "DestroyModelMixin")  # fmt: skip
_PUBLIC = frozenset({"login", "logout", "register", "registration", "signup", "signin", "token",
                     "webhook", "webhooks", "callback", "password", "reset", "verify", "confirm",
                     "activate", "activation", "health", "public", "contact", "oauth",
                     "auth", "authenticate", "subscribe", "newsletter", "feedback",
                     "invitation", "invite", "hook"})  # fmt: skip
"""Words in names of views that people use before they are known."""
_VERBS = ("POST", "PUT", "PATCH", "DELETE")


@check(
    id="view-opened-to-everybody",
    title="The change lets everybody write",
    aspect=Aspect.INPUT,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    roles=PRODUCTION_ROLES,
    on=CHANGE,
    cwe=(862,),
    security=True,
)
def view_opened_to_everybody(change: Change, report: Report) -> None:
    """`AllowAny`, or an empty list, is new on a view of Django REST framework that writes.

    Views that only read, those for people who are not known yet (login, registration, webhooks),
    and views that are new in the change are clean. One that loses a stricter class is told of by
    `permission-decorator-removed`.

    Why:
        The default of the project holds where a view names no classes, and most projects ask for a
        login there. The new line takes that away for this view.
    Bad:
        # before
        from rest_framework.viewsets import ModelViewSet

        class Orders(ModelViewSet):
            queryset = Order.objects.all()
        # after
        from rest_framework.permissions import AllowAny
        from rest_framework.viewsets import ModelViewSet

        class Orders(ModelViewSet):
            permission_classes = [AllowAny]
            queryset = Order.objects.all()
    Good:
        # before
        from rest_framework.viewsets import ReadOnlyModelViewSet

        class Orders(ReadOnlyModelViewSet):
            queryset = Order.objects.all()
        # after
        from rest_framework.permissions import AllowAny
        from rest_framework.viewsets import ReadOnlyModelViewSet

        class Orders(ReadOnlyModelViewSet):
            permission_classes = [AllowAny]
            queryset = Order.objects.all()
    Suppress:
        Where everybody is meant to write, and the view limits what and how often.
    """
    if change.base is None or change.head is None:
        return
    if b"permission_classes" not in change.head.source.data:
        return
    before = {one.qualified_name: one for one in change.base.classes}
    for cls in change.head.classes:
        old = before.get(cls.qualified_name)
        value = _classes(cls)
        if old is None or value is None or not _is_open(value) or _classes(old) is not None:
            continue
        if _writes(cls) and not _is_public(cls.name):
            _tell(report, value, cls.name)
    functions = {one.qualified_name: one for one in change.base.functions}
    for function in change.head.functions:
        earlier = functions.get(function.qualified_name)
        if earlier is None or _decorated(earlier) is not None or _is_public(function.name):
            continue
        classes = _decorated(function)
        if classes is not None and _is_open(classes) and _answers_writes(function):
            _tell(report, classes, function.name)


def _tell(report: Report, value: Value, name: str) -> None:
    report(
        at=value,
        message=f"The change lets everybody write through `{name}`: `{value.short}`.",
        why="The default of the project, which may ask for a login, no longer holds here.",
        fix="Ask for `IsAuthenticatedOrReadOnly` or stricter, or leave the line out.",
    )


def _classes(cls: Class) -> Value | None:
    """What a class says in ``permission_classes``; ``None`` when it says nothing."""
    for binding in cls.inner.scope.bindings.get("permission_classes", [])[-1:]:
        if binding.node is not None and binding.context is not None:
            return Value(cls.module, binding.node, binding.context)
    return None


def _decorated(function: Function) -> Value | None:
    """The classes in ``@permission_classes([…])``."""
    for one in function.decorators:
        node = one.node
        if node.type != "call" or not one.text.rpartition("(")[0].strip().startswith(
            ("permission_classes", "decorators.permission_classes")
        ):
            continue
        arguments = node.child_by_field_name("arguments")
        if arguments is not None and arguments.named_children:
            return Value(one.module, arguments.named_children[0], one.context)
    return None


def _is_open(value: Value) -> bool:
    elements = value.elements
    if elements is None:
        return False
    return not elements or any(one.text.rpartition(".")[2] in _OPEN for one in elements)


def _writes(cls: Class) -> bool:
    bases = [one.text.rpartition(".")[2] for one in cls.bases]
    return bool(_WRITING & set(cls.methods)) or any(one in _WRITERS for one in bases)


def _answers_writes(function: Function) -> bool:
    return any(
        "api_view" in one.text and any(verb in one.text.upper() for verb in _VERBS)
        for one in function.decorators
    )


def _is_public(name: str) -> bool:
    return bool(_PUBLIC & set(words_of(name)))
