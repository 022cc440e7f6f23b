"""Patterns are read and matched as Python's own ``re`` does."""

from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.regex.characters import Flag
from checks.regex.matcher import Matcher
from checks.regex.syntax import FLAGS, parse
from checks.regex.tree import Unreadable

_BITS = {
    "IGNORECASE": re.IGNORECASE,
    "MULTILINE": re.MULTILINE,
    "DOTALL": re.DOTALL,
    "VERBOSE": re.VERBOSE,
    "ASCII": re.ASCII,
}
TEXT = st.text("abAB01_ \n.-", max_size=7)
ATOM = st.sampled_from(
    ["a", "b", "A", "1", "_", " ", ".", r"\w", r"\d", r"\s", r"\W", "[ab]", "[^a]", "[a-b1]", r"\.",
     "-", r"\b", "^", "$", r"\A", r"\Z", r"[\w-]", r"\x61", r"\n"]
)  # fmt: skip
_ZERO = {r"\b", "^", "$", r"\A", r"\Z"}
QUANTIFIER = st.sampled_from(["*", "+", "?", "*?", "+?", "{2}", "{1,2}", "{,2}", "*+", "{2,}?"])


def _repeated(inner: str, quantifier: str) -> str:
    return inner if inner in _ZERO else inner + quantifier


PATTERN = st.recursive(
    st.one_of(ATOM, st.builds(_repeated, ATOM, QUANTIFIER)),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.builds(lambda one, sign: f"({one}){sign}", inner, QUANTIFIER),
        inner.map(lambda one: f"(?={one})"),
        inner.map(lambda one: f"(?!{one})"),
        inner.map(lambda one: f"(?>{one})"),
        inner.map(lambda one: f"({one})\\1" if "(" not in one else one),
        inner.map(lambda one: f"(?i:{one})"),
        inner.map(lambda one: f"(?P<n>{one})?(?(n)a|b)" if "(" not in one else one),
    ),
    max_leaves=6,
)


@given(PATTERN, TEXT, st.sampled_from(sorted(_BITS)), st.booleans())
def test_matches_as_re_does(pattern: str, text: str, flag: str, search: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compiled = re.compile(pattern, _BITS[flag])
        except (re.error, RecursionError):
            compiled = None
    if compiled is None:
        return
    found = Matcher(parse(pattern, FLAGS[flag])).count(text, 10**6, search=search)
    assert not found.spent
    real = compiled.search(text) if search else compiled.match(text)
    assert found.matched == (real is not None)


@pytest.mark.parametrize(
    ("pattern", "flags", "text", "matched"),
    [
        ("a b # c", Flag.VERBOSE, "ab", True),
        ("[ ]a", Flag.VERBOSE, " a", True),
        (r"(?<=ab)c", Flag.NONE, "abc", True),
        (r"(?<!ab)c", Flag.NONE, "abc", False),
        (r"(?P<x>a+)-(?P=x)$", Flag.NONE, "aa-aa", True),
        (r"^(?P<x>a+)-(?P=x)$", Flag.NONE, "aa-a", False),
        (r"\u00e9\xe9\351", Flag.NONE, "ééé", True),
        (r"é", Flag.IGNORECASE, "É", True),
        (r"\w", Flag.ASCII, "é", False),
        (r"\w", Flag.NONE, "é", True),
        (r"[^\x00-\x7f]", Flag.NONE, "ü", True),
        ("a{,}b", Flag.NONE, "aab", True),
        ("a{x}", Flag.NONE, "a{x}", True),
        ("[]a]", Flag.NONE, "]", True),
        ("(?#note)a", Flag.NONE, "a", True),
        ("(?-i:A)a", Flag.IGNORECASE, "AA", True),
        ("(?-i:A)a", Flag.IGNORECASE, "aA", False),
        (r"(a)?(?(1)b|c)", Flag.NONE, "c", True),
    ],
)
def test_readings(pattern: str, flags: Flag, text: str, matched: bool) -> None:
    found = Matcher(parse(pattern, flags)).count(text, 10**5, search=True)
    assert found.matched is matched


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "a**", "[", "[b-a]", "*a", r"\1", "(?P=x)", "(?<=a+)b", r"\q", "a{3,2}", "(?z)",
     r"\xg0", "(?", "(?P<x", "a{1}{2}", "(" * 200],
)  # fmt: skip
def test_what_is_no_pattern(pattern: str) -> None:
    with pytest.raises(Unreadable):
        parse(pattern)


@given(st.text("ab()[]{}|*+?\\^$.,-:=!<>#123PdwsiZ \n", max_size=24))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        pattern = parse(text)
    except Unreadable:
        return
    Matcher(pattern).count("ab12 ", 10_000)
