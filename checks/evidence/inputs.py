"""Aspect 3, input handling: built strings, and what reaches SQL, HTML, a shell, an interpreter."""

from __future__ import annotations

from collections.abc import Iterator

from checks.events import Call, ModuleEvent, Value, as_call
from checks.evidence.registry import gather
from checks.hygiene.shared.assertions import is_assertion
from checks.hygiene.shared.logs import is_log_call
from checks.languages.python.context import Located
from checks.languages.python.module import Module
from checks.model import Aspect
from checks.pattern import Pattern
from checks.registry import MODULE, calls
from checks.report import EvidenceSink

_SQL = Pattern(
    r"(?is)^\W*(?:select\b.{1,400}|insert\s+(?:or\s+\w+\s+)?into|update\s+\S+\s+set|delete\s+from|"
    r"(?:create|drop|alter|truncate)\s+(?:temp\w*\s+|unique\s+)?(?:table|index|view|database|trigger)|"
    r"with\s+\w+\s+as\s*\(|pragma\s|begin\b|commit\b|rollback\b|explain\s)"
)
_SQL_ALONE = Pattern(
    r"(?is)^\W*(?:select\s.{1,400}\sfrom\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|"
    r"(?:create|drop|alter)\s+(?:table|index|view)\s)"
)
_QUERIES = ("execute", "executemany", "executescript", "raw", "fetch", "fetchrow", "fetchval")
_COMMANDS = ("subprocess.{run,call,Popen,check_call,check_output,getoutput,getstatusoutput}",
             "os.{system,popen}",
             "asyncio.{create_subprocess_exec,create_subprocess_shell}")  # fmt: skip
_SHELLS = frozenset(
    {"asyncio.create_subprocess_shell", "os.popen", "os.system", "subprocess.getoutput",
     "subprocess.getstatusoutput"}
)  # fmt: skip
_MARKUP = ("markupsafe.Markup", "flask.Markup", "django.utils.safestring.mark_safe",
           "flask.render_template_string", "django.utils.html.format_html")  # fmt: skip
_INTERPRETERS = ("eval", "exec", "pickle.loads", "pickle.load", "marshal.loads", "yaml.load",
                 "yaml.unsafe_load", "yaml.full_load")  # fmt: skip
_PARSERS = ("json.{load,loads}", "yaml.{safe_load,safe_load_all}", "tomllib.{load,loads}",
            "ast.literal_eval")  # fmt: skip
_MESSAGES = frozenset({"print", "warnings.warn", "click.echo", "sys.exit", "pytest.skip"})
_SINKS = frozenset({*_QUERIES, "Popen", "call", "check_call", "check_output", "getoutput",
                    "getstatusoutput", "popen", "run", "system"})  # fmt: skip
_FORMAT = frozenset({"format"})
_MAX_SINKS = 500


@gather(Aspect.INPUT, on=MODULE)
def built_strings(event: ModuleEvent, evidence: EvidenceSink) -> None:
    """Formatted strings, apart from the messages of logs, errors and assertions."""
    dangerous = _starts_of_sinks(event)
    for located in _built(event):
        if located.node.start_byte in dangerous or _is_message(located):
            continue
        evidence.add(located, "formatted string", "formatted strings", _reads_like(located))


def _reads_like(located: Located) -> str:
    """What a formatted string is by its text, where no call in sight takes it."""
    text = located.text[:600].lstrip("rbfuRBFU'\"(\\\n ").lower()
    if _SQL_ALONE.search(text):
        return "of SQL, not seen to be run here"
    if text.startswith("<") and text[1:2].isalpha():
        return "of markup"
    return "not put into SQL, HTML or a shell"


def _built(event: ModuleEvent) -> Iterator[Located]:
    """``"…" % x``, f-strings with something in them, and ``"…".format(x)``."""
    module = event.module
    for located in module.nodes("binary_operator"):
        left = located.child("left")
        operator = located.child("operator")
        if left is None or operator is None or module.text_of(operator) != "%":
            continue
        if left.type in ("string", "concatenated_string") and _varies(located):
            yield located
    for located in _interpolated(module):
        above = located.parent
        if above is not None and above.kind == "concatenated_string":
            continue
        if _varies(located):
            yield located
    for located in module.nodes("concatenated_string"):
        above = located.parent
        formats = above is not None and above.kind in ("binary_operator", "attribute")
        if not formats and _varies(located):
            yield located
    for call in event.calls_of_words(_FORMAT):
        if call.receiver is not None:
            receiver = call.receiver.node.type
            if receiver in ("string", "concatenated_string") and _varies(call):
                yield call


def _interpolated(module: Module) -> Iterator[Located]:
    """The f-strings with something in them, in order."""
    seen: set[int] = set()
    for located in module.nodes("interpolation"):
        text = located.parent
        if text is not None and text.kind == "string" and text.node.id not in seen:
            seen.add(text.node.id)
            yield text


def _varies(located: Located) -> bool:
    return bool(located.value().parts)


def _is_message(located: Located) -> bool:
    """Whether the text is for people: a log, a raised error, an assertion, a ``__repr__``."""
    function = located.function
    if function is not None and function.name in ("__repr__", "__str__", "__format__"):
        return True
    for one in located.ancestors():
        if one.kind in ("raise_statement", "assert_statement"):
            return True
        if one.kind in ("block", "module", "interpolation"):
            return one.kind == "interpolation"
        call = as_call(one)
        if call is not None and (
            is_assertion(call)
            or is_log_call(call)
            or call.name in _MESSAGES
            or (call.name or "").endswith(("Error", "Exception", "Warning"))
        ):
            return True
    return False


def _starts_of_sinks(event: ModuleEvent) -> set[int]:
    """Where the strings begin that reach a sink: the sinks speak of them themselves."""
    starts: set[int] = set()
    for call in event.calls_of_words(_SINKS):
        value = call.argument(0, "args")
        if value is not None:
            starts.update((value.node.start_byte, value.origin.node.start_byte))
            starts.update(one.node.start_byte for one in value.assignments)
            if len(starts) > _MAX_SINKS:
                break
    return starts


@gather(Aspect.INPUT, on=calls(*(f"*.{name}" for name in _QUERIES)))
def queries(call: Call, evidence: EvidenceSink) -> None:
    """SQL statements, by how values get into them."""
    value = call.argument(0)
    if value is None:
        return
    known = value.constant
    text = known if isinstance(known, str) else value.origin.text.lstrip("rbfuRBFU'\"(\n ")
    if not _SQL.search(text[:600]):
        return
    if value.built:
        fate = "put together from parts"
    elif len(call.arguments) > 1 or call.keywords:
        fate = "with bound parameters"
    else:
        fate = "of fixed text"
    evidence.add(call, "SQL statement", "SQL statements", fate)


@gather(Aspect.INPUT, on=calls(*_COMMANDS))
def commands(call: Call, evidence: EvidenceSink) -> None:
    """Programs that are started, with or without a shell."""
    value = call.argument(0, "args")
    if value is None:
        return
    shell = call.keywords.get("shell")
    in_shell = call.name in _SHELLS or (shell is not None and shell.constant is not False)
    if not in_shell:
        fate = "without a shell"
    else:
        fate = "through a shell, of fixed text" if value.fixed else "through a shell, not fixed"
    evidence.add(call, "command", "commands", fate)


@gather(Aspect.INPUT, on=calls(*_MARKUP))
def markup(call: Call, evidence: EvidenceSink) -> None:
    """Text that is declared to be safe HTML."""
    value = call.argument(0)
    fate = "of fixed text" if value is not None and value.fixed else "not fixed"
    if call.name == "django.utils.html.format_html":
        fate = "escaped by `format_html`"
    evidence.add(call, "HTML text", "HTML texts", fate)


@gather(Aspect.INPUT, on=calls(*_INTERPRETERS))
def interpreters(call: Call, evidence: EvidenceSink) -> None:
    """What runs or rebuilds what it reads."""
    value = call.argument(0)
    fixed = value is not None and value.fixed
    noun = f"call of `{call.name}`"
    evidence.add(call, noun, noun.replace("call", "calls", 1),
                 "on fixed text" if fixed else _round_trip(value))  # fmt: skip


def _round_trip(value: Value | None) -> str:
    origin = None if value is None else value.origin.callee_name
    return (
        "on what the code itself wrote"
        if origin in ("pickle.dumps", "marshal.dumps")
        else ("on a value that varies")
    )


@gather(Aspect.INPUT, on=calls(*_PARSERS))
def parsers(call: Call, evidence: EvidenceSink) -> None:
    """Documents that are read without running anything."""
    evidence.add(call, "document read", "documents read", f"by `{call.name}`")
