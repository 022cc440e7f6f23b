"""The GitHub App: receives deliveries, runs jobs, reviews pull requests, publishes on GitHub."""

__version__ = "0.1.0"
