"""The configuration file: what counts, and what is said about mistakes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checks import configuration
from checks.configuration import Configuration, keys, parse, words
from checks.expressions import MAX_LENGTH
from checks.model import Problem, Profile, Role, Settings, Severity, Threshold
from checks.policy import Policy

ROOT = Path(__file__).parents[2]
CHECKS = ("sleep-in-test", "sql-built-by-formatting", "unbounded-polling-loop")
SCHEMA = json.loads((ROOT / "checks" / "configuration.schema.json").read_text())
VALIDATOR = jsonschema_rs.validator_for(SCHEMA)


def read(text: str) -> Configuration:
    return parse(text.encode(), CHECKS)


def good(text: str) -> Settings:
    result = read(text)
    assert result.problems == ()
    return result.settings


def problem(text: str) -> Problem:
    (only,) = read(text).problems
    return only


def test_every_key_is_read() -> None:
    assert good(
        """\
profile: strict
fail-on: critical
max-comments: 25
baseline: off
checks:
  sleep-in-test: off
  unbounded-polling-loop: critical
  sql-built-by-formatting: on
ignore:
  - docs/
  - "!docs/conf.py"
roles:
  qa/**: test-support
  qa/tool.py: production
"""
    ) == Settings(
        profile=Profile.STRICT,
        fail_on=Threshold.CRITICAL,
        max_comments=25,
        baseline=False,
        disabled=frozenset({"sleep-in-test"}),
        severities={"unbounded-polling-loop": Severity.CRITICAL},
        ignored_paths=("docs/", "!docs/conf.py"),
        roles=(("qa/**", Role.TEST_SUPPORT), ("qa/tool.py", Role.PRODUCTION)),
    )


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "---\n", "{}", "\ufeff", "~", "ignore:\nchecks:\nroles:\n"]
)
def test_a_file_that_says_nothing_means_the_defaults(text: str) -> None:
    assert good(text) == Settings()


@pytest.mark.parametrize("word", ["off", "Off", "OFF", "no", "false", "False", "'off'", '"no"'])
def test_all_words_for_off_mean_off(word: str) -> None:
    assert good(f"baseline: {word}").baseline is False
    assert good(f"checks: {{unbounded-polling-loop: {word}}}").disabled == {
        "unbounded-polling-loop"
    }
    assert good(f"fail-on: {word}").fail_on is Threshold.NEVER


@pytest.mark.parametrize("word", ["on", "On", "yes", "true", "TRUE", "'on'"])
def test_all_words_for_on_mean_on(word: str) -> None:
    assert good(f"baseline: {word}").baseline is True
    assert good(f"checks: {{unbounded-polling-loop: {word}}}") == Settings()


@pytest.mark.parametrize(
    ("text", "line", "key", "words"),
    [
        ("fail-on: high\nprofiel: quiet", 2, "profiel", "not known. Did you mean `profile`?"),
        ("max_comments: 3", 1, "max_comments", "Did you mean `max-comments`?"),
        ("profile: quite", 1, "profile", "`quiet`, `default` or `strict`. Did you mean `quiet`?"),
        ("profile:\n", 1, "profile", "It must be `quiet`"),
        ("profile: [quiet]", 1, "profile", "It must be `quiet`"),
        ("fail-on: hihg", 1, "fail-on", "Did you mean `high`?"),
        ("fail-on: on", 1, "fail-on", "It must be `info`"),
        ("baseline: maybe", 1, "baseline", "It must be `on` or `off`."),
        ("max-comments: 51", 1, "max-comments", "a whole number from 0 to 50"),
        ("max-comments: -1", 1, "max-comments", "a whole number"),
        ("max-comments: 1e1", 1, "max-comments", "a whole number"),
        ("max-comments: '3'", 1, "max-comments", "a whole number"),
        ("max-comments: ٣", 1, "max-comments", "a whole number"),
        (f"max-comments: {'9' * 5000}", 1, "max-comments", "a whole number"),
        ("checks:\n  sleep-in-tset: off", 2, "checks.sleep-in-tset", "`sleep-in-test`?"),
        (
            "checks:\n  unbounded-polling-loop: hgih",
            2,
            "checks.unbounded-polling-loop",
            "Did you mean `high`?",
        ),
        ("checks: off", 1, "checks", "one a line"),
        ("checks:\n  - unbounded-polling-loop", 2, "checks", "one a line"),
        ("ignore: docs/", 1, "ignore", "one `- glob` a line"),
        ("ignore:\n  - docs/\n  - [a]", 3, "ignore[1]", "one glob"),
        ("ignore:\n  - docs/\n  - 'a['", 3, "ignore[1]", "matches nothing"),
        ("roles:\n  qa/: tests", 2, "roles.qa/", "Did you mean `test`?"),
        ("roles:\n  '!qa/': test", 2, "roles.!qa/", "cannot begin with `!`"),
        ("roles:\n  'a[': test", 2, "roles.a[", "matches nothing"),
        ("profile: quiet\nprofile: strict", 2, "profile", "comes twice"),
        ("? [a]\n: b", 1, "", "one word"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_is_allowed(
    text: str, line: int, key: str, words: str
) -> None:
    found = problem(text)
    assert (found.line, found.key) == (line, key)
    assert words in found.message


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (b"profile: quiet\na: [", 2, "not valid YAML"),
        (b"profile: quiet\n\tb: c", 2, "not valid YAML"),
        (b"- profile", 1, "keys with values"),
        (b"quiet", 1, "keys with values"),
        (b"a: &x quiet\nprofile: *x", 2, "aliases"),
        (b"\n\xff", 2, "not UTF-8"),
        (b"\na: \x00", 2, "not allowed"),
        (b"#" * 65_537, 1, "larger than 64 KB"),
        (b"[" * 60_000, 1, "deeper than 20"),
        (b"- " * 30_000, 1, "deeper than 20"),
        (b"? " * 30_000, 1, "deeper than 20"),
        (b"{a: " * 15_000, 1, "deeper than 20"),
    ],
)
def test_a_file_that_cannot_be_read_leaves_the_defaults_and_one_problem(
    text: bytes, line: int, words: str
) -> None:
    result = parse(text, CHECKS)
    assert result.settings == Settings()
    (only,) = result.problems
    assert (only.line, only.key) == (line, "")
    assert words in only.message
    assert only.message.endswith("Nothing in the file was used.")


def test_the_rest_of_the_file_counts() -> None:
    result = read(
        "profile: loud\nmax-comments: 3\nchecks:\n  nothing: off\n  unbounded-polling-loop: off\n"
        "ignore:\n  - '['\n  - docs/\nroles:\n  a/: spam\n  b/: test\n"
    )
    assert [one.line for one in result.problems] == [1, 4, 7, 10]
    assert result.settings == Settings(
        max_comments=3,
        disabled=frozenset({"unbounded-polling-loop"}),
        ignored_paths=("docs/",),
        roles=(("b/", Role.TEST),),
    )


def test_the_last_word_on_a_check_counts() -> None:
    result = read("checks:\n  unbounded-polling-loop: off\n  unbounded-polling-loop: low\n")
    assert result.settings.severities == {"unbounded-polling-loop": Severity.LOW}
    assert result.settings.disabled == frozenset()


def test_a_tag_builds_nothing() -> None:
    assert good("profile: !!python/object/apply:os.system quiet").profile is Profile.QUIET


def test_only_the_first_document_counts() -> None:
    found = parse(b"profile: quiet\n---\nprofile: strict\n", CHECKS)
    assert found.settings.profile is Profile.QUIET
    (problem,) = found.problems
    assert (problem.line, "only the first counts" in problem.message) == (2, True)
    assert good("---\nprofile: quiet\n...\n").profile is Profile.QUIET
    broken = read("profile: quiet\n---\n[\n")
    assert (broken.settings.profile, len(broken.problems)) == (Profile.QUIET, 1)


def test_many_mistakes_are_cut_short_and_hide_no_setting() -> None:
    text = "".join(f"key-{n}: {n}\n" for n in range(500)) + "profile: quiet\n"
    result = read(text)
    assert len(result.problems) == 51
    assert "more mistakes" in result.problems[-1].message
    assert result.settings.profile is Profile.QUIET


def test_there_is_a_bound_on_globs() -> None:
    globs = "".join(f"  - a{n}\n" for n in range(600))
    result = read(f"ignore:\n{globs}")
    assert len(result.settings.ignored_paths) == 500
    assert "first 500" in result.problems[0].message


def test_what_a_problem_quotes_is_short_and_on_one_line() -> None:
    found = problem(f'"{"a" * 900}": 1')
    assert len(found.key) == 60
    assert problem('"a\\nb\\u202e": 1').key == "a�b�"


def test_the_catalogue_is_asked_when_no_checks_are_given() -> None:
    assert "no check of this name" in parse(b"checks:\n  nothing-like-it: off").problems[0].message


@given(st.binary(max_size=300))
def test_any_bytes_are_read(text: bytes) -> None:
    assert isinstance(parse(text, CHECKS), Configuration)


_KEYS = st.sampled_from([*SCHEMA["properties"], "profiel", "", "*", "!"])
_WORDS = st.sampled_from(
    [
        *configuration.SWITCH,
        *configuration.SEVERITIES,
        *configuration.ROLES,
        *configuration.PROFILES,
    ]
) | st.text("ab[]*&!:-#'\"\\ \n", max_size=8)


@given(st.lists(st.tuples(_KEYS, st.sampled_from([": ", ":\n  - ", ":\n  x: "]), _WORDS)))
def test_anything_that_looks_like_the_file_is_read(parts: list[tuple[str, str, str]]) -> None:
    text = "".join(f"{key}{joint}{word}\n" for key, joint, word in parts)
    result = read(text)
    lines = text.count("\n") + 1
    assert all(1 <= one.line <= lines for one in result.problems)
    assert all(one.message for one in result.problems)


_JSON_WORDS = st.sampled_from(
    [
        *configuration.SWITCH,
        *configuration.THRESHOLDS,
        *configuration.ROLES,
        "quiet",
        "default",
        "x",
    ]
)
_VALUES: st.SearchStrategy[object] = (
    _JSON_WORDS | st.booleans() | st.integers(-2, 60) | st.lists(_JSON_WORDS, max_size=2)
)
_FILES = st.fixed_dictionaries(
    {},
    optional={
        "profile": _VALUES,
        "fail-on": _VALUES,
        "max-comments": _VALUES,
        "baseline": _VALUES,
        "checks": _VALUES | st.none() | st.dictionaries(st.sampled_from(CHECKS), _VALUES),
        "ignore": _VALUES
        | st.none()
        | st.lists(st.sampled_from(["docs/", "!a", "*.py", "x" * 301, ""]) | _VALUES),
        "roles": _VALUES
        | st.none()
        | st.dictionaries(st.sampled_from(["docs/", "!a", "*.py", ""]), _VALUES),
        "languages": _VALUES | st.lists(st.sampled_from(["python", "go", "cobol"])),
        "paths": _VALUES
        | st.dictionaries(
            st.sampled_from(["docs/", "!a", "*.py", ""]),
            st.none()
            | st.fixed_dictionaries(
                {}, optional={"checks": st.dictionaries(st.sampled_from(CHECKS), _VALUES)}
            )
            | _VALUES,
        ),
        "drafts": st.sampled_from(["review", "summary", "skip"]) | _VALUES,
        "base-branches": st.none() | st.lists(st.sampled_from(["main", "!x", "", "x" * 301])),
        "labels": _VALUES
        | st.none()
        | st.fixed_dictionaries(
            {},
            optional={
                "skip": st.none() | st.lists(st.sampled_from(["wip", " ", "", "x" * 101])),
                "force": _JSON_WORDS,
                "both": st.just([]),
            },
        ),
        "commands": _VALUES
        | st.fixed_dictionaries({}, optional={"permission": st.just("triage") | _VALUES}),
        "bots": st.none() | st.fixed_dictionaries({}, optional={"profile": _VALUES}),
        "secrets": _VALUES
        | st.fixed_dictionaries(
            {},
            optional={
                "patterns": st.none()
                | st.lists(
                    st.fixed_dictionaries(
                        {},
                        optional={
                            "name": st.sampled_from(["Token", " ", "x" * 61]),
                            "pattern": st.sampled_from(["a+", "", "x" * 501]),
                            "severity": _JSON_WORDS,
                            "colour": st.just("red"),
                        },
                    )
                    | _JSON_WORDS,
                    max_size=1,
                ),
                "test-data": st.none() | st.lists(st.sampled_from(["a+", "", "x" * 501])),
            },
        ),
        "trusted-arguments": _VALUES,
        "code-scanning": _VALUES,
        "unknown": st.just(1),
    },
)


def _has_scalar_glob(file: dict[str, object]) -> Iterator[object]:
    """Globs that YAML would call a number or a boolean: fine as file names, no strings in JSON."""
    ignored = file.get("ignore")
    if isinstance(ignored, list):
        yield from (item for item in ignored if isinstance(item, bool | int))


@settings(max_examples=300)
@example({"base-branches": ["x" * 301]})
@example({"ignore": ["!" + "x" * 300]})
@given(_FILES.filter(lambda file: not list(_has_scalar_glob(file))))
def test_the_schema_for_editors_agrees(file: dict[str, object]) -> None:
    result = read(json.dumps(file, ensure_ascii=False))
    assert (result.problems == ()) is VALIDATOR.is_valid(file), result.problems


def test_the_schema_names_all_words_and_no_others() -> None:
    properties = SCHEMA["properties"]
    assert set(properties["profile"]["enum"]) == set(configuration.PROFILES)
    assert set(configuration.THRESHOLDS) <= set(properties["fail-on"]["enum"])
    assert set(properties["roles"]["additionalProperties"]["enum"]) == set(configuration.ROLES)
    assert properties["max-comments"]["maximum"] == configuration.MAX_COMMENTS
    assert properties["ignore"]["maxItems"] == configuration.MAX_GLOBS
    assert set(properties["languages"]["items"]["enum"]) == set(words.LANGUAGES)
    assert properties["languages"]["maxItems"] == len(words.LANGUAGES)
    assert set(properties["drafts"]["enum"]) == set(words.DRAFTS)
    permission = properties["commands"]["properties"]["permission"]
    assert set(permission["enum"]) == set(words.PERMISSIONS)
    assert set(properties["bots"]["properties"]["profile"]["enum"]) == set(words.PROFILES)
    assert properties["base-branches"]["maxItems"] == keys.MAX_BRANCHES
    assert SCHEMA["$defs"]["labels"]["maxItems"] == keys.MAX_LABELS
    assert SCHEMA["$defs"]["labels"]["items"]["maxLength"] == keys.MAX_LABEL
    secrets = properties["secrets"]["properties"]
    assert secrets["patterns"]["maxItems"] == keys.MAX_PATTERNS
    assert secrets["patterns"]["items"]["properties"]["name"]["maxLength"] == keys.MAX_NAME
    assert secrets["test-data"]["maxItems"] == keys.MAX_TEST_DATA
    assert SCHEMA["$defs"]["expression"]["maxLength"] == MAX_LENGTH


def test_the_schema_and_the_reader_know_the_same_keys() -> None:
    everything = "".join(f"{key}:\n" for key in SCHEMA["properties"])
    unknown = [one for one in read(everything).problems if "not known" in one.message]
    assert unknown == []
    said = problem("nonsense: 1").message
    assert all(f"`{key}`" in said for key in SCHEMA["properties"])


def _examples() -> list[str]:
    page = (ROOT / "docs" / "configuration.md").read_text()
    return [block.partition("```")[0] for block in page.split("```yaml\n")[1:]]


@pytest.mark.parametrize("example", _examples())
def test_the_examples_of_the_page_are_right(example: str) -> None:
    result = parse(example.encode())
    assert result.problems == ()
    assert (result.settings, result.policy) != (Settings(), Policy())


def test_the_page_describes_every_key() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text()
    for key in SCHEMA["properties"]:
        assert f"\n## `{key}`\n" in page


def test_the_page_names_the_address_of_the_schema() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text()
    assert f"# yaml-language-server: $schema={SCHEMA['$id']}\n" in page
    assert SCHEMA["$id"].endswith("/checks/configuration.schema.json")
