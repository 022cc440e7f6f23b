"""Expressions of GitHub Actions, ``${{ … }}``: found in a text, and read.

The grammar is that of
https://docs.github.com/en/actions/reference/workflows-and-actions/expressions: literals, property
and index access, the ``*`` filter, functions, ``!``, comparisons, ``&&`` and ``||``. Names and
functions are compared without case. One linear scan; nesting is bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from checks.light import dataclass

MAX_LENGTH = 21_000
"""GitHub's own limit for one expression."""
MAX_DEPTH = 50
"""GitHub's own limit for nesting."""
_MAX_OPERATORS = 200
"""Operators and accesses of one expression: a tree of it is never deeper than this and nesting."""

_OPEN, _CLOSE = "${{", "}}"
_TWO = ("&&", "||", "==", "!=", "<=", ">=")
_ONE = "()[].,*!<>"
_NAME_START = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_NAME = _NAME_START | frozenset("0123456789-")
_NUMBER = frozenset("0123456789.+-abcdefxABCDEFxoO")
_LEVELS = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="))
"""Binary operators, the loosest first."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, a number, true, false or null."""

    value: str | float | bool | None


@dataclass(frozen=True, slots=True)
class Name:
    """A context: ``github``, ``env``."""

    name: str
    """In lower case."""


@dataclass(frozen=True, slots=True)
class Access:
    """A property or an element: ``a.b``, ``a['b']``, ``a[0]``, ``a.*``."""

    target: Expression
    key: Expression | None
    """``None`` for ``*``. A property is a literal text, in lower case."""


@dataclass(frozen=True, slots=True)
class Call:
    """A function."""

    name: str
    """In lower case."""
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """``!a``."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """``a && b``, ``a == b`` and their kin."""

    operator: str
    left: Expression
    right: Expression


Expression: TypeAlias = Literal | Name | Access | Call | Not | Binary


@dataclass(frozen=True, slots=True)
class Placed:
    """An expression in a text."""

    expression: Expression | None
    """``None`` where it could not be read."""
    start: int
    end: int
    """Positions in the text, the braces included."""


class NotAnExpression(Exception):
    """The text is none that GitHub would take."""


def find(text: str) -> list[Placed]:
    """The expressions in a text, in order. A ``}}`` within quotes does not end one."""
    found = []
    position = text.find(_OPEN)
    while position >= 0:
        end = _end(text, position + len(_OPEN))
        if end < 0:
            break
        try:
            expression = parse(text[position + len(_OPEN) : end])
        except NotAnExpression:
            expression = None
        found.append(Placed(expression, position, end + len(_CLOSE)))
        position = text.find(_OPEN, end + len(_CLOSE))
    return found


def _end(text: str, position: int) -> int:
    """Where the expression that begins at a position is closed; -1 if nowhere."""
    quoted = False
    while position < len(text):
        if text[position] == "'":
            quoted = not quoted
        elif not quoted and text.startswith(_CLOSE, position):
            return position
        position += 1
    return -1


def parse(text: str) -> Expression:
    """Read one expression, without its braces.

    Raises:
        NotAnExpression: it is none.
    """
    if len(text) > MAX_LENGTH:
        raise NotAnExpression
    parser = _Parser([*_tokens(text)])
    result = parser.binary(0, 0)
    if not parser.at_end:
        raise NotAnExpression
    return result


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    """``name``, ``text``, ``number``, or the mark itself."""
    value: str = ""


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        one = text[position]
        if one.isspace():
            position += 1
        elif one == "'":
            value, position = _quoted(text, position + 1)
            yield _Token("text", value)
        elif text[position : position + 2] in _TWO:
            yield _Token(text[position : position + 2])
            position += 2
        elif one in _NAME_START:
            end = position
            while end < len(text) and text[end] in _NAME:
                end += 1
            yield _Token("name", text[position:end].lower())
            position = end
        elif one.isdigit() or (one in "+-." and text[position + 1 : position + 2].isdigit()):
            end = position
            while end < len(text) and text[end] in _NUMBER:
                end += 1
            yield _Token("number", text[position:end])
            position = end
        elif one in _ONE:
            yield _Token(one)
            position += 1
        else:
            raise NotAnExpression


def _quoted(text: str, position: int) -> tuple[str, int]:
    """The text in quotes that begins at a position, and where it ends; ``''`` is a quote."""
    parts = []
    while True:
        end = text.find("'", position)
        if end < 0:
            raise NotAnExpression
        parts.append(text[position:end])
        if text[end + 1 : end + 2] != "'":
            return "".join(parts), end + 1
        parts.append("'")
        position = end + 2


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._operators = 0

    @property
    def at_end(self) -> bool:
        """Whether every token was read."""
        return self._at == len(self._tokens)

    def binary(self, level: int, depth: int) -> Expression:
        """Operators of a level and of tighter ones."""
        if depth > MAX_DEPTH:
            raise NotAnExpression
        if level == len(_LEVELS):
            return self._unary(depth)
        left = self.binary(level + 1, depth)
        while self._kind() in _LEVELS[level]:
            operator = self._operator()
            left = Binary(operator, left, self.binary(level + 1, depth))
        return left

    def _unary(self, depth: int) -> Expression:
        negations = 0
        while self._kind() == "!":
            self._operator()
            negations += 1
        operand = self._access(depth)
        for _ in range(negations):
            operand = Not(operand)
        return operand

    def _access(self, depth: int) -> Expression:
        result = self._primary(depth)
        while self._kind() in (".", "["):
            if self._operator() == ".":
                result = Access(result, self._property())
            elif self._kind() == "*":
                self._next()
                self._expect("]")
                result = Access(result, None)
            else:
                key = self.binary(0, depth + 1)
                self._expect("]")
                result = Access(result, _lowered(key))
        return result

    def _property(self) -> Expression | None:
        token = self._next()
        if token.kind == "*":
            return None
        if token.kind != "name":
            raise NotAnExpression
        return Literal(token.value)

    def _primary(self, depth: int) -> Expression:
        token = self._next()
        match token.kind:
            case "(":
                inner = self.binary(0, depth + 1)
                self._expect(")")
                return inner
            case "text":
                return Literal(token.value)
            case "number":
                return Literal(_number(token.value))
            case "name" if self._kind() == "(":
                return Call(token.value, self._arguments(depth))
            case "name":
                return _word(token.value)
            case _:
                raise NotAnExpression

    def _arguments(self, depth: int) -> tuple[Expression, ...]:
        self._next()
        found: list[Expression] = []
        if self._kind() == ")":
            self._next()
            return ()
        while True:
            found.append(self.binary(0, depth + 1))
            token = self._next()
            if token.kind == ")":
                return tuple(found)
            if token.kind != ",":
                raise NotAnExpression

    def _operator(self) -> str:
        self._operators += 1
        if self._operators > _MAX_OPERATORS:
            raise NotAnExpression
        return self._next().kind

    def _kind(self) -> str:
        return "" if self.at_end else self._tokens[self._at].kind

    def _next(self) -> _Token:
        if self.at_end:
            raise NotAnExpression
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, kind: str) -> None:
        if self._next().kind != kind:
            raise NotAnExpression


def _word(word: str) -> Expression:
    match word:
        case "true":
            return Literal(value=True)
        case "false":
            return Literal(value=False)
        case "null":
            return Literal(None)
        case "nan" | "infinity":
            return Literal(float(word))
        case _:
            return Name(word)


def _lowered(key: Expression) -> Expression:
    if isinstance(key, Literal) and isinstance(key.value, str):
        return Literal(key.value.lower())
    return key


def _number(text: str) -> float:
    try:
        if text[:2].lower() in ("0x", "0o"):
            return float(int(text, 0))
        return float(text)
    except (ValueError, OverflowError):
        raise NotAnExpression from None


def path_of(expression: Expression) -> str | None:
    """An access as one path in lower case: ``github.event.commits.*.message``.

    ``*`` stands for the filter and for an index that is no text. ``None`` for all that is no path
    from a context.
    """
    parts: list[str] = []
    while isinstance(expression, Access):
        key = expression.key
        known = isinstance(key, Literal) and isinstance(key.value, str)
        parts.append(str(key.value) if known and isinstance(key, Literal) else "*")
        expression = expression.target
    if not isinstance(expression, Name):
        return None
    return ".".join([expression.name, *reversed(parts)])


def paths_in(expression: Expression) -> Iterator[str]:
    """Every path that an expression reads, conditions included."""
    path = path_of(expression)
    if path is not None:
        yield path
    match expression:
        case Access(target, key):
            if key is not None:
                yield from paths_in(key)
            if path is None or not isinstance(target, Name):
                yield from _read_below(target, whole=path is None)
        case Call(_, arguments):
            for one in arguments:
                yield from paths_in(one)
        case Not(operand):
            yield from paths_in(operand)
        case Binary(_, left, right):
            yield from paths_in(left)
            yield from paths_in(right)
        case _:
            pass


def _read_below(target: Expression, *, whole: bool) -> Iterator[str]:
    """What the inner part of an access reads; of a path only its keys, the path was told."""
    if whole:
        yield from paths_in(target)
        return
    while isinstance(target, Access):
        if target.key is not None:
            yield from paths_in(target.key)
        target = target.target


@dataclass(frozen=True, slots=True)
class Result:
    """A path whose value may become the value of an expression."""

    path: str
    as_json: bool = False
    """Whether it was made JSON, which is a literal of JavaScript."""


_TRUTHS = frozenset({"contains", "startswith", "endswith", "success", "failure", "always",
                     "cancelled", "hashfiles"})  # fmt: skip


def results(expression: Expression, *, as_json: bool = False) -> Iterator[Result]:
    """The paths whose text may be part of what an expression gives.

    Of ``a && b`` only ``b`` can be a text that is not empty; comparisons, and functions that answer
    yes or no, give none of their operands.
    """
    path = path_of(expression)
    if path is not None:
        yield Result(path, as_json)
        return
    match expression:
        case Binary("&&", _, right):
            yield from results(right, as_json=as_json)
        case Binary("||", left, right):
            yield from results(left, as_json=as_json)
            yield from results(right, as_json=as_json)
        case Call(name, arguments) if name not in _TRUTHS:
            for one in arguments:
                yield from results(one, as_json=name == "tojson" or as_json)
        case Access(target, _):
            yield from results(target, as_json=as_json)
        case _:
            return
