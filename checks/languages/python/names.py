"""What names and dotted expressions stand for.

Answers are access paths: ``requests.get``, ``sqlite3.connect().cursor().execute`` (an attribute of
what a call returns), ``app.db:connect`` (defined by this very file), ``open`` (a builtin). A path
is given only when every step is known: a bare parameter, a name with two values, or an attribute
of an unknown object is never taken for a library.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

import tree_sitter

from checks.languages.python import grammar
from checks.languages.python.context import Context
from checks.languages.python.imports import canonical
from checks.languages.python.scopes import Binding, Bound, Scope

if TYPE_CHECKING:
    from checks.languages.python.module import Module

MAX_STEPS = 24
"""Attributes and calls in one path; longer ones resolve to nothing."""

_MAX_DEPTH = 8
"""Assignments that are followed one after another."""

_MAX_ASSIGNMENTS = 24
"""Assignments to one name that are compared."""

BUILTINS = frozenset(dir(builtins)) | {
    "apply", "basestring", "buffer", "cmp", "coerce", "execfile", "file", "intern", "long",
    "raw_input", "reduce", "reload", "unichr", "unicode", "xrange",
}  # fmt: skip
"""Python 3's names and those that only Python 2 had."""

_IDENTIFIER = grammar.kind("identifier")
_ATTRIBUTE = grammar.kind("attribute")
_CALL = grammar.kind("call")
_PARENTHESES = grammar.kind("parenthesized_expression")
_AWAIT = grammar.kind("await")
_SUBSCRIPT = grammar.kind("subscript")
_FOLLOWED = frozenset({_IDENTIFIER, _ATTRIBUTE, _CALL, _PARENTHESES, _AWAIT, _SUBSCRIPT})


def resolve(module: Module, node: tree_sitter.Node, context: Context, depth: int = 0) -> str | None:
    """The access path of an expression, ``None`` when it is not known."""
    steps: list[str] = []
    current: tree_sitter.Node | None = node
    while current is not None:
        kind = current.kind_id
        if len(steps) > MAX_STEPS:
            return None
        if kind == _IDENTIFIER:
            base = _name(module, module.text_of(current), context, depth)
            if base is None:
                return None
            return canonical(base + "".join(reversed(steps))) if steps else base
        if kind == _ATTRIBUTE:
            name = current.child_by_field_id(grammar.ATTRIBUTE)
            if name is None:
                return None
            owner = current.child_by_field_id(grammar.OBJECT)
            if owner is not None and owner.kind_id == _IDENTIFIER and context.cls is not None:
                base = _own_attribute(module, owner, module.text_of(name), context, depth)
                if base is not None:
                    return canonical(base + "".join(reversed(steps)))
            steps.append("." + module.text_of(name))
            current = owner
        elif kind == _CALL:
            read = attribute_read(module, current)
            if read is not None:
                steps.append("." + read[1])
                current = read[0]
                continue
            steps.append("()")
            current = current.child_by_field_id(grammar.FUNCTION)
        elif kind == _SUBSCRIPT:
            steps.append("[]")
            current = current.child_by_field_id(grammar.VALUE)
        elif kind in (_PARENTHESES, _AWAIT):
            current = next((one for one in current.named_children if one.type != "comment"), None)
        else:
            return None
    return None


def attribute_read(module: Module, node: tree_sitter.Node) -> tuple[tree_sitter.Node, str] | None:
    """``getattr(owner, "name")``: the owner, and the name; ``None`` for all other calls."""
    function = node.child_by_field_id(grammar.FUNCTION) if node.kind_id == _CALL else None
    given = node.child_by_field_id(grammar.ARGUMENTS)
    if function is None or given is None or function.kind_id != _IDENTIFIER:
        return None
    if given.named_child_count != 2 or module.text_of(function) != "getattr":
        return None
    owner, name = given.named_children
    text = module.text_of(name).strip("\"'") if name.type == "string" else ""
    return (owner, text) if text.isidentifier() else None


def _name(module: Module, name: str, context: Context, depth: int) -> str | None:
    scope = context.scope.find(name)
    if scope is None:
        return name if name in BUILTINS else None
    if name in scope.resolved:
        return scope.resolved[name]
    if depth > _MAX_DEPTH:
        return None
    scope.resolved[name] = None  # what a name that is bound to itself resolves to
    answer = _binding(module, scope, name, depth)
    scope.resolved[name] = answer
    return answer


def _binding(module: Module, scope: Scope, name: str, depth: int) -> str | None:
    bindings = scope.bindings[name]
    imports = [one for one in bindings if one.how is Bound.IMPORT]
    if imports:
        # "try: import x / except ImportError: x = None" still means x.
        others = (one for one in bindings if one.how is not Bound.IMPORT)
        return imports[0].qualified if all(_is_none(one) for one in others) else None
    first = bindings[0]
    if first.how in (Bound.FUNCTION, Bound.CLASS):
        return first.qualified if all(one.how is first.how for one in bindings) else None
    if first.how in (Bound.ASSIGNED, Bound.ENTERED):
        return _common(module, bindings, depth)
    if len(bindings) == 1 and first.how is Bound.PARAMETER:
        # An annotated parameter is an instance of its class, like what a call of the class returns.
        annotated = _follow(module, first, depth)
        return None if annotated is None or annotated in BUILTINS else annotated + "()"
    return None


def _own_attribute(
    module: Module, owner: tree_sitter.Node, name: str, context: Context, depth: int
) -> str | None:
    """What ``self.<name>`` is, when one method of the class assigns it once."""
    cls = context.cls
    if cls is None or module.text_of(owner) not in ("self", "cls"):
        return None
    bindings = cls.attributes.get(name, [])
    if name in cls.resolved:
        return cls.resolved[name]
    if not bindings or depth > _MAX_DEPTH or name in cls.methods:
        return None
    cls.resolved[name] = None  # what an attribute that is bound to itself resolves to
    answer = _common(module, bindings, depth)
    cls.resolved[name] = answer
    return answer


def _common(module: Module, bindings: list[Binding], depth: int) -> str | None:
    """What all assignments to a name agree on: four patchers in turn are each a patcher."""
    if not bindings or len(bindings) > _MAX_ASSIGNMENTS:
        return None
    if any(one.how not in (Bound.ASSIGNED, Bound.ENTERED) for one in bindings):
        return None
    first = _follow(module, bindings[0], depth)
    if first is None:
        return None
    agreed = all(_follow(module, one, depth) == first for one in bindings[1:])
    return first if agreed else None


def _follow(module: Module, binding: Binding, depth: int) -> str | None:
    node, context = binding.node, binding.context
    if node is None or context is None or node.kind_id not in _FOLLOWED:
        return None
    return resolve(module, node, context, depth + 1)


def _is_none(binding: Binding) -> bool:
    return (
        binding.how is Bound.ASSIGNED and binding.node is not None and binding.node.type == "none"
    )
