"""The tests of a Go file: functions that ``go test`` runs, subtests, suites and specs."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import TYPE_CHECKING

import tree_sitter

from checks.languages.go.calls import GoCall
from checks.light import dataclass
from checks.model import Span

if TYPE_CHECKING:
    from checks.languages.go.file import GoFile

_WORDS = {"Test": "T", "Benchmark": "B", "Fuzz": "F"}
_RUNNERS = frozenset(f"testing.{one}.Run" for one in "TBF")
_SPECS = frozenset(
    {"It", "Specify", "Entry", "FIt", "FSpecify", "FEntry", "PIt", "XIt", "PSpecify", "XSpecify"}
)
_GROUPS = frozenset(
    {"Describe", "Context", "When", "DescribeTable", "FDescribe", "FContext", "FWhen",
     "FDescribeTable", "PDescribe", "XDescribe", "PContext", "XContext"}
)  # fmt: skip
_HOOKS = frozenset(
    {"BeforeEach", "AfterEach", "JustBeforeEach", "JustAfterEach", "BeforeSuite", "AfterSuite",
     "BeforeAll", "AfterAll"}
)  # fmt: skip
_SUITE_HOOKS = frozenset(
    {"SetupSuite", "SetupTest", "TearDownSuite", "TearDownTest", "BeforeTest", "AfterTest",
     "SetupSubTest", "TearDownSubTest"}
)  # fmt: skip
GINKGO = ("github.com/onsi/ginkgo", "github.com/onsi/ginkgo/v2")


class Kind(enum.Enum):
    """What a block is."""

    TEST = enum.auto()
    SUBTEST = enum.auto()
    BENCHMARK = enum.auto()
    FUZZ = enum.auto()
    MAIN = enum.auto()
    """``TestMain``, around all tests of the package."""
    HOOK = enum.auto()
    GROUP = enum.auto()


@dataclass(frozen=True, slots=True)
class Block:
    """A test, what surrounds tests, or a hook."""

    file: GoFile
    kind: Kind
    name: str
    node: tree_sitter.Node
    """The function, or the call that makes a subtest."""
    body: tree_sitter.Node
    call: GoCall | None
    """The call that makes it, for a subtest or a spec."""
    handle: str
    """The name of the ``*testing.T``; empty where there is none."""

    @property
    def span(self) -> Span:
        """The bytes of all of it."""
        return Span(*self.node.byte_range)

    @property
    def is_test(self) -> bool:
        """Whether it proves something when it runs."""
        return self.kind in (Kind.TEST, Kind.SUBTEST, Kind.FUZZ)

    def calls(self) -> Iterator[GoCall]:
        """The calls in it, those of its subtests included."""
        return self.file.calls_in(self.body)


def find_blocks(file: GoFile) -> Iterator[Block]:
    """All of them, outer ones before those in them."""
    found = [*_functions(file), *_calls(file)]
    yield from sorted(found, key=lambda one: (one.span.start, -one.span.end))


def _functions(file: GoFile) -> Iterator[Block]:
    for one in file.nodes("function_declaration", "method_declaration"):
        name_node, body = one.child("name"), one.child("body")
        if name_node is None or body is None:
            continue
        name = file.text_of(name_node)
        handle, kind_name = _handle(file, one.node)
        if one.kind == "method_declaration":
            if name in _SUITE_HOOKS:
                yield Block(file, Kind.HOOK, name, one.node, body, None, handle)
            elif _is_named(name, "Test") and (
                kind_name == "testing.T" if handle else _is_suite(file, one.node)
            ):
                yield Block(file, Kind.TEST, name, one.node, body, None, handle)
        elif name == "TestMain" and kind_name == "testing.M":
            yield Block(file, Kind.MAIN, name, one.node, body, None, handle)
        else:
            for word, letter in _WORDS.items():
                if _is_named(name, word) and kind_name == f"testing.{letter}":
                    kinds = {"Test": Kind.TEST, "Benchmark": Kind.BENCHMARK, "Fuzz": Kind.FUZZ}
                    yield Block(file, kinds[word], name, one.node, body, None, handle)


def _is_named(name: str, word: str) -> bool:
    """Whether ``go test`` takes it for a test: ``TestX``, ``Test_x``, but not ``Testify``."""
    rest = name.removeprefix(word)
    return name.startswith(word) and not rest[:1].islower()


def _handle(file: GoFile, node: tree_sitter.Node) -> tuple[str, str]:
    """The first parameter's name and the qualified name of its type."""
    listed = node.child_by_field_name("parameters")
    first = None if listed is None else next(iter(listed.named_children), None)
    name = None if first is None else first.child_by_field_name("name")
    kind = None if first is None else first.child_by_field_name("type")
    if name is None or kind is None:
        return "", ""
    return file.text_of(name), file.type_name(kind, file.names)


def _is_suite(file: GoFile, node: tree_sitter.Node) -> bool:
    """Whether the method belongs to a suite of testify or gocheck: by imports or by its name."""
    if any("testify/suite" in one or "gocheck" in one or "check.v1" in one
           for one in file.imported_modules):  # fmt: skip
        return True
    receiver = node.child_by_field_name("receiver")
    return receiver is not None and file.text_of(receiver).rstrip(")").endswith("Suite")


def _calls(file: GoFile) -> Iterator[Block]:
    ginkgo = not file.imported_modules.isdisjoint(GINKGO)
    for call in file.calls():
        body = call.callback
        inside = None if body is None else body.child_by_field_name("body")
        if body is None or inside is None:
            continue
        title = call.argument(0)
        text = "" if title is None else file.string(title) or ""
        handle, _ = _handle(file, body)
        if call.method == "Run" and (call.name in _RUNNERS or _takes_t(file, body)):
            yield Block(file, Kind.SUBTEST, text, call.node, inside, call, handle)
        elif ginkgo and call.method in _SPECS | _GROUPS | _HOOKS:
            kind = Kind.SUBTEST if call.method in _SPECS else (
                Kind.GROUP if call.method in _GROUPS else Kind.HOOK
            )  # fmt: skip
            yield Block(file, kind, text or call.method, call.node, inside, call, handle)


def _takes_t(file: GoFile, function: tree_sitter.Node) -> bool:
    return _handle(file, function)[1] in ("testing.T", "testing.B")
