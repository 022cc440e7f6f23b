"""The check ``slow-regular-expression``: patterns that a short text keeps busy for years."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from checks.events import Call, Flow, Value, calls_of
from checks.flow.results import Reach
from checks.model import Aspect, Confidence, Severity, Surface
from checks.regex.characters import Flag
from checks.regex.slow import Slow, exponential, polynomial
from checks.regex.syntax import FLAGS
from checks.registry import PRODUCTION_ROLES, calls, check, flows
from checks.report import Report
from checks.security.flowing import tell

_FUNCTIONS = "{compile,match,search,fullmatch,findall,finditer,sub,subn,split}"
_VALIDATORS: Final = frozenset({"django.urls.re_path", "django.conf.urls.url",
                                "django.core.validators.RegexValidator",
                                "django.forms.RegexField", "wtforms.validators.Regexp",
                                "wtforms.validators.regexp"})  # fmt: skip
_FLAGS_AT: Final = {"compile": 1, "sub": 4, "subn": 4, "split": 3}
_BITS: Final = {2: Flag.IGNORECASE, 8: Flag.MULTILINE, 16: Flag.DOTALL, 64: Flag.VERBOSE,
                256: Flag.ASCII, 4: Flag.NONE, 32: Flag.NONE, 128: Flag.NONE}  # fmt: skip
_ANCHORED: Final = frozenset({"match", "fullmatch"})
_MAX_USES: Final = 40
_POWERS: Final = {2: "quadratic", 3: "cubic"}
_FIX = "Let the parts of the repetition begin with different characters, or limit the length first."


@check(
    id="slow-regular-expression",
    title="Pattern takes exponential time",
    aspect=Aspect.INPUT,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=(calls(f"re.{_FUNCTIONS}", *sorted(_VALIDATORS)), flows("match")),
    cwe=(1333,),
    security=True,
)
def slow_regular_expression(event: Call | Flow, report: Report) -> None:
    """A pattern can match one text in so many ways that a failing match tries for years.

    The pattern is read as `re` reads it, a text is made that is slow for it, and the work is
    counted: what is reported was seen to grow. Patterns whose work grows with the square of the
    text or faster are reported where data from outside is matched with them.

    Why:
        `re` tries every way before it gives up. A field of forty characters keeps a worker busy
        until it is killed, and a few requests stop the service.
    Bad:
        import re

        NAME = re.compile(r"^(\\w+\\s?)*$")

        def is_name(text):
            return NAME.match(text) is not None
    Bad:
        import re
        from django.http import JsonResponse

        def valid(request):
            found = re.fullmatch(r"([a-z]+[.-]?)+", request.GET["host"])
            return JsonResponse({"valid": found is not None})
    Good:
        import re

        NAME = re.compile(r"^\\w+(?:\\s\\w+)*$")

        def is_name(text):
            return NAME.match(text) is not None
    Good:
        import re

        NAME = re.compile(r"^(?>\\w+\\s?)*$")

        def is_name(text):
            return NAME.match(text) is not None
    Suppress:
        Where the text is the program's own, or short by construction: say so in the reason.
    """
    if isinstance(event, Flow):
        _followed(event, report)
        return
    found = _read(event)
    if found is None or report.expired():
        return
    text, flags, is_text = found
    slow = exponential(text, flags, whole=True, unicode=is_text)
    if slow is not None and not _is_whole(event):
        # A match of a beginning fails less often than one of a whole text.
        slow = exponential(text, flags, unicode=is_text)
    if slow is None:
        return
    if event.method != "compile" and report.reach(event, "match") is Reach.CLEAN:
        return
    flow = next(_flows_to(event, report), None)
    remote = flow is not None or event.name in _VALIDATORS
    words = "is matched with a pattern that takes" if flow is not None else ""
    source = "" if flow is None else f"{flow.source[:1].upper()}{flow.source[1:]} "
    report(
        at=event,
        message=f"{source}{words or 'The pattern takes'} exponential time for {_shown(slow)}.",
        why="A text of this kind keeps the process busy until it is killed.",
        fix=_FIX,
        severity=Severity.HIGH if remote else Severity.MEDIUM,
        confidence=Confidence.HIGH if remote else Confidence.MEDIUM,
        trace=() if flow is None else flow.trace,
    )


def _followed(flow: Flow, report: Report) -> None:
    """Data from outside and a pattern whose work grows with a power of its length."""
    if not flow.here or report.module is None:
        return
    call = next((one for one in calls_of(report.module) if one.span == flow.span), None)
    made = None if call is None else _made(call)
    found = None if made is None else _read(made)
    if call is None or found is None:
        return
    text, flags, is_text = found
    whole = call.method == "fullmatch"
    if exponential(text, flags, whole=whole, unicode=is_text) is not None:
        return
    search = call.method not in _ANCHORED
    slow = polynomial(text, flags, whole=whole, search=search, unicode=is_text)
    if slow is None:
        return
    grave = slow.degree > 2
    power = _POWERS.get(slow.degree, "more than cubic")
    tell(
        flow,
        report,
        how=f", whose pattern takes {power} time for {_shown(slow, 20_000)}",
        why="A long text of this kind keeps the process busy for minutes.",
        fix="Limit the length of the text before it is matched, or anchor the pattern.",
        severity=Severity.MEDIUM if grave else Severity.LOW,
        surface=Surface.INLINE if grave else Surface.SUMMARY,
    )


def _made(call: Call) -> Call | None:
    """The call that a pattern stands in: ``re.compile`` for a method of what it returned."""
    if (call.name or "").startswith("re.compile()."):
        if call.receiver is None:
            return None
        origin = call.receiver.origin
        for one in calls_of(call.module):
            if one.name == "re.compile" and one.span == origin.span:
                return one
        return None
    return call


def _read(call: Call) -> tuple[str, Flag, bool] | None:
    """The pattern of a call, its flags, and whether it is a text; ``None`` when not known."""
    name = "regex" if call.name in _VALIDATORS else "pattern"
    pattern = call.argument(0, name)
    known = None if pattern is None else pattern.constant
    if not isinstance(known, (str, bytes)) or call.has_star or call.has_double_star:
        return None
    text = known if isinstance(known, str) else known.decode("latin-1")
    given = None
    if call.name not in _VALIDATORS:
        given = call.argument(_FLAGS_AT.get(call.method, 2), "flags")
    flags = Flag.NONE if given is None else _flags(given)
    return None if flags is None else (text, flags, isinstance(known, str))


def _flags(value: Value) -> Flag | None:
    """The flags that an expression names; ``None`` when one is not known."""
    known = value.constant
    if isinstance(known, int):
        found = Flag.NONE
        for bit, flag in _BITS.items():
            if known & bit:
                found |= flag
        return found
    found = Flag.NONE
    for part in value.origin.text[:200].strip("()").split("|"):
        one = FLAGS.get(part.strip().rpartition(".")[2])
        if one is None:
            return None
        found |= one
    return found


def _is_whole(call: Call) -> bool:
    """Whether the pattern is used to match whole texts only."""
    if call.method == "fullmatch":
        return True
    uses = [one.method for one in _uses(call)]
    return bool(uses) and all(one == "fullmatch" for one in uses)


def _uses(call: Call) -> Iterator[Call]:
    """The calls of methods of a compiled pattern, by the name that it is assigned to."""
    if call.method != "compile" or not call.assigned_to:
        return
    name = call.assigned_to.rpartition(".")[2]
    count = 0
    for one in calls_of(call.module):
        if one.receiver is not None and one.receiver.text.rpartition(".")[2] == name:
            yield one
            count += 1
            if count >= _MAX_USES:
                return


def _flows_to(call: Call, report: Report) -> Iterator[Flow]:
    """The flows of data from outside into matches with the pattern."""
    for one in (call, *_uses(call)):
        flow = report.flow(one, "match")
        if flow is not None:
            yield flow


def _shown(slow: Slow, times: int = 40) -> str:
    """The attack as an expression, short and escaped."""
    prefix, pump = slow.prefix, slow.pump
    if len(set(prefix + pump)) == 1:
        prefix = ""
    if len(set(pump)) == 1:
        pump = pump[0]
    parts = [ascii(prefix[:40])] if prefix else []
    parts.append(f"{pump[:40]!a} * {times}")
    if slow.suffix:
        parts.append(ascii(slow.suffix))
    return "`" + " + ".join(parts).replace("`", "'") + "`"
