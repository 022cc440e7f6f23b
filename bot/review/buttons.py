"""The buttons of the check run, and what their names mean when somebody presses one. Pure.

GitHub shows three at most, with a label of at most 20 characters and a description of at most 40
(https://docs.github.com/en/rest/checks/runs#create-a-check-run). Its own *Re-run* is there beside
them. Only what would change something is offered.
"""

from __future__ import annotations

from bot.review.model import Button

RECHECK = "recheck"
SHOW_ALL = "show-all"
IGNORE_TESTS = "ignore-tests"
COUNT_TESTS = "count-tests"
RESUME = "resume"

_RECHECK = Button("Review again", "Review this commit once more", RECHECK)
_SHOW_ALL = Button("Show all inline", "Comment on every finding with a line", SHOW_ALL)
_IGNORE_TESTS = Button(
    "Ignore all in tests", "Findings in test code do not count here", IGNORE_TESTS
)
_COUNT_TESTS = Button("Count tests again", "Findings in test code count again", COUNT_TESTS)
_RESUME = Button("Resume reviews", "Review every push again", RESUME)


def of_review(*, unplaced: int, in_tests: int, tests_ignored: bool) -> tuple[Button, ...]:
    """The buttons of a finished review.

    ``unplaced`` findings could have a comment and have none, because of the limit; ``in_tests``
    count and are in test code.
    """
    buttons = [_RECHECK]
    if unplaced:
        buttons.append(_SHOW_ALL)
    if tests_ignored:
        buttons.append(_COUNT_TESTS)
    elif in_tests:
        buttons.append(_IGNORE_TESTS)
    return tuple(buttons)


def of_pause() -> tuple[Button, ...]:
    """The buttons of a commit that was not reviewed, because reviews are paused."""
    return (_RESUME, _RECHECK)
