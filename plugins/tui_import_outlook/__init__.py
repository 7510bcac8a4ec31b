"""Outlook: what it exports and keeps in files, as the source "outlook"."""

from __future__ import annotations

from collections.abc import Callable

from tui_import.api import Source, hookimpl
from tui_import_outlook.graph import GraphSource
from tui_import_outlook.source import OutlookSource


@hookimpl
def register_sources(register: Callable[[Source], None]) -> None:
    """The sources of this package; each has an entry point of its name."""
    register(OutlookSource())
    register(GraphSource())
