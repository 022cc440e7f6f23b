"""What each event becomes: a job with its lane, or nothing for a reason."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.events import Delivery, Ignored, Outcome, translate, translators
from bot.jobs import NewJob, kinds
from tests.bot.events.payloads import (
    APP_ID,
    INSTALLATION,
    REPOSITORY,
    SHA,
    check_run,
    check_suite,
    issue_comment,
    labelled,
    merge_group,
    pull_request,
    reference,
    review,
    review_comment,
)

unhurried = hypothesis_settings(deadline=None)
"""Other work on the machine makes no test fail."""

DELIVERY = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
KNOWN = translators(APP_ID)
LANE = "77:186853002:2"


def outcome(event: str, payload: Any) -> Outcome:
    return translate(Delivery(DELIVERY, event, json.dumps(payload).encode()), KNOWN)


def jobs(event: str, payload: Any) -> tuple[NewJob, ...]:
    found = outcome(event, payload)
    assert not isinstance(found, Ignored), found.reason
    return found


def reason(event: str, payload: Any) -> str:
    found = outcome(event, payload)
    assert isinstance(found, Ignored)
    return found.reason


@pytest.mark.parametrize("action", ["opened", "reopened", "synchronize", "ready_for_review"])
def test_a_changed_pull_request_is_reviewed(action: str) -> None:
    (job,) = jobs("pull_request", pull_request(action))
    assert job == NewJob(
        kind=kinds.REVIEW,
        payload=kinds.encode(
            kinds.ReviewPull(
                installation=77,
                repository=kinds.Repository(id=186853002, owner="Codertocat", name="Hello-World"),
                pull=2,
                trigger=action,
                delivery=DELIVERY,
                head_hint=SHA,
            )
        ),
        dedupe=DELIVERY,
        lane=LANE,
        group="77",
        supersede=True,
    )


def test_a_push_names_the_head_before_it() -> None:
    before = "0" * 40
    (job,) = jobs("pull_request", pull_request("synchronize", before=before, after=SHA))
    assert (job.payload["head_hint"], job.payload["before_hint"]) == (SHA, before)


@pytest.mark.parametrize("before", [None, "", "x", 5, [], "g" * 40])
def test_a_hint_that_is_none_costs_no_review(before: Any) -> None:
    payload = pull_request("synchronize", before=before)
    payload["pull_request"]["head"] = before
    (job,) = jobs("pull_request", payload)
    assert (job.payload["head_hint"], job.payload["before_hint"]) == ("", "")


def test_another_base_branch_is_reviewed() -> None:
    changes = {"base": {"ref": {"from": "main"}, "sha": {"from": SHA}}}
    (job,) = jobs("pull_request", pull_request("edited", changes=changes))
    assert job.supersede
    assert "base" in job.payload["trigger"]


@pytest.mark.parametrize(
    ("action", "changes"),
    [
        ("edited", {"title": {"from": "old"}}),
        ("edited", {}),
        ("closed", {}),
        ("converted_to_draft", {}),
        ("enqueued", {}),
        ("dequeued", {}),
        ("assigned", {}),
        ("invented_tomorrow", {}),
    ],
)
def test_other_actions_are_passed_over(action: str, changes: dict[str, Any]) -> None:
    assert reason("pull_request", pull_request(action, changes=changes))


def test_a_pull_request_of_another_repository_is_passed_over() -> None:
    payload = pull_request("opened")
    payload["pull_request"] = reference(repository=5)
    assert "another repository" in reason("pull_request", payload)


def test_a_fork_that_is_gone_is_reviewed_all_the_same() -> None:
    payload = pull_request("opened")
    payload["pull_request"]["head"] = {"ref": "x", "sha": SHA, "repo": None, "user": None}
    assert len(jobs("pull_request", payload)) == 1


def test_a_command_is_a_job_beside_the_reviews() -> None:
    (job,) = jobs("issue_comment", issue_comment("/assay recheck\r\nplease, it was flaky"))
    assert (job.kind, job.lane) == (kinds.COMMENT_COMMAND, f"{LANE}:commands")
    assert job.group == "77:commands"
    assert (job.dedupe, job.supersede) == (DELIVERY, False)
    asked = kinds.decode(job.payload, kinds.CommentCommand)
    assert asked.body == "/assay recheck"
    assert (asked.pull, asked.comment, asked.author) == (2, 492700400, "octocat")
    assert asked.delivery == DELIVERY


@pytest.mark.parametrize(
    "payload",
    [
        issue_comment("/assay recheck", "edited"),
        issue_comment("/assay recheck", "deleted"),
        issue_comment("/assay recheck", issue={"number": 2}),
        issue_comment("/assay recheck", issue={"number": 2, "pull_request": None}),
        issue_comment("> /assay recheck"),
        issue_comment("```\n/assay recheck\n```"),
        issue_comment("you can say /assay recheck"),
        issue_comment(""),
        issue_comment(None),
        issue_comment("", comment={"id": 1, "body": "/assay help", "user": None}),
        issue_comment(
            "", comment={"id": 1, "body": "/assay help", "user": {"login": "x[bot]", "type": "Bot"}}
        ),
        issue_comment("", comment={"id": 1, "body": "/assay help", "user": {"login": "x[bot]"}}),
    ],
)
def test_other_comments_are_passed_over(payload: Any) -> None:
    assert reason("issue_comment", payload)


def test_a_zero_byte_never_reaches_the_database() -> None:
    (job,) = jobs("issue_comment", issue_comment("/assay recheck \0 now"))
    assert "\0" not in json.dumps(job.payload)
    assert "\\u0000" not in json.dumps(job.payload)


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("check_run", check_run("rerequested")),
        ("check_run", check_run("requested_action")),
        ("check_run", check_run("rerequested", pulls=[], external_id="pull:2")),
        ("check_run", check_run("rerequested", pulls=[], external_id="pull:2:more")),
        ("check_suite", check_suite("rerequested")),
    ],
)
def test_a_re_run_waits_its_turn(event: str, payload: Any) -> None:
    (job,) = jobs(event, payload)
    assert (job.kind, job.lane, job.supersede) == (kinds.REVIEW, LANE, False)
    asked = kinds.decode(job.payload, kinds.ReviewPull)
    assert (asked.rerun, asked.rerun_key, asked.pull) == (True, DELIVERY, 2)
    assert "@octocat" in asked.trigger


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("check_run", check_run("rerequested", pulls=[], external_id=None)),
        ("check_run", check_run("rerequested", pulls=[reference(repository=5)])),
        ("check_run", check_run("rerequested", pulls=[], external_id="something else")),
        ("check_suite", check_suite("rerequested", pulls=[])),
    ],
)
def test_a_head_without_a_pull_request_is_looked_up(event: str, payload: Any) -> None:
    (job,) = jobs(event, payload)
    assert (job.kind, job.group, job.dedupe) == (kinds.RERUN_HEAD, "77", DELIVERY)
    asked = kinds.decode(job.payload, kinds.RerunHead)
    assert (asked.head_sha, asked.sender, asked.delivery) == (SHA, "octocat", DELIVERY)


def test_a_suite_re_runs_every_pull_request_of_its_head_once() -> None:
    pulls = [reference(2), reference(3), reference(2), reference(4, repository=5)]
    found = jobs("check_suite", check_suite("rerequested", pulls=pulls))
    assert [job.payload["pull"] for job in found] == [2, 3]
    assert len({job.dedupe for job in found}) == 2


def test_the_external_id_tells_which_of_two_pull_requests_is_meant() -> None:
    pulls = [reference(2), reference(3)]
    (job,) = jobs("check_run", check_run("rerequested", pulls=pulls, external_id="pull:3"))
    assert job.payload["pull"] == 3


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("check_run", check_run("created")),
        ("check_run", check_run("completed")),
        ("check_run", check_run("rerequested", app=5)),
        ("check_run", check_run("requested_action", app=5)),
        ("check_suite", check_suite("requested")),
        ("check_suite", check_suite("completed")),
        ("check_suite", check_suite("rerequested", app=5)),
        ("merge_group", {"action": "checks_requested"}),
        ("merge_group", merge_group("destroyed", reason="merged")),
        ("merge_group", merge_group("invented_tomorrow")),
        ("pull_request", pull_request("labeled")),
        ("installation", {"action": "deleted", "installation": INSTALLATION}),
        ("installation", {"action": "suspend", "installation": INSTALLATION}),
        ("installation_repositories", {"action": "removed", "installation": INSTALLATION}),
        ("installation_target", {"action": "renamed", "installation": INSTALLATION}),
        ("ping", {"zen": "Design for failure."}),
        ("installation", {"action": "new_permissions_accepted", "installation": INSTALLATION}),
        ("installation_repositories", {"action": "added", "installation": INSTALLATION}),
        ("star", {"action": "created", "repository": REPOSITORY}),
    ],
)
def test_the_rest_is_passed_over_with_a_reason(event: str, payload: Any) -> None:
    assert reason(event, payload)


def test_an_installation_is_named_for_the_log() -> None:
    account = {"login": "octo-org", "type": "Organization"}
    said = reason(
        "installation",
        {"action": "new_permissions_accepted", "installation": {"id": 77, "account": account}},
    )
    assert said == (
        "installation 77 of octo-org: new permissions accepted; the next token has them"
    )


@pytest.mark.parametrize("action", ["labeled", "unlabeled"])
def test_a_label_is_looked_at_and_pushes_no_review_aside(action: str) -> None:
    (job,) = jobs("pull_request", labelled(action, "wip"))
    assert (job.kind, job.lane, job.supersede) == (kinds.REVIEW, LANE, False)
    asked = kinds.decode(job.payload, kinds.ReviewPull)
    assert (asked.label, asked.trigger, asked.rerun) == ("wip", action, False)


def test_a_label_of_a_closed_or_foreign_pull_request_is_passed_over() -> None:
    closed = labelled()
    closed["pull_request"]["state"] = "closed"
    assert reason("pull_request", closed)
    foreign = labelled()
    foreign["pull_request"] = reference(repository=5)
    assert "another repository" in reason("pull_request", foreign)


@pytest.mark.parametrize(
    ("ref", "pull"),
    [
        (f"main/pr-2-{SHA}", 2),
        (f"release/1.x/pr-77-{SHA}", 77),
        (f"main/pr-{'9' * 40}-{SHA}", 0),
        (f"main/pr-x-{SHA}", 0),
        ("main/pr-2", 0),
        ("main", 0),
        ("", 0),
    ],
)
def test_a_merge_group_gets_a_check_of_its_own(ref: str, pull: int) -> None:
    (job,) = jobs("merge_group", merge_group(ref=ref))
    assert (job.kind, job.supersede, job.dedupe) == (kinds.MERGE_GROUP, True, DELIVERY)
    assert job.lane != LANE
    assert job.group == "77:merge-groups"
    asked = kinds.decode(job.payload, kinds.MergeGroup)
    assert (asked.pull, asked.head_sha, asked.destroyed) == (pull, SHA, False)


def test_a_branch_that_is_no_queues_names_no_pull_request() -> None:
    payload = merge_group()
    payload["merge_group"]["head_ref"] = f"refs/heads/main/pr-2-{SHA}"
    (job,) = jobs("merge_group", payload)
    assert job.payload["pull"] == 0


@pytest.mark.parametrize("why", ["invalidated", "dequeued", None])
def test_the_end_of_a_merge_group_takes_its_check_away(why: str | None) -> None:
    (asked,) = jobs("merge_group", merge_group())
    (job,) = jobs("merge_group", merge_group("destroyed", reason=why))
    assert (job.kind, job.lane, job.supersede) == (asked.kind, asked.lane, True)
    assert job.payload["destroyed"] is True


def test_a_merge_groups_check_can_be_run_again() -> None:
    (job,) = jobs("check_run", check_run("rerequested", pulls=[], external_id="group:2"))
    assert job.kind == kinds.MERGE_GROUP
    asked = kinds.decode(job.payload, kinds.MergeGroup)
    assert (asked.pull, asked.head_sha, asked.rerun) == (2, SHA, True)


PAYLOADS: list[tuple[str, dict[str, Any]]] = [
    ("pull_request", pull_request("opened")),
    ("pull_request", pull_request("edited", changes={"base": {}})),
    ("issue_comment", issue_comment("/assay help")),
    ("check_run", check_run("rerequested", external_id="pull:2")),
    ("check_run", check_run("requested_action", requested_action={"identifier": "recheck"})),
    ("pull_request_review", review("/assay recheck")),
    ("pull_request_review_comment", review_comment("/assay help")),
    ("check_suite", check_suite("rerequested")),
    ("installation", {"action": "created", "installation": INSTALLATION}),
    ("pull_request", labelled()),
    ("merge_group", merge_group()),
]
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    # Made anew each time: a later change may reach into what an earlier one put there.
    st.builds(list),
    st.builds(dict),
    st.builds(lambda: [None]),
    st.builds(lambda: {"id": {}}),
)


def paths(value: Any, prefix: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [prefix] if prefix else []
    steps: Any = ()
    if isinstance(value, dict):
        steps = value.items()
    elif isinstance(value, list):
        steps = enumerate(value)
    for step, inner in steps:
        found += paths(inner, (*prefix, step))
    return found


def test_a_button_is_a_command_of_its_own_lane() -> None:
    payload = check_run(
        "requested_action",
        pulls=[],
        external_id="pull:2:more",
        requested_action={"identifier": "ignore-tests"},
    )
    (job,) = jobs("check_run", payload)
    assert (job.kind, job.lane, job.group) == (kinds.BUTTON, f"{LANE}:commands", "77:commands")
    asked = kinds.decode(job.payload, kinds.ButtonPress)
    assert (asked.identifier, asked.sender, asked.pull) == ("ignore-tests", "octocat", 2)
    assert asked.head_sha == SHA


def test_a_command_in_reply_to_a_finding_names_the_thread() -> None:
    (job,) = jobs("pull_request_review_comment", review_comment("/assay ignore it is a test"))
    assert (job.kind, job.lane) == (kinds.COMMENT_COMMAND, f"{LANE}:commands")
    asked = kinds.decode(job.payload, kinds.CommentCommand)
    assert asked.body == "/assay ignore it is a test"
    assert (asked.on_line, asked.thread, asked.comment) == (True, 100, 101)
    assert asked.when == "2026-11-24T10:00:00Z"
    (job,) = jobs("pull_request_review_comment", review_comment("/assay help", root=None))
    assert kinds.decode(job.payload, kinds.CommentCommand).thread == 101


@pytest.mark.parametrize(
    "payload",
    [
        review_comment("/assay help", "edited"),
        review_comment("/assay help", "deleted"),
        review_comment("Thank you."),
        review_comment("> /assay help"),
        review_comment(None),
        review_comment("/assay help", user=None),
        review_comment("/assay help", user={"login": "assay[bot]", "type": "Bot"}),
    ],
)
def test_what_is_no_command_on_a_line(payload: Any) -> None:
    assert reason("pull_request_review_comment", payload)


def test_a_command_in_the_words_of_a_review() -> None:
    (job,) = jobs("pull_request_review", review("/assay recheck\r\n\r\nplease"))
    assert (job.kind, job.lane) == (kinds.COMMENT_COMMAND, f"{LANE}:commands")
    asked = kinds.decode(job.payload, kinds.CommentCommand)
    assert (asked.body, asked.comment, asked.review) == ("/assay recheck", 80, "PRR_kwDOA1s")
    assert (asked.on_line, asked.thread) == (False, 0)
    assert (asked.author, asked.when) == ("octocat", "2026-11-24T10:00:00Z")


@pytest.mark.parametrize(
    "payload",
    [
        review("/assay recheck", "edited"),
        review("/assay recheck", "dismissed"),
        review("Good work."),
        review("> /assay recheck"),
        review(None),
        review(""),
        review("/assay recheck", user=None),
        review("/assay recheck", user={"login": "assay[bot]", "type": "Bot"}),
    ],
)
def test_what_is_no_command_in_a_review(payload: Any) -> None:
    assert reason("pull_request_review", payload)


@unhurried
@given(st.data())
def test_a_payload_with_anything_anywhere_is_no_crash(data: st.DataObject) -> None:
    event, original = data.draw(st.sampled_from(PAYLOADS))
    payload = json.loads(json.dumps(original))
    for path in data.draw(st.lists(st.sampled_from(paths(original)), min_size=1, max_size=3)):
        holder = payload
        for step in path[:-1]:
            holder = holder[step] if isinstance(holder, dict | list) and _has(holder, step) else {}
        if isinstance(holder, dict) or (isinstance(holder, list) and _has(holder, path[-1])):
            holder[path[-1]] = data.draw(JUNK)
    found = outcome(event, payload)
    if isinstance(found, Ignored):
        assert found.reason
    else:
        assert found
        for job in found:
            json.dumps(job.payload, allow_nan=False)
            assert job.dedupe


def _has(holder: Any, step: Any) -> bool:
    if isinstance(holder, dict):
        return step in holder
    return isinstance(step, int) and step < len(holder)
