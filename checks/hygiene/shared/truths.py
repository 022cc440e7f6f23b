"""Objects that are always true, whatever the code does: methods that nobody calls, contexts, sets.

What an object is worth is said in https://docs.python.org/3/library/stdtypes.html#truth-value-testing:
everything is true but ``None``, ``False``, zero, and what is empty.
"""

from __future__ import annotations

import re2
import tree_sitter

from checks.events import Value, argument_nodes
from checks.hygiene.shared.callables import ASKING
from checks.hygiene.shared.texts import words
from checks.hygiene.shared.unentered import ASSERTING_FUNCTIONS
from checks.languages.python.context import Located
from checks.languages.python.index import Index
from checks.languages.python.scopes import Bound
from checks.report import Report

_CONTEXTS = frozenset(
    {"assertLogs", "assertNoLogs", "assertRaises", "assertRaisesRegex", "assertRaisesRegexp",
     "assertWarns", "assertWarnsRegex"}
)  # fmt: skip
_OF_FUNCTIONS = frozenset({*ASSERTING_FUNCTIONS, "warnings.catch_warnings"})

_METHODS = frozenset(
    {
        # str and bytes: https://docs.python.org/3/library/stdtypes.html#string-methods
        "startswith", "endswith", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit",
        "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper",
        # set, float, file objects
        "isatty", "isdisjoint", "issubset", "issuperset",
        # threading, before Python 3.9
        "isAlive",
        # https://docs.python.org/3/library/pathlib.html
        "is_block_device", "is_char_device", "is_relative_to",
        # https://docs.djangoproject.com/en/stable/ref/contrib/auth/
        "check_password", "has_module_perms", "has_perm", "has_perms", "has_usable_password",
    }
)  # fmt: skip
"""Names that only methods have: they are documented as such, and mostly take an argument."""

_FUNCTIONS = frozenset({"httpretty.is_enabled", "httpretty.has_request", "sys.is_finalizing",
                        "gc.isenabled", "faulthandler.is_enabled"})  # fmt: skip
_OWNERS = {"is_alive": ("thread", "process", "proc", "worker_thread")}
"""Methods of what these names hold."""

_MAKING = frozenset({"enumerate", "id", "iter", "reversed", "type"})
"""Builtins whose result is always true: https://docs.python.org/3/library/functions.html"""

_OTHERS = frozenset({"count", "exists", "done", "cancelled", "locked"})
"""Names of methods that an attribute may have as well: the file itself must call it there."""

_CALLED = re2.compile(r"\b(\w+)\.([a-z_]\w*)\(")


def of_method(at: Located, value: Value, report: Report) -> bool:
    """Report that a method is asserted and not called: ``assertTrue(thread.is_alive)``."""
    if not _is_method(value):
        return False
    report(
        at=at,
        message=f"`{value.short}` is a method, which is always true.",
        why="It is only named and never called, so nothing of it is asked.",
        fix=f"Call it: `{value.short}(…)`.",
    )
    return True


def _is_method(value: Value) -> bool:
    if value.node.type != "attribute":
        return False
    name = value.text.rpartition(".")[2]
    if value.name in _FUNCTIONS and _is_of_import(value):
        return True
    if name not in _METHODS and name not in _OTHERS and not name.startswith(ASKING):
        return False
    if _is_attribute(value, name):
        return False
    owner = value.text.rpartition(".")[0].rpartition(".")[2]
    if name in _METHODS or owner in _OWNERS.get(name, ()):
        return True
    return (owner, name) in value.module.remember(_called, lambda: _called(value))


def _called(value: Value) -> frozenset[tuple[str, str]]:
    """What a file calls, with the word before the dot: ``("rows", "exists")``."""
    text = value.module.source.data.decode("utf-8", "replace")
    return frozenset((one.group(1), one.group(2)) for one in _CALLED.finditer(text))


def _is_attribute(value: Value, name: str) -> bool:
    """Whether a class of the file, or a double in it, has something else by that name."""
    module = value.module
    for cls in module.classes:
        method = cls.methods.get(name)
        if name in cls.attributes or (method is not None and method.decorators):
            return True
        if method is None and name in cls.inner.scope.bindings:
            return True
    return any(one in module.source.data for one in (f"{name} =".encode(), f"{name}=".encode()))


def _is_of_import(value: Value) -> bool:
    root = value.text.partition(".")[0]
    scope = value.context.scope.find(root)
    return scope is not None and all(one.how is Bound.IMPORT for one in scope.bindings[root])


def of_object(at: Located, node: tree_sitter.Node, report: Report) -> bool:
    """Report that a context that nobody enters, or a set with something in it, is asserted.

    ``assert pytest.raises(ValueError)``, ``self.assertTrue({answer["allowed"]})``.
    """
    value = at.value(node)
    if node.type == "call":
        return _of_made(at, value, report) or _of_context(at, value, report)
    if node.type not in ("set", "dictionary", "list", "tuple") or not _holds_something(at, node):
        return False
    report(
        at=at,
        message=f"`{value.short}` is never empty, and so always true.",
        why="What stands in it is not asked: the test passes whatever the code gives.",
        fix="Assert what stands in it, or compare it.",
    )
    return True


def _holds_something(at: Located, node: tree_sitter.Node) -> bool:
    """Whether an element stands in it that is no ``*names``, which may be empty."""
    elements = (one for one in node.named_children if one.type != "comment")
    return any(not at.module.text_of(one).startswith("*") for one in elements)


def _of_made(at: Located, value: Value, report: Report) -> bool:
    """Report what a builtin makes, which is always true: ``assertTrue(type(found is None))``."""
    target = value.node.child_by_field_name("function")
    name = "" if target is None else value.module.text_of(target)
    scope = value.context.scope.find(name)
    if name not in _MAKING or scope is not None or len(argument_nodes(value.node)) != 1:
        return False
    report(
        at=at,
        message=f"`{value.short}` is always true, whatever stands in it.",
        why=f"`{name}` gives an object that is never false, so nothing is asked.",
        fix="Assert what stands in its parentheses.",
    )
    return True


def _of_context(at: Located, value: Value, report: Report) -> bool:
    given = argument_nodes(value.node)
    called = value.text.partition("(")[0]
    owner, _, last = called.rpartition(".")
    context = value.callee_name in _OF_FUNCTIONS or (owner in ("self", "cls") and last in _CONTEXTS)
    most = 2 if last.endswith(("Logs", "Regex", "Regexp")) else 1
    plain = [one for one in given if one.type != "keyword_argument"]
    if not context or len(plain) > most:
        return False
    report(
        at=at,
        message=f"`{value.short}` makes a context, which is always true.",
        why="It only looks at what runs inside its `with`, and there is none.",
        fix="Put the code that it is meant for into a `with` of it.",
    )
    return True


_REARRANGING = frozenset(
    {"as", "canonical", "canonicalize", "clean", "dict", "json", "list", "normalise", "normalised",
     "normalize", "normalized", "ordered", "set", "sort", "sorted", "strip", "stripped", "tuple"}
)  # fmt: skip
_BUILTINS = frozenset({"bool", "bytes", "dict", "float", "frozenset", "int", "len", "list", "max",
                       "min", "set", "sorted", "str", "sum", "tuple", "type"})  # fmt: skip


def rearranges(value: Value, index: Index) -> bool:
    """Whether it is a value put into another form: ``sorted(data["names"])``.

    By a builtin, or by a helper of the tests whose name says that it does no more. Called with the
    same value twice, it gives the same twice.
    """
    given = argument_nodes(value.node) if value.node.type == "call" else []
    if not given or any(one.type not in ("attribute", "identifier", "subscript") for one in given):
        return False
    called = value.text.partition("(")[0]
    if value.text.count("(") > 1:
        return False
    if value.callee_name in _BUILTINS or called in _BUILTINS:
        return True
    owner, _, name = called.rpartition(".")
    if _REARRANGING.isdisjoint(words(name)):
        return False
    if owner in ("self", "cls"):
        return value.context.cls is not None and name in index.methods(value.context.cls)
    return not owner and any(one.name == name for one in value.module.functions)
