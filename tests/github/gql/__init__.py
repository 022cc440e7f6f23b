"""GraphQL: GitHub's whole published schema, with resolvers for the part that a reviewer needs.

Documents are parsed and validated against the published schema, checked against GitHub's limits on
connections and nodes, and executed over the state. A field that GitHub has and the stand-in does
not serve is an error that tests can see, never a made-up value.
"""

from __future__ import annotations

import functools
from typing import Any

import graphql
from graphql import GraphQLError, GraphQLResolveInfo

from tests.github.call import Answer, Call
from tests.github.contract import graphql_schema
from tests.github.gql import git, limits, mutations, pulls, roots
from tests.github.gql.context import Context, Resolver, type_name
from tests.github.rules import refuse
from tests.github.state import Json

RESOLVERS: dict[str, dict[str, Resolver]] = {}
for _table in (roots.RESOLVERS, git.RESOLVERS, pulls.RESOLVERS, mutations.RESOLVERS):
    for _type, _fields in _table.items():
        RESOLVERS.setdefault(_type, {}).update(_fields)


def answer(call: Call) -> Answer:
    """Run the document of a call; GraphQL says 200 also to most of what goes wrong."""
    body = call.body
    query = body.get("query")
    if not isinstance(query, str):
        raise refuse("graphql-query")
    variables = body.get("variables") or {}
    if not isinstance(variables, dict):
        raise refuse("graphql-query")
    schema = graphql_schema()
    try:
        document, errors = _read(query)
    except GraphQLError as error:
        return Answer({"errors": [_shown(error)]})
    except RecursionError:
        return Answer({"errors": [{"message": "The document is nested too deeply."}]})
    if errors:
        return Answer({"errors": [_shown(error) for error in errors]})
    name = body.get("operationName")
    problem = limits.problem(schema, document, variables)
    if problem is not None:
        call.complaints.append(f"graphql: {problem['message']}")
        return Answer({"errors": [problem]})
    context = Context(call)
    result = graphql.execute_sync(
        schema,
        document,
        context_value=context,
        variable_values=variables,
        operation_name=name if isinstance(name, str) else None,
        field_resolver=_resolve,
        type_resolver=_type_of,
    )
    reply: Json = {"data": result.data}
    if result.errors:
        reply["errors"] = [_shown(error) for error in result.errors]
        if result.data is None:
            del reply["data"]
    return Answer(reply)


@functools.lru_cache(maxsize=200)
def _read(query: str) -> tuple[graphql.DocumentNode, list[GraphQLError]]:
    """A document, parsed and validated: callers send the same ones again and again."""
    document = graphql.parse(query)
    return document, graphql.validate(graphql_schema(), document)


def _resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
    context: Context = info.context
    fields = RESOLVERS.get(info.parent_type.name, {})
    if info.field_name == "clientMutationId":
        return source.get("clientMutationId")
    resolver = fields.get(info.field_name)
    if resolver is None:
        field = f"{info.parent_type.name}.{info.field_name}"
        context.call.standin.failures.append(f"graphql: {field} is not served by the stand-in")
        raise GraphQLError(f"{field} is not served by the stand-in")
    return resolver(source, context, **arguments)


def _type_of(value: Any, *_: Any) -> str:
    return type_name(value)


def _shown(error: GraphQLError) -> Json:
    """An error in GitHub's shape: a ``type`` where it has one, the path, the place, the words."""
    shown: Json = {}
    kind = (error.extensions or {}).get("type")
    if kind is not None:
        shown["type"] = kind
    if error.path is not None:
        shown["path"] = list(error.path)
    if error.locations:
        shown["locations"] = [
            {"line": place.line, "column": place.column} for place in error.locations
        ]
    shown["message"] = error.message
    return shown
