"""Hosts of addresses: which of them lead nowhere but to the machine itself or to an example."""

from __future__ import annotations

_LOOPBACK = frozenset(
    {"localhost", "::1", "0.0.0.0", "::", "host.docker.internal", "ip6-localhost"}  # noqa: S104
)
_LOCAL_ENDINGS = (".localhost", ".local", ".localdomain", ".internal", ".lan", ".home.arpa")
_EXAMPLE_ENDINGS = (".test", ".invalid", ".example", "example.com", "example.org", "example.net",
                    "example.edu")  # fmt: skip
_DOCUMENTATION_NETS = ("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:")


def host_of(url: str) -> str | None:
    """The host of an absolute address in lower case, without user, port and brackets."""
    scheme, separator, rest = url.partition("://")
    if not separator or not scheme:
        return None
    authority = rest.partition("/")[0].partition("?")[0].partition("#")[0]
    host = authority.rpartition("@")[2]
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


def is_reserved_host(host: str, *, documentation: bool = True) -> bool:
    """Whether a host is not one of the public network.

    Args:
        host: a name or an address.
        documentation: whether the names and networks that are set aside for documentation and
            tests count too (RFC 2606, RFC 6761, RFC 5737, RFC 3849).

    Loopback and private networks (RFC 1918, RFC 6890), names without a dot and local names always
    count.
    """
    host = host.strip(".").lower()
    if not host or host in _LOOPBACK or host.endswith(_LOCAL_ENDINGS):
        return True
    if "." not in host and ":" not in host:
        return True
    if host.startswith(("127.", "10.", "192.168.", "169.254.", "fe80:", "fc", "fd")) and (
        host[-1:].isdigit() or ":" in host
    ):
        return True
    if host.startswith("172."):
        second = host.split(".")[1]
        return second.isdigit() and 16 <= int(second) <= 31
    if not documentation:
        return False
    names = tuple(one for one in _EXAMPLE_ENDINGS)
    return host.startswith(_DOCUMENTATION_NETS) or any(
        host == one.lstrip(".") or host.endswith("." + one.lstrip(".")) for one in names
    )


def is_internal_host(host: str) -> bool:
    """Whether a host is one of somebody's own network: real, though nobody else reaches it."""
    host = host.strip(".").lower()
    if (
        host in _LOOPBACK
        or host.startswith("127.")
        or host.endswith((".localhost", ".localdomain"))
    ):
        return False
    return "." in host and is_reserved_host(host) and not _is_example(host)


def _is_example(host: str) -> bool:
    return not is_reserved_host(host, documentation=False)
