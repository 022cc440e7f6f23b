"""``app.yaml``, the link in the manual, and the code ask for the same."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from bot.events import merge_group, translators
from bot.events.installation import EVENTS as INSTALLATION_EVENTS
from bot.github.auth import WANTED
from bot.settings import NAMES

ROOT = Path(__file__).resolve().parents[2]
UNASKED = INSTALLATION_EVENTS | {"ping"}
"""Events that arrive at every app."""


@pytest.fixture
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "app.yaml").read_text())
    return loaded


@pytest.fixture
def manual() -> str:
    return (ROOT / "docs" / "running.md").read_text()


def test_it_asks_for_what_is_used_and_for_nothing_else(manifest: dict[str, Any]) -> None:
    assert manifest["default_permissions"] == {**WANTED, **merge_group.PERMISSIONS}
    assert set(manifest["default_events"]) == set(translators(1)) - UNASKED


def test_it_delivers_to_the_receiver(manifest: dict[str, Any]) -> None:
    assert urlsplit(manifest["hook_attributes"]["url"]).path == "/webhook"
    assert manifest["public"] is False


def test_every_wish_has_its_reason() -> None:
    lines = (ROOT / "app.yaml").read_text().splitlines()
    asked = False
    for before, line in itertools.pairwise(lines):
        if line.startswith("default_"):
            asked = True
        elif asked and line.startswith("  ") and not line.lstrip().startswith("#"):
            assert before.lstrip().startswith("#"), line


def test_the_link_in_the_manual_says_the_same(manifest: dict[str, Any], manual: str) -> None:
    (link,) = [line for line in manual.splitlines() if "/settings/apps/new?" in line]
    asked = parse_qs(urlsplit(link).query)
    assert asked.pop("events[]") == manifest["default_events"]
    single = {name: value for name, (value,) in asked.items()}
    assert {name: single.pop(name) for name in manifest["default_permissions"]} == manifest[
        "default_permissions"
    ]
    assert single == {
        "name": manifest["name"],
        "description": manifest["description"],
        "url": manifest["url"],
        "public": "false",
        "webhook_active": "true",
        "webhook_url": manifest["hook_attributes"]["url"],
    }


def test_the_manual_names_every_setting(manual: str) -> None:
    for name in NAMES:
        assert f"| `{name}` |" in manual
