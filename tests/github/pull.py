"""A pull request of the stand-in: what people do to it, and what stands on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.github import events
from tests.github.anchors import Anchor, anchor_of
from tests.github.diff import Change
from tests.github.git import Content
from tests.github.state import (
    App,
    IssueComment,
    Reaction,
    Review,
    ReviewComment,
    Thread,
    User,
    node_id,
)

if TYPE_CHECKING:
    from tests.github.repository import Repository
    from tests.github.standin import StandIn


@dataclass(slots=True, eq=False)
class PullRequest:
    """One pull request. ``head_repository`` is None once the fork is deleted."""

    standin: StandIn
    repository: Repository
    id: int
    number: int
    title: str
    body: str | None
    user: User
    head_repository: Repository | None
    head_ref: str
    head_sha: str
    base_ref: str
    draft: bool
    created_at: datetime
    updated_at: datetime
    base_sha: str = ""
    state: str = "open"
    merged: bool = False
    closed_at: datetime | None = None
    merged_at: datetime | None = None
    merged_by: User | None = None
    locked: bool = False
    reviews: list[Review] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)
    issue_comments: list[IssueComment] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    @property
    def node_id(self) -> str:
        return node_id("PR", self.id)

    @property
    def url(self) -> str:
        return f"{self.repository.url}/pulls/{self.number}"

    @property
    def html_url(self) -> str:
        return f"{self.repository.html_url}/pull/{self.number}"

    @property
    def review_comments(self) -> list[ReviewComment]:
        """The comments of submitted reviews, oldest first."""
        found = (
            comment
            for thread in self.threads
            for comment in thread.comments
            if comment.review.state != "PENDING"
        )
        return sorted(found, key=lambda comment: comment.id)

    @property
    def merge_base(self) -> str:
        """Where head and base parted; the base when they share no history."""
        return self.repository.store.merge_base(self.base_sha, self.head_sha) or self.base_sha

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changed files, merge base to head."""
        return self.repository.differ.changes(self.merge_base, self.head_sha)

    @property
    def commits(self) -> tuple[str, ...]:
        """The commits of the pull request, oldest first."""
        return self.repository.store.commits_between(self.base_sha, self.head_sha)

    @property
    def mergeable(self) -> bool:
        return self.repository.store.mergeable(self.base_sha, self.head_sha)

    def anchor(self, comment: ReviewComment) -> Anchor | None:
        """Where a comment stands in today's diff, None when it is outdated."""
        return anchor_of(self, comment)

    # ── what people do ───────────────────────────────────────────────────────────────────────

    async def push(
        self, files: Mapping[str, Content], message: str = "Change", author: str | None = None
    ) -> str:
        """Push one commit to the head branch."""
        who = author or self.user.login
        return await self._source().push(files, self.head_ref, message, who)

    async def force_push(
        self,
        files: Mapping[str, Content],
        message: str = "Change",
        parent: str | None = None,
    ) -> str:
        """Replace the head branch by one commit on top of ``parent`` (default: the merge base)."""
        onto = parent or self.merge_base
        return await self._source().push(files, self.head_ref, message, self.user.login, onto)

    async def push_commit(self, sha: str) -> None:
        """Point the head branch at a commit that exists already."""
        self._source().set_branch(self.head_ref, sha)
        self._source().announce_moved(self.head_ref, self.user)

    async def close(self, sender: str | None = None) -> None:
        """Close without merging."""
        self.state, self.closed_at = "closed", self.standin.clock()
        self._changed("closed", sender)

    async def merge(self, sender: str | None = None) -> None:
        """Mark as merged and closed; the base branch moves to the head."""
        now = self.standin.clock()
        self.state, self.merged, self.closed_at, self.merged_at = "closed", True, now, now
        self.merged_by = self.standin.user(sender) if sender else self.user
        self.repository.set_branch(self.base_ref, self.head_sha)
        self._changed("closed", sender)

    async def reopen(self, sender: str | None = None) -> None:
        """Open again."""
        self.state, self.closed_at = "open", None
        self._set_head()
        self._changed("reopened", sender)

    async def ready(self, sender: str | None = None) -> None:
        """A draft becomes ready for review."""
        self.draft = False
        self._changed("ready_for_review", sender)

    async def convert_to_draft(self, sender: str | None = None) -> None:
        """Back to a draft."""
        self.draft = True
        self._changed("converted_to_draft", sender)

    async def label(self, name: str, sender: str | None = None) -> None:
        """Somebody puts a label on it."""
        self.labels.append(name)
        self._changed("labeled", sender, label=name)

    async def unlabel(self, name: str, sender: str | None = None) -> None:
        """Somebody takes a label off."""
        self.labels.remove(name)
        self._changed("unlabeled", sender, label=name)

    async def edit_base(self, base: str, sender: str | None = None) -> None:
        """Retarget onto another branch."""
        changes = {"base": {"ref": {"from": self.base_ref}, "sha": {"from": self.base_sha}}}
        self.base_ref, self.base_sha = base, self.repository.branches[base]
        self._changed("edited", sender, changes)

    async def edit_title(self, title: str, sender: str | None = None) -> None:
        """Give it another title."""
        changes = {"title": {"from": self.title}}
        self.title = title
        self._changed("edited", sender, changes)

    async def comment(self, author: str, body: str) -> IssueComment:
        """Somebody writes in the conversation."""
        return self.add_comment(self.standin.user(author), body)

    async def rerequest_check_run(self, run_id: int, sender: str) -> None:
        """Press *Re-run* of a check run."""
        await self.repository.rerequest_check_run(run_id, sender)

    async def request_action(self, run_id: int, identifier: str, sender: str) -> None:
        """Press a button of a check run."""
        await self.repository.request_action(run_id, identifier, sender)

    async def reply(self, to: ReviewComment, author: str, body: str) -> ReviewComment:
        """Somebody answers in a comment's thread; GitHub wraps each answer in a review."""
        user, now = self.standin.user(author), self.standin.clock()
        root = to.in_reply_to or to
        number = self.standin.next_id("review")
        review = Review(number, self, user, "", "COMMENTED", root.original_commit_id, now)
        made = ReviewComment(
            id=self.standin.next_id("comment"),
            pull=self,
            review=review,
            thread=root.thread,
            user=user,
            body=body,
            path=root.path,
            original_commit_id=root.original_commit_id,
            diff_hunk=root.diff_hunk,
            subject_type=root.subject_type,
            side=root.side,
            original_line=root.original_line,
            original_position=root.original_position,
            start_side=root.start_side,
            original_start_line=root.original_start_line,
            created_at=now,
            updated_at=now,
            in_reply_to=root,
        )
        review.comments.append(made)
        self.reviews.append(review)
        root.thread.comments.append(made)
        self.standin.emit(events.review_comment(made, "created", user))
        return made

    async def review(self, author: str, body: str, state: str = "COMMENTED") -> Review:
        """Somebody submits a review of the head that says nothing on lines."""
        user, number = self.standin.user(author), self.standin.next_id("review")
        made = Review(number, self, user, body, state, self.head_sha, self.standin.clock())
        self.reviews.append(made)
        self.standin.emit(events.review(made, "submitted", user))
        return made

    async def resolve(self, thread: Thread, by: str) -> None:
        """Somebody resolves a thread: people with write access may, and the author."""
        if not thread.is_resolved:
            thread.resolved_by = self.standin.user(by)
            self.standin.emit(events.review_thread(thread, "resolved", thread.resolved_by))

    async def unresolve(self, thread: Thread, by: str) -> None:
        """Somebody opens a thread again."""
        if thread.is_resolved:
            thread.resolved_by = None
            self.standin.emit(events.review_thread(thread, "unresolved", self.standin.user(by)))

    async def delete_comment(self, comment: ReviewComment, by: str) -> None:
        """Somebody with write access deletes a comment on a line; its review stays."""
        comment.review.comments.remove(comment)
        comment.thread.comments.remove(comment)
        for one in comment.thread.comments:
            one.in_reply_to = None if one.in_reply_to is comment else one.in_reply_to
        self.threads = [one for one in self.threads if one.comments]
        self.standin.emit(events.review_comment(comment, "deleted", self.standin.user(by)))

    async def edit_comment(self, comment: ReviewComment, by: str, body: str) -> None:
        """Somebody with write access edits a comment on a line."""
        before, comment.body = comment.body, body
        comment.updated_at = self.standin.clock()
        event = events.review_comment(comment, "edited", self.standin.user(by), body_before=before)
        self.standin.emit(event)

    # ── shared with the API ──────────────────────────────────────────────────────────────────

    def add_comment(self, user: User, body: str, app: App | None = None) -> IssueComment:
        """Add a comment to the conversation, and tell the apps."""
        now = self.standin.clock()
        comment = IssueComment(self.standin.next_id("comment"), self, user, body, now, now, app)
        self.issue_comments.append(comment)
        self.standin.emit(events.issue_comment(comment, "created", user))
        return comment

    def _source(self) -> Repository:
        if self.head_repository is None:
            raise ValueError("the head repository is deleted")
        return self.head_repository

    def follow(self, sender: User) -> None:
        """The head branch moved: an open pull request moves with it, and the apps are told."""
        before = self.head_sha
        if self.state != "open" or not self._set_head():
            return
        self.repository.announce_push(self, before)
        self.standin.emit(events.pull_request(self, "synchronize", sender, before=before))

    def _set_head(self) -> bool:
        """Take over the tips of both branches; whether the head is another one now."""
        before = self.head_sha
        self.head_sha = self._source().branches.get(self.head_ref, before)
        self.base_sha = self.repository.branches.get(self.base_ref, self.base_sha)
        self.repository.store.set_refs({f"refs/pull/{self.number}/head": self.head_sha})
        self.updated_at = self.standin.clock()
        return self.head_sha != before

    def _changed(
        self,
        action: str,
        sender: str | None,
        changes: Mapping[str, object] | None = None,
        label: str | None = None,
    ) -> None:
        self.updated_at = self.standin.clock()
        who = self.standin.user(sender) if sender else self.user
        self.standin.emit(events.pull_request(self, action, who, changes=changes, label=label))
