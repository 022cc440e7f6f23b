"""The check ``security-assertion-weakened``: a change takes the teeth out of a security test."""

from __future__ import annotations

from checks.events import Change, Function, Module, Value
from checks.hygiene.shared.comparing import STILL_ALIKE, Comparison, Pair
from checks.hygiene.shared.refusals import Assertion, assertions_of, speaks_of_access
from checks.hygiene.shared.skips import skip_of
from checks.hygiene.shared.tests import is_fixture, is_test
from checks.hygiene.shared.verification import removals
from checks.hygiene.shared.weakening import How, Ledger, Weakening
from checks.model import Aspect, Confidence, Severity, Span, Surface
from checks.registry import CHANGE, TEST_ROLES, check
from checks.report import At, Report

_WHY = "The code can lose this protection now, and no test will tell."
_NAMED = 3
"""Removed tests that one finding names."""


@check(
    id="security-assertion-weakened",
    title="The change weakens a security test",
    aspect=Aspect.ERRORS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=CHANGE,
    cwe=(693,),
    security=True,
)
def security_assertion_weakened(change: Change, report: Report) -> None:
    """A change loosens, skips or removes what a test asserts about security.

    Found by comparing the test before and after: an expected refusal (401, 403, a raised
    `PermissionDenied`) that became a success, is tolerated beside one, or is not asserted any
    more; a security test that is skipped, no longer collected, or removed while what it looked at
    is still there; verification of TLS or of a signature that a test now switches off. A test that
    was renamed, moved to another file of the change, or turned into a table of cases is none. Of
    tests that go with their whole file the summary tells: a deleted file has no line to comment on.

    Why:
        When a refactoring breaks a permission check, the quickest way to a green build is to
        change the expected status. The suite passes, and everyone may read what only few could.
    Bad:
        # file: tests/test_orders.py
        # before
        def test_other_user(client, order):
            response = client.get(f"/orders/{order.id}")
            assert response.status_code == 403
        # after
        def test_other_user(client, order):
            response = client.get(f"/orders/{order.id}")
            assert response.status_code in (200, 403)
    Bad:
        # file: tests/test_policy.py
        # before
        import pytest
        from app.policy import PermissionDenied

        def test_guest(page, guest):
            with pytest.raises(PermissionDenied):
                page.delete(guest)
        # after
        def test_guest(page, guest):
            page.delete(guest)
    Good:
        # file: tests/test_orders.py
        # before
        def test_other_user(client, order):
            response = client.get(f"/orders/{order.id}")
            assert response.status_code == 403
        # after
        import pytest

        @pytest.mark.parametrize(("method", "expected"), [("get", 403), ("delete", 403)])
        def test_other_user(client, order, method, expected):
            response = getattr(client, method)(f"/orders/{order.id}")
            assert response.status_code == expected
    Good:
        # file: tests/test_orders.py
        # before
        def test_other_user(client, order):
            assert client.get(f"/orders/{order.id}").status_code == 403
        # after
        def test_orders_of_other_users_are_refused(client, order):
            response = client.get(f"/orders/{order.id}")
            assert response.status_code == 403
    Suppress:
        Where the change opens the access on purpose, and another test says who still may not.
    """
    if change.base is None or change.head is None:
        return
    comparison = Comparison(change.base, change.head, report.index)
    ledger = Ledger(comparison, report.index)
    told: set[tuple[int, int]] = set()
    for pair in comparison.pairs:
        if pair.head is not None and pair.head.module is change.head:
            _still_run(pair, pair.head, report, told)
    for one in ledger.weakened():
        if one.function.module is change.head and not _is_told(one, told):
            _tell(one, report)
    if not change.head.errors():  # what could not be read may still be there
        _removed(ledger, comparison, report)


def _still_run(pair: Pair, head: Function, report: Report, told: set[tuple[int, int]]) -> None:
    """Report a security test that is skipped, not collected, or whose verification is off."""
    if is_test(pair.base):
        _skipped(pair, head, report, told)
        if not is_test(head) and pair.likeness >= STILL_ALIKE and not _is_used(head):
            _uncollected(pair, head, report, told)
    if pair.likeness < STILL_ALIKE or pair.is_untouched:
        return
    about_access = speaks_of_access(pair.base) or _asserts(pair.base)
    for removal in removals(pair.base, head, about_access=about_access):
        report(
            at=removal.at,
            message=f"`{head.name}` now runs without verification: {removal.what}.",
            why="What it would find out about certificates, signatures or rights passes unseen.",
            fix="Keep the verification on, and give the test a certificate, key or user of its "
            "own.",
        )


def _asserts(function: Function) -> bool:
    """Whether a test asserts something about security."""
    return any(one.denies for one in assertions_of(function))


def _uncollected(pair: Pair, head: Function, report: Report, told: set[tuple[int, int]]) -> None:
    if not _asserts(pair.base):
        return
    told.add(_key(head))
    report(
        at=head.name_span,
        message=f"The security test `{pair.base.name}` became `{head.name}`, which no runner "
        "collects.",
        why=_WHY,
        fix=f"Give it back a name that begins with `test`, or keep `{pair.base.name}`.",
    )


def _skipped(pair: Pair, head: Function, report: Report, told: set[tuple[int, int]]) -> None:
    skip = skip_of(head)
    if skip is None or skip_of(pair.base) is not None:
        return
    certain = _asserts(pair.base)
    if not certain and not speaks_of_access(pair.base):
        return
    place = (skip.span.start, skip.span.end)
    known = place in told
    told.update((_key(head), place))
    if known:  # one mark on a class or module silences many tests
        return
    shown = skip if isinstance(skip, Value) else skip.value()
    report(
        at=skip,
        message=f"`{shown.short}` switches off the security test `{head.name}`.",
        why=_WHY,
        fix="Let it run, or mend what it found; if it is wrong, replace it in the same change.",
        confidence=Confidence.HIGH if certain else Confidence.LOW,
    )


def _key(function: Function) -> tuple[int, int]:
    return (function.span.start, function.span.end)


def _is_told(one: Weakening, told: set[tuple[int, int]]) -> bool:
    return _key(one.function) in told


def _is_used(function: Function) -> bool:
    """Whether the function is a fixture, or is called by something: it runs all the same."""
    if is_fixture(function):
        return True
    name = function.name.encode()
    return function.module.source.data.count(name) > 1


def _tell(one: Weakening, report: Report) -> None:
    function = one.function
    at: At = function.name_span if one.now is None else one.now.at
    report(
        at=at,
        message=_message(one),
        why=_WHY,
        fix=_fix(one),
        confidence=one.confidence,
        surface=Surface.SUMMARY if one.confidence is Confidence.LOW else None,
    )


def _message(one: Weakening) -> str:
    name, was = one.function.name, one.was.denies
    if one.how is How.ADMITS and one.now is not None:
        codes = " or ".join(str(code) for code in sorted(one.now.codes))
        return f"`{name}` asserted {was} before this change and is now content with {codes}."
    if one.how is How.WIDENED:
        return f"`{name}` expected {was} before this change and now takes any exception."
    if one.how is How.REVERSED:
        return f"`{name}` asserted that {was} before this change and now asserts the contrary."
    if one.how is How.LOOSENED:
        return f"`{name}` asserted {was} before this change; what stands there now is weaker."
    if one.how is How.SWALLOWED:
        return f"`{name}` still asserts {was}, but the `try` around it hides that it fails."
    if one.how is How.DROPPED:
        return f"`{name}` asserted {was} before this change and no longer does."
    return f"`{name}` asserted {was} before this change; this part of it is gone."


def _fix(one: Weakening) -> str:
    if one.how is How.SWALLOWED:
        return "Let the assertion fail the test."
    if one.how is How.DROPPED:
        return "Put the assertion back, or say in the change which test holds it now."
    return "Assert the refusal again; if the access is meant to open, test who still may not."


def _removed(ledger: Ledger, comparison: Comparison, report: Report) -> None:
    """Report security tests that the change removes, those of one place together."""
    file_is_gone = not comparison.head.source.data.strip()  # or nothing is left in it
    groups: dict[tuple[Span, bool], list[tuple[Function, list[Assertion]]]] = {}
    for function, denials, stands in ledger.lost():
        place = _place_of(function, comparison)
        groups.setdefault((place, stands), []).append((function, denials))
    for (place, stands), gone in groups.items():
        names = [f"`{function.name}`" for function, _ in gone]
        shown = ", ".join(names[:_NAMED])
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        first = gone[0][1][0].denies
        noun, are, their = ("test", "is", "its") if len(names) == 1 else ("tests", "are", "their")
        with_file = f" with {their} file" if file_is_gone else ""
        report(
            at=place,
            message=f"The security {noun} {shown}{more} (asserting {first}) "
            f"{are} removed{with_file}.",
            why="What was tested is still there, and nothing tells when its protection breaks."
            if stands
            else "If what was tested is still there, nothing tells when its protection breaks.",
            fix="Keep the test, or say in the change which test holds the assertion now.",
            # Whole files go with the feature that they test more often than not.
            severity=Severity.MEDIUM if file_is_gone and not stands else None,
            confidence=Confidence.MEDIUM if stands else Confidence.LOW,
            surface=None if stands else Surface.SUMMARY,
        )


def _place_of(function: Function, comparison: Comparison) -> Span:
    """Where the head shows that a test is gone: the next test after it, else the one before."""
    head = comparison.head
    pairs = [one for one in comparison.pairs if one.head is not None and one.head.module is head]
    near = [one for one in pairs if _same_class(one.base, function)]
    after = [one for one in near if one.base.span.start > function.span.start]
    before = [one for one in near if one.base.span.start < function.span.start]
    found = after[0] if after else before[-1] if before else None
    if found is not None and found.head is not None:
        return found.head.name_span
    if function.cls is not None:
        same = head.classes_by_name.get(function.cls.name)
        if same:
            return same[-1].name_span
    later = [one.head for one in pairs if one.base.span.start > function.span.start]
    earlier = [one.head for one in pairs if one.base.span.start < function.span.start]
    other = later[0] if later else earlier[-1] if earlier else None
    return _first_line(head) if other is None else other.name_span


def _same_class(one: Function, other: Function) -> bool:
    first = "" if one.cls is None else one.cls.qualified_name
    second = "" if other.cls is None else other.cls.qualified_name
    return first == second


def _first_line(module: Module) -> Span:
    end = module.source.data.find(b"\n")
    return Span(0, len(module.source.data) if end < 0 else end)
