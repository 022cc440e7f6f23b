"""Every answer means exactly one fault."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.github.classify import LONGEST_PAUSE, classify, graphql_fault
from bot.github.faults import (
    BadCredentials,
    GitHubFault,
    GiveUp,
    OurBug,
    RetryLater,
    RetryNow,
)

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DATE = "Tue, 24 Nov 2026 08:00:00 GMT"
SECONDARY = "You have exceeded a secondary rate limit and have been temporarily blocked"


def said(status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> GitHubFault:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return classify(status, headers or {}, raw, NOW)


def left(remaining: int, seconds: int) -> dict[str, str]:
    return {
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": str(int(NOW.timestamp()) + seconds),
        "X-RateLimit-Resource": "core",
    }


HEADER_NAMES = st.sampled_from(
    [
        "Retry-After",
        "x-ratelimit-remaining",
        "X-RateLimit-Reset",
        "x-ratelimit-resource",
        "Date",
        "X-Accepted-GitHub-Permissions",
        "X-GitHub-Request-Id",
        "Content-Type",
    ]
)
HEADER_VALUES = (
    st.text(max_size=40)
    | st.integers(-(10**15), 10**15).map(str)
    | st.sampled_from(
        ["0", DATE, "9" * 5000, "٣", "Tue, 99 Nov 2026", "Mon, 1 Jan 0001 00:00:00 +2359"]
    )
)
TEXTS = st.text(max_size=40) | st.sampled_from([SECONDARY, "abuse", "RATE_LIMITED", "\ud800"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["message", "errors", "code", "type", "field", "documentation_url"]),
            inner,
        )
    ),
    max_leaves=12,
)


@given(
    status=st.integers(0, 999) | st.sampled_from([200, 403, 422, 429]),
    headers=st.dictionaries(HEADER_NAMES, HEADER_VALUES),
    body=st.binary(max_size=60)
    | JSON.map(lambda value: json.dumps(value).encode())
    | st.sampled_from([b"[" * 100_000, b"\xff", b"9" * 10_000, b'"' + b"a" * 2_000_000 + b'"']),
    now=st.datetimes(
        datetime(1970, 1, 2),  # noqa: DTZ001
        datetime(9990, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
)
def test_always_one_fault_and_never_an_exception(
    status: int, headers: dict[str, str], body: bytes, now: datetime
) -> None:
    fault = classify(status, headers, body, now)

    kinds = [isinstance(fault, kind) for kind in (RetryNow, RetryLater, GiveUp, OurBug)]
    assert sum(kinds) == 1
    assert fault.status == status
    for text in (str(fault), fault.detail):
        assert text.isprintable()
        assert len(text) < 3_000
        text.encode()
    if isinstance(fault, RetryLater):
        assert timedelta(seconds=1) <= fault.when - now <= LONGEST_PAUSE


@given(JSON, st.dictionaries(HEADER_NAMES, HEADER_VALUES))
def test_graphql_errors_always_mean_one_fault(errors: Any, headers: dict[str, str]) -> None:
    fault = graphql_fault(errors, headers, NOW)

    assert isinstance(fault, RetryNow | RetryLater | GiveUp | OurBug)


@pytest.mark.parametrize("status", [403, 429])
def test_primary_limit_waits_for_the_reset(status: int) -> None:
    fault = said(status, {"message": "API rate limit exceeded for installation"}, left(0, 1_200))

    assert isinstance(fault, RetryLater)
    assert fault.when == NOW + timedelta(seconds=1_200)
    assert fault.resource == "core"
    assert not fault.guessed


def test_the_reset_is_reckoned_by_githubs_clock() -> None:
    headers = left(0, 1_200) | {"Date": "Tue, 24 Nov 2026 08:10:00 GMT"}  # ours is 10 minutes late

    fault = said(403, {"message": "API rate limit exceeded"}, headers)

    assert isinstance(fault, RetryLater)
    assert fault.when == NOW + timedelta(seconds=600)


@pytest.mark.parametrize("status", [403, 429, 422, 503])
@pytest.mark.parametrize("after", ["75", "Tue, 24 Nov 2026 08:01:15 GMT"])
def test_retry_after_is_obeyed(status: int, after: str) -> None:
    fault = said(status, {"message": SECONDARY}, {"Retry-After": after, "Date": DATE, **left(5, 9)})

    assert isinstance(fault, RetryLater)
    assert fault.when == NOW + timedelta(seconds=75)
    assert fault.resource is None
    assert not fault.guessed


def test_retry_after_goes_before_the_reset() -> None:
    fault = said(403, {"message": SECONDARY}, {"Retry-After": "5", **left(0, 3_000)})

    assert isinstance(fault, RetryLater)
    assert fault.when == NOW + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, {"message": SECONDARY}),
        (403, {"message": "You have triggered an abuse detection mechanism."}),
        (403, {"message": "Sorry. Your account was temporarily blocked from content creation"}),
        (429, {"message": "Too many requests"}),
        (429, None),
        (422, {"message": "Validation Failed", "errors": [{"code": "abuse"}]}),
        (
            422,
            {"message": "Validation Failed", "errors": [{"message": "was submitted too quickly"}]},
        ),
        (422, {"message": "Validation Failed", "errors": ["was submitted too quickly"]}),
        (422, {"message": "Validation Failed", "errors": "was submitted too quickly"}),
    ],
)
def test_secondary_limit_without_a_time_waits_at_least_a_minute(status: int, body: Any) -> None:
    fault = said(status, body)

    assert isinstance(fault, RetryLater)
    assert fault.when >= NOW + timedelta(seconds=60)
    assert fault.guessed


def test_graphql_rate_limit_is_a_200() -> None:
    body = {
        "data": None,
        "errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}],
    }

    named = said(200, body, left(0, 900))
    unnamed = said(200, body)

    assert isinstance(named, RetryLater)
    assert named.when == NOW + timedelta(seconds=900)
    assert named.resource == "graphql"
    assert isinstance(unnamed, RetryLater)
    assert unnamed.guessed


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"type": "NOT_FOUND", "message": "Could not resolve to a Repository"}, GiveUp),
        ({"type": "FORBIDDEN", "message": "Resource not accessible by integration"}, GiveUp),
        ({"message": "Something went wrong while executing your query."}, RetryNow),
        ({"message": "Timeout on validation of query"}, RetryNow),
        ({"type": "SERVICE_UNAVAILABLE", "message": ""}, RetryNow),
        ({"message": SECONDARY}, RetryLater),
        ({"message": "Field 'x' doesn't exist on type 'Query'"}, OurBug),
        ({"type": "MAX_NODE_LIMIT_EXCEEDED", "message": "too many nodes"}, OurBug),
    ],
)
def test_graphql_errors(error: Any, kind: type[GitHubFault]) -> None:
    assert isinstance(graphql_fault([error], {}, NOW), kind)


HIDDEN = {"type": "NOT_FOUND", "message": "Could not resolve to 'timeout-labs/.github'."}


@pytest.mark.parametrize(
    ("errors", "kind"),
    [
        ([HIDDEN], GiveUp),
        ([HIDDEN, {"message": "Something went wrong while executing your query."}], RetryNow),
        ([HIDDEN, {"type": "RATE_LIMITED", "message": ""}], RetryLater),
        ([{"type": ["NOT_FOUND"], "message": "timeout"}], RetryNow),
    ],
)
def test_a_name_in_a_refusal_is_no_passing_trouble(errors: Any, kind: type[GitHubFault]) -> None:
    assert isinstance(graphql_fault(errors, {}, NOW), kind)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 599, 408, 200, 203, 0, 999, 100])
def test_outages_and_nonsense_pass(status: int) -> None:
    fault = said(status, b"<html>Unicorn!</html>")

    assert isinstance(fault, RetryNow)
    assert "html" not in str(fault)


@pytest.mark.parametrize("status", [301, 304, 307, 403, 404, 405, 406, 409, 410, 423, 451])
def test_refusals_do_not_pass(status: int) -> None:
    assert isinstance(said(status, {"message": "no"}), GiveUp)


@pytest.mark.parametrize("status", [400, 411, 413, 414, 415, 418, 422, 431])
def test_wrong_requests_are_our_bug(status: int) -> None:
    assert isinstance(said(status, {"message": "no"}), OurBug)


def test_bad_credentials_tell_githubs_time() -> None:
    fault = said(401, {"message": "Bad credentials"}, {"date": DATE})

    assert isinstance(fault, BadCredentials)
    assert fault.server_time == NOW


def test_a_missing_permission_is_named() -> None:
    fault = said(
        403,
        {"message": "Resource not accessible by integration"},
        {"X-Accepted-GitHub-Permissions": "checks=write", **left(0, 60)},
    )

    assert isinstance(fault, GiveUp)
    assert "checks=write" in str(fault)
    assert "checks=write" in fault.detail


def test_a_suspended_installation_is_named() -> None:
    fault = said(403, {"message": "This installation has been suspended"})

    assert isinstance(fault, GiveUp)
    assert "suspended" in str(fault)


@pytest.mark.parametrize(
    ("errors", "detail"),
    [
        (
            ["Pull request review thread line must be part of the diff"],
            "Unprocessable Entity; Pull request review thread line must be part of the diff",
        ),
        ("Body can't be blank", "Unprocessable Entity; Body can't be blank"),
        (
            [{"resource": "CheckRun", "field": "summary", "code": "custom", "message": "too long"}],
            "Unprocessable Entity; CheckRun.summary: too long",
        ),
        (
            [{"field": "annotations", "code": "invalid"}],
            "Unprocessable Entity; annotations: invalid",
        ),
        ([{"code": "custom"}, None, 3, "x"], "Unprocessable Entity; custom; x"),
        (None, "Unprocessable Entity"),
    ],
)
def test_a_422_carries_githubs_complaint(errors: Any, detail: str) -> None:
    fault = said(422, {"message": "Unprocessable Entity", "errors": errors})

    assert isinstance(fault, OurBug)
    assert fault.detail == detail


@pytest.mark.parametrize(
    "secret",
    [
        "ghs_" + "a" * 36,
        "ghs_4711_eyJhbGciOiJSUzI1NiJ9." + "Ab1-_" * 90 + "." + "x" * 40,
        "github_pat_" + "b" * 60,
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOjF9.c2lnbmF0dXJl",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA",
    ],
)
def test_tokens_in_a_message_are_blotted_out(secret: str) -> None:
    fault = said(422, {"message": f"x {secret} y", "errors": [secret]})

    assert secret[4:] not in str(fault) + fault.detail
    assert "[secret]" in fault.detail


def test_the_request_id_helps_githubs_support() -> None:
    assert "C0FE:1A" in str(said(502, b"", {"X-GitHub-Request-Id": "C0FE:1A"}))
    assert "<b>" not in str(said(502, b"", {"X-GitHub-Request-Id": "<b>"}))
