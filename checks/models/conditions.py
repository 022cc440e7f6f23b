"""Conditions under which a call is a sink: of its other arguments, or of the text's fixed part."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import re2

from checks import ir
from checks.flow import parsers
from checks.flow.escaping import holds_objects
from checks.flow.kinds import COMMAND, NOSQL
from checks.flow.values import HOLE, NOTHING, Api, Cell, Value

if TYPE_CHECKING:
    from checks.flow.site import Site

_SQL = re2.compile(
    r"(?is)\b(?:select\b.*\bfrom\b|select\b|insert\s+into\b|delete\s+from\b|update\b.+\bset\b"
    r"|union\b|where\b|order\s+by\b|create\s+\w|alter\s+\w|drop\s+\w|replace\s+into\b|exec\b"
    r"|call\b|truncate\b|grant\b|pragma\b|with\b|values\b|and\b|or\b|limit\b|from\b|join\b)"
)
_OTHER_SQL = re2.compile(
    r"(?i)^\s*(?:set|use|show|describe|explain|vacuum|analyze|attach|detach|lock|copy|merge|refresh"
    r"|comment|listen|notify|revoke|reindex|rename|load|kill|reset|savepoint|declare|begin)\s+\S"
)
"""How statements begin whose words are common ones: the object has to be named like a database."""
_OTHER_THAN_SQL = ("tornado.httpclient.", "pandas.DataFrame()", "pandas.read_csv()",
                   "aiohttp.ClientSession()", "redis.")  # fmt: skip
"""Objects whose methods are called like those of databases."""
_DATABASE = re2.compile(
    r"(?i)conn|^c$|cur(?:sor)?s?$|db|database|session|engine|pool|trans|^tx$|sql|postgres|^pg"
    r"|client|store|repo|bigquery|^bq|warehouse|influx|clickhouse"
)
_SHELLS = frozenset(
    {
        "sh",
        "bash",
        "zsh",
        "dash",
        "ksh",
        "cmd",
        "cmd.exe",
        "powershell",
        "powershell.exe",
        "pwsh",
        "ash",
    }
)
_PLAIN = re2.compile(r"(?i)\b(?:URL|header|cookie)\b")
_RUN_FLAGS = frozenset({"-c", "-lc", "-ec", "-xc", "-ic", "/c", "/C", "-Command", "-command"})


def _is_true(value: Value | None) -> bool:
    return value is not None and value.constant is not NOTHING and bool(value.constant)


def through_shell(site: Site) -> bool:
    """``shell=True``; an argument whose value is not known is not taken for true."""
    return _is_true(site.get(None, "shell")) or _asks_for_text(site)


def _asks_for_text(site: Site) -> bool:
    """``run(command, shell=isinstance(command, str))``, where the command may be a text."""
    asked = next((one for name, one in site.node.keywords if name == "shell"), None)
    negated = isinstance(asked, ir.Unary) and asked.operator == "not"
    call = asked.operand if isinstance(asked, ir.Unary) else asked
    if not isinstance(call, ir.Call) or getattr(call.function, "id", "") != "isinstance":
        return False
    types = {
        getattr(one, "id", "")
        for wanted in call.arguments[1:]
        for one in (wanted.items if isinstance(wanted, ir.Sequence) else (wanted,))
    }
    first = site.node.arguments[0] if site.node.arguments else None
    return (
        isinstance(first, ir.Name)
        and getattr(call.arguments[0], "id", "") == first.id
        and types <= (frozenset({"list", "tuple"}) if negated else frozenset({"str"}))
        and site.tested is not None
        and bool(site.tested.taints)
    )


def runs_shell(site: Site) -> bool:
    """``["bash", "-c", text]``: the text after the flag is what varies."""
    if through_shell(site) or site.tested is None:
        return False
    items = site.items(site.tested)
    if items is None:
        # A list whose program itself comes from outside.
        return False
    if not items:
        return False
    first = items[0]
    if first.dangerous(COMMAND) and first.template is None:
        return True  # the program itself comes from outside
    name = first.template
    if name is None or name.rpartition("/")[2] not in _SHELLS:
        return False
    return any(
        isinstance(flag.constant, str) and flag.constant in _RUN_FLAGS and _is_dangerous(text)
        for flag, text in itertools.pairwise(items)
    )


def _is_dangerous(value: Value) -> bool:
    return bool(value.dangerous(COMMAND) or value.vague & COMMAND)


def program_is_open(site: Site) -> bool:
    """The program that is started comes from outside."""
    value = site.tested
    if value is None or through_shell(site):
        return False
    return not any(isinstance(one, Cell) for one in value.references)


def is_name(site: Site) -> bool:
    """The value is the name of a file, not the open file that the call would take as well."""
    value = site.tested
    return value is not None and not any(
        isinstance(one, Cell)
        or (
            isinstance(one, Api)
            and one.path.startswith(("@request.files", "@request.FILES", "@upload"))
            and not one.path.endswith(("name", "name[]"))
        )
        for one in value.references
    )


def is_sql(site: Site) -> bool:
    """The statement reads as SQL, or all of it comes from outside."""
    value = site.tested
    if value is None or site.callee.startswith(_OTHER_THAN_SQL):
        return False
    if site.callee.startswith("pandas.") and "()" in site.callee:
        return False  # a frame is asked in a language of its own
    text = value.template
    if text is None:
        return bool(value.taints) or not value.references
    if not text.replace(HOLE, "").strip():
        return True
    if _SQL.search(text[:2_000]) is not None:
        return True
    return _OTHER_SQL.search(text[:200]) is not None and _is_database(site)


def is_sql_asked(site: Site) -> bool:
    """Like :func:`is_sql`, for names of methods that many things have: ``query``, ``fetch``.

    Without SQL in the text the object must be called like a database.
    """
    value = site.tested
    if value is None or not is_sql(site):
        return False
    text = value.template
    if text is not None and text.replace(HOLE, "").strip():
        return True
    return _is_database(site)


def _is_database(site: Site) -> bool:
    """Whether the object whose method is called is named like a database."""
    function = site.node.function
    owner = function.value if isinstance(function, ir.Attribute) else function
    if isinstance(owner, ir.Call):
        owner = owner.function
    name = owner.id if isinstance(owner, ir.Name) else getattr(owner, "name", "")
    return _DATABASE.search(name) is not None


def host_is_open(site: Site) -> bool:
    """The part of an address that names the host comes from outside."""
    return site.tested is not None and _is_open(site.tested, relative=False)


def target_is_open(site: Site) -> bool:
    """An address that may lead to another site: it does not begin with a path of this one."""
    return site.tested is not None and _is_open(site.tested, relative=True)


def _is_open(value: Value, *, relative: bool) -> bool:
    text = value.template
    if text is None:
        return True
    head = text.partition(HOLE)[0]
    if HOLE not in text:
        return value.template is None or bool(value.taints and value.constant is NOTHING)
    _, found, rest = head.partition("://")
    if found:
        return "/" not in rest and "?" not in rest and "#" not in rest
    if relative and head.startswith("/"):
        return len(head) == 1 or head[1] in "/\\"
    if relative and head and head[0] in "?#":
        return False
    return not (relative and head and "/" in head) or not head


def is_html(site: Site) -> bool:
    """The answer is a page: its type is not given, or is HTML."""
    for position, name in ((1, "content_type"), (None, "mimetype"), (None, "media_type")):
        value = site.get(position if name == "content_type" else None, name)
        if value is not None:
            if value.constant is NOTHING:
                return value.template is None or "html" in (value.template or "")
            return value.constant is None or "html" in str(value.constant)
    return True


def is_html_said(site: Site) -> bool:
    """The answer is said to be a page."""
    for name in ("content_type", "mimetype", "media_type"):
        value = site.get(None, name)
        if value is not None and isinstance(value.constant, str):
            return "html" in value.constant
    headers = site.get(None, "headers")
    return any(
        isinstance(key, str) and key.lower() == "content-type" and "html" in (said.template or "")
        for one in (() if headers is None else headers.references)
        if isinstance(one, Cell)
        for key, said in site.machine.heap.get(one).fields.items()
    )


def no_safe_loader(site: Site) -> bool:
    """``yaml.load`` with a loader that makes any object."""
    loader = site.get(1, "Loader")
    if loader is None:
        return True
    paths = [one.path for one in loader.references if isinstance(one, Api)]
    return any(
        path.rpartition(".")[2]
        in ("Loader", "UnsafeLoader", "FullLoader", "CLoader", "CUnsafeLoader", "CFullLoader")
        for path in paths
    )


def allows_pickle(site: Site) -> bool:
    """``numpy.load(allow_pickle=True)``."""
    return _is_true(site.get(None, "allow_pickle"))


def parser_resolves(site: Site) -> bool:
    """A parser is given that was told to resolve external entities."""
    return parsers.given_resolves(site) is True


def lxml_resolves(site: Site) -> bool:
    """No parser is given that was told to resolve nothing."""
    return parsers.given_resolves(site) is not False


def no_filter(site: Site) -> bool:
    """An archive is unpacked without a filter for its members' names, or a choice of members."""
    if site.get(None, "filter") is not None:
        return False
    members = site.get(1, "members") if site.callee.endswith(".extractall") else None
    return (
        members is None
        or members.constant is None
        or any(isinstance(one, Api) and one.path.endswith(".getmembers()")
               for one in members.references)
    )  # fmt: skip


def no_weights_only(site: Site) -> bool:
    """``torch.load`` without ``weights_only=True``."""
    given = site.get(None, "weights_only")
    return given is None or given.constant is False


def is_query_open(site: Site) -> bool:
    """A query of MongoDB that comes from outside as a whole, or with objects as its values."""
    value = site.tested
    if value is None:
        return False
    for one in value.references:
        if isinstance(one, Cell):
            made = site.machine.heap.get(one)
            if made.keys is not None and made.keys.dangerous(NOSQL):
                return True  # whoever names the fields may name operators
            parts = list(made.fields.items())
            if made.rest is not None:
                parts.append((None, made.rest))
            return any(_is_part_open(site, key, part) for key, part in parts)
    # A text in place of an object brings no operators: an address and a header are texts.
    return not all(
        _PLAIN.search(one.source.words) is not None for one in value.dangerous(NOSQL)
    ) or bool(value.vague & NOSQL)


def _is_part_open(site: Site, key: object, part: Value) -> bool:
    """Whether a part of a query may bring operators of its own."""
    dangerous = site.machine.heap.flat(part).dangerous(NOSQL)
    if key in ("$where", "$expr", "$function") and dangerous:
        return True
    if part.text is not None:
        return False  # put together as a text: it brings no operators
    return any("body" in one.source.words or holds_objects(one) for one in dangerous)


def is_text(site: Site) -> bool:
    """The value is no object, which would be sent as JSON."""
    value = site.tested
    return value is not None and not any(isinstance(one, Cell) for one in value.references)
