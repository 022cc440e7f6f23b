"""A made-up suite in pytest's style: fixtures, monkeypatch, parametrize, caplog, asyncio.

What a review says about it stands in expected_more.json.
"""

import asyncio
import json
import logging
from datetime import datetime, timezone
from unittest import mock

import pytest
from freezegun import freeze_time

from parcels import tracker
from parcels.testing.fakes import FakeCarrier

log = logging.getLogger("parcels.tests")

TIMEOUT = 5
CARRIER_TOKEN = "test-token"

PARCELS = [
    {"id": "a", "weight": 3},
    {"id": "b", "weight": 4},
    {"id": "c", "weight": 5},
    {"id": "d", "weight": 6},
]


@pytest.fixture
def carrier():
    fake = FakeCarrier(parcels=PARCELS)
    yield fake
    fake.close()


@pytest.fixture(autouse=True)
def settings(monkeypatch):
    monkeypatch.setenv("CARRIER_URL", "https://carrier.example.com")
    monkeypatch.setattr(tracker, "RETRIES", 0)


def assert_delivered(parcel):
    assert parcel.state == "delivered"
    assert parcel.signed_by


async def until(condition):
    for _ in range(20):
        if condition():
            return
        await asyncio.sleep(0.05)
    pytest.fail("it never came true")


@pytest.mark.parametrize("weight", [1, 10, 100])
def test_price(weight):
    assert tracker.price(weight) > 0


def test_import(tmp_path):
    path = tmp_path / "parcels.json"
    with open(path, "w") as file:
        json.dump(PARCELS, file)
    log.info("wrote %s", path)
    assert tracker.load(path) == PARCELS


@freeze_time("2024-05-01")
def test_today():
    assert tracker.today() == datetime(2024, 5, 1, tzinfo=timezone.utc)


@mock.patch("parcels.tracker.send_mail")
def test_notify(send_mail, carrier):
    key = f"parcel-{carrier.first}"
    tracker.notify(key)
    send_mail.assert_called_once_with("ann@example.org", key)


def test_unknown(carrier, caplog):
    with pytest.raises(KeyError):
        tracker.find(carrier, "zzz")
    assert "zzz" in caplog.text


async def test_delivery(carrier):
    task = asyncio.ensure_future(tracker.follow(carrier))
    await until(lambda: carrier.asked)
    await asyncio.wait_for(task, TIMEOUT)
    assert_delivered(task.result())
