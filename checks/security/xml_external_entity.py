"""The check ``xml-external-entity``: XML parsers that fetch what a document names."""

from __future__ import annotations

from checks.events import Call, Flow
from checks.flow.results import Reach
from checks.languages.python.values import UNKNOWN
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, calls, check, flows
from checks.report import Report
from checks.security.flowing import tell
from checks.security.purpose import calls_in

_PARSERS = ("lxml.etree.XMLParser", "lxml.etree.ETCompatXMLParser", "lxml.etree.XMLPullParser",
            "lxml.etree.iterparse", "lxml.objectify.makeparser")  # fmt: skip
_GENERAL = frozenset({"xml.sax.handler.feature_external_ges",
                      "xml.sax.handler.feature_external_pes"})  # fmt: skip
_TEXTS = frozenset({"http://xml.org/sax/features/external-general-entities",
                    "http://xml.org/sax/features/external-parameter-entities"})  # fmt: skip

_WHY = "An entity in the document can name a file of the server or an address in its network."


@check(
    id="xml-external-entity",
    title="XML parser resolves external entities",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=(flows("xml"), calls("*.setFeature", *_PARSERS)),
    cwe=(611, 827),
    security=True,
)
def xml_external_entity(event: Call | Flow, report: Report) -> None:
    """XML is read by a parser that resolves entities which lie outside the document.

    Data from outside that reaches such a parser, and a parser that is told to resolve them. The
    features at the place where it parses decide: one that is switched off again before is clean,
    and so are the defaults of the standard library (since Python 3.7.1) and of `defusedxml`.

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
    Bad:
        from lxml import etree

        def read(text):
            return etree.fromstring(text, etree.XMLParser(resolve_entities=True))
    Good:
        import xml.sax
        from xml.sax.handler import feature_external_ges

        def read(stream, handler):
            parser = xml.sax.make_parser()
            parser.setFeature(feature_external_ges, False)
            parser.parse(stream)
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
        Where every document is the program's own, or its sender is trusted: say who it is.
    """
    if isinstance(event, Flow):
        tell(
            event,
            report,
            how=", which resolves entities",
            why=_WHY,
            fix="Read it with `defusedxml`, or with a parser made with `resolve_entities=False`.",
        )
    else:
        _look_at(event, report)


def _look_at(call: Call, report: Report) -> None:
    """Judge how a parser is made, where no flow is told of at the place where it parses."""
    what = _by_feature(call) if call.method == "setFeature" else _by_option(call)
    near = (call, *calls_in(call.module, call.function))
    if what is None or any(report.reach(one, "xml") is Reach.TAINTED for one in near):
        return
    message, certain = what
    report(
        at=call,
        message=message,
        why=_WHY,
        fix="Leave the resolution off, or parse with `defusedxml`.",
        severity=None if certain else Severity.MEDIUM,
        confidence=Confidence.HIGH if certain else Confidence.MEDIUM,
        surface=Surface.INLINE if certain else Surface.SUMMARY,
    )


def _by_feature(call: Call) -> tuple[str, bool] | None:
    feature, state = call.argument(0, "name"), call.argument(1, "state")
    if feature is None or state is None or not _is_external(call):
        return None
    if state.constant is UNKNOWN or not state.constant or _is_switched_off_below(call):
        return None
    return f"`{feature.short}` is switched on.", True


def _is_external(call: Call) -> bool:
    feature = call.argument(0, "name")
    if feature is None:
        return False
    return feature.name in _GENERAL or feature.origin.name in _GENERAL or (
        isinstance(feature.constant, str) and feature.constant in _TEXTS
    )  # fmt: skip


def _is_switched_off_below(call: Call) -> bool:
    """Whether the same parser gets the same feature switched off before it parses."""
    receiver = call.receiver
    if receiver is None:
        return False
    after = [
        one for one in calls_in(call.module, call.function) if one.span.start > call.span.start
    ]
    for one in after:
        if one.receiver is None or one.receiver.text != receiver.text:
            if receiver.text in (value.text for value in one.arguments):
                return False
            continue
        if one.method in ("parse", "feed"):
            return False
        if one.method == "setFeature" and _is_external(one):
            mine, other = call.argument(0, "name"), one.argument(0, "name")
            state = one.argument(1, "state")
            same = mine is not None and other is not None and mine.text == other.text
            if same and state is not None and state.constant in (False, 0):
                return True
    return False


def _by_option(call: Call) -> tuple[str, bool] | None:
    entities = call.argument(None, "resolve_entities")
    if entities is not None and entities.constant is True:
        return "`resolve_entities=True` resolves entities outside the document.", True
    dtd, network = call.argument(None, "load_dtd"), call.argument(None, "no_network")
    if network is not None and network.constant is False:
        off = entities is not None and entities.constant is False
        if off and (dtd is None or dtd.constant is not True):
            return None
        return "`no_network=False` lets a document name addresses that are fetched.", True
    if dtd is not None and dtd.constant is True and (
        entities is None or entities.constant is UNKNOWN
    ):  # fmt: skip
        return "`load_dtd=True` loads what a document names.", False
    return None
