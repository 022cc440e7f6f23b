"""Which files the base branch calls generated."""

from __future__ import annotations

import pytest

from bot.review.attributes import generated


@pytest.mark.parametrize(
    ("text", "path", "marked"),
    [
        ("*.pb.go linguist-generated", "api/x.pb.go", True),
        ("*.pb.go linguist-generated", "api/x.go", False),
        ("*.pb.go text linguist-generated=true diff", "x.pb.go", True),
        ("*.pb.go linguist-generated=false", "x.pb.go", False),
        ("*.pb.go linguist-generated\nown.pb.go -linguist-generated", "own.pb.go", False),
        ("vendor/** linguist-vendored", "vendor/a/b.py", True),
        ("vendor/ linguist-vendored", "vendor/a/b.py", True),
        # One attribute does not take back the other.
        ("a.py linguist-generated\na.py -linguist-vendored", "a.py", True),
        ("# a.py linguist-generated", "a.py", False),
        ("[attr]made linguist-generated", "a.py", False),
        ('"a.py" linguist-generated', "a.py", False),
        ("a.py", "a.py", False),
        ("   ", "a.py", False),
        ("\xff\xfe linguist-generated\r\na.py linguist-generated\r", "a.py", True),
    ],
)
def test_attributes(text: str, path: str, marked: bool) -> None:
    assert generated(text.encode("latin-1"))(path) is marked


def test_rules_past_the_bound_are_not_read() -> None:
    lines = [f"f{number}.py linguist-generated" for number in range(500)]

    asked = generated("\n".join(lines).encode())

    assert asked("f0.py")
    assert not asked("f499.py")
