"""The check ``xml-external-entity``: XML from outside whose entities are resolved."""

from __future__ import annotations

from checks.events import Flow
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell


@check(
    id="xml-external-entity",
    title="XML parser resolves external entities",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=flows("xml"),
    cwe=(611,),
    security=True,
)
def xml_external_entity(flow: Flow, report: Report) -> None:
    """XML from outside is read by a parser that resolves external entities.

    Parsers that were told to resolve nothing, and `defusedxml`, are clean.

    Why:
        An entity in the document can name a file of the server or an address inside its network,
        and what it holds becomes part of the answer.
    Bad:
        from lxml import etree
        from flask import Flask, request

        app = Flask(__name__)

        @app.post("/order")
        def order():
            return {"root": etree.fromstring(request.get_data()).tag}
    Bad:
        import xml.sax
        from flask import Flask, request

        app = Flask(__name__)

        @app.post("/order")
        def order():
            parser = xml.sax.make_parser()
            parser.setFeature(xml.sax.handler.feature_external_ges, True)
            parser.parse(request.stream)
            return {}
    Good:
        from lxml import etree
        from flask import Flask, request

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
        Where the sender is trusted: say who it is in the reason.
    """
    tell(
        flow,
        report,
        how=", which resolves entities",
        why="An entity in the document can name a file of the server or an address in its network.",
        fix="Read it with `defusedxml`, or with a parser made with `resolve_entities=False`.",
    )
