"""Where hostile text is analysed: worker processes with limits, and the pool that keeps them.

The parent trusts no worker. A worker gets bytes and gives values; it has no token, no network, and
no files but those of the repository that its parent reads for it. Whatever it does (hang, crash,
eat memory, answer nonsense), the pool reports on every file of the batch and goes on.
"""

from checks.sandbox.fetching import AsyncLookup
from checks.sandbox.limits import Limits
from checks.sandbox.pool import Pool
from checks.sandbox.process import WorkerUnavailable

__all__ = ["AsyncLookup", "Limits", "Pool", "WorkerUnavailable"]
