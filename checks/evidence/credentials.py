"""Aspect 2, credentials and configuration: fixed values, and why they are harmless."""

from __future__ import annotations

from collections.abc import Iterator

from checks.events import Call, ModuleEvent, Node, Value
from checks.evidence.registry import gather
from checks.hygiene.shared.texts import credential_fate, is_made_up, is_uuid, names_credential
from checks.languages.python.context import Located
from checks.model import Aspect, State
from checks.registry import MODULE, calls, nodes
from checks.report import EvidenceSink

_MAX_TEXT = 120
_UUID_BYTES = 38
"""A UUID between quotes."""

_ENVIRONMENT = ("os.getenv", "os.environ.get", "os.environ.pop", "environ.get")
_OVERRIDES = frozenset(
    {"config_override", "configure", "flags", "modify_settings", "override", "override_config",
     "override_settings", "set_config", "set_default", "set_flags", "set_override", "setenv"}
)  # fmt: skip
_RANDOM = "long and random-looking"
_TEXTS = ("string", "concatenated_string")


@gather(Aspect.CREDENTIALS, on=MODULE)
def constants(event: ModuleEvent, evidence: EvidenceSink) -> None:
    """Constants of the module and of its classes with a short fixed value."""
    module = event.module
    noun, plural = "constant", "constants"
    for one in module.nodes("assignment"):
        if one.function is not None or one.context.kind not in ("module", "class_definition"):
            continue
        left, right = one.child("left"), one.child("right")
        if left is None or right is None or left.type != "identifier":
            continue
        name = module.text_of(left)
        if not name.isupper() or module.lines(right).start != module.lines(right).end:
            continue
        known = one.value(right).constant
        if right.type in ("identifier", "attribute") or isinstance(known, bool):
            continue
        if isinstance(known, str) and names_credential(name):
            continue  # spoken of as a credential
        if isinstance(known, (int, float)):
            evidence.add(one, f"{noun} with a number", f"{plural} with a number")
        elif isinstance(known, str) and len(known) <= _MAX_TEXT:
            evidence.add(one, f"{noun} with a plain text", f"{plural} with a plain text")


@gather(Aspect.CREDENTIALS, on=calls(*(f"*.{name}" for name in sorted(_OVERRIDES))))
def overrides(call: Call, evidence: EvidenceSink) -> None:
    """Settings that a test replaces by fixed values."""
    _override(call, evidence)


@gather(
    Aspect.CREDENTIALS,
    on=calls("django.test.{override_settings,modify_settings}",
             "django.test.utils.{override_settings,modify_settings}"),
)  # fmt: skip
def django_overrides(call: Call, evidence: EvidenceSink) -> None:
    """Django's settings, replaced for a test."""
    _override(call, evidence)


def _override(call: Call, evidence: EvidenceSink) -> None:
    if not evidence.role.is_test_code:
        return
    values = [*call.arguments, *call.keywords.values()]
    if not values or not any(one.constant is not None for one in values):
        return
    fate = "with fixed values" if all(one.fixed for one in values) else "with values of the test"
    evidence.add(call, "setting replaced for the test", "settings replaced for the test", fate)


@gather(Aspect.CREDENTIALS, on=calls(*_ENVIRONMENT))
def environment(call: Call, evidence: EvidenceSink) -> None:
    """What is read from the environment."""
    evidence.add(call, "value read from the environment", "values read from the environment")


@gather(Aspect.CREDENTIALS, on=nodes("subscript"))
def environment_items(node: Node, evidence: EvidenceSink) -> None:
    """``os.environ["NAME"]``, read or set."""
    owner = node.child("value")
    if owner is None or node.value(owner).name != "os.environ":
        return
    above = node.parent
    left = None if above is None or above.kind != "assignment" else above.child("left")
    if left is not None and left == node.node:
        evidence.add(node, "environment variable set", "environment variables set")
    else:
        evidence.add(node, "value read from the environment", "values read from the environment")


@gather(Aspect.CREDENTIALS, on=nodes("string"))
def identifiers(node: Node, evidence: EvidenceSink) -> None:
    """UUIDs that stand alone as a text."""
    start, end = node.node.byte_range
    if not _UUID_BYTES <= end - start < _UUID_BYTES + 8:
        return
    text = node.value().constant
    if isinstance(text, str) and is_uuid(text):
        fate = "typed by hand" if is_made_up(text) else "no credential"
        evidence.add(node, "fixed uuid", "fixed uuids", fate)


@gather(Aspect.CREDENTIALS, on=nodes("assignment", "keyword_argument", "pair", "default_parameter",
                                     "typed_default_parameter"))  # fmt: skip
def named_credentials(node: Node, evidence: EvidenceSink) -> None:
    """Literals under a name that speaks of a credential."""
    for name, value in _named(node):
        if not names_credential(name):
            continue
        text = value.constant
        if not isinstance(text, str):
            continue
        fate = credential_fate(text)
        state = State.NOTE if fate == _RANDOM else State.CLEAN
        evidence.add(node, "literal named like a credential", "literals named like credentials",
                     fate, state=state)  # fmt: skip


def _named(node: Located) -> Iterator[tuple[str, Value]]:
    """The name and the literal of ``name="text"`` in any form."""
    if node.kind == "pair":
        key, value = node.child("key"), node.child("value")
        if value is None or value.type not in _TEXTS:
            return
        known = None if key is None else node.value(key).constant
        if isinstance(known, str):
            yield known[:80], node.value(value)
        return
    value = node.child("right") or node.child("value")
    if value is None or value.type not in _TEXTS:
        return
    left = node.child("left") or node.child("name")
    if left is None or left.type not in ("identifier", "attribute", "subscript"):
        return
    if left.type == "subscript":
        index = left.child_by_field_name("subscript")
        known = None if index is None else node.value(index).constant
        name = known if isinstance(known, str) else ""
    else:
        name = node.module.text_of(left).rpartition(".")[2]
    yield name[:80], node.value(value)
