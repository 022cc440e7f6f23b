"""What asserts in a JavaScript test, and what makes it fail."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.languages.javascript.blocks import Block
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import FUNCTIONS
from checks.languages.syntax.scopes import Bound, sole

_ASSERTING = (
    "assert",
    "check",
    "ensure",
    "expect",
    "should",
    "verify",
    "validate",
    "match",
    "tobe",
    "waitfor",
    "compare",
)
"""How the names of functions that assert begin; lower case."""

_WITHIN = ("Assert", "Check", "Expect", "Match", "Should", "Verify")
"""What stands within the names of others."""

_NAMES = (
    "QUnit.assert",
    "assert",
    "chai.",
    "cy.",
    "expect",
    "power-assert",
    "should",
    "sinon.assert",
)
"""How the qualified names of libraries of assertions begin."""

_FAILING = frozenset(
    {
        "fail",
        "assert.fail",
        "expect.fail",
        "chai.expect.fail",
        "expect.unreachable",
        "chai.assert.fail",
        "assert.unreachable",
        "unreachable",
        "assert.strict.fail",
        "done.fail",
        "should.fail",
        "expect.assertions",
        "expect.hasAssertions",
    }
)
_TAP = frozenset(
    {
        "assert",
        "deepEqual",
        "deepEquals",
        "doesNotThrow",
        "end",
        "equal",
        "equals",
        "error",
        "fail",
        "false",
        "falsy",
        "has",
        "ifError",
        "is",
        "isEqual",
        "isNot",
        "like",
        "match",
        "matchSnapshot",
        "not",
        "notDeepEqual",
        "notEqual",
        "notOk",
        "notSame",
        "notThrows",
        "notThrowsAsync",
        "ok",
        "pass",
        "plan",
        "regex",
        "rejects",
        "resolves",
        "same",
        "snapshot",
        "strictEqual",
        "strictSame",
        "throws",
        "throwsAsync",
        "true",
        "truthy",
        "type",
    }
)
"""Methods of the object that AVA, tap, tape, QUnit and ``node:test`` hand to a test."""

_ENDS = frozenset({"cb", "done", "end", "fail", "finish", "next", "reject", "resolve"})
"""What a function is called that says how a test ended."""

MAX_LOOKS = 200_000
"""Calls of one file that are looked at in all; what is not known after that is not reported."""

_DEPTH = 3


def is_failure(call: JsCall) -> bool:
    """Whether a call makes the test fail, or says how many assertions must run."""
    name = call.name or ""
    if name in _FAILING or name.endswith((".fail", "expectAssertions")):
        return True
    return call.method == "fail" or (call.method in ("assertions", "hasAssertions", "plan"))


def asserts(file: JavaScriptFile, call: JsCall) -> bool:
    """Whether a call asserts something, or is likely to."""
    method = call.method
    if method and method.lower().lstrip("_").startswith(_ASSERTING):
        return True
    if method and any(word in method for word in _WITHIN):
        return True
    name = call.name or ""
    if name.startswith(_NAMES):
        return True
    if method in _TAP and _is_handed(call):
        return True
    if method in _ENDS and call.receiver is None and _is_parameter(call):
        return True
    return ".should" in file.text_of(call.target)[-400:] or is_failure(call)


def _is_handed(call: JsCall) -> bool:
    """Whether the receiver may be what the runner hands to a test: a plain name."""
    receiver = call.receiver
    for _ in range(4):
        if receiver is None or receiver.type != "member_expression":
            break
        receiver = receiver.child_by_field_name("object")
    return receiver is not None and receiver.type == "identifier"


def _is_parameter(call: JsCall) -> bool:
    found = sole(call.names.find(call.method))
    return found is not None and found.how is Bound.PARAMETER


def assertions(file: JavaScriptFile, node: tree_sitter.Node) -> Iterator[JsCall]:
    """The calls inside a node that assert; each ``expect`` chain by its parts."""
    for call in file.calls_in(node):
        file.looks += 1
        if file.looks > MAX_LOOKS:
            return
        if asserts(file, call):
            yield call


def asserts_somewhere(file: JavaScriptFile, node: tree_sitter.Node, depth: int = _DEPTH) -> bool:
    """Whether anything in a node asserts, in functions of this file that it calls, too."""
    return file.remember(("asserts", node.id, depth), lambda: _somewhere(file, node, depth))


def _somewhere(file: JavaScriptFile, node: tree_sitter.Node, depth: int) -> bool:
    if b".should." in file.source.data[node.start_byte : node.end_byte]:
        return True  # `value.should.be.true` asserts by being read
    if any(True for _ in assertions(file, node)):
        return True
    if any(True for _ in file.within(node, "throw_statement")):
        return True
    if depth <= 0:
        return False
    for call in file.calls_in(node):
        file.looks += 1
        if file.looks > MAX_LOOKS:
            return True  # not known: nothing is said then
        function = callee(file, call)
        if function is not None and _somewhere_in(file, function, depth):
            return True
        for argument in call.arguments:
            if argument.type == "identifier":
                if file.text_of(argument) in _ENDS and _is_handed_on(file, call, argument):
                    return True
                named = function_named(file, call, argument)
                if named is not None and _somewhere_in(file, named, depth):
                    return True
    return False


def _is_handed_on(file: JavaScriptFile, call: JsCall, name: tree_sitter.Node) -> bool:
    """Whether a parameter by which a failure can be told is handed to what is called."""
    found = sole(call.names.find(file.text_of(name)))
    return found is not None and found.how is Bound.PARAMETER


def _somewhere_in(file: JavaScriptFile, function: tree_sitter.Node, depth: int) -> bool:
    body = function.child_by_field_name("body")
    return body is not None and asserts_somewhere(file, body, depth - 1)


def callee(file: JavaScriptFile, call: JsCall) -> tree_sitter.Node | None:
    """The function of this file that a call runs."""
    target = call.target
    return function_named(file, call, target) if target.type == "identifier" else None


def function_named(
    file: JavaScriptFile, call: JsCall, name: tree_sitter.Node
) -> tree_sitter.Node | None:
    """The function of this file that a name stands for."""
    found = sole(call.names.find(file.text_of(name)))
    if found is None or found.value is None or found.value.type not in FUNCTIONS:
        return None
    return found.value


def is_asynchronous(function: tree_sitter.Node) -> bool:
    """Whether a function is ``async``."""
    return any(one.type == "async" for one in function.children[:1])


def counts_assertions(block: Block) -> bool:
    """Whether the test says how many assertions must run, in it or in its hooks."""
    for one in (block, *block.hooks()):
        for call in one.calls():
            if call.method in ("assertions", "hasAssertions", "plan", "expectAssertions"):
                return True
            options = call.arguments[-1] if call.arguments else None
            if (
                options is not None
                and options.type == "object"
                and any(
                    (key := pair.child_by_field_name("key")) is not None
                    and call.file.text_of(key) == "plan"
                    for pair in options.named_children
                )
            ):
                return True
    return False
