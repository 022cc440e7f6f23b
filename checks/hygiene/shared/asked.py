"""What a condition asks, the words around it taken off: the permission, the forbidden text."""

from __future__ import annotations

import tree_sitter

from checks.events import Module, Value
from checks.hygiene.shared.texts import names_credential, words

_ASKING = frozenset(
    {"access", "accessible", "allowed", "authenticated", "authorised", "authorized", "csrf", "perm",
     "permission", "permissions", "permitted", "perms", "signature", "trusted", "verified",
     "verify"}
)  # fmt: skip
_DANGEROUS = ("<script", "javascript:", "onerror=", "onload=", "<svg", "<iframe", "<img ")


def bare(node: tree_sitter.Node) -> tree_sitter.Node:
    """A condition without the parentheses that a formatter puts around it."""
    for _ in range(4):
        inner = [one for one in node.named_children if one.type != "comment"]
        if node.type != "parenthesized_expression" or len(inner) != 1:
            break
        node = inner[0]
    return node


def payload_of(value: Value) -> str:
    """What must not be in an output: markup that runs, or a credential."""
    text = value.constant
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    if isinstance(text, str) and any(one in text.lower() for one in _DANGEROUS):
        return "the output holds no markup that runs"
    if isinstance(text, str) and text.lower() in ("authorization", "cookie", "proxy-authorization"):
        return f"`{text}` is not sent"
    if value.node.type in ("identifier", "attribute") and names_credential(
        value.text.rpartition(".")[2]
    ):
        return f"`{value.short}` does not show"
    return ""


def answer_of(module: Module, nodes: tuple[tree_sitter.Node, ...]) -> tuple[tree_sitter.Node, bool]:
    """What is asked in ``assert not x``, ``x is False``, ``assertEqual(False, x)``; and if not."""
    off = False
    node = nodes[0]
    if len(nodes) > 1 and module.text_of(nodes[0]) in ("True", "False"):
        return nodes[1], module.text_of(nodes[0]) == "False"
    if len(nodes) > 1 and module.text_of(nodes[1]) in ("True", "False"):
        return nodes[0], module.text_of(nodes[1]) == "False"
    for _ in range(4):
        inner = [one for one in node.named_children if one.type != "comment"]
        if node.type == "not_operator" and inner:
            off, node = not off, inner[0]
        elif node.type == "parenthesized_expression" and len(inner) == 1:
            node = inner[0]
        elif node.type == "comparison_operator" and len(inner) == 2 and inner[1].type == "false":
            off, node = not off, inner[0]
        elif node.type == "comparison_operator" and len(inner) == 2 and inner[1].type == "true":
            node = inner[0]
        else:
            break
    return node, off


def asks_permission(module: Module, node: tree_sitter.Node) -> bool:
    """Whether the expression asks for a permission: ``user.has_perm("x")``, ``can_edit(page)``."""
    if node.type == "await" and node.named_children:
        node = node.named_children[0]
    target = node.child_by_field_name("function") if node.type == "call" else node
    if target is None or target.type not in ("identifier", "attribute"):
        return False
    name = words(module.text_of(target).rpartition(".")[2])
    if not name:
        return False
    return (name[0] == "can" and len(name) > 1) or not _ASKING.isdisjoint(name)
