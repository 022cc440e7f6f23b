"""Passwords on the command lines of ``curl``, ``wget`` and ``sshpass``, wherever those are written.

In a script, a step of a workflow, a Dockerfile, a page of documentation, a list of arguments.
Sources: https://curl.se/docs/manpage.html#-u and https://manpages.debian.org/sshpass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import re2

from checks.model import Span
from checks.secrets.hosts import host_of, is_internal_host, is_reserved_host
from checks.secrets.special import Address, is_password

_MAX_COMMAND = 1_000
"""Bytes of one command that are looked at."""
_NAMES = re2.compile(rb"(?i)^(?:curl|wget|sshpass)(?:\.exe)?[\"']?[\s,]")
_GAP = rb"(?:=|[\"']?[\s,]+[\"']?|)[\"']?"
_USER = re2.compile(
    rb"[\s\"'](?:--user|--proxy-user|-[a-zA-Z]*[uU])"
    + _GAP
    + rb"([^\s:\"'$]{1,80}):([^\s\"'`|&<>\\,]{3,200})"
)
_PASSWORD = re2.compile(
    rb"[\s\"'](?:--(?:http-|proxy-)?password)" + _GAP + rb"([^\s\"'`|&<>\\,]{3,200})"
)
_GIVEN = re2.compile(rb"[\s\"']-p" + _GAP + rb"([^\s\"'`|&<>\\,]{3,200})")
_ADDRESS = re2.compile(rb"[a-z]+://[^\s\"'`|&<>\\,]+")


def logins(data: bytes, places: Iterable[int], *, drawn: bool) -> Iterator[Address]:
    """The passwords in the commands whose names stand at some places, in order; one a line."""
    done = 0
    for at in places:
        if at < done or not _is_name(data, at):
            continue
        command = _command(data, at)
        done = at + len(command)
        found = _login(command, at, drawn=drawn)
        if found is not None:
            yield found


def _is_name(data: bytes, at: int) -> bool:
    before = data[at - 1 : at] if at else b""
    return not (before and (before.isalnum() or before in b"_.-")) and (
        _NAMES.match(data[at : at + 20]) is not None
    )


def _login(command: bytes, at: int, *, drawn: bool) -> Address | None:
    """The password of a command that begins at ``at``; judged as that of an address."""
    name = command[:4].lower()
    user = _USER.search(command) if name == b"curl" else None
    if user is not None:
        who, span = user.group(1).decode("latin-1"), user.span(2)
    else:
        found = (_GIVEN if name == b"sshp" else _PASSWORD).search(command)
        if found is None or name == b"curl":
            return None
        who, span = "", found.span(1)
    password = command[slice(*span)].decode("latin-1")
    address = _ADDRESS.search(command)
    host = "" if address is None else host_of(address.group(0).decode("latin-1")) or ""
    if host and is_reserved_host(host) and not is_internal_host(host):
        return None
    if password == who or password.startswith("//") or not is_password(password, drawn=drawn):
        return None
    return Address(Span(at + span[0], at + span[1]), host, password)


def _command(data: bytes, at: int) -> bytes:
    """The command from its name on: to the end of the line, and on where a backslash ends that."""
    end = at
    limit = at + _MAX_COMMAND
    while end < limit:
        end = data.find(b"\n", end, limit)
        if end < 0:
            return data[at:limit]
        if not data[at:end].rstrip(b" \t\r").endswith((b"\\", b"^")):
            return data[at:end]
        end += 1
    return data[at:limit]
