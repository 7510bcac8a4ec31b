"""What holds for every test."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile("suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("TUI_IMPORT_HYPOTHESIS", "suite"))
"""The suite tries the same examples each time and measures no time; ``TUI_IMPORT_HYPOTHESIS=search`` looks for others."""
