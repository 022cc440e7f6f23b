"""The flag that writes the words' snapshots anew."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-words", action="store_true", help="write tests/bot/review/snapshots anew"
    )
