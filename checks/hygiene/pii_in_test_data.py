"""The check ``pii-in-test-data``: data of real-looking people among the fixtures."""

from __future__ import annotations

from checks.events import TextEvent
from checks.hygiene.shared.personal import Personal, personal_in
from checks.model import Aspect, Confidence, Severity, Span, Surface
from checks.registry import TEST_ROLES, TEXT, check
from checks.report import Report

_METADATA = frozenset(
    {"package.json", "package-lock.json", "composer.json", "composer.lock", "pyproject.toml",
     "setup.cfg", "bower.json", "codemeta.json", "authors.json", "contributors.json", "poetry.lock"}
)  # fmt: skip
_GENERATED = ("faker", "mockaroo", "generatedata", "fake data", "randomuser.me", "synthetic")
_AUTHORS = ("author", "maintainer", "contributor", "copyright", "license", "licence", "committer",
            "signed-off-by", "reported by", "co-authored", "git@", "mailto")  # fmt: skip
_HEAD = 2_000
_MAX_LINE = 2_000
_MAX_LINES = 20_000


@check(
    id="pii-in-test-data",
    title="Real-looking personal data in fixtures",
    aspect=Aspect.TEST_DATA,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=TEXT,
    languages=frozenset({"python", "json", "yaml", "sql", "csv", "text"}),
    cwe=(359,),
)
def pii_in_test_data(event: TextEvent, report: Report) -> None:
    """Test data that could belong to a person: a mailbox with a name, a card, a telephone number.

    Why:
        Data that was copied from production stays in the history of the repository for ever, and
        a test that sends mail or messages reaches a stranger.
    Bad:
        # file: tests/fixtures/users.json
        [{"name": "Anna Berg", "email": "anna.berg@gmail.com"}]
    Good:
        # file: tests/fixtures/users.json
        [{"name": "Anna Berg", "email": "anna.berg@example.com"}]
    Suppress:
        Where the person agreed to it, and where a number is published for tests.
    """
    if event.path.rpartition("/")[2].lower() in _METADATA:
        return
    text = event.source.data.decode("latin-1")  # one character a byte: places are byte offsets
    beginning = text[:_HEAD].lower()
    if any(word in beginning for word in _GENERATED):
        return
    found = _found(event, text)
    for what in dict.fromkeys(one.what for _, one in found):
        same = [(start, one) for start, one in found if one.what == what]
        start, first = same[0]
        more = f" and {len(same) - 1} more like it" if len(same) > 1 else ""
        article = "an" if what[0] in "aeiou" else "a"
        report(
            at=Span(start + first.start, start + first.start + first.length),
            message=f"This looks like {article} {what} of a real person{more}.",
            why="It stays in the history for ever, and a test that uses it may reach a stranger.",
            fix="Use an address at `example.com`."
            if what == "e-mail address"
            else "Use a number that is published for tests.",
        )


def _found(event: TextEvent, text: str) -> list[tuple[int, Personal]]:
    """What is personal in the lines that the change adds, each with the start of its line."""
    lines = text.split("\n")[:_MAX_LINES]
    found: list[tuple[int, Personal]] = []
    start = 0
    for number, line in enumerate(lines, 1):
        if len(line) <= _MAX_LINE and event.is_added(number) and _may_hold(line):
            around = "\n".join(one[:_MAX_LINE] for one in lines[max(0, number - 3) : number + 2])
            if not any(word in around.lower() for word in _AUTHORS):
                found += [(start, one) for one in personal_in(line, around)]
        start += len(line) + 1
    return found


def _may_hold(line: str) -> bool:
    return "@" in line or sum(map(str.isdigit, line)) >= 9
