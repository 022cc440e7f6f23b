"""Files beside the change: read at its head, with few calls, from the caches where they can be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.github.faults import GitHubFault, GiveUp, RetryLater, RetryNow
from bot.review.cache import Places, TextCache
from bot.review.neighbours import REST_FILES, Neighbours
from bot.review.texts import Source
from checks.repository import Bounds
from checks.sandbox import Pool
from tests.bot.review.fake_api import HEAD, LINK, FakeAPI, fail_on, file, oid_of
from tests.bot.review.fake_graphql import SUBMODULE
from tests.bot.review.reviewing import Reviews

NEXT = "d" * 40
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def neighbours(
    api: FakeAPI,
    *,
    cache: TextCache | None = None,
    places: Places | None = None,
    commit: str = HEAD,
    installation: int = 3,
) -> Neighbours:
    source = Source(api, "octo/hello", 7, installation, cache or TextCache(places=places))
    return Neighbours(source, commit)


@pytest.fixture(params=[True, False], ids=["graphql", "rest"])
def api(request: pytest.FixtureRequest) -> FakeAPI:
    api = FakeAPI(graphql_works=request.param)
    api.trees[HEAD] = {
        "lib/a.py": file("a = 1\n"),
        "lib/b.py": file("b = 2\n"),
        "lib/link.py": file("a.py", LINK),
        "lib/sub": file("", SUBMODULE),
        "lib/latin.py": file("# é\n".encode("latin-1")),
    }
    return api


@pytest.fixture
def graphql() -> FakeAPI:
    api = FakeAPI()
    api.trees[HEAD] = {"lib/a.py": file("a = 1\n"), "lib/b.py": file("b = 2\n")}
    return api


async def test_only_files_have_texts(api: FakeAPI) -> None:
    paths = ["lib/a.py", "lib/none.py", "lib/link.py", "lib/sub", "lib/latin.py"]
    assert await neighbours(api)(paths) == {
        "lib/a.py": b"a = 1\n",
        "lib/none.py": None,
        "lib/link.py": None,
        "lib/sub": None,
        "lib/latin.py": b"# \xe9\n",
    }


async def test_a_question_is_one_request(graphql: FakeAPI) -> None:
    lookup = neighbours(graphql)
    await lookup([f"lib/{name}.py" for name in "abcdefgh"])
    assert graphql.log == ["GRAPHQL Texts"]
    await lookup(["lib/a.py", "lib/c.py"])
    assert graphql.calls == 1, "what is known is not asked for again"


async def test_a_second_review_of_a_head_asks_nothing(api: FakeAPI) -> None:
    cache = TextCache()
    paths = ["lib/a.py", "lib/none.py", "lib/latin.py"]
    first = await neighbours(api, cache=cache)(paths)
    before = api.calls
    assert await neighbours(api, cache=cache)(paths) == first
    assert api.calls == before


async def test_a_text_that_the_cache_lost_is_read_again(graphql: FakeAPI) -> None:
    places = Places()
    await neighbours(graphql, places=places)(["lib/a.py"])
    found = await neighbours(graphql, places=places)(["lib/a.py"])
    assert found == {"lib/a.py": b"a = 1\n"}
    assert graphql.calls == 2


async def test_another_head_and_another_installation_know_nothing_of_it(graphql: FakeAPI) -> None:
    cache = TextCache()
    await neighbours(graphql, cache=cache)(["lib/a.py"])
    graphql.trees[NEXT] = {"lib/a.py": file("a = 2\n")}
    found = await neighbours(graphql, cache=cache, commit=NEXT)(["lib/a.py"])
    assert found == {"lib/a.py": b"a = 2\n"}
    await neighbours(graphql, cache=cache, installation=4)(["lib/a.py"])
    assert graphql.calls == 3


async def test_texts_go_to_the_cache_of_blobs(graphql: FakeAPI) -> None:
    cache = TextCache()
    await neighbours(graphql, cache=cache)(["lib/a.py"])
    assert cache.get(3, 7, oid_of(b"a = 1\n")) == b"a = 1\n"


async def test_without_graphql_a_few_files_are_read_and_the_tree_once() -> None:
    api = FakeAPI(graphql_works=False)
    api.trees[HEAD] = {f"m{n}.py": file(f"x = {n}\n") for n in range(20)}
    lookup = neighbours(api)
    found = await lookup([f"m{n}.py" for n in range(6)])
    assert len(found) == 6
    found = await lookup([f"m{n}.py" for n in range(6, 20)])
    assert sorted(found) == ["m6.py", "m7.py"], "the first ones, and no word of the rest"
    assert len(api.asked("GET git/blobs")) == REST_FILES
    assert len(api.asked("GET git/trees")) == 1


async def test_a_large_file_is_not_read(api: FakeAPI) -> None:
    api.trees[HEAD]["lib/large.py"] = file("x = 1\n" * 200_000)
    found = await neighbours(api)(["lib/large.py", "lib/a.py"])
    assert found == {"lib/a.py": b"a = 1\n"}


@pytest.mark.parametrize(
    "fault", [RetryNow("502", status=502), RetryLater("later", when=NOON), GiveUp("no", status=404)]
)
async def test_trouble_is_raised_as_it_comes(graphql: FakeAPI, fault: GitHubFault) -> None:
    fail_on(graphql, "GRAPHQL", fault)
    fail_on(graphql, "GET git/trees", fault)
    with pytest.raises(type(fault)):
        await neighbours(graphql)(["lib/a.py"])


class TestReviews:
    """Whole reviews, with the real analysis in real workers."""

    @pytest.fixture
    async def pool(self) -> AsyncIterator[Pool]:
        async with Pool(1) as pool:
            yield pool

    async def calls(self, api: FakeAPI, pool: Pool) -> int:
        reviews = Reviews(api, analysis=pool)
        await reviews.run()
        (conclusion, calls) = reviews.ended[-1]
        assert conclusion == "success"
        assert calls is not None
        return calls

    async def test_thirty_files_that_import_each_other_take_no_more_requests(
        self, pool: Pool
    ) -> None:
        api, bare = FakeAPI(), FakeAPI()
        for n in range(30):
            base = f"C{n + 1}" if n < 29 else "object"
            text = f"import os, requests\nfrom app.m{n + 1} import {base}\n" if n < 29 else ""
            api.change(f"app/m{n}.py", f"{text}class C{n}({base}): pass\n")
            bare.change(f"app/m{n}.py", "x = 1\n")
        assert await self.calls(api, pool) == await self.calls(bare, pool) == 7

    async def test_a_base_class_costs_one_request_and_a_chain_two(self, pool: Pool) -> None:
        api = FakeAPI()
        api.change("app/x.py", "from app.base import Base\nclass X(Base): pass\n")
        api.trees[HEAD] |= {"app/base.py": file("class Base: pass\n")}
        assert await self.calls(api, pool) == 8
        api = FakeAPI()
        api.change("app/x.py", "from app.m0 import C0\nclass X(C0): pass\n")
        for n in range(5):
            text = f"from app.m{n + 1} import C{n + 1}\nclass C{n}(C{n + 1}): pass\n"
            api.trees[HEAD] |= {f"app/m{n}.py": file(text)}
        assert await self.calls(api, pool) == 7 + Bounds().rounds == 9
        assert "followed for 2 steps only" in str(api.runs[-1]["output"])

    async def test_trouble_costs_a_line_and_not_the_review(self, pool: Pool) -> None:
        api = FakeAPI()
        api.change("app/x.py", "from app.base import Base\nclass X(Base): pass\n")

        def hook(asked: str) -> None:
            if asked == "GRAPHQL Texts" and api.asked(asked)[1:]:
                raise RetryNow("502", status=502)

        api.hooks.append(hook)
        await self.calls(api, pool)
        assert "not all files that it imports could be read" in str(api.runs[-1]["output"])
