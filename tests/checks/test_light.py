"""Dataclasses made by msgspec are what ``dataclasses`` would make, for those who use them."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest

from checks.light import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Point:
    """Two numbers."""

    x: int
    y: int = 0
    marks: list[str] = field(default_factory=list)

    @property
    def both(self) -> tuple[int, int]:
        return self.x, self.y


@dataclass(frozen=True, slots=True)
class Named(Point):
    name: str = ""


@dataclass(slots=True, eq=False)
class Counter:
    count: int = 0


@dataclass(frozen=True)
class Open:
    text: str


def test_it_is_made_compared_and_shown_as_a_dataclass() -> None:
    assert Point(1, y=2) == Point(1, 2)
    assert Point(1) != Point(2)
    assert Point(1, 2).both == (1, 2)
    assert repr(Point(1)) == "Point(x=1, y=0, marks=[])"
    assert Point.__doc__ == "Two numbers."
    assert Point(1).marks is not Point(1).marks
    assert Named(1, name="a") == Named(1, 0, [], "a")


def test_a_frozen_one_can_be_a_key_and_is_not_written_to() -> None:
    assert len({Open("a"), Open("a"), Open("b")}) == 2
    with pytest.raises(AttributeError):
        Open("a").text = "b"  # type: ignore[misc]


def test_one_that_is_not_compared_is_itself_only() -> None:
    one = Counter()
    one.count += 1
    assert one == one
    assert one != Counter(1)


def test_the_standard_library_takes_it_for_a_dataclass() -> None:
    assert dataclasses.is_dataclass(Point)
    assert [one.name for one in dataclasses.fields(Named)] == ["x", "y", "marks", "name"]
    assert dataclasses.replace(Named(1, name="a"), x=2) == Named(2, name="a")
    assert replace(Named(1, name="a"), x=2) == Named(2, name="a")
    assert dataclasses.asdict(Named(1)) == {"x": 1, "y": 0, "marks": [], "name": ""}


def test_it_is_packed_and_unpacked_with_its_types_checked() -> None:
    packed = msgspec.msgpack.encode(Point(1, 2, ["a"]))
    assert msgspec.msgpack.decode(packed, type=Point) == Point(1, 2, ["a"])
    with pytest.raises(msgspec.ValidationError):
        msgspec.msgpack.decode(msgspec.msgpack.encode({"x": "one"}), type=Point)


def test_a_subclass_has_the_options_of_its_base() -> None:
    with pytest.raises(TypeError, match="other options"):

        @dataclass(slots=True)
        class Loose(Point):  # type: ignore[misc]
            pass
