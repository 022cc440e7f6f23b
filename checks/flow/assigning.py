"""Calls that are given fields by names from outside: ``User(**request.json)``.

What such a dict holds under a name that nobody thought of is written, too: ``is_admin``. A dict
whose names were picked from a list, and what a form, serializer or schema lets through, is clean.
"""

from __future__ import annotations

from typing import Final

from checks.flow import library, lookup
from checks.flow.kinds import ASSIGN
from checks.flow.machine import Frame, Machine
from checks.flow.results import Reach
from checks.flow.site import Site
from checks.flow.values import Api, LocalClass, Method, Value
from checks.models.facts import Sink

_SINK: Final = Sink(
    "assign",
    ((None, "**"),),
    None,
    "https://cheatsheetseries.owasp.org/cheatsheets/Mass_Assignment_Cheat_Sheet.html",
    "fields",
)
_MODEL_ROOTS: Final = ("django.db.models.Model", "peewee.Model", "mongoengine.Document",
                       "tortoise.models.Model", "tortoise.Model", "sqlalchemy.orm.DeclarativeBase",
                       "django.contrib.auth.models.", "django.contrib.auth.base_user.",
                       "ormar.Model", "flask_sqlalchemy.SQLAlchemy().Model",
                       "sqlalchemy.orm.declarative_base()", "gino.Gino().Model",
                       "sqlalchemy.ext.declarative.declarative_base()", "beanie.Document",
                       "pony.orm.Database().Entity", "mongoengine.EmbeddedDocument",
                       "google.appengine.ext.ndb.Model")  # fmt: skip
_MODEL_NAMES: Final = frozenset({"Model", "Base", "Document", "Entity"})
_MODEL_MODULES: Final = frozenset({"models", "model", "entities", "orm"})
_WRITERS: Final = frozenset({"create", "acreate", "update", "aupdate", "get_or_create",
                             "update_or_create", "insert", "create_user", "values", "insert_one",
                             "from_dict", "populate"})  # fmt: skip
_MANAGERS: Final = (".objects", ".objects.", ".query.", "sqlalchemy.insert(", "sqlalchemy.update(")


def check(machine: Machine, frame: Frame, target: Value, site: Site, keys: Value) -> None:
    """Note a call of a model's class, or of a method that writes one, with such fields.

    Args:
        machine: the interpreter.
        frame: where the call stands.
        target: what is called.
        site: the call.
        keys: the untrusted names of the fields.
    """
    dangerous = [one for one in keys.dangerous(ASSIGN) if one.sure]
    if not dangerous or not any(_writes(machine, one) for one in target.references):
        return
    library.report(machine, frame, _SINK, site, keys, dangerous, Reach.TAINTED)


def _writes(machine: Machine, one: object) -> bool:
    if isinstance(one, LocalClass):
        return is_model(machine, one)
    if isinstance(one, Api):
        owner, _, last = one.path.rpartition(".")
        if last in _WRITERS:
            return owner.startswith(_MODEL_ROOTS) or any(part in f"{owner}." for part in _MANAGERS)
        return last[:1].isupper() and not _MODEL_MODULES.isdisjoint(owner.split("."))
    if isinstance(one, Method):
        if one.name not in _WRITERS:
            return False
        return any(
            isinstance(owner, LocalClass) and is_model(machine, owner)
            for owner in one.receiver.references
        )
    return False


def is_model(machine: Machine, cls: LocalClass) -> bool:
    """Whether objects of a class are rows of a database."""
    if any(path.startswith(_MODEL_ROOTS) for path in lookup.library_bases(machine, cls)):
        return True
    named = any(
        path.rpartition(".")[2] in _MODEL_NAMES for path in lookup.library_bases(machine, cls)
    )
    return named and any(
        name in one.frame.names
        for one in lookup.lineage(machine, cls)
        for name in ("__tablename__", "__table__", "objects", "query")
    )
