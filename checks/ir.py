"""The small tree in which the flow analysis reads code: about thirty kinds of node.

A language's front end lowers its syntax to this; what the interpreter knows of a language beyond
it are names. Every node keeps the bytes it stands for. A function's body is lowered when it is
first asked for: most functions of a change are never entered.
"""

from __future__ import annotations

from collections.abc import Callable

from checks.light import dataclass, field


@dataclass(slots=True, eq=False)
class Node:
    """Something in the text, from byte ``start`` to byte ``end``."""

    start: int
    end: int


@dataclass(slots=True, eq=False)
class Expression(Node):
    """What has a value."""


@dataclass(slots=True, eq=False)
class Statement(Node):
    """What is executed."""


@dataclass(slots=True, eq=False)
class Opaque(Expression):
    """What is not understood, with the expressions in it that are evaluated all the same."""

    inner: tuple[Expression, ...] = ()


@dataclass(slots=True, eq=False)
class Constant(Expression):
    """A literal."""

    value: object


@dataclass(slots=True, eq=False)
class Name(Expression):
    """A name."""

    id: str


@dataclass(slots=True, eq=False)
class Attribute(Expression):
    """``value.name``."""

    value: Expression
    name: str


@dataclass(slots=True, eq=False)
class Subscript(Expression):
    """``value[key]``; the key may be a :class:`Slice`."""

    value: Expression
    key: Expression


@dataclass(slots=True, eq=False)
class Slice(Expression):
    """``lower:upper:step`` in a subscript."""

    lower: Expression | None
    upper: Expression | None
    step: Expression | None


@dataclass(slots=True, eq=False)
class Star(Expression):
    """``*value`` in a call, a list or a target."""

    value: Expression


@dataclass(slots=True, eq=False)
class Call(Expression):
    """A call. A keyword ``None`` stands for ``**mapping``."""

    function: Expression
    arguments: tuple[Expression, ...]
    keywords: tuple[tuple[str | None, Expression], ...] = ()


@dataclass(slots=True, eq=False)
class Operation(Expression):
    """A binary operator other than comparison and ``and``/``or``."""

    operator: str
    left: Expression
    right: Expression


@dataclass(slots=True, eq=False)
class Unary(Expression):
    """``not``, ``-``, ``+`` or ``~``."""

    operator: str
    operand: Expression


@dataclass(slots=True, eq=False)
class Logic(Expression):
    """``a and b and c``, or the same with ``or``."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(slots=True, eq=False)
class Compare(Expression):
    """``left < a <= b``."""

    left: Expression
    operators: tuple[str, ...]
    rights: tuple[Expression, ...]


@dataclass(slots=True, eq=False)
class Choice(Expression):
    """``first if test else second``."""

    test: Expression
    first: Expression
    second: Expression


@dataclass(slots=True, eq=False)
class Format(Expression):
    """A text put together: an f-string, or literals side by side."""

    parts: tuple[Expression, ...]


@dataclass(slots=True, eq=False)
class Sequence(Expression):
    """A ``list``, ``tuple`` or ``set`` display."""

    type: str
    items: tuple[Expression, ...]


@dataclass(slots=True, eq=False)
class Mapping(Expression):
    """A dict display; a key ``None`` stands for ``**mapping``."""

    items: tuple[tuple[Expression | None, Expression], ...]


@dataclass(slots=True, eq=False)
class Clause(Node):
    """``for target in source if …`` in a comprehension."""

    target: Expression
    source: Expression
    conditions: list[Expression] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Comprehension(Expression):
    """A comprehension: ``list``, ``set``, ``generator`` or ``dict`` (then with a key)."""

    type: str
    key: Expression | None
    value: Expression
    clauses: tuple[Clause, ...]


@dataclass(slots=True, eq=False)
class Yield(Expression):
    """``yield value``, or ``yield from value``."""

    value: Expression | None
    delegates: bool


@dataclass(slots=True, eq=False)
class Walrus(Expression):
    """``(name := value)``."""

    name: str
    value: Expression


@dataclass(slots=True, eq=False)
class Parameter(Node):
    """A parameter; ``kind`` is ``""``, ``"*"`` or ``"**"``."""

    name: str
    kind: str
    default: Expression | None
    annotation: Expression | None
    keyword_only: bool = False


@dataclass(slots=True, eq=False)
class Lambda(Expression):
    """``lambda parameters: body``; the body is lowered when asked for."""

    parameters: tuple[Parameter, ...]
    body: Body


@dataclass(slots=True, eq=False)
class Assign(Statement):
    """``a = b = value``; the annotation counts when there is one target."""

    targets: tuple[Expression, ...]
    value: Expression | None
    annotation: Expression | None = None


@dataclass(slots=True, eq=False)
class Augment(Statement):
    """``target += value``."""

    target: Expression
    operator: str
    value: Expression


@dataclass(slots=True, eq=False)
class Evaluate(Statement):
    """An expression as a statement."""

    value: Expression


@dataclass(slots=True, eq=False)
class Branch(Statement):
    """``if``/``elif``/``else`` as a row of tests."""

    branches: tuple[tuple[Expression, Block], ...]
    otherwise: Block


@dataclass(slots=True, eq=False)
class Loop(Statement):
    """``for target in source``."""

    target: Expression
    source: Expression
    body: Block
    otherwise: Block


@dataclass(slots=True, eq=False)
class While(Statement):
    """``while test``."""

    test: Expression
    body: Block
    otherwise: Block


@dataclass(slots=True, eq=False)
class Handler(Node):
    """``except type as name``."""

    type: Expression | None
    name: str
    body: Block


@dataclass(slots=True, eq=False)
class Try(Statement):
    """``try`` with all that follows it."""

    body: Block
    handlers: tuple[Handler, ...]
    otherwise: Block
    final: Block


@dataclass(slots=True, eq=False)
class With(Statement):
    """``with value as target``."""

    items: tuple[tuple[Expression, Expression | None], ...]
    body: Block


@dataclass(slots=True, eq=False)
class Pattern(Node):
    """A pattern of ``match``.

    ``type`` is ``value`` (compares with ``value``), ``capture`` (binds ``name``, ``""`` for the
    wildcard), ``sequence``, ``mapping`` (``keys``), ``class`` (``value`` is the class), ``or``,
    ``as`` or ``star``.
    """

    type: str
    value: Expression | None = None
    name: str = ""
    parts: tuple[Pattern, ...] = ()
    keys: tuple[object, ...] = ()


@dataclass(slots=True, eq=False)
class Case(Node):
    """One case of ``match``."""

    pattern: Pattern
    guard: Expression | None
    body: Block


@dataclass(slots=True, eq=False)
class Match(Statement):
    """``match subject``."""

    subject: Expression
    cases: tuple[Case, ...]


@dataclass(slots=True, eq=False)
class Return(Statement):
    """``return value``."""

    value: Expression | None


@dataclass(slots=True, eq=False)
class Raise(Statement):
    """``raise value``."""

    value: Expression | None


@dataclass(slots=True, eq=False)
class Assert(Statement):
    """``assert test``."""

    test: Expression


@dataclass(slots=True, eq=False)
class Jump(Statement):
    """``break`` or ``continue``."""

    type: str


@dataclass(slots=True, eq=False)
class Delete(Statement):
    """``del targets``."""

    targets: tuple[Expression, ...]


@dataclass(slots=True, eq=False)
class Import(Statement):
    """One imported name: ``alias`` is bound to ``qualified`` (``"*"``: to all its names)."""

    qualified: str
    alias: str
    level: int = 0


@dataclass(slots=True, eq=False)
class Declare(Statement):
    """``global`` or ``nonlocal`` names."""

    type: str
    names: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Function(Statement):
    """A function definition."""

    name: str
    parameters: tuple[Parameter, ...]
    body: Body
    decorators: tuple[Expression, ...] = ()
    returns: Expression | None = None
    is_async: bool = False


@dataclass(slots=True, eq=False)
class Class(Statement):
    """A class definition."""

    name: str
    bases: tuple[Expression, ...]
    body: Block
    decorators: tuple[Expression, ...] = ()


Block = tuple[Statement, ...]


class Body:
    """A function's body, lowered when it is first asked for."""

    __slots__ = ("_lower", "_lowered")

    def __init__(self, lower: Callable[[], Lowered]) -> None:
        self._lower: Callable[[], Lowered] | None = lower
        self._lowered: Lowered | None = None

    @property
    def lowered(self) -> Lowered:
        """The statements, and what is known of them."""
        if self._lowered is None:
            self._lowered = Lowered((), frozenset(), {}, yields=False)
            if self._lower is not None:
                self._lowered = self._lower()
            self._lower = None
        return self._lowered


@dataclass(slots=True, eq=False)
class Lowered:
    """A body."""

    block: Block
    assigned: frozenset[str]
    """Names that it binds by itself, parameters left out."""
    elsewhere: dict[str, str]
    """Names declared ``global`` or ``nonlocal``."""
    yields: bool
