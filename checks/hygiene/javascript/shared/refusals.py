"""Assertions that something is refused: a status of 401 or 403, an error that says so."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.hygiene.shared.texts import words
from checks.languages.javascript.blocks import Block
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import bare
from checks.languages.syntax.located import Located
from checks.languages.syntax.scopes import Scope
from checks.light import dataclass

REFUSED = frozenset({401, 403})
_GRANTED = range(200, 400)
_EXACT = frozenset({"equal", "equals", "eql", "eq", "status", "toBe", "toEqual", "toHaveStatus",
                    "toStrictEqual", "toHaveProperty"})  # fmt: skip
_ASSERTS = frozenset({"deepEqual", "equal", "equals", "is", "same", "strictEqual"})
_THROWS = frozenset({"throw", "throwError", "toThrow", "toThrowError", "rejectedWith"})
_REFUSALS = frozenset(
    {"csrf", "denied", "forbidden", "permission", "signature", "unauthenticated", "unauthorised",
     "unauthorized", "untrusted"}
)  # fmt: skip
_MAX_ITEMS = 20


@dataclass(frozen=True, slots=True)
class Status:
    """An assertion about a status, or about an error."""

    at: Located
    codes: frozenset[int]
    """The codes that it is content with; empty for an error."""
    text: str
    """What is written, on one line."""

    @property
    def refuses(self) -> bool:
        """Whether it holds only when access is refused."""
        return not self.codes or self.codes <= REFUSED

    @property
    def grants(self) -> bool:
        """Whether it holds, too, when access is granted."""
        return any(code in _GRANTED for code in self.codes)


def statuses(file: JavaScriptFile, block: Block) -> Iterator[Status]:
    """The assertions about statuses and refusals in a test, in no order that matters."""
    if block.callback is None:
        return
    for one in file.expects_in(block.callback):
        if one.matcher is None or one.is_negated:
            continue
        expected = one.matcher.arguments[-1] if one.matcher.arguments else None
        codes = frozenset[int]()
        if one.name in _EXACT and expected is not None:
            codes = _codes(file, expected, one.call.names)
        elif one.name in ("toContain", "include", "toBeOneOf", "oneOf") and one.subject is not None:
            codes = _codes(file, one.subject, one.call.names)
            if not codes and expected is not None:
                codes = _codes(file, expected, one.call.names)
        if codes:
            yield _status(file, one.whole, codes)
        elif one.name in _THROWS and _says_refused(file, one.matcher):
            yield _status(file, one.whole, frozenset())
    for call in block.calls():
        if call.receiver is None:
            continue
        codes = frozenset()
        if call.method in ("expect", "expectStatus") and call.arguments:
            codes = _codes(file, call.arguments[0], call.names)
        elif call.method in _ASSERTS and len(call.arguments) >= 2:
            codes = _codes(file, call.arguments[1], call.names) or _codes(
                file, call.arguments[0], call.names
            )
        if codes:
            yield _status(file, call, codes)


def _status(file: JavaScriptFile, at: Located, codes: frozenset[int]) -> Status:
    return Status(at, codes, " ".join(file.text_of(at.node).split()))


def _codes(file: JavaScriptFile, node: tree_sitter.Node, scope: Scope) -> frozenset[int]:
    """The codes of HTTP that an expression is, or lists."""
    node = bare(node)
    items = node.named_children[:_MAX_ITEMS] if node.type == "array" else [node]
    known = [file.constant(one, scope) for one in items]
    found = [one for one in known if isinstance(one, int) and 100 <= one <= 599]
    return frozenset(found) if found and len(found) == len(known) else frozenset()


def _says_refused(file: JavaScriptFile, matcher: JsCall) -> bool:
    """Whether the error that is expected is named like a refusal."""
    return any(
        not _REFUSALS.isdisjoint(words(file.text_of(one)[:200])) for one in matcher.arguments
    )
