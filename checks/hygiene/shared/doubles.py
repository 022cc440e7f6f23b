"""Which names hold an automatic mock, and whether the code tells it what to answer."""

from __future__ import annotations

import tree_sitter

from checks.events import Call, Function, Module, Value
from checks.hygiene.shared.conditions import plain_root
from checks.hygiene.shared.patchers import methods_with
from checks.hygiene.shared.tests import PATCHES, is_test, own_calls
from checks.languages.python.context import Located
from checks.languages.python.index import Index

MOCKS = frozenset(
    {"unittest.mock.AsyncMock", "unittest.mock.MagicMock", "unittest.mock.Mock",
     "unittest.mock.NonCallableMagicMock", "unittest.mock.NonCallableMock"}
)  # fmt: skip
_FIXTURE_PATCHES = frozenset({"patch", "patch.object", "Mock", "MagicMock", "AsyncMock"})
_TELLING = frozenset(
    {"new", "new_callable", "return_value", "side_effect", "wraps", "spec_set", "autospec", "spec"}
)
_BINDING = ("assignment", "augmented_assignment", "for_statement", "with_item",
            "delete_statement")  # fmt: skip
_CONFIGURING = frozenset({"__setattr__", "attach_mock", "configure_mock", "mock_add_spec"})
RECORDS = frozenset(
    {"await_args", "await_args_list", "await_count", "called", "call_args", "call_args_list",
     "call_count", "method_calls", "mock_calls", "awaited"}
)  # fmt: skip
"""Attributes in which a mock keeps what happened to it."""


def is_automatic(value: Value) -> bool:
    """Whether an expression makes a mock that answers everything with another mock.

    One with ``return_value``, ``side_effect``, a ``spec`` or attributes given was told something.
    """
    node = value.node
    if node.type != "call":
        return False
    return value.module.remember((is_automatic, node.id), lambda: _is_automatic(value))


def _is_automatic(value: Value) -> bool:
    node, name = value.node, value.callee_name
    if name in ("unittest.mock.patch().start", "unittest.mock.patch.object().start"):
        called = node.child_by_field_name("function")
        patcher = None if called is None else called.child_by_field_name("object")
        if patcher is None:
            return False
        return is_automatic(Value(value.module, patcher, value.context).origin)
    arguments = node.child_by_field_name("arguments")
    given = [] if arguments is None else [
        one for one in arguments.named_children if one.type != "comment"
    ]  # fmt: skip
    if any(one.type in ("dictionary_splat", "list_splat") for one in given):
        return False
    keywords = {
        value.module.text_of(key)
        for one in given
        if one.type == "keyword_argument" and (key := one.child_by_field_name("name")) is not None
    }
    positional = [one for one in given if one.type != "keyword_argument"]
    if name in MOCKS:
        return not positional and keywords <= {"name"}
    if name in ("unittest.mock.patch", "unittest.mock.patch.object"):
        return len(positional) == (1 if name.endswith("patch") else 2) and not (keywords & _TELLING)
    text = value.text.partition("(")[0]
    owner, _, method = text.partition(".")
    if owner == "mocker" and method in _FIXTURE_PATCHES:
        patching = {"patch": 1, "patch.object": 2}.get(method, 0)
        return len(positional) == patching and not (keywords - {"name"} & _TELLING or (
            not patching and keywords - {"name"}
        ))  # fmt: skip
    return False


def automatic_mock(at: Located, node: tree_sitter.Node) -> str:
    """The name of the automatic mock at the root of a chain of attributes and calls, or ``""``."""
    root = plain_root(at.module, node)
    if not root:
        return ""
    base = _root_node(node)
    value = Value(at.module, base, at.context)
    made = value.assignments
    if made:
        return root if all(is_automatic(one) for one in made) else ""
    function = at.function
    if function is None or base.type != "identifier":
        return ""
    return root if _is_patched_parameter(function, root) else ""


def _root_node(node: tree_sitter.Node) -> tree_sitter.Node:
    while True:
        if node.type == "identifier":
            return node
        inner = node.child_by_field_name("object") or node.child_by_field_name("function")
        if inner is None:
            return node
        if node.type == "attribute" and inner.type == "identifier" and inner.text in (
            b"self", b"cls",
        ):  # fmt: skip
            return node
        node = inner


def _is_patched_parameter(function: Function, name: str) -> bool:
    """Whether ``@patch`` hands in the parameter: the lowest decorator the first one.

    Mocks come behind what a caller gives by position: pytest gives its fixtures by name, but a
    helper is called, and a test may be handed cases (``ddt.data``).
    """
    patchers = [
        one
        for one in reversed(function.decorators)
        if one.callee_name in PATCHES
    ]  # fmt: skip
    if any(one.callee_name not in ("unittest.mock.patch", "unittest.mock.patch.object")
           for one in patchers):  # fmt: skip
        return False
    giving = [one for one in patchers if not _gives_nothing(one)]
    names = [one.name for one in function.parameters if not one.kind and one.name != "self"]
    if name not in names:
        return False
    if len(names) > len(giving) and (
        not is_test(function) or len(function.decorators) > len(patchers)
    ):
        names = names[-len(giving) :] if giving else []
        if name not in names:
            return False
    position = names.index(name)
    return position < len(giving) and is_automatic(giving[position])


def _gives_nothing(patcher: Value) -> bool:
    """Whether the patcher has a replacement of its own, and hands nothing to the function."""
    arguments = patcher.node.child_by_field_name("arguments")
    given = [] if arguments is None else arguments.named_children
    positional = [one for one in given if one.type not in ("keyword_argument", "comment")]
    wanted = 1 if patcher.callee_name == "unittest.mock.patch" else 2
    return len(positional) > wanted or any(
        one.type == "keyword_argument"
        and (key := one.child_by_field_name("name")) is not None
        and patcher.module.text_of(key) == "new"
        for one in given
    )


def is_told(at: Located, root: str, index: Index) -> bool:
    """Whether some code says what the mock, or a part of it, is to answer.

    By an assignment into it, ``configure_mock``, or a function that does so with what it is given.
    """
    where = at.cls if "." in root and at.cls is not None else at.function
    return at.module.remember((is_told, root, where, index), lambda: _is_told(at, root, index))


def _is_told(at: Located, root: str, index: Index) -> bool:
    for function in _holders(at, root, index):
        module = function.module
        for one in module.within(function.node, *_BINDING):
            target = one.child("left") or (one.children() or [one.node])[0]
            if _is_inside(module, target, root):
                return True
        for call in own_calls(function):
            receiver = call.receiver
            if call.method in (
                "configure_mock",
                "attach_mock",
                "mock_add_spec",
                "__setattr__",
            ) and (receiver is not None and _is_inside(module, receiver.node, root, itself=True)):
                return True
            if call.method in ("setattr", "patch", "object", "multiple", "setitem", "dict") and any(
                _is_inside(module, value.node, root, itself=True) for value in call.arguments[:1]
            ):
                return True
            if _hands_to_teller(call, root, index):
                return True
    return False


def _holders(at: Located, root: str, index: Index) -> list[Function]:
    if "." in root and at.cls is not None:
        return methods_with(at.cls, root, index)
    return [] if at.function is None else [at.function]


def _is_inside(module: Module, node: tree_sitter.Node, root: str, *, itself: bool = False) -> bool:
    """Whether a target is an attribute of the mock, or of what it returns."""
    text = module.text_of(node)
    if text == root:
        return itself
    return text.startswith(root) and text[len(root) : len(root) + 1] in (".", "(", "[")


def _hands_to_teller(call: Call, root: str, index: Index) -> bool:
    given = [*call.arguments, *call.keywords.values()]
    if not any(value.text == root for value in given):
        return False
    name = call.name
    function = None
    if call.receiver is not None and call.receiver.text in ("self", "cls") and call.cls is not None:
        function = index.methods(call.cls).get(call.method)
    elif name is not None and ":" in name:
        function = index.find_function(name)
    if function is None:
        return False
    text = function.module.text_of(function.node)
    return (
        "return_value" in text
        or "side_effect" in text
        or any(
            (left := one.child("left")) is not None and left.type == "attribute"
            for one in function.module.within(function.node, "assignment")
        )
    )
