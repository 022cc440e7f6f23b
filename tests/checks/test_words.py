"""A check that names words is woken for nodes, functions and classes only where one stands."""

from __future__ import annotations

from typing import Any

import pytest

from checks import registry
from checks.light import replace
from checks.registry import CLASSES, FUNCTIONS, Events, calls, nodes
from checks.report import Report
from tests.checks.making import look, make_check

CODE = "class A:\n    def f(self):\n        return g(1)\n"


def flag(event: Any, report: Report) -> None:
    report(at=event.node, message="It is here.", why="It matters.", fix="Do not.")


def said(code: str, on: Events, *words: str) -> int:
    checks = {name: replace(one, words=words) for name, one in make_check(flag, on=on).items()}
    return len(look(code, checks=checks).findings)


@pytest.mark.parametrize("on", [nodes("return_statement"), FUNCTIONS, CLASSES])
def test_it_is_woken_where_a_word_stands_in_any_case(on: Events) -> None:
    assert said(CODE, on) == 1
    assert said(CODE, on, "nowhere") == 0
    assert said(CODE + "# Nowhere\n", on, "elsewhere", "nowhere") == 1


def test_it_hears_of_calls_wherever_they_are() -> None:
    assert said(CODE, calls("*.g"), "nowhere") == said(CODE, calls("*.g"))
    assert said("import os\nos.remove('a')\n", calls("os.remove"), "nowhere") == 1


def test_words_are_lower_case() -> None:
    for one in registry.load().values():
        assert all(word == word.lower() for word in one.words), one.id
        assert not one.words or "python" in one.languages, one.id
