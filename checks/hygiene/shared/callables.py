"""Functions and classes that are named where their result was meant: such a name is always true."""

from __future__ import annotations

from checks.events import Class, Function, Value
from checks.languages.python.index import Index
from checks.languages.python.scopes import Bound

_QUESTIONS = frozenset(
    {"callable", "hasattr", "isinstance", "issubclass", "os.path.exists", "os.path.isabs",
     "os.path.isdir", "os.path.isfile", "os.path.islink", "os.path.ismount", "os.path.lexists",
     "os.path.samefile", "os.access", "filecmp.cmp", "inspect.isclass", "inspect.isfunction",
     "inspect.iscoroutinefunction", "all", "any", "len"}
)  # fmt: skip
"""Functions of the library that are asked for their answer, and mean nothing uncalled."""


ASKING = ("can_", "has_", "is_", "should_")
"""How the names of methods begin that answer a question."""


def always_true(value: Value, index: Index, *, compared: bool = False) -> str:
    """What the expression names: ``"a function"``, ``"a method"``, ``"a class"``, ``""`` for else.

    Args:
        value: the expression.
        index: finds what other files define.
        compared: whether something stands beside it that it was to be called with, or compared
            to. Alone, ``assert name`` may ask whether the import gives it, so only what is by its
            name a question counts; beside a value, a capital letter is enough for what an
            imported module gives.
    """
    if value.node.type not in ("identifier", "attribute"):
        return ""
    name = value.name
    if name in _QUESTIONS:
        return "a function"
    if (method := _own_method(value, index)) is not None:
        return "" if method.decorators else "a method"
    if name is None or not _is_bound_for_good(value):
        return ""
    last = name.replace(":", ".").rpartition(".")[2]
    function = index.find_function(name)
    if function is not None:
        asks = compared or last.startswith(ASKING)
        return "a function" if asks and not function.decorators else ""
    if not compared:
        return ""
    cls = index.find_class(name)
    if cls is not None:
        return "" if _has_own_truth(cls) else "a class"
    camel = last[:1].isupper() and not last.isupper() and "_" not in last
    return "a class" if camel and value.node.type == "attribute" else ""


def _own_method(value: Value, index: Index) -> Function | None:
    """The method that ``self.name`` is."""
    owner, dot, name = value.text.partition(".")
    cls = value.context.cls
    if not dot or owner not in ("self", "cls") or cls is None or "." in name:
        return None
    if any(name in one.attributes for one in index.chain(cls)):
        return None
    if any(name in one.inner.scope.bindings and name not in one.methods
           for one in index.chain(cls)):  # fmt: skip
        return None
    return index.methods(cls).get(name)


def _is_bound_for_good(value: Value) -> bool:
    """Whether the name at the root is imported or defined, and never bound to anything else."""
    root = value.text.partition(".")[0]
    scope = value.context.scope.find(root)
    if scope is None:
        return False
    good = (Bound.IMPORT, Bound.FUNCTION, Bound.CLASS)
    return all(one.how in good for one in scope.bindings[root])


def _has_own_truth(cls: Class) -> bool:
    """Whether a metaclass may say what the class is worth."""
    return "metaclass" in cls.text.partition(":")[0]
