"""Conditions of sinks that a line end, or the first character of a text, does harm to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import re2

from checks import ir
from checks.flow.kinds import CSV, LOG
from checks.flow.values import HOLE, Cell, Value

if TYPE_CHECKING:
    from checks.flow.site import Site

_DIRECTIVE = re2.compile(r"%(?:\(([^)]*)\))?[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?[hlL]?([a-zA-Z%])")
_PLAIN = "s"
_STRUCTURED = ("structlog.", "eliot.", "pythonjsonlogger.")
_MAX_OPEN = 12


def _names_log(node: ir.Expression) -> bool:
    """Whether an expression is called a log: ``logger``, ``self.log``, ``app.logger``."""
    if isinstance(node, ir.Call):
        node = node.function
    name = node.id if isinstance(node, ir.Name) else getattr(node, "name", "")
    return "log" in name.lower()


def forges_lines(site: Site) -> bool:
    """The value is written to a log as text, its line ends kept.

    Arguments whose directive writes their ``repr``, and what a structured log encodes by itself,
    are harmless.
    """
    if site.callee.startswith(_STRUCTURED):
        return False
    function = site.node.function
    of_logging = site.callee.startswith(("logging.", "loguru."))
    if not of_logging and not (isinstance(function, ir.Attribute) and _names_log(function.value)):
        return False
    value = site.tested
    index = next((n for n, one in enumerate(site.arguments) if one is value), 0)
    if value is None or index == 0:
        return value is not None
    text = site.arguments[0].template
    if text is None:
        return True
    if site.callee.startswith("loguru."):
        return "{" in text
    written = [m.group(2) for m in _DIRECTIVE.finditer(text) if m.group(2) != "%"]
    if any(m.group(1) for m in _DIRECTIVE.finditer(text)):
        return any(one == _PLAIN for one in written)
    return index <= len(written) and written[index - 1] == _PLAIN


def in_mail_header(site: Site) -> bool:
    """A message written as text holds the value before the empty line that ends its headers."""
    value = site.tested
    text = None if value is None else value.template
    if text is None or HOLE not in text:
        return False
    text = text.replace("\r\n", "\n").lstrip("\n")
    head = text.partition("\n\n")[0]
    name, colon, _ = head.partition(":")
    return HOLE in head and bool(colon) and HOLE not in name and " " not in name


def begins_formula(site: Site) -> bool:
    """A cell of the row begins with what comes from outside."""
    value = site.tested
    return value is not None and _begins(site, value, 0)


def _begins(site: Site, value: Value, depth: int) -> bool:
    cells = [one for one in value.references if isinstance(one, Cell)]
    if not cells or depth > 2:
        text = value.template
        return bool(value.dangerous(CSV)) and (text is None or text.lstrip(" ").startswith(HOLE))
    for cell in cells:
        made = site.machine.heap.get(cell)
        parts = [*made.fields.values(), *(() if made.rest is None else (made.rest,))]
        if any(_begins(site, one, depth + 1) for one in parts[:_MAX_OPEN]):
            return True
    return False


def names_log(site: Site) -> bool:
    """Like :func:`forges_lines`, for calls whose first argument is a level."""
    value = site.tested
    if value is None or not value.dangerous(LOG):
        return False
    function = site.node.function
    return isinstance(function, ir.Attribute) and _names_log(function.value)
