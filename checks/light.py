"""Dataclasses that are cheap to define and to make.

``dataclass`` of the standard library writes and compiles up to six methods for a class, half a
millisecond that a worker process pays two hundred times before its first file, and a frozen
instance takes two microseconds to make. Here the class becomes a :class:`msgspec.Struct`, which
does both in C: a fiftieth of the time to define it, a tenth to make one.

For type checkers, and for :func:`dataclasses.fields` and :func:`dataclasses.replace`, it is a
dataclass. What differs: writing to a frozen instance raises AttributeError, by
``object.__setattr__`` too, and of a field only a default or a factory can be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from dataclasses import field as field
    from dataclasses import replace as replace
else:
    field = msgspec.field
    replace = msgspec.structs.replace

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True):
        """Make a class a dataclass: see :func:`dataclasses.dataclass`, whose options these are."""

        def make(cls):
            return _struct(cls, frozen, eq, not slots)

        return make if cls is None else make(cls)


_Meta: Any = type(msgspec.Struct)
_NOT_OURS = frozenset({"__dict__", "__weakref__"})


def _struct(cls: Any, frozen: bool, eq: bool, extensible: bool) -> Any:
    if isinstance(cls, _Meta):
        # A subclass is made when it is defined, with the options of its base.
        config = cls.__struct_config__
        if (config.frozen, config.eq) != (frozen, eq):
            raise TypeError(f"{cls.__qualname__} has other options than its base")
        return cls
    namespace = {name: one for name, one in cls.__dict__.items() if name not in _NOT_OURS}
    namespace["__dataclass_fields__"] = _Fields()
    bases = (*(base for base in cls.__bases__ if base is not object), msgspec.Struct)
    return _Meta(cls.__name__, bases, namespace, frozen=frozen, eq=eq, dict=extensible)


class _Fields:
    """The fields as the standard library tells them, made for a class when it is asked."""

    def __init__(self) -> None:
        self._made: dict[type, Any] = {}

    def __get__(self, _instance: object, owner: Any) -> Any:
        made = self._made.get(owner)
        if made is None:
            import dataclasses  # which costs a worker more than it may ever need

            names = owner.__struct_fields__
            model: Any = dataclasses.make_dataclass(owner.__name__, names)
            made = self._made[owner] = model.__dataclass_fields__
        return made
