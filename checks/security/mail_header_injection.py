"""The check ``mail-header-injection``: line ends from outside in the headers of a mail."""

from __future__ import annotations

from checks.events import Flow
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, check, flows
from checks.report import Report
from checks.security.flowing import tell


@check(
    id="mail-header-injection",
    title="Mail header takes line ends from a request",
    aspect=Aspect.INPUT,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=flows("mail"),
    cwe=(93,),
    security=True,
)
def mail_header_injection(flow: Flow, report: Report) -> None:
    """Untrusted data reaches a header of a mail through a class that does not refuse line ends.

    `email.message.EmailMessage` and the mail of Django raise an error for them. Messages that are
    written as text take everything. `MIMEText` and its kin refuse what looks like a further header,
    but not what ends the headers: they are mentioned in the summary.

    Why:
        A line end in a subject begins a new header: `Bcc:` with a thousand addresses makes a form
        for messages to the shop a sender of spam.
    Bad:
        import smtplib
        from email.mime.text import MIMEText
        from flask import Flask, request

        app = Flask(__name__)

        @app.post("/contact")
        def contact():
            message = MIMEText("A question")
            message["Subject"] = request.form["subject"]
            smtplib.SMTP("localhost").send_message(message)
            return ""
    Bad:
        import smtplib
        from flask import Flask, request

        app = Flask(__name__)

        @app.post("/contact")
        def contact():
            text = f"Subject: {request.form['subject']}\\n\\nA question"
            smtplib.SMTP("localhost").sendmail("a@example.com", ["b@example.com"], text)
            return ""
    Good:
        import smtplib
        from email.message import EmailMessage
        from flask import Flask, request

        app = Flask(__name__)

        @app.post("/contact")
        def contact():
            message = EmailMessage()
            message["Subject"] = request.form["subject"]
            smtplib.SMTP("localhost").send_message(message)
            return ""
    Good:
        import smtplib
        from flask import Flask, request

        app = Flask(__name__)

        @app.post("/contact")
        def contact():
            text = f"Subject: A question\\n\\n{request.form['text']}"
            smtplib.SMTP("localhost").sendmail("a@example.com", ["b@example.com"], text)
            return ""
    Suppress:
        Where the version of Python refuses such headers when it writes them (3.13 and later).
    """
    written = flow.label == "text"
    tell(
        flow,
        report,
        how=" with its line ends",
        why="A line end in it adds headers: receivers, or another text."
        if written
        else "A line end in it ends the headers, and what follows is read as the text.",
        fix="Make the message with `email.message.EmailMessage`, which refuses line ends.",
        severity=Severity.MEDIUM if written else Severity.LOW,
        surface=Surface.INLINE if written else Surface.SUMMARY,
    )
