"""Where hostile text is analysed: worker processes with limits, and the pool that keeps them.

The parent trusts no worker. A worker gets bytes and gives values; it has no token, no network, and
no files but those of the repository that its parent reads for it. Whatever it does (hang, crash,
eat memory, answer nonsense), the pool reports on every file of the batch and goes on.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checks.sandbox.fetching import AsyncLookup
    from checks.sandbox.limits import Limits
    from checks.sandbox.pool import Pool
    from checks.sandbox.process import WorkerUnavailable

__all__ = ["AsyncLookup", "Limits", "Pool", "WorkerUnavailable"]

_HOMES = {
    "AsyncLookup": "fetching",
    "Limits": "limits",
    "Pool": "pool",
    "WorkerUnavailable": "process",
}


def __getattr__(name: str) -> Any:
    """Import a name of the parent's side when it is asked for: a worker starts without asyncio."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
