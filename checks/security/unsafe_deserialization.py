"""The check ``unsafe-deserialization``: objects rebuilt from bytes that others may write."""

from __future__ import annotations

from checks.events import Call, Flow, Node, Value, argument_nodes
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, calls, check, flows, nodes
from checks.report import Report
from checks.secrets.masking import masked
from checks.security.flowing import is_decided, tell
from checks.security.origins import is_open_function, is_parameter, is_request, method_of
from checks.security.pickle_queues import taken_by_call, taken_by_setting

_DUMPS = frozenset({"dumps", "dump", "encode", "pickle_dumps"})
_READS = frozenset({"recv", "recv_bytes", "recvfrom", "read", "get_data", "content", "get_json"})
_NETWORK = ("urllib.request.", "requests.", "httpx.", "socket.", "aiohttp.", "websockets.")
_STORES = frozenset({"get", "hget", "lpop", "rpop", "blpop", "brpop", "getset", "fetchone"})
_OPENERS = frozenset(
    {"open", "io.open", "gzip.open", "bz2.open", "lzma.open", "pathlib.Path().open", "codecs.open"}
)
_MAX_STEPS = 24
_WHY = "Such bytes are a program: whoever writes them runs code here when they are loaded."
_FIX = "Exchange data as JSON or MessagePack, or check a signature over the bytes first."
_SETTING = frozenset({"update", "Celery", "enable_insecure_serializers"})
_SAFE_LIBRARIES = ("jsonpickle.decode", "jsonpickle.loads")


@check(
    id="unsafe-deserialization",
    title="Objects are rebuilt from bytes that others may write",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    roles=PRODUCTION_ROLES,
    on=(
        flows("pickle"),
        calls(
            "{pickle,_pickle,dill,cloudpickle}.load",
            "{pickle,_pickle,dill,cloudpickle}.loads",
            "{pickle,dill}.Unpickler().load",
            "marshal.{load,loads}",
            "shelve.open",
            "jsonpickle.{decode,loads}",
            "joblib.load",
            "pandas.read_pickle",
            "torch.load",
            "celery.Celery",
            "celery.Celery().conf.update",
            "kombu.enable_insecure_serializers",
            "*.update",
        ),
        nodes("assignment"),
    ),
    cwe=(502,),
    security=True,
)
def unsafe_deserialization(event: Call | Flow | Node, report: Report) -> None:
    """`pickle` and its kin rebuild objects from bytes, and run what the bytes say.

    How grave it is depends on where the bytes come from: a request or the network is high, a
    parameter medium, a file of the application low and told in the summary only. A copy by
    `pickle.loads(pickle.dumps(x))` is clean. Settings that let pickles into a queue of Celery, or
    into the sessions of Django, are meant, too.

    Why:
        A pickle is a program: loading one runs whatever its author put into it, with the rights
        of the application, before any check of the result.
    Bad:
        import pickle

        def profile(request):
            return pickle.loads(request.cookies["profile"])
    Bad:
        import pickle

        def receive(connection):
            return pickle.loads(connection.recv(4096))
    Good:
        import json

        def profile(request):
            return json.loads(request.cookies["profile"])
    Good:
        import pickle

        def copy(value):
            return pickle.loads(pickle.dumps(value))
    Suppress:
        Where the bytes are signed and the signature was checked before.
    """
    if isinstance(event, Flow):
        tell(
            event,
            report,
            how=", which rebuilds objects",
            why=_WHY,
            fix=_FIX,
            severity=Severity.CRITICAL,
        )
    elif isinstance(event, Node) or event.method in _SETTING:
        _look_at_setting(event, report)
    else:
        _look_at(event, report)


def _look_at_setting(event: Call | Node, report: Report) -> None:
    taken = taken_by_setting(event) if isinstance(event, Node) else taken_by_call(event)
    if taken is None:
        return
    at, what = taken
    report(
        at=at,
        message=f"{what} lets pickles in.",
        why="Whoever can write into the queue, or knows the key of the sessions, runs code here.",
        fix="Take JSON only.",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        surface=Surface.INLINE,
    )


def _look_at(call: Call, report: Report) -> None:
    """Judge a call by itself, where the flow analysis does not know the origin."""
    if call.name == "torch.load" and _is_true(call.argument(None, "weights_only")):
        return
    if call.name in _SAFE_LIBRARIES and _is_true(call.argument(None, "safe")):
        return
    data = _data(call)
    if data is None or (data.fixed and call.method == "loads") or _is_own_copy(data):
        return
    if is_decided(call, report, "pickle"):
        return
    severity, confidence, surface, where = _judge(call, data)
    report(
        at=call,
        message=f"`{call.name}` rebuilds objects from {where}.",
        why=_WHY,
        fix=_FIX,
        severity=severity,
        confidence=confidence,
        surface=surface,
    )


def _is_true(value: Value | None) -> bool:
    return value is not None and value.constant is True


def _data(call: Call) -> Value | None:
    if call.method == "load" and "Unpickler" in (call.name or ""):
        owner = None if call.receiver is None else call.receiver.origin
        nodes = [] if owner is None else argument_nodes(owner.node)
        return Value(owner.module, nodes[0], owner.context) if owner is not None and nodes else None
    return call.argument(0)


def _is_own_copy(data: Value) -> bool:
    """``loads(dumps(x))``, directly, through a name, or through a buffer that was dumped into."""
    origin = data.origin
    if origin.node.type == "call":
        if method_of(origin) in _DUMPS:
            return True
        if origin.callee_name in ("io.BytesIO", "BytesIO"):
            inner = argument_nodes(origin.node)
            if inner:
                return _is_own_copy(Value(origin.module, inner[0], origin.context))
            return True  # an empty buffer holds what this function wrote into it
    assigned = data.assignments
    return bool(assigned) and all(
        one.origin.node.type == "call" and method_of(one.origin) in _DUMPS for one in assigned
    )


def _judge(call: Call, data: Value) -> tuple[Severity, Confidence, Surface, str]:
    shown = f"`{masked(data.short)}`"
    steps = list(_steps(data))
    if any(is_request(step) for step in steps):
        return Severity.CRITICAL, Confidence.HIGH, Surface.INLINE, f"the request: {shown}"
    for step in steps:
        name = step.callee_name or step.name or ""
        method = method_of(step) if step.node.type == "call" else ""
        if name.startswith(_NETWORK) or method in ("recv", "recv_bytes", "recvfrom"):
            return Severity.HIGH, Confidence.HIGH, Surface.INLINE, f"the network: {shown}"
    for step in steps:
        if step.node.type == "call" and method_of(step) in _STORES:
            return Severity.MEDIUM, Confidence.LOW, Surface.SUMMARY, f"a store: {shown}"
    if any(is_parameter(step) for step in steps):
        is_file = any((step.callee_name or "") in _OPENERS for step in steps)
        what = "a file that the caller names" if is_file else "what the caller hands in"
        quiet = is_file or not is_open_function(call)
        surface = Surface.SUMMARY if quiet else Surface.INLINE
        return Severity.MEDIUM, Confidence.MEDIUM, surface, f"{what}: {shown}"
    return Severity.LOW, Confidence.LOW, Surface.SUMMARY, shown


def _steps(data: Value) -> list[Value]:
    """The expressions that the bytes come through, nearest first; bounded."""
    found: list[Value] = []
    queue = [data]
    for one in queue:
        if len(found) > _MAX_STEPS:
            break
        origin = one.origin
        found.append(origin)
        node = origin.node
        if origin.node is one.node and node.type == "identifier":
            queue += [assigned for assigned in one.assignments if assigned.node != node]
        if node.type == "call":
            queue += [Value(origin.module, n, origin.context) for n in argument_nodes(node)[:2]]
            function = node.child_by_field_name("function")
            owner = None if function is None else function.child_by_field_name("object")
            if owner is not None:
                queue.append(Value(origin.module, owner, origin.context))
        elif node.type in ("attribute", "subscript", "await", "parenthesized_expression"):
            queue += [
                Value(origin.module, n, origin.context)
                for n in node.named_children[:1]
                if n.type != "comment"
            ]
    return found
