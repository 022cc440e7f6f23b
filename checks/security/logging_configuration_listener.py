"""The check ``logging-configuration-listener``: a socket that takes a configuration from anyone."""

from __future__ import annotations

from checks.events import Call
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, calls, check
from checks.report import Report


@check(
    id="logging-configuration-listener",
    title="Logging configuration is taken from a socket unverified",
    aspect=Aspect.INPUT,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=calls("logging.config.listen"),
    cwe=(94, 306),
    security=True,
)
def logging_configuration_listener(call: Call, report: Report) -> None:
    """`logging.config.listen` runs without a `verify` function.

    Why:
        What arrives at the socket is a configuration, and parts of a configuration are evaluated:
        every user of the machine who can connect to the port can run code as this process
        (Python's documentation of `logging.config.listen`).
    Bad:
        import logging.config

        def serve():
            listener = logging.config.listen(9999)
            listener.start()
    Good:
        import logging.config

        from app.signing import opened

        def serve():
            listener = logging.config.listen(9999, verify=opened)
            listener.start()
    Suppress:
        Where nobody else can open a connection to the port, as in a container of one process.
    """
    verify = call.argument(1, "verify")
    if (
        call.has_star
        or call.has_double_star
        or (verify is not None and verify.constant is not None)
    ):
        return
    report(
        at=call,
        message="Whatever arrives at this port becomes the logging configuration, unverified.",
        why="Parts of it are evaluated, so a local user can run code as this process.",
        fix="Pass `verify=` a function that checks a signature, or read a file on a signal.",
    )
