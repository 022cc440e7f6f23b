"""Every framework, every kind of sink, every way: found where it is dangerous, silent elsewhere."""

from __future__ import annotations

import pytest

from checks.following import Following
from checks.languages.python.module import read
from checks.languages.python.parse import never
from checks.text import SourceText
from tests.checks.flow import matrix


@pytest.mark.parametrize("framework", matrix.FRAMEWORKS)
def test_products(framework: str) -> None:
    wrong = []
    for product in matrix.products():
        if not product.name.startswith(f"{framework},"):
            continue
        module = read(SourceText(product.text.encode()), "app/handlers.py")
        assert not module.errors(), product.text
        kinds = {flow.kind for flow in Following([module], never).events(module)}
        if kinds != ({product.kind} if product.bad else set()):
            wrong.append((product.name, product.bad, kinds))
    assert not wrong


def test_there_are_many() -> None:
    assert sum(1 for _ in matrix.products()) > 1_500
