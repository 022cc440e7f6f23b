"""Texts with marks in them: ``string.Template``, and Jinja2's templates that stand in the code."""

from __future__ import annotations

import re2

from checks.flow import folding, lookup
from checks.flow.heap import Object
from checks.flow.kinds import FULL
from checks.flow.machine import Frame, Machine
from checks.flow.site import Site
from checks.flow.values import CLEAN, NOTHING, Api, Value, constant, content

MADE = "string.Template()"
PLAIN = "@jinja.plain"
"""A template of Jinja2 whose text is known, and which writes values as they come."""
_PLACE = re2.compile(r"(?s)\{\{(.*?)\}\}")
_ESCAPED = re2.compile(
    r"\|\s*(?:e|escape|forceescape|tojson|urlencode|int|float|length|count)\s*(?:\([^)]*\))?\s*-?$"
)
_MARK = re2.compile(r"\$(?:\$|\{([a-zA-Z_]\w*)\}|([a-zA-Z_]\w*))")


def made(_machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``string.Template(text)``: it keeps its text."""
    given = site.get(0, "template")
    if given is None:
        return Value((), FULL, NOTHING, (Api(MADE),))
    return Value(given.taints, given.vague, NOTHING, (Api(MADE),), given.template)


def is_open(text: str) -> bool:
    """Whether a template of Jinja2 writes a value that it does not escape by itself."""
    if "{% autoescape true %}" in text:
        return False
    return any(_ESCAPED.search(one.rstrip()) is None for one in _PLACE.findall(text))


def made_jinja(_machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``jinja2.Template(text)``: it escapes only where it is told to.

    Pages (texts with tags) are told of where they are made: see ``template-autoescape-off``.
    """
    given = site.get(0, "source")
    text = None if given is None else given.constant
    escapes = site.get(None, "autoescape")
    off = escapes is None or escapes.constant is False
    is_plain = isinstance(text, str) and off and "</" not in text and is_open(text)
    path = PLAIN if is_plain else "jinja2.Template()"
    return Value(() if given is None else given.taints, FULL, NOTHING, (Api(path),))


def rendered(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """What such a template gives holds the values as they came."""
    return content(machine.heap.flat(site.everything()))


def substituted(machine: Machine, _frame: Frame, target: Value, site: Site) -> Value:
    """``template.substitute(mapping, **named)``: the text with values in the place of marks."""
    template = target if site.receiver is None else site.receiver
    given = Object("dict", {})
    for one in site.arguments[:1]:
        given = lookup.updated(machine, given, one)
    named = {str(key): value for key, value in given.fields.items()} | site.keywords
    rest = given.rest if site.star is None else site.star
    text = template.template
    if text is None:
        flat = [machine.heap.flat(one) for one in named.values()]
        return content(Value(template.taints, template.vague), *flat, *([rest] if rest else []))
    pieces: list[Value] = []
    end = 0
    for match in _MARK.finditer(text):
        pieces.append(constant(text[end : match.start()]))
        end = match.end()
        if match.group(0) == "$$":
            pieces.append(constant("$"))
            continue
        found = named.get(match.group(1) or match.group(2) or "", rest)
        pieces.append(folding.as_text(machine, CLEAN if found is None else found))
    pieces.append(constant(text[end:]))
    return folding.put_together(Value(template.taints, template.vague), pieces)
