"""Fixed values (aspects 2 and 5), and built strings (aspect 3) in Go."""

from __future__ import annotations

import tree_sitter

from checks.evidence.registry import gather
from checks.hygiene.shared.texts import credential_fate, is_reserved, names_credential, url_hosts
from checks.languages.go.events import GoFileEvent
from checks.languages.go.file import GoFile
from checks.languages.go.grammar import STRINGS
from checks.model import Aspect, Role, State
from checks.registry import GO, MODULE
from checks.report import EvidenceSink

_ROLES = frozenset({Role.TEST, Role.TEST_SUPPORT, Role.EXAMPLE})
_LINES = 4
"""From how many lines on a literal is a block of data."""
_NOT_FOLLOWED = "of parts that are not followed to their source"
"""What somebody should look at: nobody says that it is harmless."""
_MAX_LITERALS = 300
_MAX_NODES = 3_000
_VARYING = frozenset({"call_expression", "func_literal", "index_expression", "slice_expression"})
_SINKS = {
    "Exec": "SQL",
    "ExecContext": "SQL",
    "Query": "SQL",
    "QueryContext": "SQL",
    "QueryRow": "SQL",
    "QueryRowContext": "SQL",
    "Command": "a program",
    "CommandContext": "a program",
}


@gather(Aspect.TEST_DATA, on=MODULE, languages=GO, roles=_ROLES)
def blocks(event: GoFileEvent, evidence: EvidenceSink) -> None:
    """Literals of several lines that hold nothing but fixed data; the outermost ones."""
    file = event.file
    end, looked = -1, 0
    for one in sorted(file.nodes("composite_literal"), key=lambda each: each.node.start_byte):
        first, last = file.lines(one.node)
        if one.node.start_byte < end or last - first + 1 < _LINES:
            continue
        looked += 1
        if looked > _MAX_LITERALS:
            return
        if not _is_fixed(file, one.node):
            continue
        end = one.node.end_byte
        hosts = url_hosts(file.text_of(one.node)[:50_000])
        fate = "with addresses of reserved hosts" if hosts and all(map(is_reserved, hosts)) else ""
        evidence.add(one, "table of literals", "tables of literals", fate)


def _is_fixed(file: GoFile, node: tree_sitter.Node) -> bool:
    stack = [node]
    for _ in range(_MAX_NODES):
        if not stack:
            return True
        one = stack.pop()
        if one.type in _VARYING:
            return False
        file.visit()
        stack.extend(one.named_children)
    return False


@gather(Aspect.CREDENTIALS, on=MODULE, languages=GO)
def credentials(event: GoFileEvent, evidence: EvidenceSink) -> None:
    """Values under a name that speaks of a credential, and where the environment is read."""
    file = event.file
    for one in file.nodes("keyed_element"):
        parts = one.children()
        if len(parts) == 2:
            key, value = parts
            _named(file, file.text_of(key).strip('"'), value, evidence)
    for one in file.nodes("const_spec", "var_spec", "short_var_declaration"):
        name = one.child("name") or one.child("left")
        values = one.child("value") or one.child("right")
        if name is not None and values is not None and len(values.named_children) == 1:
            _named(file, file.text_of(name), values.named_children[0], evidence)
    for call in file.calls():
        if call.name in ("os.Getenv", "os.LookupEnv"):
            evidence.add(call, "read of the environment", "reads of the environment")


def _named(file: GoFile, name: str, value: tree_sitter.Node, evidence: EvidenceSink) -> None:
    if value.type == "literal_element" and value.named_children:
        value = value.named_children[0]
    text = file.string(value)
    if text and len(name) <= 80 and names_credential(name):
        evidence.add(
            value,
            "literal under a credential's name",
            "literals under a credential's name",
            credential_fate(text),
        )


@gather(Aspect.INPUT, on=MODULE, languages=GO)
def built_strings(event: GoFileEvent, evidence: EvidenceSink) -> None:
    """Texts with parts that reach SQL or a program."""
    file = event.file
    for word, where in _SINKS.items():
        for call in file.calls_named(word):
            if where == "a program" and not (call.name or "").startswith("os/exec."):
                continue
            if any(_is_built(file, one) for one in call.arguments):
                evidence.add(
                    call,
                    f"built string that reaches {where}",
                    f"built strings that reach {where}",
                    _NOT_FOLLOWED,
                    state=State.NOTE,
                )


def _is_built(file: GoFile, node: tree_sitter.Node) -> bool:
    if node.type == "binary_expression":
        sides = [node.child_by_field_name(one) for one in ("left", "right")]
        operator = node.child_by_field_name("operator")
        plus = operator is not None and operator.type == "+"
        texts = [one is not None and one.type in STRINGS for one in sides]
        return plus and any(texts) and not all(texts)
    function = node.child_by_field_name("function") if node.type == "call_expression" else None
    return function is not None and file.text_of(function) == "fmt.Sprintf"
