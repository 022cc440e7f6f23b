"""Which calls write to a log."""

from __future__ import annotations

from checks.events import Call, Value
from checks.hygiene.shared.texts import words

METHODS = frozenset(
    {"critical", "debug", "error", "exception", "fatal", "info", "log", "trace", "warn", "warning"}
)
_MAKERS = ("getLogger()", "get_logger()", "getChild()", "get_task_logger()", "LoggerAdapter()",
           "logger", "bind()")  # fmt: skip
_WORDS = frozenset({"log", "logger", "logging"})


def is_log_call(call: Call) -> bool:
    """Whether the call writes to a log: of :mod:`logging`, or of what is a logger by its making.

    Where the making is not to be seen, by its name.
    """
    receiver = call.receiver
    if receiver is None or call.method not in METHODS:
        return False
    name = receiver.name
    if name is not None and (name == "logging" or name.endswith(_MAKERS)):
        return True
    last = words(receiver.text.rpartition(".")[2].partition("(")[0])
    return bool(last) and last[-1] in _WORDS and bool(call.arguments)


def message_of(call: Call) -> Value | None:
    """The message that is logged."""
    return call.argument(1 if call.method == "log" else 0, "msg")
