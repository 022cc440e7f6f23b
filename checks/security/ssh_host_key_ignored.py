"""The check ``ssh-host-key-ignored``: SSH connections to a host that nobody identifies."""

from __future__ import annotations

from checks.events import Call, Node, Value
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, calls, check, nodes
from checks.report import Report
from checks.security.elsewhere import seen_as
from checks.security.tls_options import STARTING, words_of_command

_POLICIES = frozenset(
    f"paramiko.{module}{name}"
    for module in ("", "client.")
    for name in ("AutoAddPolicy", "WarningPolicy")
)


@check(
    id="ssh-host-key-ignored",
    title="SSH host key is not verified",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=(
        calls(
            "*.set_missing_host_key_policy",
            "asyncssh.{connect,connect_ssh,create_connection,tunnel}",
            "asyncssh.SSHClientConnectionOptions",
            *STARTING,
        ),
        nodes("assignment"),
    ),
    cwe=(295, 322),
    security=True,
    words=("hostkeys", "disable_known_hosts"),
)
def ssh_host_key_ignored(event: Call | Node, report: Report) -> None:
    """An SSH client accepts whatever key the other side shows.

    Paramiko's `AutoAddPolicy` and `WarningPolicy`, asyncssh with `known_hosts=None`, pysftp with
    `hostkeys = None`, Fabric's `disable_known_hosts`, and `ssh` and `scp` that are started with
    `StrictHostKeyChecking=no`.

    Why:
        The host key is the only proof of whom one talks to. Without it anyone on the way reads
        the password, the commands and the files.
    Bad:
        import paramiko

        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    Bad:
        import asyncssh

        async def run(host):
            async with asyncssh.connect(host, known_hosts=None) as connection:
                await connection.run("uptime")
    Good:
        import paramiko

        client = paramiko.SSHClient()
        client.load_system_host_keys()
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
    Good:
        import asyncssh

        async def run(host, hosts_file):
            async with asyncssh.connect(host, known_hosts=hosts_file) as connection:
                await connection.run("uptime")
    Suppress:
        Where the host was made a moment ago and its key cannot be known yet.
    """
    value = _by_call(event) if isinstance(event, Call) else _by_assignment(event)
    if value is None and isinstance(event, Call):
        value = _by_policy(event, report)
    if value is None:
        return
    what = value if isinstance(value, str) else value.short
    report(
        at=event,
        message=f"`{what}` accepts any host key.",
        why="Anyone on the way can pose as the host and read what is sent.",
        fix="Load the known hosts, and reject a key that is not among them.",
    )


def _by_call(call: Call) -> Value | str | None:
    if call.method == "set_missing_host_key_policy":
        policy = call.argument(0, "policy")
        if policy is None:
            return None
        origin = policy.origin
        return policy if (origin.callee_name or origin.name) in _POLICIES else None
    if (call.name or "").startswith(("subprocess.", "asyncio.")):
        return _by_command(call)
    known = call.argument(None, "known_hosts")
    return known if known is not None and known.constant is None else None


def _by_policy(call: Call, report: Report) -> str | None:
    """A policy that comes from elsewhere: a table, a default, another function."""
    if call.method != "set_missing_host_key_policy":
        return None
    for one in seen_as(call, report, 0, "policy"):
        path = str(one).removeprefix("@").removesuffix("()")
        if path in _POLICIES:
            return path
    return None


def _by_command(call: Call) -> str | None:
    """``ssh -o StrictHostKeyChecking=no host``, and the same for programs that start ``ssh``."""
    for word in words_of_command(call):
        name, _, given = word.removeprefix("-o").strip("\"' ").partition("=")
        if name.lower() == "stricthostkeychecking" and given.lower() in ("no", "off"):
            return f"{name}={given}"
    return None


def _by_assignment(event: Node) -> Value | None:
    left, right = event.child("left"), event.child("right")
    if left is None or right is None or left.type != "attribute":
        return None
    name = event.module.text_of(left).rpartition(".")[2]
    if name not in ("hostkeys", "disable_known_hosts"):
        return None
    owner = left.child_by_field_name("object")
    known = "" if owner is None else event.value(owner).name or ""
    value = event.value(right)
    if name == "hostkeys":
        return event.value(left) if known == "pysftp.CnOpts()" and value.constant is None else None
    if known in ("fabric.api.env", "fabric.state.env") and value.constant is True:
        return event.value(left)
    return None
