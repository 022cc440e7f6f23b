"""Objects that a whole process shares and that a test reaches through a name of its own."""

from __future__ import annotations

import re2
import tree_sitter

from checks.events import Call, Class, Function, Value, argument_nodes
from checks.hygiene.shared.tests import SETUP, TEARDOWN, has_unknown_base, heirs, own_calls
from checks.languages.python.context import Located
from checks.languages.python.index import Index
from checks.languages.python.scopes import Bound

_MAX_STEPS = 8
OVERRIDING = tuple(
    f"{module}.cfg.CONF.{{set_default,set_override}}" for module in ("oslo_config", "oslo.config")
)
"""Calls that set an option for the whole process."""

_OPTIONS = frozenset(f"{module}.cfg.CONF" for module in ("oslo_config", "oslo.config"))
_KEEPING = frozenset({"object", "oslotest.base.BaseTestCase", "testscenarios.TestWithScenarios",
                      "testscenarios.testcase.WithScenarios"})  # fmt: skip
"""Base classes that leave the options as they are: https://docs.openstack.org/oslotest/latest/"""
_PLAIN = ("testtools.", "unittest.")

_PUTTING_BACK = (".reset)", ".reset(", ".reset,", "clear_override", "clear_default")
"""What puts the options of ``oslo.config`` back: its own methods, or a fixture that calls them."""


def table_of_module(event: Located, owner: tree_sitter.Node) -> str:
    """``module.TABLE``, when an item of a table of an imported module is changed; else nothing."""
    if owner.type != "attribute" or not _is_imported(event, _root(owner)):
        return ""
    text = event.module.text_of(owner)
    return text if text.rpartition(".")[2].isupper() else ""


def settings_of_module(event: Located, left: tree_sitter.Node) -> str:
    """``config.CONF.group.option``, when what an imported module's settings hold is changed."""
    text = event.module.text_of(left)
    parts = text.split(".")
    if event.value(_root(left)).name in _OPTIONS and left.type == "attribute":
        return text  # oslo.config: an attribute hides the option, and no reset takes it away
    if not 2 < len(parts) <= _MAX_STEPS or not _is_imported(event, _root(left)):
        return ""
    right = event.child("right")
    emptied = right is not None and (
        right.type == "none" or (right.type in ("dictionary", "list") and not right.named_children)
    )
    if emptied and parts[-1].startswith("_"):
        return ""  # what the module keeps to itself
    return text if any(one.isupper() and len(one) > 1 for one in parts[1:-1]) else ""


def member_of_module(event: Located, left: tree_sitter.Node) -> str:
    """``nova.Plugin.get = mock.Mock()``: what a class or object inside an imported module holds.

    Of a class any attribute; of another object only what a mock or a ``lambda`` replaces, as the
    rest may be its state, which a test is free to change.
    """
    owner, right = left.child_by_field_name("object"), event.child("right")
    if owner is None or right is None or owner.type != "attribute":
        return ""
    text = event.module.text_of(owner)
    if text.count(".") >= _MAX_STEPS or not _is_imported(event, _root(owner)):
        return ""
    if event.function is not None and f"{text} = " in event.function.text:
        return ""  # what it belongs to is another already, which is told
    if right.type == "none" or (
        right.type in ("dictionary", "list", "tuple") and not right.named_children
    ):
        return ""  # emptied before a test
    if _is_patched(event, text.rpartition(".")[2]):
        return ""  # it is the patch's object for as long as the test runs
    last = text.rpartition(".")[2].lstrip("_")
    of_class = last[:1].isupper() and not last.isupper()
    made = event.value(right).callee_name or ""
    if of_class or right.type == "lambda" or made.startswith("unittest.mock."):
        return event.module.text_of(left)
    return ""


def _is_patched(event: Located, name: str) -> bool:
    """Whether the test, its class or a method of it patches an attribute of this name."""
    function, cls = event.function, event.cls
    if function is None:
        return False
    given = [*function.decorators, *(() if cls is None else cls.decorators)]
    texts = [value.text for value in given]
    texts.append(function.text if cls is None else cls.text)
    pattern = rf"patch[\w.]*\([^()]*[\"'.]{re2.escape(name)}[\"']"
    return any(re2.search(pattern, text) is not None for text in texts)


def alias_of_module(event: Located, left: tree_sitter.Node) -> str:
    """``error.errno`` after ``error = socket.error``: the class itself is changed."""
    owner = left.child_by_field_name("object")
    if owner is None or owner.type != "identifier":
        return ""
    text = event.module.text_of(owner)
    scope = event.context.scope.find(text)
    bindings = () if scope is None else scope.bindings[text]
    if scope is None or scope.kind == "module" or len(bindings) != 1:
        return ""
    held, context = bindings[0].node, bindings[0].context
    if bindings[0].how is not Bound.ASSIGNED or held is None or context is None:
        return ""
    if held.type != "attribute" or not _is_imported(event, _root(held)):
        return ""
    name = event.value(owner).name or ""
    whole = {entry.module for entry in event.module.imports if not entry.name}
    inside = name.rpartition(".")[0] in whole or name.rpartition(".")[2][:1].isupper()
    return event.module.text_of(left) if name and inside else ""


_OF_LOGGERS = frozenset({"disabled", "handlers", "propagate"})


def attribute_of_logger(event: Located, left: tree_sitter.Node) -> str:
    """``logger.propagate`` of a logger of the code under test: a logger lives with the process."""
    owner = left.child_by_field_name("object")
    if owner is None or event.module.text_of(left).rpartition(".")[2] not in _OF_LOGGERS:
        return ""
    made = event.value(owner).origin
    if made.callee_name != "logging.getLogger":
        return ""
    given = argument_nodes(made.node)
    name = Value(made.module, given[0], made.context).constant if given else ""
    if not isinstance(name, str) or "test" in name.lower():
        return ""  # a logger of the test's own
    return event.module.text_of(left)


def resets_filters(call: Call) -> bool:
    """Whether all warning filters of the run are dropped, where those before were to come back."""
    first = call.argument(0)
    if call.method != "addCleanup" or first is None:
        return False
    return first.name == "warnings.resetwarnings"


def overrides_options(call: Call, index: Index) -> bool:
    """Whether an option of ``oslo.config``'s global ``CONF`` is set, and nothing puts it back.

    Asked only where all base classes are known: a base as a rule resets the options.
    """
    receiver, cls = call.receiver, call.cls
    if call.method not in ("set_default", "set_override") or receiver is None or cls is None:
        return False
    if receiver.text.rpartition(".")[2] != "CONF" or not _is_imported(call, _root(receiver.node)):
        return False
    if has_unknown_base(cls, index) and _may_reset(cls, index):
        return False
    chain = [base for one in (cls, *heirs(cls, index)) for base in index.chain(one)]
    methods = [method for one in chain for method in one.methods.values()]
    if any(word in one.text for one in methods for word in _PUTTING_BACK):
        return False
    return not any(
        one.method == "useFixture" and "onf" in one.text
        for method in methods
        for one in own_calls(method)
    )


def _may_reset(cls: Class, index: Index) -> bool:
    """Whether a base class is not known that may reset the options."""
    own = {one.name for one in index.chain(cls)}
    return any(
        name not in _KEEPING and not name.startswith(_PLAIN) and name.rpartition(".")[2] not in own
        for name in index.base_names(cls)
    )


def registers_undoing(event: Located, function: Function, target: str, index: Index) -> bool:
    """Whether a cleanup puts the thing back: a function inside the same one, or of the module."""
    word = target.rpartition(".")[2]
    if _is_reset_whole(event, function, target, index):
        return True
    registered = {
        one.arguments[0].text
        for one in own_calls(function)
        if one.method in ("addCleanup", "addClassCleanup", "addfinalizer") and one.arguments
    }
    return any(
        one.name in registered and one.context.function is function and word in one.text
        for one in event.module.functions
    )


def _is_reset_whole(event: Located, function: Function, target: str, index: Index) -> bool:
    """Whether the module is reset as a whole after the test: ``addCleanup(libvirt._reset)``."""
    owner = target.rpartition(".")[0]
    cls = event.cls
    methods = {} if cls is None else index.methods(cls)
    after = [one for name, one in methods.items() if name in TEARDOWN]
    if owner and any(
        one.method == "reload" and one.arguments and one.arguments[0].text == owner
        for method in after
        for one in own_calls(method)
    ):
        return True
    found = [one.target.text for method in after for one in own_calls(method)]
    found += [
        one.arguments[0].text
        for method in (function, *(one for name, one in methods.items() if name in SETUP))
        for one in own_calls(method)
        if one.method.startswith("add") and "leanup" in one.method and one.arguments
    ]
    return bool(owner) and any(
        text.rpartition(".")[0] == owner and "reset" in text.rpartition(".")[2] for text in found
    )


def _root(node: tree_sitter.Node) -> tree_sitter.Node:
    for _ in range(_MAX_STEPS):
        inner = node.child_by_field_name("object") if node.type == "attribute" else None
        if inner is None:
            break
        node = inner
    return node


def _is_imported(event: Located, root: tree_sitter.Node) -> bool:
    if root.type != "identifier":
        return False
    text = event.module.text_of(root)
    scope = event.context.scope.find(text)
    bindings = [] if scope is None else scope.bindings[text]
    return bool(bindings) and all(one.how is Bound.IMPORT for one in bindings)
