"""The check ``injection-shape-in-test``: SQL or a shell command that test code puts together."""

from __future__ import annotations

from checks.events import Call, Value
from checks.hygiene.shared.outside import from_outside
from checks.hygiene.shared.tests import is_replaced
from checks.languages import roles
from checks.model import Aspect, Confidence, Severity, Surface
from checks.pattern import Pattern
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report
from checks.security.origins import constant_text, harmless

_SQL = Pattern(
    r"(?is)^\W*(?:select\s.{1,600}\bfrom\b|insert\s+(?:or\s+\w+\s+)?into\s|update\s.{1,200}\bset\b|"
    r"delete\s+from\s|(?:drop|truncate)\s+table\s)"
)
_SHELLS = ("os.system", "os.popen", "subprocess.getoutput", "asyncio.create_subprocess_shell")


@check(
    id="injection-shape-in-test",
    title="SQL or a command built by string formatting in test code",
    aspect=Aspect.INPUT,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=calls("*.{execute,executemany,executescript,raw}",
             "sqlite3.connect().{execute,executemany,executescript}",
             "sqlite3.connect().cursor().{execute,executemany,executescript}", *_SHELLS,
             "subprocess.{run,call,Popen,check_call,check_output}"),
    cwe=(89, 78),
)  # fmt: skip
def injection_shape_in_test(call: Call, report: Report) -> None:
    """Test code puts a value into SQL, or into a command for a shell, by formatting strings.

    A note, no alarm: as a rule the test made the value itself. It weighs more where the value comes
    from outside, or where production code imports the helper.

    Why:
        The first value with a quote in it breaks the test, and helpers of tests are copied into
        production code, where the same line is a hole.
    Bad:
        # file: tests/helpers.py
        def delete_row(db, row_id):
            db.execute("DELETE FROM t WHERE id=%s" % row_id)
    Good:
        # file: tests/helpers.py
        def delete_row(db, row_id):
            db.execute("DELETE FROM t WHERE id=?", (row_id,))
    Good:
        # file: tests/test_search.py
        def test_search(client):
            assert client.get("/search", {"q": "' OR 1=1 --"}).json() == []
    Suppress:
        Where the formatting is what is tested.
    """
    text = _interpreted(call)
    if text is None or not text.built or text.fixed:
        return
    if all(harmless(part, _never) for part in text.parts):
        return
    if is_replaced(call, report.index, call.method):
        return
    source = next((found for part in text.parts if (found := from_outside(part))), "")
    weight, confidence = Severity.INFO, Confidence.MEDIUM
    why = "The first value with a quote in it breaks the test, and such helpers are copied."
    if source:
        weight = Severity.MEDIUM
        why = f"`{source}` comes from outside the test."
    elif _ships(call, report):
        weight = Severity.MEDIUM
        why = "Production code of this change imports this module."
    report(
        at=call,
        message=f"`{call.target.short}` takes a text that is put together with "
        f"`{text.parts[0].short}`.",
        why=why,
        fix="Pass the value as a parameter, or the command as a list.",
        severity=weight,
        confidence=confidence,
    )


def _never(_value: Value) -> bool:
    return False


def _interpreted(call: Call) -> Value | None:
    """The SQL or the command of a shell that the call takes."""
    name = call.name or ""
    if name.startswith("subprocess.") and name not in _SHELLS:
        shell = call.argument(None, "shell")
        return call.argument(0, "args") if shell is not None and shell.constant is True else None
    first = call.argument(0)
    if name in _SHELLS or first is None:
        return first
    if first.callee_name in (
        "sqlalchemy.text",
        "sqlalchemy.sql.text",
        "sqlalchemy.sql.expression.text",
    ):
        node = first.node.child_by_field_name("arguments")
        inner = [] if node is None else node.named_children
        if inner:
            first = Value(first.module, inner[0], first.context)
    return first if first.built and _SQL.search(constant_text(first)) else None


def _ships(call: Call, report: Report) -> bool:
    """Whether a production module of the change imports this one."""
    name = call.module.name
    return any(
        name in one.imported_modules
        and not roles.decide(one.path, one.imported_names, report.settings).role.is_test_code
        for one in report.index.users
    )
