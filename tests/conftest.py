"""What holds for all tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# No example is judged by the clock: on a loaded machine any of them may take its time.
settings.register_profile(
    "assay",
    settings(),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, *settings().suppress_health_check],
)
settings.load_profile("assay")
