"""The check ``code-injection``: code made from data."""

from __future__ import annotations

from checks.events import Call, Flow, Node, Value, argument_nodes
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, calls, check, flows, nodes
from checks.report import Report
from checks.security.flowing import is_decided, tell
from checks.security.origins import is_open_function, is_parameter, is_request

_FILES = frozenset(
    {"open().read", "io.open().read", "codecs.open().read", "pathlib.Path().read_text",
     "pathlib.Path().open().read", "sys.stdin.read"}
)  # fmt: skip

_WHY = "Whoever can influence the value runs code with the rights of the application."
_FIX = "Read data with `ast.literal_eval` or `json.loads`, or look a function up in a dict."


@check(
    id="code-injection",
    title="Code is made from data",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=(flows("code"), calls("{eval,exec}"), nodes("exec_statement")),
    cwe=(95,),
    security=True,
)
def code_injection(event: Call | Flow | Node, report: Report) -> None:
    """A value that is not a constant is run as Python code.

    Whoever can influence the value runs code with the rights of the application.

    Why:
        `eval` and `exec` give their argument everything that the application itself may do:
        read its secrets, its database and its files, and start programs. Emptying
        `__builtins__` does not confine it.
    Bad:
        def total(request):
            return eval(request.args["formula"])
    Bad:
        def load(name):
            code = "import " + name
            exec(code)
    Good:
        import ast

        def total(request):
            return ast.literal_eval(request.args["value"])
    Good:
        ANSWER = "6 * 7"

        def answer():
            return eval(ANSWER)
    Good:
        def forward(model, batch):
            return model.eval(batch)
    Suppress:
        Where the code comes from the application itself, as in a template compiler: say so in
        the reason.
    """
    if isinstance(event, Flow):
        tell(event, report, how=" as code", why=_WHY, fix=_FIX, severity=Severity.CRITICAL)
        return
    value = _code(event)
    if value is None or value.fixed:
        return
    if isinstance(event, Call) and is_decided(event, report, "code"):
        return
    name = event.name if isinstance(event, Call) else "exec"
    confidence, surface = _judge(event, value)
    report(
        at=event,
        message=f"`{name}` runs `{value.short}`, which is not a constant.",
        why=_WHY,
        fix=_FIX,
        confidence=confidence,
        surface=surface,
    )


def _judge(event: Call | Node, value: Value) -> tuple[Confidence, Surface]:
    """How sure it is that others can influence the code, and where it is said."""
    parts = (value.origin, *value.parts)
    if any(is_request(one) for one in parts):
        return Confidence.HIGH, Surface.INLINE
    # Code that is run among names of the caller's: a function that is there to run it.
    placed = isinstance(event, Call) and _has_names(event)
    if value.built and any(is_parameter(one) for one in parts) and not placed:
        return Confidence.HIGH, Surface.INLINE
    if is_parameter(value.origin):
        quiet = placed or (isinstance(event, Call) and not is_open_function(event))
        return Confidence.MEDIUM, Surface.SUMMARY if quiet else Surface.INLINE
    if value.built:
        return Confidence.MEDIUM, Surface.SUMMARY
    # What is read from a file is most often the project's own: a version, a configuration.
    read = value.origin.callee_name
    return (Confidence.LOW if read in _FILES else Confidence.MEDIUM), Surface.SUMMARY


def _has_names(call: Call) -> bool:
    """Whether the names among which code is run are no display, but an object of the program's."""
    names = call.argument(1, "globals")
    return names is not None and names.origin.node.type != "dictionary"


def _code(event: Call | Node) -> Value | None:
    """The code that is run: what was given to ``compile`` when it was compiled before."""
    if isinstance(event, Call):
        value = event.argument(0)
    else:
        node = event.child("code")
        value = None if node is None else event.value(node)
    if value is not None and value.origin.callee_name == "compile":
        compiled = argument_nodes(value.origin.node)
        return Value(value.module, compiled[0], value.origin.context) if compiled else None
    return value
