"""Where hostile text is analysed: worker processes with limits, and the pool that keeps them.

The parent trusts no worker. A worker gets bytes and gives values; it has no token, no network, no
files, and whatever it does (hang, crash, eat memory, answer nonsense), the pool reports on every
file of the batch and goes on.
"""

from checks.sandbox.limits import Limits
from checks.sandbox.pool import Pool
from checks.sandbox.process import WorkerUnavailable

__all__ = ["Limits", "Pool", "WorkerUnavailable"]
