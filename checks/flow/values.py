"""What the interpreter knows of a value.

A :class:`Value` is a point of a product: where untrusted content in it came from and for which
uses it was cleaned; whether content of unknown origin is in it; its constant, or the constant
pieces of its text; and the things that it may refer to. Values never change; joining two of them
at the end of a branch gives what holds for both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from checks.flow.kinds import ALL, FULL

if TYPE_CHECKING:
    from checks import ir
    from checks.flow.machine import Frame, ModuleRun

MAX_TAINTS = 4
MAX_REFERENCES = 4
MAX_TRACE = 14
MAX_TEXT = 2_000
MAX_PATH = 160
HOLE = "\0"
"""Stands in a text for a piece that varies."""


class _Nothing:
    __slots__ = ()

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING: Final = _Nothing()
"""The constant of what has none."""


class Source:
    """A place where untrusted content comes in."""

    __slots__ = ("end", "kind", "module", "start", "words")

    def __init__(self, kind: str, words: str, module: ModuleRun, start: int, end: int) -> None:
        self.kind = kind
        """``remote``, ``stored`` or ``local``."""
        self.words = words
        """What a reader calls it: "`name` from the query string"."""
        self.module = module
        self.start = start
        self.end = end


class Link:
    """One step of a trace, and those before it."""

    __slots__ = ("end", "length", "module", "note", "previous", "start")

    def __init__(
        self, module: ModuleRun, start: int, end: int, note: str, previous: Link | None
    ) -> None:
        self.module = module
        self.start = start
        self.end = end
        self.note = note
        self.previous = previous
        self.length: int = 1 if previous is None else previous.length + 1


class Taint:
    """Untrusted content of one source in a value."""

    __slots__ = ("clean", "source", "sure", "trace")

    def __init__(self, source: Source, clean: int, trace: Link | None, *, sure: bool) -> None:
        self.source = source
        self.clean = clean
        """The kinds that it can do no harm to any more, and the facts known of it."""
        self.trace = trace
        self.sure = sure
        """Whether every step of the way is known."""


Taints: TypeAlias = tuple[Taint, ...]


class Api:
    """Something of a library, by its path: ``flask.request.args``, ``sqlite3.connect()``."""

    __slots__ = ("imported", "path")

    def __init__(self, path: str, *, imported: bool = False) -> None:
        self.path = path
        self.imported = imported
        """Whether an import bound it: it may be a module."""


class Number:
    """A number that was sent, where nothing limits how large it is: see :mod:`amounts`."""

    __slots__ = ("taint",)

    def __init__(self, taint: Taint) -> None:
        self.taint = taint


class LocalFunction:
    """A function of the change, with the frame in which it was defined."""

    __slots__ = ("cls", "decorators", "defaults", "definition", "frame", "kind", "name", "setter")

    def __init__(
        self,
        definition: ir.Function | ir.Lambda,
        frame: Frame,
        name: str,
        kind: str = "",
        cls: LocalClass | None = None,
        decorators: tuple[str, ...] = (),
    ) -> None:
        self.definition = definition
        self.frame = frame
        self.name = name
        self.kind = kind
        """``""``, ``static``, ``class``, ``property`` or ``context``."""
        self.cls = cls
        self.decorators = decorators
        self.defaults: dict[str, Value] = {}
        """Defaults of parameters as they were where it was defined: ``lambda name=name: name``."""
        self.setter: LocalFunction | None = None
        """For a property: what is called when it is assigned to."""

    @property
    def is_coroutine(self) -> bool:
        """Whether it waits with ``yield`` (``tornado.gen.coroutine``, ``inlineCallbacks``)."""
        return any(one.endswith((".coroutine", ".inlineCallbacks")) for one in self.decorators)


class LocalClass:
    """A class of the change."""

    __slots__ = ("bases", "decorators", "definition", "fields", "frame", "is_enum", "is_record",
                 "is_typed", "module", "name")  # fmt: skip

    def __init__(self, definition: ir.Class, module: ModuleRun, frame: Frame) -> None:
        self.definition = definition
        self.name = definition.name
        self.module = module
        self.frame = frame
        """The frame of its body: the names in it are its attributes."""
        self.bases: tuple[Value, ...] = ()
        self.decorators: tuple[str, ...] = ()
        self.fields: list[tuple[str, ir.Expression | None, Value | None]] = []
        """Annotated names of the body, with the annotation and the default."""
        self.is_record = False
        """Whether it makes its own ``__init__`` from its fields."""
        self.is_enum = False
        self.is_typed = False
        """Whether its fields are converted to their types (pydantic)."""


class Cell:
    """A reference to an object of the heap."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number


class Bound:
    """A function with its ``self``, or a call with some arguments given (``partial``)."""

    __slots__ = ("arguments", "function", "keywords")

    def __init__(
        self, function: Value, arguments: tuple[Value, ...], keywords: dict[str, Value]
    ) -> None:
        self.function = function
        self.arguments = arguments
        self.keywords = keywords


class Method:
    """A method, by name, of a value that has no function of its own for it: ``cells.append``."""

    __slots__ = ("name", "receiver")

    def __init__(self, receiver: Value, name: str) -> None:
        self.receiver = receiver
        self.name = name


class Parent:
    """``super()``."""

    __slots__ = ("cls", "receiver")

    def __init__(self, cls: LocalClass, receiver: Value) -> None:
        self.cls = cls
        self.receiver = receiver


class LocalModule:
    """A module of the change."""

    __slots__ = ("run",)

    def __init__(self, run: ModuleRun) -> None:
        self.run = run


Reference: TypeAlias = (
    "Api | LocalFunction | LocalClass | Cell | Bound | Method | Number | Parent | LocalModule"
)


class Value:
    """What is known of a value."""

    __slots__ = ("constant", "references", "taints", "text", "vague")

    def __init__(
        self,
        taints: Taints = (),
        vague: int = 0,
        constant: object = NOTHING,
        references: tuple[Reference, ...] = (),
        text: str | None = None,
    ) -> None:
        self.taints = taints
        self.vague = vague
        """The kinds to which content of unknown origin in it could do harm."""
        self.constant = constant
        self.references = references
        self.text = text
        """For texts that are put together: the constant pieces, with :data:`HOLE` between."""

    @property
    def template(self) -> str | None:
        """The text, as far as it is constant; ``None`` when nothing is known of it."""
        if isinstance(self.constant, str):
            return self.constant
        if isinstance(self.constant, bytes):
            return self.constant.decode("latin-1")
        return self.text

    def dangerous(self, kind: int) -> list[Taint]:
        """The untrusted contents that were not cleaned for a kind."""
        return [one for one in self.taints if not one.clean & kind]


CLEAN: Final = Value()
"""Something that holds nothing from outside and is not known otherwise: a number, a flag."""
VAGUE: Final = Value(vague=FULL)
"""Something of which nothing is known."""
NONE: Final = Value(constant=None)
TRUE: Final = Value(constant=True)
FALSE: Final = Value(constant=False)


def constant(value: object) -> Value:
    """A value that is known."""
    if value is None:
        return NONE
    if value is True:
        return TRUE
    if value is False:
        return FALSE
    return Value(constant=value)


def api(path: str, *, vague: int = FULL, imported: bool = False) -> Value:
    """Something of a library."""
    if len(path) > MAX_PATH:
        return VAGUE
    return Value((), vague, NOTHING, (Api(path, imported=imported),))


def merge_taints(first: Taints, second: Taints) -> Taints:
    """The contents of both; of one source, what is dangerous in either."""
    if not second or first is second:
        return first
    if not first:
        return second
    found = {id(one.source): one for one in first}
    for one in second:
        known = found.get(id(one.source))
        if known is None:
            if len(found) < MAX_TAINTS:
                found[id(one.source)] = one
        elif known is not one and known.clean & one.clean != known.clean:
            shorter = one if not one.clean & ALL else known
            found[id(one.source)] = Taint(
                one.source, known.clean & one.clean, shorter.trace, sure=known.sure and one.sure
            )
    return tuple(found.values())


def join(first: Value, second: Value) -> Value:
    """What holds whichever of two values it is."""
    if first is second:
        return first
    same = first.constant is second.constant or (
        type(first.constant) is type(second.constant) and first.constant == second.constant
    )
    references = first.references
    if second.references and second.references != references:
        references = merge_references(references, second.references)
    taints = merge_taints(first.taints, second.taints)
    known = NOTHING if not same else first.constant
    text = first.text if first.text == second.text else None
    if not same and (first.taints or second.taints):
        text = _nearest_text(first, second)
    if (
        taints is first.taints
        and references is first.references
        and known is first.constant
        and text is first.text
        and first.vague | second.vague == first.vague
    ):
        return first
    return Value(taints, first.vague | second.vague, known, references, text)


def _nearest_text(first: Value, second: Value) -> str | None:
    """Of two texts, that of the one with untrusted content in it."""
    if first.taints and second.taints:
        return first.text if first.text == second.text else None
    return first.text if first.taints else second.text


def merge_references(
    first: tuple[Reference, ...], second: tuple[Reference, ...]
) -> tuple[Reference, ...]:
    """What either may refer to, up to a number."""
    found = list(first)
    for one in second:
        if len(found) >= MAX_REFERENCES:
            break
        if not any(_same(one, known) for known in found):
            found.append(one)
    return first if len(found) == len(first) else tuple(found)


def _same(first: Any, second: Any) -> bool:
    if first is second:
        return True
    if type(first) is not type(second):
        return False
    if isinstance(first, Cell):
        return bool(first.number == second.number)
    if isinstance(first, Api):
        return bool(first.path == second.path)
    if isinstance(first, LocalFunction):
        return first.definition is second.definition and first.frame is second.frame
    return False


def cleaned(value: Value, bits: int) -> Value:
    """The value, cleaned for some kinds (or with some facts known of it)."""
    if not value.taints and not value.vague & bits:
        return value
    kept = []
    for one in value.taints:
        clean = one.clean | bits
        if clean & ALL != ALL:
            same = clean == one.clean
            kept.append(one if same else Taint(one.source, clean, one.trace, sure=one.sure))
    vague = value.vague & ~bits
    if not vague & ALL:
        vague = 0
    return Value(tuple(kept), vague, value.constant, value.references, value.text)


def content(*values: Value, sure: bool = True) -> Value:
    """A value made of others in a way that is not known, or does not matter."""
    taints: Taints = ()
    vague = 0
    for one in values:
        if one.taints:
            taints = merge_taints(taints, one.taints)
        vague |= one.vague
    if not sure and taints:
        taints = tuple(
            one if not one.sure else Taint(one.source, one.clean, one.trace, sure=False)
            for one in taints
        )
    if not taints:
        if not vague:
            return CLEAN
        if vague == FULL:
            return VAGUE
    return Value(taints, vague)


def stepped(value: Value, module: ModuleRun, start: int, end: int, note: str) -> Value:
    """The value with one more step in the traces of its untrusted contents."""
    if not value.taints:
        return value
    taints = []
    for one in value.taints:
        trace = one.trace
        if trace is not None and (
            trace.length >= MAX_TRACE or (trace.start == start and trace.module is module)
        ):
            taints.append(one)
        else:
            link = Link(module, start, end, note, trace)
            taints.append(Taint(one.source, one.clean, link, sure=one.sure))
    return Value(tuple(taints), value.vague, value.constant, value.references, value.text)
