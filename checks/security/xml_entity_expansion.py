"""The check ``xml-entity-expansion``: XML from outside whose entities grow."""

from __future__ import annotations

from checks.events import Flow
from checks.flow.results import Reach
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell


@check(
    id="xml-entity-expansion",
    title="XML from outside may grow without limit",
    aspect=Aspect.INPUT,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    roles=PRODUCTION_ROLES,
    on=flows("entities"),
    cwe=(776,),
    security=True,
)
def xml_entity_expansion(flow: Flow, report: Report) -> None:
    """XML from outside is read by a parser that does not limit how much its entities grow.

    `lxml` with its own limits, and `defusedxml`, are clean. The parsers of the standard library are
    mentioned in the summary only: Expat stops such documents since version 2.4.1, which CPython
    brings since 3.8.12, 3.9.7 and 3.10; a Python built with the system's Expat has what that has.
    Where the same document may also fetch what it names, only that is told.

    Why:
        A document of one kilobyte whose entities name each other ("billion laughs") becomes
        gigabytes in memory.
    Bad:
        from flask import Flask, request
        from lxml import etree

        app = Flask(__name__)

        @app.post("/order")
        def order():
            parser = etree.XMLParser(huge_tree=True, resolve_entities=False)
            return {"root": etree.fromstring(request.get_data(), parser).tag}
    Bad:
        from xml.etree import ElementTree
        from flask import Flask, request

        app = Flask(__name__)

        @app.post("/order")
        def order():
            return {"root": ElementTree.fromstring(request.get_data()).tag}
    Good:
        from flask import Flask, request
        from lxml import etree

        app = Flask(__name__)

        @app.post("/order")
        def order():
            parser = etree.XMLParser(resolve_entities=False)
            return {"root": etree.fromstring(request.get_data(), parser).tag}
    Good:
        from defusedxml import ElementTree
        from flask import Flask, request

        app = Flask(__name__)

        @app.post("/order")
        def order():
            return {"root": ElementTree.fromstring(request.get_data()).tag}
    Suppress:
        Where Python is built with Expat 2.4.1 or later, or the sender is trusted.
    """
    huge = flow.label == "huge"
    if not huge and report.reach(flow.span, "xml") is Reach.TAINTED:
        return
    tell(
        flow,
        report,
        how=", which `huge_tree=True` leaves without limits"
        if huge
        else ", which leaves all limits to Expat",
        why="A small document whose entities name each other fills the memory."
        if huge
        else "With Expat before 2.4.1 a small document whose entities name each other fills the "
        "memory.",
        fix="Leave `huge_tree` off." if huge else "Read it with `defusedxml`.",
        severity=Severity.MEDIUM if huge else Severity.LOW,
        surface=Surface.INLINE if huge else Surface.SUMMARY,
    )
