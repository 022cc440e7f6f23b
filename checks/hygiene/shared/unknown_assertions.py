"""Assertions that a test case is asked for and does not have.

The methods are those of https://docs.python.org/3/library/unittest.html, its former names,
https://testtools.readthedocs.io, Django's and Twisted's test cases.
"""

from __future__ import annotations

import functools

from checks.events import Class, Node
from checks.languages.python.index import Index

_NONE = {"assertFail": "fail", "assertFailed": "fail", "assertFails": "fail"}
"""Names that no library has, and what was meant."""

_KNOWN = frozenset(
    {"assertAlmostEqual", "assertAlmostEquals", "assertApproximates", "assertContains",
     "assertCountEqual", "assertDictContainsSubset", "assertDictEqual", "assertEndsWith",
     "assertEqual", "assertEquals", "assertExpectedRaises", "assertFailure", "assertFalse",
     "assertFormError", "assertGreater", "assertGreaterEqual", "assertHTMLEqual",
     "assertHasAttr", "assertHasNoSignature", "assertIdentical", "assertIn", "assertInHTML",
     "assertInstance", "assertIs", "assertIsInstance", "assertIsNone", "assertIsNot",
     "assertIsNotNone", "assertIsSubclass", "assertItemsEqual", "assertJSONEqual",
     "assertJSONNotEqual", "assertLess", "assertLessEqual", "assertListEqual", "assertLogs",
     "assertMultiLineEqual", "assertNoLogs", "assertNoResult", "assertNotAlmostEqual",
     "assertNotAlmostEquals", "assertNotApproximates", "assertNotContains", "assertNotEndsWith",
     "assertNotEqual", "assertNotEquals", "assertNotHasAttr", "assertNotIdentical",
     "assertNotIn", "assertNotIsInstance", "assertNotIsSubclass", "assertNotRegex",
     "assertNotRegexpMatches", "assertNotStartsWith", "assertNotSubstring", "assertNumQueries",
     "assertQuerySetEqual", "assertQuerysetEqual", "assertRaises", "assertRaisesMessage",
     "assertRaisesRegex", "assertRaisesRegexp", "assertRaisesWithMessage", "assertRedirects",
     "assertRegex", "assertRegexpMatches", "assertSequenceEqual", "assertSetEqual",
     "assertStartsWith", "assertSubstring", "assertTemplateNotUsed", "assertTemplateUsed",
     "assertThat", "assertTrue", "assertTupleEqual", "assertURLEqual", "assertWarns",
     "assertWarnsRegex", "assertXMLEqual", "assertXMLNotEqual"}
)  # fmt: skip
_SHORTEST = 9


def meant(event: Node, name: str, cls: Class, index: Index) -> str | None:
    """The method that was meant by one that nobody defines; ``None`` when it may be defined."""
    right = _NONE.get(name) or _near(name)
    if right is None or name in index.methods(cls):
        return None
    # A helper, a mixin or a base class of the file may define it in another way.
    text = event.module.source.data
    written = name.encode()
    if b"def " + written + b"(" in text or written + b" =" in text or b'"' + written in text:
        return None
    return right


@functools.lru_cache(maxsize=4_096)
def _near(name: str) -> str | None:
    """The known method that differs by one slip: two letters swapped, or one lost or doubled."""
    if name in _KNOWN or len(name) < _SHORTEST:
        return None
    return next((one for one in sorted(_KNOWN) if _is_slip(name, one)), None)


def _is_slip(name: str, right: str) -> bool:
    if len(name) == len(right):
        differ = [index for index, letter in enumerate(name) if letter != right[index]]
        return len(differ) == 2 and (
            differ[1] == differ[0] + 1
            and name[differ[0]] == right[differ[1]]
            and name[differ[1]] == right[differ[0]]
        )
    longer, shorter = sorted((name, right), key=len, reverse=True)
    if len(longer) != len(shorter) + 1:
        return False
    # Not at the end, and not a capital: a plural, or another word, is another method.
    return any(
        longer[:index] + longer[index + 1 :] == shorter and longer[index].islower()
        for index in range(len("assert"), len(longer) - 1)
        if longer is right or longer[index] == longer[index - 1]
    )
