"""The check ``tls-old-protocol``: versions of SSL and TLS that were withdrawn."""

from __future__ import annotations

from collections.abc import Iterator

from checks.events import Function, Node, Value, calls_of
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, check, nodes
from checks.report import Report

_OLD = {
    "ssl.PROTOCOL_SSLv2": "SSL 2",
    "ssl.PROTOCOL_SSLv3": "SSL 3",
    "ssl.PROTOCOL_TLSv1": "TLS 1.0",
    "ssl.PROTOCOL_TLSv1_1": "TLS 1.1",
    "OpenSSL.SSL.SSLv2_METHOD": "SSL 2",
    "OpenSSL.SSL.SSLv3_METHOD": "SSL 3",
    "OpenSSL.SSL.TLSv1_METHOD": "TLS 1.0",
    "OpenSSL.SSL.TLSv1_1_METHOD": "TLS 1.1",
    "ssl.TLSVersion.SSLv3": "SSL 3",
    "ssl.TLSVersion.TLSv1": "TLS 1.0",
    "ssl.TLSVersion.TLSv1_1": "TLS 1.1",
    "ssl._SSLMethod.PROTOCOL_TLSv1": "TLS 1.0",
}
_OLD |= {f"py{name}": what for name, what in _OLD.items() if name.startswith("OpenSSL.")}
"""The distribution is called pyOpenSSL, and so the package is often taken to be."""
_KEYWORDS = frozenset({"ssl_version", "ssl_minimum_version", "minimum_version", "protocol",
                       "ssl_method", "method", "tls_version", "version", "ssl_protocol",
                       "sslv3"})  # fmt: skip
_MAKERS = frozenset(
    {"ssl.SSLContext", "OpenSSL.SSL.Context", "pyOpenSSL.SSL.Context", "ssl.wrap_socket"}
)


@check(
    id="tls-old-protocol",
    title="Withdrawn version of TLS",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=nodes("assignment", "keyword_argument", "argument_list", "default_parameter",
             "typed_default_parameter"),
    cwe=(326, 327),
    words=("ssl", "tls"),
    security=True,
)  # fmt: skip
def tls_old_protocol(node: Node, report: Report) -> None:
    """A connection may use SSL 2, SSL 3, TLS 1.0 or TLS 1.1, or is bound to one of them.

    Comparisons with these constants, and upper bounds, are clean: what counts is what is chosen.

    Why:
        RFC 7568 and RFC 8996 withdrew these versions: someone on the way can decrypt what is
        sent (POODLE, BEAST) or choose weak ciphers.
    Bad:
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLSv1)
    Bad:
        import ssl

        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1
    Good:
        import ssl

        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
    Good:
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    Suppress:
        Where a device speaks nothing newer: name it, and keep it in a network of its own.
    """
    chosen = _chosen(node)
    for value in () if chosen is None else (chosen, *_handed_in(node, chosen)):
        what = _OLD.get(value.name or "")
        if what is not None:
            report(
                at=value,
                message=f"`{value.short}` allows {what}, which was withdrawn.",
                why="Someone on the way can decrypt or change what is sent.",
                fix="Use `ssl.create_default_context()`, which begins with TLS 1.2.",
            )


def _handed_in(node: Node, chosen: Value) -> Iterator[Value]:
    """What calls in the file give for the parameter by which a function chooses the version."""
    function = node.function
    if function is None or function.is_method or chosen.node.type != "identifier":
        return
    names = [one.name for one in function.parameters]
    if chosen.text not in names or _is_bound(node, function, chosen.text):
        return
    if len(node.module.functions_by_name.get(function.name, ())) != 1:
        return
    for call in calls_of(node.module):
        if call.method != function.name or call.receiver is not None or call.has_star:
            continue
        given = call.argument(names.index(chosen.text), chosen.text)
        keyword = chosen.text in call.keywords and chosen.text in _KEYWORDS
        if given is not None and not keyword:  # such a keyword is looked at for itself
            yield given


def _is_bound(node: Node, function: Function, name: str) -> bool:
    """Whether the function binds the parameter anew."""
    for one in node.module.within(function.node, "assignment"):
        left = one.child("left")
        if left is not None and node.module.text_of(left) == name:
            return True
    return False


def _chosen(node: Node) -> Value | None:
    """The value by which a version is chosen here."""
    if node.kind == "argument_list":
        above = node.parent
        function = None if above is None else above.child("function")
        if above is None or function is None or above.kind != "call":
            return None
        if b"SSL" not in node.module.source.data[function.start_byte : function.end_byte].upper():
            return None
        if node.value(function).name not in _MAKERS:
            return None
        for child in node.children():
            if child.type in ("attribute", "identifier"):
                return node.value(child)
        return None
    if node.kind == "assignment":
        left, right = node.child("left"), node.child("right")
        if left is None or right is None or left.type != "attribute":
            return None
        if right.type not in ("attribute", "identifier"):
            return None
        name = node.module.text_of(left).rpartition(".")[2]
        return node.value(right) if name in ("minimum_version", "ssl_version") else None
    name_node, right = node.child("name"), node.child("value")
    if name_node is None or right is None or right.type not in ("attribute", "identifier"):
        return None
    return node.value(right) if node.module.text_of(name_node) in _KEYWORDS else None
