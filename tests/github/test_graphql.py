"""GraphQL: what a reviewer asks for, GitHub's limits, and its shapes of errors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.github import Submodule, Symlink
from tests.github.conftest import World

PULL = """
query($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    databaseId nameWithOwner
    defaultBranchRef { name target { oid ... on Commit { file(path: "kept.py") { oid } } } }
    pullRequest(number: $number) { %s }
  }
}"""
DEMO = '{ repository(owner: "octo", name: "demo") { %s } }'
THREADS = """
headRefOid reviewThreads(first: 10) {
  pageInfo { hasNextPage endCursor } totalCount
  nodes {
    id isResolved isOutdated line path
    comments(first: 5) { nodes { databaseId state body author { __typename login } } }
  }
}"""


async def ask(world: World, fields: str, number: int = 1) -> Any:
    names = {"owner": "octo", "name": "demo", "number": number}
    reply = await world.client.graphql(PULL % fields, **names)
    assert reply.status == 200
    return reply.json


async def test_pull_request_and_files(world: World) -> None:
    answer = await ask(
        world,
        "state isDraft mergeable changedFiles author { login } baseRefOid headRefOid "
        "files(first: 2) { totalCount pageInfo { hasNextPage endCursor } "
        "nodes { path changeType additions deletions } }",
    )
    pull = answer["data"]["repository"]["pullRequest"]
    assert (pull["state"], pull["mergeable"], pull["changedFiles"]) == ("OPEN", "MERGEABLE", 3)
    assert pull["headRefOid"] == world.pull.head_sha
    assert [one["changeType"] for one in pull["files"]["nodes"]] == ["ADDED", "MODIFIED"]
    after = pull["files"]["pageInfo"]["endCursor"]
    rest = await ask(world, f'files(first: 2, after: "{after}") {{ nodes {{ path }} }}')
    nodes = rest["data"]["repository"]["pullRequest"]["files"]["nodes"]
    assert nodes == [{"path": "old.py"}]


async def test_texts_of_a_commit(world: World) -> None:
    sha = world.repository.commit(
        {
            "dir/a.py": "ä = 1\n",
            "bin": b"\x00\x01",
            "big.txt": "x" * 600_000,
            "latin.txt": b"caf\xe9\n",
            "link": Symlink("dir/a.py"),
            "sub": Submodule("a" * 40),
        },
        branch="texts",
    )
    entry = "{ mode type oid object { ... on Blob { byteSize isBinary isTruncated text } } }"
    fields = " ".join(
        f'{name}: file(path: "{path}") {entry}'
        for name, path in (
            ("a", "dir/a.py"),
            ("bin", "bin"),
            ("big", "big.txt"),
            ("latin", "latin.txt"),
            ("link", "link"),
            ("sub", "sub"),
            ("none", "no/such.py"),
        )
    )
    query = (
        '{ repository(owner: "octo", name: "demo") { object(oid: "%s") '
        "{ ... on Commit { %s tree { entries { name type mode } } } } } }"
    )
    found = (await world.client.graphql(query % (sha, fields))).json
    commit = found["data"]["repository"]["object"]
    blob = {"byteSize": 7, "isBinary": False, "isTruncated": False, "text": "ä = 1\n"}
    assert commit["a"]["object"] == blob
    assert commit["a"]["mode"] == 0o100644
    assert (commit["bin"]["object"]["isBinary"], commit["bin"]["object"]["text"]) == (True, None)
    assert commit["big"]["object"]["isTruncated"] is True
    assert len(commit["big"]["object"]["text"]) == 512_000
    assert commit["latin"]["object"]["text"] == "caf�\n"
    assert (commit["link"]["mode"], commit["link"]["object"]["text"]) == (0o120000, "dir/a.py")
    assert (commit["sub"]["type"], commit["sub"]["object"]) == ("commit", None)
    assert commit["none"] is None
    assert {"name": "sub", "type": "commit", "mode": 0o160000} in commit["tree"]["entries"]


async def test_object_by_expression_and_node(world: World) -> None:
    query = (
        '{ repository(owner: "octo", name: "demo") { object(expression: "feature:new.py") '
        "{ id oid ... on Blob { text } } } }"
    )
    blob = (await world.client.graphql(query)).json["data"]["repository"]["object"]
    assert blob["text"] == "a = 1\nb = 2\nc = 3\n"
    again = await world.client.graphql(
        "query($id: ID!) { node(id: $id) { __typename ... on Blob { oid } } }", id=blob["id"]
    )
    assert again.json["data"]["node"] == {"__typename": "Blob", "oid": blob["oid"]}


async def test_threads_resolve_only_with_contents_write(world: World) -> None:
    await world.review({"path": "new.py", "line": 2, "body": "hello"})
    answer = await ask(world, THREADS)
    threads = answer["data"]["repository"]["pullRequest"]["reviewThreads"]["nodes"]
    assert threads[0]["comments"]["nodes"][0]["author"] == {"__typename": "Bot", "login": "assay"}
    assert (threads[0]["line"], threads[0]["isResolved"]) == (2, False)
    mutation = (
        "mutation($id: ID!) { resolveReviewThread(input: {threadId: $id}) "
        "{ thread { isResolved resolvedBy { login } } } }"
    )
    refused = (await world.client.graphql(mutation, id=threads[0]["id"])).json
    assert refused["errors"][0]["type"] == "FORBIDDEN"
    assert refused["data"] == {"resolveReviewThread": None}
    world.installation.permissions["contents"] = "write"
    await world.client.authenticate(world.installation)
    done = (await world.client.graphql(mutation, id=threads[0]["id"])).json
    thread = done["data"]["resolveReviewThread"]["thread"]
    assert thread == {"isResolved": True, "resolvedBy": None}
    assert world.pull.threads[0].is_resolved


async def test_minimize_a_comment(world: World) -> None:
    comment = await world.pull.comment("alice", "spam")
    mutation = (
        "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED, "
        'clientMutationId: "m1"}) '
        "{ clientMutationId minimizedComment { isMinimized minimizedReason } } }"
    )
    answer = (await world.client.graphql(mutation, id=comment.node_id)).json
    assert answer["data"]["minimizeComment"] == {
        "clientMutationId": "m1",
        "minimizedComment": {"isMinimized": True, "minimizedReason": "outdated"},
    }


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ('{ repository(owner: "octo", name: "none") { id } }', "NOT_FOUND"),
        (DEMO % "pullRequest(number: 9) { id }", "NOT_FOUND"),
        ('{ node(id: "PR_nonsense") { id } }', "NOT_FOUND"),
        (PULL % "files { totalCount }", "MISSING_PAGINATION_BOUNDARIES"),
        (PULL % "files(first: 101) { totalCount }", "EXCESSIVE_PAGINATION"),
        (PULL % "files(last: 0) { totalCount }", "EXCESSIVE_PAGINATION"),
        (
            DEMO
            % (
                "pullRequests(first: 100) { nodes { reviewThreads(first: 100) "
                "{ nodes { comments(first: 100) { nodes { id } } } } } }"
            ),
            "MAX_NODE_LIMIT_EXCEEDED",
        ),
    ],
)
async def test_errors_carry_githubs_type(world: World, document: str, kind: str) -> None:
    names = {"owner": "octo", "name": "demo", "number": 1} if "$owner" in document else {}
    reply = await world.client.graphql(document, **names)
    assert reply.status == 200
    assert reply.json["errors"][0]["type"] == kind


@pytest.mark.parametrize(
    "mutation",
    [
        "resolveReviewThread(input: {threadId: $id}) { thread { id } }",
        "minimizeComment(input: {subjectId: $id, classifier: SPAM}) { clientMutationId }",
    ],
)
async def test_a_mutation_of_the_wrong_kind_of_node(world: World, mutation: str) -> None:
    document = f"mutation($id: ID!) {{ {mutation} }}"
    answer = (await world.client.graphql(document, id=world.pull.node_id)).json
    assert answer["errors"][0]["type"] == "NOT_FOUND"


async def test_what_github_does_not_know_is_refused(world: World) -> None:
    reply = await world.client.graphql("{ repository(owner: 1) { nonsense } }")
    assert reply.status == 200
    assert "data" not in reply.json
    assert (await world.client.graphql("{")).json["errors"]
    assert (await world.client.graphql("{a" * 20_000)).json["errors"]
    world.refused(await world.client.post(world.standin.graphql_url, {}), "graphql-query")


async def test_missing_permissions_are_forbidden(world: World) -> None:
    await world.client.authenticate(world.installation, permissions={"checks": "write"})
    answer = await ask(world, "id")
    assert answer["data"]["repository"]["pullRequest"] is None
    assert answer["errors"][0]["type"] == "FORBIDDEN"


async def test_the_primary_limit_is_still_200(world: World) -> None:
    world.standin.limits.enforce = True
    world.standin.limits.primary = 1
    await ask(world, "id")
    reply = await world.client.graphql("{ viewer { login } }")
    assert reply.status == 200
    assert reply.json["errors"][0]["type"] == "RATE_LIMITED"
    assert reply.headers["X-RateLimit-Remaining"] == "0"
    assert reply.headers["X-RateLimit-Resource"] == "graphql"
