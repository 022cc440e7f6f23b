"""Passwords and the like that are kept as they came in: in fields of models, files, cookies.

What was hashed, encrypted or handed to a function that is not known is not as it came in any more,
and nothing is said of it. Whether a value is a secret is told by the names beside it: the key that
it was sent under, the field that it is put into.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import re2

from checks import ir
from checks.flow import assigning, library, lookup
from checks.flow.kinds import PLAIN
from checks.flow.results import Reach
from checks.flow.site import Site
from checks.flow.values import Api, Cell, LocalClass, LocalFunction, Value
from checks.models.facts import Sink

if TYPE_CHECKING:
    from checks.flow.machine import Frame, Machine

_DOCS: Final = "https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html"
_FIELD: Final = Sink("plain", ((0, ""),), None, _DOCS, "field")
_SECRET: Final = re2.compile(
    r"(?i)(?:^|[_\W])(?:password|passwd|passphrase|pwd|pin_?code|cvv2?|cvc|card_?number|ssn|"
    r"social_?security(?:_?number)?)[12]?(?:$|\W)"
)
_HASHED: Final = re2.compile(r"(?i)hash|digest|crypt|salt|enc\b|reset|token|confirm")
_COLUMNS: Final = ("Column()", "mapped_column()", "CharField()", "TextField()", "StringField()",
                   "FixedCharField()", "StringProperty()")  # fmt: skip


def is_secret(name: str) -> bool:
    """Whether a name is that of something nobody should be able to read."""
    name = name[:80]
    return _SECRET.search(name) is not None and _HASHED.search(name) is None


def _sent_as_secret(value: Value) -> bool:
    """Whether something secret is in a value as it came in, by the key that it was sent under."""
    return any(
        one.sure and is_secret(one.source.words.partition(" from ")[0])
        for one in value.dangerous(PLAIN)
    )


def _is_plain(value: Value) -> bool:
    """Whether a value is, as it is, what somebody sent."""
    return any(one.sure for one in value.dangerous(PLAIN))


def assigned(machine: Machine, frame: Frame, owner: Value, name: str, value: Value,
             node: ir.Node) -> None:  # fmt: skip
    """``user.password = value`` for a model whose field is a plain column."""
    if not value.taints or not is_secret(name) or not _is_plain(value):
        return
    for one in owner.references:
        if isinstance(one, Cell):
            cls = machine.heap.get(one).cls
            if cls is not None and _keeps(machine, cls, name):
                call = ir.Call(node.start, node.end, ir.Opaque(node.start, node.end), ())
                site = Site(machine, frame, call, f"{cls.name}.{name}", None, [value], {})
                _report(machine, frame, site, value)
                return


def constructed(machine: Machine, frame: Frame, cls: LocalClass, site: Site) -> None:
    """``User(password=value)`` for a model whose field is a plain column."""
    for name, value in site.keywords.items():
        if value.taints and is_secret(name) and _is_plain(value) and _keeps(machine, cls, name):
            site.callee = cls.name
            _report(machine, frame, site, value)
            return


def _report(machine: Machine, frame: Frame, site: Site, value: Value) -> None:
    dangerous = [one for one in value.dangerous(PLAIN) if one.sure]
    library.report(machine, frame, _FIELD, site, value, dangerous, Reach.TAINTED)


def _keeps(machine: Machine, cls: LocalClass, name: str) -> bool:
    """Whether a model has a plain column of that name, and nothing that changes what is written."""
    if not assigning.is_model(machine, cls):
        return False
    found = lookup.class_attribute(machine, cls, name)
    if found is None or not any(
        isinstance(one, Api) and one.path.endswith(_COLUMNS) for one in found.references
    ):
        return False
    for one in lookup.lineage(machine, cls):
        for other, value in one.frame.names.items():
            if any(isinstance(ref, LocalFunction) for ref in value.references) and (
                other in ("save", "__init__", "__setattr__", "before_save", "clean")
                or "password" in other.lower()
                or "hash" in other.lower()
                or "validate" in other.lower()
            ):
                return False
    return True


# -- conditions of facts ----------------------------------------------------------------------


def in_statement(site: Site) -> bool:
    """Parameters of a statement that writes hold a secret as it was sent."""
    text = site.arguments[0].template if site.arguments else None
    value = site.tested
    if text is None or value is None:
        return False
    if not text.lstrip()[:8].lower().startswith(("insert", "update", "replace")):
        return False
    if _HASHED.search(text[:400]) is not None:
        return False
    return _sent_as_secret(site.machine.heap.flat(value))


def sent(site: Site) -> bool:
    """What is written is a secret as it was sent."""
    return site.tested is not None and _sent_as_secret(site.machine.heap.flat(site.tested))


def in_cookie(site: Site) -> bool:
    """A cookie holds a secret as it was sent, or is called one and holds what was sent."""
    value = site.tested
    if value is None:
        return False
    name = site.constant(0, "key")
    named = isinstance(name, str) and is_secret(name)
    return _sent_as_secret(value) or (named and _is_plain(value))


def in_field(site: Site) -> bool:
    """``objects.create(password=value)``."""
    value = site.tested
    if value is None or value is site.star:
        return False  # "**data": which fields are in it is not known
    return ".objects" in site.callee and _is_plain(value)
