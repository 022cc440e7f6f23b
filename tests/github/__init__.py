"""A strict, stateful stand-in for GitHub, over real git repositories and real HTTP."""

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
