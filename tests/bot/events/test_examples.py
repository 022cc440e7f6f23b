"""GitHub's published example deliveries: each is acknowledged, the known ones are understood."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from bot.events import Delivery, Ignored, Outcome, translate, translators
from tests.bot.web.serving import serving
from tests.github.contract import example_deliveries

INSTALLATION = {"id": 77, "node_id": "MDIz"}


def outcome(event: str, payload: dict[str, Any], app_id: int = 1) -> Outcome:
    return translate(
        Delivery("d-1", event, json.dumps(payload).encode()), dict(translators(app_id))
    )


async def test_every_example_is_acknowledged() -> None:
    examples = example_deliveries()
    assert len(examples) > 300
    statuses: Counter[int] = Counter()
    async with serving() as served:
        for number, (event, payload) in enumerate(examples):
            body = json.dumps(payload).encode()
            status, _ = await served.deliver(
                body, X_GitHub_Event=event, X_GitHub_Delivery=f"d-{number}"
            )
            statuses[status] += 1
    assert set(statuses) == {202}


def test_every_example_of_a_known_event_is_what_we_think_it_is() -> None:
    known = set(translators(1)) - {"ping", "installation_target"}
    seen = Counter[str]()
    for event, payload in example_deliveries():
        if event not in known:
            continue
        seen[event] += 1
        # Some examples were recorded at a repository's own webhook, which names no installation.
        found = outcome(event, {"installation": INSTALLATION, **payload})
        if isinstance(found, Ignored):
            assert "is not what" not in found.reason, (event, payload.get("action"), found.reason)
    assert known <= seen.keys()


def test_the_examples_that_ask_for_a_review_get_one() -> None:
    reviewed = Counter[str]()
    for event, payload in example_deliveries():
        owner = payload.get(event, {}) if event in {"check_run", "check_suite"} else {}
        app = (owner.get("app") or {}).get("id", 1)
        found = outcome(event, {"installation": INSTALLATION, **payload}, app)
        if not isinstance(found, Ignored):
            reviewed[f"{event}.{payload['action']}"] += 1
    for asked in (
        "pull_request.opened",
        "pull_request.reopened",
        "pull_request.synchronize",
        "pull_request.ready_for_review",
        "check_run.rerequested",
        "check_run.requested_action",
        "check_suite.rerequested",
    ):
        assert reviewed[asked], asked
    assert not {name for name in reviewed if name.startswith("issue_comment")}
