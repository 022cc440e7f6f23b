"""The check ``permissive-file-mode``: files that every user of the machine may write."""

from __future__ import annotations

import stat

import re2

from checks.events import Call, Value
from checks.languages.python import grammar
from checks.languages.python.evaluate import operator_of
from checks.model import Aspect, Confidence, Edit, Severity, Surface
from checks.registry import PRODUCTION_ROLES, calls, check
from checks.report import Report
from checks.secrets.naming import words_of
from checks.security.elsewhere import seen_as
from checks.security.origins import is_parameter
from checks.security.purpose import calls_in

_MAX_DEPTH = 12
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_SECRETS = frozenset({"token", "secret", "secrets", "password", "passwd", "passphrase",
                      "credentials", "credential"})  # fmt: skip
"""Last words of the names of what nobody else may read."""
_WRITABLE = re2.compile(rb"\b0o?[0-7]*[2367]\b|\bS_IWOTH\b|\bS_IRWXO\b")
"""How a file writes a mode by which all may write."""
_DAEMON = frozenset({"setsid", "fork", "daemonize"})


@check(
    id="permissive-file-mode",
    title="Everybody on the machine may write the file",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=calls("os.{chmod,fchmod,lchmod,umask,open}", "*.chmod", "pathlib.Path().chmod"),
    cwe=(732,),
    security=True,
)
def permissive_file_mode(call: Call, report: Report) -> None:
    """A file or folder gets a mode that lets every user write, or the mask for new ones is 0.

    A folder with the sticky bit (`0o1777`, as `/tmp` has it) is clean, and so is a mask that is
    read and put back at once. What may only be read or executed is not meant, unless a secret is
    put into it.

    Why:
        Any account of the machine, that of a hacked service too, can change what this program
        reads or runs next.
    Bad:
        import os

        def publish(path):
            os.chmod(path, 0o777)
    Bad:
        import os
        import stat

        def share(path):
            os.chmod(path, stat.S_IRWXU | stat.S_IRWXG | stat.S_IWOTH)
    Good:
        import os

        def publish(path):
            os.chmod(path, 0o755)
    Good:
        import os

        def current_mask():
            mask = os.umask(0)
            os.umask(mask)
            return mask
    Suppress:
        Where the place has no other users, as in a container: say which.
    """
    if call.name == "os.umask":
        _mask(call, report)
        return
    if call.name == "os.open":
        _opened(call, report)
        return
    by_name = (call.name or "").startswith("os.")
    mode = call.argument(1 if by_name else 0, "mode")
    if mode is None and not by_name and len(call.arguments) > 1:
        mode = call.arguments[1]
    bits = None if mode is None else _bits(mode)
    asked = mode is not None and bits is None and not is_parameter(mode)
    if mode is not None and asked and _WRITABLE.search(call.module.source.data):
        place = (1 if by_name else 0, "mode")
        bits = next((one for one in seen_as(call, report, *place) if isinstance(one, int)), None)
    if mode is None or bits is None or not bits & stat.S_IWOTH or bits & stat.S_ISVTX:
        return
    report(
        at=call,
        message=f"`{mode.short}` lets every user of the machine write.",
        why="Any account, that of a hacked service too, can change what is read from it.",
        fix="Give write access to the owner only: `0o755` or `0o644`.",
        edits=[Edit(mode.span, oct(bits & ~_OTHERS_WRITE))] if mode.node.type == "integer" else [],
    )


def _opened(call: Call, report: Report) -> None:
    """``os.open(path, O_CREAT | O_WRONLY, 0o666)``: for a secret, or without a mask."""
    flags, mode = call.argument(1, "flags"), call.argument(2, "mode")
    bits = None if mode is None else _bits(mode)
    if mode is None or bits is None or flags is None or "O_CREAT" not in flags.origin.text:
        return
    if not bits & (stat.S_IROTH | stat.S_IWOTH):
        return
    near = calls_in(call.module, call.function)
    masks = [one for one in near if one.name == "os.umask" and one.span.start < call.span.start]
    mask = masks[-1].argument(0) if masks else None
    unmasked = mask is not None and mask.constant == 0 and bool(bits & stat.S_IWOTH)
    hidden = mask is not None and isinstance(mask.constant, int) and not bits & ~mask.constant & 0o6
    told = _secret_of(call)
    if hidden or (told is None and not unmasked):
        return
    report(
        at=call,
        message=f"`{mode.short}` lets every user of the machine write."
        if unmasked
        else f"`{mode.short}` lets every user of the machine read the file, which holds `{told}`.",
        why="Any account, that of a hacked service too, can read or change it.",
        fix="Give the file to its owner only: `0o600`.",
        confidence=Confidence.HIGH if unmasked else Confidence.MEDIUM,
        surface=Surface.INLINE,
        edits=[Edit(mode.span, "0o600")] if mode.node.type == "integer" else [],
    )


def _secret_of(call: Call) -> str | None:
    """The parameter of the function around that says that a secret is written."""
    function = call.function
    for one in () if function is None else function.parameters:
        words = words_of(one.name)
        if words and words[-1] in _SECRETS:
            return one.name
    return None


def _mask(call: Call, report: Report) -> None:
    value = call.argument(0)
    if value is None or value.constant != 0 or isinstance(value.constant, bool):
        return
    near = calls_in(call.module, call.function)
    again = [one for one in near if one.name == "os.umask"]
    if any(one.node.start_byte > call.node.start_byte for one in again):
        return
    daemon = any(one.method in _DAEMON for one in near)
    report(
        at=call,
        message="`os.umask(0)` lets every user write the files that are made from here on.",
        why="Any account of the machine can change them.",
        fix="Use `os.umask(0o077)`, and open up single files where it is needed.",
        confidence=Confidence.MEDIUM if daemon else Confidence.HIGH,
        surface=Surface.SUMMARY if daemon else Surface.INLINE,
    )


def _bits(value: Value, depth: int = 0) -> int | None:
    """The bits that a mode has for certain; those of a part that is not known are left out."""
    constant = value.constant
    if isinstance(constant, int) and not isinstance(constant, bool):
        return constant
    origin = value.origin
    name = origin.name or ""
    if name.startswith("stat.S_I"):
        known = getattr(stat, name.removeprefix("stat."), None)
        return known if isinstance(known, int) else None
    if origin.node.type != "binary_operator" or depth > _MAX_DEPTH:
        return None
    if operator_of(origin.node) not in ("|", "+"):
        return None
    total = 0
    for field in (grammar.LEFT, grammar.RIGHT):
        side = origin.node.child_by_field_id(field)
        part = None if side is None else Value(origin.module, side, origin.context)
        total |= (_bits(part, depth + 1) or 0) if part is not None else 0
    return total
