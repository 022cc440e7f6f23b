"""What a test changes inside a setting, and what it replaces on each of several shared classes.

pytest-django's ``settings`` and Django's ``override_settings`` put back the settings themselves:
https://pytest-django.readthedocs.io/en/latest/helpers.html#settings. A dictionary or a list that a
setting holds is the same one before and after, with what a test has put into it.
"""

from __future__ import annotations

import tree_sitter

from checks.events import Call, Function
from checks.hygiene.shared.mutations import CHANGING
from checks.languages.python.context import Located
from checks.languages.python.scopes import Bound

_SETTINGS = "django.conf.settings"
_FIXTURE = "settings"
_MAX_DEPTH = 6
INSIDE = tuple(f"*.{one}" for one in sorted(CHANGING))
"""Calls that change a list or a dictionary in place."""


def changed_inside(event: Located) -> str:
    """``settings.CACHES``, where what this setting holds is changed and not the setting itself.

    ``settings.CACHES["default"]["TIMEOUT"] = 1``, ``settings.APPS.append("x")``,
    ``settings.APPS += ["x"]``. A setting that the same function gave a value of its own is not
    meant.
    """
    holder = _holder(event)
    if holder is None or holder.type != "attribute":
        return ""
    text = event.module.text_of(holder)
    root, _, name = text.partition(".")
    function = event.function
    if function is None or not name.isupper() or not name.isidentifier():
        return ""
    if not is_fixture_of_settings(event, root) and not _is_imported(event, holder):
        return ""
    return "" if _is_replaced_before(event, function, text) else text


def _holder(event: Located) -> tree_sitter.Node | None:
    """What is changed, the parts of it that are named left out: ``settings.CACHES``."""
    if isinstance(event, Call):
        receiver = event.receiver
        if receiver is None or event.method not in CHANGING:
            return None
        node = receiver.node
    else:
        left = event.child("left")
        if left is None:
            return None
        if left.type != "subscript":
            return left if event.kind == "augmented_assignment" else None
        node = left
    for _ in range(_MAX_DEPTH):
        if node.type != "subscript":
            break
        inner = node.child_by_field_name("value")
        if inner is None:
            return None
        node = inner
    return node


def is_fixture_of_settings(event: Located, root: str) -> bool:
    """Whether the name is that of pytest-django's fixture, which the test asks for."""
    function = event.function
    return (
        root == _FIXTURE
        and function is not None
        and any(one.name == root for one in function.parameters)
    )


def _is_imported(event: Located, holder: tree_sitter.Node) -> bool:
    owner = holder.child_by_field_name("object")
    return owner is not None and event.value(owner).name == _SETTINGS


def _is_replaced_before(event: Located, function: Function, text: str) -> bool:
    """Whether the test gave the setting a value of its own, or may have: through a helper."""
    for one in function.own("assignment"):
        left = one.child("left")
        if (
            left is not None
            and one.node.start_byte < event.node.start_byte
            and function.module.text_of(left) == text
        ):
            return True
    name = text.rpartition(".")[2]
    around = [*function.decorators, *event.entered()]
    return any(f"{name}=" in one.text for one in around)


def shared_by_loop(event: Located, left: tree_sitter.Node) -> str:
    """``klass.client``, replaced on each of what a list of the module or of an import holds.

    ``for klass in CLASSES: klass.client = mock.Mock()``
    """
    owner, right = left.child_by_field_name("object"), event.child("right")
    if owner is None or right is None or owner.type != "identifier":
        return ""
    made = event.value(right).callee_name or ""
    if right.type != "lambda" and not made.startswith(("unittest.mock.", "mock.")):
        return ""
    name = event.module.text_of(owner)
    for loop in event.enclosing("for_statement"):
        target, source = (loop.node.child_by_field_name(one) for one in ("left", "right"))
        if target is None or source is None or event.module.text_of(target) != name:
            continue
        if source.type != "identifier":
            return ""
        held = event.module.text_of(source)
        scope = event.context.scope.find(held)
        shared = scope is not None and (
            scope.kind == "module" or all(one.how is Bound.IMPORT for one in scope.bindings[held])
        )
        return event.module.text_of(left) if shared else ""
    return ""
