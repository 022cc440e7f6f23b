"""Tests that do not run, or whose failure does not count, without a condition."""

from __future__ import annotations

from checks.events import Call, Function, Value, calls_of
from checks.languages.python.context import Located

_DECORATORS = frozenset(
    {"unittest.skip", "unittest.case.skip", "unittest.expectedFailure", "pytest.mark.skip",
     "pytest.mark.xfail", "testtools.skip", "nose.tools.nottest", "unittest2.skip",
     "pytest.skip"}
)  # fmt: skip
_CONDITIONAL = frozenset({"unittest.skipIf", "pytest.mark.skipif"})
_CALLS = frozenset({"pytest.skip"})


def skip_of(function: Function) -> Located | Value | None:
    """What keeps a test from running or failing whatever happens; ``None`` when nothing does.

    A decorator of the test or of its class, a mark of the module, or a statement at its top level.
    A condition that can be false is no such thing.
    """
    values = [*function.decorators, *(function.cls.decorators if function.cls else ())]
    for binding in function.module.scope.bindings.get("pytestmark", []):
        if binding.node is not None and binding.context is not None:
            mark = Value(function.module, binding.node, binding.context)
            values += mark.elements or (mark,)
    for value in values:
        if _skips(value):
            return value
    if b"skip" not in function.module.source.data[function.span.start : function.span.end].lower():
        return None
    for call in calls_of(function.module, function.node):
        if call.function is function and _leaves(call):
            return call
    return None


def _skips(value: Value) -> bool:
    name = value.callee_name or value.name or ""
    node = value.node.child_by_field_name("arguments")
    arguments = [] if node is None else node.named_children
    if name in _CONDITIONAL:
        return bool(arguments) and arguments[0].type == "true"
    if name == "pytest.mark.xfail":
        # With a condition, or for one exception, it still says something.
        plain = [one for one in arguments if one.type not in ("keyword_argument", "comment")]
        keywords = {value.module.text_of(one).partition("=")[0] for one in arguments}
        return not plain and not keywords & {"raises", "condition"}
    return name in _DECORATORS


def _leaves(call: Call) -> bool:
    """Whether a call at the top level of the body ends the test."""
    above = call.parent
    if above is None or above.kind not in ("expression_statement", "raise_statement"):
        return False
    block = above.parent
    owner = None if block is None or block.kind != "block" else block.parent
    if owner is None or owner.kind != "function_definition":
        return False
    if above.kind == "raise_statement":
        return call.method == "SkipTest"
    return call.name in _CALLS or (
        call.method == "skipTest" and call.receiver is not None and call.receiver.text == "self"
    )
