"""The check ``security-assertion-weakened`` in JavaScript: a refusal is no longer tested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from checks.hygiene.javascript.shared.refusals import Status, statuses
from checks.languages.javascript.blocks import Block
from checks.languages.javascript.events import JsChange
from checks.languages.javascript.file import JavaScriptFile
from checks.light import dataclass
from checks.model import Confidence, Role, Span, Surface
from checks.registry import CHANGE, JAVASCRIPT, also
from checks.report import Report

_WHY = "When the protection breaks, no test tells."


@dataclass(frozen=True, slots=True)
class _Test:
    block: Block
    statuses: list[Status]

    @property
    def refusals(self) -> list[Status]:
        return [one for one in self.statuses if one.refuses]


@also(
    "security-assertion-weakened",
    languages=JAVASCRIPT,
    on=CHANGE,
    roles=frozenset({Role.TEST}),
)
def security_assertion_weakened(change: JsChange, report: Report) -> None:
    """A test expected that access is refused, and after the change it does not.

    Bad:
        // file: test/orders.test.js
        // before
        it('wants a login', async () => {
          const response = await request(app).get('/orders');
          expect(response.status).toBe(403);
        });
        // after
        it('wants a login', async () => {
          const response = await request(app).get('/orders');
          expect([200, 403]).toContain(response.status);
        });
    Bad:
        // file: test/orders.test.js
        // before
        it('wants a login', () => request(app).get('/orders').expect(401));
        // after
        it.skip('wants a login', () => request(app).get('/orders').expect(401));
    Good:
        // file: test/orders.test.js
        // before
        it('wants a login', () => request(app).get('/orders').expect(401));
        // after
        it('wants a login', () => request(app).get('/api/orders').expect(403));
    """
    if change.base is None or change.head is None or not change.head.blocks:
        return
    old, new = _tests(change.base), _tests(change.head)
    by_title = Counter(titles[-1] for titles, _ in new)
    for path, one in old.items():
        if not one.refusals or one.block.is_off:
            continue
        now = new.get(path) or _moved(new, path, by_title)
        if now is None:
            _removed(path, one, old, new, change.head, report)
        else:
            _compare(one, now, report)


_Path = tuple[tuple[str, ...], int]


def _tests(file: JavaScriptFile) -> dict[_Path, _Test]:
    """The tests by their titles, from the outermost suite on, those of one name numbered."""
    found: dict[_Path, _Test] = {}
    seen: Counter[tuple[str, ...]] = Counter()
    for block in file.blocks:
        if not block.is_test or not block.title:
            continue
        path = tuple(reversed([block.title, *(one.title for one in block.around())]))
        found[path, seen[path]] = _Test(block, list(statuses(file, block)))
        seen[path] += 1
    return found


def _moved(new: dict[_Path, _Test], path: _Path, titles: Counter[str]) -> _Test | None:
    """The one test of this title in another suite."""
    title = path[0][-1]
    if titles[title] != 1:
        return None
    return next((one for (titles_of, _), one in new.items() if titles_of[-1] == title), None)


def _compare(before: _Test, now: _Test, report: Report) -> None:
    first = before.refusals[0]
    title = now.block.title[:60]
    if now.block.is_off:
        report(
            at=Span(*now.block.call.target.byte_range),
            message=f"`{now.block.call.short}` switches off the security test `{title}`.",
            why=_WHY,
            fix="Let it run, or mend what it found; if it is wrong, replace it in the same change.",
        )
        return
    if len(now.refusals) >= len(before.refusals):
        return
    known = Counter(one.text for one in before.statuses)
    granting = next((one for one in now.statuses if one.grants and not known[one.text]), None)
    if granting is not None:
        report(
            at=granting.at,
            message=f"`{granting.text[:80]}` is content when access is granted; before the change"
            f" it was `{first.text[:80]}`.",
            why=_WHY,
            fix="Expect the refusal alone, or say in the change why access is right now.",
        )
        return
    title_node = now.block.title_node
    gone = next((one for one in before.refusals if one.text not in _texts(now)), first)
    report(
        at=now.block.call if title_node is None else title_node,
        message=f"`{gone.text[:80]}` is gone from the test `{title}`.",
        why=_WHY,
        fix="Keep the assertion, or say in the change which test makes it now.",
        confidence=Confidence.MEDIUM,
    )


def _texts(test: _Test) -> frozenset[str]:
    return frozenset(one.text for one in test.statuses)


def _removed(
    path: _Path,
    one: _Test,
    old: dict[_Path, _Test],
    new: dict[_Path, _Test],
    head: JavaScriptFile,
    report: Report,
) -> None:
    """A test that is gone, unless as many refusals as before are asserted in the file."""
    if _count(new.values()) >= _count(old.values()):
        return
    suites = [block for block in head.blocks if block.is_suite and block.title in path[0][:-1]]
    node = suites[-1].title_node if suites else None
    report(
        at=head.blocks[0].call if node is None else node,
        message=f"The security test `{path[0][-1][:60]}` (asserting"
        f" `{one.refusals[0].text[:60]}`) is removed.",
        why="If what was tested is still there, nothing tells when its protection breaks.",
        fix="Keep the test, or say in the change which test holds the assertion now.",
        confidence=Confidence.LOW,
        surface=Surface.SUMMARY,
    )


def _count(tests: Iterable[_Test]) -> int:
    return sum(len(one.refusals) for one in tests)
