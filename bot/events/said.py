"""What a person said on a pull request, in a comment, on a line or in a review: perhaps a command.

Who may give it is asked of GitHub later, by the job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.commands.parse import command_line
from bot.events.jobs import comment_command
from bot.events.outcome import Delivery, Ignored, Outcome
from bot.jobs import kinds

if TYPE_CHECKING:
    from bot.events.payloads import Account, Installation, Repository


def command(
    delivery: Delivery,
    installation: Installation,
    repository: Repository,
    *,
    pull: int,
    what: str,
    identity: int,
    author: Account | None,
    body: str | None,
    when: str | None,
    on_line: bool = False,
    thread: int = 0,
    review: str = "",
) -> Outcome:
    """The job of a command, or the reason why there is none.

    ``what`` is the word for what was written ("comment", "review"). ``author`` is None once the
    account is deleted.
    """
    if author is None or author.is_bot:
        return Ignored(f"the {what} was written by a bot")
    line = command_line(body or "")
    if line is None:
        return Ignored(f"the {what} is no command for Assay")
    payload = kinds.CommentCommand(
        installation=installation.id,
        repository=repository.named(),
        pull=pull,
        comment=identity,
        author=author.login,
        body=line,
        delivery=delivery.id,
        on_line=on_line,
        thread=thread,
        review=review,
        when=(when or "")[:20],
    )
    return (comment_command(delivery, payload),)
