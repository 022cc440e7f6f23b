"""Fixed values (aspects 2 and 5), and built strings (aspect 3) in JavaScript."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.evidence.registry import gather
from checks.hygiene.shared.texts import credential_fate, is_reserved, names_credential, url_hosts
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.syntax.located import Located
from checks.model import Aspect, Role, State
from checks.registry import JAVASCRIPT, MODULE
from checks.report import EvidenceSink

_ROLES = frozenset({Role.TEST, Role.TEST_SUPPORT, Role.EXAMPLE})
_LINES = 4
"""From how many lines on a literal is a block of data."""
_NOT_FOLLOWED = "of parts that are not followed to their source"
"""What somebody should look at: nobody says that it is harmless."""

_FIXED = frozenset(
    {
        "array",
        "false",
        "null",
        "number",
        "object",
        "pair",
        "string",
        "string_fragment",
        "property_identifier",
        "true",
        "undefined",
        "unary_expression",
        "comment",
        "escape_sequence",
        "template_string",
        "regex",
        "regex_pattern",
        "regex_flags",
    }
)
_MAX_NODES = 3_000
_MAX_LITERALS = 300
"""Literals of several lines that are looked into."""
_SINKS = {
    "query": "SQL",
    "execute": "SQL",
    "raw": "SQL",
    "exec": "a shell",
    "execSync": "a shell",
    "insertAdjacentHTML": "HTML",
    "eval": "an interpreter",
    "Function": "an interpreter",
}


@gather(Aspect.TEST_DATA, on=MODULE, languages=JAVASCRIPT, roles=_ROLES)
def blocks(event: JsFileEvent, evidence: EvidenceSink) -> None:
    """Literals of several lines that hold nothing but fixed data; the outermost ones."""
    file = event.file
    end, looked = -1, 0
    found = [*file.nodes("object", "array", "template_string")]
    for one in sorted(found, key=lambda place: place.node.start_byte):
        if one.node.start_byte < end:
            continue
        first, last = file.lines(one.node)
        if last - first + 1 < _LINES:
            continue
        looked += 1
        if looked > _MAX_LITERALS:
            return
        if not _is_fixed(file, one.node):
            continue
        end = one.node.end_byte
        hosts = url_hosts(file.text_of(one.node)[:50_000])
        fate = "with addresses of reserved hosts" if hosts and all(map(is_reserved, hosts)) else ""
        if one.kind == "template_string":
            evidence.add(one, "block of text", "blocks of text", fate)
        else:
            evidence.add(one, "table of literals", "tables of literals", fate)


def _is_fixed(file: JavaScriptFile, node: tree_sitter.Node) -> bool:
    stack = [node]
    for _ in range(_MAX_NODES):
        if not stack:
            return True
        one = stack.pop()
        if one.type not in _FIXED:
            return False
        file.visit()
        stack.extend(one.named_children)
    return False


@gather(Aspect.CREDENTIALS, on=MODULE, languages=JAVASCRIPT)
def credentials(event: JsFileEvent, evidence: EvidenceSink) -> None:
    """Values under a name that speaks of a credential, and where the environment is read."""
    file = event.file
    for one, name, value in _named_texts(file):
        if names_credential(name):
            evidence.add(
                one,
                "literal under a credential's name",
                "literals under a credential's name",
                credential_fate(value),
            )
    for one in file.nodes("member_expression"):
        owner = one.child("object")
        if owner is not None and file.text_of(owner) == "process.env":
            evidence.add(one, "read of the environment", "reads of the environment")


def _named_texts(file: JavaScriptFile) -> Iterator[tuple[Located, str, str]]:
    for kind, left, right in (
        ("pair", "key", "value"),
        ("variable_declarator", "name", "value"),
        ("assignment_expression", "left", "right"),
    ):
        for one in file.nodes(kind):
            name, value = one.child(left), one.child(right)
            text = None if value is None else file.string(value)
            if name is not None and text:
                yield one, file.text_of(name).strip("'\"").rpartition(".")[2], text


@gather(Aspect.INPUT, on=MODULE, languages=JAVASCRIPT)
def built_strings(event: JsFileEvent, evidence: EvidenceSink) -> None:
    """Templates with parts that reach SQL, HTML, a shell or an interpreter."""
    file = event.file
    for word, where in _SINKS.items():
        for call in file.calls_named(word):
            built = next((one for one in call.arguments if _is_built(one)), None)
            if built is not None and _is_sink(call, word):
                evidence.add(
                    call,
                    f"built string that reaches {where}",
                    f"built strings that reach {where}",
                    _NOT_FOLLOWED,
                    state=State.NOTE,
                )
    for one in file.nodes("assignment_expression"):
        left, right = one.child("left"), one.child("right")
        if left is None or right is None or not _is_built(right):
            continue
        if file.text_of(left).endswith(("innerHTML", "outerHTML")):
            evidence.add(
                one,
                "built string that reaches HTML",
                "built strings that reach HTML",
                _NOT_FOLLOWED,
                state=State.NOTE,
            )


def _is_built(node: tree_sitter.Node) -> bool:
    if node.type == "template_string":
        return any(one.type == "template_substitution" for one in node.named_children)
    return (
        node.type == "binary_expression" and node.child_count == 3 and node.children[1].type == "+"
    )


def _is_sink(call: JsCall, word: str) -> bool:
    """Whether a call with such a name is one: ``regexp.exec(…)`` is not."""
    if word in ("exec", "execSync"):
        return (call.name or "").startswith("child_process.")
    return call.receiver is not None or word in ("eval", "Function")
