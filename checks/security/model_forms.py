"""Forms and serializers that take their fields from a model: which fields a request may write.

Sources: https://docs.djangoproject.com/en/stable/topics/forms/modelforms/#selecting-the-fields-to-use
and https://www.django-rest-framework.org/api-guide/serializers/#specifying-which-fields-to-include.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from checks.events import UNKNOWN, Class, Value
from checks.light import dataclass

if TYPE_CHECKING:
    from checks.languages.python.index import Index

_FORMS = ("ModelForm", "ModelSerializer")
_VIEWS = frozenset({"CreateView", "UpdateView"})
_RIGHTS = ("Permission", "PassesTest", "Staff", "Superuser")
"""Words in the names of mixins that let only some users in."""
_READERS = frozenset({"ReadOnlyModelViewSet", "ListAPIView", "RetrieveAPIView"})
_USERS = frozenset({"django.contrib.auth.models.User", "django.contrib.auth.get_user_model()",
                    "django.contrib.auth.models.AbstractUser",
                    "django.contrib.auth.models.PermissionsMixin"})  # fmt: skip
_OF_USERS = ("is_superuser", "is_staff", "user_permissions", "groups")
_POWERS = (*_OF_USERS, "is_admin", "is_administrator", "is_moderator", "is_owner", "permissions",
           "role", "roles", "balance", "credit", "credits")  # fmt: skip
"""Names of fields that say what a user may do, or has: the gravest first."""
_OWN = ("account", "api_key", "approved", "author", "created_by", "email_verified",
                  "is_approved", "is_verified", "organisation", "organization", "owner", "password",
                  "secret", "tenant", "token", "user", "verified")  # fmt: skip
"""Names of fields that the program sets by itself, as a rule."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A form that takes the fields of a model without naming them."""

    at: Value
    """Where that is said."""
    model: Value
    field: str | None
    """A field that a request should not write; ``None``: the model was not seen."""
    is_power: bool
    """Whether the field says what a user may do."""


def opened(cls: Class, index: Index) -> Opened | None:
    """What a class opens to requests, when it is such a form."""
    bases = [one.text.rpartition(".")[2] for one in cls.bases]
    if any(one in _VIEWS for one in bases):
        if any(word in one for one in bases for word in _RIGHTS):
            return None
        meta: Class | None = cls
    elif any(one.endswith(_FORMS) for one in bases):
        wanted = f"{cls.qualified_name}.Meta"
        meta = next((one for one in cls.module.classes if one.qualified_name == wanted), None)
    else:
        return None
    model = None if meta is None else _value(meta, "model")
    if meta is None or model is None or _is_for_staff_or_reading(cls, index):
        return None
    at, left_out = _selection(meta)
    if at is None:
        return None
    closed = _closed(cls, meta)
    if closed is None:
        return None
    names = _fields(model, index)
    if names is None:
        return None if left_out else Opened(at, model, None, is_power=False)
    open_names = names - left_out - closed
    for wanted_names in (_POWERS, _OWN):
        for name in wanted_names:
            if name in open_names:
                return Opened(at, model, name, is_power=wanted_names is _POWERS)
    return None


def _selection(meta: Class) -> tuple[Value | None, frozenset[str]]:
    """Where all fields are taken, and those that are left out; ``None`` where they are named."""
    fields, without = _value(meta, "fields"), _value(meta, "exclude")
    if fields is not None:
        return (fields, frozenset()) if fields.constant == "__all__" else (None, frozenset())
    if without is None or not isinstance(without.constant, (list, tuple, set)):
        return None, frozenset()
    return without, frozenset(str(one) for one in without.constant)


def _closed(cls: Class, meta: Class) -> frozenset[str] | None:
    """The fields that are read only; ``None`` when that cannot be told."""
    found: set[str] = set()
    kept, options = _value(meta, "read_only_fields"), _value(meta, "extra_kwargs")
    if kept is not None:
        if not isinstance(kept.constant, (list, tuple, set)):
            return None
        found.update(str(one) for one in kept.constant)
    if options is not None:
        if options.constant is UNKNOWN and options.mapping is None:
            return None
        entries = options.mapping or {}
        found.update(str(name) for name, one in entries.items() if _is_read_only(one.text))
    for name in cls.inner.scope.bindings:
        value = _value(cls, name)
        if value is not None and _is_read_only(value.text):
            found.add(name)
    return frozenset(found)


def _is_read_only(text: str) -> bool:
    """Whether the options of a field, as they are written, keep requests from writing it."""
    written = "".join(text.split())
    return any(
        one in written
        for one in ("read_only=True", "read_only':True", 'read_only":True', "editable=False",
                    "disabled=True", "SerializerMethodField(", "HiddenField(", "ReadOnlyField(")
    )  # fmt: skip


def _fields(model: Value, index: Index) -> frozenset[str] | None:
    """The names that the class of a model binds; ``None`` when it was not seen."""
    name = model.origin.name or ""
    if name in _USERS or f"{model.origin.callee_name or ''}()" in _USERS:
        return frozenset(_OF_USERS)
    found = index.find_class(name) if name else None
    if found is None:
        return None
    names: set[str] = set()
    for one in index.chain(found):
        for bound in one.inner.scope.bindings:
            value = _value(one, bound)
            if value is None or not _is_read_only(value.text):
                names.add(bound)
    if not _USERS.isdisjoint(index.base_names(found)):
        names.update(_OF_USERS)
    return frozenset(names)


def _is_for_staff_or_reading(cls: Class, index: Index) -> bool:
    """Whether all that is seen to use a form is the admin site, or views that only read."""
    users = list(_users(cls, index))
    return bool(users) and all(
        any(base.endswith(("Admin", "Inline")) or base in _READERS for base in bases)
        for bases in users
    )


def _users(cls: Class, index: Index) -> Iterator[list[str]]:
    """The bases of the classes that name a form as their own."""
    written = cls.name.encode()
    for module in (cls.module, *(one for one in index.users if one is not cls.module)):
        if written not in module.source.data:
            continue
        for one in module.classes:
            for name in ("form", "serializer_class"):
                value = _value(one, name)
                if value is not None and value.text.rpartition(".")[2] == cls.name:
                    yield [base.text.rpartition(".")[2] for base in one.bases]


def _value(cls: Class, name: str) -> Value | None:
    """What a name of a class body is bound to."""
    for binding in cls.inner.scope.bindings.get(name, [])[-1:]:
        if binding.node is not None and binding.context is not None:
            return Value(cls.module, binding.node, binding.context)
    return None
