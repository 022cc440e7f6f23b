"""Counts the steps of a backtracking match, up to a bound.

A machine of its own that tries what :mod:`re` tries, in the same order: it says how the work grows
with a text without doing more of it than it is allowed to.
"""

from __future__ import annotations

from typing import Final

from checks.light import dataclass
from checks.regex.syntax import Pattern
from checks.regex.tree import (
    Alternative,
    At,
    Atomic,
    Back,
    Chars,
    Conditional,
    Greed,
    Group,
    Look,
    Node,
    Repeat,
    Sequence,
    Unreadable,
)

MAX_CODE: Final = 6_000
MAX_REGISTERS: Final = 160
_SHARE: Final = 12
"""Registers that cost as much to copy as a step."""
_NO_LIMIT: Final = 1 << 60

# Operations: each a tuple that begins with one of these.
_CHAR, _SPLIT, _JUMP, _SAVE, _AT, _LOOK, _ATOMIC, _BEGIN, _LOOP, _BACK, _IF, _END = range(12)

Operation = tuple[int, ...]
Registers = tuple[int, ...]


class Spent(Exception):
    """The steps are used up."""


@dataclass(slots=True)
class Count:
    """What a match came to."""

    steps: int
    matched: bool
    spent: bool
    """Whether the bound was reached: the match may have gone on."""


class Matcher:
    """A pattern made into operations.

    Raises:
        Unreadable: it is too large.
    """

    def __init__(self, pattern: Pattern) -> None:
        self._alphabet = pattern.alphabet
        self._code: list[Operation] = []
        self._registers = 2 * (pattern.groups + 1)
        self.work = 0
        """Steps of all matches until now, those with many registers counted for more."""
        self._emit(pattern.root)
        self._put((_END,))
        if self._registers > MAX_REGISTERS:
            raise Unreadable("too many repetitions")

    # -- making operations --------------------------------------------------------------------

    def _put(self, operation: Operation) -> int:
        if len(self._code) >= MAX_CODE:
            raise Unreadable("too large")
        self._code.append(operation)
        return len(self._code) - 1

    def _emit(self, node: Node) -> None:
        if isinstance(node, Chars):
            self._put((_CHAR, node.bits))
        elif isinstance(node, Sequence):
            for one in node.parts:
                self._emit(one)
        elif isinstance(node, Alternative):
            self._emit_branches(node)
        elif isinstance(node, Repeat):
            if node.greed is Greed.POSSESSIVE:
                greedy = Repeat(node.body, node.low, node.high, Greed.GREEDY)
                self._emit(Atomic(greedy))
            else:
                self._emit_repeat(node)
        elif isinstance(node, Group):
            self._put((_SAVE, 2 * node.number))
            self._emit(node.body)
            self._put((_SAVE, 2 * node.number + 1))
        elif isinstance(node, (Atomic, Look)):
            at = self._put((_JUMP, 0))
            self._emit(node.body)
            self._put((_END,))
            after = len(self._code)
            if isinstance(node, Atomic):
                self._code[at] = (_ATOMIC, after)
            else:
                self._code[at] = (_LOOK, after, node.negative, 0 if node.ahead else node.width)
        elif isinstance(node, At):
            self._put((_AT, _PLACES.index(node.kind), node.word))
        elif isinstance(node, Back):
            self._put((_BACK, node.number))
        elif isinstance(node, Conditional):
            at = self._put((_JUMP, 0))
            self._emit(node.yes)
            jump = self._put((_JUMP, 0))
            self._code[at] = (_IF, node.number, len(self._code))
            self._emit(node.no)
            self._code[jump] = (_JUMP, len(self._code))

    def _emit_branches(self, node: Alternative) -> None:
        jumps = []
        for one in node.branches[:-1]:
            split = self._put((_JUMP, 0))
            self._emit(one)
            jumps.append(self._put((_JUMP, 0)))
            self._code[split] = (_SPLIT, split + 1, len(self._code))
        self._emit(node.branches[-1])
        for jump in jumps:
            self._code[jump] = (_JUMP, len(self._code))

    def _emit_repeat(self, node: Repeat) -> None:
        register = self._registers
        self._registers += 2
        self._put((_BEGIN, register))
        loop = self._put((_JUMP, 0))
        self._emit(node.body)
        self._put((_JUMP, loop))
        high = _NO_LIMIT if node.high is None else node.high
        lazy = node.greed is Greed.LAZY
        self._code[loop] = (_LOOP, register, node.low, high, lazy, len(self._code))

    # -- matching -----------------------------------------------------------------------------

    def count(self, text: str, bound: int, *, search: bool = False) -> Count:
        """Match a text from its beginning, or from every place of it, and count the steps."""
        run = _Run(self._code, self._alphabet.encode(text), bound, 1 << 10)
        fresh = (-1,) * self._registers
        try:
            for start in range(len(run.text) + 1 if search else 1):
                if run.match(0, start, fresh) is not None:
                    return Count(run.steps, True, False)
        except Spent:
            return Count(run.steps, False, True)
        finally:
            self.work += run.steps * (1 + self._registers // _SHARE)
        return Count(run.steps, False, False)


_PLACES: Final = ("^", "m^", "$", "m$", "A", "Z", "b", "B")


class _Run:
    """One match."""

    def __init__(self, code: list[Operation], text: list[int], bound: int, newline: int) -> None:
        self.code = code
        self.text = text
        self.bound = bound
        self.newline = newline
        self.steps = 0

    def match(self, pc: int, at: int, registers: Registers) -> tuple[int, Registers] | None:
        """Where a match that begins at a place ends; ``None`` when there is none.

        Raises:
            Spent: it takes more steps than are left.
        """
        code, text = self.code, self.text
        length = len(text)
        stack: list[tuple[int, int, Registers]] = [(pc, at, registers)]
        while stack:
            pc, at, registers = stack.pop()
            while True:
                self.steps += 1
                if self.steps > self.bound:
                    raise Spent
                operation = code[pc]
                kind = operation[0]
                if kind == _CHAR:
                    if at >= length or not operation[1] & text[at]:
                        break
                    at += 1
                    pc += 1
                elif kind == _LOOP:
                    _, register, low, high, lazy, after = operation
                    done, last = registers[register], registers[register + 1]
                    more = _set(registers, register, done + 1, at)
                    if done < low:
                        registers = more
                        pc += 1
                    elif done >= high or last == at:
                        pc = after
                    elif lazy:
                        stack.append((pc + 1, at, more))
                        pc = after
                    else:
                        stack.append((after, at, registers))
                        registers = more
                        pc += 1
                elif kind == _BEGIN:
                    registers = _set(registers, operation[1], 0, -1)
                    pc += 1
                elif kind == _SPLIT:
                    stack.append((operation[2], at, registers))
                    pc = operation[1]
                elif kind == _JUMP:
                    pc = operation[1]
                elif kind == _SAVE:
                    index = operation[1]
                    registers = (*registers[:index], at, *registers[index + 1 :])
                    pc += 1
                elif kind == _END:
                    return at, registers
                else:
                    step = self._special(operation, pc, at, registers)
                    if step is None:
                        break
                    pc, at, registers = step
        return None

    def _special(
        self, operation: Operation, pc: int, at: int, registers: Registers
    ) -> tuple[int, int, Registers] | None:
        """An operation that needs more than one look; ``None`` when it fails."""
        kind = operation[0]
        if kind == _AT:
            return (pc + 1, at, registers) if self._is_at(operation, at) else None
        if kind == _ATOMIC:
            found = self.match(pc + 1, at, registers)
            return None if found is None else (operation[1], *found)
        if kind == _LOOK:
            start = at - operation[3]
            found = None if start < 0 else self.match(pc + 1, start, registers)
            if (found is None) is not bool(operation[2]):
                return None
            kept = registers if found is None or operation[2] else found[1]
            return operation[1], at, kept
        if kind == _IF:
            has = registers[2 * operation[1] + 1] >= 0
            return (pc + 1 if has else operation[2]), at, registers
        return self._back(operation[1], pc, at, registers)

    def _back(
        self, number: int, pc: int, at: int, registers: Registers
    ) -> tuple[int, int, Registers] | None:
        start, end = registers[2 * number], registers[2 * number + 1]
        if start < 0 or end < start:
            return None
        size = end - start
        self.steps += size
        if self.text[start:end] != self.text[at : at + size]:
            return None
        return pc + 1, at + size, registers

    def _is_at(self, operation: Operation, at: int) -> bool:
        text, newline = self.text, self.newline
        kind = _PLACES[operation[1]]
        length = len(text)
        if kind in ("^", "A"):
            return at == 0
        if kind == "m^":
            return at == 0 or text[at - 1] == newline
        if kind == "Z":
            return at == length
        if kind == "$":
            return at == length or (at == length - 1 and text[at] == newline)
        if kind == "m$":
            return at == length or text[at] == newline
        word = operation[2]
        before = at > 0 and bool(text[at - 1] & word)
        after = at < length and bool(text[at] & word)
        return (before != after) is (kind == "b")


def _set(registers: Registers, index: int, first: int, second: int) -> Registers:
    return (*registers[:index], first, second, *registers[index + 2 :])
