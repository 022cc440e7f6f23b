"""Tests that a path is inside a folder, or that a text begins with what is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks import ir
from checks.flow import guards
from checks.flow.kinds import CSV, NORMAL, PATH, REDIRECT, REQUEST, SINGLE, SLASH
from checks.flow.values import Cell, Value

if TYPE_CHECKING:
    from checks.flow.machine import Frame, Machine

_WEB_KINDS = REDIRECT | REQUEST
_OWN_ORIGINS = frozenset({"host_url", "application_url", "url_root", "base_url"})
"""Attributes of requests that hold the scheme and the host of this site."""


def common(machine: Machine, frame: Frame, node: ir.Expression) -> None:
    """``os.path.commonpath([root, path]) == root``: the path is inside."""
    if not isinstance(node, ir.Call) or not isinstance(node.function, ir.Attribute):
        return
    if node.function.name not in ("commonpath", "commonprefix"):
        return
    for one in node.arguments:
        for part in one.items if isinstance(one, ir.Sequence) else (one,):
            inside(machine, frame, part)


def below(machine: Machine, frame: Frame, node: ir.Expression, root: Value) -> None:
    """``path.parent == root``, ``os.path.dirname(path) == root``: the path is right inside."""
    flat = machine.heap.flat(root)
    if flat.taints:
        return
    if isinstance(node, ir.Attribute) and node.name == "parent":
        inside(machine, frame, node.value)
    elif (
        isinstance(node, ir.Call)
        and isinstance(node.function, ir.Attribute)
        and node.function.name == "dirname"
        and node.arguments
    ):
        inside(machine, frame, node.arguments[0])


def begins(
    machine: Machine, frame: Frame, tested: ir.Expression, node: ir.Call, *, truth: bool
) -> None:
    """``text.startswith(prefix)`` was true, or was not."""
    if isinstance(tested, ir.Call) and tested.arguments and len(tested.arguments) == 1:
        # os.path.realpath(p).startswith(base), str(p).startswith(base)
        value = guards.read(machine, frame, tested)
        if truth and value.taints and all(one.clean & NORMAL for one in value.taints):
            guards.clean(machine, frame, tested.arguments[0], PATH)
            return
    value = guards.read(machine, frame, tested)
    prefix = guards.read(machine, frame, node.arguments[0])
    items = [prefix]
    for cell in prefix.references:
        if isinstance(cell, Cell):
            items = list(machine.heap.get(cell).fields.values())
    if truth and _is_own_origin(node.arguments[0]):
        guards.clean(machine, frame, tested, REDIRECT)
        return
    if prefix.taints:
        return
    if truth:
        if any(one.clean & NORMAL for one in value.taints) or (
            not value.taints and not value.vague & NORMAL
        ):
            guards.clean(machine, frame, tested, PATH)
        texts = [one.template for one in items]
        if texts and all(text is not None and _is_origin(text) for text in texts):
            guards.clean(machine, frame, tested, _WEB_KINDS)
        elif texts and all(text == "/" for text in texts):
            guards.clean(machine, frame, tested, SLASH)
        return
    if any(one.template == "//" for one in items):
        guards.clean(machine, frame, tested, SINGLE)
    if any(one.template == "=" for one in items):
        guards.clean(
            machine, frame, tested, CSV
        )  # and with none of the others that begin a formula


def _is_own_origin(node: ir.Expression) -> bool:
    """Whether a prefix is the address of this site and a slash: ``request.host_url + "/"``."""
    if isinstance(node, ir.Operation) and node.operator == "+":
        head, tail = node.left, node.right
        return (
            isinstance(head, ir.Attribute)
            and head.name in _OWN_ORIGINS
            and isinstance(tail, ir.Constant)
            and isinstance(tail.value, str)
            and tail.value.startswith("/")
        )
    return False


def _is_origin(text: str) -> bool:
    """Whether a text that an address begins with fixes its host."""
    scheme, found, rest = text.partition("://")
    return bool(found) and bool(scheme) and "/" in rest


def inside(machine: Machine, frame: Frame, tested: ir.Expression) -> None:
    """A path was found to be inside a folder: that is worth something for one free of ``..``."""
    value = guards.read(machine, frame, tested)
    if all(one.clean & NORMAL for one in value.taints):
        guards.clean(machine, frame, tested, PATH)
        if isinstance(tested, ir.Call) and value.taints:
            # What was resolved for the test alone leads where its resolved form does.
            if tested.arguments:
                guards.clean(machine, frame, tested.arguments[0], PATH)
            elif isinstance(tested.function, ir.Attribute):
                guards.clean(machine, frame, tested.function.value, PATH)
