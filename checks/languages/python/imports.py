"""Imports: what a file asks for, under which names, and what those names mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tree_sitter

from checks.languages.python import grammar
from checks.languages.python.context import Context
from checks.languages.python.scopes import Binding, Bound
from checks.light import dataclass
from checks.model import Span

if TYPE_CHECKING:
    from checks.languages.python.module import Module

_CANONICAL = {
    "mock": "unittest.mock",
    "builtins": "",
    "__builtin__": "",
    "cPickle": "pickle",
    "six.moves.cPickle": "pickle",
    "cStringIO": "io",
    "defusedxml.cElementTree": "defusedxml.ElementTree",
    "xml.etree.cElementTree": "xml.etree.ElementTree",
    "urllib2": "urllib.request",
}
"""Other names of a library, and the one under which checks know it."""


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name.

    ``import a.b as c`` has ``module="a.b"``, ``name=""``; ``from .x import y`` in ``app/z.py`` has
    ``module="app.x"``, ``name="y"``, and ``from x import *`` the name ``"*"``.
    """

    module: str
    name: str
    alias: str
    """The name that is bound here."""
    span: Span
    """The statement."""
    context: Context

    @property
    def qualified(self) -> str:
        """The whole name of what is imported."""
        return f"{self.module}.{self.name}" if self.name and self.name != "*" else self.module


def canonical(name: str) -> str:
    """The name under which checks know it: ``mock.patch`` is ``unittest.mock.patch``."""
    head, _, rest = name.partition(".")
    if head in ("mock", "builtins", "__builtin__", "cPickle", "cStringIO", "urllib2"):
        known = _CANONICAL[head]
        return f"{known}.{rest}".strip(".") if rest else known or head
    for other in ("six.moves.cPickle", "xml.etree.cElementTree", "defusedxml.cElementTree"):
        if name == other or name.startswith(other + "."):
            return _CANONICAL[other] + name[len(other) :]
    return name


def bind_imports(module: Module, node: tree_sitter.Node, context: Context) -> None:
    """Record the names that an import statement binds, in the scope where it stands."""
    span = Span(*node.byte_range)
    source = node.child_by_field_id(grammar.MODULE_NAME)
    prefix = "" if source is None else _absolute(module, source)
    if node.type == "future_import_statement":
        prefix = "__future__"
    for child in node.named_children:
        if child.type == "wildcard_import":
            module.imports.append(Import(prefix, "*", "", span, context))
            continue
        if child.type == "aliased_import":
            name_node = child.child_by_field_id(grammar.NAME)
            alias_node = child.child_by_field_id(grammar.ALIAS)
        elif child.type == "dotted_name" and child != source:
            name_node, alias_node = child, None
        else:
            continue
        if name_node is None:
            continue
        name = _dotted(module, name_node)
        if source is None and prefix == "":
            alias = module.text_of(alias_node) if alias_node else name.partition(".")[0]
            entry = Import(name, "", alias, span, context)
            meaning = name if alias_node else alias
        else:
            alias = module.text_of(alias_node) if alias_node else name
            entry = Import(prefix, name, alias, span, context)
            meaning = f"{prefix}.{name}" if prefix else name
        module.imports.append(entry)
        if alias != meaning.rpartition(".")[2]:
            module.renamed.add(alias)
        context.scope.bind(alias, Binding(Bound.IMPORT, node, context, canonical(meaning)))


def _dotted(module: Module, node: tree_sitter.Node) -> str:
    """A dotted name without the blanks and line ends that may stand around its dots."""
    return ".".join(
        module.text_of(part) for part in node.named_children if part.type == "identifier"
    )


def _absolute(module: Module, node: tree_sitter.Node) -> str:
    """The module name of ``from … import``, relative ones made absolute by the file's path."""
    if node.type != "relative_import":
        return _dotted(module, node)
    level, name = 0, ""
    for child in node.named_children:
        if child.type == "import_prefix":
            level = module.text_of(child).count(".")
        else:
            name = _dotted(module, child)
    package = module.name.split(".")
    up = level - 1 if module.is_package else level
    kept = package[: len(package) - up] if up else package
    return ".".join([*kept, name] if name else kept)
