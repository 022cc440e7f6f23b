"""Finds literals that are given to names, in Python by its tree and elsewhere by the line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import re2
import tree_sitter

from checks.events import Node, Value
from checks.languages.python import evaluate, grammar
from checks.languages.python.context import Located
from checks.languages.python.module import Module
from checks.light import dataclass
from checks.model import Span
from checks.secrets.hosts import is_reserved_host

_MAX_LINE = 2_000
_MAX_FUNCTION = 20_000
_UNQUOTED = frozenset({"yaml", "ini", "dockerfile", "text", "toml", "shell", "hcl", "makefile"})
"""Languages whose settings may stand without quotes."""
_SETTINGS = (".env", ".properties", ".cfg", ".conf", ".ini", ".toml", ".yaml", ".yml", ".cnf",
             ".tfvars", ".envrc", ".netrc", ".npmrc", ".pypirc")  # fmt: skip
_TEMPLATES = frozenset({"example", "sample", "template", "dist", "tmpl", "tpl", "j2", "erb"})
_PROSE = frozenset({"markdown", "restructuredtext", "html", "css", "xml"})
_READ = ("readme", "changes", "changelog", "news", "history", "authors", "license", "copying")
"""How texts for people begin that have no ending of their own."""
_MANUALS = frozenset({"doc", "docs", "documentation", "man", "manual"})

_PAIR = re2.compile(
    rb"""([A-Za-z_][A-Za-z0-9_.-]+)["']?[ \t]*(?::[ \t]*string[ \t]*)?(?:=>|:=|=|:)[ \t]*"""
    rb"""(?:("[^"\\\n]+")|('[^'\\\n]+')|(`[^`\\\n]+`)|([^\s"'`#;,{}\[\]()][^\s"'`;,{}\[\]()]*))"""
)
_TEXTS = ("string", "concatenated_string")
_MAX_CALLEE = 80
_BARE = 5
"""The group of a value without quotes. A ``#`` begins a comment only where a value could begin:
within one it belongs to it (YAML 1.2.2, section 6.6; POSIX shells)."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A name and the literal that it is given."""

    name: str
    value: str
    span: Span
    """The literal's bytes, quotes included."""
    way: str = ""
    """How it is written, when not as it is: ``"in Base64"``."""
    beside_user: bool = False
    """Whether the name of a user stands beside it: in the same call, or the same pair."""


def in_python(module: Module, tells: Callable[[str], bool]) -> Iterator[Literal]:
    """Assignments, keyword arguments, defaults, entries of dicts, and comparisons by ``==``.

    Args:
        module: the file.
        tells: whether a name says something: what is given to others is not looked at.
    """
    kinds = ("assignment", "keyword_argument", "pair", "default_parameter",
             "typed_default_parameter", "comparison_operator")  # fmt: skip
    for located in module.nodes(*kinds):
        node = located.node
        if located.kind == "comparison_operator":
            pair = _compared(node)
        elif located.kind == "assignment":
            pair = (node.child_by_field_id(grammar.LEFT), node.child_by_field_id(grammar.RIGHT))
        elif located.kind == "pair":
            pair = (node.child_by_field_id(grammar.KEY), node.child_by_field_id(grammar.VALUE))
        else:
            pair = (node.child_by_field_id(grammar.NAME), node.child_by_field_id(grammar.VALUE))
        target, given = pair
        if target is None or given is None:
            continue
        through = located.kind == "keyword_argument" and given.type == "identifier"
        if not through and given.type not in _TEXTS:
            continue
        name = _name(Node(module, located.place), target)
        basic = located.kind == "comparison_operator" and _is_of_basic(located, name)
        if basic:
            name = "password"
        if not name or not tells(name):
            continue
        if through:
            given = Value(module, given, located.context).origin.node  # password=PW
            if given.type not in _TEXTS:
                continue
        constant = Value(module, given, located.context).constant
        if isinstance(constant, bytes):
            constant = constant.decode("latin-1")
        if isinstance(constant, str):
            beside = basic or (located.kind == "keyword_argument" and _has_user(located))
            yield Literal(name, constant, Span(*given.byte_range), beside_user=beside)
    yield from _pairs(module)


_USERS = frozenset({"user", "username", "login", "user_name", "usr"})
_HOSTS = ("host", "hostname", "server")
_PAIRS = frozenset({"auth", "basic_auth", "http_auth", "credentials", "creds"})
_LOGINS = frozenset({"HTTPBasicAuth", "HTTPDigestAuth", "BasicAuth", "DigestAuth", "login"})
_OF_PAIRS = (b"auth", b"cred")
"""What is in each of these names, in small letters; without any of them there is nothing to see."""
_OF_LOGINS = (b"BasicAuth", b"DigestAuth", b"login")


def may_log_in(data: bytes) -> bool:
    """Whether a text may hold a pair of a user and a password without naming either."""
    return any(one in data for one in (b"auth", b"Auth(", b".login(", b"b64decode"))


def _has_user(located: Located) -> bool:
    """Whether the call of a keyword argument is given the name of a user as a literal, too.

    Not where it is told that the other side is this very machine.
    """
    arguments = located.parent
    given: dict[str, str] = {}
    for one in [] if arguments is None else arguments.children():
        name = one.child_by_field_id(grammar.NAME) if one.type == "keyword_argument" else None
        value = one.child_by_field_id(grammar.VALUE)
        if name is not None and value is not None and value.type == "string":
            given[located.module.text_of(name).lower()] = located.module.text_of(value).strip("\"'")
    hosts = [given[one] for one in _HOSTS if one in given]
    return not _USERS.isdisjoint(given) and not any(is_reserved_host(one) for one in hosts)


def _pairs(module: Module) -> Iterator[Literal]:
    """``auth=("user", "password")``, ``HTTPBasicAuth("user", "password")``."""
    data = module.source.data
    lower = data.lower()
    speaks = any(one in lower for one in _OF_PAIRS)
    for located in module.nodes("keyword_argument", "assignment") if speaks else ():
        field = grammar.NAME if located.kind == "keyword_argument" else grammar.LEFT
        name, given = (located.node.child_by_field_id(one) for one in (
            field, grammar.VALUE if field == grammar.NAME else grammar.RIGHT))  # fmt: skip
        if name is None or given is None or given.type != "tuple":
            continue
        if module.text_of(name).rpartition(".")[2].lower() in _PAIRS:
            yield from _second(module, located, evaluate.children(given))
    speaks = any(one in data for one in _OF_LOGINS)
    for located in module.nodes("call") if speaks else ():
        function = located.node.child_by_field_id(grammar.FUNCTION)
        if function is None or function.end_byte - function.start_byte > _MAX_CALLEE:
            continue
        if module.text_of(function).rpartition(".")[2] in _LOGINS:
            yield from _second(module, located, evaluate.argument_nodes(located.node))


def _second(module: Module, located: Located, nodes: list[tree_sitter.Node]) -> Iterator[Literal]:
    """The second of two literals, the first of which names a user."""
    if len(nodes) < 2 or any(one.type not in ("string", "identifier") for one in nodes[:2]):
        return
    user, given = (Value(module, one, located.context).origin for one in nodes[:2])
    if user.node.type == "string" and given.node.type == "string":
        constant = given.constant
        if isinstance(constant, str):
            yield Literal("password", constant, Span(*given.node.byte_range), beside_user=True)


def _is_of_basic(located: Located, name: str) -> bool:
    """Whether a name is the second part of what a header of basic authentication holds.

    ``user, _, given = base64.b64decode(…).decode().partition(":")``
    """
    function = located.function
    data = located.module.source.data
    if function is None or not name.isidentifier() or b"b64decode" not in data:
        return False
    text = data[slice(*function.node.byte_range)][:_MAX_FUNCTION]
    parts = rb",\s*" + name.encode() + rb"\s*=[^\n]*\.r?(?:partition|split)\(b?[\"']:"
    return b"b64decode" in text and re2.search(parts, text) is not None


def _compared(node: tree_sitter.Node) -> tuple[tree_sitter.Node | None, tree_sitter.Node | None]:
    sides = [one for one in node.named_children if one.type != "comment"]
    operators = [one.type for one in node.children if not one.is_named]
    if len(sides) != 2 or operators != ["=="]:
        return None, None
    left, right = sides
    return (right, left) if left.type == "string" else (left, right)


def _name(located: Node, target: tree_sitter.Node) -> str:
    """``x``, ``self.x``, ``config["x"]`` and the key ``"x"`` are all called ``x``."""
    module = located.module
    if target.type == "identifier":
        return module.text_of(target)
    if target.type == "attribute":
        attribute = target.child_by_field_id(grammar.ATTRIBUTE)
        return "" if attribute is None else module.text_of(attribute)
    key: tree_sitter.Node | None = target
    if target.type == "subscript":
        key = target.child_by_field_id(grammar.SUBSCRIPT)
    constant = None if key is None else Value(module, key, located.context).constant
    return constant if isinstance(constant, str) else ""


def in_text(data: bytes, path: str, language: str, names: Iterable[int]) -> Iterator[Literal]:
    """Settings and literals of other languages, on the lines where a telling name stands.

    Args:
        data: the text.
        path: its path, whose ending says whether values may stand without quotes.
        language: as :func:`checks.languages.paths.language_of` names it.
        names: where the keywords of names stand, in order.
    """
    *folders, name = path.lower().split("/")
    if language in _PROSE or not _TEMPLATES.isdisjoint(name.split(".")):
        return
    if language == "text" and (name.startswith(_READ) or not _MANUALS.isdisjoint(folders)):
        return
    bare = name.startswith(".env") or name.endswith(_SETTINGS) or (
        language in _UNQUOTED and language not in ("text", "hcl", "toml")
    )  # fmt: skip
    done = 0
    for at in names:
        if at < done:
            continue
        start = max(data.rfind(b"\n", max(at - _MAX_LINE, 0), at) + 1, at - _MAX_LINE, done)
        end = data.find(b"\n", at, at + _MAX_LINE)
        done = at + _MAX_LINE if end < 0 else end
        for match in _PAIR.finditer(data[start:done]):
            group = next(one for one in (2, 3, 4, _BARE) if match.group(one))
            if group == _BARE and not bare:
                continue
            raw = match.group(group)
            text = raw if group == _BARE else raw[1:-1].strip()
            span = Span(start + match.start(group), start + match.end(group))
            if group == _BARE and data[span.end : span.end + 1] in (b"(", b"[", b"{"):
                continue  # a call or a template
            yield Literal(match.group(1).decode("latin-1"), text.decode("utf-8", "replace"), span)
