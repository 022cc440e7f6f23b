"""What the bot counts, for Prometheus.

One value per process, handed to whoever counts; nothing is global, so that tests do not meet each
other's numbers. Labels have few values: an event that GitHub invents tomorrow counts as "other".
"""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from bot.jobs import QueueStats

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

EVENTS = frozenset(
    {
        "check_run",
        "check_suite",
        "installation",
        "installation_repositories",
        "issue_comment",
        "merge_group",
        "ping",
        "pull_request",
        "pull_request_review",
        "pull_request_review_comment",
    }
)
"""Events that are counted under their own names."""

RESOURCES = frozenset({"core", "graphql", "search"})
"""GitHub's quotas that are shown under their own names (docs, "Rate limits for the REST API")."""

_ACKNOWLEDGE = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_REVIEW = (0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1800)
_CALLS = (2, 4, 6, 8, 10, 15, 20, 30, 50, 100, 200, 500)


class Metrics:
    """The counters of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        # Memory, processor time and open files of the process, under Prometheus' own names.
        ProcessCollector(registry=self.registry)
        self._deliveries = Counter(
            "assay_deliveries",
            "Webhook deliveries by event and by what became of them.",
            ["event", "outcome"],
            registry=self.registry,
        )
        self._acknowledge = Histogram(
            "assay_acknowledge_seconds",
            "From a delivery's headers to its answer, in seconds.",
            buckets=_ACKNOWLEDGE,
            registry=self.registry,
        )
        self._jobs = Gauge(
            "assay_jobs", "Jobs in the database by state.", ["state"], registry=self.registry
        )
        self._oldest = Gauge(
            "assay_oldest_waiting_job_seconds",
            "How long the oldest waiting job has waited, in seconds.",
            registry=self.registry,
        )
        self._reviews = Counter(
            "assay_reviews", "Reviews by conclusion.", ["conclusion"], registry=self.registry
        )
        self._review_seconds = Histogram(
            "assay_review_seconds",
            "How long a review took, in seconds.",
            buckets=_REVIEW,
            registry=self.registry,
        )
        self._review_calls = Histogram(
            "assay_review_github_requests",
            "Requests to GitHub that a review took.",
            buckets=_CALLS,
            registry=self.registry,
        )
        self._requests = Counter(
            "assay_github_requests",
            "Requests to GitHub by what came back: 2xx to 5xx, 429, or none.",
            ["class"],
            registry=self.registry,
        )
        self._request_seconds = Histogram(
            "assay_github_request_seconds",
            "How long a request to GitHub took, in seconds.",
            registry=self.registry,
        )
        self._remaining = Gauge(
            "assay_github_rate_limit_remaining",
            "Requests left in the hour, as GitHub last said to any installation.",
            ["resource"],
            registry=self.registry,
        )
        self._restarts = Counter(
            "assay_worker_restarts",
            "How often the worker had to be started again.",
            registry=self.registry,
        )

    def delivery(self, event: str, outcome: str, seconds: float) -> None:
        """A delivery was answered."""
        self._deliveries.labels(event if event in EVENTS else "other", outcome).inc()
        self._acknowledge.observe(seconds)

    def queue(self, stats: QueueStats) -> None:
        """How the queue stands now."""
        for state in ("waiting", "running", "failed", "done"):
            self._jobs.labels(state).set(getattr(stats, state))
        self._oldest.set(stats.oldest_waiting.total_seconds())

    def review(self, conclusion: str, seconds: float, calls: int | None) -> None:
        """A review ended; ``calls`` is what it cost, where that is known."""
        self._reviews.labels(conclusion).inc()
        self._review_seconds.observe(seconds)
        if calls is not None:
            self._review_calls.observe(calls)

    def request(self, method: str, route: str, status: int | None, seconds: float) -> None:
        """A request to GitHub ended (:class:`bot.github.observe.Observer`)."""
        del method, route
        self._requests.labels(answer_class(status)).inc()
        self._request_seconds.observe(seconds)

    def quota(self, installation: int | None, resource: str, remaining: int, limit: int) -> None:
        """GitHub said how much is left (:class:`bot.github.observe.Observer`)."""
        del limit
        if installation is not None:
            known = resource if resource in RESOURCES else "other"
            self._remaining.labels(known).set(remaining)

    def worker_restart(self) -> None:
        """The worker ended on its own and is started again."""
        self._restarts.inc()

    def render(self) -> bytes:
        """The Prometheus text."""
        return generate_latest(self.registry)


def answer_class(status: int | None) -> str:
    """The class of an answer: ``2xx``, ``4xx``, ``429`` on its own, ``none`` without an answer."""
    if status is None:
        return "none"
    return "429" if status == 429 else f"{status // 100}xx"
