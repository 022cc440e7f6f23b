"""XML parsers: whether one resolves external entities is decided after it was made.

``make_parser`` gives an object that remembers what ``setFeature`` told it; the parsers of lxml
remember what they were made with.
"""

from __future__ import annotations

from checks.flow import library
from checks.flow.heap import Object
from checks.flow.machine import Frame, Machine
from checks.flow.site import Site
from checks.flow.values import CLEAN, FALSE, NOTHING, TRUE, VAGUE, Api, Cell, Value, constant

TYPE = "parser"
_EXTERNAL = "external"
_HUGE = "huge"
_MADE = "made"
"""The place of the call that made it resolve."""
_FEATURES = ("feature_external_ges", "feature_external_pes")
_NAMES = ("http://xml.org/sax/features/external-general-entities",
          "http://xml.org/sax/features/external-parameter-entities")  # fmt: skip


def made_sax(machine: Machine, _frame: Frame, _target: Value, _site: Site) -> Value:
    """``xml.sax.make_parser()``: it resolves nothing unless it is told to."""
    made = Object(TYPE, {_EXTERNAL: FALSE})
    return Value(references=(machine.heap.new(made),))


def made_lxml(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``lxml.etree.XMLParser(…)``: it resolves unless it is told not to."""
    given = site.keywords.get("resolve_entities")
    safe = given is not None and given.constant in (False, "internal")
    huge = site.keywords.get("huge_tree")
    unlimited = huge is not None and huge.constant is True
    fields: dict[object, Value] = {
        _EXTERNAL: FALSE if safe else TRUE,
        _HUGE: TRUE if unlimited else FALSE,
        _MADE: _place(site),
    }
    made = Object(TYPE, fields)
    return Value(references=(machine.heap.new(made),))


def method(
    machine: Machine, frame: Frame, cell: Cell, made: Object, name: str, site: Site
) -> Value:
    """A method of a parser."""
    if name in ("setFeature", "set_feature") and len(site.arguments) == 2:
        feature, value = site.arguments
        paths = [one.path for one in feature.references if isinstance(one, Api)]
        if any(path.endswith(_FEATURES) for path in paths) or feature.constant in _NAMES:
            frame.writes = True
            known = value.constant
            external = VAGUE if known is NOTHING else constant(bool(known))
            made = made.with_field(_EXTERNAL, external)
            machine.heap.put(cell, made.with_field(_MADE, _place(site)) if known else made)
        return CLEAN
    if name in ("parse", "parseString", "feed"):
        if resolves(made):
            _blame(made, site)
            library.check_sinks(machine, frame, f"@parser.{name}", site)
        if made.fields.get(_HUGE) is None:
            library.check_sinks(machine, frame, f"@expat.{name}", site)
        elif is_huge(made):
            library.check_sinks(machine, frame, f"@huge.{name}", site)
    return VAGUE


def resolves(made: Object) -> bool:
    """Whether a parser is known to resolve external entities."""
    found = made.fields.get(_EXTERNAL)
    return found is not None and found.constant is True


def is_huge(made: Object) -> bool:
    """Whether a parser of lxml was told to leave its limits out."""
    found = made.fields.get(_HUGE)
    return found is not None and found.constant is True


def given_huge(site: Site) -> bool:
    """Whether a call is given a parser without limits, or is told to do without them itself."""
    said = site.keywords.get("huge_tree")
    if said is not None and said.constant is True:
        return True
    return any(
        is_huge(site.machine.heap.get(one))
        for value in (*site.arguments[1:], *site.keywords.values())
        for one in value.references
        if isinstance(one, Cell) and site.machine.heap.get(one).type == TYPE
    )


def given_resolves(site: Site) -> bool | None:
    """Whether the parser that a call is given resolves; ``None`` when it is given none."""
    for value in (*site.arguments[1:], *site.keywords.values()):
        for one in value.references:
            if isinstance(one, Cell):
                made = site.machine.heap.get(one)
                if made.type == TYPE:
                    if resolves(made):
                        _blame(made, site)
                    return resolves(made)
    return None


def _place(site: Site) -> Value:
    node = site.node
    return constant((site.frame.module.path, node.start, node.end))


def _blame(made: Object, site: Site) -> None:
    """Note which call made the parser resolve with which a document is read."""
    place = made.fields.get(_MADE)
    if place is not None and isinstance(place.constant, tuple):
        path, start, end = place.constant
        sink = (site.frame.module.path, site.node.start, site.node.end, "xml")
        site.machine.results.caused((path, start, end, "xml"), sink)
