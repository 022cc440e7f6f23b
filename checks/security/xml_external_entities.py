"""The check ``xml-external-entities``: XML parsers that are told to fetch what a document names."""

from __future__ import annotations

from checks.events import Call
from checks.languages.python.values import UNKNOWN
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, calls, check
from checks.report import Report
from checks.security.purpose import calls_in

_PARSERS = ("lxml.etree.XMLParser", "lxml.etree.ETCompatXMLParser", "lxml.etree.XMLPullParser",
            "lxml.etree.iterparse", "lxml.objectify.makeparser")  # fmt: skip
_GENERAL = frozenset({"xml.sax.handler.feature_external_ges",
                      "xml.sax.handler.feature_external_pes"})  # fmt: skip
_TEXTS = frozenset({"http://xml.org/sax/features/external-general-entities",
                    "http://xml.org/sax/features/external-parameter-entities"})  # fmt: skip


@check(
    id="xml-external-entities",
    title="XML parser resolves external entities",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=calls("*.setFeature", *_PARSERS),
    cwe=(611, 827),
    security=True,
)
def xml_external_entities(call: Call, report: Report) -> None:
    """An XML parser is told to resolve entities that lie outside the document.

    The features of the parser at the place where it is used decide: one that is switched off again
    before it parses is clean, and so are the defaults of the standard library (since Python 3.7.1),
    of lxml 5 and of `defusedxml`.

    Why:
        A document can name `/etc/passwd` or an address in the internal network as an entity, and
        gets its content put into the text.
    Bad:
        import xml.sax
        from xml.sax.handler import feature_external_ges

        def read(stream, handler):
            parser = xml.sax.make_parser()
            parser.setFeature(feature_external_ges, True)
            parser.setContentHandler(handler)
            parser.parse(stream)
    Bad:
        from lxml import etree

        def read(text):
            return etree.fromstring(text, etree.XMLParser(resolve_entities=True))
    Good:
        from lxml import etree

        def read(text):
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            return etree.fromstring(text, parser)
    Good:
        import xml.sax
        from xml.sax.handler import feature_external_ges

        def read(stream, handler):
            parser = xml.sax.make_parser()
            parser.setFeature(feature_external_ges, False)
            parser.parse(stream)
    Suppress:
        Where every document is the program's own.
    """
    what = _by_feature(call) if call.method == "setFeature" else _by_option(call)
    if what is None:
        return
    message, certain = what
    report(
        at=call,
        message=message,
        why="A document can make it read local files and internal addresses.",
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
