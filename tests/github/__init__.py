"""A strict, stateful stand-in for GitHub, over real git repositories and real HTTP.

    async with await StandIn.start() as github:
        app = github.create_app(webhook_url="http://127.0.0.1:8000/webhook")
        repository = github.create_repository("octo/demo")
        github.install(app, [repository])
        repository.commit({"app.py": "print('hello')\\n"})
        repository.commit({"app.py": "eval(input())\\n"}, branch="feature")
        pull = await repository.open_pull("feature", author="alice")
        await github.settle()

What the bot did stands in ``pull.reviews``, ``pull.review_comments``, ``pull.issue_comments`` and
``repository.check_runs(sha)``; what it asked, in ``github.exchanges``. A test ends with looking at
``github.failures`` (holes in the stand-in), ``github.unknown_requests`` and ``github.complaints``
(what GitHub lets pass and a careful caller does not do): all three stay empty.

It does not model merge queues, statuses, labels, teams, or the time that GitHub takes to compute.
"""

from tests.github.clock import ManualClock
from tests.github.deliveries import Attempt, Delivery
from tests.github.exchanges import Exchange
from tests.github.faults import Fault
from tests.github.git import Executable, Person, Submodule, Symlink
from tests.github.pull import PullRequest
from tests.github.repository import Repository
from tests.github.standin import PERMISSIONS, StandIn
from tests.github.state import (
    Annotation,
    App,
    CheckRun,
    CheckSuite,
    Installation,
    IssueComment,
    Review,
    ReviewComment,
    Thread,
    Token,
    User,
)

__all__ = [
    "PERMISSIONS",
    "Annotation",
    "App",
    "Attempt",
    "CheckRun",
    "CheckSuite",
    "Delivery",
    "Exchange",
    "Executable",
    "Fault",
    "Installation",
    "IssueComment",
    "ManualClock",
    "Person",
    "PullRequest",
    "Repository",
    "Review",
    "ReviewComment",
    "StandIn",
    "Submodule",
    "Symlink",
    "Thread",
    "Token",
    "User",
]
