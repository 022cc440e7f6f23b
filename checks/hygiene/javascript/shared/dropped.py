"""Promises of libraries that a test drops, and promises that it takes for their values."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import tree_sitter

from checks.hygiene.javascript.shared.assertions import asserts, is_asynchronous
from checks.hygiene.javascript.shared.places import promise_of, stands_in
from checks.hygiene.javascript.shared.waiting import fakes_clock
from checks.languages.javascript.blocks import Block
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import FUNCTIONS, TRANSPARENT, bare
from checks.languages.syntax.located import Located
from checks.languages.syntax.scopes import Bound, sole
from checks.model import Confidence

_COMBINED = frozenset({"Promise.all", "Promise.allSettled", "Promise.any", "Promise.race"})
_ASSERTING = frozenset(
    {
        "assert.doesNotReject",
        "assert.rejects",
        "assert.strict.doesNotReject",
        "assert.strict.rejects",
        "assert/strict.doesNotReject",
        "assert/strict.rejects",
        "chai.assert.becomes",
        "chai.assert.isFulfilled",
        "chai.assert.isRejected",
        "assert.isFulfilled",
        "assert.isRejected",
        "power-assert.rejects",
        "power-assert.doesNotReject",
    }
)
"""Functions that assert on a promise and give one.

Sources: https://nodejs.org/api/assert.html#assertrejectsasyncfn-error-message,
https://www.chaijs.com/plugins/chai-as-promised/
"""
_HANDED = frozenset(
    {"doesNotReject", "notThrowsAsync", "rejects", "resolveMatch", "resolves", "throwsAsync"}
)
"""The like on what AVA, tap and ``node:test`` hand to a test (``t.rejects``)."""
PROMISED = frozenset(
    {"become", "eventually", "fulfilled", "rejected", "rejectedWith", "fulfilledWith"}
)
"""Words of chai-as-promised: a chain with one of them gives a promise."""
_BODIES = frozenset({"arrayBuffer", "blob", "bytes", "formData", "json", "text"})
"""Methods of a response that give a promise: https://developer.mozilla.org/docs/Web/API/Response.
"""
_PASSING = frozenset(
    {"act", "done", "expect", "next", "nextTick", "reject", "render", "rerender", "resolve", "tick"}
)
"""What is awaited or not as it is called: nothing follows from the other calls."""
_SAFE = frozenset({"catch", "finally", "then"})
_MANY = 3
_MOST = 2_000
"""Declarations of one file that are looked at."""
_MOST_LOOKED = 100
"""Declarations of one file whose uses are followed."""
_MOST_NODES = 4_000
_DEEPEST = 60
_KEEPING = frozenset(
    {"bulkCreate", "create", "createMany", "deleteAll", "deleteMany", "destroyAll", "insert",
     "insertMany", "insertOne", "persist", "save", "truncate", "updateOne", "upsert"}
)  # fmt: skip
"""What methods of stores, models and repositories are called that write to a database."""


_FINDERS = frozenset(
    {"countDocuments", "estimatedDocumentCount", "findAll", "findAndCountAll", "findByPk",
     "findById", "findFirst", "findMany", "findOne", "findOneBy", "findUnique", "findUniqueOrThrow",
     "findOneOrFail", "findOrCreate"}
)  # fmt: skip
"""Queries of mongoose, Sequelize, TypeORM and Prisma that give one thing by a promise.

Sources: https://mongoosejs.com/docs/queries.html, https://typeorm.io/docs/working-with-entity-manager,
https://sequelize.org/docs/v6/core-concepts/model-querying-finders/
"""


def asserts_on_promise(file: JavaScriptFile, call: JsCall) -> bool:
    """Whether a call asserts on a promise, and gives one."""
    name = call.name or ""
    if name in _ASSERTING:
        return True
    receiver = call.receiver
    if call.method not in _HANDED or receiver is None or bare(receiver).type != "identifier":
        return False
    found = sole(call.names.find(file.text_of(bare(receiver))))
    block = file.block_at(call.node)
    if found is None or found.how is not Bound.PARAMETER or block is None:
        return False
    return block.is_test and found.scope.function.node == block.callback


def is_combined(call: JsCall) -> bool:
    """Whether it is ``Promise.all`` or the like."""
    return (call.name or "") in _COMBINED


def is_unsent(call: JsCall) -> bool:
    """Whether it is a request of supertest that nobody sends: it goes out when it is awaited.

    Source: https://github.com/ladjs/supertest#promises
    """
    name = call.name or ""
    return name.startswith("supertest()") and call.method == "expect" and not _is_called_back(call)


def _is_called_back(call: JsCall) -> bool:
    return any(one.type in (*FUNCTIONS, "identifier") for one in call.arguments[1:]) or bool(
        call.arguments and call.arguments[-1].type in FUNCTIONS
    )


def awaited_words(file: JavaScriptFile) -> dict[str, int]:
    """How often a call of each method is awaited."""
    return file.remember(awaited_words, lambda: _count(file))


def _count(file: JavaScriptFile) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in file.nodes("await_expression"):
        inner = one.node.named_children
        node = bare(inner[0]) if inner else None
        if node is not None and node.type == "call_expression":
            word = _method(file, node)
            found[word] = found.get(word, 0) + 1
    return found


def _method(file: JavaScriptFile, node: tree_sitter.Node) -> str:
    callee = node.child_by_field_name("function")
    if callee is None:
        return ""
    callee = bare(callee)
    name = callee.child_by_field_name("property") if callee.type == "member_expression" else callee
    return "" if name is None or name.type == "call_expression" else file.text_of(name)


def elsewhere(
    file: JavaScriptFile, call: JsCall, block: Block, times: int, alike: int
) -> Confidence | None:
    """How sure it is that a call was to be awaited, as others of the same method are.

    Args:
        file: the file.
        call: a call that is a statement of its own.
        block: the test or set-up that runs it.
        times: how often the very same callee is awaited.
        alike: how often the very same callee stands alone, this one included.
    """
    function = call.names.function.node
    if function != block.callback or not is_asynchronous(function) or fakes_clock(file, block):
        return None
    if call.method in _PASSING or not (block.is_test or block.is_setup) or asserts(file, call):
        return None
    if any(one.type in FUNCTIONS for one in call.arguments):
        return None
    waits = any(
        stands_in(one, block)
        for one in file.within(function, "await_expression", after=call.node.end_byte)
    )
    if not waits:
        return None
    if alike > 1:
        return None
    return Confidence.MEDIUM if times >= _MANY else Confidence.LOW


def is_kept(
    file: JavaScriptFile, call: JsCall, block: Block, written: str, awaited: Iterable[str]
) -> bool:
    """Whether an ``async`` test writes to a store whose other methods it waits for."""
    function = call.names.function.node
    if call.method not in _KEEPING or written.count(".") < 2 or function != block.callback:
        return False
    if not is_asynchronous(function) or fakes_clock(file, block):
        return False
    root = written.partition(".")[0]
    return any(one.startswith(f"{root}.") and one != written for one in awaited)


def taken_for_values(file: JavaScriptFile) -> Iterator[tuple[JsCall, str, Confidence]]:
    """Calls of tests whose promise is kept, and then used as if it were what it will give."""
    words = awaited_words(file)
    looked = 0
    for one in itertools.islice(file.nodes("variable_declarator"), _MOST):
        name, value = one.child("name"), one.child("value")
        if name is None or value is None or name.type != "identifier":
            continue
        value = bare(value)
        block = file.block_at(one.node)
        function = one.names.function.node
        if value.type != "call_expression" or block is None or not block.is_test:
            continue
        if function != block.callback or not is_asynchronous(function):
            continue
        word = _method(file, value)
        body = word in _BODIES and _is_response(file, value, one)
        if not body and not (word in _FINDERS and words.get(word)):
            continue
        text = file.text_of(name)
        looked += 1
        if looked > _MOST_LOOKED:
            return
        if word in _PASSING or not _is_only_read(file, function, one, text):
            continue
        call = next((each for each in file.calls_named(word) if each.node == value), None)
        if call is not None:
            yield call, text, Confidence.HIGH if body else Confidence.MEDIUM


def _is_response(file: JavaScriptFile, call: tree_sitter.Node, at: Located) -> bool:
    """Whether ``x.json()`` reads what was awaited: ``x`` is the answer to a request."""
    callee = call.child_by_field_name("function")
    owner = None if callee is None else bare(callee).child_by_field_name("object")
    if owner is None or bare(owner).type != "identifier":
        return False
    arguments = call.child_by_field_name("arguments")
    if arguments is not None and arguments.named_children:
        return False
    found = sole(at.names.find(file.text_of(bare(owner))))
    if found is None or found.value is None or found.value.type != "await_expression":
        return False
    written = file.text_of(promise_of(found.value)).partition("(")[0].lower()
    return written.endswith(("fetch", "request", "goto", ".get", ".post", "waitforresponse"))


def _is_only_read(
    file: JavaScriptFile, function: tree_sitter.Node, declared: Located, name: str
) -> bool:
    """Whether a name is only read as a value: asserted on, or a member of it."""
    read = False
    for parents, node in _uses(file, function, declared.node.end_byte, name):
        above = next((one for one in reversed(parents) if one.type not in TRANSPARENT), None)
        if above is None:
            return False
        if above.type == "member_expression":
            part = above.child_by_field_name("property")
            owner = above.child_by_field_name("object")
            if part is None or owner is None or not _covers(owner, node):
                return False
            if file.text_of(part) in _SAFE:
                return False
            read = True
        elif above.type == "arguments" and _is_asserted(file, parents):
            read = True
        else:
            return False
    return read


def _uses(
    file: JavaScriptFile, function: tree_sitter.Node, after: int, name: str
) -> Iterator[tuple[list[tree_sitter.Node], tree_sitter.Node]]:
    """Where a name stands behind a byte, with the nodes around it, outermost first."""
    stack: list[tuple[list[tree_sitter.Node], tree_sitter.Node]] = [([], function)]
    for _ in range(_MOST_NODES):
        if not stack:
            return
        parents, node = stack.pop()
        file.visit()
        if node.type in ("identifier", "shorthand_property_identifier"):
            if node.start_byte >= after and file.text_of(node) == name:
                yield parents, node
            continue
        if node.end_byte <= after or len(parents) > _DEEPEST:
            continue
        below = [*parents, node]
        stack.extend((below, one) for one in reversed(node.named_children))


def _covers(outer: tree_sitter.Node, inner: tree_sitter.Node) -> bool:
    return outer.start_byte <= inner.start_byte and inner.end_byte <= outer.end_byte


def _is_asserted(file: JavaScriptFile, parents: list[tree_sitter.Node]) -> bool:
    """Whether the arguments are those of ``expect``, on a value and not on the promise itself."""
    call = next((one for one in reversed(parents) if one.type == "call_expression"), None)
    for one in () if call is None else file.expects_in(call):
        if one.call.node == call:
            if one.is_async or PROMISED.intersection(one.words) or one.matcher is None:
                return False
            written = file.text_of(one.matcher.node)[-80:]
            return "Promise" not in written and one.name not in ("toBe", "toHaveProperty")
    return False
