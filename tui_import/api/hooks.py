"""The hooks that a plugin package implements. Entry-point group: ``tui_import.sources``."""

from __future__ import annotations

from collections.abc import Callable

import pluggy

from tui_import.api.source import Source

PROJECT = "tui_import"
ENTRY_POINT_GROUP = "tui_import.sources"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class SourceHooks:
    """Hook specifications."""

    @hookspec
    def register_sources(self, register: Callable[[Source], None]) -> None:
        """Call ``register(source)`` for each source of the package."""
