"""Conditions about the machine that are the same everywhere: ``sys.platform == "windows"``.

What is given, and where that is documented:

* ``sys.platform``: https://docs.python.org/3/library/sys.html#sys.platform
* ``os.name``: https://docs.python.org/3/library/os.html#os.name
* ``platform.system()``, ``platform.machine()``:
  https://docs.python.org/3/library/platform.html#platform.system
"""

from __future__ import annotations

import tree_sitter

from checks.events import UNKNOWN, Class, Function, Value, argument_nodes
from checks.hygiene.shared.conditions import bare
from checks.light import dataclass

_PLATFORMS = ("aix", "android", "atheos", "cygwin", "darwin", "dragonfly", "emscripten", "freebsd",
              "gnu", "haiku", "hp-ux", "ios", "java", "linux", "msys", "netbsd", "openbsd", "os2",
              "riscos", "sunos", "wasi", "win32", "unixware", "cli", "zos")  # fmt: skip
"""What ``sys.platform`` begins with; older versions put a number behind it."""

_GIVEN = {
    "sys.platform": _PLATFORMS,
    "os.name": ("posix", "nt", "java", "ce", "os2", "riscos"),
    "platform.system": ("Linux", "Darwin", "Java", "Windows", "iOS", "iPadOS", "Android", "AIX",
                        "CYGWIN", "DragonFly", "Emscripten", "FreeBSD", "GNU", "Haiku", "MINGW",
                        "MSYS", "NetBSD", "OpenBSD", "SunOS", "WASI"),
}  # fmt: skip
_SKIPPING = frozenset({"skipif", "skipIf", "skip_if"})
_REQUIRING = frozenset({"skipUnless", "skip_unless"})
_OF_WINDOWS = frozenset({"amd64"})
_SPELLING = frozenset({"lower", "upper", "casefold"})
_SIGNS = {("==",): True, ("!=",): False, ("in",): True, ("not", "in"): False, ("not in",): False}


@dataclass(frozen=True, slots=True)
class Fixed:
    """A condition of a skip that is the same on all machines, or on all but one kind."""

    at: Value
    asked: str
    """What is asked, as it is written."""
    value: str
    """What it is compared with."""
    skipped: bool
    """Whether the test is skipped there."""
    windows: bool
    """Whether only Windows gives the value, and others have another word for the same."""


def fixed_skip(event: Function | Class) -> Fixed | None:
    """The first skip of a test whose condition is about a machine that no one has."""
    for decorator in event.decorators:
        if decorator.node.type != "call":
            continue
        name = decorator.text.partition("(")[0].rpartition(".")[2]
        if name not in _SKIPPING and name not in _REQUIRING:
            continue
        given = argument_nodes(decorator.node)
        if not given or given[0].type == "keyword_argument":
            continue
        found = _fixed(decorator, bare(given[0]), requires=name in _REQUIRING)
        if found is not None:
            return found
    return None


def _fixed(decorator: Value, condition: tree_sitter.Node, *, requires: bool) -> Fixed | None:
    if condition.type == "call":
        return _begins(decorator, condition, requires=requires)
    if condition.type != "comparison_operator":
        return None
    sides = [one for one in condition.named_children if one.type != "comment"]
    signs = tuple(one.type for one in condition.children if not one.is_named)
    if len(sides) != 2 or signs not in _SIGNS:
        return None
    asked, other = (Value(decorator.module, one, decorator.context) for one in sides)
    values = _texts(other, several="in" in "".join(signs))
    name, respelled = _asked(asked)
    if not name or not values:
        return None
    equal = _SIGNS[signs]
    windows = name == "platform.machine" and {one.lower() for one in values} <= _OF_WINDOWS
    if not windows and any(_is_given(name, one, respelled=respelled) for one in values):
        return None
    # The comparison is false on all machines, its opposite true.
    skipped = equal if requires else not equal
    if windows and not skipped:
        return None
    return Fixed(asked, asked.short, values[0], skipped, windows)


def _begins(decorator: Value, call: tree_sitter.Node, *, requires: bool) -> Fixed | None:
    """The condition ``sys.platform.startswith("windows")``, which is never true."""
    called, given = call.child_by_field_name("function"), argument_nodes(call)
    owner = None if called is None else called.child_by_field_name("object")
    if called is None or owner is None or len(given) != 1:
        return None
    if decorator.module.text_of(called).rpartition(".")[2] != "startswith":
        return None
    asked = Value(decorator.module, owner, decorator.context)
    start = Value(decorator.module, given[0], decorator.context).constant
    name, respelled = _asked(asked)
    known = _GIVEN.get(name)
    if known is None or respelled or not isinstance(start, str) or not start:
        return None
    if any(one.startswith(start) or start.startswith(one) for one in known):
        return None
    return Fixed(asked, asked.short, start, requires, windows=False)


def _texts(other: Value, *, several: bool) -> list[str]:
    known = other.constant
    if known is UNKNOWN:
        return []
    if isinstance(known, str):
        return [] if several else [known]
    if several and isinstance(known, (tuple, list, set, frozenset)):
        return [one for one in known if isinstance(one, str)] if known else []
    return []


def _asked(value: Value) -> tuple[str, bool]:
    """What is asked of the machine, and whether its letters are made large or small."""
    node, respelled = value.node, False
    called = node.child_by_field_name("function") if node.type == "call" else None
    if called is not None and called.type == "attribute":
        owner = called.child_by_field_name("object")
        if owner is not None and value.module.text_of(called).rpartition(".")[2] in _SPELLING:
            node, respelled = owner, True
    inner = Value(value.module, node, value.context)
    name = inner.callee_name if node.type == "call" else inner.name
    known = name if name in (*_GIVEN, "platform.machine") else ""
    return known or "", respelled


def _is_given(name: str, value: str, *, respelled: bool) -> bool:
    """Whether some machine gives this, as far as is documented."""
    given = _GIVEN.get(name)
    if given is None or not value:
        return True
    if respelled:
        return any(value.lower().startswith(one.lower()) for one in given)
    return any(value.startswith(one) for one in given)
