"""The app's webhook: its configuration, the list of deliveries, and redelivery."""

from __future__ import annotations

from tests.github.call import Answer, Call
from tests.github.clock import stamp
from tests.github.deliveries import Attempt, Delivery
from tests.github.routes.table import ROUTES
from tests.github.rules import refuse
from tests.github.state import Json


@ROUTES.add("GET", "/app/hook/config", auth="jwt")
def get_config(call: Call) -> Answer:
    body = {
        "content_type": "json",
        "insecure_ssl": "0",
        "secret": "********",
        "url": call.caller_app.webhook_url or "",
    }
    return Answer(body)


@ROUTES.add("PATCH", "/app/hook/config", auth="jwt")
def set_config(call: Call) -> Answer:
    app = call.caller_app
    app.webhook_url = call.body.get("url", app.webhook_url)
    app.webhook_secret = call.body.get("secret", app.webhook_secret)
    return get_config(call)


@ROUTES.add("GET", "/app/hook/deliveries", auth="jwt")
def list_deliveries(call: Call) -> Answer:
    """Every attempt, newest first; the cursor is opaque."""
    size = min(int(call.query.get("per_page", "30")), 100)
    tries = [
        (delivery, one)
        for delivery in call.standin.deliveries
        if delivery.app is call.caller_app
        for one in delivery.attempts
    ]
    tries.sort(key=lambda pair: -pair[1].id)
    cursor = call.query.get("cursor", "")
    if cursor:
        tries = [pair for pair in tries if pair[1].id < _id(cursor)]
    page, rest = tries[:size], tries[size:]
    headers = {}
    if rest:
        url = (
            f"{call.standin.api_url}/app/hook/deliveries?per_page={size}&cursor=v1_{page[-1][1].id}"
        )
        headers["Link"] = f'<{url}>; rel="next"'
    return Answer([_item(delivery, one) for delivery, one in page], headers=headers)


@ROUTES.add("POST", "/app/hook/deliveries/{attempt_id}/attempts", auth="jwt")
def redeliver(call: Call) -> Answer:
    number = call.number("attempt_id")
    for delivery in call.standin.deliveries:
        if delivery.app is call.caller_app and any(one.id == number for one in delivery.attempts):
            call.standin.courier.redeliver_soon(delivery)
            return Answer({}, 202)
    raise refuse("not-found")


def _id(cursor: str) -> int:
    text = cursor.removeprefix("v1_")
    if not text.isdigit():
        raise refuse("pagination", reason="cursor is unknown.")
    return int(text)


def _item(delivery: Delivery, one: Attempt) -> Json:
    fine = one.status is not None and 200 <= one.status < 300
    words = "OK" if fine else one.error or f"Invalid HTTP Response: {one.status}"
    return {
        "id": one.id,
        "guid": delivery.guid,
        "delivered_at": stamp(one.at),
        "redelivery": one.redelivery,
        "duration": one.seconds,
        "status": words,
        "status_code": one.status or 0,
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": delivery.installation_id,
        "repository_id": delivery.repository_id,
        "throttled_at": None,
    }
