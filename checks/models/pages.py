"""Whether an answer is a page: of what type the code says that it is, there or a line below.

The type is read where the answer is made, in the statements after it, and for Tornado in the
methods of the handler's class that set headers. An answer of which nothing is said is a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from checks import ir
from checks.flow import lookup
from checks.flow.values import Cell, LocalFunction, Value
from checks.models.conditions import is_html, is_text

if TYPE_CHECKING:
    from checks.flow.site import Site

_TYPES = frozenset({"content_type", "mimetype", "media_type"})
_HEADER = "content-type"
_HEADING = ("set_default_headers", "initialize", "prepare", "finish", "write")
"""Methods of a handler of Tornado that run for every request, or with every answer."""
_MAX_STATEMENTS = 400


def is_page(site: Site) -> bool:
    """A response is a page: neither its arguments nor the lines below give it another type."""
    return is_html(site) and not _has_header(site) and not _typed_below(site)


def is_page_appended(site: Site) -> bool:
    """What ``response.write`` adds to is a page, made in the same function with no other type."""
    function, called = site.frame.function, site.node.function
    if function is None or not isinstance(called, ir.Attribute) or not is_text(site):
        return False
    if not isinstance(called.value, ir.Name):
        return False
    name = called.value.id
    for block in _blocks(function.definition.body.lowered.block):
        for index, statement in enumerate(block):
            made = statement.value if isinstance(statement, ir.Assign) else None
            if isinstance(made, ir.Call) and _bound(statement, made) == name:
                given = [value for key, value in made.keywords if key in _TYPES]
                if any(not _is_html(one) for one in (*given, *made.arguments[1:2])):
                    return False
                return not any(_gives_type(one, name) for one in block[index + 1 :])
    return False


def is_page_made(site: Site) -> bool:
    """What ``make_response`` is given is a page: a dict or a list becomes JSON."""
    value = site.tested
    if value is None or not is_page(site):
        return False
    return not any(
        isinstance(one, Cell) and site.machine.heap.get(one).type in ("dict", "list")
        for one in value.references
    )


def says_html(site: Site) -> bool:
    """The function around says of an answer that it is HTML, which it would not be otherwise."""
    function = site.frame.function
    if function is None:
        return False
    data = site.frame.module.module.source.data
    return b"html" in data[function.definition.start : function.definition.end].lower()


def is_page_written(site: Site) -> bool:
    """What a handler of Tornado writes is a page: it sets no other type, nor does its class."""
    if not is_text(site):
        return False
    function = site.frame.function
    if function is None:
        return True
    said = list(_types_set(function.definition.body.lowered.block))
    if said:
        return any(_is_html(one) for one in said)
    cls = function.cls
    if cls is None:
        return True
    for one in lookup.lineage(site.machine, cls):
        for name in _HEADING:
            bound = one.frame.names.get(name)
            for method in () if bound is None else bound.references:
                if isinstance(method, LocalFunction):
                    said = list(_types_set(method.definition.body.lowered.block))
                    if said and not any(_is_html(value) for value in said):
                        return False
    return True


def _is_html(node: ir.Expression) -> bool:
    """Whether a type is HTML; one that is worked out is not taken for it."""
    return isinstance(node, ir.Constant) and "html" in str(node.value)


def _is_other(node: ir.Expression) -> bool:
    return isinstance(node, ir.Constant) and isinstance(node.value, str) and not _is_html(node)


def _has_header(site: Site) -> bool:
    """``headers={"Content-Type": "text/plain"}``."""
    headers = site.get(2, "headers")
    for one in () if headers is None else headers.references:
        if isinstance(one, Cell):
            for key, value in site.machine.heap.get(one).fields.items():
                if isinstance(key, str) and key.lower() == _HEADER:
                    return _is_other_text(value)
    return False


def _is_other_text(value: Value) -> bool:
    return isinstance(value.constant, str) and "html" not in value.constant


def _typed_below(site: Site) -> bool:
    """``response.mimetype = "text/plain"`` after ``response = make_response(…)``."""
    function = site.frame.function
    if function is None:
        return False
    for block in _blocks(function.definition.body.lowered.block):
        for index, statement in enumerate(block):
            name = _bound(statement, site.node)
            if name is not None:
                return any(_gives_type(one, name) for one in block[index + 1 :])
    return False


def _bound(statement: ir.Statement, made: ir.Expression) -> str | None:
    """The name that a statement binds to what a call makes."""
    if isinstance(statement, ir.Assign) and statement.value is made:
        target = statement.targets[0]
        return target.id if isinstance(target, ir.Name) else None
    return None


def _gives_type(statement: ir.Statement, name: str) -> bool:
    """Whether a statement gives the response of that name a type other than HTML."""
    if isinstance(statement, ir.Assign) and statement.value is not None:
        return _is_other(statement.value) and any(
            _is_type_of(one, name) for one in statement.targets
        )
    if not isinstance(statement, ir.Evaluate) or not isinstance(statement.value, ir.Call):
        return False
    call = statement.value
    if not isinstance(call.function, ir.Attribute) or not _is_headers(call.function.value, name):
        return False
    first = call.arguments[0] if call.arguments else None
    if isinstance(first, ir.Mapping):
        return any(key is not None and _is_header(key) and _is_other(value)
                   for key, value in first.items)  # fmt: skip
    return (
        len(call.arguments) == 2
        and first is not None
        and _is_header(first)
        and _is_other(call.arguments[1])
    )


def _is_type_of(target: ir.Expression, name: str) -> bool:
    """``response.mimetype``, ``response.headers["Content-Type"]``, ``response["Content-Type"]``."""
    if isinstance(target, ir.Attribute):
        return target.name in _TYPES and _is_name(target.value, name)
    return (
        isinstance(target, ir.Subscript)
        and _is_header(target.key)
        and (_is_headers(target.value, name) or _is_name(target.value, name))
    )


def _is_headers(node: ir.Expression, name: str) -> bool:
    return isinstance(node, ir.Attribute) and node.name == "headers" and _is_name(node.value, name)


def _is_name(node: ir.Expression, name: str) -> bool:
    return isinstance(node, ir.Name) and node.id == name


def _is_header(key: ir.Expression) -> bool:
    return isinstance(key, ir.Constant) and str(key.value).lower() == _HEADER


def _types_set(block: ir.Block) -> Iterator[ir.Expression]:
    """What ``self.set_header("Content-Type", …)`` is given anywhere in a function."""
    for one in _blocks(block):
        for statement in one:
            if isinstance(statement, ir.Evaluate) and isinstance(statement.value, ir.Call):
                call = statement.value
                if (
                    isinstance(call.function, ir.Attribute)
                    and call.function.name == "set_header"
                    and len(call.arguments) == 2
                    and _is_header(call.arguments[0])
                ):
                    yield call.arguments[1]


def _blocks(block: ir.Block) -> Iterator[ir.Block]:
    """A block and those in it, as far as is looked."""
    queue = [block]
    seen = 0
    for one in queue:
        yield one
        for statement in one:
            seen += 1
            if seen > _MAX_STATEMENTS:
                return
            queue += _inner(statement)


def _inner(statement: ir.Statement) -> list[ir.Block]:
    if isinstance(statement, ir.Branch):
        return [*(block for _, block in statement.branches), statement.otherwise]
    if isinstance(statement, (ir.Loop, ir.While)):
        return [statement.body, statement.otherwise]
    if isinstance(statement, ir.Try):
        handlers = [one.body for one in statement.handlers]
        return [statement.body, *handlers, statement.otherwise, statement.final]
    return [statement.body] if isinstance(statement, ir.With) else []
