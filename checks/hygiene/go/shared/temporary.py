"""Temporary folders of Go tests that nobody removes."""

from __future__ import annotations

from checks.hygiene.go.shared.places import holds_word
from checks.languages.go.events import GoCall
from checks.languages.go.file import GoFile
from checks.languages.go.grammar import FUNCTIONS
from checks.languages.syntax.located import Located

MAKERS = frozenset({"io/ioutil.TempDir", "os.MkdirTemp"})
"""What makes a folder that stays until somebody removes it."""
_REMOVING = ("remove", "clean", "delete", "unlink", "rmdir", "teardown", "destroy", "defer")
"""What stands in the names of functions that may remove it; lower case."""
_KEEPING = ("return_statement", "send_statement", "keyed_element", "assignment_statement")


def is_left_behind(call: GoCall, name: str) -> bool:
    """Whether a test, or a helper that is handed the test, makes a folder and forgets it.

    Not where it is returned, kept in a field, handed to what is named for removing, or made in a
    folder that has an owner of its own.
    """
    file = call.file
    parent = call.argument(0)
    if parent is None or file.text_of(parent) not in ('""', "os.TempDir()"):
        return False
    function = _top(call)
    if function is None or not _is_handed_test(file, function):
        return False
    for other in file.calls_in(function.node):
        if other.node == call.node:
            continue
        if any(word in other.method.lower() for word in _REMOVING):
            return False
        if any(file.text_of(one) in (name, f"&{name}") for one in other.arguments):
            word = other.method
            if word[:1].islower() or not (other.name or "").startswith(_HARMLESS):
                return False
    return not any(
        holds_word(file.text_of(one.node), name)
        for one in file.within(function.node, *_KEEPING)
        if one.node.start_byte > call.span.end and not _is_harmless(file, one, name)
    )


_HARMLESS = ("filepath.", "path/filepath.", "os.", "path.", "fmt.", "testing.", "io/ioutil.")
"""Packages whose functions take a path and do not remove it."""


def _is_harmless(file: GoFile, one: Located, name: str) -> bool:
    """Whether only a path below it is given a name."""
    return one.kind == "assignment_statement" and f"Join({name}" in file.text_of(one.node)


def _top(call: GoCall) -> Located | None:
    found: Located | None = None
    for above in call.ancestors():
        if above.kind in FUNCTIONS:
            found = above
    return found


def _is_handed_test(file: GoFile, function: Located) -> bool:
    listed = function.child("parameters")
    text = "" if listed is None else file.text_of(listed)
    return any(word in text for word in ("testing.T", "testing.B", "testing.TB"))
