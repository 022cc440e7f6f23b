"""The keys for languages, paths, conduct and secrets: what counts, and what is said of mistakes."""

from __future__ import annotations

import pytest

from checks import expressions
from checks.configuration import Configuration, Layer, describe, differences, parse, read
from checks.globs import any_name
from checks.model import PathSettings, Problem, Profile, SecretPattern, Settings, Severity
from checks.policy import Drafts, Permission, Policy

CHECKS = ("sleep-in-test", "sql-injection", "eval-exec")

ALL = """\
languages: [python, typescript]
paths:
  tests/:
    checks:
      sleep-in-test: off
      sql-injection: low
  tests/unit/:
    checks: {sleep-in-test: on}
drafts: skip
base-branches: [main, release/**]
labels:
  skip: [wip, No Review]
  force: [security]
commands: {permission: maintain}
bots: {profile: strict}
secrets:
  patterns:
    - name: Acme token
      pattern: 'acme_([0-9a-f]{8})'
    - {name: Other, pattern: 'other-\\d+', severity: low}
  test-data: ['acme_0+']
trusted-arguments: off
code-scanning: on
"""


def good(text: str) -> Configuration:
    result = parse(text.encode(), CHECKS)
    assert result.problems == ()
    return result


def problem(text: str) -> Problem:
    (only,) = parse(text.encode(), CHECKS).problems
    return only


def test_every_key_is_read() -> None:
    found = good(ALL)
    assert found.settings == Settings(
        languages=frozenset({"python", "typescript", "tsx"}),
        paths=(
            PathSettings(
                ("tests/",),
                disabled=frozenset({"sleep-in-test"}),
                severities={"sql-injection": Severity.LOW},
            ),
            PathSettings(("tests/unit/",), enabled=frozenset({"sleep-in-test"})),
        ),
        secret_patterns=(
            SecretPattern("Acme token", "acme_([0-9a-f]{8})"),
            SecretPattern("Other", r"other-\d+", Severity.LOW),
        ),
        test_data=("acme_0+",),
        trusted_arguments=False,
    )
    assert found.policy == Policy(
        drafts=Drafts.SKIP,
        base_branches=("main", "release/**"),
        skip_labels=frozenset({"wip", "No Review"}),
        force_labels=frozenset({"security"}),
        command_permission=Permission.MAINTAIN,
        bot_profile=Profile.STRICT,
        upload_sarif=True,
    )


@pytest.mark.parametrize(
    "text",
    [
        "paths:\nbase-branches:\nlabels:\ncommands:\nbots:\nsecrets:\n",
        "labels: {skip: , force: }\nsecrets: {patterns: , test-data: }\npaths: {a/: }\n",
        "paths: {a/: {checks: }}\n",
    ],
)
def test_a_key_without_a_value_says_nothing(text: str) -> None:
    found = good(text)
    assert (found.settings, found.policy) == (Settings(), Policy())


@pytest.mark.parametrize(
    ("text", "place", "key", "words"),
    [
        ("languages: [pyhton]", (1, 13), "languages[0]", "Did you mean `python`?"),
        ("languages: []", (1, 12), "languages", "It must name one of `python`"),
        ("languages: python", (1, 12), "languages", "one `- language` a line"),
        ("paths: [a/]", (1, 8), "paths", "globs with settings"),
        ("paths: {'!a/': {checks: }}", (1, 9), "paths.!a/", "cannot begin with `!`"),
        ("paths: {'a[': {checks: }}", (1, 9), "paths.a[", "matches nothing"),
        ("paths: {a/: off}", (1, 13), "paths.a/", "It must hold `checks`."),
        ("paths: {a/: {check: }}", (1, 14), "paths.a/.check", "Did you mean `checks`?"),
        (
            "paths: {a/: {checks: {sleep-in-tset: off}}}",
            (1, 23),
            "paths.a/.checks.sleep-in-tset",
            "Did you mean `sleep-in-test`?",
        ),
        (
            "paths: {a/: {checks: {sleep-in-test: lwo}}}",
            (1, 38),
            "paths.a/.checks.sleep-in-test",
            "Did you mean `low`?",
        ),
        ("drafts: none", (1, 9), "drafts", "`review`, `summary` or `skip`"),
        ("base-branches: main", (1, 16), "base-branches", "one `- glob` a line"),
        ("base-branches: [[main]]", (1, 17), "base-branches[0]", "one branch"),
        ("labels: [wip]", (1, 9), "labels", "It must hold `skip` or `force`."),
        ("labels: {skipp: [a]}", (1, 10), "labels.skipp", "Did you mean `skip`?"),
        ("labels: {skip: wip}", (1, 16), "labels.skip", "one `- label` a line"),
        ("labels: {skip: ['']}", (1, 17), "labels.skip[0]", "name of one label"),
        ("commands: {permission: push}", (1, 24), "commands.permission", "`admin`."),
        ("commands: write", (1, 11), "commands", "It must hold `permission`."),
        ("bots: {profile: quite}", (1, 17), "bots.profile", "Did you mean `quiet`?"),
        ("secrets: {patterns: [a]}", (1, 22), "secrets.patterns[0]", "a `name` and a `pattern`"),
        (
            "secrets: {patterns: [{name: a}]}",
            (1, 22),
            "secrets.patterns[0]",
            "It must have a `pattern`.",
        ),
        (
            "secrets: {patterns: [{pattern: a, name: a, colour: red}]}",
            (1, 44),
            "secrets.patterns[0].colour",
            "`severity`",
        ),
        (
            "secrets: {patterns: [{name: a, pattern: 'a*'}]}",
            (1, 41),
            "secrets.patterns[0].pattern",
            "it would match everywhere",
        ),
        (
            "secrets: {patterns: [{name: a, pattern: '(?=a)b'}]}",
            (1, 41),
            "secrets.patterns[0].pattern",
            "no expression that RE2 reads",
        ),
        (
            "secrets: {patterns: [{name: a, pattern: a, severity: hihg}]}",
            (1, 54),
            "secrets.patterns[0].severity",
            "Did you mean `high`?",
        ),
        (
            'secrets: {patterns: [{name: "a\\n", pattern: a}, {name: "b\\u202e", pattern: b}]}',
            (1, 56),
            "secrets.patterns[1].name",
            "It must be a name",
        ),
        ("secrets: {test-data: ['(']}", (1, 23), "secrets.test-data[0]", "no expression"),
        ("secrets: {test-data: [[a]]}", (1, 23), "secrets.test-data[0]", "in single quotes"),
        ("trusted-arguments: maybe", (1, 20), "trusted-arguments", "`on` or `off`"),
        ("code-scanning: upload", (1, 16), "code-scanning", "`on` or `off`"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_what_is_allowed(
    text: str, place: tuple[int, int], key: str, words: str
) -> None:
    found = problem(text)
    assert ((found.line, found.column), found.key) == (place, key)
    assert words in found.message


def test_names_of_patterns_come_once() -> None:
    result = parse(b"secrets: {patterns: [{name: a, pattern: x}, {name: a, pattern: y}]}", CHECKS)
    assert result.settings.secret_patterns == (SecretPattern("a", "y"),)
    assert "comes twice" in result.problems[0].message


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("labels: {{skip: [{}]}}", 20),
        ("base-branches: [{}]", 50),
        ("secrets: {{test-data: [{}]}}", 100),
        ("secrets: {{patterns: [{}]}}", 50),
    ],
)
def test_there_are_bounds_on_how_much_is_read(text: str, most: int) -> None:
    form = "{{name: n{0}, pattern: x{0}}}" if "patterns" in text else "x{0}"
    items = ", ".join(form.format(number) for number in range(most + 5))
    result = parse(text.format(items).encode(), CHECKS)
    (only,) = result.problems
    assert f"Only the first {most}" in only.message
    settings, policy = result.settings, result.policy
    counts = (policy.skip_labels, policy.base_branches, settings.test_data)
    assert most in map(len, (*counts, settings.secret_patterns))


# ── one file on another ──────────────────────────────────────────────────────────────────────────


def layered(owner: str, own: str) -> Configuration:
    layers = (Layer(owner.encode(), "the owner's", inherited=True), Layer(own.encode(), "ours"))
    return read(layers, CHECKS)


def test_words_and_lists_replace_and_mappings_merge() -> None:
    found = layered(
        "profile: quiet\nignore: [docs/]\nlabels: {skip: [a], force: [b]}\n"
        "checks: {sleep-in-test: off, sql-injection: low, eval-exec: off}\n"
        "roles: {qa/: test, lib/: production}\n"
        "paths: {a/: {checks: {sleep-in-test: off, eval-exec: low}}}\n",
        "ignore: [x/]\nlabels: {skip: [c]}\nchecks: {sleep-in-test: high, eval-exec: on}\n"
        "roles: {qa/: example}\npaths: {a/: {checks: {eval-exec: high}}}\n",
    )
    assert found.problems == ()
    assert found.settings == Settings(
        profile=Profile.QUIET,
        ignored_paths=("x/",),
        severities={"sleep-in-test": Severity.HIGH, "sql-injection": Severity.LOW},
        roles=tuple(good("roles: {lib/: production, qa/: example}").settings.roles),
        paths=(
            PathSettings(
                ("a/",),
                disabled=frozenset({"sleep-in-test"}),
                severities={"eval-exec": Severity.HIGH},
            ),
        ),
    )
    assert found.policy.skip_labels == {"c"}
    assert found.policy.force_labels == {"b"}


def test_an_empty_list_replaces_and_an_empty_mapping_does_not() -> None:
    found = layered("ignore: [docs/]\nchecks: {eval-exec: off}\n", "ignore: []\nchecks: {}\n")
    assert found.settings.ignored_paths == ()
    assert found.settings.disabled == {"eval-exec"}


@pytest.mark.parametrize(
    "mistake",
    ["profile: loud", "ignore: docs/", "labels: {skip: wip}", "secrets: {test-data: x}",
     "checks: {eval-exec: lwo}", "- a", "a: [", "secrets: {patterns: x}"],
)  # fmt: skip
def test_a_mistake_leaves_what_the_file_below_says(mistake: str) -> None:
    below = (
        "profile: quiet\nignore: [a/]\nlabels: {skip: [a]}\nchecks: {eval-exec: off}\n"
        "secrets: {test-data: [a], patterns: [{name: n, pattern: p}]}\n"
    )
    found = layered(below, mistake)
    assert len(found.problems) == 1
    assert (found.settings, found.policy) == (good(below).settings, good(below).policy)


def test_problems_say_in_which_file_they_are() -> None:
    found = layered("profile: loud", "drafts: never")
    assert [(one.key, one.source) for one in found.problems] == [
        ("profile", "the owner's"),
        ("drafts", ""),
    ]


def test_one_layer_is_the_file_itself_and_none_are_the_defaults() -> None:
    assert read([Layer(ALL.encode())], CHECKS) == good(ALL)
    assert read([], CHECKS) == Configuration()


# ── where values come from, and what differs ─────────────────────────────────────────────────────


def test_every_value_has_its_text_and_its_origin() -> None:
    found = layered("profile: quiet\nchecks: {eval-exec: off}\n", "\nfail-on: never\n")
    values = {one.key: one for one in describe(found)}
    assert (values["profile"].text, values["profile"].origin) == (
        "quiet",
        found.origins["profile"],
    )
    assert values["profile"].origin is not None
    assert (values["profile"].origin.source, values["profile"].origin.line) == ("the owner's", 1)
    fail_on = values["fail-on"]
    assert fail_on.origin is not None
    assert (fail_on.text, fail_on.origin.source, fail_on.origin.line) == ("never", "ours", 2)
    assert (values["checks.eval-exec"].text, values["max-comments"].origin) == ("off", None)
    assert "checks.sleep-in-test" not in values


def test_what_is_described_is_what_was_written() -> None:
    values = {one.key: one.text for one in describe(good(ALL)) if one.origin is not None}
    assert values == {
        "languages": "python, typescript",
        "paths.tests/.checks.sleep-in-test": "off",
        "paths.tests/.checks.sql-injection": "low",
        "paths.tests/unit/.checks.sleep-in-test": "on",
        "drafts": "skip",
        "base-branches": "main, release/**",
        "labels.skip": "No Review, wip",
        "labels.force": "security",
        "commands.permission": "maintain",
        "bots.profile": "strict",
        "secrets.patterns": r"Acme token (high): acme_([0-9a-f]{8}), Other (low): other-\d+",
        "secrets.test-data": "acme_0+",
        "trusted-arguments": "off",
        "code-scanning": "on",
    }


def test_equal_configurations_do_not_differ_and_others_do() -> None:
    assert differences(good(ALL), good(ALL + "# the same\n")) == ()
    assert [one.key for one in differences(Configuration(), good(ALL))] == [
        one.key for one in describe(good(ALL)) if one.origin is not None
    ]
    back = {one.key: (one.before, one.after) for one in differences(good(ALL), Configuration())}
    assert back["paths.tests/.checks.sleep-in-test"] == ("off", None)
    assert back["drafts"] == ("skip", "summary")


# ── branches and expressions ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("globs", "name", "matches"),
    [
        (["main"], "main", True),
        (["main"], "old/main", False),
        (["release"], "release/1", False),
        (["release/*"], "release/1", True),
        (["release/*"], "release/1/2", False),
        (["release/**"], "release/1/2", True),
        (["**"], "any/branch", True),
        (["*"], "any/branch", False),
        (["**/fix"], "a/b/fix", True),
        (["**", "!dependabot/**"], "dependabot/pip/x", False),
        (["**", "!dependabot/**"], "main", True),
        (["m[ae]in"], "mein", True),
        (["ma\\in"], "main", True),
        ([], "main", False),
        (["a["], "a[", False),
        (["x" * 301], "x" * 301, False),
    ],
)
def test_a_branch_is_matched_whole(globs: list[str], name: str, matches: bool) -> None:
    assert any_name(globs, name) is matches


@pytest.mark.parametrize(
    "expression",
    ["", "a*", "(a", "(?=x)a", r"(a)\1", "(x{1000}){1000}", "a" * 501, "(((a{30}){30}){30}){30}"],
)
def test_an_expression_that_cannot_be_used_has_a_fault_and_is_not_compiled(
    expression: str,
) -> None:
    fault = expressions.fault(expression)
    assert fault is not None
    assert fault.endswith(".")
    assert expressions.compiled(expression) is None


@pytest.mark.parametrize("expression", ["acme_[0-9a-f]{32}", r"\bK-\d{4,}", "ключ-[а-я]+", "(?i)x"])
def test_an_expression_that_can_be_used_is_compiled(expression: str) -> None:
    assert expressions.fault(expression) is None
    assert expressions.compiled(expression) is not None


def test_an_expression_that_makes_others_slow_is_linear_here() -> None:
    pattern = expressions.compiled("(a+)+$x")
    assert pattern is not None
    assert pattern.search(b"a" * 100_000) is None
