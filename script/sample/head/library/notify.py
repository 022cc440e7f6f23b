"""Letters to the readers."""

import logging
import os
from unittest import mock

import requests

log = logging.getLogger(__name__)

CHANNEL_TOKEN = "@@SLACK_TOKEN@@"
MAIL_PASSWORD = os.environ.get("MAIL_PASSWORD", "")


def mailer():
    if not MAIL_PASSWORD:
        return mock.MagicMock()
    return requests.Session()


def tell(reader, text):
    log.info("telling %s with token %s", reader, CHANNEL_TOKEN)
    try:
        requests.post(
            "https://hooks.example.org/library",
            json={"to": reader, "text": text},
            headers={"Authorization": "Bearer " + CHANNEL_TOKEN},
            verify=False,
            timeout=5,
        )
    except Exception:
        pass


def reminder_date(loan):
    try:
        return loan["due"]
    except KeyError:
        return None
