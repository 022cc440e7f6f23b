"""The check ``ldap-injection``: an LDAP filter made from data."""

from __future__ import annotations

from checks.events import Flow
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell


@check(
    id="ldap-injection",
    title="LDAP filter is made from data",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=flows("ldap"),
    cwe=(90,),
    security=True,
)
def ldap_injection(flow: Flow, report: Report) -> None:
    """Untrusted data becomes part of an LDAP filter or name without being escaped.

    `escape_filter_chars` and `filter_format` make it clean.

    Why:
        `*`, `(` and `)` in the data change what the filter asks for: a log-in without a password,
        or a list of everybody.
    Bad:
        import ldap
        from flask import Flask, request

        app = Flask(__name__)

        @app.get("/user")
        def user():
            connection = ldap.initialize("ldap://directory.example.com")
            query = f"(uid={request.args['uid']})"
            return {"found": len(connection.search_s("dc=example", ldap.SCOPE_SUBTREE, query))}
    Good:
        import ldap
        from ldap.filter import escape_filter_chars
        from flask import Flask, request

        app = Flask(__name__)

        @app.get("/user")
        def user():
            connection = ldap.initialize("ldap://directory.example.com")
            query = f"(uid={escape_filter_chars(request.args['uid'])})"
            return {"found": len(connection.search_s("dc=example", ldap.SCOPE_SUBTREE, query))}
    Suppress:
        Where the filter is meant to be written by administrators: say so in the reason.
    """
    tell(
        flow,
        report,
        how=" unescaped",
        why="`*`, `(` and `)` in the data change what the filter asks for.",
        fix="Escape the value with `ldap.filter.escape_filter_chars`.",
    )
