"""Verification that a change takes away from a test: TLS switched off, checks mocked to be true."""

from __future__ import annotations

from collections.abc import Iterator

from checks.events import Call, Function, Value, calls_of
from checks.hygiene.shared.comparing import plain
from checks.hygiene.shared.tests import PATCHES, calls_of_value
from checks.hygiene.shared.texts import words
from checks.languages.python.context import Located
from checks.light import dataclass

_OFF_KEYWORDS = frozenset(
    {"verify", "ssl", "check_hostname", "verify_ssl", "ssl_verify", "verify_signature",
     "verify_certs", "validate_certs", "enforce_csrf_checks", "tls_verify"}
)  # fmt: skip
_SPELLINGS = {"ssl_verify": "ssl", "tls_verify": "ssl", "validate_certs": "ssl",
              "verify": "ssl", "verify_certs": "ssl", "verify_ssl": "ssl"}  # fmt: skip
"""Keywords by which libraries, and their versions, say the same."""
_OBJECTS = frozenset(
    {"cert", "certificate", "certificates", "csrf", "digest", "hmac", "hostname", "jwt", "mac",
     "signature", "signatures", "ssl", "tls", "webhook"}
)  # fmt: skip
_ACCESS = frozenset(
    {"access", "acl", "auth", "authenticate", "authorize", "permission", "permissions", "perm",
     "token", "policy"}
)  # fmt: skip
_CHECKING = frozenset({"verify", "check", "validate", "enforce", "verified", "valid", "match",
                       "has", "is", "ensure", "require", "assert"})  # fmt: skip
_CONTEXTS = frozenset({"ssl.SSLContext", "ssl.create_default_context", "ssl.wrap_socket"})
_WEAK_MODES = ("CERT_NONE", "VerifyMode.CERT_NONE")


@dataclass(frozen=True, slots=True)
class Removal:
    """A place in the head where verification is taken away."""

    at: Located | Value
    what: str
    """The words for it: "`verify=False`"."""


def removals(base: Function, head: Function, *, about_access: bool) -> Iterator[Removal]:
    """What of the head's function takes verification away where the base's did not.

    Args:
        base: the function before.
        head: the function now.
        about_access: whether the test is about who may do what: then a permission that is mocked
            counts, too.
    """
    yield from _switches(base, head)
    yield from _weak_modes(base, head)
    before = {target for _, target in _patched(base)}
    for at, target in _patched(head):
        if target not in before and _verifies(target, about_access=about_access):
            yield Removal(at, f"`{target.rpartition('.')[2]}`, which a mock replaces")


def _switches(base: Function, head: Function) -> Iterator[Removal]:
    """Keywords and options that switch verification off in a call that the base made with it."""
    before = list(calls_of(base.module, base.node))
    callees = {plain(one.target.text) for one in before}
    off_before = {
        (plain(one.target.text), _SPELLINGS.get(name, name))
        for one in before
        for name in _off_keywords(one)
    }
    for call in calls_of(head.module, head.node):
        callee = plain(call.target.text)
        if callee not in callees:
            continue
        for name in _off_keywords(call):
            if (callee, _SPELLINGS.get(name, name)) not in off_before:
                yield Removal(call, f"`{name}=False`")
    old = {plain(one.text) for one in base.module.within(base.node, "pair")}
    for pair in head.module.within(head.node, "pair"):
        key, value = pair.child("key"), pair.child("value")
        if key is None or value is None or value.type != "false" or plain(pair.text) in old:
            continue
        option = pair.value(key).constant
        if option in ("verify_signature", "verify_exp", "verify_aud"):
            yield Removal(pair, f"`{option}` set to false")


def _off_keywords(call: Call) -> list[str]:
    return [
        name
        for name, value in call.keywords.items()
        if name in _OFF_KEYWORDS and value.node.type == "false"
    ]


def _weak_modes(base: Function, head: Function) -> Iterator[Removal]:
    """``context.check_hostname = False`` and ``CERT_NONE`` that the base did not have.

    Said once a function: the one is seldom set without the other.
    """
    if _never_verified(base):
        return
    old = {plain(one.text) for one in base.module.within(base.node, "assignment")}
    for one in head.module.within(head.node, "assignment"):
        left, right = one.child("left"), one.child("right")
        if left is None or right is None or plain(one.text) in old or left.type != "attribute":
            continue
        name = head.module.text_of(left).rpartition(".")[2]
        value = head.module.text_of(right)
        if (name == "check_hostname" and value == "False") or (
            name == "verify_mode" and value.endswith(_WEAK_MODES)
        ):
            yield Removal(one, f"`{name} = {value}`")
            break
    text = base.module.text_of(base.node)
    for call in calls_of(head.module, head.node):
        if call.name == "ssl._create_unverified_context" and call.method not in text:
            yield Removal(call, f"`{call.method}`")


def _never_verified(function: Function) -> bool:
    """Whether a function makes contexts of TLS, and none of them that verifies from the start.

    Source: https://docs.python.org/3/library/ssl.html#ssl.SSLContext.verify_mode
    """
    made = [call for call in calls_of(function.module, function.node) if call.name in _CONTEXTS]
    return bool(made) and not any(_verifies_at_first(call) for call in made)


def _verifies_at_first(call: Call) -> bool:
    if call.name == "ssl.wrap_socket":
        return "cert_reqs" in call.keywords
    if call.name == "ssl.create_default_context":
        return "CLIENT_AUTH" not in call.text
    return "PROTOCOL_TLS_CLIENT" in call.text


def _patched(function: Function) -> list[tuple[Located | Value, str]]:
    """The dotted targets that a function, its decorators and those of its class replace."""
    found: list[tuple[Located | Value, str]] = []
    values = [*function.decorators, *(function.cls.decorators if function.cls else ())]
    candidates = [call for value in values for call in calls_of_value(value)]
    candidates += calls_of(function.module, function.node)
    for call in candidates:
        target = _target(call)
        if target:
            found.append((call, target))
    return found


def _target(call: Call) -> str:
    """What a call replaces, dotted; ``""`` when it is no patcher, or one that still checks."""
    if call.name not in PATCHES and call.method not in ("setattr", "patch", "object"):
        return ""
    if call.name not in PATCHES and (
        call.receiver is None
        or call.receiver.text.partition(".")[0] not in ("monkeypatch", "mocker", "mock", "mp")
    ):
        return ""
    arguments = call.arguments
    if not arguments or _refuses(call):
        return ""
    first = arguments[0].constant
    if isinstance(first, str):
        return first
    second = arguments[1].constant if len(arguments) > 1 else None
    return f"{arguments[0].text}.{second}" if isinstance(second, str) else ""


def _refuses(call: Call) -> bool:
    """Whether the double refuses: then the mock is how the refusal is tested."""
    if "side_effect" in call.keywords:
        return True
    for value in (call.keywords.get("return_value"), *call.arguments[1:3]):
        if value is not None and (
            value.node.type in ("false", "none")
            or value.text.rstrip().endswith((": False", ": None"))
        ):
            return True
    return False


def _verifies(target: str, *, about_access: bool) -> bool:
    parts = set(words(target.rpartition(".")[2]))
    objects = _OBJECTS | _ACCESS if about_access else _OBJECTS
    return not _CHECKING.isdisjoint(parts) and not objects.isdisjoint(parts)
