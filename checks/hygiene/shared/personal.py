"""Personal data in texts: mailboxes of people, telephone numbers, cards, national ids.

Linear scans and :mod:`re2` only. What is published as a test value, or reserved for fiction, is
never meant.
"""

from __future__ import annotations

from collections.abc import Iterator

import re2

from checks.hygiene.shared.texts import is_reserved
from checks.light import dataclass

_EMAIL = re2.compile(
    r"([A-Za-z][A-Za-z0-9._%+-]{2,63})@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24})"
)
_PHONE = re2.compile(r"\+[1-9][0-9][0-9 ()./-]{6,20}[0-9]")
_PHONE_KEY = re2.compile(r"(?i)phone|mobile|\btel\b|telefon|handy|\bcell\b|contact_number")
_CARD = re2.compile(
    r"(?:^|[^0-9A-Za-z.-])"
    r"([3-6][0-9]{3}[ -]?[0-9]{4,6}[ -]?[0-9]{4,5}(?:[ -]?[0-9]{1,4})?)"
    r"(?:$|[^0-9A-Za-z.-])"
)
_CARD_KEY = re2.compile(r"(?i)card|\bpan\b|\bcc\b|credit|cc_num")
_SSN = re2.compile(r"(?:^|[^0-9-])([0-9]{3}-[0-9]{2}-[0-9]{4})(?:$|[^0-9-])")
_SSN_KEY = re2.compile(r"(?i)ssn|social.?security")

_MAILBOXES = frozenset(
    {"gmail", "googlemail", "hotmail", "outlook", "yahoo", "gmx", "web", "icloud", "aol", "qq",
     "163", "protonmail", "proton", "live", "mail", "yandex", "t-online", "orange", "free", "me"}
)  # fmt: skip
_MADE_UP = frozenset(
    {"acme", "admin", "alice", "bar", "baz", "bob", "demo", "doe", "dummy", "email", "example",
     "fake", "first", "firstname", "foo", "hello", "info", "invalid", "jane", "john", "last",
     "lastname", "mail", "me", "mock", "name", "none", "nobody", "noreply", "qux", "sample",
     "smith", "someone", "support", "test", "tester", "testing", "user", "username", "you", "your"}
)  # fmt: skip
_TEST_CARDS = frozenset(
    {"4242424242424242", "4111111111111111", "4012888888881881", "4000056655665556",
     "5555555555554444", "5105105105105100", "2223003122003222", "5200828282828210",
     "378282246310005", "371449635398431", "378734493671000", "6011111111111117",
     "6011000990139424", "3056930009020004", "30569309025904", "38520000023237",
     "3530111333300000", "3566002020360505", "6205500000000000004", "5431111111111111",
     "4917610000000000", "4222222222222", "4000000000000002", "4000000000003220"}
)  # fmt: skip
_FEW = 5
"""Distinct digits that a real number has at least."""

_CARD_LENGTHS = (13, 14, 15, 16, 19)
_SHORT_PART = 2
_PHONE_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Personal:
    """Something personal: where it begins in the line, its length, and what it is."""

    start: int
    length: int
    what: str


def personal_in(line: str, around: str) -> Iterator[Personal]:
    """What of a line could belong to a person.

    Args:
        line: the line.
        around: the line with its neighbours: a name may stand in one of them.
    """
    for match in _EMAIL.finditer(line):
        if _is_persons(match.group(1), match.group(2).lower(), around):
            yield Personal(match.start(), match.end() - match.start(), "e-mail address")
    if _PHONE_KEY.search(line) and "tel:" not in line:
        for match in _PHONE.finditer(line):
            if _is_real_phone(match.group(0)):
                yield Personal(match.start(), match.end() - match.start(), "telephone number")
    if _CARD_KEY.search(line):
        for match in _CARD.finditer(line):
            digits = "".join(one for one in match.group(1) if one.isdigit())
            if _is_real_card(digits):
                yield Personal(match.start(1), len(match.group(1)), "card number")
    if _SSN_KEY.search(line):
        for match in _SSN.finditer(line):
            if _is_real_ssn(match.group(1)):
                yield Personal(match.start(1), len(match.group(1)), "social security number")


def _is_persons(local: str, domain: str, around: str) -> bool:
    """Whether an address is a person's: two names, at a mailbox provider, the name beside it."""
    if is_reserved(domain) or domain.startswith(("example.", "test.")) or ".example." in domain:
        return False
    parts = [one.lower() for one in re2.split(r"[._+-]|[0-9]+", local) if one]
    if len(parts) < _SHORT_PART or any(len(one) < _SHORT_PART for one in parts[:2]):
        return False
    if not _MADE_UP.isdisjoint(parts) or not all(one.isalpha() for one in parts[:2]):
        return False
    if domain.partition(".")[0] not in _MAILBOXES:
        return False
    capitalised = {one.lower() for one in re2.findall(r"\b[A-Z][a-z]+\b", around)}
    return sum(one in capitalised for one in parts) >= 1


def _is_real_phone(text: str) -> bool:
    """Whether a number is not reserved for fiction and not typed along the keys."""
    digits = "".join(one for one in text if one.isdigit())
    if len(digits) < _PHONE_DIGITS or len(set(digits)) < _FEW:
        return False
    if "12345" in digits or "54321" in digits or "0000" in digits:
        return False
    # NANPA 555-01xx, Ofcom's numbers for drama, the Bundesnetzagentur's numbers for media.
    fiction = ("555", "447700900", "442079460", "4930231", "4917139200", "4915228817386")
    if digits.startswith("1") and "555" in digits[1:7]:
        return False
    return not digits.startswith(fiction)


def _is_real_card(digits: str) -> bool:
    """Whether a number passes the check of Luhn (ISO/IEC 7812-1) and is no published test value."""
    if len(digits) not in _CARD_LENGTHS or digits in _TEST_CARDS or len(set(digits)) < _FEW:
        return False
    if digits.startswith(("4111", "4242", "5555", "4000", "123")):
        return False
    total = 0
    for place, one in enumerate(reversed(digits)):
        value = int(one) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_real_ssn(text: str) -> bool:
    """Whether a number could have been given out (ssa.gov, "Randomization")."""
    area, group, serial = text.split("-")
    if area in ("000", "666") or area.startswith("9") or group == "00" or serial == "0000":
        return False
    published = ("078-05-1120", "219-09-9999", "123-45-6789", "111-11-1111", "987-65-4321")
    return text not in published and len(set(text)) > _FEW
