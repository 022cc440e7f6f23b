"""Expressions that tell a program whether it runs under test."""

from __future__ import annotations

import tree_sitter

from checks.events import UNKNOWN, Function, Module, Value
from checks.hygiene.shared.conditions import bare, comparison
from checks.hygiene.shared.texts import words
from checks.languages.python.context import Context
from checks.languages.python.index import Index

_RUNNERS = frozenset({"pytest", "_pytest", "unittest", "nose", "nose2"})
_READERS = frozenset({"os.environ.get", "os.getenv", "os.environ[]", "os.environ.setdefault"})
_ARGUMENTS = "sys.argv"
_FLAGS = frozenset(
    {"in_test", "in_tests", "is_test", "is_testing", "running_test", "running_tests",
     "test_mode", "test_run", "testing", "testing_mode", "under_test", "unit_test",
     "unit_testing", "unittest", "pytest_current_test", "pytest_running", "run_tests_mode"}
)  # fmt: skip
_CONSTANTS = frozenset(
    {"IN_TEST", "IN_TESTS", "IS_TEST", "IS_TESTING", "RUNNING_TESTS", "TESTING", "TEST_MODE",
     "UNDER_TEST", "UNIT_TESTING"}
)  # fmt: skip
_SETTINGS = frozenset({"app", "application", "conf", "config", "current_app", "settings"})
_STAGES = frozenset({"env", "environment", "stage", "mode"})
_STAGE_NAMES = frozenset({"test", "testing", "tests", "unittest", "ci-test"})
_MAX_DEPTH = 6


def flag_in(value: Value, index: Index, depth: int = 0) -> str:
    """What in a condition tells that tests run, in the words of the code; ``""`` when nothing does.

    Names with one assignment and functions of one ``return`` are followed.
    """
    if depth > _MAX_DEPTH:
        return ""
    module, context = value.module, value.context
    node = bare(value.node)
    kind = node.type
    if kind == "not_operator":
        return _inner(module, node.child_by_field_name("argument"), context, index, depth)
    if kind == "boolean_operator":
        for side in ("left", "right"):
            found = _inner(module, node.child_by_field_name(side), context, index, depth)
            if found:
                return found
        return ""
    if kind == "comparison_operator":
        return _in_comparison(module, node, context, index, depth)
    if kind in ("call", "subscript"):
        return _in_reading(module, node, context, index, depth)
    if kind == "attribute":
        return _in_attribute(module, node, context)
    if kind == "identifier":
        origin = value.origin
        if origin.node != node:
            return value.text if flag_in(origin, index, depth + 1) else ""
        imported = (value.name or "").rpartition(".")
        return value.text if imported[0] and imported[2] in _CONSTANTS else ""
    return ""


def is_negated(node: tree_sitter.Node) -> bool:
    """Whether a condition holds when the flag does not: ``not TESTING``."""
    return bare(node).type == "not_operator"


def _inner(
    module: Module, node: tree_sitter.Node | None, context: Context, index: Index, depth: int
) -> str:
    return "" if node is None else flag_in(Value(module, node, context), index, depth + 1)


def _in_comparison(
    module: Module, node: tree_sitter.Node, context: Context, index: Index, depth: int
) -> str:
    pair = comparison(node)
    if pair is None:
        return ""
    left, right = Value(module, pair.left, context), Value(module, pair.right, context)
    if pair.operator in ("in", "not in"):
        text = left.constant
        if right.name in ("sys.modules", "sys.modules.keys()") and text in _RUNNERS:
            return f"{left.short} in sys.modules"
        if right.name == "os.environ" and isinstance(text, str) and _is_flag(text):
            return text
        if right.text.startswith(_ARGUMENTS) and text in ("test", "pytest"):
            return f"{left.short} in sys.argv"
        options = right.constant
        if isinstance(options, (tuple, list, frozenset)) and options:
            stages = all(isinstance(one, str) and one in _STAGE_NAMES for one in options)
            return left.short if stages and _is_stage(left) else ""
        return ""
    for one, other in ((left, right), (right, left)):
        constant = other.constant
        if constant is UNKNOWN:
            continue
        if isinstance(constant, str) and constant.lower() in _STAGE_NAMES and _is_stage(one):
            return one.short
        if _ARGUMENTS in one.text and constant in ("test", ["test"], "pytest"):
            return one.short
        if found := flag_in(one, index, depth + 1):
            return found
    return ""


def _in_reading(
    module: Module, node: tree_sitter.Node, context: Context, index: Index, depth: int
) -> str:
    """``os.getenv("TESTING")``, ``app.config["TESTING"]``, ``bool(…)``, ``is_testing()``."""
    value = Value(module, node, context)
    if node.type == "subscript":
        owner = node.child_by_field_name("value")
        key = node.child_by_field_name("subscript")
        if owner is None or key is None:
            return ""
        name = Value(module, key, context).constant
        known = Value(module, owner, context)
        if not isinstance(name, str):
            return ""
        if known.name == "os.environ":
            return name if _is_flag(name) else ""
        return name if _is_settings(known) and name == "TESTING" else ""
    callee = node.child_by_field_name("function")
    arguments = node.child_by_field_name("arguments")
    operands = [] if arguments is None else list(arguments.named_children)
    if callee is None:
        return ""
    name = value.callee_name
    if name in _READERS and operands:
        text = Value(module, operands[0], context).constant
        return text if isinstance(text, str) and _is_flag(text) else ""
    if name in ("bool", "int", "str", "getattr") and operands:
        if name == "getattr" and len(operands) > 1:
            text = Value(module, operands[1], context).constant
            holder = Value(module, operands[0], context)
            return "TESTING" if text == "TESTING" and _is_settings(holder) else ""
        return flag_in(Value(module, operands[0], context), index, depth + 1)
    if callee.type == "attribute":
        owner = callee.child_by_field_name("object")
        method = callee.child_by_field_name("attribute")
        if owner is None or method is None:
            return ""
        if module.text_of(method) in ("lower", "strip", "upper"):
            return flag_in(Value(module, owner, context), index, depth + 1)
        if module.text_of(method) == "endswith" and _ARGUMENTS in module.text_of(owner):
            text = Value(module, operands[0], context).constant if operands else None
            return "sys.argv" if isinstance(text, str) and text.endswith("test") else ""
        if module.text_of(method) == "get" and operands:
            text = Value(module, operands[0], context).constant
            known = Value(module, owner, context)
            config = known.text.rpartition(".")[2] in ("config", "settings")
            return "TESTING" if text == "TESTING" and config else ""
    helper = index.find_function(name) if name and ":" in name else None
    return f"{helper.name}()" if helper is not None and _returns_flag(helper, index, depth) else ""


def _returns_flag(function: Function, index: Index, depth: int) -> bool:
    returns = list(function.own("return_statement"))
    if len(returns) != 1 or not returns[0].children():
        return False
    return bool(flag_in(returns[0].value(returns[0].children()[0]), index, depth + 1))


def _in_attribute(module: Module, node: tree_sitter.Node, context: Context) -> str:
    owner = node.child_by_field_name("object")
    attribute = node.child_by_field_name("attribute")
    if owner is None or attribute is None:
        return ""
    name = module.text_of(attribute)
    if name in ("_called_from_test", "_pytest_running") and module.text_of(owner) == "sys":
        return f"sys.{name}"
    known = Value(module, owner, context)
    if name in _CONSTANTS and _is_settings(known):
        return f"{known.short}.{name}"
    if name == "testing" and known.name == "flask.current_app":
        return f"{known.short}.testing"
    return ""


def _is_settings(value: Value) -> bool:
    return value.text.rpartition(".")[2] in _SETTINGS


def _is_flag(name: str) -> bool:
    """Whether an environment variable says that tests run: ``TEST_MODE``, ``MYAPP_TESTING``."""
    lower = name.lower()
    if lower in _FLAGS:
        return True
    parts = words(lower)
    return bool(parts) and (
        parts[-1] in ("testing", "unittest") or parts[-2:] in (["test", "mode"], ["in", "test"])
    )


def _is_stage(value: Value) -> bool:
    """Whether an expression names the environment that the program runs in."""
    node = bare(value.node)
    value = Value(value.module, node, value.context).origin
    node = value.node
    if node.type == "call" and value.callee_name in _READERS:
        arguments = node.child_by_field_name("arguments")
        operands = [] if arguments is None else arguments.named_children
        text = Value(value.module, operands[0], value.context).constant if operands else None
        return isinstance(text, str) and _speaks_of_stage(text)
    if node.type == "subscript" and value.name == "os.environ[]":
        key = node.child_by_field_name("subscript")
        text = None if key is None else Value(value.module, key, value.context).constant
        return isinstance(text, str) and _speaks_of_stage(text)
    if node.type == "attribute":
        owner = node.child_by_field_name("object")
        attribute = value.text.rpartition(".")[2]
        return (
            owner is not None
            and _is_settings(Value(value.module, owner, value.context))
            and attribute.isupper()
            and _speaks_of_stage(attribute)
        )
    return False


def _speaks_of_stage(name: str) -> bool:
    return not _STAGES.isdisjoint(words(name.lower())[-1:])
