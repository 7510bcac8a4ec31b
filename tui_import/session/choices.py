"""Settings as the command line writes them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tui_import import config
from tui_import.model.settings import Settings


def with_choices(settings: Settings, assignments: Iterable[str], lists: Collection[str]) -> Settings:
    """The settings after each ``TABLE.KEY=VALUE``; ``lists`` are those that may be named. Raises `UsageError` naming what is allowed."""
    for assignment in assignments:
        settings = config.apply_set(settings, assignment, lists=lists)
    return settings
