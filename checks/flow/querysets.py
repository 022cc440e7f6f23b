"""Django's managers and querysets that a project adds methods to.

``Order.objects = OrderQuerySet.as_manager()``: what is asked of the manager is asked of an instance
of the project's class, and ``filter()`` of it gives another one.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.flow import construct
from checks.flow.machine import Frame, Machine
from checks.flow.site import Site
from checks.flow.values import Cell, LocalClass, Value

_BASES = ("django.db.models.QuerySet()", "django.db.models.Manager()")
_CHAINED = ("all", "filter", "exclude", "order_by", "annotate", "alias", "distinct", "reverse",
            "select_related", "prefetch_related", "using", "only", "defer", "none", "get_queryset",
            "select_for_update", "complex_filter", "_clone", "_chain")  # fmt: skip


def as_manager(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value | None:
    """``OrderQuerySet.as_manager()``."""
    for one in () if site.receiver is None else site.receiver.references:
        if isinstance(one, LocalClass):
            return construct.instance(machine, frame, one, site)
    return None


def from_queryset(_machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value | None:
    """``Manager.from_queryset(OrderQuerySet)``: a class with the methods of the queryset."""
    for one in site.arguments[:1]:
        if any(isinstance(reference, LocalClass) for reference in one.references):
            return one
    return None


def chained(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value | None:
    """``self.filter(…)``: a queryset of the same class."""
    receiver = site.receiver
    if receiver is not None and any(
        isinstance(one, Cell) and machine.heap.get(one).cls is not None
        for one in receiver.references
    ):
        return receiver
    return None


def chaining() -> Iterator[str]:
    """The paths of the methods that :func:`chained` is for."""
    for base in _BASES:
        for name in _CHAINED:
            yield f"{base}.{name}"
