"""Assertions of the form ``expect(value).not.toBe(3)``, taken apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import tree_sitter

from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.grammar import TRANSPARENT
from checks.languages.syntax.located import Located, Place
from checks.light import dataclass

if TYPE_CHECKING:
    from checks.languages.javascript.file import JavaScriptFile

_NAMES = frozenset(
    {
        "expect",
        "chai.expect",
        "expect.soft",
        "expect.poll",
        "expect.element",
        "@hapi/code.expect",
        "@vitest/expect.expect",
        "expect.configure()",
    }
)
_MAX_CHAIN = 30


@dataclass(frozen=True, slots=True)
class Expect:
    """One such assertion."""

    call: JsCall
    """``expect(…)`` itself."""
    words: tuple[str, ...]
    """The members after it: ``not``, ``resolves``, ``toBe``."""
    matcher: JsCall | None
    """The last call of the chain, ``toBe(…)``; ``None`` when nothing is called."""
    whole: Located
    """The whole expression."""

    @property
    def subject(self) -> tree_sitter.Node | None:
        """What is asserted about."""
        return self.call.argument(0)

    @property
    def name(self) -> str:
        """The matcher's name, ``""`` when there is none."""
        return self.words[-1] if self.words else ""

    @property
    def is_negated(self) -> bool:
        """Whether ``not`` stands in the chain."""
        return "not" in self.words

    @property
    def is_async(self) -> bool:
        """Whether ``resolves`` or ``rejects`` stands in the chain: it gives a promise."""
        return "resolves" in self.words or "rejects" in self.words


def find_expects(file: JavaScriptFile) -> Iterator[Expect]:
    """All assertions of a file, in the order of the text."""
    found = {
        call.node.id: call
        for word in ("expect", "soft", "poll", "element")
        for call in file.calls_named(word)
    }
    for call in sorted(found.values(), key=lambda one: one.node.start_byte):
        name = call.name or ""
        if name not in _NAMES and ("()" in name or not name.endswith(".expect")):
            continue
        yield chain(file, call)


def chain(file: JavaScriptFile, call: JsCall) -> Expect:
    """The assertion that begins with a call."""
    place = call.place
    words: list[str] = []
    matcher: JsCall | None = None
    for _ in range(_MAX_CHAIN):
        above: Place | None = place[2]
        if above is None:
            break
        node = above[0]
        if node.type == "member_expression" and node.child_by_field_name("object") == place[0]:
            name = node.child_by_field_name("property")
            words.append("" if name is None else file.text_of(name))
        elif node.type == "call_expression" and node.child_by_field_name("function") == place[0]:
            matcher = JsCall(file, above)
        elif node.type not in TRANSPARENT or node.type == "parenthesized_expression":
            break
        place = above
    return Expect(call, tuple(words), matcher, Located(file, place))
