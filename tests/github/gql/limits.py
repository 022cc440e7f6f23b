"""GitHub's limits on documents: bounds on every connection, and at most 500,000 nodes.

https://docs.github.com/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from tests.github.state import Json

NODES_MAX = 500_000
PAGE_MAX = 100


def problem(
    schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]
) -> Json | None:
    """The error that GitHub answers to a document that asks without bounds or for too much."""
    walk = _Walk(schema, document, variables)
    total = 0
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            root = schema.get_root_type(definition.operation)
            assert root is not None
            total += walk.nodes(definition.selection_set, root, 1)
    if walk.found is None and total > NODES_MAX:
        message = (
            f"This query requests up to {total:,} possible nodes which exceeds the maximum "
            f"limit of {NODES_MAX:,}."
        )
        return {"type": "MAX_NODE_LIMIT_EXCEEDED", "message": message}
    return walk.found


class _Walk:
    """Counts the nodes that a selection may return, and notes the first problem."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]
    ) -> None:
        self.found: Json | None = None
        self._schema = schema
        self._variables = variables
        self._fragments = {
            one.name.value: one
            for one in document.definitions
            if isinstance(one, FragmentDefinitionNode)
        }

    def nodes(self, selections: SelectionSetNode | None, parent: Any, times: int) -> int:
        total = 0
        for one in selections.selections if selections else ():
            if isinstance(one, FieldNode):
                total += self._field(one, parent, times)
            elif isinstance(one, InlineFragmentNode):
                condition = one.type_condition
                inner = self._schema.type_map[condition.name.value] if condition else parent
                total += self.nodes(one.selection_set, inner, times)
            else:
                fragment = self._fragments[one.name.value]  # type: ignore[attr-defined]
                inner = self._schema.type_map[fragment.type_condition.name.value]
                total += self.nodes(fragment.selection_set, inner, times)
        return total

    def _field(self, node: FieldNode, parent: Any, times: int) -> int:
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            return 0
        field = parent.fields.get(node.name.value)
        if field is None:
            return 0
        kind = get_named_type(field.type)
        if not kind.name.endswith("Connection"):
            return self.nodes(node.selection_set, kind, times)
        size = self._size(node, field)
        return times * size + self.nodes(node.selection_set, kind, times * size)

    def _size(self, node: FieldNode, field: GraphQLField) -> int:
        """How many items a connection is asked for."""
        name = node.name.value
        given = {one.name.value: one.value for one in node.arguments or ()}
        for bound in ("first", "last"):
            if bound not in given or bound not in field.args:
                continue
            value = given[bound]
            size = None
            if isinstance(value, IntValueNode):
                size = int(value.value)
            elif isinstance(value, VariableNode):
                size = self._variables.get(value.name.value)
            if not isinstance(size, int):
                continue
            if not 1 <= size <= PAGE_MAX:
                words = (
                    f"Requesting {size} records on the `{name}` connection exceeds the "
                    f"`{bound}` limit of {PAGE_MAX} records."
                )
                self._note(node, "EXCESSIVE_PAGINATION", words)
            return size
        words = (
            f"You must provide a `first` or `last` value to properly paginate the "
            f"`{name}` connection."
        )
        self._note(node, "MISSING_PAGINATION_BOUNDARIES", words)
        return 1

    def _note(self, node: FieldNode, kind: str, message: str) -> None:
        if self.found is None:
            place = node.loc.start_token if node.loc else None
            where = [{"line": place.line, "column": place.column}] if place else []
            self.found = {"type": kind, "locations": where, "message": message}
