"""Texts in other forms: JSON, base64, entities. What is decoded is as untrusted as what it was.

A text that was tested or cleaned before it is decoded was tested in a form that nobody uses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from checks.flow import escaping
from checks.flow.kinds import (
    ALL,
    CODE,
    COMMAND,
    CSV,
    HTML,
    LDAP,
    LINES,
    MATCH,
    NOSQL,
    PATH,
    PLAIN,
    SQL,
    TEMPLATE,
    XML,
    XPATH,
)
from checks.flow.machine import Frame, Machine
from checks.flow.site import Site
from checks.flow.values import VAGUE, Taint, Value, cleaned, content

_BASE64: Final = SQL | COMMAND | CODE | HTML | LDAP | LINES | NOSQL | TEMPLATE | XML | XPATH
"""To these letters, digits, ``+``, ``/`` and ``=`` do no harm."""
_HEX: Final = ALL & ~(MATCH | PLAIN)
_Handler = Callable[[Machine, Frame, Value, Site], Value]


def _dirtied(value: Value, bits: int) -> Value:
    """The value, dangerous again for some kinds."""
    if not any(one.clean & bits for one in value.taints):
        return value
    taints = tuple(
        Taint(one.source, one.clean & ~bits, one.trace, sure=one.sure) for one in value.taints
    )
    return Value(taints, value.vague, value.constant, value.references, value.text)


def _given(machine: Machine, site: Site) -> Value:
    return content(machine.heap.flat(site.arguments[0])) if site.arguments else VAGUE


def _decoding(bits: int) -> _Handler:
    """A function that gives another form of its argument, dangerous again for some kinds."""

    def handle(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
        value = _dirtied(_given(machine, site), bits)
        if not bits or not value.taints:
            return value
        taints = tuple(escaping.decoded(one) for one in value.taints)
        return Value(taints, value.vague, value.constant, value.references, value.text)

    return handle


def _encoding(bits: int) -> _Handler:
    """A function whose result holds only characters that are harmless to some kinds."""

    def handle(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
        return cleaned(_given(machine, site), bits)

    return handle


def _loaded(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """What was a text may be an object now."""
    value = _dirtied(_given(machine, site), LINES | CSV)
    taints = tuple(
        one if one.trace is None or escaping.holds_objects(one) else escaping.with_objects(one)
        for one in value.taints
    )
    return Value(taints, value.vague) if taints else value


_UNQUOTED: Final = _decoding(LINES | PATH | HTML)
_DECODED: Final = _decoding(ALL)

TABLE: Final[dict[str, _Handler]] = {
    **dict.fromkeys(
        ("urllib.parse.unquote", "urllib.parse.unquote_plus", "urllib.parse.parse_qs",
         "urllib.parse.parse_qsl", "urllib.unquote", "urllib.unquote_plus", "cgi.parse_qs",
         "tornado.escape.url_unescape"), _UNQUOTED,
    ),
    **dict.fromkeys(
        ("json.loads", "json.load", "simplejson.loads", "simplejson.load", "ujson.loads",
         "orjson.loads", "rapidjson.loads", "flask.json.loads", "tornado.escape.json_decode",
         "ast.literal_eval"), _loaded,
    ),
    **dict.fromkeys(
        ("base64.b64decode", "base64.urlsafe_b64decode", "base64.standard_b64decode",
         "base64.decodebytes", "base64.b32decode", "base64.b16decode", "base64.b85decode",
         "base64.a85decode", "binascii.unhexlify", "binascii.a2b_base64", "binascii.a2b_hex",
         "bytes.fromhex", "codecs.decode"), _DECODED,
    ),
    **dict.fromkeys(
        ("html.unescape", "xml.sax.saxutils.unescape"), _decoding(HTML | XML),
    ),
    **dict.fromkeys(
        ("base64.b64encode", "base64.urlsafe_b64encode", "base64.standard_b64encode",
         "base64.b32encode", "binascii.b2a_base64"), _encoding(_BASE64),
    ),
    **dict.fromkeys(
        ("base64.b16encode", "binascii.hexlify", "binascii.b2a_hex"), _encoding(_HEX),
    ),
    **dict.fromkeys(
        ("tornado.escape.utf8", "tornado.escape.to_unicode", "tornado.escape.native_str",
         "os.fsencode", "os.fsdecode", "unicodedata.normalize"), _decoding(0),
    ),
}  # fmt: skip
"""By the path of what is called."""
