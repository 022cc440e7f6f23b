"""How the security assertions of a test fare from base to head: kept, loosened, or dropped.

What is asserted in other words, in another function of the same content, or by a table of cases is
kept. Judged for one file; whoever asks turns the answer into words.
"""

from __future__ import annotations

import enum
import functools
from collections import Counter
from collections.abc import Iterator

import re2

from checks.events import Call, Function, Module, Value, calls_of
from checks.hygiene.shared.comparing import (
    STILL_ALIKE,
    Comparison,
    Pair,
    plain,
    without_comments,
)
from checks.hygiene.shared.refusals import (
    Assertion,
    assertions_of,
    names_refusal,
)
from checks.hygiene.shared.statuses import REFUSALS, codes_in
from checks.hygiene.shared.tests import is_test
from checks.languages.python.context import Located
from checks.languages.python.index import Index
from checks.light import dataclass, field
from checks.model import Confidence

_CARRIED = 0.35
"""Likeness from which another function can hold what a test asserted before."""

_STRINGS = re2.compile(r'"([^"\\]{3,200})"')
_CALLED = re2.compile(r"(\w+)\(")
_GENERIC = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "request", "reverse", "url_for",
     "dict", "list", "len", "str", "format", "dumps", "loads", "encode", "decode", "client",
     "run", "call", "send", "open", "login", "Client", "self", "join", "set", "tuple", "int"}
)  # fmt: skip
_LOOSE = ("!=", "assertNotEqual", "assertTrue(", "assertIsNotNone", "isnotNone", "assertLess",
          "assertGreater", "<", ">", "notin", "assertNotIn", "isinstance",
          "assertIsInstance")  # fmt: skip
_TABLES = ("for_statement", "list", "tuple", "dictionary")


class How(enum.Enum):
    """What became of an assertion."""

    ADMITS = "is now content with a success"
    REVERSED = "is turned round"
    WIDENED = "takes any exception now"
    LOOSENED = "is loosened"
    DROPPED = "is gone, and what it looked at still runs"
    OTHER = "is gone, with what it looked at"
    SWALLOWED = "cannot fail any more"


@dataclass(frozen=True, slots=True)
class Weakening:
    """One security assertion that the change weakens."""

    was: Assertion
    function: Function
    """The function of the head."""
    how: How
    now: Assertion | None
    """What stands in its place."""
    confidence: Confidence


@dataclass(slots=True)
class _Side:
    """A function with its assertions, those matched word for word taken out."""

    function: Function
    every: list[Assertion]
    open: list[Assertion] = field(default_factory=list)

    @property
    def fresh_refusals(self) -> list[Assertion]:
        return [one for one in self.open if one.denies]


class Ledger:
    """The security assertions of a file, base against head."""

    def __init__(self, comparison: Comparison, index: Index) -> None:
        self.comparison = comparison
        self._index = index
        self._sides: list[tuple[Pair, _Side, _Side | None]] = []
        self._pool: list[_Side] = []
        for pair in comparison.pairs:
            if pair.is_untouched and _decoration(pair.base) == _decoration(pair.head):
                continue
            old = _Side(pair.base, assertions_of(pair.base))
            new = None if pair.head is None else _Side(pair.head, assertions_of(pair.head))
            _cross_out(old, new)
            self._sides.append((pair, old, new))
            if new is not None:
                self._pool.append(new)
        for one in comparison.fresh:
            fresh = _Side(one, assertions_of(one))
            fresh.open = list(fresh.every)
            self._pool.append(fresh)

    @functools.cached_property
    def _head_code(self) -> str:
        return "\n".join(code_of(one) for one in _outer(self.comparison.head))

    @functools.cached_property
    def _removes_feature(self) -> bool:
        """Whether the change removes more ordinary tests than security tests.

        Then the feature goes, and its refusals with it.
        """
        gone = [pair.base for pair in self.comparison.pairs if pair.head is None]
        tests = [assertions_of(one) for one in gone if is_test(one)]
        secure = sum(any(one.denies for one in every) for every in tests)
        return len(tests) - secure > secure

    def weakened(self) -> Iterator[Weakening]:
        """The assertions that the change weakens, of tests that are still there."""
        for pair, old, new in self._sides:
            if new is None or not (is_test(pair.base) or old.every):
                continue
            for was in [one for one in old.open if one.denies]:
                if self._carried(was, old, new):
                    continue
                found = self._judge(was, pair, new)
                if found is not None:
                    yield found
            yield from _swallowed(old, new)

    def lost(self) -> Iterator[tuple[Function, list[Assertion], bool]]:
        """Security tests that are gone, what they asserted, and whether their object is there."""
        for pair, old, new in self._sides:
            if new is not None or not is_test(pair.base):
                continue
            denials = [one for one in old.every if one.denies]
            left = [one for one in denials if not self._carried(one, old, None)]
            if left:
                yield pair.base, left, self._object_stands(pair.base, left)

    def _carried(self, was: Assertion, old: _Side, new: _Side | None) -> bool:
        """Whether the head asserts it in other words, or elsewhere; what is found is used up."""
        if new is not None:
            for one in new.fresh_refusals:
                if one.family == was.family:
                    new.open.remove(one)
                    return True
            if self._has_table(old.function, new.function) or self._has_helper(old, new):
                return True
        for side in self._pool:
            if side is new:
                continue
            same = [one for one in side.fresh_refusals if one.family == was.family]
            table = self._has_table(old.function, side.function)
            if not same and not table:
                continue
            shared = [one for one in same if set(one.actions) & set(was.actions)]
            alike = self.comparison.likeness(old.function, side.function) >= _CARRIED
            if not shared and not alike:
                continue
            if same:
                side.open.remove((shared or same)[0])
            return True
        return False

    def _has_table(self, old: Function, new: Function) -> bool:
        """Whether the new function runs over cases that hold a refusal, and the old did not."""
        return _tabulates(new) and not _tabulates(old)

    def _has_helper(self, old: _Side, new: _Side) -> bool:
        """Whether the head calls a helper, which the base did not, that asserts a refusal."""
        before = {plain(one.text) for one in calls_of(old.function.module, old.function.node)}
        for call in calls_of(new.function.module, new.function.node):
            if plain(call.text) in before:
                continue
            helper = self._definition(call, new.function)
            if helper is not None and helper is not new.function:
                if any(one.denies or one.codes & REFUSALS for one in assertions_of(helper)):
                    return True
                if _takes_code(call):
                    return True
        return False

    def _definition(self, call: Call, function: Function) -> Function | None:
        receiver = call.receiver
        if receiver is not None and receiver.text in ("self", "cls") and function.cls is not None:
            return self._index.methods(function.cls).get(call.method)
        if receiver is None and call.method:
            own = function.module.functions_by_name.get(call.method)
            if own:
                return own[-1]
            return self._index.find_function(call.name or call.method)
        return None

    def _judge(self, was: Assertion, pair: Pair, new: _Side) -> Weakening | None:
        function = new.function
        certain = Confidence.HIGH if pair.likeness >= STILL_ALIKE else Confidence.LOW
        related = [one for one in new.open if _related(was, one)]
        code = code_of(function)
        stands = any(one in code for one in was.actions if len(one) > 4)
        if was.family == "answer":
            turned = [one for one in related if one.subject == was.subject]
            if turned:
                return Weakening(was, function, How.REVERSED, turned[0], certain)
            if related or not stands:
                return None
            return Weakening(was, function, How.DROPPED, None, Confidence.LOW)
        if was.family == "escaping":
            turned = [
                one
                for one in new.open
                if was.subject and was.subject in one.text and "not" not in one.text.lower()
            ]
            if turned:
                return Weakening(was, function, How.REVERSED, turned[0], certain)
        if was.family in ("escaping", "protection"):
            telling = [one for one in related if not one.is_bare]
            if telling or not stands or was.subject in self._head_code.lower():
                return None
            return Weakening(was, function, How.DROPPED, None, certain)
        return _judge_access(was, function, new, related, certain, stands=stands)

    def _object_stands(self, function: Function, denials: list[Assertion]) -> bool:
        """Whether what a lost test looked at is still used, or defined, by what is there."""
        keys: set[str] = set()
        for one in denials:
            for action in one.actions:
                keys |= {f'"{text}"' for text in _STRINGS.findall(action)}
                keys |= {f"{name}(" for name in _CALLED.findall(action) if name not in _GENERIC}
        if not keys or self._removes_feature:
            return False
        if all(key in self._head_code for key in keys):
            return True
        names = {key.rstrip("(") for key in keys if key.endswith("(")}
        return any(
            name in module.functions_by_name
            for module in self._index.modules
            if module.path != function.module.path
            for name in names
        )


def _judge_access(
    was: Assertion,
    function: Function,
    new: _Side,
    related: list[Assertion],
    certain: Confidence,
    *,
    stands: bool,
) -> Weakening | None:
    """What became of an assertion that somebody may not."""
    admitting = [one for one in related if one.admits]
    if not admitting and not related:
        admitting = [one for one in new.open if one.admits][:1] if was.codes else []
        if admitting and not stands:
            certain = Confidence.LOW
    if admitting:
        return Weakening(was, function, How.ADMITS, admitting[0], certain)
    broad = [one for one in new.open if one.is_broad]
    if was.exceptions and broad:
        return Weakening(was, function, How.WIDENED, broad[0], certain)
    if any(one.exceptions for one in new.open) or any(names_refusal(one.text) for one in related):
        return None
    loose = [one for one in related if any(sign in one.text for sign in _LOOSE)]
    if loose:
        return Weakening(was, function, How.LOOSENED, loose[0], certain)
    if related:
        return Weakening(was, function, How.OTHER, related[0], Confidence.LOW)
    if any(names_refusal(one.text) for one in new.open):
        return None
    if stands:
        return Weakening(was, function, How.DROPPED, None, certain)
    return Weakening(was, function, How.OTHER, None, Confidence.LOW)


def _decoration(function: Function | None) -> list[str]:
    return [] if function is None else [one.text for one in function.decorators]


def code_of(function: Function) -> str:
    """A function's code without comments and without what a formatter changes."""
    return plain(without_comments(function))


def _outer(module: Module) -> list[Function]:
    return [one for one in module.functions if one.context.function is None]


def _cross_out(old: _Side, new: _Side | None) -> None:
    """Leave open on both sides what has no word for word partner."""
    if new is None:
        old.open = list(old.every)
        return
    left = Counter(one.text for one in new.every)
    kept: Counter[str] = Counter()
    for one in old.every:
        if left[one.text] > 0:
            left[one.text] -= 1
            kept[one.text] += 1
        else:
            old.open.append(one)
    for one in new.every:
        if kept[one.text] > 0:
            kept[one.text] -= 1
        else:
            new.open.append(one)


def _related(was: Assertion, now: Assertion) -> bool:
    """Whether two assertions look at the same thing."""
    if set(was.actions) & set(now.actions):
        return True
    if was.subject and was.subject == now.subject:
        return True
    if was.actions and now.actions and not was.exceptions:
        return False
    return bool(was.names & now.names)


def _tabulates(function: Function) -> bool:
    """Whether refusals stand in a decorator, in a loop's head, or in a list in the function."""
    for decorator in function.decorators:
        texts = [decorator.text]
        for argument in _arguments(decorator):
            origin = argument.origin
            texts.append(origin.text)
            if codes_in(origin.module, origin.node) & REFUSALS:
                return True
        if any(word in text for text in texts for word in ("Denied", "Forbidden", "Unauthorized")):
            return True
    for one in function.module.within(function.node, *_TABLES):
        node = one.child("right") if one.kind == "for_statement" else one.node
        if node is None or _is_asserted(one):
            continue
        origin = one.value(node).origin
        if codes_in(origin.module, origin.node) & REFUSALS:
            return True
    return False


def _is_asserted(located: Located) -> bool:
    """Whether a list stands in an assertion itself: ``assertIn(code, (200, 403))``."""
    for above in located.ancestors():
        if above.kind in ("assert_statement", "argument_list", "comparison_operator"):
            return True
        if above.kind in ("block", "for_statement", "assignment"):
            return False
    return False


def _arguments(decorator: Value) -> list[Value]:
    node = decorator.node.child_by_field_name("arguments")
    children = [] if node is None else node.named_children
    return [
        Value(decorator.module, one, decorator.context) for one in children if one.type != "comment"
    ]


def _takes_code(call: Call) -> bool:
    """Whether a call hands a refusal on: ``self.check(resp, 403)``."""
    given = [*call.arguments, *call.keywords.values()]
    return any(codes_in(call.module, one.node) & REFUSALS for one in given)


def _swallowed(old: _Side, new: _Side) -> Iterator[Weakening]:
    """Assertions that a new ``try`` around them keeps from failing."""
    before = {one.text for one in old.every if one.denies and _guard(one) is None}
    for one in new.every:
        if one.denies and one.text in before and _guard(one) is not None:
            yield Weakening(one, new.function, How.SWALLOWED, one, Confidence.HIGH)


def _guard(assertion: Assertion) -> Located | None:
    """A ``try`` around an assertion whose handler lets its failure pass."""
    at = assertion.at
    for context in at.enclosing("try_statement"):
        for clause in context.node.named_children:
            if clause.type != "except_clause":
                continue
            block = next((one for one in clause.named_children if one.type == "block"), None)
            header = at.module.text_of(clause).partition(":")[0]
            catches = header.strip() == "except" or any(
                word in header for word in ("AssertionError", "Exception")
            )
            quiet = block is not None and all(
                one.type in ("pass_statement", "comment", "continue_statement")
                for one in block.named_children
            )
            if catches and quiet:
                return at
    return None
