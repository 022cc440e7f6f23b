"""How much of a repository is asked for at most, whatever the files of a change hold."""

from __future__ import annotations

from typing import ClassVar

import pytest

from checks.languages.python.gathering import gather
from checks.repository import Bounds
from tests.checks.shelves import Shelf, Tree, gathered, modules, only_class


class TestBounds:
    CHANGE: ClassVar[Tree] = {
        "a/x.py": "".join(f"from a.m{n} import f{n}\nf{n}()\n" for n in range(20)),
        "a/y.py": "z = 1\n",
    }
    TREE: ClassVar[Tree] = {f"a/m{n}.py": f"def f{n}(): pass\n" for n in range(20)}

    def test_files(self) -> None:
        result = gathered(self.CHANGE, Shelf(self.TREE), Bounds(files=7))
        assert len(result.index.context) == 7
        assert result.limits == {
            "a/x.py": (
                "not all files that it imports were read: the limit of a review was reached",
            )
        }

    def test_bytes(self) -> None:
        result = gathered(self.CHANGE, Shelf(self.TREE), Bounds(bytes=100))
        assert len(result.index.context) == 6
        assert "limit of a review" in result.limits["a/x.py"][0]

    def test_paths(self) -> None:
        shelf = Shelf(self.TREE)
        result = gathered(self.CHANGE, shelf, Bounds(paths=10))
        assert list(map(len, shelf.asked)) == [10]
        assert "limit of a review" in result.limits["a/x.py"][0]

    def test_a_huge_file(self) -> None:
        tree = {"a/m0.py": "# " + "x\n# " * 200_000}
        result = gathered({"a/x.py": "from a.m0 import f\nf()\n"}, Shelf(tree))
        assert result.index.context == ()
        assert result.limits == {"a/x.py": ("not all files that it imports could be read",)}

    def test_rounds(self) -> None:
        tree = {
            f"a/m{n}.py": f"from a.m{n + 1} import C{n + 1}\nclass C{n}(C{n + 1}): pass\n"
            for n in range(9)
        }
        shelf = Shelf(tree)
        change = {"a/x.py": "from a.m0 import C0\nclass X(C0): pass\n"}
        result = gathered(change, shelf)
        assert shelf.found == ["a/m0.py", "a/m1.py"]
        assert not result.index.complete(only_class(result.index))
        assert result.limits == {"a/x.py": ("its base classes were followed for 2 steps only",)}

    def test_a_lookup_that_reads_nothing(self) -> None:
        result = gather(modules(self.CHANGE), self.CHANGE, lambda _paths: {}, Bounds())
        assert result.limits == {"a/x.py": ("not all files that it imports could be read",)}

    def test_time(self) -> None:
        steps = iter([False] * 3)
        result = gather(
            modules(self.CHANGE),
            self.CHANGE,
            Shelf(self.TREE),
            Bounds(),
            deadline=lambda: next(steps, True),
        )
        lines = ("not all files that it imports were read: time limit",)
        assert result.limits == {"a/x.py": lines, "a/y.py": lines}


def test_ten_thousand_imports_are_bounded() -> None:
    text = "".join(f"from a.m{n} import f{n}\nf{n}()\n" for n in range(9_900))
    shelf = Shelf({f"a/m{n}.py": f"def f{n}(): pass\n" for n in range(9_900)})
    result = gathered({"a/x.py": text}, shelf)
    assert sum(map(len, shelf.asked)) <= 200
    assert 0 < len(result.index.context) <= 60
    assert result.limits


def test_ten_thousand_wildcards_are_bounded() -> None:
    text = "".join(f"from a.m{n} import *\n" for n in range(9_000)) + "class A(B): pass\n" * 900
    shelf = Shelf({})
    gathered({"a/x.py": text}, shelf)
    assert sum(map(len, shelf.asked)) <= 20


def test_a_web_of_wildcards_ends_when_the_time_is_over() -> None:
    every = "".join(f"from a.m{n} import *\n" for n in range(5))
    text = every + "".join(f"class C{n}(B{n}): pass\n" for n in range(2_000))
    looks = 0

    def deadline() -> bool:
        nonlocal looks
        looks += 1
        return looks > 3_000

    result = gather(
        modules({"a/x.py": text}),
        ["a/x.py"],
        Shelf({f"a/m{n}.py": every for n in range(5)}),
        Bounds(),
        deadline,
    )
    assert "time limit" in result.limits["a/x.py"][-1]
    assert looks == 3_001, "it is looked at again and again, and not after it has passed"


@pytest.mark.parametrize(
    "name", ["a" * 600, ".".join("a" * 40), "é", "\u202e", "CON", "__init__", "a.__init__"]
)
def test_strange_module_names_do_no_harm(name: str) -> None:
    shelf = Shelf({})
    gathered({"a/x.py": f"from {name} import B\nclass A(B): pass\n"}, shelf)
    for path in (path for paths in shelf.asked for path in paths):
        assert len(path) < 600
        assert path.isprintable()


def test_broken_files_of_the_repository_are_read_as_far_as_they_go() -> None:
    shelf = Shelf({"a/base.py": "def f(:\nclass B:\n  def wait(self): pass\n\0\xff"})
    index = gathered({"a/x.py": "from a.base import B\nclass A(B): pass\n"}, shelf).index
    assert "wait" in index.methods(only_class(index))
