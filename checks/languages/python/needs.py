"""What a module uses from others: bases, helpers, decorators, fixtures.

Only what is used counts: an import that is merely there is no reason to read a file. Pure, and
linear in the text: hostile code may hold any number of imports.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import tree_sitter

from checks.languages.python import grammar, library
from checks.languages.python.definitions import Function
from checks.languages.python.imports import Import
from checks.languages.python.index import CONFTEST, FIXTURE_DECORATORS, Index, plugins
from checks.languages.python.module import Module
from checks.languages.python.modules import stars
from checks.languages.python.names import MAX_STEPS
from checks.languages.python.values import Value
from checks.light import dataclass

BASE, FIXTURE, CALL = range(3)
"""What the need is for, the most important first."""

_MAX_CALLS = 300
"""Different functions of other files that one module calls and that are looked for."""

_MAX_CLASSES = 5_000
_MAX_FOLDERS = 8
_IDENTIFIER = grammar.kind("identifier")
_ATTRIBUTE = grammar.kind("attribute")


Tables: TypeAlias = dict[str, dict[str, Import]]
"""The imports of modules by their qualified name, by the module's path: remembered for a while."""


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a module uses from another."""

    name: str
    """Its qualified name, dotted."""
    modules: tuple[str, ...]
    """The modules that may hold it, the likely one first."""
    importer: str
    """The path of the file that imports it."""
    rank: int
    """:data:`BASE`, :data:`FIXTURE` or :data:`CALL`."""


def bases(module: Module, index: Index, tables: Tables) -> Iterator[Need]:
    """The base classes of the module's classes, and of their known bases, that are not known."""
    queue, seen = list(module.classes), set[int]()
    for cls in queue:
        if id(cls) in seen or len(seen) > _MAX_CLASSES:
            continue
        seen.add(id(cls))
        for base in cls.bases:
            if (found := index.base_class(cls, base)) is not None:
                queue.append(found)
                continue
            name = base.name
            if name is None:
                if base.node.kind_id == _IDENTIFIER:
                    yield from _through_stars(cls.module, base.text)
            elif ":" not in name and "()" not in name:
                yield from _need(cls.module, name.removesuffix("[]"), tables)


def calls(module: Module) -> Iterator[Need]:
    """The functions and classes of other files that the module calls or decorates with."""
    by_alias: dict[str, list[Import]] = {}
    for entry in module.imports:
        if entry.alias and entry.module:
            by_alias.setdefault(entry.alias, []).append(entry)
    if not by_alias:
        return
    found: dict[str, Need] = {}
    for located in module.nodes("decorator", "call"):
        node = located.node
        target = (
            node.child_by_field_id(grammar.FUNCTION) if node.type == "call" else node.named_child(0)
        )
        steps = _steps(module, target)
        for entry in by_alias.get(steps[0], ())[:2] if steps else ():
            name = ".".join([_meaning(entry), *steps[1:]])
            if name not in found:
                found[name] = Need(name, _split(entry, name), module.path, CALL)
        if len(found) >= _MAX_CALLS:
            break
    yield from found.values()


def fixtures(module: Module, index: Index) -> Iterator[Need]:
    """The fixtures that the module's tests ask for and that come from other files."""
    asked = {
        parameter.name
        for function in module.functions
        if _takes_fixtures(function)
        for parameter in function.parameters
    }
    if not asked:
        return
    yield from _passed_on(module, asked, with_stars=False)
    for path in conftests(module):
        conftest = next((one for one in index.conftests if one.path == path), None)
        if conftest is None:
            continue
        yield from _passed_on(conftest, asked, with_stars=True)
        for plugin in plugins(conftest):
            yield Need(plugin, (plugin,), path, FIXTURE)


def conftests(module: Module) -> list[str]:
    """The paths of the conftest files that hold for a module, when it has tests of pytest."""
    *folders, name = module.path.split("/")
    # Production code may well hold a function test_connection.
    if "test" not in name or not any(map(_is_pytest_test, module.functions)):
        return []
    ends = range(len(folders), max(-1, len(folders) - _MAX_FOLDERS), -1)
    return ["/".join([*folders[:end], CONFTEST]) for end in ends]


def missing(need: Need, index: Index) -> list[str]:
    """The modules that would have to be read to know what is needed; empty when it is known."""
    if index.find_class(need.name) or index.find_function(need.name):
        return []
    wanted = _unknown(need, index)
    length = need.name.count(".")
    # How much of the name is not the module: "Class.method" where a class was imported.
    tails = {max(1, length - module.count(".")) for module in need.modules}
    for passed_on in index.follow(need.name):
        if passed_on == need.name:
            continue
        parts = passed_on.split(".")
        for tail in sorted(tails):
            module = ".".join(parts[:-tail])
            if module and index.find_module(module) is None:
                wanted.append(module)
    return list(dict.fromkeys(wanted))


def _unknown(need: Need, index: Index) -> list[str]:
    known = [index.find_module(one) for one in need.modules]
    if not any(known):
        return list(need.modules)
    owner, likely = known[-1], need.modules[0]
    # from package import thing: a module of the package, unless the package defines it.
    defines = owner is None or likely.rpartition(".")[2] in owner.scope.bindings
    if known[0] is None and owner is not None and owner.is_package and not defines:
        return [likely]
    return []


def _need(importer: Module, name: str, tables: Tables) -> Iterator[Need]:
    """The need of a base class, by the longest import that leads to its name."""
    table = tables.get(importer.path)
    if table is None:
        table = tables[importer.path] = {one.qualified: one for one in importer.imports}
    prefix = name
    while prefix:
        if (entry := table.get(prefix)) is not None:
            yield Need(name, _split(entry, name), importer.path, BASE)
            return
        prefix = prefix.rpartition(".")[0]
    if (module := name.rpartition(".")[0]) and not library.is_library(name):
        yield Need(name, (module,), importer.path, BASE)


def _split(entry: Import, name: str) -> tuple[str, ...]:
    """The modules in which something of this name may stand, given the import that leads there."""
    if not entry.name:
        longer = name.startswith(entry.module + ".")
        return (entry.module if longer else name.rpartition(".")[0] or name,)
    if name == entry.qualified or entry.name[:1].isupper():
        return (entry.module,)
    return (entry.qualified, entry.module)


def _meaning(entry: Import) -> str:
    """What the bound name stands for: ``import a.b`` binds ``a``."""
    binds_top = not entry.name and entry.alias == entry.module.partition(".")[0]
    return entry.alias if binds_top else entry.qualified


def _steps(module: Module, node: tree_sitter.Node | None) -> list[str]:
    """``["a", "b", "c"]`` for ``a.b.c``; empty for anything else."""
    steps: list[str] = []
    while node is not None and len(steps) < MAX_STEPS:
        if node.kind_id == _IDENTIFIER:
            return [module.text_of(node), *reversed(steps)]
        if node.kind_id != _ATTRIBUTE:
            return []
        name = node.child_by_field_id(grammar.ATTRIBUTE)
        if name is None:
            return []
        steps.append(module.text_of(name))
        node = node.child_by_field_id(grammar.OBJECT)
    return []


def _through_stars(module: Module, name: str) -> Iterator[Need]:
    if name not in module.scope.bindings:
        for star in stars(module):
            yield Need(f"{star}.{name}", (star,), module.path, BASE)


def _passed_on(module: Module, asked: set[str], *, with_stars: bool) -> Iterator[Need]:
    """What a module imports under the name of a fixture that is asked for."""
    for entry in module.imports:
        if entry.alias in asked and entry.name:
            yield Need(entry.qualified, (entry.module,), module.path, FIXTURE)
    for star in stars(module) if with_stars else ():
        yield Need(star, (star,), module.path, FIXTURE)


def _is_pytest_test(function: Function) -> bool:
    if not function.name.startswith("test"):
        return False
    if function.context.kind == "module":
        return True
    cls = function.context.cls
    # unittest gives its methods no fixtures.
    return function.is_method and cls is not None and not any(map(_is_test_case, cls.bases))


def _is_test_case(base: Value) -> bool:
    return base.text.endswith(("TestCase", "TestBase"))


def _takes_fixtures(function: Function) -> bool:
    return _is_pytest_test(function) or function.decorated_with(*FIXTURE_DECORATORS)
