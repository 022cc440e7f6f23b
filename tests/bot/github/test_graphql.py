"""GraphQL: partial answers, errors that are 200, and what may be repeated."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.github.documents import is_mutation
from bot.github.faults import GiveUp, OurBug, RetryLater, RetryNow
from tests.bot.github.servers import Say, World

QUERY = "query($id: Int!) { repository(id: $id) { a b } }"
MUTATION = "mutation($id: ID!) { resolve(id: $id) { x } }"
TROUBLE = {"message": "Something went wrong while executing your query. Please include `C0:FE`"}
MISSING = {"type": "NOT_FOUND", "message": "Could not resolve to a Blob", "path": ["r", "b"]}
FORBIDDEN = {"type": "FORBIDDEN", "message": "Resource not accessible by integration"}


def asked(world: World) -> int:
    return len(world.github.requests("/graphql"))


async def test_sends_the_document_and_gives_the_data(world: World) -> None:
    world.github.on("POST", "/graphql", Say(json={"data": {"r": {"a": 1}}}))

    assert await world.repository().graphql(QUERY, {"id": 3}) == {"r": {"a": 1}}

    (seen,) = world.github.requests("/graphql")
    assert seen.body == {"query": QUERY, "variables": {"id": 3}}
    assert seen.headers["X-GitHub-Api-Version"] == "2022-11-28"
    assert seen.headers["Content-Type"].startswith("application/json")
    assert seen.proof.startswith("ghs_1")


async def test_what_is_missing_is_null(world: World) -> None:
    data = {"r": {"a": "text", "b": None}}
    world.github.on("POST", "/graphql", Say(json={"data": data, "errors": [MISSING]}))

    assert await world.repository().graphql(QUERY) == data
    assert asked(world) == 1


async def test_a_null_because_of_trouble_is_asked_for_again(world: World) -> None:
    partial = Say(json={"data": {"r": {"a": "text", "b": None}}, "errors": [TROUBLE]})
    world.github.on("POST", "/graphql", partial, Say(json={"data": {"r": {"a": "t", "b": "t"}}}))

    assert await world.repository().graphql(QUERY) == {"r": {"a": "t", "b": "t"}}


async def test_a_null_that_stays_is_given_in_the_end(world: World) -> None:
    data = {"r": {"a": "text", "b": None}}
    world.github.on("POST", "/graphql", Say(json={"data": data, "errors": [TROUBLE, MISSING]}))

    assert await world.repository().graphql(QUERY) == data
    assert asked(world) == 3


@pytest.mark.parametrize("error", [MISSING, FORBIDDEN])
async def test_a_query_for_something_hidden_gives_null(world: World, error: Any) -> None:
    world.github.on("POST", "/graphql", Say(json={"data": {"r": None}, "errors": [error]}))

    assert await world.repository().graphql(QUERY) == {"r": None}


async def test_nothing_but_nulls_because_of_trouble_is_a_fault(world: World) -> None:
    world.github.on("POST", "/graphql", Say(json={"data": {"r": None}, "errors": [TROUBLE]}))

    with pytest.raises(RetryNow):
        await world.repository().graphql(QUERY)

    assert asked(world) == 3


async def test_nothing_but_nulls_because_of_a_wrong_query_is_our_bug(world: World) -> None:
    wrong = {"type": "MAX_NODE_LIMIT_EXCEEDED", "message": "too many nodes"}
    world.github.on("POST", "/graphql", Say(json={"data": {"r": None}, "errors": [wrong]}))

    with pytest.raises(OurBug):
        await world.repository().graphql(QUERY)


@pytest.mark.parametrize(
    ("answer", "fault", "times"),
    [
        (Say(json={"data": None, "errors": [MISSING]}), GiveUp, 1),
        (Say(json={"errors": [FORBIDDEN]}), GiveUp, 1),
        (Say(json={"errors": [{"message": 'Parse error on "}"'}]}), OurBug, 1),
        (Say(json={"errors": [TROUBLE]}), RetryNow, 3),
        (Say(json={"data": None}), RetryNow, 3),
        (Say(json=[]), RetryNow, 3),
        (Say(json="x"), RetryNow, 3),
        (Say(502, text="<html>"), RetryNow, 3),
        (Say(502, json={"message": "timeout"}), RetryNow, 3),
        (Say(400, json={"message": "Problems parsing JSON"}), OurBug, 1),
        (Say(403, json={"message": "secondary rate limit"}), RetryLater, 1),
    ],
)
async def test_without_data_it_is_a_fault(
    world: World, answer: Say, fault: type[Exception], times: int
) -> None:
    world.github.on("POST", "/graphql", answer)

    with pytest.raises(fault):
        await world.repository().graphql(QUERY)

    assert asked(world) == times


@pytest.mark.parametrize("data", [None, {"r": {"a": 1}}])
async def test_a_rate_limit_is_a_fault_even_beside_data(world: World, data: Any) -> None:
    reset = int(world.hands.true_time().timestamp()) + 600
    world.github.on(
        "POST",
        "/graphql",
        Say(
            json={"data": data, "errors": [{"type": "RATE_LIMITED", "message": "limit"}]},
            headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)},
        ),
    )
    world.github.on("GET", "/x", Say(json={}))
    client = world.repository()

    for _ in range(2):
        with pytest.raises(RetryLater) as raised:
            await client.graphql(QUERY)
        assert raised.value.resource == "graphql"

    assert asked(world) == 1
    assert await client.get("/x") == {}  # the quota of REST is another one


async def test_a_secondary_limit_stops_all_requests(world: World) -> None:
    error = {"message": "You have exceeded a secondary rate limit"}
    world.github.on("POST", "/graphql", Say(json={"errors": [error]}))
    client = world.repository()

    for _ in range(2):
        with pytest.raises(RetryLater):
            await client.graphql(QUERY)
    with pytest.raises(RetryLater):
        await client.get("/x")

    assert asked(world) == 1
    assert world.github.requests("/x") == []


async def test_a_mutation_is_a_write(world: World) -> None:
    world.github.on("POST", "/graphql", Say(502, text="<html>"), Say(json={"data": {"r": 1}}))
    client = world.repository()

    with pytest.raises(RetryNow):
        await client.graphql(MUTATION)
    assert asked(world) == 1
    await client.graphql(MUTATION)

    assert world.hands.slept == pytest.approx([1.0])  # a second between writes, no retry


async def test_a_mutation_that_did_nothing_is_a_fault(world: World) -> None:
    answer = {"data": {"resolve": None}, "errors": [FORBIDDEN]}
    world.github.on("POST", "/graphql", Say(json=answer))

    with pytest.raises(GiveUp):
        await world.repository().graphql(MUTATION)


@pytest.mark.parametrize("error", [FORBIDDEN, TROUBLE, {"type": "RATE_LIMITED", "message": ""}])
async def test_a_mutation_that_did_half_gives_its_data_and_is_not_repeated(
    world: World, error: Any
) -> None:
    data = {"a": {"x": 1}, "b": None}
    limited = {"Retry-After": "2"}
    world.github.on(
        "POST", "/graphql", Say(json={"data": data, "errors": [error]}, headers=limited)
    )

    assert await world.repository().graphql(MUTATION) == data
    assert asked(world) == 1


async def test_variables_that_are_no_json_are_our_bug(world: World) -> None:
    with pytest.raises(OurBug):
        await world.repository().graphql(QUERY, {"id": object()})

    assert asked(world) == 0


@pytest.mark.parametrize(
    ("document", "mutates"),
    [
        ("{ a }", False),
        ("query mutation { mutation }", False),
        ("query Q($mutation: I = {mutation: 1}) @mutation(mutation: 2) { mutation: a }", False),
        ('query { a(x: "} mutation { b }") }', False),
        ('query { a(x: """ } \\""" mutation { """) }', False),
        ("# mutation { a }\nquery { a }", False),
        ("fragment F on mutation { a } query { ...F }", False),
        ("mutation { a }", True),
        (",\ufeff \n# why\n mutation M($a: A) { a }", True),
        ("fragment F on T { a }\nmutation { ...F }", True),
        ("query A { a } mutation B { b }", True),
        ("", False),
    ],
)
def test_which_documents_write(document: str, mutates: bool) -> None:
    assert is_mutation(document) is mutates


@given(st.text(alphabet='{}()"\\#\nmutation '))
def test_any_text_can_be_asked(document: str) -> None:
    assert is_mutation(document) in (True, False)
