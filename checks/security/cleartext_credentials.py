"""The check ``cleartext-credentials``: passwords that are sent without encryption."""

from __future__ import annotations

from checks.events import Call, Value, argument_nodes
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, calls, check
from checks.report import Report
from checks.secrets.hosts import host_of, is_reserved_host
from checks.security.origins import constant_text

_VERBS = "get,post,put,patch,delete,head,options,request"
_STARTS = {
    "smtplib.SMTP": ("starttls",),
    "imaplib.IMAP4": ("starttls",),
    "poplib.POP3": ("stls",),
}
"""Clients that begin in clear, and the method that begins the encryption."""
_ANONYMOUS = ("", "anonymous", "ftp", None)


@check(
    id="cleartext-credentials",
    title="Password sent without encryption",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    roles=PRODUCTION_ROLES,
    on=calls(
        "ftplib.FTP",
        "ftplib.FTP().login",
        "telnetlib.Telnet",
        "smtplib.SMTP().login",
        "imaplib.IMAP4().login",
        "poplib.POP3().pass_",
        f"requests.{{{_VERBS}}}",
        f"requests.Session().{{{_VERBS}}}",
        f"httpx.{{{_VERBS}}}",
    ),
    cwe=(319, 523),
    security=True,
)
def cleartext_credentials(call: Call, report: Report) -> None:
    """A program logs in over a connection that is not encrypted.

    FTP with a password, Telnet, mail servers without STARTTLS before the login, and `auth=` to an
    address that begins with `http://`. The machine itself, private networks and names that are
    reserved for examples are clean, and so is anonymous FTP.

    Why:
        Everyone on the way reads the user's name and the password, and can use them.
    Bad:
        import ftplib

        def fetch(user, password):
            with ftplib.FTP("ftp.acme.io", user, password) as ftp:
                return ftp.nlst()
    Bad:
        import smtplib

        def send(user, password, message):
            with smtplib.SMTP("mail.acme.io", 587) as smtp:
                smtp.login(user, password)
                smtp.send_message(message)
    Good:
        import smtplib
        import ssl

        def send(user, password, message):
            with smtplib.SMTP("mail.acme.io", 587) as smtp:
                smtp.starttls(context=ssl.create_default_context())
                smtp.login(user, password)
                smtp.send_message(message)
    Good:
        import ftplib

        def fetch():
            with ftplib.FTP("ftp.acme.io") as ftp:
                ftp.login()
                return ftp.nlst()
    Suppress:
        Where the connection runs inside an encrypted tunnel.
    """
    name = call.name or ""
    if name == "telnetlib.Telnet":
        host = call.argument(0, "host")
        if host is not None and not _is_near(host):
            _say(call, report, "Telnet sends everything, passwords too, in clear", "Use SSH.")
    elif name == "ftplib.FTP":
        if _has_password(call, 1, 2) and not _is_near(call.argument(0, "host")):
            _say(call, report, "FTP sends the password in clear", "Use `ftplib.FTP_TLS` or SFTP.")
    elif name == "ftplib.FTP().login":
        if _has_password(call, 0, 1) and not _is_near(_host_of_client(call)):
            _say(call, report, "FTP sends the password in clear", "Use `ftplib.FTP_TLS` or SFTP.")
    elif name.startswith(("requests.", "httpx.")):
        _by_url(call, report)
    else:
        client = name.partition("()")[0]
        if not _is_encrypted(call, _STARTS[client]) and not _is_near(_host_of_client(call)):
            (start,) = _STARTS[client]
            _say(
                call,
                report,
                f"`{call.target.short}` comes before any `{start}`: the password goes in clear",
                f"Call `{start}(context=…)` before, or use `{client}_SSL`.",
            )


def _has_password(call: Call, user: int, password: int) -> bool:
    name, secret = call.argument(user, "user"), call.argument(password, "passwd")
    return secret is not None and (name is None or name.constant not in _ANONYMOUS)


def _host_of_client(call: Call) -> Value | None:
    """The host that the client behind a method was made with, if that can be seen."""
    client = (call.name or "").partition("()")[0]
    candidates = [*call.entered(), *(() if call.receiver is None else (call.receiver.origin,))]
    made = next((one for one in candidates if one.callee_name == client), None)
    if made is None:
        return None
    for node in argument_nodes(made.node):
        if node.type == "keyword_argument":
            keyword, value = node.child_by_field_name("name"), node.child_by_field_name("value")
            if keyword is not None and value is not None and call.module.text_of(keyword) == "host":
                return Value(made.module, value, made.context)
        else:
            return Value(made.module, node, made.context)
    return None


def _is_near(host: Value | None) -> bool:
    """Whether a host is known, and no machine of the public network."""
    name = None if host is None else host.constant
    return isinstance(name, str) and is_reserved_host(name)


def _is_encrypted(call: Call, starts: tuple[str, ...]) -> bool:
    """Whether the encryption begins somewhere in the same function, or may have begun before."""
    function = call.function
    receiver = call.receiver
    if receiver is None or "." in receiver.text:
        # An attribute: another method may have begun it.
        return True
    node = call.module.tree.root_node if function is None else function.node
    for one in call.module.within(node, "call"):
        target = one.child("function")
        if target is not None and call.module.text_of(target).endswith(starts):
            return True
    return False


def _by_url(call: Call, report: Report) -> None:
    auth = call.argument(None, "auth")
    if auth is None or auth.constant is None:
        return
    url = call.argument(1 if call.method == "request" else 0, "url")
    text = "" if url is None else constant_text(url)
    host = host_of(text)
    if not text.lower().startswith("http://") or host is None or is_reserved_host(host):
        return
    # A host that only begins here may go on as any other.
    if "." not in host or (url is not None and url.constant != text and text.count("/") < 3):
        return
    _say(call, report, f"`auth=` goes to `http://{host[:60]}` in clear", "Use `https://`.")


def _say(call: Call, report: Report, what: str, fix: str) -> None:
    report(
        at=call,
        message=f"{what}.",
        why="Everyone on the way can read it and use it.",
        fix=fix,
    )
