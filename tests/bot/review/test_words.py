"""The words of a review as people see them: kept as files, and read by a Markdown parser.

``pytest tests/bot/review/test_words.py --update-words`` writes the files anew; look at the
difference before you commit it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.review import plan as plans
from bot.review import report as reports
from bot.review.markers import Place, Signer
from bot.review.model import Plan, Standing, Unread
from bot.review.words import comment, document
from bot.review.words.document import Block
from bot.review.words.place import Blobs, Voice
from checks.model import (
    Aspect,
    Evidence,
    Finding,
    IdleComment,
    Lines,
    Problem,
    Suggestion,
    Suppressed,
)
from tests.bot.review import values
from tests.bot.review.test_words_escape import MARKDOWN, REFERENCES, plain, structure, texts
from tests.bot.review.values import CATALOGUE, HEAD, REPORTS, SNAPSHOT, SQL, TRACE, VOICE

SNAPSHOTS = Path(__file__).parent / "snapshots"
SIGNER = Signer([b"k" * 32])
PLACE = Place(1296269, 7)
MARKER = SIGNER.mark("finding", PLACE, "abc")
BLOBS = Blobs.of_pull(SNAPSHOT.pull.html_url, HEAD)


def plan() -> Plan:
    problem = Problem(3, "fail-on", "`hihg` is no severity: choose info, low, medium or high")
    snapshot = replace(SNAPSHOT, problems=(problem,))
    report = reports.build(snapshot, REPORTS, CATALOGUE)
    return plans.make(
        snapshot, report, Standing(), SIGNER, repository=PLACE.repository, voice=VOICE
    )


def silenced() -> Plan:
    """A change that hides what is wrong with it, in more ways than one."""
    first = values.report(
        "app/sums.py",
        suppressed=(
            Suppressed("weak-hash", Lines(4, 4), "a checksum, not a secret", True, comment=4),
            Suppressed("weak-hash", Lines(9, 9), "", True, comment=8),
            Suppressed("sql-injection", Lines(20, 22), "", True, comment=20, marker="nosec"),
            Suppressed("path-traversal", Lines(30, 30), "older", False, comment=30),
        ),
        idle=(IdleComment(41, ("code-injection", "command-injection")),),
        preexisting=3,
    )
    quiet = replace(SNAPSHOT, diffs=SNAPSHOT.diffs[:1], unread=())
    quiet = replace(quiet, pull=replace(quiet.pull, changed_files=1))
    report = reports.build(quiet, (first,), CATALOGUE)
    return plans.make(quiet, report, Standing(), SIGNER, repository=PLACE.repository, voice=VOICE)


def pages() -> dict[str, str]:
    made = plan()
    quiet = replace(SNAPSHOT, diffs=SNAPSHOT.diffs[:1], unread=())
    quiet = replace(quiet, pull=replace(quiet.pull, changed_files=1))
    calm = reports.build(quiet, (values.report("app/orders.py"),), CATALOGUE)
    clean = plans.make(quiet, calm, Standing(), SIGNER, repository=PLACE.repository, voice=VOICE)
    body = made.create[1].body
    return {
        "summary.md": made.summary,
        "details.md": made.text,
        "review.md": made.review_body,
        "secret.md": made.create[0].body,
        "injection.md": body,
        "sleep.md": made.create[2].body,
        "fixed.md": comment.fixed(body, head_sha=HEAD, silenced=False, marker=MARKER),
        "clean.md": clean.summary,
        "silenced.md": silenced().summary,
        "gave-up.md": plans.gave_up(HEAD, "GitHub did not answer", voice=VOICE).summary,
        "superseded.md": plans.superseded(HEAD, voice=VOICE).summary,
    }


@pytest.mark.parametrize("name", list(pages()))
def test_words_are_as_they_were(name: str, request: pytest.FixtureRequest) -> None:
    written = pages()[name] + "\n"
    file = SNAPSHOTS / name
    if request.config.getoption("--update-words", default=False):
        file.parent.mkdir(exist_ok=True)
        file.write_text(written, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == written


def test_no_snapshot_is_left_over() -> None:
    assert {file.name for file in SNAPSHOTS.iterdir()} == set(pages())


@pytest.mark.parametrize("name", list(pages()))
def test_words_are_restrained(name: str) -> None:
    written = pages()[name].replace("<!--", "")
    for unwanted in ("!", "great", "nice", "awesome", "please", "sorry"):
        assert unwanted not in written.lower()


def test_what_is_fixed_is_offered_no_more() -> None:
    body = comment.fixed(
        inline(SQL, Suggestion(Lines(12, 13), "x = 1")),
        head_sha=HEAD,
        silenced=False,
        marker=MARKER,
    )
    assert "```\nx = 1\n```" in body
    assert "suggestion" not in body


def inline(found: Finding, suggestion: Suggestion | None = None, voice: Voice = VOICE) -> str:
    return comment.finding(found, voice=voice, blobs=BLOBS, suggestion=suggestion, marker=MARKER)


@given(texts, texts, texts, texts)
def test_a_hostile_finding_changes_no_structure(
    message: str, why: str, note: str, path: str
) -> None:
    def made(message: str, why: str, note: str, path: str) -> str:
        steps = tuple(replace(step, note=note, path=path) for step in TRACE)
        return inline(replace(SQL, message=message, why=why, fix=why, trace=steps))

    hostile = MARKDOWN.parse(made(f"x{message}x", f"x{why}x", f"x{note}x", f"x{path}x"))
    harmless = MARKDOWN.parse(made("xx", "xx", "xx", "xx"))

    def kept(kinds: list[str]) -> list[str]:
        return [kind for kind in kinds if kind not in ("code_inline", "link_open", "link_close")]

    assert kept(structure(hostile)) == kept(structure(harmless))
    assert not REFERENCES.search(plain(hostile))
    for token in hostile:
        for child in token.children or ():
            if child.type == "link_open":
                assert str(child.attrs["href"]).startswith("https://github.com/")
    marker = SIGNER.read(inline(replace(SQL, message=message)), PLACE)
    assert marker is not None
    assert marker.fingerprint == "abc"


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Zl", "Zp"))))
def test_a_suggestion_is_exactly_its_text(text: str) -> None:
    written = comment.offered(Suggestion(Lines(1, 1), text))
    if not written:
        return
    (token,) = MARKDOWN.parse(written)
    assert (token.type, token.info) == ("fence", "suggestion")
    assert token.content == f"{text}\n"


@pytest.mark.parametrize(
    ("suggestion", "written"),
    [
        (Suggestion(Lines(1, 2), "a\r\nb"), "```suggestion\na\r\nb\n```"),
        (Suggestion(Lines(1, 2), "", deletes=True), "```suggestion\n```"),
        (Suggestion(Lines(1, 2), ""), "```suggestion\n\n```"),
        (Suggestion(Lines(1, 2), "````"), "`````suggestion\n````\n`````"),
        (Suggestion(Lines(1, 2), "\tx = '\u202e'"), ""),
        (Suggestion(Lines(1, 2), "x\ry"), ""),
        (Suggestion(Lines(1, 2), "x" * 9_000), ""),
    ],
)
def test_suggestions(suggestion: Suggestion, written: str) -> None:
    assert comment.offered(suggestion) == written


def test_without_an_address_of_the_rules_the_rule_is_plain_code() -> None:
    plain_voice = Voice(version="1", catalogue=CATALOGUE)
    assert "<sub>`sql-injection` · high severity" in inline(SQL, voice=plain_voice)


@pytest.mark.parametrize(
    "url", ["", "https://github.com/o/r", "javascript:alert(1)/pull/7", "https://x/pull/7/files"]
)
def test_an_odd_address_of_the_pull_request_gives_no_links(url: str) -> None:
    assert Blobs.of_pull(url, HEAD).url("a.py", Lines(1, 2)) == ""


@given(
    st.lists(
        st.tuples(st.lists(st.text(max_size=40), max_size=30), st.booleans()),
        min_size=1,
        max_size=6,
    ),
    st.integers(900, 3_000),
)
def test_a_document_keeps_its_budget_and_says_what_it_cut(
    shapes: list[tuple[list[str], bool]], budget: int
) -> None:
    blocks = [
        Block("HEAD", tuple(f"({item})" for item in items), "TAIL", noun=f"thing{number}")
        if not essential
        else Block("ESSENTIAL", essential=True)
        for number, (items, essential) in enumerate(shapes)
    ]
    written = document.compose(blocks, budget)
    assert len(written.encode()) <= budget
    assert written.count("HEAD") == written.count("TAIL")
    assert written.count("ESSENTIAL") == sum(essential for _, essential in shapes)
    whole = document.compose(blocks, 1 << 30)
    assert "Cut for length" not in whole
    assert ("Cut for length" in written) == (written != whole)


def test_a_cut_stands_before_the_footer_and_counts() -> None:
    blocks = [
        Block("Verdict", essential=True),
        Block("", tuple("x" * 100 for _ in range(50)), noun="finding"),
        Block("Footer", essential=True),
    ]
    written = document.compose(blocks, 1_700).split("\n\n")
    kept = written[1].count("\n") + 1
    assert written[2] == f"*Cut for length, and not shown here: {50 - kept} findings.*"
    assert written[-1] == "Footer"
    assert 8 <= kept <= 10


OURS = re2.compile(
    r"^(?:</?sub>|<br>|</details>|<details><summary>"
    r"(?:<code>[^<>]*</code>)?[^<>]*</summary>|<!-- assay:1 [^<>]* -->)$"
)


@settings(max_examples=60)
@given(path=texts.filter(bool), text=texts, many=st.integers(1, 8))
def test_a_hostile_change_makes_no_html_and_no_links_of_its_own(
    path: str, text: str, many: int
) -> None:
    """Through every place of the check run that shows what a repository holds."""
    found = tuple(
        replace(SQL, path=path, message=text, why=text, fix=text, check=text, fingerprint=f"f{n}")
        for n in range(many)
    )
    evidence = (
        Evidence(Aspect.MOCKS, Lines(1, 2), text, text, text),
        Evidence(Aspect.LOGGING, Lines(1, 2), "", "", detail=text),
    )
    file = values.report(
        path,
        reason=text,
        findings=found,
        evidence=evidence,
        suppressed=(Suppressed(text, Lines(1, 1), text, True),),
        limits=(text,),
    )
    snapshot = replace(
        SNAPSHOT,
        unread=(Unread(path, text),),
        settings_source=text,
        problems=(Problem(1, text, text),),
    )
    report = reports.build(snapshot, (file,), CATALOGUE)
    made = plans.make(
        snapshot, report, Standing(), SIGNER, repository=PLACE.repository, voice=VOICE
    )
    for written in (made.summary, made.text):
        tokens = MARKDOWN.parse(written)
        assert not REFERENCES.search(plain(tokens))
        for token in [*tokens, *(child for one in tokens for child in one.children or ())]:
            if token.type in ("html_block", "html_inline"):
                assert OURS.match(token.content.strip())
            if token.type == "link_open":
                assert str(token.attrs["href"]).startswith("https://github.com/")
            assert token.type not in ("image", "fence", "code_block", "heading_open", "hr")
