"""Queues and sessions that are told to take pickles: settings of Celery, kombu and Django.

Reads, judges nothing: what the check on unsafe deserialisation asks of calls and assignments.
"""

from __future__ import annotations

from checks.events import Call, Node, Value
from checks.security.cookies import is_development

_ACCEPT = frozenset({"accept_content", "result_accept_content", "CELERY_ACCEPT_CONTENT",
                     "CELERY_RESULT_ACCEPT_CONTENT"})  # fmt: skip
_SESSIONS = "SESSION_SERIALIZER"
_PICKLES = frozenset({"pickle", "application/x-python-serialize", "application/x-pickle"})
_INSECURE = "kombu.enable_insecure_serializers"


def taken_by_call(call: Call) -> tuple[Value | Call, str] | None:
    """Where a call says that pickles are taken, in the words of the code."""
    if call.name == _INSECURE:
        given = call.argument(0, "choices")
        constant = ("pickle",) if given is None else given.constant
        return (call, f"`{_INSECURE}`") if _holds_pickle(constant) else None
    receiver = "" if call.receiver is None else call.receiver.text[-40:]
    if call.method == "update" and not receiver.endswith(("conf", "config")):
        return None
    entries: dict[str, Value] = dict(call.keywords)
    if call.method == "update" and call.arguments:
        entries |= {str(key): one for key, one in (call.arguments[0].mapping or {}).items()}
    for name, value in entries.items():
        if name in _ACCEPT and _holds_pickle(value.constant):
            return value, f"`{name}`"
    return None


def taken_by_setting(event: Node) -> tuple[Node, str] | None:
    """``CELERY_ACCEPT_CONTENT = ["pickle"]``, ``app.conf.accept_content = ["pickle"]``."""
    left, right = event.child("left"), event.child("right")
    if left is None or right is None or left.end_byte - left.start_byte > 80:
        return None
    text = event.module.text_of(left)
    name = text.rpartition(".")[2]
    if name not in _ACCEPT and name != _SESSIONS:
        return None
    if left.type == "attribute" and not text.rpartition(".")[0].endswith(("conf", "config")):
        return None
    if event.function is not None or is_development(event.module.path):
        return None
    constant = event.value(right).constant
    if name == _SESSIONS:
        found = isinstance(constant, str) and constant.endswith("PickleSerializer")
    else:
        found = _holds_pickle(constant)
    return (event, f"`{text}`") if found else None


def _holds_pickle(constant: object) -> bool:
    if not isinstance(constant, (list, tuple, frozenset)):
        return False
    return any(isinstance(one, str) and one.lower() in _PICKLES for one in constant)
