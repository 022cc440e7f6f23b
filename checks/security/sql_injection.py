"""The check ``sql-injection``: a statement put together from data."""

from __future__ import annotations

import re2

from checks.events import Call, Flow, Value, argument_nodes
from checks.languages.python import grammar
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, calls, check, flows
from checks.report import Report
from checks.secrets.masking import masked
from checks.security.edits.statements import parametrised
from checks.security.flowing import is_decided, sink_of, tell
from checks.security.origins import constant_text, harmless, is_parameter, is_request, method_of

_SQL = re2.compile(
    r"(?is)^[\s(]*(?:--[^\n]*\n\s*)*(?:select\b|insert\b|update\b|delete\b|replace\s+into\b"
    r"|create\s+\w|alter\s+\w|drop\s+\w|truncate\b|grant\s|revoke\s|merge\s+into\b|with\s|call\s"
    r"|exec(?:ute)?\s|pragma\s|vacuum\b|copy\s|lock\s+tables?\b|explain\s|show\s|use\s|set\s"
    r"|analyze\b|attach\s|comment\s+on\b|reindex\b|refresh\s+materialized\b|listen\s|notify\s)"
)
_INSIDE = re2.compile(
    r"(?is)\bselect\b.*\bfrom\b|\binsert\s+into\b|\bdelete\s+from\b|\bupdate\b.+\bset\b"
    r"|\bunion\s+(?:all\s+)?select\b|\bwhere\b.*[=<>]|\border\s+by\b"
)
_SENTENCE = re2.compile(r"(?i)^(?:select|update|delete|create|use|show|set|call|with|execute|copy"
                        r"|drop|insert|replace|explain|notify|listen)\s+(?:a|an|the|your|this|all"
                        r"|of|to|from the)\s")  # fmt: skip
_VALUE_PLACE = re2.compile(
    r"(?is)'%?\x00|(?:[=<>]|\blike|\bilike|\bin\s*\(|\bvalues\s*\([^()]*|\bbetween)\s*[('\"%]*\x00"
)
"""Where a value stands, not the name of a table or column: after ``=``, in quotes, in a list."""
_QUOTED = re2.compile(r"(?is)(?:'%?|%)\x00")
_DEFINES = re2.compile(
    r"(?is)^[\s(]*(?:--[^\n]*\n\s*)*(?:create|alter|drop|truncate|grant|revoke|pragma|vacuum|set"
    r"|analyze|attach|detach|comment|reindex|refresh|lock|use|show|rename|declare|begin|kill)\b"
)
"""Statements about tables, users and sessions, which take no parameters."""
_OPEN_TABLE = re2.compile(r"(?is)\b(?:from|into|update|table|join)\s+[\"`\[]?\x00")
"""The table is not said: a program that puts statements together, for any table."""
_PLACEHOLDERS = frozenset({"?", "%s", "(?)", "(%s)", "?, ", "%s, ", "?,", "%s,", ", ?", ", %s"})
_QUOTERS = ("quote", "escape", "sanitize", "sanitise", "identifier", "mogrify", "literal")
_WHY = "A quote in the value ends the text it stands in, and the rest is read as SQL."
_FIX = (
    "Put a placeholder there and pass the value as a parameter; take names of tables and "
    "columns from a fixed list."
)
_NAMING = ("sequence_name", "table_name", "column_name", "index_name", "constraint_name")
"""What makes a name of something in a database, by its own name."""
_TABLES = ("_meta", "db_table", "__tablename__", "__table__", "tablename", "fullname")


@check(
    id="sql-injection",
    title="SQL is made from data",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=(
        flows("sql"),
        calls(
            "*.{execute,executemany,executescript,raw,exec_driver_sql,mogrify,copy_expert}",
            "*.{fetch,fetchrow,fetchval,fetch_all,fetch_one,fetch_val,iterate,query,prepare,sql}",
            "*.{read_sql,read_sql_query}",
            "sqlalchemy.{text,sql.text,sql.expression.text}",
            "django.db.models.expressions.RawSQL",
            "pandas.{read_sql,read_sql_query}",
        ),
    ),
    cwe=(89,),
    security=True,
)
def sql_injection(event: Call | Flow, report: Report) -> None:
    """A statement for a database is put together from values that are not constants.

    Placeholders with parameters, numbers (`int(…)`), lists of placeholders, names that were
    quoted or looked up among constants are clean.

    Why:
        A quote in a value ends the text that it stands in, and what follows is read as SQL:
        whoever can influence the value reads, changes or deletes what the application can.
    Bad:
        def by_title(connection, title):
            query = f"SELECT * FROM books WHERE title LIKE '%{title}%'"
            return connection.execute(query).fetchall()
    Bad:
        def drop(cursor, name):
            cursor.execute("DELETE FROM users WHERE name = '%s'" % name)
    Good:
        def by_author(connection, author):
            query = "SELECT * FROM books WHERE author = ? ORDER BY title"
            return connection.execute(query, (author,)).fetchall()
    Good:
        def by_ids(cursor, ids):
            marks = ", ".join("?" * len(ids))
            return cursor.execute(f"SELECT * FROM books WHERE id IN ({marks})", ids)
    Good:
        def page(cursor, number):
            return cursor.execute(f"SELECT * FROM books LIMIT 10 OFFSET {int(number) * 10}")
    Suppress:
        Where the varying part is the name of a table or a column from the application's own
        list: say so in the reason.
    """
    if isinstance(event, Flow):
        tell(
            event,
            report,
            how=" as part of the SQL",
            why=_WHY,
            fix=_FIX,
            severity=Severity.CRITICAL,
            edits=[] if (sink := sink_of(event)) is None else parametrised(sink),
        )
    else:
        _look_at(event, report)


def _look_at(call: Call, report: Report) -> None:
    """Judge a call by itself, where the flow analysis does not know the origin."""
    statement = _statement(call)
    if statement is None or statement.fixed or not statement.built:
        return
    text = constant_text(statement)
    if not looks_like_sql(text):
        return
    varying = [part for part in statement.parts if not harmless(part, _is_harmless)]
    if not varying:
        return
    if is_decided(call, report, "sql"):
        return
    confidence, severity, surface = _judge(varying, statement, text)
    report(
        at=call,
        message=f"`{masked(varying[0].short)}` becomes part of the SQL that `{call.method}` runs.",
        why=_WHY,
        fix=_FIX,
        severity=severity,
        confidence=confidence,
        surface=surface,
        edits=parametrised(call),
    )


def looks_like_sql(text: str) -> bool:
    """Whether constant text reads as a statement, not as a sentence or another language."""
    return (_SQL.search(text) is not None or _INSIDE.search(text) is not None) and _SENTENCE.search(
        text
    ) is None


def _statement(call: Call) -> Value | None:
    for keyword in ("sql", "query", "statement", "operation", "text"):
        if (value := call.argument(0, keyword)) is not None:
            break
    if value is not None and value.origin.node.type == "call":
        inner = value.origin
        if inner.callee_name in ("sqlalchemy.text", "sqlalchemy.sql.text"):
            return None  # that call is looked at by itself
    return value


def _is_harmless(value: Value) -> bool:
    """Quoting functions, lists of placeholders, and the names that a model gives its table."""
    origin = value.origin
    if origin.node.type == "call":
        method = method_of(origin).lower()
        if any(word in method for word in _QUOTERS) or method.endswith(_NAMING):
            return True
        if method == "join":
            arguments = argument_nodes(origin.node)
            return bool(arguments) and _is_placeholders(
                Value(origin.module, arguments[0], origin.context)
            )
        return False
    if origin.node.type == "attribute":
        return any(step in _TABLES for step in origin.text.split("."))
    return _is_placeholders(origin)


def _is_placeholders(value: Value) -> bool:
    """``"?" * n``, ``["%s"] * n``, ``("?" for _ in ids)``."""
    node = value.origin.node
    inner = value.origin
    if node.type == "binary_operator":
        sides = [node.child_by_field_id(grammar.LEFT), node.child_by_field_id(grammar.RIGHT)]
        return any(
            one is not None and _repeats(Value(inner.module, one, inner.context).constant)
            for one in sides
        )
    if node.type in ("generator_expression", "list_comprehension"):
        body = node.child_by_field_id(grammar.BODY)
        return body is not None and Value(inner.module, body, inner.context).fixed
    return False


def _repeats(constant: object) -> bool:
    if isinstance(constant, (list, tuple)):
        return bool(constant) and all(_repeats(one) for one in constant)
    return isinstance(constant, str) and constant in _PLACEHOLDERS


def _with_marks(statement: Value, text: str) -> str:
    """The text with a placeholder where something harmless is put in."""
    parts = [part for part in statement.parts if not part.fixed]
    if text.count("\0") != len(parts):
        return text
    pieces = text.split("\0")
    marks = ["?" if harmless(part, _is_harmless) else "\0" for part in parts]
    return pieces[0] + "".join(mark + piece for mark, piece in zip(marks, pieces[1:], strict=True))


def _judge(
    varying: list[Value], statement: Value, text: str
) -> tuple[Confidence, Severity, Surface]:
    if any(is_request(part) for part in varying):
        return Confidence.HIGH, Severity.CRITICAL, Surface.INLINE
    given = any(is_parameter(part) for part in varying)
    marked = _with_marks(statement, text)
    quoted = given and _QUOTED.search(marked) is not None
    if (
        _VALUE_PLACE.search(marked) is not None
        and _DEFINES.search(text) is None
        and (quoted or _OPEN_TABLE.search(text) is None)
    ):
        return Confidence.HIGH, Severity.HIGH, Surface.INLINE
    # Names of tables and columns can be no parameters, and most often are the program's own.
    confidence = Confidence.MEDIUM if given else Confidence.LOW
    return confidence, Severity.MEDIUM, Surface.SUMMARY
