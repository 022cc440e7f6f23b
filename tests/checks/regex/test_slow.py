"""Slow patterns are found, and what is said of them is true of Python's own ``re``."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from checks.regex.characters import Flag
from checks.regex.matcher import Matcher
from checks.regex.slow import MAX_WORK, Slow, exponential, polynomial
from checks.regex.syntax import parse
from checks.regex.tree import Unreadable
from tests.checks.regex.patterns import EXPONENTIAL, SAFE

RUNNER = """
import json, os, re, signal, sys

results = []
for pattern, text, seconds in json.load(sys.stdin):
    compiled = re.compile(pattern)
    child = os.fork()
    if child == 0:
        # Ended by the kernel when its processor time is over, whatever the machine does beside.
        signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        compiled.match(text)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    results.append(os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGVTALRM)
json.dump(results, sys.stdout)
"""


def _is_cut_off(rows: list[tuple[str, str, float]]) -> list[bool]:
    """Whether ``re`` needs more processor time than it is given, for each pattern and text."""
    done = subprocess.run(
        [sys.executable, "-c", RUNNER],
        input=json.dumps(rows),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    found: list[bool] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("pattern", EXPONENTIAL)
def test_exponential(pattern: str) -> None:
    found = exponential(pattern)
    assert found is not None
    assert found.exponential


@pytest.mark.parametrize("pattern", SAFE)
def test_safe(pattern: str) -> None:
    assert exponential(pattern) is None


def test_the_attack_never_ends_in_re() -> None:
    attacks = [(one, _slow(one).attack(120), 0.1) for one in EXPONENTIAL]
    assert _is_cut_off(attacks) == [True] * len(attacks)


def test_every_further_repetition_multiplies_the_steps() -> None:
    for one in EXPONENTIAL:
        found, matcher = _slow(one), Matcher(parse(one))
        steps = [matcher.count(found.attack(times), 10**6).steps for times in range(2, 5)]
        assert steps[0] < steps[1] < steps[2]


def test_safe_patterns_end_with_the_same_texts() -> None:
    pumps = ("a", "ab", "a1", "x", "1.", 'a"', "-a", "a ", "\\a")
    rows = [(one, pump * 200 + end, 60.0) for one in SAFE for pump in pumps for end in ("!", "\n")]
    assert not any(_is_cut_off(rows))


def test_a_slow_pattern_ends_without_the_attack() -> None:
    rows = [(one, _slow(one).attack(2), 60.0) for one in EXPONENTIAL]
    assert not any(_is_cut_off(rows))


def _slow(pattern: str) -> Slow:
    found = exponential(pattern)
    assert found is not None
    return found


def test_flags_count() -> None:
    assert exponential("(a+ b?)+ $", Flag.VERBOSE) is not None
    assert exponential("(a+ b)+ $", Flag.VERBOSE) is None
    assert exponential("(?:a|A)*b") is None
    assert exponential("(?:a|A)*b", Flag.IGNORECASE) is None
    assert exponential("(?:[^x]|X)*b", Flag.IGNORECASE) is None
    assert exponential("(?:[^y]|X)*b", Flag.IGNORECASE) is not None
    assert exponential(r"(?:.|\n)*b") is None
    assert exponential(r"(?:.|\n)*b", Flag.DOTALL) is not None
    assert exponential(r"(?:\w|[^\x00-\x7f])*b", Flag.ASCII) is None
    assert exponential(r"(?:\w|[^\x00-\x7f])*b") is not None


def test_a_whole_match_may_fail_where_a_beginning_does_not() -> None:
    assert exponential("(a+)+") is None
    assert exponential("(a+)+", whole=True) is not None


@pytest.mark.parametrize(
    ("pattern", "search", "degree"),
    [
        (r"\s+$", True, 2),
        (r"\s+$", False, 0),
        (r"^\s*(.*?)\s*$(?<!.)", False, 3),
        (r"a*a*b", False, 2),
        (r"a*a*a*b", False, 3),
        (r"[^,]*,", True, 2),
        (r"\d+", True, 0),
        (r"[a-z]+:", False, 0),
        (r"(?>a*)a*b", False, 0),
        (r"\A\s+\Z", True, 0),
    ],
)
def test_powers(pattern: str, search: bool, degree: int) -> None:
    found = polynomial(pattern, search=search)
    assert (0 if found is None else found.degree) == degree


@pytest.mark.parametrize(
    "pattern",
    [
        "(" * 500 + "a" + ")*" * 500,
        "(?:" * 30 + "a*" + ")*" * 30 + "b",
        "(a?){100}" * 20 + "b",
        "(?:a*){1000}b",
        "a*" * 1_000 + "b",
        "[a-z]*" * 120 + "!",
        "(" + "|".join(f"a{n}b*" for n in range(120)) + ")*c",
        "(?:" + "|".join(["a*"] * 100) + ")*c",
        "(?:a{0,99999}){0,99999}b",
        "((((((a*)*)*)*)*)*)*(b|c*d?)*" * 5 + "e",
        "x" * 5_000,
        "(?=a*)*" * 50,
    ],
)
def test_hostile_patterns_are_bounded(pattern: str) -> None:
    for find in (exponential, polynomial):
        found = find(pattern)
        assert found is None or found.degree >= 0
    try:
        matcher = Matcher(parse(pattern))
    except Unreadable:
        return
    assert matcher.count("a" * 100, MAX_WORK).steps <= MAX_WORK + 1
