"""The GraphQL endpoint."""

from __future__ import annotations

from tests.github import gql
from tests.github.call import Answer, Call
from tests.github.routes.table import ROUTES


@ROUTES.add("POST", "/graphql")
def post_document(call: Call) -> Answer:
    return gql.answer(call)
